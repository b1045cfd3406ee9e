package httpx

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"senet/internal/fault"
)

// ID reads a positive number from a route parameter; "12-some-slug" is 12. Anything else is NotFound.
func ID[T ~int64](c *fiber.Ctx, name string) (T, error) {
	digits, _, _ := strings.Cut(c.Params(name), "-")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.New(fault.NotFound, "error.not_found")
	}
	return T(n), nil
}

// Int reads a query parameter between lo and hi; absent or empty is def, anything else a Malformed fault.
func Int(c *fiber.Ctx, name string, def, lo, hi int64) (int64, error) {
	s := c.Query(name)
	if s == "" {
		return def, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < lo || n > hi {
		return 0, fault.New(fault.Malformed, "error.parameter").With("Name", name)
	}
	return n, nil
}

// Field is a form field as typed. Broken UTF-8 is refused here, once: the cores then clean what is odd but valid.
func Field(c *fiber.Ctx, name string) (string, error) {
	s := c.FormValue(name)
	if !utf8.ValidString(s) {
		return "", fault.New(fault.Malformed, "error.utf8")
	}
	return s, nil
}

// ClientID reads the form's client id, which makes sending it twice harmless; a missing or broken one is replaced.
func ClientID(c *fiber.Ctx) uuid.UUID {
	id, err := uuid.Parse(c.FormValue("client_id"))
	if err != nil {
		return uuid.New()
	}
	return id
}

// JSON reads the body into v: strictly one JSON value, unknown fields refused, valid UTF-8.
func JSON(c *fiber.Ctx, v any) error {
	body := c.Body()
	if !utf8.Valid(body) {
		return fault.New(fault.Malformed, "error.utf8")
	}
	dec := json.NewDecoder(strings.NewReader(string(body)))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil {
		if _, err = dec.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("more than one value")
	}
	return fault.New(fault.Malformed, "error.json").Because(fmt.Errorf("decode body: %w", err))
}
