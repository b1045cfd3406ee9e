// The list of messages under the keyboard: one of its messages can be reached with Tab, the arrow keys, Home, End, Page Up and
// Page Down go from there, Enter and Tab lead into its links and buttons, R answers it, Escape leads back: from them to the
// message, from the message to the field. All else of the list stands outside of the order of Tab, so that a long talk is no
// long way; what is in a message, until the focus is there. Nothing of this is active in a field or while a word is being composed.
//
//   new Keys(root, { log, reply, back })      reply(li) answers a message, back() goes to the field

import { composing } from "./keys.js";

const inside = ":is(a[href],button,summary,input,select,textarea)";

export class Keys {
  constructor(root, { log, reply, back }) {
    Object.assign(this, { root, log, reply, back });
    this.help = root.querySelector("[data-keys]");
    this.help.hidden = false;
    log.scroll.removeAttribute("tabindex"); // its messages have the focus instead
    new MutationObserver((changes) => this.changed(changes)).observe(log.list, { childList: true, subtree: true });
    for (const li of log.list.children) this.quiet(li);
    this.settle();
    log.list.addEventListener("focusin", ({ target }) => this.enter(target.closest(".msg")));
    log.list.addEventListener("focusout", (event) => this.leave(event));
    log.scroll.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("keydown", (event) => this.asked(event));
  }

  changed(changes) {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        if (node.nodeType === 1 && !node.closest(".msg")?.contains(document.activeElement)) this.quiet(node);
      }
    }
    this.settle();
  }

  enter(li) {
    if (!li) return;
    this.chosen = true;
    this.turn(li);
    this.loud(li);
  }

  leave({ target, relatedTarget }) {
    const li = target.closest(".msg");
    if (target === li) li.removeAttribute("aria-labelledby");
    if (li && !li.contains(relatedTarget)) this.quiet(li);
  }

  // quiet takes a part of a message out of the order of Tab; loud puts it back.
  quiet(el) {
    if (el.matches(".msg")) el.tabIndex = el === this.current ? 0 : -1;
    for (const part of [el, ...el.querySelectorAll(inside)]) if (part.matches(inside)) part.tabIndex = -1;
  }

  loud(el) {
    for (const part of el.querySelectorAll(inside)) part.removeAttribute("tabindex");
  }

  // settle sees to it that one message can be reached: the newest, until another was.
  settle() {
    const here = this.current;
    if (here?.isConnected && (this.chosen || here === this.newest())) return;
    this.chosen &&= Boolean(here?.isConnected);
    const li = this.newest();
    if (li) this.turn(li);
  }

  newest() { return this.messages().at(-1); }

  messages() { return [...this.log.list.querySelectorAll(":scope > .msg")]; }

  turn(li) {
    if (li === this.current) return;
    if (this.current) this.current.tabIndex = -1;
    this.current = li;
    li.tabIndex = 0;
  }

  // name has the message read as a whole when it gets the focus.
  name(li) {
    const parts = [".msg-name", ".msg-time", ".msg-reply", ".msg-text", ".msg-gone"].map((part) => li.querySelector(part)).filter(Boolean);
    parts.forEach((part, i) => { part.id ||= `${li.id || "pending"}-${i}`; });
    li.setAttribute("aria-labelledby", parts.map((part) => part.id).join(" "));
  }

  go(li) {
    if (!li) return;
    this.name(li);
    li.focus({ preventScroll: true });
    li.scrollIntoView({ block: "nearest" });
  }

  // asked opens and closes the help, from wherever nothing is written.
  asked(event) {
    if (!["?", "？"].includes(event.key) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || writing(event)) return;
    event.preventDefault();
    this.help.open = !this.help.open;
    if (this.help.open) {
      this.from = document.activeElement;
      this.help.querySelector("summary").focus();
    } else {
      this.from?.focus();
    }
  }

  pressed(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || writing(event)) return;
    const li = event.target.closest(".msg");
    if (!li) return;
    if (event.key === "Escape") {
      if (li.querySelector("details[open]") || event.target.closest("form, .msg-react")) return; // that is closed first
      event.preventDefault();
      return event.target === li ? this.back() : this.go(li);
    }
    if (event.target !== li || event.shiftKey) return;
    const act = this.keys()[event.key];
    if (!act) return;
    event.preventDefault();
    act(li);
  }

  keys() {
    return {
      ArrowUp: (li) => this.step(li, -1), ArrowDown: (li) => this.step(li, 1),
      Home: () => this.go(this.messages()[0]), End: () => this.go(this.newest()),
      PageUp: (li) => this.screen(li, -1), PageDown: (li) => this.screen(li, 1),
      Enter: (li) => [...li.querySelectorAll(inside)].find((el) => el.closest(".msg-tools") && el.checkVisibility?.() !== false)?.focus(),
      r: (li) => { if (li.dataset.id && !li.classList.contains("removed")) this.reply(li); },
      get R() { return this.r; },
    };
  }

  // step goes to the message before or after; past the first or last of the page to those of the next page.
  async step(li, by) {
    const to = this.beside(li, by);
    if (to) return this.go(to);
    const link = this.root.querySelector(by < 0 ? "a[data-older]" : "a[data-newer]");
    if (!link) return;
    await (by < 0 ? this.log.older(link) : this.log.newer(link));
    if (document.activeElement === li) this.go(this.beside(li, by));
  }

  beside(li, by) {
    const all = this.messages();
    return all[all.indexOf(li) + by];
  }

  // screen goes to the message that stands about as far away as the list is high.
  screen(li, by) {
    const far = li.getBoundingClientRect().top + by * this.log.scroll.clientHeight * .9;
    const all = this.messages();
    let to = li;
    for (let next; (next = all[all.indexOf(to) + by]) && (next.getBoundingClientRect().top - far) * by <= 0;) to = next;
    this.go(to === li ? this.beside(li, by) ?? li : to);
  }
}

function writing(event) {
  return composing(event) || Boolean(event.target.closest?.(":is(input:not([type=checkbox],[type=radio]),textarea,select,[contenteditable])"));
}
