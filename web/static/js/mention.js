// Completes names while somebody writes: after "@" a list of members opens, those who are near first.
//
//   form: template[data-mentions="/api/v1/members?room=7"]   where to ask; without it nothing happens
//           data-count-one="{n} member" data-count-other=…   words
//         ul[role=listbox] > li[role=option] with [data-name] [data-handle] [data-affiliation] [data-side=eu|cn|other]
//         [role=status]                                       where it is told how many there are
//
// An open list takes the arrows, Enter, Tab and Escape before anything else does; all other keys type on. While a word is
// being composed nothing opens, closes, moves or is chosen. What is slow or fails is as if it were not there.

import { composing, whenSettled } from "./keys.js";

const pause = 120; // ms after the last key until the hub is asked
const age = 60_000; // ms for which an answer holds
const maxKnown = 200; // answers
const gap = 4; // px between the list and the line of the text
const lowest = 240; // px that a list should have
const phone = matchMedia("(max-width: 44rem)");

// A name begins after an "@" before which no word or address ends, as the hub sees it (markup.HandlesAt); scripts without
// spaces run on, before it and into it.
const runOn = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}";
const longest = 32; // characters of a handle
const more = `[\\p{L}\\p{N}\\p{M}_.'’-]{0,${longest - 1}}`;
const begins = new RegExp(`(?:^|[^\\p{L}\\p{N}._%+-]|[${runOn}])[@＠]([\\p{L}\\p{N}]${more})$|[@＠]([${runOn}]${more})$`, "u");
const goesOn = new RegExp(`^(?![${runOn}])[\\p{L}\\p{N}_]`, "u");
const whole = /[\p{L}\p{N}]$/u; // what is longer finds no more people than this

// completeMentions completes the names in a field from now on.
export function completeMentions(field) {
  const template = field.form?.querySelector("template[data-mentions]");
  if (template) new Completion(field, template);
}

let lists = 0;

class Completion {
  open = false;
  query = ""; // that the list shows
  active = -1;
  moved = false; // somebody has gone through the list
  dismissed = null; // the name at which the list was sent away; it stays away while that only grows
  wanted = ""; // what the hub is asked for
  lost = ""; // what it did not answer
  known = new Map();

