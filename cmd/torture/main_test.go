package main

import (
	"testing"
	"time"
)

// A small storm: what the whole one does in ten minutes, with everything a tenth.
func TestTorture_briefly(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	kept, err := torture(t.Context(), plan{Clients: 60, Speakers: 6, Rooms: 2, Time: 15 * time.Second, Delay: 30 * time.Millisecond,
		Lifetime: 4 * time.Second, Restart: 5 * time.Second}, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	if !kept {
		t.Error("a promise was broken: see above")
	}
}
