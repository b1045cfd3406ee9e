package account

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/pg"
)

const (
	lockNames = `select id, name, handle from members where id = any(@ids) order by id for no key update`

	deleteKeys = `delete from member_keys where member_id = any(@ids)`

	insertKeys = `insert into member_keys (member_id, key) select * from unnest(@members::bigint[], @keys::text[])`

	markKeys = `update members set keys_version = @version where id = any(@ids)`
)

// WriteKeys makes the keys by which those members are found (Complete), in the transaction that writes their names. Whoever
// writes members past this service calls it, or leaves it to FillKeys.
func (s *Service) WriteKeys(ctx context.Context, tx *pg.Tx, ids ...MemberID) error {
	rows, err := pg.All[struct {
		ID     MemberID
		Name   string
		Handle string
	}](ctx, tx, lockNames, pgx.StrictNamedArgs{"ids": ids})
	if err != nil {
		return fmt.Errorf("read names of %d members: %w", len(ids), err)
	}
	var members []MemberID
	var keys []string
	for _, m := range rows {
		for _, key := range nameKeys(m.Name, m.Handle) {
			members, keys = append(members, m.ID), append(keys, key)
		}
	}
	var q pgx.Batch
	q.Queue(deleteKeys, pgx.StrictNamedArgs{"ids": ids})
	q.Queue(insertKeys, pgx.StrictNamedArgs{"members": members, "keys": keys})
	q.Queue(markKeys, pgx.StrictNamedArgs{"ids": ids, "version": keysVersion})
	if err := tx.SendBatch(ctx, &q).Close(); err != nil {
		return fmt.Errorf("write keys of %d members: %w", len(ids), err)
	}
	return nil
}

// fillAtOnce is how many members get their keys in one transaction: short ones, since a hub serves meanwhile.
const fillAtOnce = 500

// Members whom another transaction is writing get their keys there, or the next time.
const findKeyless = `
	select id from members where keys_version < @version order by id limit @limit for no key update skip locked`

// FillKeys makes the keys of members who have none, or those of earlier rules: after an upgrade, and for members who were
// written past this service. Call it when the hub starts, and now and then; where nothing is missing it costs one query.
func (s *Service) FillKeys(ctx context.Context) error {
	for filled := fillAtOnce; filled == fillAtOnce; {
		err := s.store.InTx(ctx, func(tx *pg.Tx) error {
			rows, err := tx.Query(ctx, findKeyless, pgx.StrictNamedArgs{"version": keysVersion, "limit": fillAtOnce})
			if err != nil {
				return fmt.Errorf("find members without keys: %w", err)
			}
			ids, err := pgx.CollectRows(rows, pgx.RowTo[MemberID])
			if err != nil {
				return fmt.Errorf("find members without keys: %w", err)
			}
			filled = len(ids)
			if filled == 0 {
				return nil
			}
			return s.WriteKeys(ctx, tx, ids...)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