  constructor(field, template) {
    const parts = template.content.cloneNode(true);
    this.field = field;
    this.url = template.dataset.mentions;
    this.words = template.dataset;
    this.list = parts.querySelector("[role=listbox]");
    this.option = parts.querySelector("[role=option]");
    this.status = parts.querySelector("[role=status]");
    this.option.remove();
    this.list.id = `mentions-${++lists}`;
    field.setAttribute("aria-autocomplete", "list");
    field.form.append(this.status);
    const update = () => this.update();
    field.addEventListener("input", (event) => {
      this.undoing = event.inputType === "historyUndo";
      this.update();
    });
    field.addEventListener("blur", () => this.close());
    document.addEventListener("selectionchange", update);
    field.form.addEventListener("submit", () => this.close());
    field.form.addEventListener("keydown", (event) => this.key(event), true); // before the field's own
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose([...this.list.children].indexOf(option));
    });
    const place = () => { if (this.open && !composing()) this.place(); };
    document.addEventListener("scroll", place, { capture: true, passive: true });
    window.addEventListener("resize", place);
    window.visualViewport?.addEventListener("resize", place);
  }

  // update looks at what is being written.
  update() {
    if (composing()) {
      if (!this.due) whenSettled(() => {
        this.due = false;
        this.update();
      });
      this.due = true;
      return;
    }
    if (this.undoing) this.deselect();
    const begun = this.begun();
    if (begun?.start !== this.dismissed?.start || !begun?.query.startsWith(this.dismissed.query)) this.dismissed = null;
    if (!begun || this.dismissed) return this.close();
    const { query } = begun;
    if (query !== this.lost) this.lost = "";
    const found = this.lost ? [] : this.recall(query);
    if (found) return this.show(query, found);
    if (!query.startsWith(this.query)) this.hide();
    if (query === this.wanted) return;
    this.stop();
    this.wanted = query;
    this.timer = setTimeout(() => this.ask(query), pause);
  }

  // begun is the name that ends at the cursor, null where there is none.
  begun() {
    const { value, selectionStart: end, selectionEnd } = this.field;
    if (document.activeElement !== this.field || end !== selectionEnd || goesOn.test(value.slice(end, end + 2))) return null;
    const name = begins.exec(value.slice(Math.max(0, end - longest - 2), end));
    const query = name?.[1] ?? name?.[2];
    return query ? { query, start: end - query.length - 1, end } : null;
  }

  // ---- asking

  stop() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.wanted = "";
  }

  async ask(query) {
    const asking = this.asking = new AbortController();
    try {
      const answer = await fetch(`${this.url}${encodeURIComponent(query)}`, { signal: asking.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const { items } = await answer.json();
      if (this.known.size >= maxKnown) this.known.clear();
      this.known.set(query, { items, at: Date.now() });
    } catch {
      if (asking.signal.aborted) return;
      this.lost = query;
    }
    this.update();
  }

  // recall is what is known of a query; of one that begins like one that finds nobody, too.
  recall(query) {
    const fresh = (q) => {
      const known = this.known.get(q);
      return known && Date.now() - known.at < age ? known.items : null;
    };
    const found = fresh(query);
    if (found) return found;
    for (let n = query.length - 1; n > 0; n--) {
      const shorter = query.slice(0, n);
      if (whole.test(shorter) && fresh(shorter)?.length === 0) return [];
    }
    return null;
  }

  // ---- the list

  show(query, found) {
    this.stop();
    if (!found.length) return this.hide();
    if (this.open && query === this.query) return;
    const chosen = this.moved ? this.found[this.active]?.id : 0;
    const opens = !this.open;
    Object.assign(this, { query, found, open: true });
    this.list.replaceChildren(...found.map((member, i) => this.draw(member, i)));
    if (opens) {
      document.body.append(this.list);
      for (const [name, value] of this.attributes()) this.field.setAttribute(name, value);
    }
    const again = found.findIndex((member) => member.id === chosen);
    this.moved = again >= 0;
    this.activate(Math.max(again, 0));
    this.place();
    this.tell();
  }

  attributes() {
    return [["role", "combobox"], ["aria-haspopup", "listbox"], ["aria-expanded", "true"], ["aria-controls", this.list.id]];
  }

  draw(member, i) {
    const option = this.option.cloneNode(true);
    const part = (name) => option.querySelector(`[data-${name}]`);
    option.id = `${this.list.id}-${i}`;
    part("name").textContent = member.name;
    part("handle").textContent = member.handle === member.name ? "" : `@${member.handle}`;
    part("affiliation").textContent = member.affiliation;
    for (const side of option.querySelectorAll("[data-side]")) if (side.dataset.side !== member.region) side.remove();
    return option;
  }

  activate(i) {
    this.list.children[this.active]?.removeAttribute("aria-selected");
    this.active = i;
    const option = this.list.children[i];
    option.setAttribute("aria-selected", "true");
    this.field.setAttribute("aria-activedescendant", option.id);
    const { offsetTop: top, offsetHeight: height } = option;
    if (top < this.list.scrollTop) this.list.scrollTop = top;
    if (top + height > this.list.scrollTop + this.list.clientHeight) this.list.scrollTop = top + height - this.list.clientHeight;
  }

  tell() {
    const n = this.found.length;
    const format = document.documentElement.dataset.format;
    const form = new Intl.PluralRules(format).select(n);
    const words = this.words[`count${form[0].toUpperCase()}${form.slice(1)}`] ?? this.words.countOther;
    this.status.textContent = words.replace("{n}", new Intl.NumberFormat(format).format(n));
  }

  // hide takes the list away; what the hub is asked for may open it again.
  hide() {
    if (!this.open) return;
    Object.assign(this, { open: false, moved: false, active: -1, query: "" });
    this.list.remove();
    this.status.textContent = "";
    for (const [name] of this.attributes()) this.field.removeAttribute(name);
    this.field.removeAttribute("aria-activedescendant");
  }

  close() {
    this.stop();
    this.hide();
  }

  // place puts the list beside the line that is written: above it where there is a keyboard below, or no room.
  place() {
    const { list, field } = this;
    const box = field.getBoundingClientRect();
    const line = lineOf(field, this.begun()?.start ?? field.selectionStart);
    const view = window.visualViewport ?? { offsetTop: 0, height: innerHeight };
    const [from, to] = [view.offsetTop + gap, view.offsetTop + view.height - gap];
    const width = document.documentElement.clientWidth;
    const within = (y) => Math.min(Math.max(y, box.top, from), box.bottom, to);
    list.style.maxHeight = "";
    list.style.width = phone.matches ? `${box.width}px` : "";
    const need = Math.min(list.offsetHeight, lowest) + gap;
    const edge = phone.matches && box.top - from >= need ? box.top : within(line.top);
    const [over, under] = [edge - from, to - within(line.bottom)];
    const above = phone.matches ? over >= need || over > under : under < need && over > under;
    list.style.maxHeight = `${Math.max(above ? over : under, 0) - gap}px`;
    const top = above ? edge - gap - list.offsetHeight : within(line.bottom) + gap;
    const left = phone.matches ? box.left : Math.max(gap, Math.min(line.left, width - list.offsetWidth - gap));
    list.style.top = `${top + scrollY}px`;
    list.style.left = `${left + scrollX}px`;
  }

  // ---- choosing

  key(event) {
    if (!this.open || event.target !== this.field || composing(event)) return;
    if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    const n = this.found.length;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        this.moved = true;
        this.activate((this.active + (event.key === "ArrowDown" ? 1 : n - 1)) % n);
        break;
      case "Enter":
      case "Tab":
        this.choose(this.active);
        break;
      case "Escape":
        this.dismissed = this.begun();
        this.close();
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  // choose writes the handle in place of what was typed, where undo can take it back.
  choose(i) {
    const { field } = this;
    const begun = this.begun();
    const member = this.found[i];
    if (composing() || !begun || !member) return;
    const { start, end } = begun;
    const words = `@${member.handle} `;
    const to = field.value[end] === " " ? end + 1 : end;
    this.close();
    this.replaced = { start, end, to, typed: field.value.slice(start, to) };
    field.focus();
    field.setSelectionRange(start, to);
    if (!document.execCommand("insertText", false, words)) {
      field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
  }

  // deselect puts the cursor back where it was before the choice that is taken back: browsers select what returns, and the
  // next key would overwrite it.
  deselect() {
    const { start, end, to, typed } = this.replaced ?? {};
    const { field } = this;
    if (field.selectionStart !== start || field.selectionEnd !== to || field.value.slice(start, to) !== typed) return;
    this.undoing = false;
    field.setSelectionRange(end, end);
  }
}

const copied = ["boxSizing", "width", "fontFamily", "fontSize", "fontWeight", "fontStyle", "letterSpacing", "wordSpacing", "lineHeight",
  "textIndent", "tabSize", "paddingTop", "paddingRight", "paddingBottom", "paddingLeft", "borderTopWidth", "borderRightWidth",
  "borderBottomWidth", "borderLeftWidth", "borderStyle", "lineBreak", "wordBreak", "textAutospace"];

// lineOf is where the line of a character is in the window: no browser tells it, so a copy of the field is set.
function lineOf(field, at) {
  const style = getComputedStyle(field);
  const copy = document.createElement("div");
  for (const name of copied) copy.style[name] = style[name];
  Object.assign(copy.style, { position: "absolute", top: "0", left: "0", visibility: "hidden", whiteSpace: "pre-wrap", overflowWrap: "break-word" });
  copy.lang = field.lang;
  copy.textContent = field.value.slice(0, at);
  const mark = document.createElement("span");
  mark.textContent = field.value.slice(at, field.selectionEnd) || "@";
  copy.append(mark);
  document.body.append(copy);
  const box = field.getBoundingClientRect();
  const top = box.top + field.clientTop + mark.offsetTop - field.scrollTop;
  const found = { top, bottom: top + mark.offsetHeight, left: box.left + field.clientLeft + mark.offsetLeft };
  copy.remove();
  return found;
}
