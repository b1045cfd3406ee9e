package memory

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/translation/exchange"
)

const exportUnits = `
select u.id, u.tuid, u.note, u.source as found_in, u.created_at, s.text as source, t.text as target
from memory_units u
	join memory_texts s on s.unit_id = u.id and s.lang = @source
	join memory_texts t on t.unit_id = u.id and t.lang = @target
where u.withdrawn_at is null
order by u.id`

// Export writes the units in use that have both languages as TMX, the oldest first, each pair of texts once. The file
// can be read again by Import. Whether somebody may have it is the caller's to know. It names neither members nor the
// texts that taught something.
func (s *Service) Export(ctx context.Context, w io.Writer, source, target string) error {
	_, ok := i18n.ParseWritten(source)
	_, alsoOK := i18n.ParseWritten(target)
	if !ok || !alsoOK || source == target {
		return fault.New(fault.Invalid, "memory.languages")
	}
	rows, err := s.store.Query(ctx, exportUnits, pgx.StrictNamedArgs{"source": source, "target": target})
	if err != nil {
		return fmt.Errorf("export units: %w", err)
	}
	defer rows.Close()
	if err := exchange.WriteTMX(w, exchange.Header{Source: source}, unitsOf(rows, source, target)); err != nil {
		return fmt.Errorf("export units: %w", err)
	}
	return nil
}

// exported is a row of exportUnits.
type exported struct {
	ID             UnitID
	TUID           string `db:"tuid"`
	Note, FoundIn  string
	CreatedAt      time.Time
	Source, Target string
}

func unitsOf(rows pgx.Rows, source, target string) iter.Seq2[exchange.Unit, error] {
	return func(yield func(exchange.Unit, error) bool) {
		names := map[string]bool{}
		pairs := map[[sha256.Size]byte]bool{}
		for rows.Next() {
			u, err := pgx.RowToStructByName[exported](rows)
			pair := sha256.Sum256([]byte(u.Source + "\x00" + u.Target))
			if err == nil && pairs[pair] {
				continue
			}
			pairs[pair] = true
			out := exchange.Unit{ID: unusedName(names, u), Note: u.Note, Source: u.FoundIn, Created: u.CreatedAt,
				Texts: map[string]string{source: u.Source, target: u.Target}}
			if !yield(out, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(exchange.Unit{}, err)
		}
	}
}

// unusedName is the name of a unit in the file, in which no two have the same: its own, else one by its number.
func unusedName(used map[string]bool, u exported) string {
	name := u.TUID
	for n := 0; name == "" || used[name]; n++ {
		name = "senet-" + strconv.FormatInt(int64(u.ID), 10)
		if n > 0 {
			name += "-" + strconv.Itoa(n)
		}
	}
	used[name] = true
	return name
}
