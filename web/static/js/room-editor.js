// Translating in the room: a[data-improve] of a message or a question opens a small editor below it, with the original in sight. What is
// saved reaches everybody, this window too, as an event of the room. Several may be open; what was typed and not saved is
// there again when the editor is opened again. What others save meanwhile is said and shown, and never touches the field.
//
//   const editor = new Editor(root, { locale, steady });   steady changes the list without moving what is being read
//   editor.heard(li)                                        a translation of the message has come

import { composing, onSubmitKey } from "./keys.js";
import { improveLink, originalsFirst } from "./room-patch.js";

export class Editor {
  constructor(root, { locale, steady }) {
    Object.assign(this, { root, locale, steady });
    this.template = root.querySelector("template[data-translate]");
    this.told = root.querySelector("[data-told]");
    this.kept = new Map(); // what was typed and not saved, by message
    if (!this.template) return;
    root.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      const link = event.target.closest(":is(.msg, .question) a[data-improve]");
      if (!link) return;
      event.preventDefault();
      this.open(link.closest(".msg, .question"), link);
    });
  }

  // unsaved is what was typed and not saved, by message; remember gives it back to another copy of the page.
  unsaved() {
    for (const form of this.root.querySelectorAll(".msg-editor")) this.keep(form.desk);
    return [...this.kept];
  }

  remember(texts) { this.kept = new Map(texts); }

  keep({ id, field, saved }) {
    if (field.value !== saved && !field.readOnly) this.kept.set(id, field.value);
    else this.kept.delete(id);
  }

  // open opens the editor of a message, or goes to it.
  open(li, link) {
    const there = li.querySelector(".msg-editor");
    if (there) return there.elements.text.focus();
    const [, kind, id, to] = link.pathname.match(/\/translate\/(message|question)\/(\d+)\/([\w-]+)$/);
    const form = this.template.content.firstElementChild.cloneNode(true);
    const desk = { li, form, field: form.elements.text, id: `${kind}:${id}`, url: `/api/v1/${kind}s/${id}/translations/${to}?locale=${this.locale}`, saved: "" };
    form.querySelector("a[data-page]").href = link.href;
    form.desk = desk;
    this.steady(() => {
      li.querySelector(".msg-text").after(form);
      li.classList.add("editing");
      turn(desk, true);
    });
    form.scrollIntoView({ block: "nearest" });
    desk.field.focus({ preventScroll: true });
    onSubmitKey(desk.field, () => this.save(desk));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save(desk);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || composing(event)) return;
      event.stopPropagation();
      this.close(desk);
    });
    form.querySelector("[data-close]").addEventListener("click", () => this.close(desk));
    this.begin(desk);
  }

  // begin fills the field with the translation as it is now, or with what was typed before.
  async begin(desk) {
    const { field } = desk;
    const there = desk.li.querySelector(".bitext");
    desk.revision = there ? undefined : 0;
    field.readOnly = true;
    const found = there && await this.load(desk);
    field.readOnly = false;
    if (!field.isConnected) return;
    desk.saved = found?.text ?? "";
    field.value = this.kept.get(desk.id) ?? desk.saved;
    field.dispatchEvent(new Event("input"));
    field.setSelectionRange(field.value.length, field.value.length);
    desk.form.scrollIntoView({ block: "nearest" });
  }

  // load asks for the translation; null when there is none or it cannot be had. The revision that it has is the one that
  // is corrected: what others saved after it is not overwritten unseen.
  async load(desk) {
    try {
      const answer = await fetch(desk.url);
      if (answer.status === 404) desk.revision = 0;
      if (!answer.ok) return null;
      const found = await answer.json();
      desk.revision = found.revision;
      return found;
    } catch {
      return null; // saving will tell
    }
  }

  async save(desk) {
    const { form, field } = desk;
    if (desk.saving || field.readOnly) return;
    desk.saving = true;
    form.setAttribute("aria-busy", "true");
    say(desk, "");
    try {
      const answer = await fetch(desk.url, {
        method: "PUT", headers: { "Content-Type": "application/json", "X-CSRF-Token": form.elements._csrf.value },
        body: JSON.stringify({ text: field.value.trim(), revision: desk.revision }),
      });
      if (answer.ok) {
        this.kept.delete(desk.id);
        desk.saved = field.value;
        this.told.textContent = form.dataset.saved;
        this.close(desk);
        return;
      }
      const { error } = await answer.json();
      if (answer.status === 409) await this.load(desk);
      say(desk, error.fields?.text ?? error.message);
      field.focus({ preventScroll: true });
    } catch {
      say(desk, form.dataset.failed);
    } finally {
      desk.saving = false;
      form.removeAttribute("aria-busy");
    }
  }

  // heard tells who is translating that somebody else has done so, and shows it.
  heard(li) {
    const desk = li.querySelector(".msg-editor")?.desk;
    if (!desk || desk.saving || desk.field.readOnly) return;
    turn(desk, false);
    say(desk, desk.form.dataset.changed);
    this.load(desk);
  }

  close(desk) {
    const { li, form } = desk;
    this.keep(desk);
    const inside = form.contains(document.activeElement);
    this.steady(() => {
      form.remove();
      li.classList.remove("editing");
      turn(desk, false);
    });
    if (inside) improveLink(li)?.focus({ preventScroll: true });
  }
}

// turn shows the original of the message that is translated, or what was shown before.
function turn(desk, original) {
  const flip = desk.li.querySelector(".flip");
  if (!flip) return;
  if (original) {
    desk.flipped = flip.checked;
    flip.checked = !originalsFirst();
  } else {
    flip.checked = desk.flipped ?? false;
  }
}

function say(desk, why) {
  const place = desk.form.querySelector("[data-why]");
  place.textContent = why;
  place.hidden = !why;
  desk.field.toggleAttribute("aria-invalid", Boolean(why));
}
