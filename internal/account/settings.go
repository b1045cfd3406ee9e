package account

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/pg"
)

// SettingsForm is what members may change of themselves. The handle stays: others have written it into their texts.
type SettingsForm struct {
	Name        string
	Affiliation string
	Region      Region
	Locale      i18n.Locale
	TimeZone    string
	About       string // Markdown
}

const updateSettings = `
	update members set name = @name, affiliation = @affiliation, region = @region, locale = @locale, time_zone = @time_zone
	where id = @id`

// UpdateSettings changes the viewer's own profile, language and time zone.
func (s *Service) UpdateSettings(ctx context.Context, viewer Viewer, f SettingsForm) error {
	var wrong fault.Fields
	about, err := checkAbout(&wrong, f.About)
	if err != nil {
		return err
	}
	p := s.clean(profile{name: f.Name, affiliation: f.Affiliation, locale: f.Locale, zone: f.TimeZone, region: f.Region}, &wrong)
	if err := wrong.Err(); err != nil {
		return err
	}
	if err := viewer.MayWrite(); err != nil { // their own settings they may have, but no other words
		same, lookErr := s.sameWords(ctx, viewer.ID, p, about)
		if lookErr != nil {
			return lookErr
		}
		if !same {
			return err
		}
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, updateSettings, pgx.StrictNamedArgs{"id": viewer.ID, "name": p.name,
			"affiliation": p.affiliation, "region": p.region, "locale": p.locale, "time_zone": p.zone})
		if err != nil {
			return fmt.Errorf("update settings of member %d: %w", viewer.ID, err)
		}
		if err := s.WriteKeys(ctx, tx, viewer.ID); err != nil {
			return err
		}
		if err := s.saveAbout(ctx, tx, viewer.ID, about); err != nil {
			return err
		}
		tx.Touch(Subject(viewer.ID), "members") // pages show the name
		return nil
	})
}

const findOwnPassword = `select coalesce(password_hash, '') as password_hash, name, coalesce(email, '') as email from members where id = @id`

const updatePassword = `update members set password_hash = @hash where id = @id and coalesce(password_hash, '') = @was`

const sameWords = `
	select exists (select from members where id = @id and name = @name and affiliation = @affiliation and about = @about)`

// sameWords reports whether a profile shows others what it has shown.
func (s *Service) sameWords(ctx context.Context, id MemberID, p profile, about string) (same bool, err error) {
	err = s.store.QueryRow(ctx, sameWords, pgx.StrictNamedArgs{"id": id, "name": p.name, "affiliation": p.affiliation, "about": about}).Scan(&same)
	if err != nil {
		return false, fmt.Errorf("look at the profile of member %d: %w", id, err)
	}
	return same, nil
}

// ChangePassword replaces the viewer's password; current is the one so far. All other sessions end. Wrong guesses are
// counted as failed sign-ins are: a stolen session must not become a way to try passwords.
func (s *Service) ChangePassword(ctx context.Context, viewer Viewer, current, password string) error {
	me, err := pg.One[struct{ PasswordHash, Name, Email string }](ctx, s.store, findOwnPassword, pgx.StrictNamedArgs{"id": viewer.ID})
	if err != nil {
		return pg.OrNotFound(fmt.Errorf("find password of member %d: %w", viewer.ID, err), fault.New(fault.NotFound, "account.member.not_found"))
	}
	var wrong fault.Fields
	s.passwords.check("new_password", password, &wrong, me.Name, me.Email, viewer.Handle)
	if err := wrong.Err(); err != nil {
		return err
	}
	name := Subject(viewer.ID)
	at, err := s.attempt(ctx, name, "")
	if err != nil {
		return err
	}
	right, err := s.passwords.verify(ctx, current, me.PasswordHash)
	if err != nil {
		return fmt.Errorf("check password of member %d: %w", viewer.ID, err)
	}
	if !right {
		wrong.Add("current_password", "account.password.wrong", nil)
		return wrong.Err()
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, func(tx *pg.Tx) error {
		done, err := tx.Exec(ctx, updatePassword, pgx.StrictNamedArgs{"id": viewer.ID, "hash": hash, "was": me.PasswordHash})
		if err != nil {
			return fmt.Errorf("change password of member %d: %w", viewer.ID, err)
		}
		if done.RowsAffected() == 0 { // changed in another window meanwhile
			return fault.New(fault.Conflict, "account.password.changed")
		}
		if err := forgive(ctx, tx, name, "", at); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, deleteOtherSessions, pgx.StrictNamedArgs{"member": viewer.ID, "current": viewer.Session})
		if err != nil {
			return fmt.Errorf("end other sessions of member %d: %w", viewer.ID, err)
		}
		tx.Touch(Subject(viewer.ID))
		return nil
	})
}
