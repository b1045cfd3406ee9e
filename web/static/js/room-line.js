// The line to a room: a WebSocket, or a long poll where none can be had or while it is not there yet; resumed after every
// break with the seq that was reached. It knows nothing of the page.
//
//   const line = new Line({ room, member, locale, csrf, poll, after: () => seq, on: { state, joined, event, ack, error, presence, typing, sanction } })
//     member: for whom the page was made; the hub sends away who is somebody else by now
//     on.error(id, why, { after, passing }): what was said was not taken. after: the ms that the hub says to wait; passing: it
//     may be taken another time
//
// States: connecting · live · polling · offline · forbidden · policy. The last two are final.
//
// Proxies cut what is silent for half a minute, and cut lines do not say so. So after a while without a word, from the hub or
// to it, the hub is asked, and who does not answer is gone. (The hub's own pings keep the line of a window that sleeps.)

const beat = 18_000;          // ms without a word, after which the hub is asked
const dead = 10_000;          // ms in which it must answer
const awake = 4000;           // ms in which it must, after the window or the device has slept
const patience = 5000;        // ms that a socket may take to work; then the long poll begins beside it
const hopeless = 20_000;      // ms after which it is given up
const tries = 2;              // sockets that failed, after which the long poll begins at once
const socketAgain = 45_000;   // ms until a socket is tried again beside a long poll, doubled with every failure
const socketSeldom = 300_000;
const longestPause = 30_000;
const waitOfPoll = 25;        // s that the hub may wait with its answer
const slowAnswer = 20_000;    // ms that an answer may take beyond that
const aHerd = 4000;           // ms over which to come back after a restart, where the hub does not say
const pollsKey = "senet.line"; // in this window sockets have proved hopeless

const jitter = (ms) => Math.random() * ms; // as random as possible, so that a herd does not stay one
const pause = (ms, signal) => new Promise((done) => {
  const timer = setTimeout(done, ms);
  signal?.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
});

export class Line {
  constructor(options) {
    Object.assign(this, options);
    this.failures = 0;
    this.state = "";
    this.works = false; // the socket has joined the room
    this.watched = Infinity;
    this.turn = 0; // of the long poll that goes on; 0: none
    this.turns = 0;
  }

