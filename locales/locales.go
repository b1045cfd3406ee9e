// Package locales holds every word that a user reads. Both files are complete, always; internal/archtest checks.
package locales

import "embed"

//go:embed *.toml
var FS embed.FS
