// The list of a room's messages: the fold of its log. Events come in order, each once; what comes too early is kept
// until the gap before it is filled. Nothing here moves what somebody is reading.
//
// Other modules fold what is theirs: log.on(kind, handler), before the line starts. A handler gets each event that the page
// does not show yet, in order and once, whatever the transport; it may be one that the page was drawn with, because the page
// reads where the log stands before it reads the rest. Kinds that nobody asked for are passed over.

import { patch, quotes, requote } from "./room-patch.js";

export class Log {
  // words: { unread }; onGap asks for what is missing; onReset says that too much was missed to be folded: the page has to be
  // loaded afresh, and nothing is folded any more; onMessage(li, frame) sees each message that is put in, and
  // onTranslation(li) each whose translation has come; kinds: { kind: handler } as for on.
  constructor(root, { unread, onGap, onReset, onCount, onMessage, onTranslation, kinds = {} }) {
    Object.assign(this, { root, unread, onGap, onReset, onCount, onMessage, onTranslation });
    this.handlers = new Map();
    this.stale = false;
    this.list = root.querySelector("[data-log]");
    this.scroll = root.querySelector("[data-scroll]");
    this.last = Number(root.dataset.seq);
    this.early = new Map();
    this.fresh = 0;
    this.following = root.dataset.newest === "true"; // else the page shows older messages, with a hole after them
    this.readKey = `senet.room.${root.dataset.room}.read`;
    const lang = document.documentElement.dataset.format;
    const timeZone = root.dataset.zone;
    this.clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
    this.day = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeZone });
    this.dayKey = new Intl.DateTimeFormat("sv-SE", { year: "numeric", month: "2-digit", day: "2-digit", timeZone });
    this.tools = root.querySelector("template[data-moderate]");
    this.toolsRemoved = root.querySelector("template[data-moderate-removed]");
    this.gone = root.querySelector("template[data-removed]");
    this.scroll.addEventListener("scroll", () => this.scrolled(), { passive: true });
    document.addEventListener("visibilitychange", () => this.scrolled());
    this.on("message", (e) => this.said(e));
    this.on("remove", (e) => this.steady(() => this.remove(this.message(e.data.id), e)));
    this.on("restore", (e) => { if (e.html) this.steady(() => this.restore(this.message(e.data.id), e)); });
    // Without html it is of another language.
    this.on("translation", (e) => { if (e.html) this.steady(() => this.translate(this.message(e.data.id), e)); });
    for (const [kind, handler] of Object.entries(kinds)) this.on(kind, handler);
  }

  // on has handler(event) see every event of a kind, after those who asked before.
  on(kind, handler) { this.handlers.set(kind, [...(this.handlers.get(kind) ?? []), handler]); }

  // message is the message with that id, if it is on the page.
  message(id) { return document.getElementById(`m-${id}`); }

  // open puts the page where reading begins: at what the address names, at the first unread message, or at the end.
  open() {
    const named = location.hash.length > 1 && location.hash !== "#latest" && document.getElementById(location.hash.slice(1));
    const read = this.readTo();
    const first = read && [...this.list.querySelectorAll(".msg")].find((li) => Number(li.dataset.seq) > read && li.dataset.by !== this.root.dataset.member);
    const line = first && this.drawUnread(first);
    if (named && this.list.contains(named)) named.scrollIntoView({ block: "center" });
    else if (line && line.offsetTop < this.scroll.scrollHeight - this.scroll.clientHeight) this.scroll.scrollTop = line.offsetTop - 40;
    else this.toEnd();
    this.scrolled();
  }

  joined(frame) {
    if (this.stale) return;
    this.early.clear(); // all of it comes again
    if (frame.reset) {
      this.stale = true;
      this.onReset();
      return;
    }
    for (const e of frame.events) this.event(e);
    this.last = Math.max(this.last, frame.seq);
  }

  event(e) {
    if (this.stale || e.seq <= this.last) return;
    if (e.seq > this.last + 1) {
      if (this.early.size === 0) this.onGap();
      this.early.set(e.seq, e);
      return;
    }
    this.apply(e);
    for (let next; (next = this.early.get(this.last + 1));) {
      this.early.delete(next.seq);
      this.apply(next);
    }
    for (const seq of this.early.keys()) if (seq <= this.last) this.early.delete(seq);
  }

  // apply folds an event. What one handler cannot do keeps nobody else from it.
  apply(e) {
    this.last = e.seq;
    for (const handler of this.handlers.get(e.kind) ?? []) {
      try {
        handler(e);
      } catch (err) {
        reportError(err);
      }
    }
  }

  said(e) {
    const li = this.message(e.data.id);
    if (li) this.onMessage(li, e); // it was on the page already
    else this.add(e);
  }

  // translate shows a message as it reads now, and so the answers that quote it.
  translate(li, e) {
    const fresh = parse(e.html);
    requote(this.list, e.data.id, quotes(fresh));
    if (!li || li.classList.contains("removed")) return;
    patch(li, fresh);
    this.onTranslation(li);
  }

  // steady lets something change in the list without moving what is being read: where the focus is, or else about a third
  // down. Who reads the end stays at the end.
  steady(change) {
    const { scroll } = this;
    const fromEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight;
    if (this.atEnd() && !this.focused()) {
      change();
      scroll.scrollTop = scroll.scrollHeight - scroll.clientHeight - fromEnd;
      return;
    }
    const anchors = [this.focused(), this.focused()?.closest(".msg") ?? this.read()].filter(Boolean);
    const at = anchors.map((el) => el.getBoundingClientRect().top);
    change();
    const i = anchors.findIndex((el) => el.isConnected);
    if (i >= 0) scroll.scrollTop += anchors[i].getBoundingClientRect().top - at[i];
  }

  // focused is what has the focus in the list, if it is in sight.
  focused() {
    const el = document.activeElement;
    if (!this.list.contains(el)) return null;
    const place = el.getBoundingClientRect(), sight = this.scroll.getBoundingClientRect();
    return place.bottom > sight.top && place.top < sight.bottom ? el : null;
  }

  // read is the item of the list that begins in sight and stands a third down, or else the one after it; found by halves.
  read() {
    const all = this.list.children;
    const { top, height } = this.scroll.getBoundingClientRect();
    let low = 0, high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (all[middle].getBoundingClientRect().top <= top + height / 3) low = middle + 1;
      else high = middle;
    }
    const here = all[low - 1];
    return here && (low === all.length || here.getBoundingClientRect().top >= top) ? here : all[low];
  }

  add(e) {
    const mine = e.by && String(e.by.id) === this.root.dataset.member;
    if (!this.following) {
      this.count(mine ? 0 : 1);
      return;
    }
    const stick = this.atEnd();
    const li = e.html ? this.build(e.html) : this.placeholder(e);
    const before = this.list.querySelector(".pending");
    const above = this.previous(before);
    const key = this.dayKey.format(new Date(e.at));
    if (!above || this.dayKey.format(new Date(above.dataset.at)) !== key) {
      const day = document.createElement("li");
      day.classList.add("room-line", "day");
      day.dataset.day = key;
      day.append(Object.assign(document.createElement("span"), { textContent: this.day.format(new Date(e.at)) }));
      this.list.insertBefore(day, before);
    } else if (e.html && !li.querySelector(".msg-reply") && !above.classList.contains("removed") &&
      above.dataset.by === li.dataset.by && new Date(e.at) - new Date(above.dataset.at) < 300_000) {
      li.classList.add("follows");
    }
    this.list.insertBefore(li, before);
    if (document.hidden && !mine && !this.list.querySelector(".unread")) this.drawUnread(li);
    this.onMessage(li, e);
    if (stick || mine) this.toEnd();
    else this.count(1);
    this.scrolled();
  }

  previous(before) {
    const all = this.list.querySelectorAll(".msg:not(.pending)");
    return before ? [...all].filter((li) => before.compareDocumentPosition(li) & Node.DOCUMENT_POSITION_PRECEDING).at(-1) : all[all.length - 1];
  }

  build(html) {
    const li = parse(html);
    this.dress(li);
    return li;
  }

  // dress gives a message of a frame what depends on its reader: the time zone, and a moderator's tools.
  dress(li) {
    for (const time of li.querySelectorAll("time[data-clock]")) time.textContent = this.clock.format(new Date(time.dateTime));
    const tools = li.querySelector(".msg-tools");
    if (this.tools && tools && !tools.querySelector("form")) tools.append(this.toolsFor(this.tools, li.dataset.id));
  }

  // toolsFor is a moderator's tools for one message; in the template they are those of message 0.
  toolsFor(template, id) {
    const part = template.content.cloneNode(true);
    for (const el of part.querySelectorAll("*")) {
      for (const a of el.attributes) {
        a.value = a.value.replace(/messages\/0\//, `messages/${id}/`).replace(/\bm-0\b/g, `m-${id}`);
      }
    }
    return part;
  }

  placeholder(e) {
    const li = document.createElement("li");
    li.classList.add("msg", "removed");
    li.id = `m-${e.data.id}`;
    Object.assign(li.dataset, { id: e.data.id, seq: e.seq, by: e.by?.id ?? "", at: e.at });
    this.blank(li);
    return li;
  }

  blank(li) {
    li.replaceChildren(this.gone.content.cloneNode(true));
    if (this.toolsRemoved) li.append(this.toolsFor(this.toolsRemoved, li.dataset.id));
  }

  remove(li, e) {
    const words = this.gone.content.textContent.trim();
    requote(this.list, e.data.id, [Object.assign(document.createElement("span"), { className: "msg-reply-text", textContent: words })]);
    if (!li) return;
    li.classList.add("removed");
    li.classList.remove("follows", "editing");
    li.nextElementSibling?.classList.remove("follows"); // it stood under the name that is gone
    this.blank(li);
  }

  restore(li, e) {
    const back = this.build(e.html);
    requote(this.list, e.data.id, quotes(back));
    if (!li) return;
    li.replaceWith(back);
    this.onMessage(back, e);
  }

  // place is the address of what is being read.
  place() {
    const here = this.atEnd() ? null : this.read()?.closest(".msg[data-seq]");
    const address = new URL(location.href);
    for (const name of ["before", "after", "on", "now", "at", "reply"]) address.searchParams.delete(name);
    address.hash = here?.id ?? "";
    if (here) address.searchParams.set("at", here.dataset.seq);
    return address.href;
  }

  atEnd() { return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 60; }

  toEnd() { this.scroll.scrollTop = this.scroll.scrollHeight; }

  count(n) {
    this.fresh += n;
    this.onCount(this.fresh);
  }

  scrolled() {
    if (!this.following || document.hidden || !this.atEnd()) return;
    if (this.fresh) {
      this.fresh = 0;
      this.onCount(0);
    }
    try {
      if (this.last > this.readTo()) localStorage[this.readKey] = this.last;
    } catch {
      // No storage: no line of unread messages.
    }
  }

  readTo() {
    try {
      return Number(localStorage[this.readKey]) || 0;
    } catch {
      return 0;
    }
  }

  drawUnread(li) {
    const line = document.createElement("li");
    line.classList.add("room-line", "unread");
    line.append(Object.assign(document.createElement("span"), { textContent: this.unread }));
    li.before(line);
    li.classList.remove("follows");
    return line;
  }

  // older puts the page before this one on top, without moving what is being read.
  async older(link) {
    if (this.loading) return;
    this.loading = true;
    link.setAttribute("aria-disabled", "true");
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const items = [...page.querySelectorAll("[data-log] > li")].map((li) => document.adoptNode(li));
      const top = this.list.firstElementChild;
      if (top?.dataset.day && items.findLast((li) => li.dataset.day)?.dataset.day === top.dataset.day) top.remove();
      const fromEnd = this.scroll.scrollHeight - this.scroll.scrollTop;
      this.scroll.setAttribute("aria-live", "off"); // these are not news
      this.list.prepend(...items.filter((li) => !li.id || !document.getElementById(li.id)));
      link.closest(".room-older").replaceWith(document.adoptNode(page.querySelector(".room-older")));
      this.scroll.scrollTop = this.scroll.scrollHeight - fromEnd;
      setTimeout(() => this.scroll.setAttribute("aria-live", "polite"));
    } catch {
      link.removeAttribute("aria-disabled"); // to be tried again
    } finally {
      this.loading = false;
    }
  }
}

function parse(html) {
  const t = document.createElement("template");
  t.innerHTML = html;
  return t.content.firstElementChild;
}
