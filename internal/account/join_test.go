package account

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"senet/internal/fault"
	"senet/internal/i18n"
)

func TestJoin(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	b.passwords = newHasher()
	f := joinForm("  李　云龙 ", "Li@Example.CN")
	f.Locale, f.Region, f.TimeZone = i18n.Zh, China, "Asia/Shanghai"
	f.Affiliation = "某医院"
	m, token, err := b.Join(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if m.Name != "李 云龙" || m.Handle != "李云龙" || m.Role != RoleMember || m.Email != "Li@Example.CN" {
		t.Errorf("joined as %+v", m)
	}
	v := b.bySession(t, token)
	if v.ID != m.ID || v.Zone.String() != "Asia/Shanghai" || v.Locale != i18n.Zh || v.Region != China || v.Session == 0 {
		t.Errorf("the session is of %+v", v)
	}
	if n := b.count(t, "select count(*) from members where id = $1 and consented_at is not null and email_key = 'li@example.cn'", m.ID); n != 1 {
		t.Error("consent or e-mail key is not stored")
	}
	var stored string
	if err := b.store.QueryRow(t.Context(), "select password_hash from members where id = $1", m.ID).Scan(&stored); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(stored, f.Password) {
		t.Errorf("password is stored as %q", stored)
	}
	if n := b.count(t, "select count(*) from sessions where encode(token_hash, 'base64') like '%' || $1 || '%'", token); n != 0 {
		t.Error("the token itself is stored")
	}
}

// TestJoin_block: who joins is counted in Postgres by block of addresses, and others are not kept out.
func TestJoin_block(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	at := b.stamp()
	if _, err := b.store.Exec(t.Context(), `insert into sign_in_failures (subject, at)
		select 'join:2001:db8:7::/48', $1 from generate_series(2, $2)`, at, joinsOfBlock); err != nil {
		t.Fatal(err)
	}
	join := func(name, address string) error {
		f := joinForm(name, "")
		f.Browser.Address = address
		_, _, err := b.Join(t.Context(), f)
		return err
	}
	if err := join("The Last One", "2001:db8:7:1::1"); err != nil {
		t.Fatal(err)
	}
	if err := join("One Too Many", "2001:db8:7:2::1"); fault.KindOf(err) != fault.TooMany || fault.Of(err).RetryAfter <= 0 {
		t.Errorf("one too many: %v, want TooMany", err)
	}
	if err := join("From Elsewhere", "2001:db8:8::1"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
}

func TestJoin_sameName(t *testing.T) {
	t.Parallel()
	b := committed(t)
	const people = 16
	var wg sync.WaitGroup
	handles := make([]string, people)
	for i := range people {
		wg.Go(func() {
			m, _, err := b.Join(t.Context(), joinForm("Anna Weber", ""))
			if err != nil {
				t.Errorf("join: %v", err)
			}
			handles[i] = m.Handle
		})
	}
	wg.Wait()
	slices.Sort(handles)
	if len(slices.Compact(slices.Clone(handles))) != people {
		t.Errorf("handles are not unique: %v", handles)
	}
	if !slices.Contains(handles, "AnnaWeber") || !slices.Contains(handles, "AnnaWeber2") {
		t.Errorf("handles %v lack the plain one or the first with a number", handles)
	}
}

func TestJoin_takenEmail(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	first, _ := b.join(t, "First Owner", "shared@example.org")
	f := joinForm("Second Claimant", "SHARED@example.org")
	f.Password = "another long password"
	runs := b.passwords.runs.Load()
	second, token, err := b.Join(t.Context(), f)
	if err != nil {
		t.Fatalf("joining with a taken e-mail says so: %v", err)
	}
	if n := b.passwords.runs.Load() - runs; n != 1 {
		t.Errorf("joining with a taken e-mail hashed %d times, want 1 as with a free one", n)
	}
	if second.Email != "SHARED@example.org" || b.bySession(t, token).ID != second.ID {
		t.Errorf("the answer differs from that for a free e-mail: %+v", second)
	}
	if v, _, err := signIn(t.Context(), b, "shared@example.org", goodPassword); err != nil || v.ID != first.ID {
		t.Errorf("the e-mail signs in %v, %v, want its first owner", v.ID, err)
	}
	_, _, err = signIn(t.Context(), b, "shared@example.org", f.Password)
	wantFault(t, err, fault.Invalid, "account.sign_in.wrong")
	if v, _, err := signIn(t.Context(), b, "@"+second.Handle, f.Password); err != nil || v.ID != second.ID {
		t.Errorf("the handle signs in %v, %v, want the second", v.ID, err)
	}
}

func TestJoin_sameEmailAtOnce(t *testing.T) {
	t.Parallel()
	b := committed(t)
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			if _, _, err := b.Join(t.Context(), joinForm(fmt.Sprintf("Racer %c", 'A'+i), "race@example.org")); err != nil {
				t.Errorf("join: %v", err)
			}
		})
	}
	wg.Wait()
	if n := b.count(t, "select count(*) from members where email = 'race@example.org'"); n != 6 {
		t.Errorf("%d members, want 6", n)
	}
	if n := b.count(t, "select count(*) from members where email_key = 'race@example.org'"); n != 1 {
		t.Errorf("the e-mail signs in %d members, want 1", n)
	}
}

