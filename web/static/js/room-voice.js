// What screen readers hear of the room. The list itself is silent: a busy room would be read without end. Instead, every few
// seconds at most, one polite region says what has come: one or two messages with their words, in their language; of more
// their number and the last one. It is silent while somebody is writing a word or has just typed, while the window is not in
// sight, and about one's own messages. Only what went wrong is said at once.
//
//   const voice = new Voice(root, { word, counted })
//   voice.heard(li, event)   a message has come; li as it stands in the list, or null
//   voice.say(text)          something else worth hearing, in its turn
//   voice.alarm(text)        something has gone wrong

import { composing } from "./keys.js";
import { beginning, originalsFirst, parse } from "./room-patch.js";

const every = 4000;    // ms between two sayings
const gather = 400;    // ms in which what comes together is said together
const typing = 2500;   // ms after a key, in which nothing is said
const stays = 10_000;  // ms after which what was said is gone from the page
const longText = 240;  // as excerpts count: a Han character counts 2

export class Voice {
  constructor(root, { word, counted }) {
    Object.assign(this, { word, counted });
    this.member = root.dataset.member;
    this.polite = root.querySelector("[data-heard]");
    this.assertive = root.querySelector("[data-alarm]");
    this.queue = [];
    this.spoke = this.typed = 0;
    root.addEventListener("input", () => { this.typed = Date.now(); });
    document.addEventListener("visibilitychange", () => this.turn());
  }

  heard(li, e) {
    if (!e.by || String(e.by.id) === this.member || !e.html) return;
    this.queue.push({ name: e.by.name, li, html: e.html });
    this.turn();
  }

  say(text) {
    this.queue.push({ text });
    this.turn();
  }

  alarm(text) {
    this.assertive.replaceChildren(Object.assign(document.createElement("p"), { textContent: text }));
    setTimeout(() => this.assertive.replaceChildren(), stays);
  }

  // turn speaks when its time has come.
  turn() {
    clearTimeout(this.timer);
    if (!this.queue.length || document.hidden) return;
    const now = Date.now();
    const wait = Math.max(gather, this.spoke + every - now, composing() ? typing : this.typed + typing - now);
    this.timer = setTimeout(() => (composing() || Date.now() - this.typed < typing || document.hidden ? this.turn() : this.speak()), wait);
  }

  speak() {
    const messages = this.queue.filter((one) => one.name), others = this.queue.filter((one) => !one.name);
    this.queue = [];
    this.spoke = Date.now();
    const said = messages.length > 2
      ? [this.sentence("heard-many", { ...words(messages.at(-1)), new: this.counted("new", messages.length) })]
      : messages.map((one) => this.sentence("heard-one", words(one)));
    this.polite.replaceChildren(...others.map(({ text }) => Object.assign(document.createElement("p"), { textContent: text })), ...said);
    clearTimeout(this.wiping);
    this.wiping = setTimeout(() => this.polite.replaceChildren(), stays);
  }

  // sentence fills in a sentence of the page; the words of a member keep their own language.
  sentence(name, { text, lang, ...values }) {
    const p = document.createElement("p");
    for (const part of this.word(name).split(/(\{\w+\})/)) {
      if (part === "{text}") p.append(Object.assign(document.createElement("span"), { textContent: text, lang }));
      else p.append(values[part.slice(1, -1)] ?? part);
    }
    return p;
  }
}

// words are those that the reader sees of a message: as it stands in the list by now, or as it came.
function words({ name, li, html }) {
  const shown = li?.isConnected ? li : parse(html);
  const prose = shown.querySelector(originalsFirst() ? ".msg-text .prose.original" : ".msg-text .prose.translated") ?? shown.querySelector(".msg-text.prose");
  return prose ? { name, text: beginning(prose, longText), lang: prose.lang } : { name, text: "…", lang: "" };
}
