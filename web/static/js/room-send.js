// Sends what is in the outbox, one message after the other, and shows each as it stands: waiting, being sent, sent, or not
// sent and why, with a way to try again or to let it be. A message that the hub could not take just now is tried again, after
// the time that the hub says, or else after one that doubles with every try and is as random as possible, so that those who
// failed together do not come back together.
//
//   const sender = new Sender(root, { outbox, line, log, word, failed, changed })
//     failed(why) tells of a message that was refused; changed() that the number of those that wait may be another

import { guess } from "./lang.js";

const flight = 20_000;     // ms without an answer, after which a message is said again
const firstPause = 1000;   // ms, doubled with every try
const longestPause = 60_000;
const longestWait = 15 * 60_000; // what the hub wants later than this is refused, so that it does not hold up the others

export class Sender {
  constructor(root, options) {
    Object.assign(this, options);
    this.template = root.querySelector("template[data-pending]");
    this.items = new Map(); // what messages on their way look like, by id
    this.sent = new Map();  // those that are shown until their event is in the list, by id
    this.flying = null;
  }

  // show brings the list up to what is in the outbox, and goes on.
  show() {
    const { entries } = this.outbox;
    for (const id of this.items.keys()) if (!entries.has(id) && !this.sent.has(id)) this.drop(id);
    if (this.log.following) for (const m of entries.values()) this.draw(m);
    this.changed();
    this.pump();
  }

  draw(m) {
    const there = this.items.get(m.id);
    const li = there ?? this.add(m);
    const news = m.failed && there && !there.classList.contains("failed"); // whichever tab has sent it
    const up = this.line.up, waits = m.after > Date.now();
    li.classList.toggle("failed", Boolean(m.failed));
    li.querySelector("[data-failed]").hidden = !m.failed;
    li.querySelector("[data-why]").textContent = m.failed ? m.why : "";
    const state = m.failed ? "failed" : !up ? "queued" : waits ? "later" : "sending";
    const place = li.querySelector("[data-state-of-message]");
    const text = this.word(state);
    if (place.textContent !== text) place.textContent = text;
    place.title = m.failed ? "" : m.why ?? "";
    if (news) this.failed(m.why);
  }

  add(m) {
    const li = this.template.content.firstElementChild.cloneNode(true);
    Object.assign(li.querySelector("[data-text]"), { textContent: m.body, lang: m.lang || guess(m.body) });
    li.querySelector("[data-retry]").addEventListener("click", () => this.outbox.again(m.id).then(() => this.show()));
    li.querySelector("[data-discard]").addEventListener("click", () => this.outbox.remove(m.id).then(() => this.show()));
    this.items.set(m.id, li);
    this.log.list.append(li);
    return li;
  }

  drop(id) {
    this.items.get(id)?.remove();
    this.items.delete(id);
    this.sent.delete(id);
  }

  // pump sends the message whose turn it is. The next one follows its answer.
  async pump() {
    if (this.flying || !this.line.up) return;
    this.due = true; // what is added while the outbox is asked may have come too late for its answer
    if (this.pumping) return;
    this.pumping = true;
    clearTimeout(this.timer);
    let turn;
    while (this.due) {
      this.due = false;
      turn = await this.outbox.claim();
      if (turn.message) break;
    }
    this.pumping = false;
    const { message, wait } = turn;
    if (wait) this.timer = setTimeout(() => this.pump(), wait + 50);
    if (!message) return;
    if (!this.line.up) return this.outbox.release();
    this.flying = message.id;
    if (this.log.following) this.draw(message);
    this.timer = setTimeout(() => this.refused(message.id, "", { passing: true }), flight);
    this.line.say(message);
  }

  // broken: the line is another one now, and no answer will come over the old one.
  async broken() {
    this.landed();
    await this.outbox.release();
    this.show();
  }

  landed() {
    clearTimeout(this.timer);
    this.flying = null;
  }

  // delivered: the hub has committed a message. Its picture stays until its event is in the list.
  async delivered(id, seq) {
    const li = this.items.get(id);
    if (li && seq > this.log.last && this.log.following) {
      this.sent.set(id, seq);
      li.querySelector("[data-failed]").hidden = true;
      li.querySelector("[data-state-of-message]").textContent = this.word("sent-at");
    } else {
      this.drop(id);
    }
    await this.gone(id);
  }

  // arrived: the event of a message is in the list.
  arrived(id) {
    const there = this.items.has(id);
    this.drop(id);
    if (there || this.outbox.entries.has(id)) this.gone(id);
  }

  async gone(id) {
    if (this.flying === id) this.landed();
    if (this.outbox.entries.has(id)) await this.outbox.remove(id);
    this.show();
  }

  // refused: the hub did not take a message. after is the time in ms that it says to wait; passing: it is not the message's
  // fault, and trying again may help.
  async refused(id, why, { after = 0, passing = false }) {
    const m = this.outbox.entries.get(id);
    if (!m) return;
    if (this.flying === id) this.landed();
    if (passing || (after > 0 && after <= longestWait)) {
      const pause = after > 0 ? after + Math.random() * Math.min(after, 1000) : Math.random() * Math.min(firstPause * 2 ** m.tries, longestPause);
      await this.outbox.later(id, pause, why);
    } else {
      await this.outbox.fail(id, why);
      if (!this.log.following) this.failed(why); // else it is told where it is drawn
    }
    this.show();
  }
}
