// The keys of the moderators' desk: j and k walk the queue, Enter opens, and what carries data-key is pressed with that key.
// Nothing happens while somebody types or with a modifier.

const fields = ["input:not([type=checkbox])", "textarea", "select"].join();
const links = () => [...document.querySelectorAll("[data-desk] .case-link")];

function walk(step) {
  const all = links();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  all[Math.min(Math.max(at + step, 0), all.length - 1)].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest(fields)) return;
  if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else {
    const button = /^[a-z]$/.test(event.key) && document.querySelector(`[data-desk] [data-key="${event.key}"]`);
    if (!button) return;
    if (event.key === "h") button.focus(); // hiding takes a second key, Enter
    else button.click();
  }
  event.preventDefault();
});
