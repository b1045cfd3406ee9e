// Helps with writing: the language, preview, drafts, quotes. Without it the form works as it is.
//
//   <form data-composer data-place="thread:12"     the place of the draft, one a form
//         data-draft-url="/en/drafts/thread:12"    PUT JSON {title, body, lang, kind} with X-CSRF-Token; DELETE is never sent
//         data-draft-at="2026-11-23T12:04:00Z"     when the draft that the hub has put into the fields was saved; absent: none
//         data-saved="Draft saved {time}" data-saved-here="Saved on this device" data-failed="…"   words
//         data-preview-url="/en/preview"           POST of the form's fields → HTML
//         data-guess-en="…" data-guess-zh="…">     words for the language that was recognised
//     input[name=title]?  textarea[name=body]  select[name=lang]?  [name=kind]?
//     [data-draft-status]        where the words about the draft appear (role=status)
//     [data-lang-guess]          where the words about the language appear; an option with an empty value leaves the
//                                decision to the hub and stays chosen
//     button[data-preview]       shows and hides [data-preview-region]
//   anywhere: a[data-quote-url]  GET → Markdown, put in at the cursor; data-quote-into="form id" when there are several
//
// A draft is kept on this device at once and on the hub 1.5 s after the last key. Of the two the newer one is shown.

import { onSubmitKey, whenSettled } from "./keys.js";
import { watchLanguage } from "./lang-guess.js";
import { completeMentions } from "./mention.js";

const pause = 1500;
const lang = document.documentElement.dataset.format;

class Draft {
  constructor(form) {
    this.form = form;
    this.key = `senet.draft.${form.dataset.place}`;
    this.status = form.querySelector("[data-draft-status]");
    this.saving = false;
    const body = form.elements.body;
    const typed = body.value !== body.defaultValue && body.value !== this.local()?.values.body;
    if (typed) this.changed(); // before this script was there
    else this.restore();
    form.addEventListener("input", () => this.changed());
    form.addEventListener("submit", () => this.sent());
    window.addEventListener("online", () => { if (this.local()?.unsaved) this.save(); });
    window.addEventListener("pagehide", () => { if (this.timer) this.save(true); });
  }

  fields() {
    const values = {};
    for (const name of ["title", "body", "lang", "kind"]) {
      const field = this.form.elements[name];
      if (field) values[name] = field.value;
    }
    return values;
  }

  local() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  keep(state) {
    try {
      if (state) localStorage.setItem(this.key, JSON.stringify(state));
      else localStorage.removeItem(this.key);
    } catch {
      // No room or not allowed: the hub's copy remains.
    }
  }

  // restore takes the local copy when it never reached the hub and is newer than the hub's. A copy that was sent is
  // only taken when the reader came back to an empty field: then the sending failed.
  restore() {
    const local = this.local();
    if (!local) return;
    const body = this.form.elements.body;
    const back = performance.getEntriesByType("navigation")[0]?.type !== "navigate";
    const newer = local.at > (Date.parse(this.form.dataset.draftAt) || 0);
    if (local.sent ? back && !body.value : local.unsaved && newer) {
      for (const [name, value] of Object.entries(local.values)) {
        const field = this.form.elements[name];
        if (field && value) field.value = value;
      }
      this.say("savedHere");
      this.changed();
      return;
    }
    this.keep(null);
  }

  changed() {
    this.keep({ values: this.fields(), at: Date.now(), unsaved: true });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  async save(leaving = false) {
    clearTimeout(this.timer);
    this.timer = 0;
    const url = this.form.dataset.draftUrl;
    if (!url) return;
    if (this.saving && !leaving) {
      this.timer = setTimeout(() => this.save(), pause);
      return;
    }
    this.saving = true;
    const state = this.local();
    const values = this.fields();
    try {
      const answer = await fetch(url, {
        method: "PUT", keepalive: leaving,
        headers: { "Content-Type": "application/json", "X-CSRF-Token": this.form.elements._csrf.value },
        body: JSON.stringify(values),
      });
      if (!answer.ok) {
        this.say("failed");
        return;
      }
      if (this.local()?.at === state?.at && state) this.keep({ ...state, unsaved: false });
      this.say("saved");
    } catch {
      this.say("savedHere");
    } finally {
      this.saving = false;
    }
  }

  sent() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.keep({ values: this.fields(), at: Date.now(), sent: true });
  }

  say(which) {
    if (!this.status) return;
    const time = new Date().toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" });
    this.status.textContent = (this.form.dataset[which] ?? "").replace("{time}", time);
  }
}

function watchPreview(form) {
  const button = form.querySelector("button[data-preview]");
  const region = form.querySelector("[data-preview-region]");
  if (!button || !region) return;
  button.type = "button";
  button.hidden = false;
  let timer = 0;
  let asked = 0;
  const show = async () => {
    const turn = ++asked;
    try {
      const answer = await fetch(form.dataset.previewUrl, {
        method: "POST", body: new URLSearchParams(new FormData(form)),
        headers: { "X-CSRF-Token": form.elements._csrf.value },
      });
      const html = await answer.text();
      if (turn !== asked) return; // a newer one is on its way
      if (answer.ok) {
        const text = region.querySelector(".prose") ?? region.appendChild(document.createElement("div"));
        text.className = "prose";
        text.lang = form.elements.body.lang;
        text.innerHTML = html; // made safe by the hub, as in a post
      }
      region.classList.toggle("old", !answer.ok);
    } catch {
      region.classList.add("old");
    }
  };
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    region.hidden = !region.hidden;
    button.setAttribute("aria-pressed", String(!region.hidden));
    if (!region.hidden) show();
  });
  form.addEventListener("input", () => {
    if (region.hidden) return;
    clearTimeout(timer);
    timer = setTimeout(show, 800);
  });
}

// grow keeps a text area as high as its text, in browsers whose style sheets cannot.
export function grow(field) {
  if (CSS.supports("field-sizing", "content")) return;
  const fit = () => {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
  };
  field.addEventListener("input", fit);
  if (field.value) fit();
}

// insert puts text at the cursor of a form's body, on lines of its own, where undo can take it back.
export function insert(form, text) {
  whenSettled(() => {
    const field = form.elements.body;
    const before = field.value.slice(0, field.selectionStart);
    const gap = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    field.focus();
    const whole = `${gap}${text.trimEnd()}\n\n`;
    if (!document.execCommand("insertText", false, whole)) {
      field.setRangeText(whole, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    field.scrollIntoView({ block: "center" });
  });
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("[data-quote-url]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const form = document.getElementById(link.dataset.quoteInto) ?? document.querySelector("form[data-composer]");
  if (!form) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.dataset.quoteUrl);
    if (!answer.ok) throw new Error(answer.statusText);
    insert(form, await answer.text());
  } catch {
    if (link.href) location.assign(link.href); // the page without script can do it too
  }
});

for (const form of document.querySelectorAll("form[data-composer]")) {
  if (form.dataset.place) new Draft(form);
  watchLanguage(form);
  watchPreview(form);
  grow(form.elements.body);
  onSubmitKey(form.elements.body, () => form.requestSubmit());
  completeMentions(form.elements.body);
}
