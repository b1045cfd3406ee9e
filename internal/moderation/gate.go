package moderation

import (
	"context"
	"fmt"

	"senet/internal/account"
	"senet/internal/fault"
)

// Gate looks at what is about to be said in a room, or what a post is to be changed to. The log of a room has no holes, and a
// post that is shown is not taken away for a word: what a filter would hold is refused, and so is what
// has more links than a newcomer's post may have; its author still has the words.
func (s *Service) Gate(ctx context.Context, viewer account.Viewer, body string) error {
	if viewer.Moderates() || !viewer.SignedIn() {
		return nil
	}
	if err := s.mayLinkTo(ctx, viewer, body); err != nil {
		return err
	}
	words, hosts, err := s.filtersNow(ctx, s.store)
	if err != nil {
		return err
	}
	met := matching(words, hosts, body, s.host)
	if len(met.ids) == 0 {
		return nil
	}
	if _, err := s.store.Exec(ctx, countHits, met.ids); err != nil {
		return fmt.Errorf("count hits of filters: %w", err)
	}
	if met.refuse || met.hold != "" {
		var wrong fault.Fields
		wrong.Add("body", "screening.refused", nil)
		return wrong.Err()
	}
	return nil
}
