package moderation

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"senet/internal/pg"
)

// Chain is what VerifyLog found.
type Chain struct {
	Rows   int
	Head   string // hash of the last row, in hex; worth writing down somewhere else
	Broken LogID  // the first row that does not fit; 0: all do
	Short  bool   // rows are missing at the end
}

// Sound reports whether nothing was changed.
func (c Chain) Sound() bool { return c.Broken == 0 && !c.Short }

// chainBatch is how many rows are read at once.
const chainBatch = 1000

const chainRows = `
	select id, prev_hash, hash, array[id::text, (extract(epoch from at) * 1000000)::bigint::text, actor_id::text, action, aspect, subject_kind,
		subject_id::text, author_id::text, reason, data::text, undoes::text, rule_id::text, case_id::text] as fields
	from moderation_log where id > @after order by id limit @limit`

const chainHead = `select hash from moderation_head`

type chainRow struct {
	ID             LogID
	PrevHash, Hash []byte
	Fields         []*string
}

// VerifyLog walks the log and computes every hash anew, here and not in Postgres, so that one who could change the functions
// there is found as well. The error is of reading.
func VerifyLog(ctx context.Context, db pg.DB) (Chain, error) {
	var c Chain
	before := []byte{}
	for last := LogID(0); ; {
		rows, err := pg.All[chainRow](ctx, db, chainRows, pgx.StrictNamedArgs{"after": last, "limit": chainBatch})
		if err != nil {
			return c, fmt.Errorf("read the moderation log: %w", err)
		}
		for _, row := range rows {
			if !bytes.Equal(row.PrevHash, before) || !bytes.Equal(row.Hash, rowHash(row, before)) {
				c.Broken = row.ID
				return c, nil
			}
			before, last = row.Hash, row.ID
			c.Rows++
		}
		if len(rows) < chainBatch {
			break
		}
	}
	var head []byte
	if err := db.QueryRow(ctx, chainHead).Scan(&head); err != nil {
		return c, fmt.Errorf("read the head of the moderation log: %w", err)
	}
	c.Head, c.Short = hex.EncodeToString(before), !bytes.Equal(head, before)
	return c, nil
}

// rowHash is what migration 00025 hashes.
func rowHash(row chainRow, before []byte) []byte {
	var text strings.Builder
	prev := hex.EncodeToString(before)
	for _, field := range append([]*string{&prev}, row.Fields...) {
		if field == nil {
			text.WriteByte('-')
			continue
		}
		fmt.Fprintf(&text, "%d:%s", len(*field), *field)
	}
	sum := sha256.Sum256([]byte(text.String()))
	return sum[:]
}
