package transport

import (
	"context"
	"errors"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"senet/internal/mail/mailtest"
)

func message(at string) Message {
	return Message{ID: "letter-7.ab@hub.example", At: time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC),
		From: mail.Address{Name: "SENET Hub", Address: "senet@hub.example"}, To: mail.Address{Name: "Zhang Min", Address: at},
		Subject: "A letter", Lang: "en", Text: "Dear Zhang Min,\n\nhere is a letter.\n.\nIt has a dot.\n", HTML: "<p>here is a letter</p>",
		Off: "https://hub.example/en/mail/off?m=7"}
}

func open(t *testing.T, url string) *SMTP {
	t.Helper()
	s, err := NewSMTP(url, "hub.example")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func send(t *testing.T, s Transport, m Message) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	return s.Send(ctx, m)
}

func TestSMTP_delivers(t *testing.T) {
	t.Parallel()
	srv := mailtest.Start(t, mailtest.Options{})
	s := open(t, "smtp://"+srv.Addr)
	if s.Where() != srv.Addr {
		t.Errorf("it goes to %s, want %s", s.Where(), srv.Addr)
	}
	if err := send(t, s, message("min@clinic.example")); err != nil {
		t.Fatal(err)
	}
	l := srv.Wait(1)[0]
	got := srv.Taken()[0]
	if got.From != "senet@hub.example" || got.To != "min@clinic.example" || got.TLS || got.User != "" {
		t.Errorf("the envelope is %+v", got)
	}
	for name, want := range map[string]string{
		"Message-Id": "<letter-7.ab@hub.example>", "Date": "Mon, 23 Nov 2026 14:05:00 +0000", "Auto-Submitted": "auto-generated",
		"List-Unsubscribe": "<https://hub.example/en/mail/off?m=7>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"Content-Language": "en", "Mime-Version": "1.0", "User-Agent": "", "X-Mailer": "",
	} {
		if got := l.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if want := strings.ReplaceAll(message("").Text, "\n", "\r\n"); l.Text != want {
		t.Errorf("the text is %q, want %q", l.Text, want)
	}
	if l.HTML != "<p>here is a letter</p>" {
		t.Errorf("the HTML is %q", l.HTML)
	}
}

// Between mail servers TLS is used where it is offered, whoever vouches for it.
func TestSMTP_takesTLSWhereOffered(t *testing.T) {
	t.Parallel()
	srv := mailtest.Start(t, mailtest.Options{TLS: true, Host: "another.example"})
	s := open(t, "smtp://mail.example")
	s.dial = to(srv)
	if err := send(t, s, message("min@clinic.example")); err != nil {
		t.Fatal(err)
	}
	if got := srv.Taken(); len(got) != 1 || !got[0].TLS {
		t.Errorf("taken: %+v, want one over TLS", got)
	}
}

// to leads every name to the server.
func to(srv *mailtest.Server) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, srv.Addr)
	}
}

// A password is sent over TLS only, to a server whose certificate is right; on this machine it needs neither.
func TestSMTP_password(t *testing.T) {
	t.Parallel()
	asks := func(o mailtest.Options) mailtest.Options {
		o.User, o.Password = "hub@mail", "s:3/cret"
		return o
	}
	for name, c := range map[string]struct {
		url    string
		server mailtest.Options
		trust  bool
		ok     bool
	}{
		"STARTTLS":                      {"smtp://hub%40mail:s%3A3%2Fcret@mail.example:587", asks(mailtest.Options{TLS: true, Host: "mail.example"}), true, true},
		"TLS from the first byte":       {"smtps://hub%40mail:s%3A3%2Fcret@mail.example", asks(mailtest.Options{TLSOnly: true, Host: "mail.example"}), true, true},
		"no STARTTLS":                   {"smtp://hub%40mail:s%3A3%2Fcret@mail.example", asks(mailtest.Options{}), true, false},
		"a certificate of nobody":       {"smtp://hub%40mail:s%3A3%2Fcret@mail.example", asks(mailtest.Options{TLS: true, Host: "mail.example"}), false, false},
		"another's certificate":         {"smtp://hub%40mail:s%3A3%2Fcret@mail.example", asks(mailtest.Options{TLS: true, Host: "mallory.example"}), true, false},
		"another's, from the beginning": {"smtps://hub%40mail:s%3A3%2Fcret@mail.example", asks(mailtest.Options{TLSOnly: true, Host: "mallory.example"}), true, false},
		"the wrong password":            {"smtps://hub%40mail:no@mail.example", asks(mailtest.Options{TLSOnly: true, Host: "mail.example"}), true, false},
		"none where one is asked for":   {"smtp://localhost:2525", asks(mailtest.Options{}), true, false},
		"this machine":                  {"smtp://hub%40mail:s%3A3%2Fcret@localhost:2525", asks(mailtest.Options{}), false, true},
		"this machine, with TLS":        {"smtp://hub%40mail:s%3A3%2Fcret@localhost:2525", asks(mailtest.Options{TLS: true, Host: "snakeoil"}), false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := mailtest.Start(t, c.server)
			s := open(t, c.url)
			s.dial = to(srv)
			if c.trust {
				s.tls.RootCAs = srv.Roots
			}
			err := send(t, s, message("min@clinic.example"))
			if c.ok != (err == nil) || c.ok != (len(srv.Taken()) == 1) {
				t.Fatalf("%v, taken %d; want it taken: %v", err, len(srv.Taken()), c.ok)
			}
			if c.ok && srv.Taken()[0].User != "hub@mail" {
				t.Errorf("sent by %q", srv.Taken()[0].User)
			}
			if err != nil && strings.Contains(err.Error(), "cret") {
				t.Errorf("the error tells the password: %v", err)
			}
			var refused *Refused
			if errors.As(err, &refused) != (name == "none where one is asked for") {
				t.Errorf("%v: what is wrong with the server's settings is no fault of the letter", err)
			}
		})
	}
}

