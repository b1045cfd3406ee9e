package mail_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/i18n"
	"senet/internal/jobs"
	"senet/internal/mail"
	"senet/internal/mail/mailtest"
	"senet/internal/mail/transport"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
	"senet/locales"
)

// The kinds of letters of these tests.
const (
	invited  mail.Kind = "test.invited"
	answered mail.Kind = "test.answered"
)

// office is a hub's mail: the service, the mail server it talks to, and its jobs.
type office struct {
	*mail.Service
	t      *testing.T
	store  *pg.Store
	queue  *jobs.Queue
	server *mailtest.Server
	barred atomic.Int64 // a member
	untrue atomic.Bool  // what letters tell is no longer true
	broken atomic.Int32 // so many times letters cannot be put into words
}

// over makes an office over a database; where sends its letters.
func over(t *testing.T, db pg.DB, where transport.Transport) *office {
	t.Helper()
	words, err := i18n.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, store: pg.NewStore(db)}
	pool, _ := db.(*pgxpool.Pool)
	if o.queue, err = jobs.New(pool, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	base := &url.URL{Scheme: "https", Host: "hub.example"}
	o.Service = mail.New(o.store, mail.Options{Transport: where, From: mail.DefaultFrom(base), BaseURL: base, Words: words, Queue: o.queue,
		Log: slog.New(slog.DiscardHandler), Pause: func(int) time.Duration { return 0 },
		Barred: func(_ context.Context, id account.MemberID) (bool, error) { return int64(id) == o.barred.Load(), nil }})
	compose := func(_ context.Context, to mail.Recipient, data json.RawMessage) (mail.Content, bool, error) {
		if o.broken.Add(-1) >= 0 {
			return mail.Content{}, false, errors.New("no words")
		}
		var title string
		if err := json.Unmarshal(data, &title); err != nil {
			return mail.Content{}, false, err
		}
		start := time.Date(2026, 11, 23, 13, 5, 0, 0, time.UTC)
		return mail.Content{Subject: title, Lines: []string{to.P.DateTime(to.In(start))}, Title: mail.Words{Text: title, Lang: "zh"}}, !o.untrue.Load(), nil
	}
	o.Register(invited, mail.Events, compose)
	o.Register(answered, mail.Replies, compose)
	return o
}

// working is an office whose jobs run and whose mail server answers so.
func working(t *testing.T, with mailtest.Options) *office {
	t.Helper()
	srv := mailtest.Start(t, with)
	smtp, err := transport.NewSMTP("smtp://"+srv.Addr, "hub.example")
	if err != nil {
		t.Fatal(err)
	}
	o := over(t, pgtest.DB(t), smtp)
	o.server = srv
	if err := o.queue.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		o.queue.Stop(ctx)
	})
	return o
}

// quiet is an office without jobs, in a transaction; its letters become files.
func quiet(t *testing.T) (*office, string) {
	t.Helper()
	dir := t.TempDir()
	return over(t, pgtest.Tx(t), transport.NewFiles(dir)), dir
}

// member makes a member with an address, who is signed in.
func (o *office) member(name string, l i18n.Locale, zone string) account.Viewer {
	o.t.Helper()
	v := account.Visitor()
	v.Name, v.Role, v.Locale = name, account.RoleMember, l
	handle := uuid.NewString()
	const insert = `insert into members (name, handle, handle_key, email, email_key, locale, time_zone) values ($1, $2, $2, $3, $3, $4, $5) returning id`
	if err := o.store.QueryRow(o.t.Context(), insert, name, handle, handle+"@clinic.example", l, zone).Scan(&v.ID); err != nil {
		o.t.Fatalf("make member: %v", err)
	}
	return v
}

func (o *office) send(letters ...mail.Letter) {
	o.t.Helper()
	if err := o.store.InTx(o.t.Context(), func(tx *pg.Tx) error { return o.Queue(o.t.Context(), tx, letters...) }); err != nil {
		o.t.Fatal(err)
	}
}

