// The questions of a room: the fold of the log's events about them. Votes, states and texts change where they stand; the order
// follows when nobody is about to press anything (room-still.js). What belongs to the reader, his votes and a host's tools,
// is not in the frames: it comes from the page and from what he does here.

import { guess } from "./lang.js";
import { watchLanguage } from "./lang-guess.js";
import { onSubmitKey } from "./keys.js";
import { ranked } from "./room-order.js";
import { patch } from "./room-patch.js";
import { Still } from "./room-still.js";
import { count } from "./room-tabs.js";

const folds = { live: "open", queued: "open", parked: "parked", answered: "answered", merged: "merged" };

// questions follows the log of a room (room-beside.js); room.editor is where translations are written.
export function questions(root, room) {
  const panel = root.querySelector("[data-questions]");
  if (panel) new Questions(root, panel, room);
}

class Questions {
  constructor(root, panel, { log, editor, member }) {
    Object.assign(this, { root, panel, log, editor, member });
    this.own = new Set(); // the reader's own questions, as far as the page does not know them
    this.form = panel.querySelector("form[data-ask]");
    this.list = panel.querySelector("[data-list]");
    this.host = panel.querySelector("template[data-question-host]");
    this.moderate = panel.querySelector("template[data-question-moderate]");
    this.digits = new Intl.NumberFormat(document.documentElement.dataset.format);
    this.still = new Still(this.list, () => this.sort(), panel.querySelector("[data-reorder]"));
    for (const [kind, handler] of Object.entries({
      question: (e) => this.asked(e),
      vote: (e) => this.voted(e),
      question_state: (e) => this.moved(e),
      question_remove: (e) => this.remove(e.data.id),
      question_restore: (e) => this.asked(e),
      question_translation: (e) => this.translated(e),
      state: (e) => this.settings(e.data),
    })) log.on(kind, handler);
    root.addEventListener("acted", (event) => this.acted(event.detail));
    panel.addEventListener("click", (event) => this.clicked(event));
    if (this.form) this.ask();
    this.rest();
    this.reveal(location.hash);
    addEventListener("hashchange", () => this.reveal(location.hash));
  }

  question(id) { return this.panel.querySelector(`[data-question="${id}"]`); }

  get all() { return [...this.list.querySelectorAll("[data-question]")]; }

  // ---- what the log tells

  asked(e) {
    if (e.data.removed || !e.html) return;
    const was = this.question(e.data.id);
    if (e.by?.id === this.member && e.kind !== "question_state") this.own.add(e.data.id);
    if (was && !was.classList.contains("gone")) return this.mark(was, e.data.id);
    const li = this.dress(parse(e.html));
    this.mark(li, e.data.id);
    if (was) was.replaceWith(li);
    else this.fold(li.dataset.state).append(li);
    this.count();
    this.still.due();
  }

  // mark says that a question is one's own.
  mark(li, id) { if (this.own.has(id)) li.querySelector("[data-own]").hidden = false; }

  voted(e) {
    const li = !e.data.removed && this.question(e.data.id);
    if (li) this.votes(li, e.data.votes);
  }

  votes(li, n) {
    if (Number(li.dataset.votes) === n) return;
    li.dataset.votes = n;
    const place = li.querySelector("[data-n]");
    if (place) place.textContent = this.digits.format(n);
    this.still.due();
  }

  moved(e) {
    if (e.data.removed) return this.remove(e.data.id);
    let li = this.question(e.data.id);
    if (!li) {
      this.asked(e);
      li = this.question(e.data.id);
    }
    if (!li || li.classList.contains("gone")) return;
    const { state, into, votes } = e.data;
    this.votes(li, votes);
    if (state !== li.dataset.state) li.dataset.moved = Date.parse(e.at);
    li.dataset.state = state;
    for (const label of li.querySelectorAll("[data-label]")) label.hidden = label.dataset.label !== state;
    const same = li.querySelector("[data-into]");
    same.hidden = state !== "merged";
    if (into) {
      same.href = `#q-${into}`;
      const other = this.question(into);
      if (other && pressed(li)) this.press(other, true); // the vote has gone along
    }
    if (state === "live") this.say(this.panel.dataset.now.replace("{text}", words(li)));
    this.rest();
    this.count();
    this.still.due();
  }

