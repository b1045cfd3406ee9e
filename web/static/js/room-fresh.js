// Loads the page of a room afresh, when too much was missed to be folded. What is typed stays: in every field of the room,
// with the focus and the cursor, and what other modules give it to keep. It waits for the end of a word that is being
// composed, and for the hub to be there: a page of the browser's own that says "no connection" would take everything away.
//
//   const fresh = new Fresh(root, { address })      address() is where the page is to open
//   fresh.with(name, keep, restore)                 keep() is plain data of a module, restore(data) gets it in the new page
//   fresh.restore()                                 once all are known
//   fresh.load()

import { composing, whenSettled } from "./keys.js";

const spread = 2000;   // ms over which those who missed the same come back
const longest = 30_000; // ms between two tries
const typed = new Set(["textarea", "text", "search", "url", "date", "number", "select-one", "checkbox"]);

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Fresh {
  constructor(root, { address }) {
    Object.assign(this, { root, address, modules: new Map() });
  }

  with(name, keep, restore) { this.modules.set(name, { keep, restore }); }

  async load() {
    if (this.loading) return;
    this.loading = true;
    for (let wait = Math.random() * spread; ; wait = Math.min(2 * wait + 500, longest)) {
      await pause(wait);
      if (await there()) break;
    }
    const go = () => {
      if (composing()) return whenSettled(go);
      this.keep();
      this.going = true;
      location.reload();
    };
    go();
  }

  // keep leaves what is typed with the entry of the history, which outlives a reload and needs nobody's leave.
  keep() {
    const kept = { member: this.root.dataset.member, fields: {}, modules: {} };
    for (const [key, field] of this.fields()) {
      if (value(field) !== initial(field)) kept.fields[key] = value(field);
      if (field === document.activeElement) kept.focus = { key, start: start(field) };
    }
    for (const [name, { keep }] of this.modules) kept.modules[name] = keep();
    history.replaceState({ fresh: kept }, "", this.address());
  }

  restore() {
    const kept = history.state?.fresh;
    if (!kept) return;
    history.replaceState(null, "");
    if (kept.member !== this.root.dataset.member) return;
    for (const [name, { restore }] of this.modules) if (kept.modules[name] !== undefined) restore(kept.modules[name]);
    for (const [key, field] of this.fields()) {
      if (key in kept.fields && value(field) !== kept.fields[key]) {
        if (field.type === "checkbox") field.checked = kept.fields[key];
        else field.value = kept.fields[key];
        for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
      }
      if (kept.focus?.key !== key) continue;
      field.focus({ preventScroll: true });
      if (kept.focus.start !== null) field.setSelectionRange(kept.focus.start, kept.focus.start);
    }
  }

  // fields are those outside of messages, by a name that they have in every copy of the page.
  *fields() {
    const seen = new Map();
    for (const field of this.root.querySelectorAll(":is(textarea,input,select)")) {
      if (!typed.has(field.type) || field.closest(".msg")) continue;
      const name = `${field.form?.getAttribute("action") ?? ""} ${field.name || field.id}`;
      const n = seen.get(name) ?? 0;
      seen.set(name, n + 1);
      yield [`${name} ${n}`, field];
    }
  }
}

async function there() {
  try {
    return (await fetch(location.href, { method: "HEAD", cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

function value(field) { return field.type === "checkbox" ? field.checked : field.value; }

function initial(field) {
  if (field.type === "checkbox") return field.defaultChecked;
  if (!field.options) return field.defaultValue;
  return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value;
}

function start(field) {
  try {
    return field.selectionStart;
  } catch {
    return null; // a field without a cursor
  }
}
