package httpx

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
)

var statuses = map[fault.Kind]int{
	fault.Internal: 500, fault.Malformed: 400, fault.Unauthorised: 401, fault.Forbidden: 403, fault.NotFound: 404,
	fault.Conflict: 409, fault.TooLarge: 413, fault.Invalid: 422, fault.TooMany: 429, fault.Unavailable: 503,
}

// Status is the HTTP status of a fault's kind.
func Status(k fault.Kind) int { return statuses[k] }

// ErrorPage draws a fault as a page. kept is what the user had typed into a form that failed, never lost.
type ErrorPage func(r *Request, status int, f *fault.Fault, kept []Kept) templ.Component

// Kept is a form field with what was typed.
type Kept struct{ Name, Value string }

// ErrorHandler is the one place where errors become answers, and the one place where they are logged.
func (k *Kit) ErrorHandler(page ErrorPage) fiber.ErrorHandler {
	return func(c *fiber.Ctx, err error) error {
		// Begin's deadline is over once Begin has returned, and a page is not drawn in a context that is over.
		c.SetUserContext(context.WithoutCancel(c.UserContext()))
		r, ok := c.Locals(requestKey{}).(*Request)
		if !ok { // an error before Begin: an unreadable or oversized request
			r = k.request(c)
		}
		f := toFault(err)
		status := statuses[f.Kind]
		var fe *fiber.Error
		if errors.As(err, &fe) && (fe.Code == fiber.StatusMethodNotAllowed || fe.Code == fiber.StatusUnsupportedMediaType) {
			status = fe.Code
		}
		if f.Kind == fault.Internal {
			k.Log.Error("request failed", "id", r.ID, "method", c.Method(), "path", c.Path(), "err", err)
		} else {
			k.Log.Log(c.UserContext(), slog.LevelDebug, "request refused", "id", r.ID, "path", c.Path(), "code", f.Key, "err", err)
		}
		RetryAfter(c, f)
		c.Response().ResetBody()
		c.Set(fiber.HeaderCacheControl, "no-store")
		if isAPI(c) {
			return c.Status(status).JSON(apiError(r, f))
		}
		if f.Kind == fault.Unauthorised && c.Method() == fiber.MethodGet {
			return c.Redirect(r.URL("/sign-in")+"?back="+url.QueryEscape(c.OriginalURL()), fiber.StatusSeeOther)
		}
		return Render(c, status, page(r, status, f, kept(c)))
	}
}

// RetryAfter says in the header when to come back, in whole seconds; nothing where f does not know. It is for pages
// that show a fault themselves; what is returned has it from ErrorHandler.
func RetryAfter(c *fiber.Ctx, f *fault.Fault) {
	if f.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
}

func toFault(err error) *fault.Fault {
	if f := fault.Of(err); f != nil {
		return f
	}
	var state interface{ SQLState() string }
	if errors.As(err, &state) && strings.HasPrefix(state.SQLState(), "22") {
		// A value that no column can hold (a NUL byte, a number out of range) came through: the caller's fault.
		return fault.New(fault.Malformed, "error.malformed").Because(err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Unavailable, "error.slow").After(5 * time.Second).Because(err)
	}
	var fe *fiber.Error
	if errors.As(err, &fe) {
		switch {
		case fe.Code == fiber.StatusNotFound:
			return fault.New(fault.NotFound, "error.not_found")
		case fe.Code == fiber.StatusMethodNotAllowed:
			return fault.New(fault.NotFound, "error.method")
		case fe.Code == fiber.StatusRequestEntityTooLarge:
			return fault.New(fault.TooLarge, "error.too_large")
		case fe.Code < 500:
			return fault.New(fault.Malformed, "error.malformed").Because(err)
		}
	}
	return fault.New(fault.Internal, "error.internal").Because(err)
}

// kept rescues what a member had typed into a form that could not be taken.
func kept(c *fiber.Ctx) []Kept {
	if c.Method() != fiber.MethodPost {
		return nil
	}
	var ks []Kept
	for _, name := range []string{"title", "body", "reason"} {
		if v, err := Field(c, name); err == nil && v != "" {
			ks = append(ks, Kept{Name: name, Value: v})
		}
	}
	return ks
}

type errorBody struct {
	Error struct {
		Code       string            `json:"code"`
		Message    string            `json:"message"`
		Fields     map[string]string `json:"fields,omitempty"`
		RetryAfter int64             `json:"retry_after_ms,omitempty"`
	} `json:"error"`
}

func apiError(r *Request, f *fault.Fault) errorBody {
	var b errorBody
	b.Error.Code = f.Key
	b.Error.Message = r.P.Message(f.Message)
	b.Error.RetryAfter = f.RetryAfter.Milliseconds()
	if len(f.Fields) > 0 {
		b.Error.Fields = make(map[string]string, len(f.Fields))
		for name, m := range f.Fields {
			b.Error.Fields[name] = r.P.Message(m)
		}
	}
	return b
}