func TestJoin_sentTwice(t *testing.T) {
	t.Parallel()
	b := committed(t)
	f := joinForm("Twice Sent", "")
	f.ClientID = uuid.New()
	var wg sync.WaitGroup
	ids := make([]MemberID, 4)
	for i := range ids {
		wg.Go(func() {
			m, token, err := b.Join(t.Context(), f)
			if err != nil {
				t.Errorf("join: %v", err)
			} else if b.bySession(t, token).ID != m.ID {
				t.Error("the session is not the member's")
			}
			ids[i] = m.ID
		})
	}
	wg.Wait()
	if slices.Sort(ids); len(slices.Compact(ids)) != 1 {
		t.Errorf("the same form made members %v, want one", ids)
	}
	f.Password = "not the same as before"
	_, _, err := b.Join(t.Context(), f)
	wantFault(t, err, fault.Conflict, "account.join.again")
}

func TestJoin_hostile(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	huge := strings.Repeat("龙", 1<<20)
	for _, c := range []struct {
		name, field, key string
		change           func(*JoinForm)
	}{
		{"no name", "name", "account.name.empty", func(f *JoinForm) { f.Name = " \x00\u200b" }},
		{"broken UTF-8 name", "name", "account.name.empty", func(f *JoinForm) { f.Name = "Anna\xff" }},
		{"huge name", "name", "account.name.long", func(f *JoinForm) { f.Name = huge }},
		{"31 Han characters", "name", "account.name.long", func(f *JoinForm) { f.Name = strings.Repeat("云", 31) }},
		{"marks on marks", "name", "account.name.long", func(f *JoinForm) { f.Name = strings.Repeat("a\u0323\u0316\u0317\u0318", 50) }},
		{"signs only", "name", "account.name.letters", func(f *JoinForm) { f.Name = "!!! 42" }},
		{"affiliation", "affiliation", "account.affiliation.long", func(f *JoinForm) { f.Affiliation = strings.Repeat("x", 161) }},
		{"zone that is none", "time_zone", "account.zone.unknown", func(f *JoinForm) { f.TimeZone = "Mars/Olympus" }},
		{"zone of the server", "time_zone", "account.zone.unknown", func(f *JoinForm) { f.TimeZone = "Local" }},
		{"no zone", "time_zone", "account.zone.unknown", func(f *JoinForm) { f.TimeZone = "" }},
		{"zone that is a path", "time_zone", "account.zone.unknown", func(f *JoinForm) { f.TimeZone = "../../etc/passwd" }},
		{"zone with NUL", "time_zone", "account.zone.unknown", func(f *JoinForm) { f.TimeZone = "Europe/\x00" }},
		{"region", "region", "account.region.unknown", func(f *JoinForm) { f.Region = "mars" }},
		{"locale", "locale", "account.locale.unknown", func(f *JoinForm) { f.Locale = "tlh" }},
		{"no consent", "consent", "account.consent.missing", func(f *JoinForm) { f.Consent = false }},
		{"short password", "password", "account.password.short", func(f *JoinForm) { f.Password = "九个汉字不够长吧啊" }},
		{"long password", "password", "account.password.long", func(f *JoinForm) { f.Password = strings.Repeat("ab1 ", 257) }},
		{"common password", "password", "account.password.common", func(f *JoinForm) { f.Password = "Password123" }},
		{"one letter again and again", "password", "account.password.common", func(f *JoinForm) { f.Password = "aaaaaaaaaaaaaa" }},
		{"name as password", "password", "account.password.own", func(f *JoinForm) { f.Name, f.Password = "Annabel Weber", "annabelweber" }},
		{"e-mail as password", "password", "account.password.own", func(f *JoinForm) { f.Email, f.Password = "someone.long@example.org", "Someone.Long" }},
		{"e-mail without host", "email", "account.email.invalid", func(f *JoinForm) { f.Email = "anna@" }},
		{"e-mail without dot", "email", "account.email.invalid", func(f *JoinForm) { f.Email = "anna@localhost" }},
		{"e-mail with name", "email", "account.email.invalid", func(f *JoinForm) { f.Email = "Anna <anna@example.org>" }},
		{"two e-mails", "email", "account.email.invalid", func(f *JoinForm) { f.Email = "a@example.org,b@example.org" }},
		{"e-mail at a number", "email", "account.email.invalid", func(f *JoinForm) { f.Email = "a@[127.0.0.1]" }},
		{"huge e-mail", "email", "account.email.invalid", func(f *JoinForm) { f.Email = huge + "@example.org" }},
	} {
		f := joinForm("Proper Name", "")
		c.change(&f)
		_, _, err := b.Join(t.Context(), f)
		fl := fault.Of(err)
		if fl == nil || fl.Kind != fault.Invalid || fl.Fields[c.field].Key != c.key {
			t.Errorf("%s: got %v (fields %v), want %s: %s", c.name, err, fl, c.field, c.key)
		}
	}
	if n := b.passwords.runs.Load(); n != 0 {
		t.Errorf("refused forms cost %d password hashes, want none", n)
	}
}

func TestJoin_oddButFine(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	for _, name := range []string{"王", "Ng", "José Ñandú-Müller", "Dr. Ø", "Αλέξανδρος", "阿卜杜热合曼·买买提", "Иван", "O’Neill", "a\x00b\u202ec"} {
		if m, _ := b.join(t, name, ""); m.Handle == "" || strings.ContainsAny(m.Name, "\x00\u202e") {
			t.Errorf("%q became %q with handle %q", name, m.Name, m.Handle)
		}
	}
	if m, _ := b.join(t, "Umlaut Owner", "jürgen@müller.example"); m.Email == "" {
		t.Error("an international e-mail is lost")
	}
}
