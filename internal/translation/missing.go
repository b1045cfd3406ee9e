package translation

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"

	"senet/internal/i18n"
	"senet/internal/pg"
)

// ListMissing is a Source's Missing: id and from are its SQL, which knows @locale and @below.
func ListMissing(ctx context.Context, db pg.DB, id, from string, l i18n.Locale, below int64, n int) ([]int64, error) {
	rows, err := db.Query(ctx, "select "+id+from+" order by "+id+" desc limit @n", pgx.StrictNamedArgs{"locale": l, "below": below, "n": n})
	if err != nil {
		return nil, fmt.Errorf("list what is not translated: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// CountMissing is a Source's CountMissing, over the same SQL.
func CountMissing(ctx context.Context, db pg.DB, from string, l i18n.Locale) (n int64, err error) {
	err = db.QueryRow(ctx, "select count(*)"+from, pgx.StrictNamedArgs{"locale": l, "below": int64(math.MaxInt64)}).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count what is not translated: %w", err)
	}
	return n, nil
}

// CountMissing counts the texts of all kinds that everybody may see and that have no translation into a language.
func (s *Service) CountMissing(ctx context.Context, locale i18n.Locale) (int64, error) {
	return s.countMissing(ctx, s.store, locale)
}

func (s *Service) countMissing(ctx context.Context, db pg.DB, locale i18n.Locale) (total int64, err error) {
	for kind, source := range s.sources {
		n, err := source.CountMissing(ctx, db, locale)
		if err != nil {
			return 0, fmt.Errorf("count texts of kind %s: %w", kind, err)
		}
		total += n
	}
	return total, nil
}
