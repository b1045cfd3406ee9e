// Folds away what members wrote whom the reader has muted or blocked, in threads and rooms, now and when it arrives; a button
// shows one of them anyway. template[data-muted] holds their ids, and the note that stands in place of a text.

export function fold(template) {
  const muted = new Set(template.dataset.muted.split(" "));
  const main = document.getElementById("main");

  function hide(el) {
    if (el.dataset.shown || el.querySelector(":scope > .muted-note") || !muted.has(el.dataset.by)) return;
    const note = template.content.cloneNode(true);
    note.querySelector("button").addEventListener("click", () => {
      el.dataset.shown = "1";
      el.classList.remove("muted");
      el.querySelector(":scope > .muted-note").remove();
    });
    el.classList.add("muted");
    el.prepend(note);
  }

  const all = (root) => {
    if (root.matches?.("[data-by]")) hide(root);
    for (const el of root.querySelectorAll?.("[data-by]") ?? []) hide(el);
  };
  all(main);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) all(node);
  }).observe(main, { childList: true, subtree: true });
}
