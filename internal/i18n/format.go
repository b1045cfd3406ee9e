package i18n

import (
	"math"
	"strconv"
	"time"

	"golang.org/x/text/number"
)

// Number groups digits as the language does.
func (p *Printer) Number(n int) string {
	if p.latinDigits && n >= 0 && n < 1000 { // no language groups these, and most numbers are such
		return strconv.Itoa(n)
	}
	return p.numbers.Sprint(n)
}

// Percent is a share of a hundred: 85%.
func (p *Printer) Percent(n int) string { return p.numbers.Sprint(number.Percent(float64(n) / 100)) }

// Decimal is a number with one decimal place, halves rounded away from zero: 3.6.
func (p *Printer) Decimal(x float64) string {
	return p.numbers.Sprint(number.Decimal(math.Round(x*10)/10, number.Scale(1)))
}

// List joins things as a sentence does: A; A and B; A, B and C. In Chinese: A、B和C.
func (p *Printer) List(things ...string) string {
	switch n := len(things); n {
	case 0:
		return ""
	case 1:
		return things[0]
	case 2:
		return p.T("list.pair", "First", things[0], "Second", things[1])
	default:
		all := things[0]
		for _, next := range things[1 : n-1] {
			all = p.T("list.more", "List", all, "Next", next)
		}
		return p.T("list.end", "List", all, "Last", things[n-1])
	}
}

// Date is the day: 23 Nov 2026, 2026年11月23日.
func (p *Printer) Date(t time.Time) string {
	year, month, day := t.Date()
	return p.form("date.day", 0).fill(func(b []byte, name string) []byte {
		switch name {
		case "Day":
			return strconv.AppendInt(b, int64(day), 10)
		case "Month":
			return append(b, p.month(month)...)
		case "Year":
			return strconv.AppendInt(b, int64(year), 10)
		}
		return nil
	})
}

func (p *Printer) month(m time.Month) string {
	return p.T([...]string{"date.month.jan", "date.month.feb", "date.month.mar", "date.month.apr", "date.month.may", "date.month.jun",
		"date.month.jul", "date.month.aug", "date.month.sep", "date.month.oct", "date.month.nov", "date.month.dec"}[m-1])
}

// Month is a month of a year: Nov 2026.
func (p *Printer) Month(t time.Time) string {
	return p.T("date.month_of", "Month", p.month(t.Month()), "Year", strconv.Itoa(t.Year()))
}

// Clock is the time of day: 14:05.
func (p *Printer) Clock(t time.Time) string {
	return p.form("date.clock", 0).fill(func(b []byte, name string) []byte {
		switch name {
		case "Hour":
			return t.AppendFormat(b, "15")
		case "Minute":
			return t.AppendFormat(b, "04")
		}
		return nil
	})
}

// DateTime is day and time with the zone's name: 23 Nov 2026, 14:05 CET. Give it a time in the viewer's zone.
func (p *Printer) DateTime(t time.Time) string {
	return p.T("date.moment", "Date", p.Date(t), "Clock", p.Clock(t), "Zone", t.Format("MST"))
}

// Ago is the time since t in one rounded unit: "3 minutes ago"; past a month it is the date.
func (p *Printer) Ago(t, now time.Time) string {
	switch d := now.Sub(t); {
	case d < time.Minute:
		return p.T("time.now")
	case d < time.Hour:
		return p.N("time.minutes_ago", int(d/time.Minute))
	case d < 24*time.Hour:
		return p.N("time.hours_ago", int(d/time.Hour))
	case d < 31*24*time.Hour:
		return p.N("time.days_ago", int(d/(24*time.Hour)))
	default:
		return p.Date(t)
	}
}

// Weekday is the day with its weekday: Mon 23 Nov 2026, 2026年11月23日（周一）.
func (p *Printer) Weekday(t time.Time) string {
	return p.T("date.weekday_day", "Date", p.Date(t), "Weekday", p.T([...]string{"date.weekday.sun", "date.weekday.mon", "date.weekday.tue",
		"date.weekday.wed", "date.weekday.thu", "date.weekday.fri", "date.weekday.sat"}[t.Weekday()]))
}
