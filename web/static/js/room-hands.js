// The speaker queue of a room: the fold of the log's events about hands. Whoever is disconnected keeps his place: a hand is
// lowered by its member or a host, and by nothing else. One's own place is said at once; the lists follow when nobody is
// about to press anything in them (room-still.js).

import { guess } from "./lang.js";
import { speakers } from "./room-order.js";
import { Still } from "./room-still.js";
import { count } from "./room-tabs.js";

// hands follows the log of a room (room-beside.js).
export function hands(root, room) {
  const panel = root.querySelector("[data-hands]");
  if (panel) new Hands(root, panel, room);
}

class Hands {
  constructor(root, panel, { log, locale, member }) {
    Object.assign(this, { root, panel, locale, member });
    this.floor = panel.querySelector("[data-floor]");
    this.queue = panel.querySelector("[data-queue]");
    const format = document.documentElement.dataset.format;
    this.digits = new Intl.NumberFormat(format);
    this.plural = new Intl.PluralRules(format);
    this.up = new Map(); // the hands that are up, by id
    this.called = {};    // when each side last got the floor, in ms
    for (const side of ["eu", "cn", "other"]) if (panel.dataset[`last${capital(side)}`]) this.called[side] = Number(panel.dataset[`last${capital(side)}`]);
    for (const li of panel.querySelectorAll("li[data-hand]")) {
      const { hand, member, fromSide: side, state, called } = li.dataset;
      this.up.set(Number(hand), { id: Number(hand), member: Number(member), side, state, called: Number(called), li });
    }
    this.still = new Still(panel.querySelector("[data-lists]"), () => this.draw(), panel.querySelector("[data-reorder]"));
    log.on("hand", (e) => this.fold(e));
    log.on("state", (e) => this.settings(e.data));
    root.addEventListener("acted", ({ detail }) => { if (/^\/(rooms\/\d+\/(hand|next-speaker)|hands\/\d+\/state)$/.test(detail.path)) this.still.mine(); });
    setInterval(() => this.clock(), 10_000);
    this.tell();
    this.clock();
  }

  fold({ by, data }) {
    const { id, state, side } = data;
    const called = data.called_at ? Date.parse(data.called_at) : 0;
    if (called) this.called[side] = Math.max(this.called[side] ?? 0, called);
    const hand = this.up.get(id) ?? (by && { id, member: by.id, side });
    if (!hand) return; // its member is gone
    Object.assign(hand, { state, called });
    if (state === "raised" || state === "called") {
      hand.li ??= this.view(hand, by);
      this.up.set(id, hand);
    } else this.up.delete(id);
    if (hand.li) Object.assign(hand.li.dataset, { state, called });
    this.tell();
    this.still.due();
  }

  get speaking() { return [...this.up.values()].filter((hand) => hand.state === "called").sort((a, b) => a.called - b.called || a.id - b.id); }

  get waiting() { return speakers([...this.up.values()], this.called); }

  // tell keeps true what does not move anything: one's own place, the count, what the next speaker follows on.
  tell() {
    const { speaking, waiting } = this;
    const own = this.member || -1;
    const place = waiting.findIndex((hand) => hand.member === own) + 1;
    const speaks = speaking.some((hand) => hand.member === own);
    const line = this.panel.querySelector("[data-place]");
    if (line) {
      const { wCalled, wNext, wPlace } = this.panel.dataset;
      const words = speaks ? wCalled : place === 1 ? wNext : place ? wPlace.replace("{n}", this.digits.format(place)) : "";
      if (line.textContent !== words) line.textContent = words;
      const lower = this.panel.querySelector("[data-lower]");
      lower.hidden = !speaks && !place;
      for (const label of lower.querySelectorAll("[data-label]")) label.hidden = (label.dataset.label === "called") !== speaks;
      this.panel.querySelector("[data-raise]").hidden = !lower.hidden || this.refused();
    }
    count(this.root, "hands", waiting.length);
    const after = this.panel.querySelector("[data-after]");
    if (after) {
      after.value = speaking.at(-1)?.id ?? 0;
      this.panel.querySelector("[data-next]").disabled = this.up.size === 0;
    }
  }

  refused() {
    const why = this.panel.querySelector("[data-why-not]");
    return Boolean(why && !why.hidden);
  }

  settings({ state }) {
    const why = this.panel.querySelector("[data-why-not]");
    if (!why?.querySelector("[data-when]")) return;
    let refused = false;
    for (const line of why.querySelectorAll("[data-when]")) {
      line.hidden = line.dataset.when !== state;
      refused ||= !line.hidden;
    }
    why.hidden = !refused;
    this.tell();
  }

  draw() {
    for (const [list, all] of [[this.floor, this.speaking], [this.queue, this.waiting]]) {
      for (const li of [...list.children]) if (!all.some((hand) => hand.li === li)) li.remove();
      all.forEach(({ li }, i) => { if (list.children[i] !== li) list.insertBefore(li, list.children[i] ?? null); });
      this.panel.querySelector(list === this.floor ? "[data-floor-empty]" : "[data-queue-empty]").hidden = all.length > 0;
    }
    this.clock();
  }

  // view is somebody's hand as the page draws it.
  view(hand, by) {
    const li = this.panel.querySelector("template[data-hand-view]").content.firstElementChild.cloneNode(true);
    Object.assign(li.dataset, { hand: hand.id, member: hand.member, fromSide: hand.side });
    const name = li.querySelector("[data-name]");
    Object.assign(name, { textContent: by.name, lang: guess(by.name), href: `/${this.locale}/m/${encodeURIComponent(by.handle)}` });
    li.querySelector("[data-side-of]").replaceChildren(this.panel.querySelector(`template[data-hand-side="${hand.side}"]`).content.cloneNode(true));
    Object.assign(li.querySelector("[data-from]"), { textContent: by.affiliation, lang: guess(by.affiliation) });
    for (const button of li.querySelectorAll("[formaction]")) button.setAttribute("formaction", button.getAttribute("formaction").replace(/hands\/0\//, `hands/${hand.id}/`));
    return li;
  }

  // clock says how long somebody has had the floor.
  clock() {
    const now = Date.now();
    for (const { li, state, called } of this.up.values()) {
      const minutes = Math.max(Math.floor((now - called) / 60_000), 0);
      const words = state !== "called" || minutes === 0 ? "" : (this.panel.getAttribute(`data-w-for-${this.plural.select(minutes)}`) ?? this.panel.getAttribute("data-w-for-other"))
        .replace("{n}", this.digits.format(minutes));
      const place = li.querySelector("[data-for]");
      if (place.textContent.trim() !== words) place.textContent = words;
    }
  }
}

function capital(word) { return word[0].toUpperCase() + word.slice(1); }
