// Sends what people do in a room to the API, so that the page stays as it is: votes, hands, polls, settings. Without this
// script the same forms lead back to the page.
//
//   form[data-act]                  its action /en/rooms/7/questions is /api/v1/rooms/7/questions; its fields are the JSON
//   button[data-act]                of whatever form; its formaction, and what that has as query, is part of the JSON
//   the values true and false       become booleans, but for what people write; a checkbox with the value true that is not
//                                   ticked is false
//   [data-json="number"]            on a field: a number; left out when empty
//   [data-json="numbers|lines"]     an array of numbers; of the lines, of all fields of that name, that are not empty
//   form[data-reset]                is as it was in the beginning once it is sent, but for what was typed meanwhile
//   [data-problem]                  in the form, or beside the button: where a refusal is shown
//
// While an act is on its way its button has aria-busy, and pressing it again does nothing. A connection that fails is tried
// again for two minutes: every act of a room can be repeated, and a create carries the client_id of its form, which gets a
// fresh one when it has succeeded.
//
//   acts(root, { locale, csrf, told })   told(words) says something that has no place of its own
//   "acted" bubbles from the button or form with { path, body, answer } in detail
//
// root: data-w-acting, the words for an act that waits for the connection; data-w-unsent, for one that was given up.

import { composing, whenSettled } from "./keys.js";
import { newID } from "./room-outbox.js";

const patience = 120_000; // ms for which an act is tried
const longest = 15_000;   // ms between two tries
const answer = 20_000;    // ms that the hub has for an answer

export function acts(root, options) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    if (event.defaultPrevented || !(form.hasAttribute("data-act") || button?.hasAttribute("data-act"))) return;
    event.preventDefault();
    if (!composing()) act({ ...options, root, form, button });
  });
}

const running = new Set(); // forms, or buttons of a form that is many acts

async function act(options) {
  const { root, form, button } = options;
  const what = form.hasAttribute("data-act") ? form : button;
  if (running.has(what)) return;
  const address = new URL(button?.getAttribute("formaction") || form.getAttribute("action"), location.href);
  const body = { ...query(address), ...fields(form, button) };
  const sent = values(form);
  running.add(what);
  busy(form, button, true);
  say(options, null);
  try {
    const path = address.pathname.replace(/^\/[^/]+/, "");
    const got = await send(options, path, body);
    if (form.hasAttribute("data-reset")) whenSettled(() => reset(form, sent));
    if (form.elements.client_id) form.elements.client_id.value = newID();
    (button?.isConnected ? button : form.isConnected ? form : root)
      .dispatchEvent(new CustomEvent("acted", { bubbles: true, detail: { path, body, answer: got } }));
  } catch (err) {
    if (!(err instanceof Refusal)) throw err;
    say(options, err);
  } finally {
    running.delete(what);
    busy(form, button, false);
  }
}

// Refusal is what the hub says when it does not do something.
class Refusal extends Error {
  constructor(words, names) {
    super(words);
    this.names = names; // of the fields that are wrong
  }
}

// send gives the hub's answer, null where it has none to give.
async function send(options, path, body) {
  const { root, locale, csrf, form } = options;
  const until = Date.now() + patience;
  for (let wait = 500; ; wait = Math.min(2 * wait, longest)) {
    const got = await post(`/api/v1${path}?locale=${locale}`, form.elements._csrf?.value || csrf, body);
    if (got?.status === 204) return null;
    if (got?.ok) return got.json().catch(() => null);
    const after = Number(got?.headers.get("Retry-After")) * 1000;
    if (got && !passing(got.status, after)) throw await refusal(got, root);
    if (Date.now() + wait > until) throw new Refusal(root.getAttribute("data-w-unsent") ?? "");
    if (!got) say(options, new Refusal(root.getAttribute("data-w-acting") ?? ""));
    await back(Math.max(wait, after || 0));
  }
}

// post gives null when the hub cannot be reached.
async function post(url, csrf, body) {
  try {
    return await fetch(url, {
      method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify(body), signal: AbortSignal.timeout(answer),
    });
  } catch {
    return null;
  }
}

