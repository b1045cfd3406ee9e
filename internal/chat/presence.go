package chat

import (
	"time"

	"senet/internal/account"
)

const (
	sampleSize      = 12
	presenceEvery   = time.Second
	crowdedFrom     = 1000 // connections from which on presence is sent less often
	presenceCrowded = 5 * time.Second
	typingsASecond  = 5 // of one room; more would only flicker
)

// Presence is who is in a room on this node: members, each once, and visitors.
type Presence struct {
	Count  int                    `json:"count"`
	Sides  map[account.Region]int `json:"sides"`  // of the members
	Sample []By                   `json:"sample"` // at most 12 members, those who came last first
}

// presence counts who is in a room; guarded by liveRoom.mu.
type presence struct {
	here     map[account.MemberID]*person
	order    []account.MemberID // as they came
	visitors int
	conns    int
	stale    bool // changed since it was sent
	sent     time.Time
	typings  int
	typedAt  time.Time
}

type person struct {
	by    By
	conns int
}

func newPresence() presence { return presence{here: map[account.MemberID]*person{}} }

// enter counts a connection in, as a reader of its language and as a person.
func (r *liveRoom) enter(c *Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.readers[c.locale]++
	r.conns++
	r.stale = true
	if c.member == 0 {
		r.visitors++
		return
	}
	p := r.here[c.member]
	if p == nil {
		p = &person{by: c.by}
		r.here[c.member] = p
		r.order = append(r.order, c.member)
	}
	p.conns++
}

func (r *liveRoom) leave(c *Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.readers[c.locale]--
	r.conns--
	r.stale = true
	if c.member == 0 {
		r.visitors--
		return
	}
	p := r.here[c.member]
	if p.conns--; p.conns > 0 {
		return
	}
	delete(r.here, c.member)
	if len(r.order) > 2*len(r.here)+sampleSize {
		kept := r.order[:0]
		for _, id := range r.order {
			if r.here[id] != nil {
				kept = append(kept, id)
			}
		}
		r.order = kept
	}
}

// showPresence has presence sent with the next tick, whether or not it has changed.
func (r *liveRoom) showPresence() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stale = true
}

func (r *liveRoom) who() Presence {
	p := Presence{Count: len(r.here) + r.visitors, Sides: map[account.Region]int{}, Sample: []By{}}
	for _, m := range r.here {
		p.Sides[m.by.Region]++
	}
	seen := make(map[account.MemberID]bool, sampleSize)
	for i := len(r.order) - 1; i >= 0 && len(p.Sample) < sampleSize; i-- {
		id := r.order[i]
		if m := r.here[id]; m != nil && !seen[id] {
			seen[id] = true
			p.Sample = append(p.Sample, m.by)
		}
	}
	return p
}

// sendPresence tells everybody in the room who is there, when that has changed and not too often.
func (r *liveRoom) sendPresence(now time.Time) {
	r.mu.Lock()
	every := presenceEvery
	if r.conns >= crowdedFrom {
		every = presenceCrowded
	}
	if !r.stale || now.Sub(r.sent) < every {
		r.mu.Unlock()
		return
	}
	r.stale, r.sent = false, now
	p := r.who()
	r.mu.Unlock()
	frame := r.hub.wire.Presence(r.id, p)
	for _, s := range r.hub.shards {
		s.do(func() { s.volatile(r.id, frame, 0) })
	}
}

// mayType bounds what a crowd of typing people costs everybody.
func (r *liveRoom) mayType(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.typedAt) >= time.Second {
		r.typedAt, r.typings = now, 0
	}
	r.typings++
	return r.typings <= typingsASecond
}

// Presence is who is in a room on this node now.
func (h *Hub) Presence(id RoomID) Presence {
	h.mu.Lock()
	r := h.rooms[id]
	h.mu.Unlock()
	if r == nil {
		return Presence{Sides: map[account.Region]int{}, Sample: []By{}}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.who()
}
