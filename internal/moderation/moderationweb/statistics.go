package moderationweb

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/fault"
	"senet/internal/httpx"
	"senet/internal/moderation"
)

// numbersView is a page of statistics.
type numbersView struct {
	moderation.Numbers
	Half   string // the half-year; "": the last thirty days
	Halves []moderation.HalfYear
	Rules  map[string]string // titles by key
	Public bool              // small numbers are not told
}

func (h *Handlers) statistics(c *fiber.Ctx) error {
	to := time.Now()
	from := to.AddDate(0, 0, -30)
	v := numbersView{Half: c.Query("half")}
	if v.Half != "" {
		half, err := readHalf(v.Half)
		if err != nil {
			return err
		}
		from, to = half.Bounds()
	}
	var err error
	if v.Numbers, err = h.moderation.Statistics(c.UserContext(), httpx.Of(c).Viewer, from, to); err != nil {
		return err
	}
	if v.Halves, err = h.moderation.HalfYears(c.UserContext()); err != nil {
		return err
	}
	return h.showNumbers(c, v)
}

func (h *Handlers) showNumbers(c *fiber.Ctx, v numbersView) error {
	rules, err := h.moderation.Rules(c.UserContext())
	if err != nil {
		return err
	}
	v.Rules = ruleNames(httpx.Of(c), rules)
	return httpx.Render(c, fiber.StatusOK, numbersPage(httpx.Of(c), v))
}

// readHalf reads "2026-H2", one that has begun.
func readHalf(s string) (moderation.HalfYear, error) {
	year, half, ok := strings.Cut(s, "-H")
	y, err1 := strconv.Atoi(year)
	n, err2 := strconv.Atoi(half)
	h := moderation.HalfYear{Year: y, Half: n}
	if !ok || err1 != nil || err2 != nil || n < 1 || n > 2 || y < 2000 || y > 9999 {
		return h, fault.New(fault.NotFound, "error.not_found")
	}
	if from, _ := h.Bounds(); from.After(time.Now()) {
		return h, fault.New(fault.NotFound, "error.not_found")
	}
	return h, nil
}

// transparency is the public report of a half-year, the one that runs without a name, as a page or as CSV.
func (h *Handlers) transparency(c *fiber.Ctx) error {
	name := c.Params("half")
	file := strings.HasSuffix(name, ".csv")
	half := moderation.HalfYearOf(time.Now())
	var err error
	if name != "" {
		if half, err = readHalf(strings.TrimSuffix(name, ".csv")); err != nil {
			return err
		}
	}
	v := numbersView{Half: half.String(), Public: true}
	if v.Numbers, err = h.moderation.Transparency(c.UserContext(), half); err != nil {
		return err
	}
	if file {
		return sendNumbers(c, v)
	}
	if v.Halves, err = h.moderation.HalfYears(c.UserContext()); err != nil {
		return err
	}
	return h.showNumbers(c, v)
}

// few is below what a number of people is told.
const few = 5

// number is a count as the page tells it: small ones are not told to everybody.
func (v numbersView) number(r *httpx.Request, n int) string {
	if v.Public && n > 0 && n < few {
		return r.T("statistics.under", "N", few)
	}
	return r.P.Number(n)
}

// share is how long the bar of n is beside the longest, in percent.
func share(n int, all []moderation.Count) string {
	longest := 1
	for _, c := range all {
		longest = max(longest, c.N)
	}
	return strconv.Itoa(max(1, 100*n/longest))
}

// weekCounts are the weeks as counts, named by their first day.
func weekCounts(r *httpx.Request, weeks []moderation.Week) (opened []moderation.Count) {
	for _, w := range weeks {
		opened = append(opened, moderation.Count{Name: r.P.Date(r.In(w.Start)), N: w.Opened})
	}
	return opened
}

// span puts seconds into words.
func span(r *httpx.Request, seconds *float64) string {
	if seconds == nil {
		return "–"
	}
	switch d := time.Duration(*seconds * float64(time.Second)); {
	case d < time.Hour:
		return r.T("statistics.minutes", "N", r.P.Number(int(d.Minutes()+0.5)))
	case d < 48*time.Hour:
		return r.T("statistics.hours", "N", r.P.Decimal(d.Hours()))
	default:
		return r.T("statistics.days", "N", r.P.Decimal(d.Hours()/24))
	}
}

// sendNumbers sends a report as CSV: table, name, number. The names are those of the API.
func sendNumbers(c *fiber.Ctx, v numbersView) error {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	number := func(n int) string {
		if n > 0 && n < few {
			return "<" + strconv.Itoa(few)
		}
		return strconv.Itoa(n)
	}
	seconds := func(s *float64) string {
		if s == nil {
			return ""
		}
		return strconv.Itoa(int(*s))
	}
	rows := [][]string{{"table", "name", "number"}, {"period", "from", v.From.Format(time.DateOnly)}, {"period", "to", v.To.Format(time.DateOnly)},
		{"cases", "opened", number(v.Times.Opened)}, {"cases", "closed", number(v.Times.Closed)},
		{"seconds", "first_look_median", seconds(v.Times.LookMedian)}, {"seconds", "decision_median", seconds(v.Times.DecideMedian)},
		{"appeals", "upheld", number(v.Upheld)}, {"appeals", "overturned", number(v.Overturned)}, {"appeals", "waiting", number(v.Waiting)},
		{"decisions_by_machine", "all", "0"}}
	rows = appendCounts(rows, "causes", v.Causes, number)
	rows = appendCounts(rows, "languages", v.Languages, number)
	rows = appendCounts(rows, "reports", v.Numbers.Rules, number)
	rows = appendCounts(rows, "decisions", v.Decisions, number)
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	c.Attachment("transparency-" + v.Half + ".csv")
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	return c.Send(out.Bytes())
}

func appendCounts(rows [][]string, table string, counts []moderation.Count, number func(int) string) [][]string {
	for _, n := range counts {
		rows = append(rows, []string{table, n.Name, number(n.N)})
	}
	return rows
}
