// A host's numbers, kept true: who is here by side, what waits, how fast people write.
//
//   dashboard(root, { log })

const digits = new Intl.NumberFormat(document.documentElement.dataset.format);
const minute = 60_000;

export function dashboard(root, { log }) {
  const board = root.querySelector("[data-dashboard]");
  if (!board) return;
  let said = [...root.querySelectorAll("[data-log] .msg")].map((li) => Date.parse(li.dataset.at));
  log.on("message", (e) => { said.push(Date.parse(e.at)); });
  root.addEventListener("room:presence", (event) => {
    for (const place of board.querySelectorAll("[data-here]")) put(place, event.detail.sides?.[place.dataset.here] ?? 0);
  });
  setInterval(() => {
    if (document.hidden) return;
    const now = Date.now();
    said = said.filter((at) => now - at < minute);
    put(board.querySelector("[data-rate]"), said.length);
    for (const [name, at] of [["questions", "[data-waiting-questions]"], ["hands", "[data-waiting-hands]"]]) {
      const tab = root.querySelector(`a[data-tab="${name}"] [data-tab-count]`);
      board.querySelector(at).textContent = tab.textContent;
    }
  }, 2000);
}

function put(place, n) {
  const text = digits.format(n);
  if (place.textContent !== text) place.textContent = text;
}
