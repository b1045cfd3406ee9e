package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Stage is where in the protocol a server does something of its own.
type Stage string

const (
	Mail Stage = "MAIL"
	Rcpt Stage = "RCPT"
	Data Stage = "DATA" // the answer to the whole text
	Cut  Stage = "cut"  // any answer here cuts the connection in the middle of the text
)

// Options are how a server is.
type Options struct {
	TLS            bool   // offers STARTTLS
	TLSOnly        bool   // speaks TLS from the first byte
	Host           string // that its certificate is for; "": 127.0.0.1
	User, Password string // that it asks for; "": none
	UTF8           bool   // takes addresses that are not ASCII
	// Answer is asked at each stage, with how many messages have been begun; nil, or an answer of 0, goes on.
	Answer func(at Stage, nth int) (code int, reply string)
}

// Server is a mail server on this machine. It stops with its test.
type Server struct {
	Addr  string
	Roots *x509.CertPool // its certificate's

	t        testing.TB
	options  Options
	mu       sync.Mutex
	begun    int
	taken    []Taken
	sessions int
	arrived  chan struct{}
}

// Taken is a message that the server has taken.
type Taken struct {
	From, To string // of the envelope
	User     string // who sent it; "": nobody said
	TLS      bool
	Raw      []byte
}

// Start starts a server.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{t: t, options: o, arrived: make(chan struct{}, 10_000)}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Addr = ln.Addr().String()
	srv := smtp.NewServer(s)
	srv.Domain, srv.AllowInsecureAuth, srv.EnableSMTPUTF8 = "localhost", true, o.UTF8
	srv.ErrorLog = log.New(io.Discard, "", 0)
	srv.ReadTimeout, srv.WriteTimeout = time.Minute, time.Minute
	if o.TLS || o.TLSOnly {
		cert := s.certificate()
		srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
		if o.TLSOnly {
			ln = tls.NewListener(ln, srv.TLSConfig)
		}
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	return s
}

// certificate makes one that its own key vouches for.
func (s *Server) certificate() tls.Certificate {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true}
	if s.options.Host == "" {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	} else {
		template.DNSNames = []string{s.options.Host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		s.t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Roots = x509.NewCertPool()
	s.Roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// Taken are the messages taken so far.
func (s *Server) Taken() []Taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Taken(nil), s.taken...)
}

// Wait waits until n messages have been taken, and reads them.
func (s *Server) Wait(n int) []Letter {
	s.t.Helper()
	patience := time.After(time.Minute)
	for {
		if taken := s.Taken(); len(taken) >= n {
			letters := make([]Letter, len(taken))
			for i, m := range taken {
				letters[i] = Read(s.t, m.Raw)
			}
			return letters
		}
		select {
		case <-s.arrived:
		case <-patience:
			s.t.Fatalf("the mail server has taken %d messages, want %d", len(s.Taken()), n)
		}
	}
}

// Sessions is how many connections got as far as a greeting.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions
}

// NewSession implements smtp.Backend.
func (s *Server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions++
	return &session{server: s, conn: c}, nil
}

// session is one connection.
type session struct {
	server *Server
	conn   *smtp.Conn
	nth    int
	user   string
	from   string
	to     string
}

func (s *session) answer(at Stage) error {
	if s.server.options.Answer == nil {
		return nil
	}
	code, reply := s.server.options.Answer(at, s.nth)
	if code == 0 {
		return nil
	}
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: reply}
}

func (s *session) AuthMechanisms() []string {
	if s.server.options.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.server.options.User || password != s.server.options.Password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "wrong password"}
		}
		s.user = user
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.options.User != "" && s.user == "" {
		return smtp.ErrAuthRequired
	}
	s.server.mu.Lock()
	s.server.begun++
	s.nth = s.server.begun
	s.server.mu.Unlock()
	s.from = from
	return s.answer(Mail)
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return s.answer(Rcpt)
}

var errCut = errors.New("cut")

func (s *session) Data(r io.Reader) error {
	if s.answer(Cut) != nil {
		_, _ = io.ReadFull(r, make([]byte, 200))
		_ = s.conn.Conn().Close()
		return errCut
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.answer(Data); err != nil {
		return err
	}
	_, secured := s.conn.TLSConnectionState()
	s.server.mu.Lock()
	s.server.taken = append(s.server.taken, Taken{From: s.from, To: s.to, User: s.user, TLS: secured, Raw: raw})
	s.server.mu.Unlock()
	s.server.arrived <- struct{}{}
	return nil
}

func (s *session) Reset()        { s.from, s.to = "", "" }
func (s *session) Logout() error { return nil }
