// What stands beside the talk of a room. Each module folds its own kinds of events and gets what it needs to know of the room.

import { acts } from "./room-acts.js";
import { dashboard } from "./room-dashboard.js";
import { hands } from "./room-hands.js";
import { host } from "./room-host.js";
import { own } from "./room-own.js";
import { questions } from "./room-questions.js";
import { polls } from "./room-polls.js";
import { reactions } from "./room-reactions.js";
import { tabs } from "./room-tabs.js";

// room: { root, log, locale, csrf, told, word, data }; told(words) says something that has no place of its own. It returns
// what hears of things that are no events.
export function beside(room) {
  const { root, locale, csrf, told, data } = room;
  room.member = Number(data.member);
  room.hosts = data.hosts === "true";
  acts(root, { locale, csrf, told });
  reactions(root, room);
  own(root, room);
  questions(root, room);
  hands(root, room);
  tabs(root);
  polls(root, room);
  dashboard(root, room);
  return host(root, room);
}
