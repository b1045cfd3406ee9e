package mail

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
)

// Choices are which mail a member wants, and where it goes.
type Choices struct {
	Email   string // as typed; "": none, and so no mail
	Wants   map[Group]bool
	Refused string // what the mail server said when it refused the newest letter; "": it did not
}

const findChoices = `
	select coalesce(m.email, '') as email, coalesce(array_agg(c.topic) filter (where c.wanted), '{}') as on,
		coalesce(array_agg(c.topic) filter (where not c.wanted), '{}') as off,
		coalesce((select case when l.outcome ~ '^5[0-9][0-9] ' then l.outcome else '' end from mail_letters l
			where l.member_id = m.id and l.state in ('sent', 'failed') order by l.done_at desc, l.id desc limit 1), '') as refused
	from members m left join mail_choices c on c.member_id = m.id where m.id = @id group by m.id`

// Choices are the viewer's own; visitors get Unauthorised.
func (s *Service) Choices(ctx context.Context, viewer account.Viewer) (Choices, error) {
	if !viewer.SignedIn() {
		return Choices{}, fault.New(fault.Unauthorised, "error.sign_in")
	}
	row, err := pg.One[struct {
		Email   string
		On, Off []Group
		Refused string
	}](ctx, s.store, findChoices, pgx.StrictNamedArgs{"id": viewer.ID})
	if err != nil {
		return Choices{}, fmt.Errorf("find which mail member %d wants: %w", viewer.ID, err)
	}
	c := Choices{Email: row.Email, Wants: map[Group]bool{}, Refused: row.Refused}
	for _, g := range Groups() {
		rule, _ := g.rule()
		c.Wants[g] = rule.wanted
	}
	for _, g := range row.On {
		c.Wants[g] = true
	}
	for _, g := range row.Off {
		c.Wants[g] = false
	}
	return c, nil
}

const saveChoices = `
	insert into mail_choices (member_id, topic, wanted)
	select m.id, c.topic, c.wanted from members m cross join unnest(@topics::text[], @wanted::boolean[]) as c (topic, wanted)
	where m.id = @id order by c.topic
	on conflict (member_id, topic) do update set wanted = excluded.wanted, at = now()`

// Choose keeps which mail the viewer wants; groups that wants does not name stay as they are.
func (s *Service) Choose(ctx context.Context, viewer account.Viewer, wants map[Group]bool) error {
	if !viewer.SignedIn() {
		return fault.New(fault.Unauthorised, "error.sign_in")
	}
	return s.choose(ctx, viewer.ID, wants)
}

func (s *Service) choose(ctx context.Context, id account.MemberID, wants map[Group]bool) error {
	var topics []string
	var wanted []bool
	for _, g := range Groups() {
		if on, ok := wants[g]; ok {
			topics, wanted = append(topics, string(g)), append(wanted, on)
		}
	}
	if _, err := s.store.Exec(ctx, saveChoices, pgx.StrictNamedArgs{"id": id, "topics": topics, "wanted": wanted}); err != nil {
		return fmt.Errorf("keep which mail member %d wants: %w", id, err)
	}
	return nil
}

// Off is the link of a letter that turns its group off without signing in. It is good for ever: a letter may be read late.
type Off struct {
	Member account.MemberID
	Group  Group
	Key    string
}

// OffPath is the page of such links, without the locale.
const OffPath = "/mail/off"

var errOff = fault.New(fault.NotFound, "mail.off.broken")

// path is the link, without the locale.
func (o Off) path() string {
	return OffPath + "?" + url.Values{"m": {strconv.FormatInt(int64(o.Member), 10)}, "of": {string(o.Group)}, "key": {o.Key}}.Encode()
}

// sign is the key of a link for that member and group.
func sign(secret []byte, member account.MemberID, group Group) string {
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "off\x00%d\x00%s", member, group)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

const findSecret = `select secret from mail_keys`

// CheckOff says whether a link is one of ours: NotFound when it is not.
func (s *Service) CheckOff(ctx context.Context, o Off) error {
	if _, ok := o.Group.rule(); !ok || o.Member <= 0 {
		return errOff
	}
	var secret []byte
	if err := s.store.QueryRow(ctx, findSecret).Scan(&secret); err != nil {
		return fmt.Errorf("find the key of links in letters: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(sign(secret, o.Member, o.Group)), []byte(o.Key)) != 1 {
		return errOff
	}
	return nil
}

// TurnOff turns the link's group off, or with all every group. A link that is not ours is NotFound; of a member who is
// gone there is nothing to do.
func (s *Service) TurnOff(ctx context.Context, o Off, all bool) error {
	if err := s.CheckOff(ctx, o); err != nil {
		return err
	}
	wants := map[Group]bool{o.Group: false}
	if all {
		for _, g := range Groups() {
			wants[g] = false
		}
	}
	return s.choose(ctx, o.Member, wants)
}

// messageID names a letter in the world, the same each time it is sent.
func (s *Service) messageID(l waiting) string {
	mac := hmac.New(sha256.New, l.Secret)
	fmt.Fprintf(mac, "letter\x00%d", l.ID)
	return fmt.Sprintf("letter-%d.%s@%s", l.ID, hex.EncodeToString(mac.Sum(nil)[:6]), domainOf(s.with.BaseURL))
}

// domainOf is the hub's name as addresses have it; localhost where it is reached by a number.
func domainOf(base *url.URL) string {
	host := base.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return "localhost"
	}
	return host
}