// row is what a letter's row says.
type row struct {
	ID       mail.LetterID
	State    string
	Attempts int
	Outcome  string
}

func (o *office) rows() []row {
	o.t.Helper()
	rows, err := pg.All[row](o.t.Context(), o.store, `select id, state, attempts, outcome from mail_letters order by id`)
	if err != nil {
		o.t.Fatal(err)
	}
	return rows
}

// settled waits until no letter waits.
func (o *office) settled() []row {
	o.t.Helper()
	for patience := time.Now().Add(time.Minute); ; {
		rows := o.rows()
		waiting := 0
		for _, r := range rows {
			if r.State == "waiting" {
				waiting++
			}
		}
		if waiting == 0 {
			return rows
		}
		if time.Now().After(patience) {
			o.t.Fatalf("letters still wait: %+v", rows)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-o.t.Context().Done():
		}
	}
}

func letter(to account.Viewer) mail.Letter {
	return mail.Letter{To: to.ID, Kind: invited, Subject: "workshop:7", Data: "关于耐药性的研讨会"}
}

func TestQueue_withTheTransaction(t *testing.T) {
	t.Parallel()
	o := working(t, mailtest.Options{})
	min, anna := o.member("张敏", i18n.Zh, "Asia/Shanghai"), o.member("Anna Weber", i18n.En, "Europe/Brussels")
	errOops := errors.New("oops")
	err := o.store.InTx(t.Context(), func(tx *pg.Tx) error {
		if err := o.Queue(t.Context(), tx, letter(anna)); err != nil {
			return err
		}
		return errOops
	})
	if !errors.Is(err, errOops) {
		t.Fatal(err)
	}
	o.send(letter(min))
	got := o.server.Wait(1)
	if rows := o.settled(); len(rows) != 1 || rows[0].State != "sent" || len(got) != 1 || got[0].To.Name != "张敏" {
		t.Fatalf("letters: %+v, taken %d to %v; want one, to 张敏", rows, len(got), got[0].To)
	}
}

// Each gets a letter in their own language and time.
func TestSend_inTheRecipientsLanguage(t *testing.T) {
	t.Parallel()
	o := working(t, mailtest.Options{})
	o.send(letter(o.member("张敏", i18n.Zh, "Asia/Shanghai")), letter(o.member("Anna Weber", i18n.En, "Europe/Brussels")))
	for _, l := range o.server.Wait(2) {
		want := []string{"张敏，您好：", "2026年11月23日 21:05 CST", "不再接收此类邮件"}
		lang := "zh-Hans"
		if l.To.Name == "Anna Weber" {
			want, lang = []string{"Dear Anna Weber,", "23 Nov 2026, 14:05 CET", "Turn off this kind of mail:"}, "en"
		}
		for _, w := range want {
			if !strings.Contains(l.Text, w) {
				t.Errorf("the letter to %s lacks %q:\n%s", l.To.Name, w, l.Text)
			}
		}
		if got := l.Header.Get("Content-Language"); got != lang || !strings.Contains(l.HTML, `<html lang="`+lang+`">`) {
			t.Errorf("the letter to %s is in %s:\n%s", l.To.Name, got, l.HTML)
		}
		if l.Subject != "关于耐药性的研讨会" || l.From.String() != `"SENET Hub" <senet@hub.example>` || !strings.HasSuffix(l.Header.Get("Message-ID"), "@hub.example>") {
			t.Errorf("from %v, subject %q, id %s", l.From, l.Subject, l.Header.Get("Message-ID"))
		}
	}
}

// A member whose language the hub speaks no longer is written to in its first one, with links that lead somewhere.
func TestSend_inAForgottenLanguage(t *testing.T) {
	t.Parallel()
	o, dir := quiet(t)
	o.send(letter(o.member("Anna", "xx", "Nowhere/Atlantis")))
	if err := o.Send(t.Context(), o.rows()[0].ID); err != nil {
		t.Fatal(err)
	}
	l := mailtest.ReadDir(t, dir)[0]
	if !strings.Contains(l.Text, "13:05 UTC") || !strings.Contains(l.Text, "https://hub.example/en/settings#mail") || l.Header.Get("Content-Language") != "en" {
		t.Errorf("the letter:\n%s", l.Text)
	}
}

