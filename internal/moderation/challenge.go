package moderation

import (
	"context"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/forum"
	"senet/internal/pg"
)

var errNoChallenge = fault.New(fault.NotFound, "forum.challenge.not_found")

// ChallengeForm is what an administrator writes of a challenge and its room.
type ChallengeForm struct {
	forum.ChallengeForm
	RoomInside *bool // what is said in its room goes to no engine outside the house; nil: as it is
}

// SaveChallenge creates (form.ID 0) or changes a challenge; for administrators. The entry's SubjectID is its id.
func (s *Service) SaveChallenge(ctx context.Context, viewer account.Viewer, form ChallengeForm) (Entry, error) {
	return s.decide(ctx, viewer, s.saveChallenge(viewer, form))
}

// OrderChallenges puts the challenges in that order; for administrators.
func (s *Service) OrderChallenges(ctx context.Context, viewer account.Viewer, ids []forum.ChallengeID) (Entry, error) {
	d := decision{action: Order, subject: Subject{Kind: Challenge}}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		var data Data
		for _, id := range ids {
			data.ChallengeIDs = append(data.ChallengeIDs, int64(id))
		}
		return outcome{data: data}, s.forum.OrderChallenges(ctx, tx, viewer, ids)
	}
	return s.decide(ctx, viewer, d)
}

// Archive closes a challenge; its threads stay readable. For administrators.
func (s *Service) Archive(ctx context.Context, viewer account.Viewer, id forum.ChallengeID) (Entry, error) {
	return s.decide(ctx, viewer, s.archive(viewer, id, true))
}

// Unarchive opens it again.
func (s *Service) Unarchive(ctx context.Context, viewer account.Viewer, id forum.ChallengeID) (Entry, error) {
	return s.decide(ctx, viewer, s.archive(viewer, id, false))
}

func (s *Service) saveChallenge(viewer account.Viewer, form ChallengeForm) decision {
	d := decision{action: Create, subject: Subject{Kind: Challenge, ID: int64(form.ID)}}
	if form.ID != 0 {
		d.action = Edit
	}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		var out outcome
		var err error
		if form.ID != 0 {
			if out.data.WasChallenge, err = challengeState(ctx, tx, form.ID); err != nil {
				return outcome{}, err
			}
		}
		id, err := s.forum.SaveChallenge(ctx, tx, viewer, form.ChallengeForm)
		if err != nil {
			return outcome{}, err
		}
		if form.RoomInside != nil {
			if err := s.chat.KeepInside(ctx, tx, viewer, int64(id), *form.RoomInside); err != nil {
				return outcome{}, err
			}
		}
		out.id = int64(id)
		out.data.NowChallenge, err = challengeState(ctx, tx, id)
		return out, err
	}
	return d
}

func (s *Service) archive(viewer account.Viewer, id forum.ChallengeID, archive bool) decision {
	d := decision{action: Unarchive, subject: Subject{Kind: Challenge, ID: int64(id)}}
	if archive {
		d.action = Archive
	}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		now, err := challengeState(ctx, tx, id)
		if err != nil {
			return outcome{}, err
		}
		return outcome{data: Data{NowChallenge: now}}, s.forum.SetArchived(ctx, tx, viewer, id, archive)
	}
	return d
}