  start() {
    window.addEventListener("online", () => this.again());
    window.addEventListener("offline", () => this.lost());
    window.addEventListener("pagehide", () => this.hangUp());
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.again(); });
    document.addEventListener("resume", () => this.again());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.ask(awake); });
    navigator.connection?.addEventListener?.("change", () => { if (navigator.onLine) this.ask(awake); });
    setInterval(() => this.watch(), 1000);
    if (remembered()) this.startPolling();
    this.connect();
  }

  get up() { return this.state === "live" || this.state === "polling"; }
  get over() { return this.state === "forbidden" || this.state === "policy"; }

  become(state) {
    if (this.state === state || this.over) return;
    this.state = state;
    this.on.state(state);
  }

  get as() { return this.member ? `&as=${this.member}` : ""; }

  // connect opens a socket; where that has failed before, the long poll does not wait for it.
  connect() {
    if (this.over || this.socket) return;
    clearTimeout(this.timer);
    if (this.poll || this.failures >= tries) this.startPolling();
    if (this.poll) return;
    if (!this.polling) this.become(navigator.onLine === false || this.failures ? "offline" : "connecting");
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws?locale=${this.locale}${this.as}`);
    this.socket = socket;
    this.works = false;
    this.began = this.heard = this.spoke = Date.now();
    this.asked = 0;
    socket.onopen = () => this.join();
    socket.onmessage = (message) => {
      if (socket !== this.socket) return;
      this.heard = Date.now();
      this.asked = 0;
      this.take(JSON.parse(message.data));
    };
    socket.onclose = (event) => {
      if (socket !== this.socket) return;
      this.socket = null;
      this.closed(event.code, event.reason);
    };
  }

  join() {
    if (this.socket?.readyState === WebSocket.OPEN) this.send({ op: "join", room: this.room, after: this.after() });
  }

  take(frame) {
    if (frame.room !== undefined && frame.room !== this.room) return;
    switch (frame.op) {
      case "joined":
        this.failures = 0;
        this.works = true;
        this.stopPolling();
        remember(false);
        this.on.joined(frame);
        this.become("live");
        break;
      case "event": this.on.event(frame); break;
      case "ack": this.on.ack(frame.id, frame.seq); break;
      case "presence": this.on.presence(frame); break;
      case "typing": this.on.typing(frame.by); break;
      case "sanction": this.on.sanction(frame); break;
      case "error": this.on.error(frame.id, frame.message, { after: frame.retry_after_ms }); break;
    }
  }

  closed(code, reason = "") {
    clearTimeout(this.timer);
    if (code === 4003) return this.end("forbidden");
    if (code === 4008) return this.end("policy");
    let wait;
    if (code === 4000) wait = jitter(200);
    else if (code === 4001) wait = jitter(Number(reason.match(/spread_ms=(\d+)/)?.[1] ?? aHerd)); // everybody was sent away at once
    else wait = this.failed();
    if (!this.polling) this.become(code === 4000 || code === 4001 ? "connecting" : "offline");
    this.timer = setTimeout(() => this.connect(), wait);
  }

  // failed counts a socket that was no good, and returns when to try the next one.
  failed() {
    this.failures++;
    if (!this.polling) return jitter(Math.min(500 * 2 ** this.failures, longestPause));
    const seldom = Math.min(socketAgain * 2 ** Math.max(0, this.failures - tries), socketSeldom);
    return seldom / 2 + jitter(seldom);
  }

  end(state) {
    this.become(state);
    this.drop();
    this.stopPolling();
    clearTimeout(this.timer);
  }

  // again tries at once, because something says that it may work now.
  again() {
    if (this.over) return;
    clearTimeout(this.timer);
    if (this.socket && !this.works) this.drop(); // it was begun when it could not work
    if (this.socket) this.ask(awake);
    else {
      this.failures = Math.min(this.failures, tries - 1);
      this.connect();
    }
    this.wake?.abort();
  }

  // lost drops a socket that cannot be alive any more.
  lost() {
    if (this.over) return;
    this.drop();
    this.become("offline");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), 10_000); // navigator.onLine is not always right
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    this.works = false;
    socket?.close();
  }

  hangUp() {
    this.drop();
    this.stopPolling();
    clearTimeout(this.timer);
  }

  // ask asks the hub whether it is still there.
  ask(within) {
    if (this.over) return;
    if (this.socket?.readyState !== WebSocket.OPEN) {
      if (!this.socket) this.again();
      return;
    }
    const now = Date.now();
    if (!this.asked || now + within < this.due) this.due = now + within;
    this.asked ||= now;
    this.send({ op: "ping" });
  }

  watch() {
    const now = Date.now(), slept = now - this.watched > 5 * beat;
    this.watched = now;
    if (!this.socket) return;
    if (slept) this.ask(awake);
    if (!this.works) {
      if (now - this.began > hopeless) this.giveUp();
      else if (now - this.began > patience) this.startPolling();
      return;
    }
    if (this.asked && now > this.due) this.giveUp();
    else if (!this.asked && Math.max(now - this.heard, now - this.spoke) > beat) this.ask(dead);
  }

  giveUp() {
    this.drop();
    this.closed(1006);
  }

  send(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.spoke = Date.now();
    this.socket.send(JSON.stringify(frame));
  }

  // say sends a message; what becomes of it is told to on.ack or on.error, or nothing when the line breaks.
  say(m) {
    if (this.state === "live") this.send({ op: "say", room: this.room, id: m.id, body: m.body, lang: m.lang, reply_to: m.reply_to });
    else if (this.state === "polling") this.post(m);
  }

  typing() {
    if (this.state === "live") this.send({ op: "typing", room: this.room });
  }

  async post(m) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), slowAnswer);
    try {
      const answer = await fetch(`/api/v1/rooms/${this.room}/messages?locale=${this.locale}`, {
        method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": this.csrf }, signal: late.signal,
        body: JSON.stringify({ id: m.id, body: m.body, lang: m.lang, reply_to: m.reply_to }),
      });
      const said = await answer.json();
      if (answer.ok) this.on.ack(m.id, said.seq);
      else this.on.error(m.id, said.error.message, { after: said.error.retry_after_ms, passing: answer.status >= 500 });
    } catch {
      this.on.error(m.id, "", { passing: true });
    } finally {
      clearTimeout(timer);
    }
  }

  get polling() { return this.turn > 0; }

  stopPolling() {
    this.turn = 0;
    this.wake?.abort();
  }

  async startPolling() {
    if (this.polling || this.over) return;
    const turn = ++this.turns;
    this.turn = turn;
    for (let failures = 0, ask = 0; this.turn === turn && !this.over;) {
      const wake = new AbortController();
      this.wake = wake;
      const late = setTimeout(() => wake.abort(new Error("late")), ask * 1000 + slowAnswer);
      let told = 0; // ms that the hub says to wait
      try {
        const answer = await fetch(`/api/v1/rooms/${this.room}/events?locale=${this.locale}&after=${this.after()}&wait=${ask}${this.as}`, { signal: wake.signal });
        if (answer.status === 401 || answer.status === 403) return this.end("forbidden");
        told = Number(answer.headers.get("Retry-After")) * 1000 || 0;
        if (!answer.ok) throw new Error(answer.statusText);
        const page = await answer.json();
        if (this.turn !== turn) return;
        this.on.joined({ seq: page.next, events: page.items, reset: page.reset });
        if (page.presence) this.on.presence(page.presence);
        if (page.sanction !== undefined) this.on.sanction(page);
        this.become("polling");
        if (failures && !this.socket) this.again(); // the network is back, and perhaps sockets are as well
        if (this.failures >= tries) remember(true);
        failures = 0;
        ask = waitOfPoll;
      } catch (err) {
        if (this.turn !== turn) return;
        if (err.name === "AbortError") continue;
        this.become("offline");
        ask = 0; // the first answer tells at once that all is well again
        await pause(told + jitter(Math.min(500 * 2 ** ++failures, longestPause)), wake.signal);
      } finally {
        clearTimeout(late);
      }
    }
  }
}

function remembered() {
  try {
    return Boolean(sessionStorage[pollsKey]);
  } catch {
    return false;
  }
}

function remember(polls) {
  try {
    if (polls) sessionStorage[pollsKey] = "1";
    else delete sessionStorage[pollsKey];
  } catch {
    // No storage: each page finds out anew.
  }
}