// However often a letter is queued, it is sent once; another moment is another letter.
func TestQueue_once(t *testing.T) {
	t.Parallel()
	o := working(t, mailtest.Options{})
	min := o.member("张敏", i18n.Zh, "Asia/Shanghai")
	first, second := letter(min), letter(min)
	second.Moment = "v2"
	o.send(first, first, second)
	o.server.Wait(2)
	o.settled()
	o.send(first, second)
	third := letter(min)
	third.Moment = "v3"
	o.send(third)
	o.server.Wait(3)
	if rows := o.settled(); len(rows) != 3 || len(o.server.Taken()) != 3 {
		t.Errorf("letters %+v, taken %d; want three", rows, len(o.server.Taken()))
	}
}

// What may pass is tried again until the letter is taken, once; what the server refuses is given up, and told.
func TestSend_troubles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		at    mailtest.Stage
		code  int
		times int
		want  row
	}{
		"greylisted":         {mailtest.Rcpt, 451, 2, row{State: "sent", Attempts: 2}},
		"cut in the middle":  {mailtest.Cut, 1, 1, row{State: "sent", Attempts: 1}},
		"no room":            {mailtest.Data, 452, 1, row{State: "sent", Attempts: 1}},
		"no such mailbox":    {mailtest.Rcpt, 550, 9, row{State: "failed", Outcome: "550 5.1.1 no, says the server"}},
		"taken for unwanted": {mailtest.Data, 554, 9, row{State: "failed", Outcome: "554 5.1.1 no, says the server"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := atomic.Int32{}
			o := working(t, mailtest.Options{Answer: func(at mailtest.Stage, nth int) (int, string) {
				begun.Store(int32(nth))
				if at == c.at && nth <= c.times {
					return c.code, "no, says the server"
				}
				return 0, ""
			}})
			o.send(letter(o.member("张敏", i18n.Zh, "Asia/Shanghai")))
			rows := o.settled()
			if len(rows) != 1 {
				t.Fatalf("letters: %+v", rows)
			}
			c.want.ID = rows[0].ID
			if c.want.State == "sent" {
				rows[0].Outcome = ""
				if n := len(o.server.Taken()); n != 1 {
					t.Errorf("taken %d times, want once", n)
				}
			} else if begun.Load() != 1 {
				t.Errorf("tried %d times, want once", begun.Load())
			}
			if rows[0] != c.want {
				t.Errorf("the letter is %+v, want %+v", rows[0], c.want)
			}
		})
	}
}

// A server that is away costs time, until the letter is of no use any more.
func TestSend_nobodyThere(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	smtp, err := transport.NewSMTP("smtp://"+ln.Addr().String(), "hub.example")
	if err != nil {
		t.Fatal(err)
	}
	o := over(t, pgtest.Tx(t), smtp)
	o.send(letter(o.member("张敏", i18n.Zh, "Asia/Shanghai")))
	id := o.rows()[0].ID
	for n := range 3 {
		if err := o.Send(t.Context(), id); err == nil {
			t.Fatal("sent, to nobody")
		}
		if r := o.rows()[0]; r.State != "waiting" || r.Attempts != n+1 || r.Outcome == "" {
			t.Errorf("after %d attempts the letter is %+v", n+1, r)
		}
	}
	o.exec(`update mail_letters set not_after = now() + interval '10 milliseconds'`)
	o.exec(`select pg_sleep(0.02)`)
	if err := o.Send(t.Context(), id); err != nil || o.rows()[0].State != "dropped" {
		t.Errorf("past its time the letter is %+v, %v", o.rows()[0], err)
	}
}

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	if _, err := o.store.Exec(o.t.Context(), sql, args...); err != nil {
		o.t.Fatal(err)
	}
}

