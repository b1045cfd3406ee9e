package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// patience bounds the way to the server and, once more, what is said there.
const patience = time.Minute

// SMTP hands messages to a mail server, each over a connection of its own: there are few, and a server that was away is
// no state to keep.
type SMTP struct {
	host      string
	port      int
	inTLS     bool // from the first byte: smtps
	user, key string
	near      bool // the server is this machine: nobody is in between
	hello     string
	dial      func(ctx context.Context, network, address string) (net.Conn, error)
	tls       *tls.Config
}

// NewSMTP reads a server's URL: smtp://user:password@host:port, by default port 587 with a user and 25 without; smtps
// speaks TLS from the first byte, port 465. hello is what the hub calls itself: a host's name, or an address.
//
// With smtp TLS is used where the server offers it. With a user it must, and its certificate must be right, because a
// password is sent; but not to this machine itself. Without a user the certificate is not looked at, as between mail
// servers: whoever could forge it could as well take the offer of TLS away.
func NewSMTP(from, hello string) (*SMTP, error) {
	u, err := url.Parse(from)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("mail: not the URL of a mail server") // which may hold a password
	}
	s := &SMTP{host: u.Hostname(), inTLS: u.Scheme == "smtps", near: isNear(u.Hostname()), hello: literal(hello), dial: (&net.Dialer{}).DialContext}
	if u.User != nil {
		s.user = u.User.Username()
		s.key, _ = u.User.Password()
	}
	switch {
	case u.Port() != "":
		if s.port, err = strconv.Atoi(u.Port()); err != nil || s.port < 1 || s.port > 65535 {
			return nil, errors.New("mail: not a port of a mail server")
		}
	case s.inTLS:
		s.port = 465
	case s.user != "":
		s.port = 587
	default:
		s.port = 25
	}
	s.tls = &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: s.near || !s.inTLS && s.user == ""}
	return s, nil
}

// Where implements Transport.
func (s *SMTP) Where() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

// Send implements Transport. Only an answer to the message itself refuses it: a server that refuses us (its greeting,
// TLS, the password) may be put right, and the letter waits.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg, err := compose(m)
	if err != nil {
		return err
	}
	// go-mail notices no context once it is connected, and leaves connections open that fail before the first message.
	over, end := context.WithCancel(ctx)
	defer end()
	open := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := s.dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(over, func() { conn.Close() })
		if !s.inTLS {
			return conn, nil
		}
		secured := tls.Client(conn, s.tls)
		return secured, secured.HandshakeContext(ctx)
	}
	client, err := gomail.NewClient(s.host, s.options(open, m.To.Address)...)
	if err != nil {
		return fmt.Errorf("mail: set up: %w", err)
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fmt.Errorf("mail: %s: %w", s.Where(), err)
	}
	err = client.SendWithSMTPClient(session, msg)
	if msg.IsDelivered() { // whatever went wrong after it
		_ = client.CloseWithSMTPClient(session)
		return nil
	}
	return refused(err, s.Where())
}

func (s *SMTP) options(dial gomail.DialContextFunc, to string) []gomail.Option {
	os := []gomail.Option{gomail.WithPort(s.port), gomail.WithTimeout(patience), gomail.WithHELO(s.hello), gomail.WithTLSConfig(s.tls),
		gomail.WithDialContextFunc(dial), gomail.WithoutNoop(), gomail.WithoutRset()}
	if s.inTLS {
		os = append(os, gomail.WithSSL())
	}
	if local, _ := cutAt(to); isASCII(local) {
		os = append(os, gomail.WithoutSMTPUTF8()) // asked for without need it makes servers on the way refuse
	}
	policy := gomail.TLSOpportunistic
	if s.user != "" {
		plain, login := gomail.SMTPAuthPlain, gomail.SMTPAuthLogin
		if s.near {
			plain, login = gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc
		} else {
			policy = gomail.TLSMandatory
		}
		os = append(os, gomail.WithUsername(s.user), gomail.WithPassword(s.key),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, plain, login, gomail.SMTPAuthCramMD5))
	}
	return append(os, gomail.WithTLSPolicy(policy))
}

// refused makes a 5xx answer a Refused. Other errors do not repeat what was said: it may name the recipient.
func refused(err error, where string) error {
	var failed *gomail.SendError
	if !errors.As(err, &failed) {
		return fmt.Errorf("mail: %s: %w", where, err)
	}
	code := failed.ErrorCode()
	if code < 500 || code > 599 {
		return fmt.Errorf("mail: %s: not now: %s, code %d", where, failed.Reason, code)
	}
	reply, _, _ := strings.Cut(failed.Error(), ", affected ")
	if _, said, ok := strings.Cut(reply, strconv.Itoa(code)+" "); ok {
		reply = said
	}
	return &Refused{Code: code, Reply: shorten(strings.Trim(line(reply), `"`))}
}

// shorten keeps what servers say readable.
func shorten(s string) string {
	const longest = 300
	if rs := []rune(s); len(rs) > longest {
		return string(rs[:longest]) + "…"
	}
	return s
}

// isNear reports whether a host is this machine.
func isNear(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// literal is how an IP address is said in EHLO (RFC 5321, section 4.1.3); a name stays.
func literal(host string) string {
	a, err := netip.ParseAddr(host)
	switch {
	case err != nil:
		return host
	case a.Is4():
		return "[" + a.String() + "]"
	}
	return "[IPv6:" + a.String() + "]"
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
