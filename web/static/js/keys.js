// The one key handler of every text input. People who type Chinese press Enter to take a word from their input
// method: that Enter must never send. Browsers tell it in three ways, and all three count:
//   event.isComposing        the standard
//   event.keyCode === 229    Safari, whose Enter arrives after compositionend with isComposing false
//   the tick after compositionend, for those that send neither

let active = false;
let ended = -Infinity; // when the last word did, in the time of events
let words = 0; // begun
let waiting = []; // for the end of a word

document.addEventListener("compositionstart", () => {
  active = true;
  ended = Infinity;
  words++;
}, true);
document.addEventListener("compositionend", settle, true);
document.addEventListener("focusout", settle, true); // a field taken away ends no composition

// settle ends the word after this tick, unless the next one has begun by then.
function settle({ timeStamp }) {
  ended = timeStamp;
  const word = words;
  setTimeout(() => {
    if (word !== words) return;
    active = false;
    const due = waiting;
    waiting = [];
    due.forEach((f) => f());
  });
}

const after = 100; // ms from the end of a word on, in which a key may still belong to it

// composing tells whether someone is in the middle of a word. Nothing may change a field while it is true. A key that was
// pressed long after the word, and is only heard of late because the page was busy, is none of the word's.
export function composing(event) {
  if (event && (event.isComposing || event.keyCode === 229)) return true;
  return active && !(event && event.timeStamp - ended > after);
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
