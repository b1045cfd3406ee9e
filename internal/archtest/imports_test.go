package archtest

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func itoa(n int) string { return strconv.Itoa(n) }

// cores in their order: one may import those of the rows above it, never its own row's or a later one's.
var cores = [][]string{
	{"account"}, {"search"}, {"translation"}, {"mail"}, {"notify"}, {"forum", "chat"}, {"workshop", "directory", "library"}, {"moderation"},
}

// rank is the row of a core or of its …web; false for other packages.
func rank(p string) (row int, web, ok bool) {
	name := path.Base(p)
	if core, isWeb := strings.CutSuffix(name, "web"); isWeb && p == "internal/"+core+"/"+name {
		name, web = core, true
	} else if p != "internal/"+name {
		return 0, false, false
	}
	for i, row := range cores {
		if slices.Contains(row, name) {
			return i, web, true
		}
	}
	return 0, false, false
}

// under are the packages of ours that a package below the cores, or beside them, may import.
var under = map[string][]string{
	"internal/fault":    {},
	"internal/markup":   {},
	"locales":           {},
	"migrations":        {},
	"web":               {},
	"internal/i18n":     {"internal/fault"},
	"internal/pg":       {"internal/fault"},
	"internal/pg/local": {},
	"internal/schema":   {"migrations"},
	"internal/jobs":     {"internal/fault", "internal/pg"},
	"internal/config":   {"internal/fault", "internal/i18n"},
	"internal/httpx":    {"internal/account", "internal/fault", "internal/i18n", "internal/pg"},
	"web/ui":            {"internal/account", "internal/fault", "internal/httpx", "internal/i18n", "internal/markup"},
	"internal/server":   {"internal/fault", "internal/httpx", "internal/i18n", "web", "web/ui"},

	"internal/mail/transport":       {},
	"internal/moderation/screen":    {"internal/markup"},
	"internal/translation/engine":   {},
	"internal/translation/segment":  {"internal/markup"},
	"internal/translation/exchange": {"internal/fault"},
	"internal/translation/memory":   partsFloor,
	"internal/translation/glossary": partsFloor,
}

// partsFloor is what the parts of translation that have tables stand on.
var partsFloor = []string{"internal/account", "internal/fault", "internal/i18n", "internal/markup", "internal/pg",
	"internal/translation/exchange", "internal/translation/segment"}

// partOf is the core that a package below it is a part of: internal/translation of internal/translation/memory; false
// for other packages.
func partOf(p string) (core string, ok bool) {
	if _, _, ranked := rank(p); ranked {
		return "", false
	}
	_, web, ok := rank(path.Dir(p))
	return path.Dir(p), ok && !web
}

// support are the packages that serve tests; they may know everything.
var support = []string{"internal/archtest", "internal/e2e", "internal/app/apptest", "internal/pg/pgtest", "internal/mail/mailtest", "internal/translation/engine/enginetest",
	"internal/translation/translationtest",
	"cmd/torture"}

func isSupport(p string) bool { return slices.Contains(support, p) }

// floor is what every core stands on; every …web has the kit and the shared views besides.
var (
	floor    = []string{"internal/fault", "internal/i18n", "internal/jobs", "internal/markup", "internal/pg"}
	webFloor = []string{"internal/httpx", "web/ui"}
)

// TestImports_oneWay: cmd → app → server → …web → core.
func TestImports_oneWay(t *testing.T) {
	for _, p := range packages(t) {
		for _, to := range p.ours() {
			if why := refuse(p.path, to); why != "" {
				t.Errorf("%s imports %s: %s", p.path, to, why)
			}
		}
	}
}

// refuse says why a package may not import another; "" when it may.
func refuse(from, to string) string {
	if isSupport(to) && !isSupport(from) {
		return "what serves tests is imported by tests only"
	}
	if isSupport(from) {
		return ""
	}
	if allowed, ok := under[from]; ok {
		if slices.Contains(allowed, to) {
			return ""
		}
		return "it stands low in the house and knows " + list(allowed) + " only"
	}
	if row, web, ok := rank(from); ok {
		return refuseFeature(from, to, row, web)
	}
	switch {
	case from == "internal/demo":
		_, web, ok := rank(to)
		if _, part := partOf(to); ok && !web || part || slices.Contains(floor, to) {
			return ""
		}
		return "the demo fills the hub through the cores"
	case from == "internal/app":
		if strings.HasPrefix(to, "cmd/") {
			return "commands call app, not the other way round"
		}
		return ""
	case strings.HasPrefix(from, "cmd/"):
		if _, web, ok := rank(to); ok && web {
			return "features are put together in app"
		}
		return ""
	}
	return "archtest does not know " + from + ": say in its tables where it stands"
}

func refuseFeature(from, to string, row int, web bool) string {
	if slices.Contains(floor, to) || web && slices.Contains(webFloor, to) {
		return ""
	}
	toRow, toWeb, ok := rank(to)
	core, part := partOf(to)
	switch {
	case part && (from == core || path.Dir(from) == core):
		return ""
	case part:
		return "it is a part of " + core + ", which others ask instead"
	case !ok:
		return "a feature stands on the cores below it and on " + list(floor)
	case toWeb && !web:
		return "a core knows no HTTP"
	case toRow > row:
		return "features import one way: " + order()
	case toRow == row && strings.TrimSuffix(path.Base(from), "web") != path.Base(to):
		return "features of one row do not know each other; let app put them together"
	}
	return ""
}

func order() string {
	rows := make([]string, len(cores))
	for i, r := range cores {
		rows[i] = strings.Join(r, ", ")
	}
	return strings.Join(rows, " < ")
}

func list(ps []string) string {
	if len(ps) == 0 {
		return "nothing of ours"
	}
	return strings.Join(ps, ", ")
}

