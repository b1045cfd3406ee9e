package workshop

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// Item is one of an agenda. Its ID stays the same when the event is changed.
type Item struct {
	ID        int64
	StartsMin int // minutes after the start of the event
	Minutes   int
	TitleEn   string
	TitleZh   string
	Speaker   string
	StartsAt  time.Time
	EndsAt    time.Time
}

// Title is the curated title.
func (i Item) Title() i18n.Text { return i18n.Text{En: i.TitleEn, Zh: i.TitleZh} }

const listItems = `
	select i.id, i.starts_min, i.minutes, i.title_en, i.title_zh, i.speaker,
		w.starts_at + make_interval(mins => i.starts_min) as starts_at, w.starts_at + make_interval(mins => i.starts_min + i.minutes) as ends_at
	from workshop_items i join workshops w on w.id = i.workshop_id
	where i.workshop_id = @id
	order by i.starts_min, i.position, i.id`

// Agenda is the agenda of an event in the order of time. Who may see the event is for the caller to ask.
func (s *Service) Agenda(ctx context.Context, id ID) ([]Item, error) { return agenda(ctx, s.store, id) }

func agenda(ctx context.Context, db pg.DB, id ID) ([]Item, error) {
	items, err := pg.All[Item](ctx, db, listItems, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return nil, fmt.Errorf("agenda of workshop %d: %w", id, err)
	}
	return items, nil
}

// Speaker is somebody who speaks at an event, a member or not.
type Speaker struct {
	ID          int64
	Name        string
	Affiliation string
	RoleEn      string
	RoleZh      string
	MemberID    account.MemberID // 0: no member
	Handle      string
	Region      account.Region // of a member
}

// Role is what the speaker does there, in a line.
func (p Speaker) Role() i18n.Text { return i18n.Text{En: p.RoleEn, Zh: p.RoleZh} }

const listSpeakers = `
	select p.id, p.name, p.affiliation, p.role_en, p.role_zh, coalesce(m.id, 0) as member_id, coalesce(m.handle, '') as handle,
		coalesce(m.region, '') as region
	from workshop_speakers p left join members m on m.id = p.member_id
	where p.workshop_id = @id order by p.position, p.id`

// Speakers are those of an event in their order. Who may see the event is for the caller to ask.
func (s *Service) Speakers(ctx context.Context, id ID) ([]Speaker, error) {
	return speakers(ctx, s.store, id)
}

func speakers(ctx context.Context, db pg.DB, id ID) ([]Speaker, error) {
	all, err := pg.All[Speaker](ctx, db, listSpeakers, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return nil, fmt.Errorf("speakers of workshop %d: %w", id, err)
	}
	return all, nil
}

const (
	dropItems = `delete from workshop_items where workshop_id = @workshop and id <> all(@keep::bigint[])`
	keepItem  = `
		update workshop_items set position = @position, starts_min = @starts, minutes = @minutes, title_en = @title_en, title_zh = @title_zh, speaker = @speaker
		where id = @id and workshop_id = @workshop`
	addItem = `
		insert into workshop_items (workshop_id, position, starts_min, minutes, title_en, title_zh, speaker)
		values (@workshop, @position, @starts, @minutes, @title_en, @title_zh, @speaker)`

	dropSpeakers = `delete from workshop_speakers where workshop_id = @workshop and id <> all(@keep::bigint[])`
	keepSpeaker  = `
		update workshop_speakers set position = @position, name = @name, affiliation = @affiliation, role_en = @role_en, role_zh = @role_zh,
			member_id = nullif(@member, 0::bigint)
		where id = @id and workshop_id = @workshop`
	addSpeaker = `
		insert into workshop_speakers (workshop_id, position, name, affiliation, role_en, role_zh, member_id)
		values (@workshop, @position, @name, @affiliation, @role_en, @role_zh, nullif(@member, 0::bigint))`
)

// saveParts writes agenda and speakers. What bears the id of a part that the event has is that part, changed; an id of
// anything else is that of a new one.
func saveParts(ctx context.Context, tx *pg.Tx, id ID, p plan) error {
	batch := &pgx.Batch{}
	keep := make([]int64, 0, len(p.items))
	for _, i := range p.items {
		keep = append(keep, i.ID)
	}
	batch.Queue(dropItems, pgx.StrictNamedArgs{"workshop": id, "keep": keep})
	for n, i := range p.items {
		args := pgx.StrictNamedArgs{"workshop": id, "position": n, "starts": i.StartsMin, "minutes": i.Minutes, "title_en": i.TitleEn, "title_zh": i.TitleZh, "speaker": i.Speaker}
		if i.ID != 0 {
			args["id"] = i.ID
			batch.Queue(keepItem, args)
			continue
		}
		batch.Queue(addItem, args)
	}
	keep = make([]int64, 0, len(p.speakers))
	for _, sp := range p.speakers {
		keep = append(keep, sp.ID)
	}
	batch.Queue(dropSpeakers, pgx.StrictNamedArgs{"workshop": id, "keep": keep})
	for n, sp := range p.speakers {
		args := pgx.StrictNamedArgs{"workshop": id, "position": n, "name": sp.Name, "affiliation": sp.Affiliation, "role_en": sp.RoleEn, "role_zh": sp.RoleZh, "member": sp.MemberID}
		if sp.ID != 0 {
			args["id"] = sp.ID
			batch.Queue(keepSpeaker, args)
			continue
		}
		batch.Queue(addSpeaker, args)
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("save agenda and speakers of workshop %d: %w", id, err)
	}
	return nil
}
