// Where somebody reads in the list, and how that stays under their eyes whatever changes around it: messages and translations
// that come, a window or keyboard that takes room, fonts and editors. Who reads the end stays at the end.

const nearly = 60; // px from the end that count as the end

export class Place {
  constructor(scroll, list) {
    Object.assign(this, { scroll, list });
    this.note();
    scroll.addEventListener("scroll", () => this.note(), { passive: true });
    const sizes = new ResizeObserver(() => this.keep());
    sizes.observe(scroll);
    sizes.observe(list);
    this.keyboard();
  }

  // keyboard gives the room's height what a phone's keyboard leaves of it, in browsers that lay it over the page.
  keyboard() {
    const seen = window.visualViewport, root = this.scroll.closest(".room");
    seen?.addEventListener("resize", () => {
      const covered = seen.scale > 1.01 ? 0 : Math.max(0, innerHeight - seen.height);
      root.style.setProperty("--covered", `${Math.round(covered)}px`);
    });
  }

  atEnd() { return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < nearly; }

  toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.note();
  }

  // note remembers what is being read; keep has it where it was.
  note() {
    this.ending = this.atEnd();
    this.anchor = this.ending ? null : this.read();
    this.at = this.anchor && this.away(this.anchor);
  }

  keep() {
    if (this.ending) this.scroll.scrollTop = this.scroll.scrollHeight;
    else if (this.anchor?.isConnected) this.shift(this.away(this.anchor) - this.at);
    this.note();
  }

  shift(by) { if (by) this.scroll.scrollTop += by; }

  away(el) { return el.getBoundingClientRect().top - this.scroll.getBoundingClientRect().top; }

  // steady lets something change in the list without moving what is being read: where the focus is, or else about a third
  // down.
  steady(change) {
    const { scroll } = this;
    const fromEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight;
    if (this.atEnd() && !this.focused()) {
      change();
      scroll.scrollTop = scroll.scrollHeight - scroll.clientHeight - fromEnd;
    } else {
      const anchors = [this.focused(), this.focused()?.closest(".msg") ?? this.read()].filter(Boolean);
      const at = anchors.map((el) => this.away(el));
      change();
      const i = anchors.findIndex((el) => el.isConnected);
      if (i >= 0) this.shift(this.away(anchors[i]) - at[i]);
    }
    this.note();
  }

  // focused is what has the focus in the list, if it is in sight.
  focused() {
    const el = document.activeElement;
    if (!this.list.contains(el)) return null;
    const place = el.getBoundingClientRect(), sight = this.scroll.getBoundingClientRect();
    return place.bottom > sight.top && place.top < sight.bottom ? el : null;
  }

  // read is the item of the list that begins in sight and stands a third down, or else the one after it.
  read() {
    const all = this.list.children;
    const { top, height } = this.scroll.getBoundingClientRect();
    const low = this.before((box) => box.top <= top + height / 3);
    const here = all[low - 1];
    return here && (low === all.length || here.getBoundingClientRect().top >= top) ? here : all[low];
  }

  // last is the last message that is whole in sight, or above it.
  last() {
    const { bottom } = this.scroll.getBoundingClientRect();
    const all = this.list.children;
    for (let i = this.before((box) => box.bottom <= bottom + 4) - 1; i >= 0; i--) if (all[i].dataset.seq) return all[i];
    return null;
  }

  // before is how many items come before the first of which that does not hold; found by halves.
  before(holds) {
    const all = this.list.children;
    let low = 0, high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(all[middle].getBoundingClientRect())) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
