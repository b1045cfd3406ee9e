// Package mail owns letters: what the hub sends to members by e-mail, and which of it a member wants. It writes
// mail_letters, mail_choices and mail_keys, and nothing else.
//
// A feature says once, with Register, how letters of a kind are put into words, and queues them with Queue in the
// transaction that causes them. A letter holds ids and values, never what somebody wrote: it is put into words when it is
// sent, in the recipient's language and time zone, so that what was hidden, cancelled or changed meanwhile is not sent.
//
// A letter is sent at most once for the same member, kind, subject and moment. Between the mail server's taking it and
// our noting that, a crash has it sent again, with the same Message-ID.
package mail
