// The state of a room, for everybody, and a host's tools on messages: marks, muting, removing. What the state says is folded
// from the log; why one may not write is known from the page and from the hub's word on a sanction.
//
//   host(root, { log, line, told, word })

import { address } from "./room-reactions.js";

export function host(root, { log, told, word, data }) {
  const quiet = root.querySelector("[data-quiet]");
  const tools = root.querySelector("template[data-host-message]")?.content;
  const settings = { state: data.state, anonymous: data.anonymous === "true", hosts_only: data.hostsOnly === "true", slow_seconds: Number(data.slow), item: Number(data.item) };
  let sanction = data.sanction ?? "";

  log.on("state", (e) => {
    Object.assign(settings, e.data);
    show();
    for (const [name, value] of Object.entries(e.data)) root.dispatchEvent(new CustomEvent(`room:${name}`, { detail: value }));
  });
  log.on("mark", (e) => mark(e));
  log.on("message", (e) => { if (e.data.announcement) marked(e.data.id, log.message(e.data.id), "", true); });

  // sanctioned hears that the reader was muted, removed or readmitted.
  function sanctioned(kind) {
    sanction = data.sanction = kind;
    show();
    root.dispatchEvent(new CustomEvent("room:sanction", { detail: kind }));
    told(word(kind ? `sanction-${kind}` : "sanction-none"));
  }

  // show says what keeps the reader from writing, beside the field, which stays as it is.
  function show() {
    root.dataset.phase = settings.state;
    for (const el of root.querySelectorAll("[data-phase-word]")) {
      el.textContent = settings.state === "open" ? "" : word(`phase-${settings.state}`);
      el.hidden = settings.state === "open";
    }
    for (const form of root.querySelectorAll("form[data-room-state]")) form.hidden = !next(settings.state).includes(form.dataset.roomState);
    for (const field of root.querySelectorAll("[data-setting]")) {
      const value = settings[field.dataset.setting];
      if (field.type === "checkbox") field.checked = Boolean(value);
      else if (field !== document.activeElement) field.value = String(value);
    }
    for (const item of root.querySelectorAll("[data-item]")) {
      const now = Number(item.dataset.item) === settings.item && settings.item !== 0;
      item.classList.toggle("now", now);
      if (now) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    }
    const slow = root.querySelector("[data-slow]");
    if (slow) {
      slow.hidden = !settings.slow_seconds;
      slow.textContent = settings.slow_seconds ? word.counted("slow", settings.slow_seconds) : "";
    }
    if (!quiet) return;
    const why = reason();
    quiet.hidden = !why;
    quiet.querySelector("[data-quiet-words]").textContent = why;
  }

  function reason() {
    if (sanction) return word(`sanction-${sanction}`);
    if (settings.state === "ended") return word("why-ended");
    if (data.staff === "true") return "";
    if (settings.state !== "open") return word(`why-${settings.state}`);
    return settings.hosts_only ? word("why-hosts") : "";
  }

  // mark shows a pin or a decision on its message, and on top of the room.
  function mark({ data: { id, mark: name, on } }) {
    const li = log.message(id);
    log.steady(() => {
      const badge = li?.querySelector(`[data-badge="${name}"]`);
      if (badge) badge.hidden = !on;
      const button = li?.querySelector(`.msg-host [value="${name}"]`);
      if (button) press(li, button, on);
    });
    marked(id, li, name, on);
  }

  function marked(id, li, name, on) {
    const box = root.querySelector("[data-marked]");
    const list = box.querySelector("[data-marked-list]");
    let line = list.querySelector(`[data-marked-of="${id}"]`);
    const still = on || li?.classList.contains("announcement") || [...(li?.querySelectorAll("[data-badge]") ?? [])].some((badge) => !badge.hidden);
    if (line && !still) line.remove();
    else if (!line && on && li) {
      line = box.querySelector("template").content.firstElementChild.cloneNode(true);
      line.dataset.markedOf = id;
      line.querySelector("a").href = `?at=${li.dataset.seq}#m-${id}`;
      line.querySelector("[data-who]").textContent = li.querySelector(".msg-name").textContent;
      const prose = li.querySelector(".prose.translated, .prose");
      Object.assign(line.querySelector("[data-text]"), { textContent: prose.textContent.trim().slice(0, 160), lang: prose.lang });
      list.append(line);
    }
    const n = list.children.length;
    box.hidden = n === 0 && !box.querySelector("h3");
    box.querySelector("[data-marked-count]").textContent = word.counted("marked", n);
  }

  // equip puts the host's tools to a message.
  function equip(li) {
    if (!tools || !li || li.classList.contains("removed") || li.querySelector(".msg-host")) return;
    const box = document.createElement("span");
    box.className = "msg-host";
    box.append(tools.cloneNode(true));
    for (const button of box.querySelectorAll("button[name=mark]")) {
      press(li, button, li.querySelector(`[data-badge="${button.value}"]`)?.hidden === false);
    }
    const sanction = box.querySelector("a[data-sanction]");
    if (sanction) {
      if (li.dataset.by === data.member) sanction.remove();
      else sanction.href = `?of=${li.dataset.id}#sanction`;
    }
    li.querySelector(".msg-tools")?.prepend(box);
  }

  function press(li, button, on) {
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("formaction", address(li, "mark", !on));
  }

  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-sanction]");
    const form = root.querySelector("form[data-sanction-form]");
    if (!link || !form || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const li = link.closest(".msg");
    form.elements.member.value = li.dataset.by;
    form.hidden = false;
    form.querySelector("[data-whom]").textContent = li.querySelector(".msg-name").textContent;
    location.hash = "#sanction";
    form.elements.reason.focus();
  });

  log.each(equip);
  show();
  return { sanctioned };
}

function next(state) {
  return { waiting: ["open"], open: ["paused", "ended"], paused: ["open", "ended"], ended: ["open"] }[state] ?? [];
}
