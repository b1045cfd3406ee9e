// Package account owns members, their credentials, sessions, API tokens and roles, and says who is looking: Viewer.
// It writes members, member_keys, member_blocks, sessions, api_tokens, setup_links, sign_in_failures, form_keys and
// spent_puzzles, and nothing else.
//
// What a stranger can learn. Signing in gives the same answer after the same work whether or not the e-mail or handle
// is known: one password hash is computed either way, and attempts are counted for unknown names too. Joining cannot
// ask a mailbox whether it agrees, so it never says that an e-mail is taken: the new account is made and keeps the
// address as typed, but the address signs in only the account that had it first. The joiner is told the same words in
// both cases: the handle always works, the e-mail works unless another account uses it. Confirming addresses by mail
// will close what is left (signing in with the address of an account just made tells whether it was free).
package account
