// What a member has written and the hub has not yet confirmed. It survives a reload: each message is an entry of
// its own in localStorage, so that two windows do not overwrite each other. Sending one twice is harmless, because
// the hub knows it by its id. The prefix is that of drafts, which signing out forgets.

export function newID() {
  if (crypto.randomUUID) return crypto.randomUUID(); // not on plain http
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class Outbox {
  constructor(member, room) {
    this.prefix = `senet.draft.outbox.${member}.${room}.`;
    this.entries = new Map();
    try {
      const kept = Object.keys(localStorage).filter((k) => k.startsWith(this.prefix)).map((k) => JSON.parse(localStorage[k]));
      kept.sort((a, b) => a.at - b.at);
      for (const m of kept) this.entries.set(m.id, { ...m, state: "queued" });
    } catch {
      // No storage: what is written lives as long as the page.
    }
  }

  add(body, lang, replyTo) {
    // Strictly growing, so that two messages of one millisecond keep their order.
    const at = Math.max(Date.now(), (this.newest ?? 0) + 1);
    this.newest = at;
    const m = { id: newID(), body, lang, reply_to: replyTo || undefined, at };
    this.entries.set(m.id, { ...m, state: "queued" });
    try {
      localStorage[this.prefix + m.id] = JSON.stringify(m);
    } catch {
      // Full or not allowed: it is still sent.
    }
    return this.entries.get(m.id);
  }

  remove(id) {
    this.entries.delete(id);
    try {
      delete localStorage[this.prefix + id];
    } catch {
      // As above.
    }
  }

  // next is the message whose turn it is: the oldest that did not fail. Messages go one after the other, so that
  // they keep their order even when one has to wait.
  next() {
    for (const m of this.entries.values()) if (m.state !== "failed") return m;
    return null;
  }

  get waiting() {
    return [...this.entries.values()].filter((m) => m.state !== "failed").length;
  }
}
