// The polls of a room: each is drawn by the hub, the same for everybody, and kept true from the log. What is the reader's own
// is added here: the choice, which the page knows and what was sent from it changes, and a host's tools. Nothing that happens
// in the room touches a choice that is being made, a field or the focus.
//
//   polls(root, { log, fresh, word, member, hosts, data })
//
//   [data-polls]   holds [data-polls-list] with the polls, data-w-… words, template[data-poll-tools="true|false"] for those that
//                  are closed or not, template[data-word-tool]
//   [data-poll]    a poll: data-kind, data-closed, data-shown, data-voters; [data-part]s are its words; [data-answers] has a row
//                  [data-option] for each answer, with data-votes, and in it [data-n] [data-share] [data-bar] [data-mine] [data-text]

import { watchLanguage } from "./lang-guess.js";
import { count } from "./room-tabs.js";

const format = document.documentElement.dataset.format;
const digits = new Intl.NumberFormat(format);
const percent = new Intl.NumberFormat(format, { style: "percent" });
const decimal = new Intl.NumberFormat(format, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const plural = new Intl.PluralRules(format);
const pace = 250; // ms between two paints of counts: five hundred votes at once are a few steps of each bar

export function polls(root, { log, fresh, member, data }) {
  const panel = root.querySelector("[data-polls]");
  if (!panel) return;
  const list = panel.querySelector("[data-polls-list]");
  const word = (name) => panel.getAttribute(`data-w-${name}`) ?? "";
  const own = new Map(); // poll → { options: Set of ids, words }
  const counts = new Map(); // poll → what the log has counted and is not painted yet: { voters, counts }
  let painting = 0;

  const find = (id) => document.getElementById(`poll-${id}`);

  // ---- what the log tells

  for (const kind of ["poll", "poll_state", "poll_restore", "poll_translation"]) log.on(kind, (e) => { if (e.html) draw(e.data.id, e); });
  for (const kind of ["poll", "poll_restore"]) log.on(kind, (e) => { if (find(e.data.id)) tell(find(e.data.id)); });
  log.on("poll_remove", (e) => remove(e.data.id));
  log.on("ballot", ({ data: { id, voters, counts: changed } }) => {
    const waiting = counts.get(id) ?? { counts: {} };
    counts.set(id, { voters, counts: Object.assign(waiting.counts, changed) });
    painting ||= setTimeout(paint, pace);
  });
  log.on("option", (e) => {
    const poll = find(e.data.id);
    if (!e.html || !poll) return;
    const news = parse(e.html);
    const tr = news.querySelector("[data-option]");
    if (!document.getElementById(tr.id)) poll.querySelector("[data-answers]")?.append(dressed(tr, poll));
    label(poll, news);
    show(poll);
  });
  log.on("option_remove", (e) => document.getElementById(`option-${e.data.option}`)?.remove());
  log.on("option_translation", (e) => {
    const was = document.getElementById(`option-${e.data.option}`);
    const poll = was?.closest("[data-poll]");
    if (!e.html || !poll) return;
    const news = parse(e.html);
    put(was.querySelector("[data-text]"), news.querySelector("[data-text]"));
    label(poll, news);
  });
  log.on("state", () => queueMicrotask(open)); // after the room knows its state
  root.addEventListener("room:sanction", open);

  // draw shows a poll as the hub has drawn it now. While it is open as before, only what differs is touched.
  function draw(id, e) {
    const now = parse(e.html);
    const was = find(id);
    counts.delete(id); // what it shows is at least as new
    if (!was) {
      dress(now);
      list.prepend(now);
    } else if (was.dataset.closed === now.dataset.closed) {
      patch(was, now);
    } else {
      dress(now);
      replace(was, now);
    }
    tally();
  }

  function remove(id) {
    find(id)?.remove();
    root.querySelector(`[data-poll-line="${id}"]`)?.remove();
    tally();
  }

  // patch brings the words and the counts of a poll up to date.
  function patch(was, now) {
    label(was, now);
    const answers = was.querySelector("[data-answers]");
    for (const fresh of now.querySelectorAll("[data-option]")) {
      const there = document.getElementById(fresh.id);
      if (there) put(there.querySelector("[data-text]"), fresh.querySelector("[data-text]"));
      else answers?.append(dressed(fresh, was));
      if (there) there.dataset.votes = fresh.dataset.votes;
    }
    was.dataset.voters = now.dataset.voters;
    show(was);
  }

  // label brings up to date what a poll says of itself, and gives it the switch to its originals.
  function label(was, now) {
    for (const part of now.querySelectorAll("[data-part]")) {
      const there = was.querySelector(`[data-part="${part.dataset.part}"]`);
      const improving = there.querySelector("[data-improving]")?.open;
      if (there === document.activeElement || !there.contains(document.activeElement)) put(there, part);
      if (improving) there.querySelector("[data-improving]")?.setAttribute("open", "");
    }
    const flip = now.querySelector(".flip");
    const there = was.querySelector(".flip");
    if (flip && !there) was.prepend(flip);
    else if (!flip && there && now.matches("[data-poll]")) there.remove();
  }

  // replace puts another picture of a poll in its place, with what the reader had done to the former one.
  function replace(was, now) {
    for (const box of was.querySelectorAll(":is(.flip, .as-table):checked")) {
      const same = now.querySelector(`[id="${box.id}"]`);
      if (same) same.checked = true;
    }
    const focused = was.contains(document.activeElement) ? document.activeElement : null;
    was.replaceWith(now);
    if (!focused) return;
    const same = focused.id && document.getElementById(focused.id);
    (same && now.contains(same) ? same : now.querySelector("h3")).focus({ preventScroll: true });
  }

  // ---- counts

  function paint() {
    painting = 0;
    for (const [id, { voters, counts: changed }] of counts) {
      const poll = find(id);
      if (!poll) continue;
      poll.dataset.voters = voters;
      for (const [option, votes] of Object.entries(changed)) {
        const there = poll.querySelector(`[data-option="${option}"]`);
        if (there) there.dataset.votes = votes;
      }
      show(poll);
    }
    counts.clear();
  }

  // show writes the counts that a poll has in its attributes; those that are the same are not touched.
  function show(poll) {
    const voters = Number(poll.dataset.voters);
    write(poll.querySelector("[data-voters-words]"), (word(`voters-${plural.select(voters)}`) || word("voters-other")).replace("{n}", digits.format(voters)));
    if (poll.dataset.shown !== "true") return;
    const cloud = poll.dataset.kind === "cloud";
    const rows = [...poll.querySelectorAll("[data-option]")];
    const votes = rows.map((tr) => Number(tr.dataset.votes));
    const of = cloud ? votes.reduce((sum, n) => sum + n, 0) : voters;
    const most = Math.max(1, ...votes);
    rows.forEach((tr, i) => {
      const share = of ? Math.floor((200 * votes[i] + of) / (2 * of)) : 0;
      write(tr.querySelector("[data-n]"), digits.format(votes[i]));
      write(tr.querySelector("[data-share]"), percent.format(share / 100));
      const bar = tr.querySelector("[data-bar]");
      if (bar.getAttribute("width") !== String(share)) bar.setAttribute("width", share);
      if (!cloud) return;
      tr.dataset.size = most === 1 ? 2 : 1 + Math.floor((4 * Math.max(votes[i] - 1, 0)) / (most - 1) + 0.5);
      tr.hidden = votes[i] === 0;
    });
    const mean = poll.querySelector("[data-mean]");
    if (!mean) return;
    const all = votes.reduce((sum, n) => sum + n, 0);
    mean.hidden = all === 0;
    if (all) write(mean, word("mean").replace("{mean}", decimal.format(Math.round((10 * votes.reduce((sum, n, i) => sum + (i + 1) * n, 0)) / all) / 10)));
  }

  // ---- what is the reader's own

  // dress gives a poll of a frame what depends on its reader.
  function dress(poll) {
    const id = poll.dataset.poll;
    const closed = poll.dataset.closed;
    if (!member) for (const el of poll.querySelectorAll("[data-ballot] :is(input, .poll-send, .poll-words, .hint)")) el.remove();
    const tools = panel.querySelector(`template[data-poll-tools="${closed}"]`);
    if (tools) poll.querySelector("[data-tools]").replaceChildren(renamed(tools, id, 0));
    for (const tr of poll.querySelectorAll("[data-option]")) dressed(tr, poll);
    if (!closed || closed === "false") choose(poll);
    mark(poll);
    enable(poll);
    show(poll);
  }

  function dressed(tr, poll) {
    const tool = poll.dataset.kind === "cloud" && panel.querySelector("template[data-word-tool]");
    if (tool && !tr.querySelector(".poll-take-out")) {
      const part = renamed(tool, poll.dataset.poll, tr.dataset.option);
      const label = word("take-out").replace("{word}", tr.querySelector("[data-text] > :not(.original)").textContent);
      for (const name of ["aria-label", "title"]) part.firstElementChild.setAttribute(name, label);
      tr.querySelector("[data-n]").after(part);
    }
    const chosen = own.get(poll.dataset.poll)?.options;
    mine(tr, Boolean(chosen?.has(tr.dataset.option)));
    return tr;
  }

  // choose puts the reader's choice into the form of a poll that has just come.
  function choose(poll) {
    const { options, words } = own.get(poll.dataset.poll) ?? { options: new Set(), words: [] };
    for (const input of poll.querySelectorAll("input[name=options]")) input.checked = options.has(input.value);
    poll.querySelectorAll("[data-word]").forEach((input, i) => { input.value = words[i] ?? ""; });
  }

  // mark shows what of a poll is the reader's own.
  function mark(poll) {
    const { options } = own.get(poll.dataset.poll) ?? { options: new Set() };
    for (const tr of poll.querySelectorAll("[data-option]")) mine(tr, options.has(tr.dataset.option));
    const withdraw = poll.querySelector("[data-withdraw]");
    if (!withdraw) return;
    withdraw.hidden = options.size === 0;
    write(poll.querySelector("[data-send]"), word(options.size ? "change" : "vote"));
  }

  function mine(tr, is) {
    tr.classList.toggle("mine", is);
    const there = tr.querySelector("[data-mine]");
    if (there) there.hidden = !is;
  }

  root.addEventListener("acted", (event) => {
    const { path, body, answer } = event.detail;
    const id = path.match(/^\/polls\/(\d+)\/ballot$/)?.[1];
    if (/^\/rooms\/\d+\/polls$/.test(path)) {
      const form = panel.querySelector("[data-poll-new]");
      form.open = false;
      form.querySelector("summary").focus({ preventScroll: true });
    }
    if (!id) return;
    own.set(id, { options: new Set((answer?.options ?? []).map(String)), words: body.words ?? [] });
    const poll = find(id);
    if (!poll) return;
    if (!answer?.options?.length) {
      const back = poll.querySelector("[data-withdraw]") === document.activeElement;
      choose(poll);
      if (back) poll.querySelector("[data-ballot] input")?.focus({ preventScroll: true });
    }
    mark(poll);
    write(root.querySelector("[data-told]"), word(answer?.options?.length ? "counted" : "withdrawn"));
  });

  // open lets the reader vote while the room does.
  function open() { for (const poll of list.children) enable(poll); }

  function enable(poll) {
    const set = poll.querySelector("fieldset[data-vote]");
    if (!set) return;
    const phase = root.dataset.phase ?? data.state;
    set.disabled = !member || Boolean(data.sanction) || phase === "ended" || (phase === "paused" && data.staff !== "true");
  }

  // ---- the talk

  // tell says in the talk that a poll was opened, when it was.
  function tell(poll) {
    const { poll: id, at, by } = poll.dataset;
    if (!log.following || root.querySelector(`[data-poll-line="${id}"]`)) return;
    const messages = [...log.list.querySelectorAll(".msg[data-at]")];
    if (messages.length && messages[0].dataset.at > at && root.querySelector("a[data-older]")) return; // it is among older ones
    const li = document.createElement("li");
    li.classList.add("room-line", "poll-line");
    li.dataset.pollLine = id;
    const question = poll.querySelector("h3 > .translated, h3 > span:not(.original)").cloneNode(true);
    question.className = "";
    const link = Object.assign(document.createElement("a"), { href: `#poll-${id}` });
    const [before, after] = word("opened").split("{question}");
    link.append(before.replace("{name}", () => by), question, after);
    li.append(link);
    li.dataset.at = at;
    const all = [...log.list.querySelectorAll(":is(.msg, .poll-line)[data-at]")];
    const next = all.find((el) => el.dataset.at > at) ?? log.list.querySelector(".pending");
    log.steady(() => log.list.insertBefore(li, next));
  }

  // go shows the poll that the address names: in its panel, the window stays where it is.
  function go() {
    const poll = /^#poll-\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
    if (!poll) return;
    requestAnimationFrame(() => {
      poll.scrollIntoView({ block: "start" });
      scrollTo(0, 0);
    });
  }

  function tally() {
    const all = [...list.children];
    panel.querySelector("[data-polls-empty]").hidden = all.length > 0;
    count(root, "polls", all.filter((poll) => poll.dataset.closed === "false").length);
  }

  // ---- the page begins

  for (const poll of list.children) {
    const options = [...poll.querySelectorAll(".mine")].map((tr) => tr.dataset.option);
    const words = [...poll.querySelectorAll("[data-word]")].map((input) => input.defaultValue).filter(Boolean);
    // Of a cloud whose words are not shown yet, how many are one's own does not matter, only that there are some.
    own.set(poll.dataset.poll, { options: new Set(options.length ? options : words), words });
  }
  fresh?.with("polls", () => [...panel.querySelectorAll("[data-ballot] input[name=options]")].filter((i) => i.checked !== i.defaultChecked).map((i) => [i.id, i.checked]),
    (changed) => { for (const [id, checked] of changed) Object.assign(document.getElementById(id) ?? {}, { checked }); });
  const form = panel.querySelector("[data-poll-form]");
  if (form) watchLanguage(form);
  open();
  for (const poll of list.children) tell(poll);
  addEventListener("hashchange", go);
  go();
}

// renamed is a template's tools for one poll, or for one of its words.
function renamed(template, poll, option) {
  const part = template.content.cloneNode(true);
  for (const el of part.querySelectorAll("*")) {
    for (const a of el.attributes) {
      a.value = a.value.replace(/polls\/0\/words\/0\//, `polls/${poll}/words/${option}/`).replace(/polls\/0\//, `polls/${poll}/`)
        .replace(/\bpoll-0\b/g, `poll-${poll}`);
    }
  }
  return part;
}

// put makes one part of a poll like another, if it is not.
function put(was, now) {
  if (!was || !now || was.isEqualNode(now)) return;
  was.className = now.className;
  was.replaceChildren(...now.cloneNode(true).childNodes);
}

function write(el, text) {
  if (el && el.textContent !== text) el.textContent = text;
}

function parse(html) {
  const t = document.createElement("template");
  t.innerHTML = html;
  return t.content.firstElementChild;
}
