// The orders of a room's lists, as the hub keeps them: chat.Queue and chat.Questions. Tests hold the two together; change
// both. Nothing here touches the page.

// speakers puts raised hands, { id, side, state }, into the order in which they get the floor: the sides take turns, the one
// whose turn was longest ago first, and within a side whoever raised first. called: when each side last got the floor, in ms.
export function speakers(hands, called) {
  const queue = hands.filter((hand) => hand.state === "raised").sort((a, b) => a.id - b.id);
  const place = new Map(); // within its side
  const seen = {};
  for (const hand of queue) {
    seen[hand.side] = (seen[hand.side] ?? 0) + 1;
    place.set(hand, seen[hand.side]);
  }
  return queue.sort((a, b) => place.get(a) - place.get(b) || (called[a.side] ?? -Infinity) - (called[b.side] ?? -Infinity) || 0);
}

const states = ["live", "queued", "parked", "answered", "merged"];

// ranked puts questions, { id, state, votes, moved }, into their order: the one that is live, the queued by votes and then by
// age, the others by when they came to their state, the newest first. moved: when that was, in ms; 0: never.
export function ranked(questions) {
  return [...questions].sort((a, b) => states.indexOf(a.state) - states.indexOf(b.state) ||
    (a.state === "queued" ? b.votes - a.votes : b.moved - a.moved) || a.id - b.id);
}
