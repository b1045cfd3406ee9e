package httpx_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"senet/internal/httpx"
)

type number int64

func TestID(t *testing.T) {
	s := newSite(t, func(app *fiber.App) {
		app.Get("/en/t/:id", func(c *fiber.Ctx) error {
			id, err := httpx.ID[number](c, "id")
			if err != nil {
				return err
			}
			return c.JSON(id)
		})
	})
	for path, want := range map[string]string{"12": "12", "12-some-slug": "12", "12-": "12", "9223372036854775807": "9223372036854775807",
		"12-" + url.PathEscape("数据"): "12", "0": "", "-1": "", "x": "", "12x": "", "9223372036854775808": "", "1e3": "", "+1": "1"} {
		a := s.get("/en/t/" + path)
		if want == "" && a.StatusCode != 404 || want != "" && a.body != want {
			t.Errorf("%s: status %d, %.20q; want %q", path, a.StatusCode, a.body, want)
		}
	}
}

func TestInt(t *testing.T) {
	s := newSite(t, func(app *fiber.App) {
		app.Get("/api/v1/x", func(c *fiber.Ctx) error {
			n, err := httpx.Int(c, "n", 30, 1, 100)
			if err != nil {
				return err
			}
			return c.JSON(n)
		})
	})
	for query, want := range map[string]string{"": "30", "?n=": "30", "?n=1": "1", "?n=100": "100", "?n=0": "", "?n=101": "", "?n=x": "",
		"?n=1.5": "", "?n=99999999999999999999": "", "?n=%20": ""} {
		a := s.get("/api/v1/x" + query)
		if want == "" && (a.StatusCode != 400 || !strings.Contains(a.body, "error.parameter")) || want != "" && a.body != want {
			t.Errorf("%q: status %d, %.60s; want %q", query, a.StatusCode, a.body, want)
		}
	}
}

// TestField_brokenText: what is no text is refused, in a form as in JSON; text with a NUL is text, which the cores clean.
func TestField_brokenText(t *testing.T) {
	s := newSite(t, func(app *fiber.App) {
		app.Post("/en/x", func(c *fiber.Ctx) error {
			v, err := httpx.Field(c, "body")
			if err != nil {
				return err
			}
			return c.SendString(v)
		})
	})
	for text, want := range map[string]int{"数据 and data": 200, "": 200, "a\x00b": 200, "a\xff": 400, "\xed\xa0\x80": 400, "\xc3\x28": 400} {
		a := s.post("/en/x", url.Values{"body": {text}}, asSelf("member")...)
		if a.StatusCode != want || want == 200 && a.body != text {
			t.Errorf("%q: status %d, %.40q; want %d", text, a.StatusCode, a.body, want)
		}
	}
}

func TestJSON(t *testing.T) {
	s := newSite(t, func(app *fiber.App) {
		app.Post("/api/v1/x", func(c *fiber.Ctx) error {
			var in struct{ Body string }
			if err := httpx.JSON(c, &in); err != nil {
				return err
			}
			return c.SendString(in.Body)
		})
	})
	for body, want := range map[string]string{
		`{"body":"数据"}`: "数据", ` {"body":"x"} `: "x", `{}`: "", `{"body":"\u0000"}`: "\x00",
		`{"body":"x"}{}`: "error.json", `{"body":"x","other":1}`: "error.json", `{"body":1}`: "error.json", `[]`: "error.json",
		``: "error.json", `{"body":`: "error.json", "{\"body\":\"\xff\"}": "error.utf8",
	} {
		a := s.ask("POST", "/api/v1/x", body, asSelf("member")...)
		if strings.HasPrefix(want, "error.") && (a.StatusCode != 400 || !strings.Contains(a.body, `"`+want+`"`)) || !strings.HasPrefix(want, "error.") && a.body != want {
			t.Errorf("%q: status %d, %.80q; want %q", body, a.StatusCode, a.body, want)
		}
	}
}

func TestClientID(t *testing.T) {
	s := newSite(t, func(app *fiber.App) {
		app.Post("/en/x", func(c *fiber.Ctx) error { return c.SendString(httpx.ClientID(c).String()) })
	})
	given := uuid.NewString()
	if a := s.post("/en/x", url.Values{"client_id": {given}}, asSelf("member")...); a.body != given {
		t.Errorf("%q, want %q", a.body, given)
	}
	for _, bad := range []string{"", "x", given[1:]} {
		if a := s.post("/en/x", url.Values{"client_id": {bad}}, asSelf("member")...); uuid.Validate(a.body) != nil || a.body == bad {
			t.Errorf("%q became %q, want a fresh UUID", bad, a.body)
		}
	}
}

func TestLocalPath(t *testing.T) {
	for path, want := range map[string]bool{
		"/en/t/12?after=3#post-4": true, "/": true, "/zh/c/数据": true,
		"": false, "en": false, "//evil.example": false, `/\evil.example`: false, `/en\..\..`: false, "https://evil.example": false,
		"javascript:alert(1)": false, "/\t/evil.example": false, "/en\r\nSet-Cookie: x=y": false, "/\x00": false,
	} {
		if got := httpx.LocalPath(path); got != want {
			t.Errorf("LocalPath(%q) is %v, want %v", path, got, want)
		}
	}
}

func TestBack(t *testing.T) {
	s := newSite(t, func(app *fiber.App) {
		app.Post("/:l/x", func(c *fiber.Ctx) error { return httpx.Back(c, "/t/1") })
	})
	for back, want := range map[string]string{"/en/c/amr?x=1": "/en/c/amr?x=1", "": "/zh/t/1", "//evil.example": "/zh/t/1", "https://evil.example/": "/zh/t/1"} {
		a := s.post("/zh/x", url.Values{"back": {back}}, asSelf("member")...)
		if a.StatusCode != 303 || a.Header.Get("Location") != want {
			t.Errorf("back %q: status %d to %q, want 303 to %q", back, a.StatusCode, a.Header.Get("Location"), want)
		}
	}
}
