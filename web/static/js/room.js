// The live room: follows the log over the line, sends what the member writes through the outbox, and shows how
// things stand. All words come from the page; inbound traffic never touches the field.

import { onEnter } from "./keys.js";
import { guess } from "./lang.js";
import { watchLanguage } from "./lang-guess.js";
import { Editor } from "./room-editor.js";
import { Fresh } from "./room-fresh.js";
import { beside } from "./room-beside.js";
import { Line } from "./room-line.js";
import { Log } from "./room-log.js";
import { Outbox } from "./room-outbox.js";

const root = document.querySelector("[data-room]");
const data = root.dataset;
const $ = (selector) => root.querySelector(selector);
const word = (name) => root.getAttribute(`data-w-${name}`) ?? "";
const format = document.documentElement.dataset.format;
const plural = new Intl.PluralRules(format);
const order = new Intl.Collator(format);
const digits = new Intl.NumberFormat(format);
const counted = (name, n) => (word(`${name}-${plural.select(n)}`) || word(`${name}-other`)).replace("{n}", digits.format(n));

const form = $("form[data-say]");
const field = form?.elements.body;
const outbox = new Outbox(data.member, data.room);
const pending = new Map(); // what the outbox's messages look like, by id
let inFlight = null;
let flightTimer = 0;

const log = new Log(root, {
  unread: word("unread"),
  onGap: () => line.join(),
  onReset: () => fresh.load(),
  onCount: showFresh,
  onMessage(_, e) {
    $("[data-empty]").hidden = true;
    if (e.by) typists.delete(e.by.id);
    showTyping();
    if (e.data.client_id) arrived(e.data.client_id);
  },
  onTranslation(li) { editor.heard(li); },
});

const editor = new Editor(root, { locale: data.locale, steady: (change) => log.steady(change) });

const fresh = new Fresh(root, { address: () => log.place() });
fresh.with("editor", () => editor.unsaved(), (texts) => editor.remember(texts));
fresh.with("reply", () => form?.elements.reply_to.value ?? "", (id) => { if (id && form) replyTo(log.message(id)); });

const line = new Line({
  room: Number(data.room),
  locale: data.locale,
  csrf: form?.elements._csrf.value ?? "",
  poll: data.transport === "poll" || new URLSearchParams(location.search).get("transport") === "poll",
  after: () => log.last,
  on: {
    state() {
      inFlight = null;
      showState();
      flush();
    },
    joined(frame) { log.joined(frame); },
    event(frame) { log.event(frame); },
    ack: delivered,
    error: refused,
    presence: showPresence,
    sanction(frame) { around.sanctioned(frame.sanction); },
    typing(by) {
      typists.set(by.id, { name: by.name, until: Date.now() + 5000 });
      showTyping();
      setTimeout(showTyping, 5100);
    },
  },
});

// ---- how things stand

function showState() {
  const n = outbox.waiting;
  const words = [data.readOnly && line.state === "live" ? "" : word(line.state)];
  if (n && line.state !== "live") words.push(counted("waiting", n));
  const bar = $(".room-state");
  bar.dataset.state = line.state;
  const text = words.filter(Boolean).join(" · ");
  const place = $("[data-state-words]");
  if (text && place.textContent !== text) place.textContent = text;
  $("[data-refresh]").hidden = line.up;
}

function showFresh(n) {
  const bar = $("[data-more]");
  bar.hidden = n === 0;
  bar.querySelector("button").textContent = n ? `${counted("new", n)} ↓` : "";
}

$("[data-more] button").addEventListener("click", () => {
  if (log.following) log.toEnd();
  else location.assign($("a[data-newest]")?.href ?? location.pathname);
});

const typists = new Map();

function showTyping() {
  const now = Date.now();
  for (const [id, t] of typists) if (t.until <= now) typists.delete(id);
  const names = [...typists.values()].map((t) => t.name);
  const text = names.length === 0 ? "" : names.length === 1 ? word("typing-one").replace("{name}", names[0]) : word("typing-many");
  const place = $("[data-typing]");
  if (place.textContent !== text) place.textContent = text;
}

function showPresence(p) {
  root.dispatchEvent(new CustomEvent("room:presence", { detail: p }));
  $("[data-count]").textContent = counted("here", p.count);
  for (const side of root.querySelectorAll("[data-side]")) {
    const n = p.sides?.[side.dataset.side] ?? 0;
    side.hidden = n === 0;
    side.querySelector("[data-n]").textContent = digits.format(n);
  }
  $("[data-sample]").replaceChildren(...p.sample.sort((a, b) => order.compare(a.name, b.name)).map((by) => {
    const li = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: `/${data.locale}/m/${encodeURIComponent(by.handle)}`, textContent: by.name });
    const from = Object.assign(document.createElement("span"), { className: "meta", textContent: by.affiliation });
    li.append(link, " ", from);
    return li;
  }));
}

// ---- sending

