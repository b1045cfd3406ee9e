// Package account owns members, their credentials, sessions, API tokens and roles, and says who is looking: Viewer.
// It writes members, sessions, api_tokens, setup_links and sign_in_failures, and nothing else.
package account
