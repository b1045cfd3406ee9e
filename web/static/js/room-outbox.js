// What a member has written and the hub has not yet confirmed. It is kept in IndexedDB, where it outlives a closed window and
// a browser that crashes, and where all windows of a member share it: one order, one state. Saying something twice is harmless,
// because the hub knows it by its id; so that nobody has to wait for that, a window claims what it sends, and the claim ends
// with its answer, with its window, or with time.
//
// Where IndexedDB cannot be had, all lives as long as the page, and kept is false: who closes it is to be warned.
// Signing out deletes the database (app.js); what another member left here is neither shown nor sent.
//
//   const outbox = new Outbox(member, room, { changed })     changed(): another window has changed something, or it is read
//   outbox.entries                                           Map of messages by id, in their order:
//     { id, body, lang, reply_to, failed, why, tries, after, claim }     after: not before then; claim: { tab, until }

const database = "senet.outbox";
const openTime = 4000;      // ms after which a database that does not open is none
const claimTime = 30_000;   // ms; longer than a message may fly
const longest = 3_600_000;  // ms: a clock that was set back must not hold a message up
const old = 30 * 86_400_000;

export function newID() {
  if (crypto.randomUUID) return crypto.randomUUID(); // not on plain http
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class Outbox {
  constructor(member, room, { changed }) {
    Object.assign(this, { member, room, changed });
    this.tab = newID();
    this.entries = new Map();
    this.spare = []; // all there is, where there is no database
    this.shared = member !== "0"; // visitors say nothing
    this.work = this.change(({ drop }, list) => list.filter((m) => Date.now() - m.at > old).forEach(drop)).then(changed);
    this.listen();
    window.addEventListener("pagehide", () => {
      this.release();
      this.channel?.close();
    });
    window.addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      this.listen();
      this.reload();
    });
  }

  listen() {
    if (!window.BroadcastChannel) return;
    this.channel = new BroadcastChannel(database);
    this.channel.onmessage = ({ data }) => { if (data === this.place) this.reload(); };
  }

  get place() { return `${this.member} ${this.room}`; }

  async reload() {
    await this.change(() => {});
    this.changed();
  }

  // add keeps a message; it may be said when this is done.
  add({ body, lang, reply_to }) {
    const m = { id: newID(), member: this.member, room: this.room, at: Date.now(), body, lang, reply_to, tries: 0, after: 0 };
    return this.change(({ put }) => {
      put(m);
      return m;
    });
  }

  // claim is { message } whose turn it is, which is this window's from now on, or { wait } in ms, or {} when there is none.
  // Messages go one after the other, so that they keep their order even when one has to wait.
  async claim() {
    await this.hold();
    const alive = await tabs();
    const turn = await this.change(({ put }, list) => {
      const m = list.find((each) => !each.failed);
      const now = Date.now();
      if (!m) return {};
      const other = m.claim && m.claim.tab !== this.tab && alive?.has(m.claim.tab) !== false && until(m.claim.until, now);
      const wait = Math.max(other || 0, until(m.after, now));
      if (wait > 0) return { wait };
      m.claim = { tab: this.tab, until: now + claimTime };
      put(m);
      return { message: m };
    });
    if (!turn.message) this.letGo();
    return turn;
  }

  // hold lets other windows see that this one is there, as long as it has a claim.
  hold() {
    if (this.letGoLock || !navigator.locks) return;
    return new Promise((held) => {
      navigator.locks.request(lockOf(this.tab), () => new Promise((free) => {
        this.letGoLock = free;
        held();
      })).catch(held);
    });
  }

  letGo() {
    this.letGoLock?.();
    this.letGoLock = null;
  }

  // release gives up what this window has claimed.
  release() {
    if (![...this.entries.values()].some((m) => m.claim?.tab === this.tab)) return this.letGo();
    return this.change(({ put }, list) => {
      for (const m of list) {
        if (m.claim?.tab !== this.tab) continue;
        delete m.claim;
        put(m);
      }
    }).then(() => this.letGo());
  }

  // later has a message wait so many ms for its next try.
  later(id, ms, why) { return this.set(id, (m) => Object.assign(m, { tries: m.tries + 1, after: Date.now() + ms, why })); }

  // fail says that a message was refused; again has it tried once more.
  fail(id, why) { return this.set(id, (m) => Object.assign(m, { failed: true, why })); }

  again(id) { return this.set(id, (m) => Object.assign(m, { failed: false, why: "", tries: 0, after: 0 })); }

  set(id, f) {
    return this.change(({ put }, list) => {
      const m = list.find((each) => each.id === id);
      if (!m) return;
      f(m);
      delete m.claim;
      put(m);
    });
  }

  remove(id) {
    return this.change(({ drop }, list) => list.filter((m) => m.id === id).forEach(drop));
  }

  // loose is what only this page keeps; adopt takes it over from another copy of the page.
  loose() { return this.shared ? [] : this.spare; }

  adopt(list) {
    return this.change(({ put }, there) => {
      for (const m of list) {
        if (m.member !== this.member || there.some((each) => each.id === m.id)) continue;
        delete m.n;
        put(m);
      }
    });
  }

  // kept tells whether everything would still be there if the page went away now.
  get kept() { return this.shared || this.spare.length === 0; }

  get waiting() { return [...this.entries.values()].filter((m) => !m.failed).length; }

  // change runs f({ put, drop }, list) over what waits in this room, in order; over all windows one change at a time.
  change(f) {
    const run = async () => {
      let outcome;
      try {
        outcome = this.shared && await this.transact(f);
      } catch {
        try {
          this.db = null; // it may have been closed behind our back
          outcome = await this.transact(f);
        } catch {
          this.shared = false;
          this.spare = [...this.entries.values()];
        }
      }
      outcome ||= this.inMemory(f);
      this.entries = new Map(outcome.list.map((m) => [m.id, m]));
      if (outcome.changed) this.tell();
      return outcome.answer;
    };
    return (this.turn = (this.turn ?? Promise.resolve()).then(run, run));
  }

  tell() {
    try {
      this.channel?.postMessage(this.place);
    } catch {
      // The page is leaving and its channel is closed.
    }
  }

  inMemory(f) {
    let list = this.spare;
    const answer = f({
      put: (m) => { if (!list.includes(m)) list.push(m); },
      drop: (m) => { list = list.filter((each) => each !== m); },
    }, [...list]);
    this.spare = list;
    return { list, answer };
  }

  async transact(f) {
    const db = this.db ??= await this.open();
    return new Promise((done, failed) => {
      const tx = db.transaction("messages", "readwrite");
      const store = tx.objectStore("messages");
      const outcome = { changed: false };
      const read = store.index("place").getAll([this.member, this.room]);
      read.onsuccess = () => {
        outcome.list = read.result;
        outcome.answer = f({
          put(m) {
            outcome.changed = true;
            if (m.n === undefined) outcome.list.push(m);
            const wrote = store.put(m);
            wrote.onsuccess = () => { m.n = wrote.result; };
          },
          drop(m) {
            outcome.changed = true;
            outcome.list = outcome.list.filter((each) => each !== m);
            store.delete(m.n);
          },
        }, [...read.result]);
      };
      tx.oncomplete = () => done(outcome);
      tx.onabort = () => failed(tx.error ?? new Error("aborted"));
    });
  }

  open() {
    return new Promise((done, failed) => {
      setTimeout(() => failed(new Error("late")), openTime);
      const asked = indexedDB.open(database, 1);
      asked.onupgradeneeded = () => {
        const store = asked.result.createObjectStore("messages", { keyPath: "n", autoIncrement: true }); // n is their order
        store.createIndex("place", ["member", "room"]);
      };
      asked.onerror = () => failed(asked.error);
      asked.onsuccess = () => {
        const db = asked.result;
        db.onclose = () => { this.db = null; };
        db.onversionchange = (event) => {
          db.close();
          this.db = null;
          if (event.newVersion === null) this.forget();
        };
        done(db);
      };
    });
  }

  // forget: the member has signed out, and their messages are deleted.
  forget() {
    this.shared = false;
    this.spare = [];
    this.entries = new Map();
    this.changed();
  }
}

// until is how many ms there are left until then.
function until(then, now) { return then - now > longest ? 0 : Math.max(0, then - now); }

const lockOf = (tab) => `${database}.${tab}`;

// tabs are the windows that hold a claim; undefined where the browser does not tell.
async function tabs() {
  try {
    const { held } = await navigator.locks.query();
    const prefix = lockOf("");
    return new Set(held.filter(({ name }) => name.startsWith(prefix)).map(({ name }) => name.slice(prefix.length)));
  } catch {
    return undefined;
  }
}
