// The one key handler of every text input. People who type Chinese press Enter to take a word from their input
// method: that Enter must never send. Browsers tell it in three ways, and all three count:
//   event.isComposing        the standard
//   event.keyCode === 229    Safari, whose Enter arrives after compositionend with isComposing false
//   the tick after compositionend, for those that send neither

let active = false;
let words = 0; // begun
let waiting = []; // for the end of a word

document.addEventListener("compositionstart", () => {
  active = true;
  words++;
}, true);
document.addEventListener("compositionend", settle, true);
document.addEventListener("focusout", settle, true); // a field taken away ends no composition

// settle ends the word after this tick, unless the next one has begun by then.
function settle() {
  const word = words;
  setTimeout(() => {
    if (word !== words) return;
    active = false;
    const due = waiting;
    waiting = [];
    due.forEach((f) => f());
  });
}

// composing tells whether someone is in the middle of a word. Nothing may change a field while it is true.
export function composing(event) {
  return active || Boolean(event && (event.isComposing || event.keyCode === 229));
}

// whenSettled runs f now, or after the word that is being composed.
export function whenSettled(f) {
  if (!active) return f();
  waiting.push(f);
}

// onEnter calls handler(event) when Enter alone is pressed in field; Shift+Enter is a new line.
export function onEnter(field, handler) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || composing(event)) return;
    event.preventDefault();
    handler(event);
  });
}

// onSubmitKey calls handler(event) on Ctrl+Enter or Cmd+Enter, for long texts where Enter is a new line.
export function onSubmitKey(field, handler) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || composing(event)) return;
    event.preventDefault();
    handler(event);
  });
}
