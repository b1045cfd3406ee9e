package translation

import (
	"context"
	"fmt"
)

// Former is a text as it was in an earlier version, for translators to see what has changed since; "" where nobody keeps
// that. w is what Text, Find or History found: whoever may see a text may see what it was.
func (s *Service) Former(ctx context.Context, w Writing, version int) (string, error) {
	source, ok := s.sources[w.Kind]
	if !ok || version <= 0 {
		return "", nil
	}
	text, err := source.Former(ctx, w.ID, version)
	if err != nil {
		return "", fmt.Errorf("find version %d of %s: %w", version, w.Subject, err)
	}
	return text, nil
}
