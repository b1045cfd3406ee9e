// How far the member has read: what has really been in sight, in a window that was seen. The hub keeps it for all their
// devices, so that each opens where reading stopped, wherever that was; this browser keeps it for visitors, and for who is back
// before the hub has heard.
//
//   const reads = new Reads(root, { log, locale, csrf })
//   reads.marker       the seq up to which all is read; 0: nothing is known
//   reads.start()

const pause = 2000;       // ms between two words to the hub
const away = 3000;        // ms out of sight, after which another device may have read on

export class Reads {
  constructor(root, { log, locale, csrf }) {
    Object.assign(this, { log, csrf });
    this.member = root.dataset.member !== "0";
    this.url = `/api/v1/rooms/${root.dataset.room}`;
    this.locale = locale;
    this.key = `senet.room.${root.dataset.room}.read${this.member ? `.${root.dataset.member}` : ""}`;
    this.told = Number(root.dataset.read); // what the hub knows
    this.marker = Math.min(Math.max(this.told, this.kept()), Number(root.dataset.seq));
    this.hiddenAt = 0;
    this.frame = -1; // nothing is looked at before start
  }

  // start begins to look, once the page shows what is to be read.
  start() {
    this.frame = 0;
    const { log } = this;
    log.scroll.addEventListener("scroll", () => this.look(), { passive: true });
    window.addEventListener("pagehide", () => {
      this.note();
      this.tell(true);
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) {
        this.hiddenAt = Date.now();
        this.tell(true);
        return;
      }
      if (Date.now() - this.hiddenAt > away) this.ask();
      this.look();
    });
    this.look();
  }

  // look has what is in sight noted, once a frame.
  look() { this.frame ||= requestAnimationFrame(() => this.note()); }

  // note notes what is in sight. A page of older messages counts from the marker on only: who follows a link into the middle
  // has not read what stands before it.
  note() {
    this.frame = 0;
    if (document.hidden) return;
    const { log } = this;
    const seq = log.following && log.atEnd() ? log.last : log.lastInSight();
    if (!(seq > this.marker) || !log.following && log.firstSeq() > this.marker + 1) return;
    this.marker = seq;
    this.keep();
    if (this.member) this.soon();
  }

  soon() {
    this.timer ||= setTimeout(() => this.tell(), pause);
  }

  async tell(leaving = false) {
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.member || this.marker <= this.told) return;
    const seq = this.marker, before = this.told;
    this.told = seq;
    try {
      const answer = await fetch(`${this.url}/read?locale=${this.locale}`, {
        method: "POST", keepalive: leaving, headers: { "Content-Type": "application/json", "X-CSRF-Token": this.csrf },
        body: JSON.stringify({ seq }),
      });
      if (!answer.ok) this.told = before;
      if (answer.status === 401 || answer.status === 403) this.member = false; // who read here has signed out
    } catch {
      this.told = before; // it is told with what is read next, or when the line is back
    }
  }

  // ask hears from the hub what was read on another device meanwhile.
  async ask() {
    if (!this.member) return;
    try {
      const answer = await fetch(`${this.url}?locale=${this.locale}`);
      if (!answer.ok) return;
      const { read } = await answer.json();
      if (read <= this.marker) return;
      this.marker = this.told = read;
      this.log.readElsewhere(read);
    } catch {
      // It is asked again when the window comes back into sight.
    }
  }

  kept() {
    try {
      return Number(localStorage[this.key]) || 0;
    } catch {
      return 0;
    }
  }

  keep() {
    try {
      localStorage[this.key] = this.marker;
    } catch {
      // No storage: visitors have no line of unread messages.
    }
  }
}
