// Package migrations holds the database's history. A file that has landed is never edited.
package migrations

import "embed"

//go:embed *.sql
var FS embed.FS