func TestSMTP_answers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at   mailtest.Stage
		code int
		gone bool
	}{
		{mailtest.Mail, 421, false}, {mailtest.Mail, 550, true}, {mailtest.Rcpt, 451, false}, {mailtest.Rcpt, 550, true},
		{mailtest.Data, 452, false}, {mailtest.Data, 554, true}, {mailtest.Cut, 1, false},
	} {
		srv := mailtest.Start(t, mailtest.Options{Answer: func(at mailtest.Stage, nth int) (int, string) {
			if at == c.at && nth == 1 {
				return c.code, "min@clinic.example is not here"
			}
			return 0, ""
		}})
		s := open(t, "smtp://"+srv.Addr)
		err := send(t, s, message("min@clinic.example"))
		var refused *Refused
		switch {
		case err == nil:
			t.Errorf("%s %d: no error", c.at, c.code)
		case errors.As(err, &refused) != c.gone:
			t.Errorf("%s %d: %v, want it given up: %v", c.at, c.code, err, c.gone)
		case c.gone && (refused.Code != c.code || !strings.HasSuffix(refused.Reply, "is not here")):
			t.Errorf("%s %d: %+v", c.at, c.code, refused)
		case !c.gone && strings.Contains(err.Error(), "clinic"):
			t.Errorf("%s %d: the error tells the address: %v", c.at, c.code, err)
		}
		if len(srv.Taken()) > 0 {
			t.Fatalf("%s %d: taken", c.at, c.code)
		}
		if err := send(t, s, message("min@clinic.example")); err != nil || len(srv.Taken()) != 1 {
			t.Errorf("%s %d: again: %v, taken %d; want 1", c.at, c.code, err, len(srv.Taken()))
		}
	}
}

func TestSMTP_nobodyThere(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	err = send(t, open(t, "smtp://"+ln.Addr().String()), message("min@clinic.example"))
	var refused *Refused
	if err == nil || errors.As(err, &refused) {
		t.Errorf("%v, want an error that may pass", err)
	}
}

// A server that says nothing does not hold a hub that stops.
func TestSMTP_endsWithItsContext(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		if conn, err := ln.Accept(); err == nil {
			defer conn.Close()
			_, _ = conn.Write([]byte("220 mail.test\r\n"))
			_, _ = conn.Read(make([]byte, 100)) // EHLO, which is not answered
			cancel()
			<-t.Context().Done()
		}
	}()
	begun := time.Now()
	if err := open(t, "smtp://"+ln.Addr().String()).Send(ctx, message("min@clinic.example")); err == nil {
		t.Fatal("sent, to nobody")
	}
	if took := time.Since(begun); took > patience/2 {
		t.Errorf("it held on for %s", took)
	}
}

func TestNewSMTP(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"smtp://mail.example": "mail.example:25", "smtp://u:p@mail.example": "mail.example:587", "smtps://u:p@mail.example": "mail.example:465",
		"smtp://u:p@mail.example:2525": "mail.example:2525", "smtp://[::1]:25": "[::1]:25",
		"smtp://u:secret@": "", "smtp://u:secret@mail.example:99999": "", "http://mail.example": "", "mail.example": "", "smtp://u:sec ret@h": "",
	} {
		s, err := NewSMTP(url, "hub.example")
		switch {
		case want == "" && (err == nil || strings.Contains(err.Error(), "secret")):
			t.Errorf("%s: %v, want an error without the password", url, err)
		case want != "" && (err != nil || s.Where() != want):
			t.Errorf("%s leads to %v, %v; want %s", url, s, err, want)
		}
	}
}

func TestHello(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{"hub.example": "hub.example", "127.0.0.1": "[127.0.0.1]", "::1": "[IPv6:::1]", "localhost": "localhost"} {
		if got := literal(host); got != want {
			t.Errorf("literal(%s) = %s, want %s", host, got, want)
		}
	}
	for host, want := range map[string]bool{"localhost": true, "127.0.0.1": true, "127.8.0.1": true, "::1": true, "::ffff:127.0.0.1": true,
		"10.0.0.1": false, "localhost.evil.example": false, "mail.example": false} {
		if isNear(host) != want {
			t.Errorf("isNear(%s) = %v", host, !want)
		}
	}
}
