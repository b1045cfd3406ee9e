package mail

import "senet/internal/pg"

// Service takes letters and sends them.
type Service struct {
	store *pg.Store
}