// passing tells whether a refusal passes by itself, soon.
function passing(status, after) { return status >= 502 || (status === 429 && after <= longest); }

async function refusal(got, root) {
  try {
    const { error } = await got.json();
    const wrong = Object.entries(error.fields ?? {});
    return new Refusal(wrong.length ? wrong.map(([, words]) => words).join(" ") : error.message, wrong.map(([name]) => name));
  } catch {
    return new Refusal(root.getAttribute("data-w-unsent") ?? "");
  }
}

// back resolves after so many milliseconds, or as soon as the browser is online again.
function back(wait) {
  return new Promise((done) => {
    const due = () => {
      clearTimeout(timer);
      removeEventListener("online", due);
      done();
    };
    const timer = setTimeout(due, wait);
    addEventListener("online", due);
  });
}

// ---- what is sent

function query(address) {
  return Object.fromEntries([...address.searchParams].map(([name, value]) => [name, plain(value)]));
}

function plain(value) { return value === "true" ? true : value === "false" ? false : value; }

function fields(form, button) {
  const data = new FormData(form);
  if (button?.name) data.append(button.name, button.value);
  data.delete("_csrf");
  const body = {};
  for (const field of form.elements) {
    if (field.type === "checkbox" && field.name && field.value === "true" && !field.disabled) body[field.name] = false;
    if (/^(numbers|lines)$/.test(field.dataset.json ?? "") && !field.disabled) body[field.name] = [];
  }
  for (const name of new Set(data.keys())) {
    const shape = shapeOf(form, button, name);
    const all = data.getAll(name);
    const value = all.at(-1);
    if (shape === "numbers") body[name] = all.filter(Boolean).map(Number);
    else if (shape === "lines") body[name] = all.flatMap((text) => text.split("\n")).map((line) => line.trim()).filter(Boolean);
    else if (shape === "number") { if (value) body[name] = Number(value); }
    else body[name] = typed(form, name) ? value : plain(value);
  }
  return body;
}

// typed tells whether people write the field's value: then "true" is a word.
function typed(form, name) {
  return [...form.elements].some((field) => field.name === name && /^(text|textarea|search)$/.test(field.type));
}

function shapeOf(form, button, name) {
  const all = [...form.elements].filter((field) => field.name === name);
  if (button?.name === name) all.push(button);
  return all.map((field) => field.dataset.json).find(Boolean);
}

// ---- the form afterwards

const kept = new Set(["hidden", "submit", "button", "fieldset"]);

function values(form) { return new Map([...form.elements].map((field) => [field, state(field)])); }

function state(field) { return field.type === "checkbox" || field.type === "radio" ? field.checked : field.value; }

// reset empties what has not changed since it was sent.
function reset(form, sent) {
  for (const field of form.elements) {
    if (kept.has(field.type) || state(field) !== sent.get(field)) continue;
    if (field.options) for (const option of field.options) option.selected = option.defaultSelected;
    else if (field.type === "checkbox" || field.type === "radio") field.checked = field.defaultChecked;
    else field.value = "";
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function busy(form, button, on) {
  for (const el of button ? [button] : form.querySelectorAll("button")) {
    if (on) el.setAttribute("aria-busy", "true");
    else el.removeAttribute("aria-busy");
  }
}

// ---- what is said

// say shows a refusal, or takes away the one before.
function say({ root, form, button, told }, refused) {
  const place = problemOf(root, form, button);
  if (place) {
    place.textContent = refused?.message ?? "";
    place.hidden = !refused;
  } else if (refused) told?.(refused.message);
  let first;
  for (const field of form.elements) {
    const wrong = Boolean(field.name) && (refused?.names ?? []).includes(field.name);
    if (wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    if (wrong) first ??= field;
  }
  if (first && first.type !== "hidden" && form.contains(document.activeElement)) first.focus();
}

function problemOf(root, form, button) {
  const own = form.querySelector("[data-problem]");
  if (own) return own;
  for (let el = button ?? form; el && el !== root; el = el.parentElement) {
    const beside = el.querySelector(":scope > [data-problem]");
    if (beside) return beside;
  }
  return null;
}