// What a feature cannot say now it may say later.
func TestSend_withoutWords(t *testing.T) {
	t.Parallel()
	o := working(t, mailtest.Options{})
	o.broken.Store(2)
	o.send(letter(o.member("张敏", i18n.Zh, "Asia/Shanghai")))
	o.server.Wait(1)
	if r := o.settled()[0]; r.State != "sent" || r.Attempts != 2 {
		t.Errorf("the letter is %+v, want it sent after two failures", r)
	}
}

// Between queueing and sending much can happen.
func TestSend_notAnyMore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens func(o *office, to account.Viewer)
		outcome string
	}{
		"true no longer":   {func(o *office, _ account.Viewer) { o.untrue.Store(true) }, "no longer true"},
		"turned off":       {func(o *office, to account.Viewer) { o.choose(to, mail.Events, false) }, "not wanted"},
		"suspended":        {func(o *office, to account.Viewer) { o.barred.Store(int64(to.ID)) }, "barred"},
		"address is gone":  {func(o *office, to account.Viewer) { o.exec(`update members set email = null, email_key = null`) }, "no address"},
		"address is taken": {func(o *office, to account.Viewer) { o.exec(`update members set email_key = null`) }, "no address"},
		"too late": {func(o *office, to account.Viewer) {
			o.exec(`update mail_letters set not_after = now() - interval '1 second'`)
		}, "too late"},
		"too many": {func(o *office, to account.Viewer) {
			o.exec(`insert into mail_letters (member_id, kind, topic, subject, moment, not_before, not_after, state, done_at)
				select $1, 'test.invited', 'events', 'workshop:1', n::text, now(), now(), 'sent', now() from generate_series(1, 60) n`, to.ID)
		}, "too many in a day"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, dir := quiet(t)
			to := o.member("张敏", i18n.Zh, "Asia/Shanghai")
			o.send(letter(to))
			id := o.rows()[0].ID
			c.happens(o, to)
			if err := o.Send(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if r := o.rows()[0]; r.State != "dropped" || r.Outcome != c.outcome {
				t.Errorf("the letter is %+v, want it dropped: %s", r, c.outcome)
			}
			if n := len(mailtest.ReadDir(t, dir)); n != 0 {
				t.Errorf("%d letters were sent", n)
			}
		})
	}
}

func TestSend_toNobodyAnyMore(t *testing.T) {
	t.Parallel()
	o, dir := quiet(t)
	o.send(letter(o.member("张敏", i18n.Zh, "Asia/Shanghai")))
	id := o.rows()[0].ID
	o.exec(`delete from members`)
	if err := o.Send(t.Context(), id); err != nil || len(o.rows()) != 0 || len(mailtest.ReadDir(t, dir)) != 0 {
		t.Errorf("%v, %+v", err, o.rows())
	}
}

// A letter for later waits, and is nobody's to hurry.
func TestSend_tooEarly(t *testing.T) {
	t.Parallel()
	o, dir := quiet(t)
	l := letter(o.member("张敏", i18n.Zh, "Asia/Shanghai"))
	l.After = time.Now().Add(time.Hour)
	o.send(l)
	if err := o.Send(t.Context(), o.rows()[0].ID); err == nil || o.rows()[0].State != "waiting" || len(mailtest.ReadDir(t, dir)) != 0 {
		t.Errorf("%v, %+v", err, o.rows())
	}
}

func (o *office) choose(v account.Viewer, g mail.Group, on bool) {
	o.t.Helper()
	if err := o.Choose(o.t.Context(), v, map[mail.Group]bool{g: on}); err != nil {
		o.t.Fatal(err)
	}
}