  remove(id) {
    const li = this.question(id);
    if (!li || li.classList.contains("gone")) return;
    li.classList.add("gone");
    li.replaceChildren(this.panel.querySelector("template[data-question-gone]").content.cloneNode(true));
    this.count();
    this.still.due();
  }

  translated(e) {
    const li = e.html && this.question(e.data.id);
    if (!li || li.classList.contains("gone")) return;
    const fresh = parse(e.html);
    patch(li, fresh);
    const was = li.querySelector(".question-by > a[data-improve]"), now = fresh.querySelector(".question-by > a[data-improve]");
    if (was && !now) was.remove();
    else if (now && !was) li.querySelector(".question-by").append(now);
    this.editor?.heard(li);
  }

  // settings shows what the state of the room lets one do.
  settings({ state, anonymous }) {
    const why = this.panel.querySelector("[data-why-not]");
    if (why?.querySelector("[data-when]")) {
      let refused = false;
      for (const line of why.querySelectorAll("[data-when]")) {
        line.hidden = line.dataset.when !== state;
        refused ||= !line.hidden;
      }
      why.hidden = !refused;
      if (this.form) this.form.hidden = refused;
    }
    if (anonymous !== undefined) this.namelessly = anonymous;
    this.offer();
    this.rest();
  }

  // say tells those who listen.
  say(words) { this.panel.querySelector("[data-say]").textContent = words; }

  // offer shows the box where one may ask without a name. One that is ticked stays when that ends: the hub refuses the
  // question, and nobody is named who did not want to be.
  offer() {
    const box = this.form?.elements.anonymous;
    if (!box || this.namelessly === undefined) return;
    box.disabled = !this.namelessly && !box.checked;
    box.closest("label").hidden = box.disabled;
    this.hint();
  }

  // ---- the list

  fold(state) { return this.list.querySelector(`[data-fold="${folds[state] ?? "open"}"]`); }

  // sort puts every question into its part and its place, and takes away those that are gone.
  sort() {
    for (const li of this.list.querySelectorAll(".gone")) li.remove();
    const order = ranked(this.all.map((li) => ({
      li, id: Number(li.dataset.question), state: li.dataset.state, votes: Number(li.dataset.votes), moved: Number(li.dataset.moved),
    })));
    const next = new Map();
    for (const { li, state } of order) {
      const list = this.fold(state);
      const at = next.has(list) ? next.get(list).nextElementSibling : list.firstElementChild;
      if (at !== li) list.insertBefore(li, at);
      next.set(list, li);
    }
    this.count();
  }

  // count keeps true what is counted, by the states, wherever the questions stand now.
  count() {
    const n = { open: 0, parked: 0, answered: 0, merged: 0 };
    for (const li of this.all) if (!li.classList.contains("gone")) n[folds[li.dataset.state]]++;
    count(this.root, "questions", n.open);
    this.panel.querySelector("[data-empty]").hidden = this.fold("queued").childElementCount > 0;
    for (const details of this.list.querySelectorAll("details.question-fold")) {
      const list = details.querySelector("[data-fold]");
      details.hidden = list.childElementCount === 0 && n[list.dataset.fold] === 0;
      details.querySelector("[data-fold-count]").textContent = this.digits.format(n[list.dataset.fold]);
    }
  }

  // reveal opens the part in which what the address names stands.
  reveal(hash) {
    const li = /^#q-\d+$/.test(hash) && document.getElementById(hash.slice(1));
    const details = li && li.closest("details");
    if (!details || details.open) return;
    details.open = true;
    li.scrollIntoView({ block: "nearest" });
  }

  // dress gives a question of a frame what depends on its reader.
  dress(li) {
    const id = li.dataset.question;
    for (const time of li.querySelectorAll("time[data-clock]")) time.textContent = this.log.clock.format(new Date(time.dateTime));
    const tools = li.querySelector("[data-tools]");
    for (const template of [this.host, this.moderate]) if (template) tools.append(numbered(template, id));
    this.wake(li);
    return li;
  }

  // wake lets the button of a question be pressed where one may vote.
  wake(li) {
    const vote = li.querySelector("[data-vote]");
    if (vote) vote.disabled = folds[li.dataset.state] !== "open" || !this.form || this.form.hidden;
  }

