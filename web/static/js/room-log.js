// The list of a room's messages: the fold of its log. Events come in order, each once; what comes too early is kept
// until the gap before it is filled. Nothing here moves what somebody is reading.
//
// Other modules fold what is theirs: log.on(kind, handler), before the line starts. A handler gets each event that the page
// does not show yet, in order and once, whatever the transport; it may be one that the page was drawn with, because the page
// reads where the log stands before it reads the rest. Kinds that nobody asked for are passed over.

import { parse, patch, quotes, requote } from "./room-patch.js";
import { Place } from "./room-place.js";

const longest = 600; // messages in the list

// ofMessages are the kinds that change a message which was said before; folding them twice makes no difference.
const ofMessages = new Set(["remove", "restore", "translation", "edit", "reaction", "mark"]);

export class Log {
  // words: { unread }; onGap asks for what is missing; onReset says that too much was missed to be folded: the page has to be
  // loaded afresh, and nothing is folded any more; onMessage(li, frame) sees each message that is put in, and
  // onTranslation(li) each whose translation has come; onPage that another page has been put in; kinds: { kind: handler } as for on.
  constructor(root, { unread, onGap, onReset, onCount, onMessage, onTranslation, onPage, kinds = {} }) {
    Object.assign(this, { root, unread, onGap, onReset, onCount, onMessage, onTranslation, onPage });
    this.handlers = new Map();
    this.queue = [];
    this.batch = null; // what is being folded together
    this.seers = [];
    this.stale = false;
    this.list = root.querySelector("[data-log]");
    this.scroll = root.querySelector("[data-scroll]");
    this.last = Number(root.dataset.seq);
    this.early = new Map();
    this.fresh = 0;
    this.following = root.dataset.newest === "true"; // else the page shows older messages, with a hole after them
    this.unseen = false; // nothing has come since the window went out of sight
    this.loading = null; // the page that is on its way
    this.meanwhile = null; // what has come while a page was on its way
    this.place = new Place(this.scroll, this.list);
    const lang = document.documentElement.dataset.format;
    const timeZone = root.dataset.zone;
    this.clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
    this.day = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeZone });
    this.dayKey = new Intl.DateTimeFormat("sv-SE", { year: "numeric", month: "2-digit", day: "2-digit", timeZone });
    this.tools = root.querySelector("template[data-moderate]");
    this.toolsRemoved = root.querySelector("template[data-moderate-removed]");
    this.gone = root.querySelector("template[data-removed]");
    this.scroll.addEventListener("scroll", () => this.scrolled(), { passive: true });
    document.addEventListener("visibilitychange", () => {
      this.unseen = document.hidden && this.atEnd();
      this.scrolled();
    });
    this.on("message", (e) => this.said(e));
    this.on("remove", (e) => this.steady(() => this.remove(this.message(e.data.id), e)));
    this.on("restore", (e) => { if (e.html) this.steady(() => this.restore(this.message(e.data.id), e)); });
    // Without html it is of another language.
    this.on("translation", (e) => { if (e.html) this.steady(() => this.translate(this.message(e.data.id), e)); });
    for (const [kind, handler] of Object.entries(kinds)) this.on(kind, handler);
  }

  // on has handler(event) see every event of a kind, after those who asked before.
  on(kind, handler) { this.handlers.set(kind, [...(this.handlers.get(kind) ?? []), handler]); }

  // each has handler(li) see every message of the list, now and as it comes: from the log or with another page.
  each(handler) {
    this.seers.push(handler);
    this.list.querySelectorAll(".msg[data-id]").forEach((li) => handler(li));
  }

  see(li) { for (const handler of this.seers) handler(li); }

  // message is the message with that id, if it is on the page.
  message(id) { return document.getElementById(`m-${id}`); }

  // open puts the page where reading begins: at what the address names, at the first message after the marker, or at the
  // end. Where the first message after the marker is on another page, it returns the address of that.
  open(marker) {
    const first = marker && this.after(marker);
    if (first && this.beginsBefore(marker, first)) return `?at=${marker}`;
    const line = first && this.drawUnread(first);
    const named = this.named();
    if (location.hash === "#latest") this.toEnd();
    else if (named) named.scrollIntoView({ block: "center" });
    else if (line && line.offsetTop < this.scroll.scrollHeight - this.scroll.clientHeight) this.scroll.scrollTop = line.offsetTop - 40;
    else if (this.following || location.search.includes("before=")) this.toEnd();
    if (line || named || location.hash === "#latest") pageToTop();
    this.place.note();
    this.scrolled();
    return "";
  }

  // named is the message that the address names.
  named() {
    const { hash, search } = location;
    const li = hash.length > 1 && document.getElementById(hash.slice(1));
    if (li && this.list.contains(li)) return li;
    const at = Number(new URLSearchParams(search).get("at"));
    return at && at !== this.root.dataset.read && [...this.list.querySelectorAll(".msg[data-seq]")].find((each) => Number(each.dataset.seq) >= at);
  }

  // beginsBefore tells whether the page, opened without a place in the talk, may leave out unread messages before its first.
  beginsBefore(marker, first) {
    return !location.hash && !location.search && this.firstSeq() === Number(first.dataset.seq) && this.firstSeq() > marker + 1 &&
      Boolean(this.root.querySelector("a[data-older]"));
  }

  // after is the first message of somebody else after seq.
  after(seq) {
    return [...this.list.querySelectorAll(".msg[data-seq]")].find((li) => Number(li.dataset.seq) > seq && li.dataset.by !== this.root.dataset.member);
  }

  joined(frame) {
    if (this.stale) return;
    this.early.clear(); // all of it comes again
    if (frame.reset) {
      this.stale = true;
      this.onReset();
      return;
    }
    this.together(frame.events);
    this.last = Math.max(this.last, frame.seq);
    this.fold();
  }

  // event takes an event; those of one frame of the screen are folded together.
  event(e) {
    this.queue.push(e);
    if (document.hidden) this.fold();
    else if (this.queue.length === 1) requestAnimationFrame(() => this.fold());
  }

  fold() { this.together(this.queue.splice(0)); }

  // together folds events and looks where things stand once, not after each: that costs as much as the list is long. Who
  // read the end stays there, unless there is more to read than the window shows: then reading goes on where it stopped.
  together(events) {
    if (!events.length) return;
    const stick = this.atEnd();
    const batch = this.batch = { n: 0, mine: false, first: null };
    this.place.steady(() => events.forEach((e) => this.take(e)));
    this.batch = null;
    if (!batch.first) return this.scrolled();
    if (batch.mine || stick && !this.stopAt(batch.first)) this.toEnd();
    else this.count(batch.n);
    this.place.note();
    this.scrolled();
    if (stick) this.prune();
  }

  // stopAt stops at the first of what is new when it is more than the window shows; false when it is not.
  stopAt(first) {
    const line = document.hidden ? this.list.querySelector(".unread") ?? first : first;
    if (this.scroll.scrollHeight - this.top(line) <= this.scroll.clientHeight) return false;
    this.scroll.scrollTop = this.top(line === first ? this.drawUnread(first) : line) - 40;
    return true;
  }

  // top is where an item begins, in the list as it scrolls.
  top(li) { return this.scroll.scrollTop + this.place.away(li); }

  take(e) {
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
    this.meanwhile?.push(e);
    this.hand(e);
  }

  hand(e) {
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

  steady(change) {
    if (this.batch) change(); // which is steady as a whole
    else this.place.steady(change);
  }

  add(e) {
    const mine = e.by && String(e.by.id) === this.root.dataset.member;
    if (!this.following) {
      this.count(mine ? 0 : 1);
      return;
    }
    const li = e.html ? this.build(e.html) : this.placeholder(e);
    const before = this.list.querySelector(".pending");
    const above = this.previous(before);
    if (!above || this.dayKey.format(new Date(above.dataset.at)) !== this.dayKey.format(new Date(e.at))) {
      this.list.insertBefore(this.dayLine(e.at), before);
    } else if (e.html && !li.querySelector(".msg-reply") && !above.classList.contains("removed") &&
      above.dataset.by === li.dataset.by && new Date(e.at) - new Date(above.dataset.at) < 300_000) {
      li.classList.add("follows");
    }
    this.list.insertBefore(li, before);
    this.see(li);
    if (document.hidden && !mine && (this.unseen || !this.list.querySelector(".unread"))) this.drawUnread(li);
    this.onMessage(li, e);
    this.batch.first ??= li;
    this.batch.mine ||= mine;
    this.batch.n++;
  }

  dayLine(at) {
    const day = document.createElement("li");
    day.classList.add("room-line", "day");
    day.dataset.day = this.dayKey.format(new Date(at));
    day.append(Object.assign(document.createElement("span"), { textContent: this.day.format(new Date(at)) }));
    return day;
  }

  previous(before) {
    let li = before ? before.previousElementSibling : this.list.lastElementChild;
    while (li && !li.dataset.seq) li = li.previousElementSibling;
    return li;
  }

  // prune takes the oldest messages off a long list, at whose end somebody reads: they can be had again.
  prune() {
    const all = this.list.querySelectorAll(".msg[data-seq]");
    if (all.length < longest || !this.atEnd() || this.place.focused() || this.loading) return;
    const first = all[all.length - longest / 2];
    for (let li; (li = this.list.firstElementChild) !== first;) li.remove();
    first.before(this.dayLine(first.dataset.at));
    first.classList.remove("follows");
    const older = this.root.querySelector("template[data-older-link]").content.firstElementChild.cloneNode(true);
    older.querySelector("a").href = `?before=${first.dataset.seq}`;
    this.root.querySelector(".room-older").replaceWith(older);
    this.toEnd();
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
    const inside = li.contains(document.activeElement);
    this.blank(li);
    if (inside) li.focus({ preventScroll: true });
  }

  restore(li, e) {
    const back = this.build(e.html);
    requote(this.list, e.data.id, quotes(back));
    if (!li) return;
    const focused = li === document.activeElement;
    li.replaceWith(back);
    back.tabIndex = li.tabIndex;
    this.see(back);
    if (focused) back.focus({ preventScroll: true });
    this.onMessage(back, e);
  }

  // address is that of what is being read.
  address() {
    const here = this.atEnd() ? null : this.place.read()?.closest(".msg[data-seq]");
    const address = this.bare();
    address.hash = here?.id ?? "";
    if (here) address.searchParams.set("at", here.dataset.seq);
    return address.href;
  }

  // bare is the page's address without a place in the talk.
  bare() {
    const address = new URL(location.href);
    for (const name of ["before", "after", "at", "on", "now", "reply"]) address.searchParams.delete(name);
    address.hash = "";
    return address;
  }

  atEnd() { return this.place.atEnd(); }

  toEnd() { this.place.toEnd(); }

  // firstSeq is that of the first message on the page; lastInSight that of the last one in sight, or above it.
  firstSeq() { return Number(this.list.querySelector(".msg[data-seq]")?.dataset.seq ?? 0); }

  lastInSight() { return Number(this.place.last()?.dataset.seq ?? 0); }

  count(n) {
    this.fresh += n;
    this.onCount(this.fresh);
  }

  scrolled() {
    if (!this.following || document.hidden || !this.fresh || !this.atEnd()) return;
    this.fresh = 0;
    this.onCount(0);
  }

  // readElsewhere takes the line of unread messages to where another device has read on, or away.
  readElsewhere(seq) {
    const line = this.list.querySelector(".unread");
    const first = this.after(seq);
    if (line) this.steady(() => { first ? this.drawUnread(first) : line.remove(); });
    if (first || !this.following || !this.fresh) return;
    this.fresh = 0;
    this.onCount(0);
  }

  // drawUnread draws the line of unread messages before one; there is only one line.
  drawUnread(li) {
    this.unseen = false;
    this.list.querySelector(".unread")?.remove();
    const line = document.createElement("li");
    line.classList.add("room-line", "unread");
    line.append(Object.assign(document.createElement("span"), { textContent: this.unread }));
    li.before(line);
    li.classList.remove("follows");
    return line;
  }

  // older puts the page before this one on top, newer the one after it at the end, without moving what is being read.
  older(link) {
    return this.load(link, (page, items) => {
      const top = this.list.firstElementChild;
      if (top?.dataset.day && items.findLast((li) => li.dataset.day)?.dataset.day === top.dataset.day) top.remove();
      const fromEnd = this.scroll.scrollHeight - this.scroll.scrollTop;
      this.list.prepend(...items);
      link.closest(".room-older").replaceWith(document.adoptNode(page.querySelector(".room-older")));
      this.scroll.scrollTop = this.scroll.scrollHeight - fromEnd;
    });
  }

  newer(link) {
    return this.load(link, (page, items) => {
      const days = this.list.querySelectorAll("[data-day]");
      if (items[0]?.dataset.day && items[0].dataset.day === days[days.length - 1]?.dataset.day) items.shift();
      this.list.append(...items);
      const place = link.closest(".room-newer"), next = page.querySelector(".room-newer");
      if (next) place.replaceWith(document.adoptNode(next));
      else this.arrive(place);
    });
  }

  // arrive: the page has reached the present, and follows it from now on.
  arrive(link) {
    link.remove();
    this.following = true;
    this.fresh = 0;
    this.onCount(0);
    this.root.querySelector(".room-newest")?.remove();
    history.replaceState(history.state, "", this.bare());
  }

  // load fetches a page of this room, has put(page, items) put its items in, and does to them what has come meanwhile.
  load(link, put) {
    return this.loading ??= this.loadNow(link, put);
  }

  async loadNow(link, put) {
    this.meanwhile = [];
    link.setAttribute("aria-disabled", "true");
    const page = await fetchPage(link.href);
    if (page) {
      const items = [...page.querySelectorAll("[data-log] > li")].map((li) => document.adoptNode(li));
      const fresh = items.filter((li) => !li.id || !document.getElementById(li.id));
      put(page, fresh);
      fresh.forEach((li) => { if (li.dataset.id) this.see(li); });
      this.place.note();
    } else {
      link.removeAttribute("aria-disabled"); // to be tried again
    }
    const seq = Number(page?.querySelector("[data-room]").dataset.seq ?? Infinity);
    const late = this.meanwhile.filter((e) => e.seq > seq);
    this.meanwhile = null;
    this.loading = null;
    this.batch = { n: 0 };
    this.place.steady(() => late.forEach((e) => this.again(e)));
    this.batch = null;
    if (page) this.onPage();
  }

  // again folds an event into messages that were put in after it; of other things it has been folded.
  again(e) {
    if (e.kind === "message") {
      if (this.following && !this.message(e.data.id)) this.add(e);
    } else if (ofMessages.has(e.kind) && this.message(e.data.id)) {
      this.hand(e);
    }
  }
}

// pageToTop undoes that the browser has moved the whole page to the place in the list that the address names, now or once all
// is loaded.
function pageToTop() {
  scrollTo(0, 0);
  if (document.readyState !== "complete") addEventListener("load", () => requestAnimationFrame(() => scrollTo(0, 0)), { once: true });
}

async function fetchPage(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("[data-room]") && page;
  } catch {
    return null;
  }
}