// Nobody gets what is off unless turned on; of what is for later the choice of then counts.
func TestQueue_whoWantsIt(t *testing.T) {
	t.Parallel()
	o, _ := quiet(t)
	min, anna, noMail := o.member("张敏", i18n.Zh, "Asia/Shanghai"), o.member("Anna", i18n.En, "UTC"), o.member("No Mail", i18n.En, "UTC")
	o.exec(`update members set email = null, email_key = null where id = $1`, noMail.ID)
	o.choose(anna, mail.Replies, true)
	o.choose(anna, mail.Events, false)
	var all []mail.Letter
	for _, v := range []account.Viewer{min, anna, noMail} {
		later := letter(v)
		later.After, later.Moment = time.Now().Add(48*time.Hour), "later"
		reply := letter(v)
		reply.Kind = answered
		all = append(all, letter(v), later, reply)
	}
	o.send(all...)
	type queued struct {
		MemberID account.MemberID
		Kind     mail.Kind
		Moment   string
	}
	got, err := pg.All[queued](t.Context(), o.store, `select member_id, kind, moment from mail_letters order by member_id, kind, moment`)
	if err != nil {
		t.Fatal(err)
	}
	want := []queued{{min.ID, invited, ""}, {min.ID, invited, "later"}, {anna.ID, answered, ""}, {anna.ID, invited, "later"}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("queued: %v, want %v", got, want)
	}
	if err := o.store.InTx(t.Context(), func(tx *pg.Tx) error {
		return o.Queue(t.Context(), tx, mail.Letter{To: min.ID, Kind: "test.unknown"})
	}); err == nil {
		t.Error("a kind that nobody has registered is taken")
	}
}

