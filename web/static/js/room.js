// The live room: follows the log over the line, sends what the member writes through the outbox, and shows how
// things stand. All words come from the page; inbound traffic never touches the field.

import { onEnter } from "./keys.js";
import { watchLanguage } from "./lang-guess.js";
import { beside } from "./room-beside.js";
import { Editor } from "./room-editor.js";
import { Fresh } from "./room-fresh.js";
import { Keys } from "./room-keys.js";
import { Line } from "./room-line.js";
import { Log } from "./room-log.js";
import { Outbox } from "./room-outbox.js";
import { Reads } from "./room-read.js";
import { Sender } from "./room-send.js";
import { Voice } from "./room-voice.js";

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
const csrf = document.querySelector("[name=_csrf]")?.value ?? "";

const log = new Log(root, {
  unread: word("unread"),
  onGap: () => line.join(),
  onReset: () => fresh.load(),
  onCount: showFresh,
  onMessage(_, e) {
    $("[data-empty]").hidden = true;
    if (e.by) typists.delete(e.by.id);
    showTyping();
    if (e.data.client_id) sender.arrived(e.data.client_id);
  },
  onTranslation(li) { editor.heard(li); },
  onPage: () => setTimeout(more),
});

const reads = new Reads(root, { log, locale: data.locale, csrf });
const voice = new Voice(root, { word, counted });
log.on("message", (e) => {
  voice.heard(log.message(e.data.id), e);
  reads.look();
});

const editor = new Editor(root, { locale: data.locale, steady: (change) => log.steady(change) });

const outbox = new Outbox(data.member, data.room, { changed: () => sender.show() });

const fresh = new Fresh(root, { address: () => log.address() });
log.on("erase", () => fresh.load()); // what was said is gone, from this page too
fresh.with("editor", () => editor.unsaved(), (texts) => editor.remember(texts));
fresh.with("outbox", () => outbox.loose(), (messages) => outbox.adopt(messages).then(() => sender.show()));
fresh.with("reply", () => form?.elements.reply_to.value ?? "", (id) => { if (id && form) replyTo(log.message(id)); });

const line = new Line({
  room: Number(data.room),
  member: Number(data.member),
  locale: data.locale,
  csrf,
  poll: data.transport === "poll" || new URLSearchParams(location.search).get("transport") === "poll",
  after: () => log.last,
  on: {
    state() {
      showState();
      sender.broken();
      if (line.up) reads.tell();
      tellState();
    },
    joined(frame) { log.joined(frame); },
    event(frame) { log.event(frame); },
    ack(id, seq) { sender.delivered(id, seq); },
    error(id, why, how) { if (id) sender.refused(id, why, how); },
    presence: showPresence,
    sanction(frame) { around.sanctioned(frame.sanction); },
    typing(by) {
      typists.set(by.id, { name: by.name, until: Date.now() + 5000 });
      showTyping();
      setTimeout(showTyping, 5100);
    },
  },
});

const sender = new Sender(root, {
  outbox, line, log, word,
  failed: (why) => voice.alarm(word("not-sent").replace("{why}", why)),
  changed() {
    showState();
    guard();
    const signOut = document.querySelector('form[action$="/sign-out"]'), n = outbox.entries.size;
    if (signOut && n) signOut.dataset.confirm = counted("losing", n);
    else signOut?.removeAttribute("data-confirm");
  },
});

// ---- how things stand

function showState() {
  const n = outbox.waiting;
  const words = [data.readOnly && line.state === "live" ? "" : word(line.state)];
  if (n && line.state !== "live") words.push(counted("waiting", n));
  if (!outbox.kept) words.push(word("only-here"));
  const bar = $(".room-state");
  bar.dataset.state = line.state;
  const text = words.filter(Boolean).join(" · ");
  const place = $("[data-state-words]");
  if (text && place.textContent !== text) place.textContent = text;
  $("[data-refresh]").hidden = line.up;
}

// What is broken for a moment is not worth a word; what lasts is said, and so is its end.
let toldState = "live";
let tellTimer = 0;

function tellState() {
  clearTimeout(tellTimer);
  if (line.over) return voice.alarm(word(line.state));
  const broken = line.state === "offline";
  if (line.state === "connecting" || broken === (toldState === "offline")) return;
  tellTimer = setTimeout(() => {
    toldState = broken ? "offline" : "live";
    voice.say(word(line.state));
  }, broken ? 3000 : 0);
}

function showFresh(n) {
  const bar = $("[data-more]");
  bar.hidden = n === 0;
  bar.querySelector("button").textContent = n ? `${counted("new", n)} ↓` : "";
  const newest = $(".room-newest");
  if (newest) newest.hidden = n > 0; // this says more
}

$("[data-more] button").addEventListener("click", () => {
  if (log.following) log.toEnd();
  else toNewest();
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

// toNewest opens the page that follows the talk.
function toNewest() { location.assign($("a[data-refresh]").href); }

// ---- writing

let look = () => {}; // at the language of what is written
let storing = 0; // messages on their way into the outbox: until they are there the draft keeps them
let drafted = true; // what is in the field is kept
const draftKey = `senet.draft.room.${data.member}.${data.room}`;

function keepDraft() {
  if (storing) return;
  try {
    if (field.value) localStorage[draftKey] = field.value;
    else delete localStorage[draftKey];
    drafted = true;
  } catch {
    drafted = !field.value;
  }
  guard();
}

// guard has the browser ask before the page goes away with what nothing else keeps.
function guard() {
  if (outbox.kept && drafted) window.removeEventListener("beforeunload", warn);
  else window.addEventListener("beforeunload", warn);
}

function warn(event) {
  if (!fresh.going) event.preventDefault();
}

async function submit() {
  const body = field.value.trim();
  if (!body || line.over) return;
  const said = { body, lang: form.elements.lang.value, reply_to: Number(form.elements.reply_to.value) || undefined };
  field.value = "";
  look();
  replyTo(null);
  field.focus();
  storing++;
  await outbox.add(said);
  storing--;
  keepDraft();
  if (!log.following) return toNewest();
  sender.show();
  log.toEnd();
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
  const older = event.target.closest("a[data-older]"), newer = event.target.closest("a[data-newer]");
  if (!older && !newer) return;
  event.preventDefault();
  if (older) log.older(older);
  else log.newer(newer);
});

// more fetches what stands before or after the part of the talk that is here, before its end is reached.
function more() {
  const older = $("a[data-older]:not([aria-disabled])"), newer = $("a[data-newer]:not([aria-disabled])");
  const { scrollTop, scrollHeight, clientHeight } = log.scroll;
  if (older && scrollTop < 200) log.older(older);
  else if (newer && scrollHeight - scrollTop - clientHeight < 200) log.newer(newer);
}

log.scroll.addEventListener("scroll", more, { passive: true });

word.counted = counted;
const around = beside({ root, log, editor, locale: data.locale, csrf, told: say, word, data, fresh });

// say tells something that has no place of its own, to everybody.
function say(words) {
  const place = $("[data-told-all]");
  place.textContent = words;
  place.hidden = !words;
}

function start() {
  root.classList.add("alive");
  const elsewhere = log.open(reads.marker);
  if (elsewhere) { // with what is kept in the entry of the history
    history.replaceState(history.state, "", elsewhere);
    return location.reload();
  }
  new Keys(root, { log, reply: (li) => { if (form) replyTo(li); }, back: () => field?.focus() });
  fresh.restore();
  reads.start();
  more();
  line.start();
}

start();
