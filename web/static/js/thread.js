// An open thread stays true: it waits for changes of its thread and shows that there are new replies, what was edited
// or translated and what is gone; reactions and bookmarks answer without a new page. Nothing that is being read is moved.
//
//   [data-thread][data-changes][data-change][data-first][data-last]   the page of the thread
//     .posts > article[data-id][data-state]
//     [data-newer] with a [data-newer-text]                           "3 new replies", a link to them
//   button[data-react], button[data-bookmark]                         aria-pressed, value: what pressing it does
//   template#post-hidden                                              what stands where a post has gone

const digits = new Intl.NumberFormat(document.documentElement.dataset.format);
const page = document.querySelector("[data-thread]");
const token = document.querySelector("#act [name=_csrf]")?.value;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const shown = () => new Promise((done) => {
  if (!document.hidden) return done();
  document.addEventListener("visibilitychange", done, { once: true });
});

async function watch() {
  let pause = 1000;
  for (;;) {
    await shown();
    const { changes, change, first, last } = page.dataset;
    try {
      const answer = await fetch(`${changes}?since=${change}&first=${first}&last=${last}`);
      if (answer.status === 404 || answer.status === 403) return; // the thread itself has gone
      if (!answer.ok) throw new Error(String(answer.status));
      const state = await answer.json();
      if (page.dataset.last === last) await apply(state); // else it tells of fewer posts than are here by now: ask again
      pause = 1000;
    } catch {
      await sleep(pause * (0.5 + Math.random()));
      pause = Math.min(pause * 2, 60_000);
    }
  }
}

async function apply({ change, posts, newer, words }) {
  page.dataset.change = change;
  const now = new Map(posts.map((post) => [String(post.id), post.state]));
  let changed = false;
  for (const article of page.querySelectorAll("article[data-id]")) {
    const state = now.get(article.dataset.id);
    if (state === undefined) leave(article);
    else if (state !== article.dataset.state) changed = true;
  }
  const bar = page.querySelector("[data-newer]");
  bar.hidden = newer === 0;
  bar.querySelector("[data-newer-text]").textContent = words;
  if (changed) await refresh(location.href);
}

function leave(article) {
  const gone = document.querySelector("#post-hidden").content.cloneNode(true);
  article.replaceChildren(gone);
  article.removeAttribute("data-id");
  article.classList.add("gone");
}

async function load(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-thread]");
}

// refresh takes over the posts that are newer there than here.
async function refresh(url) {
  const fresh = await load(url);
  for (const post of fresh.querySelectorAll("article[data-id]")) {
    const here = page.querySelector(`article[data-id="${post.dataset.id}"]`);
    if (here && here.dataset.state !== post.dataset.state) here.replaceWith(post);
  }
}

// more puts the new replies behind those that are here.
async function more(link) {
  const fresh = await load(`${link.pathname}?after=${page.dataset.last}`);
  const list = page.querySelector(".posts");
  const posts = [...fresh.querySelectorAll("article[data-id]")];
  list.append(...posts);
  page.dataset.last = fresh.dataset.last;
  page.querySelector("[data-newer]").hidden = true;
  const at = posts[0];
  if (!at) return;
  at.tabIndex = -1;
  at.focus({ preventScroll: true });
  at.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

async function toggle(button, path, count) {
  const on = button.getAttribute("aria-pressed") !== "true";
  const set = (state, by) => {
    button.setAttribute("aria-pressed", String(state));
    button.value = state ? "0" : "1";
    if (!count) return;
    count.dataset.count = Math.max(0, Number(count.dataset.count) + by);
    count.textContent = count.dataset.count === "0" ? "" : digits.format(count.dataset.count);
  };
  set(on, on ? 1 : -1);
  try {
    const answer = await fetch(path, { method: on ? "PUT" : "DELETE", headers: { "X-CSRF-Token": token }, keepalive: true });
    if (!answer.ok) throw new Error(String(answer.status));
  } catch {
    set(!on, on ? -1 : 1);
  }
}

page?.addEventListener("click", (event) => {
  const newer = event.target.closest("[data-newer] a");
  if (newer) {
    event.preventDefault();
    more(newer).catch(() => { location.href = newer.href; });
    return;
  }
  const button = event.target.closest("button[data-react], button[data-bookmark]");
  const id = button?.closest("article")?.dataset.id;
  if (!id) return;
  event.preventDefault();
  if (button.hasAttribute("data-bookmark")) toggle(button, `/api/v1/posts/${id}/bookmark`);
  else toggle(button, `/api/v1/posts/${id}/reactions/${button.dataset.react}`, button.querySelector("[data-count]"));
});

if (page) watch();