function show(m) {
  const li = $("template[data-pending]").content.firstElementChild.cloneNode(true);
  Object.assign(li.querySelector("[data-text]"), { textContent: m.body, lang: m.lang || guess(m.body) });
  li.querySelector("[data-retry]").addEventListener("click", () => {
    m.state = "queued";
    drawState(m);
    flush();
  });
  li.querySelector("[data-discard]").addEventListener("click", () => {
    outbox.remove(m.id);
    drop(m.id);
    showState();
    flush();
  });
  pending.set(m.id, li);
  log.list.append(li);
  drawState(m);
}

function drawState(m, why = "") {
  const li = pending.get(m.id);
  if (!li) return;
  const failed = m.state === "failed";
  li.classList.toggle("failed", failed);
  li.querySelector("[data-failed]").hidden = !failed;
  li.querySelector("[data-why]").textContent = why;
  li.querySelector("[data-state-of-message]").textContent = word(failed ? "failed" : line.up ? "sending" : "queued");
}

// flush sends the message whose turn it is. The next one follows its answer.
function flush() {
  for (const m of outbox.entries.values()) if (m.state !== "failed") drawState(m);
  if (inFlight || !line.up) return;
  const m = outbox.next();
  if (!m) return;
  inFlight = m.id;
  clearTimeout(flightTimer);
  flightTimer = setTimeout(() => retry(m.id), 20_000); // no answer: saying it again is harmless
  line.say(m);
}

function retry(id) {
  if (inFlight !== id) return;
  inFlight = null;
  flush();
}

// delivered: the hub has committed a message. Its picture stays until its event is in the list.
function delivered(id, seq) {
  outbox.remove(id);
  const li = pending.get(id);
  if (li && seq > log.last && log.following) {
    li.querySelector("[data-state-of-message]").textContent = word("sent-at");
  } else drop(id);
  answered(id);
}

// arrived: the event of a message is in the list.
function arrived(id) {
  if (!pending.has(id) && !outbox.entries.has(id)) return;
  outbox.remove(id);
  drop(id);
  answered(id);
}

function drop(id) {
  pending.get(id)?.remove();
  pending.delete(id);
}

function answered(id) {
  if (inFlight === id) {
    inFlight = null;
    clearTimeout(flightTimer);
  }
  showState();
  flush();
}

function refused(id, why, after) {
  const m = id && outbox.entries.get(id);
  if (!m) return;
  clearTimeout(flightTimer);
  if (after > 0) {
    flightTimer = setTimeout(() => retry(id), after); // its turn stays its turn
    return;
  }
  if (inFlight === id) inFlight = null;
  m.state = "failed";
  drawState(m, why);
  showState();
  flush();
}

// ---- writing

let look = () => {}; // at the language of what is written
const draftKey = `senet.draft.room.${data.member}.${data.room}`;

function keepDraft() {
  try {
    if (field.value) localStorage[draftKey] = field.value;
    else delete localStorage[draftKey];
  } catch {
    // No storage: nothing is kept.
  }
}

function submit() {
  const body = field.value.trim();
  if (!body || line.over) return;
  const m = outbox.add(body, form.elements.lang.value, Number(form.elements.reply_to.value) || 0);
  field.value = "";
  look();
  keepDraft();
  replyTo(null);
  show(m);
  log.toEnd();
  showState();
  flush();
  field.focus();
}

function replyTo(li) {
  form.elements.reply_to.value = li ? li.dataset.id : "";
  $("[data-reply-bar]").hidden = !li;
  if (!li) return;
  $("[data-reply-words]").textContent = word("replying").replace("{name}", li.querySelector(".msg-name").textContent);
  field.focus();
}

if (form) {
  try {
    if (!field.value) field.value = localStorage[draftKey] ?? "";
  } catch {
    // As above.
  }
  look = watchLanguage(form);
  for (const m of outbox.entries.values()) show(m);
  let typed = 0;
  field.addEventListener("input", () => {
    keepDraft();
    if (!field.value || Date.now() - typed < 3000) return;
    typed = Date.now();
    line.typing();
  });
  onEnter(field, submit);
  import("./mention.js").then(({ completeMentions }) => completeMentions(field), () => {}); // visitors do without
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  $("[data-reply-off]").addEventListener("click", (event) => {
    event.preventDefault();
    replyTo(null);
    field.focus();
  });
}

root.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const reply = event.target.closest("a[data-reply]");
  if (reply && form) {
    event.preventDefault();
    replyTo(reply.closest(".msg"));
  }
  const older = event.target.closest("a[data-older]");
  if (older) {
    event.preventDefault();
    log.older(older);
  }
});

log.scroll.addEventListener("scroll", () => {
  const older = $("a[data-older]:not([aria-disabled])");
  if (older && log.scroll.scrollTop < 200) log.older(older);
}, { passive: true });

word.counted = counted;
const around = beside({ root, log, locale: data.locale, csrf: form?.elements._csrf.value ?? $("#act [name=_csrf]")?.value ?? "", told: say, word, data });

// say tells something that has no place of its own, to everybody.
function say(words) {
  const place = $("[data-told-all]");
  place.textContent = words;
  place.hidden = !words;
}

root.classList.add("alive");
log.open();
fresh.restore();
line.start();
