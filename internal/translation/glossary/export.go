package glossary

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/translation/exchange"
)

const exportTerms = `select ` + termColumns + ` where t.deleted_at is null order by t.id`

// Export writes the terms in use, the oldest first, with the challenges in which they are valid. The file can be read
// again by Import. Whether somebody may have it is the caller's to know: it holds no text but the terms and notes.
func (s *Service) Export(ctx context.Context, w io.Writer, format Format) error {
	rows, err := s.store.Query(ctx, exportTerms)
	if err != nil {
		return fmt.Errorf("export terms: %w", err)
	}
	defer rows.Close()
	switch format {
	case CSV:
		locales := make([]string, len(i18n.Written))
		for i, l := range i18n.Written {
			locales[i] = string(l)
		}
		err = exchange.WriteTermsCSV(w, locales, termsOf(rows))
	case TBX:
		err = exchange.WriteTBX(w, exchange.Header{}, termsOf(rows))
	default:
		return fault.New(fault.Invalid, "glossary.import.format")
	}
	if err != nil {
		return fmt.Errorf("export terms: %w", err)
	}
	return nil
}

func termsOf(rows pgx.Rows) iter.Seq2[exchange.Term, error] {
	return func(yield func(exchange.Term, error) bool) {
		for rows.Next() {
			t, err := pgx.RowToStructByName[Term](rows)
			out := exchange.Term{ID: "term-" + strconv.FormatInt(int64(t.ID), 10), Texts: t.Texts, Note: t.Note, Challenge: t.ChallengeSlug}
			if !yield(out, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(exchange.Term{}, err)
		}
	}
}
