package memory

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/markup"
	"senet/internal/pg"
)

// PageSize is how many units List yields at most.
const PageSize = 50

// searched is how many units a page looks at when it searches for a text.
const searched = 20_000

// What an origin of a Filter may be beside a kind of origin.
const (
	FromFiles   = "import"   // what was imported
	FromReviews = "reviewed" // what reviewed translations taught
)

// Filter picks units; the zero Filter all in use.
type Filter struct {
	Text   string // is in one of the texts; letter case does not matter
	Origin string // kind of origin, FromFiles or FromReviews
	Before UnitID // the Next of the page before; 0: the newest
}

// Unit is what the memory has of one segment.
type Unit struct {
	ID          UnitID
	Texts       map[string]string // by language
	TUID        string            `db:"tuid"` // its name in the file that it came from
	Note        string
	Source      string // where that file has it from
	OriginKind  string // "": it was imported
	OriginID    int64
	AddedBy     account.MemberID // 0: the operator
	AddedByName string
	CreatedAt   time.Time
}

// Page is a part of the list, newest first.
type Page struct {
	Units []Unit
	Next  UnitID // the cursor of the page after it; 0 when it is the last
}

const unitColumns = `
select u.id, u.tuid, u.note, u.source, coalesce(u.origin_kind, '') as origin_kind, coalesce(u.origin_id, 0) as origin_id,
	coalesce(u.added_by, 0) as added_by, coalesce(m.name, '') as added_by_name, u.created_at,
	(select jsonb_object_agg(t.lang, t.text) from memory_texts t where t.unit_id = u.id) as texts
from memory_units u left join members m on m.id = u.added_by`

const listUnits = unitColumns + `
where u.withdrawn_at is null and (@before::bigint = 0 or u.id < @before)
	and (@origin::text = '' or coalesce(u.origin_kind, 'import') = @origin or @origin = 'reviewed' and u.origin_kind is not null)
	and (@floor::bigint = 0 or u.id >= @floor)
	and (@like::text = '' or exists (select from memory_texts t where t.unit_id = u.id and t.text ilike @like))
order by u.id desc limit @limit`

const findFloor = `
select coalesce(min(id), 0) from (
	select id from memory_units where @before::bigint = 0 or id < @before order by id desc limit @searched
) newest`

// List lists units, the newest first; for administrators. A search looks at the newest 20,000 units before the cursor
// only: its page may have few units, or none, and a Next all the same.
func (s *Service) List(ctx context.Context, viewer account.Viewer, f Filter) (Page, error) {
	if !viewer.Administers() {
		return Page{}, errForbidden
	}
	text, ok := markup.CleanLine(f.Text)
	if !ok {
		return Page{}, errUTF8
	}
	var floor UnitID
	if text != "" {
		args := pgx.StrictNamedArgs{"before": f.Before, "searched": searched}
		if err := s.store.QueryRow(ctx, findFloor, args).Scan(&floor); err != nil {
			return Page{}, fmt.Errorf("bound search of the memory: %w", err)
		}
	}
	units, err := pg.All[Unit](ctx, s.store, listUnits, pgx.StrictNamedArgs{"before": f.Before, "origin": f.Origin,
		"like": like(text), "floor": floor, "limit": PageSize + 1})
	if err != nil {
		return Page{}, fmt.Errorf("list units of the memory: %w", err)
	}
	p := Page{Units: units}
	if len(units) > PageSize {
		p.Units = units[:PageSize]
		p.Next = units[PageSize-1].ID
		return p, nil
	}
	if floor != 0 {
		p.Next, err = s.older(ctx, floor)
	}
	return p, err
}

// older is the cursor before which to go on; 0 when nothing is there.
func (s *Service) older(ctx context.Context, floor UnitID) (UnitID, error) {
	var more bool
	err := s.store.QueryRow(ctx, `select exists (select from memory_units where id < $1)`, floor).Scan(&more)
	if err != nil {
		return 0, fmt.Errorf("look for older units: %w", err)
	}
	if !more {
		return 0, nil
	}
	return floor, nil
}

const findUnit = unitColumns + ` where u.id = @id and u.withdrawn_at is null`

// FindUnit is one unit in use; for administrators.
func (s *Service) FindUnit(ctx context.Context, viewer account.Viewer, id UnitID) (Unit, error) {
	if !viewer.Administers() {
		return Unit{}, errForbidden
	}
	u, err := pg.One[Unit](ctx, s.store, findUnit, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return u, fmt.Errorf("find unit %d: %w", id, pg.OrNotFound(err, errNotFound))
	}
	return u, nil
}

// maxSearch bounds what is searched for, in bytes.
const maxSearch = 300

// like is the pattern of texts that contain s; "" for an empty s.
func like(s string) string {
	if len(s) > maxSearch {
		s = strings.ToValidUTF8(s[:maxSearch], "")
	}
	if s == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}