// TestRefuse holds the rules against imports that must not be.
func TestRefuse(t *testing.T) {
	for _, c := range []struct {
		from, to string
		ok       bool
	}{
		{"internal/forum", "internal/account", true},
		{"internal/forum", "internal/chat", false},
		{"internal/account", "internal/forum", false},
		{"internal/forum", "internal/forum/forumweb", false},
		{"internal/forum", "internal/httpx", false},
		{"internal/forum/forumweb", "internal/forum", true},
		{"internal/forum/forumweb", "internal/notify/notifyweb", true},
		{"internal/forum/forumweb", "internal/moderation/moderationweb", false},
		{"internal/forum/forumweb", "internal/chat", false},
		{"internal/forum/forumweb", "internal/server", false},
		{"internal/moderation", "internal/chat", true},
		{"internal/translation", "internal/translation/memory", true},
		{"internal/translation/translationweb", "internal/translation/glossary", true},
		{"internal/forum", "internal/translation/memory", false},
		{"internal/translation/memory", "internal/translation/segment", true},
		{"internal/translation/memory", "internal/translation", false},
		{"internal/translation/glossary", "internal/forum", false},
		{"internal/demo", "internal/translation/memory", true},
		{"internal/notify", "internal/mail", true},
		{"internal/notify", "internal/mail/transport", false},
		{"internal/mail/transport", "internal/mail", false},
		{"cmd/senet", "internal/translation/memory", true},
		{"internal/fault", "internal/i18n", false},
		{"internal/server", "internal/forum/forumweb", false},
		{"internal/app", "internal/forum/forumweb", true},
		{"cmd/senet", "internal/forum/forumweb", false},
		{"cmd/senet", "internal/app", true},
		{"internal/app", "internal/pg/pgtest", false},
		{"internal/nobody", "internal/fault", false},
	} {
		if why := refuse(c.from, c.to); (why == "") != c.ok {
			t.Errorf("%s → %s: refused because %q, want allowed: %v", c.from, c.to, why, c.ok)
		}
	}
}

// libraries are those that only some packages may see, so that replacing one touches these packages only.
var libraries = []struct {
	prefix string
	may    func(p string) bool
	why    string
}{
	{"github.com/gofiber/fiber", seesFiber, "Fiber stays at the edge: httpx, server and the …web packages"},
	{"github.com/valyala/fasthttp", seesFiber, "fasthttp is Fiber's: httpx, server and the …web packages"},
	{"github.com/gofiber/contrib/websocket", is("internal/chat/chatweb", "cmd/bench"), "sockets are chatweb's; the bench holds them against the library"},
	{"github.com/fasthttp/websocket", is("internal/chat/chatweb", "cmd/bench"), "sockets are chatweb's; the bench is a client"},
	{"github.com/riverqueue/river", is("internal/jobs", "internal/schema"), "jobs wraps River; schema makes its tables"},
	{"github.com/pressly/goose", is("internal/schema"), "schema migrates, nobody else"},
	{"github.com/nicksnyder/go-i18n", is("internal/i18n"), "i18n gives words; nobody asks go-i18n itself"},
	{"github.com/yuin/goldmark", is("internal/markup"), "markup turns Markdown into HTML, nobody else"},
	{"github.com/microcosm-cc/bluemonday", is("internal/markup"), "markup says what HTML is safe, nobody else"},
	{"github.com/wneessen/go-mail", is("internal/mail/transport"), "mail/transport carries letters, nobody else"},
	{"github.com/emersion/go-smtp", is(), "mail servers are for tests"},
	{"github.com/chromedp", is(), "browsers are for tests"},
	{"net/http", is("internal/pg/local", "internal/translation/engine", "cmd/senet", "cmd/bench"), "the hub is served by Fiber; net/http is a client, in few places"},
	{"testing", is(), "the hub does not carry the test framework"},
}

func is(ps ...string) func(string) bool {
	return func(p string) bool { return slices.Contains(ps, p) }
}

func seesFiber(p string) bool {
	_, web, ok := rank(p)
	return ok && web || p == "internal/httpx" || p == "internal/server" || p == "cmd/bench"
}

// TestImports_libraries: each library is seen where the design says and nowhere else.
func TestImports_libraries(t *testing.T) {
	for _, p := range packages(t) {
		for _, to := range p.Imports {
			for _, l := range libraries {
				if (to == l.prefix || strings.HasPrefix(to, l.prefix+"/")) && !l.may(p.path) && !isSupport(p.path) {
					t.Errorf("%s imports %s: %s", p.path, to, l.why)
				}
			}
		}
	}
}

// TestImports_fault: the errors of the house depend on nothing.
func TestImports_fault(t *testing.T) {
	for _, p := range packages(t) {
		for _, to := range p.Imports {
			if p.path == "internal/fault" && strings.Contains(to, ".") {
				t.Errorf("fault imports %s: it imports the standard library only", to)
			}
		}
	}
}

// environment are the packages that may ask for it.
var environment = map[string]string{
	"cmd/senet":         "hands os.Getenv to config",
	"internal/pg/local": "looks for Postgres on PATH and hands the system's own variables down to it; no setting is read",
}

// TestEnvironment_oneReader: settings are documented in config because nobody else can read one.
func TestEnvironment_oneReader(t *testing.T) {
	for _, f := range goFiles(t) {
		if environment[f.dir()] != "" {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && (x.Name == "os" || x.Name == "syscall") &&
				slices.Contains([]string{"Getenv", "LookupEnv", "Environ", "ExpandEnv"}, s.Sel.Name) {
				t.Errorf("%s: %s.%s: only config reads settings, so that --help and the README know them all", f.line(n), x.Name, s.Sel.Name)
			}
			return true
		})
	}
}
