// Brings a message that is on the page up to date when its translation has come, was corrected or was taken back. It
// touches only what differs, so that nobody is disturbed who selects its words, has turned it over, stands on one of its
// links or is writing in it.

// patch makes li show what fresh, the same message as the hub has drawn it now, shows.
export function patch(li, fresh) {
  const was = li.querySelector(".msg-text"), now = fresh.querySelector(".msg-text");
  if (!was || !now) return;
  const focused = li.contains(document.activeElement) ? document.activeElement : null;
  keepingSelection(was, () => {
    if (was.querySelector(".bitext") && now.querySelector(".bitext")) {
      for (const part of [".prose.translated", ".provenance > .translated"]) refill(was.querySelector(part), now.querySelector(part));
    } else if (!was.isEqualNode(now)) {
      turn(was, now);
    }
  });
  tools(li, fresh);
  if (focused && !focused.isConnected) improveLink(li)?.focus({ preventScroll: true });
}

// improveLink is the way to a message's translation: below it, or among its tools where there is none yet; of a question as well.
export function improveLink(li) {
  return li.querySelector(".provenance a[data-improve]") ?? li.querySelector(":is(.msg-tools, .question-by) a[data-improve]");
}

// quotes are the beginnings of a message, as answers to it quote them: as it is shown and as it was written.
export function quotes(li) {
  return [...li.querySelectorAll(".msg-text.prose, .msg-text .prose")].map((prose) => {
    const q = document.createElement("q");
    q.classList.add("msg-reply-text");
    for (const side of ["translated", "original"]) if (prose.classList.contains(side)) q.classList.add(side);
    q.lang = prose.lang;
    q.textContent = beginning(prose);
    return q;
  });
}

// requote puts quotes into the answers to a message.
export function requote(list, id, parts) {
  for (const link of list.querySelectorAll(`[data-reply-to="${id}"]`)) {
    link.querySelectorAll(".msg-reply-text").forEach((q) => q.remove());
    link.append(...parts.map((q) => q.cloneNode(true)));
  }
}

function refill(was, now) {
  if (was.isEqualNode(now)) return;
  was.lang = now.lang;
  was.replaceChildren(...now.childNodes);
}

// turn replaces the original by the text in both languages, or that by the original. The original's own nodes stay, and
// stay in sight while somebody is selecting in them.
function turn(was, now) {
  const original = (el) => el.querySelector(".prose.original") ?? el;
  const selecting = selectedIn(was);
  original(now).replaceChildren(...original(was).childNodes);
  const flip = now.querySelector(".flip");
  if (flip && selecting) flip.checked = !originalsFirst();
  was.replaceWith(now);
}

// originalsFirst is the reader's choice for all texts; a flip that is checked turns one text over.
export function originalsFirst() { return document.documentElement.dataset.texts === "original"; }

// tools gives or takes the tool that translates what has no translation.
function tools(li, fresh) {
  const was = li.querySelector(".msg-tools > a[data-improve]"), now = fresh.querySelector(".msg-tools > a[data-improve]");
  if (was && !now) was.remove();
  else if (now && !was) li.querySelector(".msg-tools > a[data-reply]")?.after(now);
}

function selectedIn(el) {
  const s = getSelection();
  return s.rangeCount > 0 && !s.isCollapsed && (el.contains(s.anchorNode) || el.contains(s.focusNode));
}

// keepingSelection keeps what is selected in el: the same nodes, or the same words where they were written anew.
function keepingSelection(el, change) {
  if (!selectedIn(el)) return change();
  const s = getSelection();
  const { anchorNode, anchorOffset, focusNode, focusOffset } = s;
  const place = anchorNode.parentElement?.closest(".prose");
  const words = s.toString();
  change();
  if (anchorNode.isConnected && focusNode.isConnected) s.setBaseAndExtent(anchorNode, anchorOffset, focusNode, focusOffset);
  else if (place?.isConnected) select(place, words);
}

// select selects words in el, where they stand within one text node.
function select(el, words) {
  const walk = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const at = node.data.indexOf(words);
    if (at >= 0) return getSelection().setBaseAndExtent(node, at, node, at + words.length);
  }
}

const longest = 120; // as the hub quotes: a Han character counts 2

// parse is the element that html says.
export function parse(html) {
  const t = document.createElement("template");
  t.innerHTML = html;
  return t.content.firstElementChild;
}

// beginning is the first words of a text, without code and quotations where it has others.
export function beginning(prose, most = longest) {
  const own = prose.cloneNode(true);
  own.querySelectorAll(":is(pre,blockquote)").forEach((el) => el.remove());
  const line = (own.textContent.trim() ? own : prose).textContent.replace(/\s+/g, " ").trim();
  let weight = 0;
  let out = "";
  for (const r of line) {
    weight += /\p{Script=Han}/u.test(r) ? 2 : 1;
    if (weight > most) return `${out}…`;
    out += r;
  }
  return out;
}
