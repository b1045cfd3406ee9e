package app

import (
	"fmt"
	netmail "net/mail"
	"net/url"
	"path/filepath"
	"time"

	"senet/internal/config"
	"senet/internal/i18n"
	"senet/internal/mail"
	"senet/internal/mail/transport"
	"senet/internal/pg"
)

// Mail is how letters leave the hub.
type Mail struct {
	Transport transport.Transport              // nil: nobody gets mail
	From      netmail.Address                  // zero: mail.DefaultFrom
	Pause     func(failures int) time.Duration // between attempts; nil: mail.Pause
}

// openMail is how letters leave a hub with these settings: to a mail server, else into files of the data directory.
func openMail(cfg config.Config, base *url.URL) (Mail, error) {
	m := Mail{From: mail.DefaultFrom(base)}
	if cfg.MailFrom != "" {
		from, err := netmail.ParseAddress(cfg.MailFrom)
		if err != nil {
			return m, fmt.Errorf("read the address that mail comes from: %w", err)
		}
		m.From = *from
	}
	if cfg.SMTPURL == "" {
		m.Transport = transport.NewFiles(filepath.Join(cfg.DataDir, "mail"))
		return m, nil
	}
	smtp, err := transport.NewSMTP(cfg.SMTPURL, base.Hostname())
	if err != nil {
		return m, fmt.Errorf("read the URL of the mail server: %w", err)
	}
	m.Transport = smtp
	return m, nil
}

// buildMail makes the service of mail; nil where letters have no way out.
func (h *Hub) buildMail(store *pg.Store, words *i18n.Bundle, o Options) *mail.Service {
	if o.Mail.Transport == nil {
		return nil
	}
	if o.Mail.From.Address == "" {
		o.Mail.From = mail.DefaultFrom(o.BaseURL)
	}
	h.Mail = mail.New(store, mail.Options{Transport: o.Mail.Transport, From: o.Mail.From, BaseURL: o.BaseURL, Words: words, Queue: h.queue,
		Log: o.Log, Pause: o.Mail.Pause, Barred: h.Accounts.Suspended})
	return h.Mail
}
