// Package chat owns rooms and the room log: everything that happens in a room is an event with a gapless seq, given
// in the transaction that makes it happen. What a reader shows is the fold of the log; what it missed is seq > last.
// Commit is the truth, the Hub's fan-out is a hint, and a gap is filled from the log, never skipped.
//
// It writes rooms, messages, room_events and room_reads, and nothing else; it reads members and challenges. It knows neither
// HTTP nor frames: chatweb encodes what the Hub delivers.
//
// # Kinds of events and their data
//
//	message  somebody said something.
//	         by: its author.
//	         data: {"id":991,"client_id":"<uuid>","body":"…","lang":"zh","reply_to":null}
//	remove   a moderator took a message away.
//	         by: absent; readers need not know which moderator it was.
//	         data: {"id":991}
//	restore  the removal was undone.
//	         by: the message's author.
//	         data: as of message, and "at": when the message was said; a reader puts the text back in its old place.
//	translation
//	         a translation of a message has come, was corrected or taken back.
//	         by: absent; who translated is in the data.
//	         data: {"id":991,"locale":"en","text":"…","html":"…","lang":"en","kind":"machine","stale":false,"provider":"…","at":"…"},
//	         the message's content as readers of that locale see it now (translation.Shown); html beside data, the whole
//	         message drawn anew, comes to readers of that locale only.
//	erase    what was said in the room before is erased: its time is over. Who has it open loads it afresh.
//	         by: absent.
//	         data: {}
//
//	question
//	         somebody asked something.
//	         by: the asker; absent when it was asked without a name, and nothing else tells who it was.
//	         data: {"id":5,"client_id":"<uuid>","body":"…","lang":"zh","anonymous":true,"votes":3,"state":"queued"}, as it is now;
//	         state is queued, live, answered, parked or merged, and of a merged one "into" is the question that has its votes.
//	vote     somebody voted for a question, or took the vote back.
//	         by: absent.
//	         data: {"id":5,"votes":4}, the votes with that one.
//	question_state
//	         a host moved a question, or merged another one into it, whose votes it has got.
//	         by: the host.
//	         data: as of question.
//	question_translation
//	         as translation.
//	question_remove, question_restore
//	         a moderator took a question away, and gave it back. by: absent, and the asker as of question. data: {"id":5}, and as
//	         of question.
//	hand     a hand was raised or lowered, got the floor, has spoken, or was put back.
//	         by: whose hand it is.
//	         data: {"id":8,"state":"raised","side":"cn","at":"…","called_at":null}; state is raised, called, done or lowered, side that
//	         of the member when it was raised. Queue says who is next. That somebody has lost the line is no event here.
//
// The events of a question that is hidden carry data {"id":5,"removed":true} and no html.
//
//	poll     a host opened a poll.
//	         by: the host.
//	         data: {"id":3,"client_id":"<uuid>","kind":"single","body":"…","lang":"en","options":[{"id":7,"body":"…","lang":"en","votes":4}],
//	         "results":"live","closed":false,"voters":9}, as it is now; kind is single, multiple, scale or cloud. votes are there when
//	         they may be seen; a cloud has its words as options, and none before.
//	poll_state
//	         a host closed it or opened it again. by and data: as of poll.
//	poll_translation
//	         as translation, of the question.
//	ballot   somebody voted, changed or withdrew a choice.
//	         by: absent.
//	         data: {"id":3,"voters":9,"counts":{"7":4}}, the counts that have changed, by option; none where they may not be seen yet.
//	option   a cloud has a new word.
//	         by: absent.
//	         data: {"id":3,"option":{"id":9,"body":"…","lang":"en","votes":1}}, or {"id":3} when it has gone or may not be seen yet.
//	option_remove
//	         a host took a word out of a cloud.
//	         by: absent.
//	         data: {"id":3,"option":9}
//	option_translation
//	         a translation of an answer or a word has come, was corrected or taken back.
//	         by: absent.
//	         data: {"id":3,"option":9,"locale":"en","content":{…}} with the content as of translation, or {"id":3} as of option.
//	poll_remove, poll_restore
//	         a moderator took a poll away, and gave it back. by: absent. data: {"id":3}, and as of poll.
//
// The events of a poll that is hidden carry data {"id":3,"removed":true} and no html. A poll's html is all of it; an option's is
// the one answer.
//
// A message that is hidden at the time of the reading has no text anywhere: its message event and a restore event of
// it, and every translation event of it, carry data {"id":991,"removed":true}, no html, and by stays; a reply to it quotes nothing of it.
// Of what was erased nothing is left: whatever event told of it carries {"id":991,"removed":true}, no html and no by.
//
// # Who may
//
// Rooms are as public as threads: everybody reads, members write. The room of an archived challenge is read-only.
package chat
