package app

import (
	"path/filepath"
	"testing"

	"senet/internal/config"
)

func TestOpenMail(t *testing.T) {
	t.Parallel()
	for args, want := range map[[2]string][2]string{
		{}:                                  {filepath.Join("/data", "mail"), `"SENET Hub" <senet@hub.example>`},
		{"smtp://u:p@mail.example"}:         {"mail.example:587", `"SENET Hub" <senet@hub.example>`},
		{"smtps://mail.example", "a@b.org"}: {"mail.example:465", "<a@b.org>"},
		{"", "Die Brücke <a@b.org>"}:        {filepath.Join("/data", "mail"), "=?utf-8?q?Die_Br=C3=BCcke?= <a@b.org>"},
	} {
		cfg := config.Config{DataDir: "/data", SMTPURL: args[0], MailFrom: args[1]}
		base := config.BaseOf("hub.example:80")
		m, err := openMail(cfg, base)
		if err != nil || m.Transport.Where() != want[0] || m.From.String() != want[1] {
			t.Errorf("%v: to %v from %s, %v; want %v", args, m.Transport, m.From.String(), err, want)
		}
	}
	for _, wrong := range []config.Config{{SMTPURL: "smtp://u:p@h:99999"}, {MailFrom: "nobody"}} {
		if _, err := openMail(wrong, config.BaseOf(":80")); err == nil {
			t.Errorf("%+v is taken", wrong)
		}
	}
}
