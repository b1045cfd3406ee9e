// Helps with translating a text. Without it the form works as it is.
//
//   <form data-translate data-place="translate:post:12:zh"   the place of what is kept on this device
//         data-check-url="…"      POST of the form's fields → JSON {used: [[true, …], …], html}
//         data-typed              the hub has sent back what was typed: it is newer than what is kept
//         data-kept="Kept {time}" data-restored="…" data-misfit="…">   words
//     [data-row]                  a paragraph: its terms [data-term] (.used: the translation has it) and its field
//     [data-insert="words"]       puts them into the paragraph's field, at the cursor
//     [data-with-script]          is shown when there is a script
//     button[data-preview]        shows [data-preview-region]
//     [data-draft-status]  button[data-discard]  a[data-misfit-link]
//
// What is typed is kept on this device at every key, by text and language, with the versions that it belongs to: after a
// restart it is still a correction of what its writer saw. Ctrl+Enter saves.

import { grow } from "./composer.js";
import { onSubmitKey, whenSettled } from "./keys.js";

const lang = document.documentElement.dataset.format;
const pause = 1200;

const form = document.querySelector("form[data-translate]");
if (form) start();

function start() {
  const fields = [...form.querySelectorAll("[name=row], [name=text]")];
  for (const element of form.querySelectorAll("[data-with-script]")) element.hidden = false;
  for (const field of fields) {
    if (field.tagName === "TEXTAREA") grow(field);
    onSubmitKey(field, () => save());
  }
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (button) insert(button.closest("[data-row]").querySelector("[name=row], [name=text]"), button.dataset.insert);
  });
  watch();
  keep(fields);
}

function save() {
  const button = form.querySelector("button.primary");
  if (button) form.requestSubmit(button);
}

// insert puts words in at the cursor, where undo can take them back; between letters of a script with spaces with a space.
function insert(field, words) {
  if (field.readOnly) return;
  whenSettled(() => {
    const before = field.value.slice(0, field.selectionStart);
    const after = field.value.slice(field.selectionEnd);
    const joins = (a, b) => /[\p{Script=Latin}\p{N}.,;:!?)]$/u.test(a) && /^[\p{Script=Latin}\p{N}(]/u.test(b);
    const whole = (joins(before, words) ? " " : "") + words + (joins(words, after) ? " " : "");
    field.focus();
    if (!document.execCommand("insertText", false, whole)) {
      field.setRangeText(whole, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
  });
}

// watch asks the hub which terms are used and how the whole looks, when nobody has typed for a moment.
function watch() {
  const region = form.querySelector("[data-preview-region]");
  const button = form.querySelector("button[data-preview]");
  let timer = 0;
  let asked = 0;
  const look = async () => {
    clearTimeout(timer);
    const turn = ++asked;
    try {
      const answer = await fetch(form.dataset.checkUrl, {
        method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-CSRF-Token": form.elements._csrf.value },
      });
      if (turn !== asked) return; // a newer one is on its way
      region.classList.toggle("old", !answer.ok);
      if (answer.ok) show(await answer.json());
    } catch {
      region.classList.add("old");
    }
  };
  const show = ({ used, html }) => {
    [...form.querySelectorAll("[data-row]")].forEach((row, i) => {
      [...row.querySelectorAll("[data-term]")].forEach((term, j) => term.classList.toggle("used", Boolean(used[i]?.[j])));
    });
    region.querySelector(".prose").innerHTML = html; // made safe by the hub, as in a post
  };
  button?.addEventListener("click", (event) => {
    event.preventDefault();
    region.hidden = !region.hidden;
    button.setAttribute("aria-pressed", String(!region.hidden));
    if (!region.hidden) look().then(() => region.scrollIntoView({ block: "nearest" }));
  });
  button?.setAttribute("aria-pressed", String(!region.hidden));
  form.addEventListener("input", () => {
    clearTimeout(timer);
    if (form.querySelector("[data-term]") || !region.hidden) timer = setTimeout(look, pause);
  });
}

// keep keeps what is typed, and brings back what was never saved.
function keep(fields) {
  const key = `senet.draft.${form.dataset.place}`;
  const status = form.querySelector("[data-draft-status]");
  const discard = form.querySelector("[data-discard]");
  const { revision, source_version: version } = form.elements;
  const typed = () => fields.map((field) => field.value);
  const untouched = typed();
  let lost = false; // what is typed could not be kept

  const store = (more) => {
    const state = { rows: typed(), whole: fields[0]?.name === "text", revision: revision.value, version: version.value, at: Date.now(), ...more };
    try {
      localStorage.setItem(key, JSON.stringify(state));
      lost = false;
    } catch {
      lost = true; // no room, or not allowed
    }
  };
  const forget = () => {
    try {
      localStorage.removeItem(key);
    } catch {
      // Where nothing can be kept, nothing is.
    }
  };
  const say = (words) => {
    const time = new Date().toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" });
    if (status) status.textContent = (words ?? "").replace("{time}", time);
  };

  const restore = () => {
    let state = null;
    try {
      state = JSON.parse(localStorage.getItem(key));
    } catch {
      // As if there were none.
    }
    if (!state?.rows) return;
    const saved = state.sent && (state.revision !== revision.value || state.rows.join() === untouched.join());
    if (saved || state.rows.join("").trim() === "") return forget();
    const whole = fields[0].name === "text" && fields.length === 1;
    const fits = state.rows.length === fields.length && state.version === version.value && state.whole === whole;
    if (!fits && !whole) {
      say(form.dataset.misfit);
      form.querySelector("[data-misfit-link]").hidden = false;
      offer();
      return;
    }
    if (fits) fields.forEach((field, i) => { field.value = state.rows[i]; });
    else fields[0].value = state.rows.join("\n\n");
    // It is still a correction of what its writer saw, so that what others saved since is not overwritten unseen.
    revision.value = state.revision;
    version.value = state.version;
    say(form.dataset.restored);
    offer();
    for (const field of fields) field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };
  const offer = () => {
    discard.hidden = false;
    discard.addEventListener("click", () => {
      forget();
      lost = false;
      location.reload();
    }, { once: true });
  };

  if (!status || !fields.length) return; // nothing can be saved here
  if ("typed" in form.dataset) store();
  else restore();
  form.addEventListener("input", (event) => {
    store();
    if (event.isTrusted) say(lost ? "" : form.dataset.kept);
  });
  form.addEventListener("submit", () => {
    store({ sent: true });
    lost = false;
  });
  window.addEventListener("beforeunload", (event) => { if (lost) event.preventDefault(); });
}