func TestTurnOff(t *testing.T) {
	t.Parallel()
	o, dir := quiet(t)
	min, anna := o.member("张敏", i18n.Zh, "Asia/Shanghai"), o.member("Anna", i18n.En, "UTC")
	o.send(letter(min))
	if err := o.Send(t.Context(), o.rows()[0].ID); err != nil {
		t.Fatal(err)
	}
	link, err := url.Parse(strings.Trim(mailtest.ReadDir(t, dir)[0].Header.Get("List-Unsubscribe"), "<>"))
	if err != nil || link.Host != "hub.example" || link.Path != "/zh"+mail.OffPath {
		t.Fatalf("the link is %v, %v", link, err)
	}
	good := mail.Off{Member: min.ID, Group: mail.Events, Key: link.Query().Get("key")}
	for _, wrong := range []mail.Off{{}, {Member: anna.ID, Group: good.Group, Key: good.Key}, {Member: min.ID, Group: mail.Replies, Key: good.Key},
		{Member: min.ID, Group: "all", Key: good.Key}, {Member: min.ID, Group: mail.Events}, {Member: min.ID, Group: mail.Events, Key: good.Key + "x"}} {
		if err := o.TurnOff(t.Context(), wrong, true); fault.KindOf(err) != fault.NotFound {
			t.Errorf("TurnOff(%+v) = %v, want NotFound", wrong, err)
		}
	}
	wants := func(v account.Viewer) map[mail.Group]bool {
		t.Helper()
		c, err := o.Choices(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		return c.Wants
	}
	o.choose(min, mail.Replies, true)
	if err := o.TurnOff(t.Context(), good, false); err != nil {
		t.Fatal(err)
	}
	if w := wants(min); w[mail.Events] || !w[mail.Replies] || w[mail.Decisions] {
		t.Errorf("after turning events off: %v", w)
	}
	if w := wants(anna); !w[mail.Events] || w[mail.Replies] || w[mail.Decisions] {
		t.Errorf("another member's, who has not chosen: %v", w)
	}
	if err := o.TurnOff(t.Context(), good, true); err != nil {
		t.Fatal(err)
	}
	if w := wants(min); w[mail.Events] || w[mail.Replies] {
		t.Errorf("after turning all off: %v", w)
	}
	o.exec(`delete from members where id = $1`, min.ID)
	if err := o.TurnOff(t.Context(), good, false); err != nil {
		t.Errorf("of a member who is gone: %v", err)
	}
}

func TestChoices(t *testing.T) {
	t.Parallel()
	o, _ := quiet(t)
	if _, err := o.Choices(t.Context(), account.Visitor()); fault.KindOf(err) != fault.Unauthorised {
		t.Errorf("a visitor's choices: %v", err)
	}
	if err := o.Choose(t.Context(), account.Visitor(), nil); fault.KindOf(err) != fault.Unauthorised {
		t.Errorf("a visitor chooses: %v", err)
	}
	min := o.member("张敏", i18n.Zh, "Asia/Shanghai")
	o.send(letter(min))
	said := func(want string) {
		t.Helper()
		if c, err := o.Choices(t.Context(), min); err != nil || c.Refused != want || c.Email == "" {
			t.Errorf("choices %+v, %v; want refused %q", c, err, want)
		}
	}
	said("")
	o.exec(`update mail_letters set state = 'failed', done_at = now(), outcome = '550 no such mailbox'`)
	said("550 no such mailbox")
	o.exec(`update mail_letters set outcome = 'mail: 10.0.0.1: connection refused'`)
	said("")
}

func TestTally(t *testing.T) {
	t.Parallel()
	o, _ := quiet(t)
	min := o.member("张敏", i18n.Zh, "Asia/Shanghai")
	for _, moment := range []string{"waits", "failed", "failed long ago", "later", "sent"} {
		l := letter(min)
		l.Moment = moment
		if moment == "later" {
			l.After = time.Now().Add(48 * time.Hour)
		}
		o.send(l)
	}
	o.exec(`update mail_letters set not_before = now() where moment = 'waits'`) // the clock of a test's transaction stands still
	o.exec(`update mail_letters set state = 'sent', done_at = now() where moment = 'sent'`)
	o.exec(`update mail_letters set state = 'failed', done_at = now() where moment = 'failed'`)
	o.exec(`update mail_letters set state = 'failed', done_at = now() - interval '8 days' where moment = 'failed long ago'`)
	if got, err := mail.Tally(t.Context(), o.store); err != nil || got != (mail.Count{Waiting: 1, Failed: 1}) {
		t.Errorf("%+v, %v; want one that waits and one that failed", got, err)
	}
}

func TestPrune(t *testing.T) {
	t.Parallel()
	o, _ := quiet(t)
	min := o.member("张敏", i18n.Zh, "Asia/Shanghai")
	for _, moment := range []string{"old", "new", "lost", "waits"} {
		l := letter(min)
		l.Moment = moment
		o.send(l)
	}
	o.exec(`update mail_letters set state = 'sent', done_at = now() - interval '31 days', not_after = now() - interval '31 days' where moment = 'old'`)
	o.exec(`update mail_letters set state = 'sent', done_at = now() - interval '29 days', not_after = now() - interval '31 days' where moment = 'new'`)
	o.exec(`update mail_letters set not_after = now() - interval '1 day' where moment = 'lost'`)
	if err := o.Prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, err := pg.All[struct{ Moment, State string }](t.Context(), o.store, `select moment, state from mail_letters order by id`)
	if err != nil || fmt.Sprint(rows) != "[{new sent} {lost failed} {waits waiting}]" {
		t.Errorf("left: %v, %v", rows, err)
	}
}

func TestPause(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]time.Duration{0: time.Minute, 1: time.Minute, 2: 2 * time.Minute, 5: 16 * time.Minute, 9: 4 * time.Hour, 1000: 4 * time.Hour} {
		if got := mail.Pause(n); got != want {
			t.Errorf("Pause(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestDefaultFrom(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{"https://hub.example": "senet@hub.example", "http://127.0.0.1:8080": "senet@localhost", "http://[::1]:80": "senet@localhost"} {
		u, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		if got := mail.DefaultFrom(u); got.Address != want {
			t.Errorf("from %s: %s, want %s", base, got.Address, want)
		}
	}
}

// A feature without mail works.
func TestNil(t *testing.T) {
	t.Parallel()
	var s *mail.Service
	s.Register("x", mail.Events, nil)
	if err := s.Queue(t.Context(), nil, mail.Letter{To: 1}); err != nil {
		t.Error(err)
	}
	if err := s.Prune(t.Context()); err != nil {
		t.Error(err)
	}
}
