// The line to a room: a WebSocket, or where none can be had a long poll, resumed after every break with the seq
// that was reached. It knows nothing of the page.
//
//   const line = new Line({ room, locale, csrf, poll, after: () => seq, on: { state, joined, event, ack, error, presence, typing, sanction } })
//
// States: connecting · live · polling · offline · forbidden · policy. The last two are final.

const quiet = 20_000;      // after which the hub is asked whether it is still there
const dead = 12_000;       // after which an unanswered question means no
const tries = 3;           // failures of the socket until the long poll takes over
const socketAgain = 60_000;

const random = (ms) => ms * (0.5 + Math.random());
const pause = (ms, signal) => new Promise((done) => {
  const timer = setTimeout(done, ms);
  signal?.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
});

export class Line {
  constructor(options) {
    Object.assign(this, options);
    this.failures = 0;
    this.state = "";
    this.turn = 0; // of the long poll that goes on; 0: none
    this.turns = 0;
  }

  start() {
    window.addEventListener("online", () => this.again());
    window.addEventListener("offline", () => this.lost());
    window.addEventListener("pagehide", () => this.hangUp());
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.again(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.ask(); });
    setInterval(() => this.watch(), 5000);
    this.connect();
  }

  get up() { return this.state === "live" || this.state === "polling"; }
  get over() { return this.state === "forbidden" || this.state === "policy"; }

  become(state) {
    if (this.state === state || this.over) return;
    this.state = state;
    this.on.state(state);
  }

  // connect opens the socket, or goes on polling where that has proved hopeless.
  connect() {
    if (this.over || this.socket) return;
    if (this.poll || this.failures >= tries) this.startPolling();
    if (this.poll) return;
    if (!this.polling) this.become(navigator.onLine === false ? "offline" : this.failures ? "offline" : "connecting");
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws?locale=${this.locale}`);
    this.socket = socket;
    this.heard = Date.now();
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
      this.closed(event.code);
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
        this.stopPolling();
        this.on.joined(frame);
        this.become("live");
        break;
      case "event": this.on.event(frame); break;
      case "ack": this.on.ack(frame.id, frame.seq); break;
      case "presence": this.on.presence(frame); break;
      case "typing": this.on.typing(frame.by); break;
      case "sanction": this.on.sanction(frame); break;
      case "error": this.on.error(frame.id, frame.message, frame.retry_after_ms ?? 0); break;
    }
  }

  closed(code) {
    clearTimeout(this.timer);
    if (code === 4003) return this.end("forbidden");
    if (code === 4008) return this.end("policy");
    let wait;
    if (code === 4000) wait = random(200);
    else if (code === 4001) wait = 500 + Math.random() * 4000; // everybody was sent away at once
    else {
      this.failures++;
      wait = this.polling ? random(socketAgain) : random(Math.min(500 * 2 ** this.failures, 15_000));
    }
    if (!this.polling) this.become(code === 4000 || code === 4001 ? "connecting" : "offline");
    this.timer = setTimeout(() => this.connect(), wait);
  }

  end(state) {
    this.become(state);
    this.stopPolling();
    clearTimeout(this.timer);
  }

  // again tries at once, because something says that it may work now.
  again() {
    if (this.over) return;
    clearTimeout(this.timer);
    if (this.socket) return this.ask();
    this.failures = Math.min(this.failures, tries - 1);
    this.wake?.abort();
    this.connect();
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
    socket?.close();
  }

  hangUp() {
    this.drop();
    this.stopPolling();
    clearTimeout(this.timer);
  }

  ask() {
    if (this.socket?.readyState !== WebSocket.OPEN) {
      if (!this.socket) this.again();
      return;
    }
    if (!this.asked) this.asked = Date.now();
    this.send({ op: "ping" });
  }

  watch() {
    if (!this.socket) return;
    const now = Date.now();
    const connecting = this.socket.readyState === WebSocket.CONNECTING;
    if (connecting ? now - this.heard > 15_000 : this.asked && now - this.asked > dead) {
      this.drop();
      this.closed(1006);
    } else if (!connecting && now - this.heard > quiet && !this.asked) this.ask();
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
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
    try {
      const answer = await fetch(`/api/v1/rooms/${this.room}/messages?locale=${this.locale}`, {
        method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": this.csrf },
        body: JSON.stringify({ id: m.id, body: m.body, lang: m.lang, reply_to: m.reply_to }),
      });
      const said = await answer.json();
      if (answer.ok) this.on.ack(m.id, said.seq);
      else if (answer.status >= 500) this.on.error(m.id, said.error.message, said.error.retry_after_ms || 5000);
      else this.on.error(m.id, said.error.message, said.error.retry_after_ms ?? 0);
    } catch {
      this.on.error(m.id, "", 5000);
    }
  }

  get polling() { return this.turn > 0; }

  stopPolling() {
    this.turn = 0;
    this.wake?.abort();
  }

  async startPolling() {
    if (this.polling) return;
    const turn = ++this.turns;
    this.turn = turn;
    for (let wait = 500, ask = 0; this.turn === turn && !this.over;) {
      const wake = new AbortController();
      this.wake = wake;
      try {
        const answer = await fetch(`/api/v1/rooms/${this.room}/events?locale=${this.locale}&after=${this.after()}&wait=${ask}`, { signal: wake.signal });
        if (answer.status === 401 || answer.status === 403) return this.end("forbidden");
        if (!answer.ok) throw new Error(answer.statusText);
        const page = await answer.json();
        if (this.turn !== turn) return;
        this.on.joined({ seq: page.next, events: page.items, reset: page.reset });
        if (page.presence) this.on.presence(page.presence);
        if (page.sanction !== undefined) this.on.sanction(page);
        this.become("polling");
        wait = 500;
        ask = 25;
      } catch (err) {
        if (this.turn !== turn) return;
        if (err.name === "AbortError") continue;
        this.become("offline");
        ask = 0; // the first answer tells at once that all is well again
        await pause(random(wait), wake.signal);
        wait = Math.min(wait * 2, 15_000);
      }
    }
  }
}