  rest() { for (const li of this.all) this.wake(li); }

  press(li, on) {
    const vote = li.querySelector("[data-vote]");
    vote.setAttribute("aria-pressed", String(on));
    vote.value = String(!on);
  }

  // ---- what the reader does

  acted({ path, body, answer }) {
    const [, id, act] = path.match(/^\/questions\/(\d+)\/(vote|state)$/) ?? [];
    const asked = /^\/rooms\/\d+\/questions$/.test(path) && answer?.id;
    if (asked) {
      this.own.add(asked);
      // Whoever asks without a name asks the next one so as well, until he says otherwise.
      const box = this.form.elements.anonymous;
      if (box && !box.disabled) box.checked = Boolean(body.anonymous);
      this.hint();
    }
    const li = this.question(id ?? asked);
    if (!li) return;
    if (act === "vote") this.press(li, body.on);
    else if (act === "state") {
      this.unmerge(li);
      this.still.mine();
    } else this.mark(li, asked);
  }

  clicked(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("a[data-merge], a[data-merge-off], a[data-into]");
    if (!link) return;
    const li = link.closest("[data-question]");
    if (link.matches("[data-into]")) return this.reveal(link.hash);
    event.preventDefault();
    if (link.matches("[data-merge]")) this.merge(li);
    else this.unmerge(li);
  }

  // merge offers the questions that a question can be the same as.
  merge(li) {
    const part = numbered(this.panel.querySelector("template[data-question-merge]"), li.dataset.question);
    const select = part.querySelector("select");
    for (const other of this.all) {
      if (other === li || other.dataset.state === "merged" || other.classList.contains("gone")) continue;
      const text = words(other);
      select.append(Object.assign(new Option(text, other.dataset.question), { lang: guess(text) }));
    }
    li.querySelector("[data-tools]").replaceChildren(part);
    select.focus();
  }

  unmerge(li) {
    const tools = li.querySelector("[data-tools]:has(.merge)");
    if (!tools) return;
    tools.replaceChildren(...[this.host, this.moderate].filter(Boolean).map((t) => numbered(t, li.dataset.question)));
    tools.querySelector("a[data-merge]")?.focus();
  }

  // ask helps with writing.
  ask() {
    const { body, anonymous } = this.form.elements;
    const counter = this.form.querySelector("[data-counter]");
    const max = Number(body.dataset.max);
    const look = watchLanguage(this.form);
    const count = () => {
      const n = weight(body.value);
      counter.hidden = n < max * 0.6;
      counter.textContent = [n, max].map((n) => this.digits.format(n)).join("/");
      counter.classList.toggle("over", n > max);
    };
    this.form.addEventListener("input", (event) => {
      count();
      if (event.target === this.form) look(); // it was emptied
      this.hint();
    });
    anonymous?.addEventListener("change", () => {
      this.offer();
      this.hint();
    });
    onSubmitKey(body, () => this.form.requestSubmit());
    count();
    this.hint();
  }

  hint() {
    const { anonymous } = this.form.elements;
    this.form.querySelector("[data-anonymous-hint]").hidden = !(anonymous?.checked && !anonymous.disabled);
  }
}

function pressed(li) { return li.querySelector("[data-vote]")?.getAttribute("aria-pressed") === "true"; }

// words are the beginning of a question as its reader sees it.
function words(li) {
  const original = document.documentElement.dataset.texts === "original";
  const text = (li.querySelector(original ? ".prose.original" : ".prose.translated") ?? li.querySelector(".msg-text"))?.textContent ?? "";
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}

// numbered is a template for question 0, for another one.
function numbered(template, id) {
  const part = template.content.cloneNode(true);
  for (const el of part.querySelectorAll("*")) {
    for (const a of el.attributes) {
      a.value = a.value.replace(/questions\/0\//, `questions/${id}/`).replace(/\bq-0\b/, `q-${id}`).replace(/merge=0\b/, `merge=${id}`);
    }
  }
  return part;
}

// weight is about the length that the hub measures: what is as wide as a Han character counts 2.
function weight(text) {
  let n = 0;
  for (const r of text) n += /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/u.test(r) ? 2 : 1;
  return n;
}

function parse(html) {
  const t = document.createElement("template");
  t.innerHTML = html;
  return t.content.firstElementChild;
}
