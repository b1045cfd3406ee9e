// Loaded on every page; each part looks for its own attributes and does nothing without them.
//   a[data-switch-language]   keeps the anchor of the page
//   a[data-texts]             shows the originals of the page, or its translations again, at once
//   details[data-menu]        closes on Escape and on a click elsewhere
//   time[data-ago]            "3 minutes ago" stays true
//   [data-confirm="words"]    on a form or a button: asks before sending
//   [data-focus]              gets the focus on load: the problems of a refused form
//   form[data-composer]       loads composer.js
//   template[data-muted]      loads muted.js
// Every form's buttons rest while it is being sent, so that nothing is sent twice.

const lang = document.documentElement.dataset.format; // as the hub writes dates and numbers

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-switch-language]");
  if (link) link.hash = location.hash;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// Texts are turned over where they are, and what is being read stays under the reader's eyes; the hub only hears of it,
// for the next page. Without script the link does both.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-texts]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const root = document.documentElement;
  const show = root.dataset.texts === "original" ? "translation" : "original";
  const stay = anchor();
  if (show === "original") root.dataset.texts = show;
  else delete root.dataset.texts;
  for (const flip of document.querySelectorAll(".flip:checked")) flip.checked = false;
  stay();
  const address = new URL(link.href);
  address.searchParams.set("show", show);
  fetch(address, { keepalive: true, redirect: "manual" }).catch(() => {});
});

// anchor remembers what is being read, a third down the window, and returns what brings it back there.
function anchor() {
  const line = innerHeight / 3;
  const found = [...document.querySelectorAll("main :is(.bitext, .prose, .bititle, h1)")]
    .filter((e) => e.getClientRects().length > 0)
    .map((e) => ({ e, box: e.getBoundingClientRect() }))
    .sort((a, b) => away(a.box, line) - away(b.box, line))[0];
  if (!found) return () => {};
  const whole = found.e.closest(".bitext, .bititle") ?? found.e;
  const before = whole.getBoundingClientRect();
  // Inside a text the same share of it is above the line afterwards; one that is below it keeps its top.
  const share = before.height ? Math.min(Math.max((line - before.top) / before.height, 0), 1) : 0;
  const at = before.top + share * before.height;
  return () => {
    const after = whole.getBoundingClientRect();
    const by = after.top + share * after.height - at;
    let frame = whole.parentElement;
    while (frame && !(frame.scrollHeight > frame.clientHeight && /auto|scroll/.test(getComputedStyle(frame).overflowY))) frame = frame.parentElement;
    (frame ?? window).scrollBy({ top: by, behavior: "instant" });
  };
}

const away = (box, line) => Math.max(box.top - line, line - box.bottom, 0);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

const ago = new Intl.RelativeTimeFormat(lang, { numeric: "always" });

// refreshTimes rewrites the relative times below root, as the hub writes them. Under a minute and past a month the
// hub's own words stay.
export function refreshTimes(root = document) {
  for (const time of root.querySelectorAll("time[data-ago]")) {
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
    let text = "";
    if (seconds >= 60 && seconds < 3600) text = ago.format(-Math.floor(seconds / 60), "minute");
    else if (seconds >= 3600 && seconds < 86400) text = ago.format(-Math.floor(seconds / 3600), "hour");
    else if (seconds >= 86400 && seconds < 31 * 86400) text = ago.format(-Math.floor(seconds / 86400), "day");
    if (text && time.textContent !== text) time.textContent = text;
  }
}
setInterval(refreshTimes, 30_000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refreshTimes(); });

document.addEventListener("submit", (event) => {
  const form = event.target;
  const words = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (words && !confirm(words)) event.preventDefault();
}, true);

// On the window, after every other listener: what a script of the page sends by itself is not sent from here.
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get" || form.method === "dialog") return;
  if (form.hasAttribute("data-pending")) {
    event.preventDefault();
    return;
  }
  form.setAttribute("data-pending", "");
  // After this tick, so that the button's own name and value are still sent.
  setTimeout(() => {
    for (const button of buttonsOf(form)) {
      if (button.disabled) continue;
      button.disabled = true;
      button.setAttribute("data-pending", "");
    }
  });
  setTimeout(() => rest(form), 15_000); // a download, or an answer that never came
  if (form.action.endsWith("/sign-out")) forgetDrafts();
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-pending]").forEach(rest);
});

function buttonsOf(form) {
  return [...form.elements].filter((e) => e.type === "submit");
}

function rest(form) {
  form.removeAttribute("data-pending");
  for (const button of buttonsOf(form)) {
    if (!button.hasAttribute("data-pending")) continue;
    button.disabled = false;
    button.removeAttribute("data-pending");
  }
}

// What was being written must not be read by whoever uses this computer next.
function forgetDrafts() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("senet.draft.")) localStorage.removeItem(key);
  }
  window.indexedDB?.deleteDatabase("senet.outbox"); // room-outbox.js
}

document.querySelector("[data-focus]")?.focus();
if (document.querySelector("form[data-composer]")) import("./composer.js");

const muted = document.querySelector("template[data-muted]");
if (muted) import("./muted.js").then(({ fold }) => fold(muted));
