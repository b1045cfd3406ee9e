package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"
)

// row is a line of the table.
type row struct {
	Case   string  `json:"case"`
	What   string  `json:"what"`
	Unit   string  `json:"unit"`
	Value  float64 `json:"value"`
	Floor  float64 `json:"floor,omitempty"`  // 0: there is none
	Ratio  float64 `json:"ratio,omitempty"`  // value ÷ floor
	Wanted string  `json:"wanted,omitempty"` // "": nobody has agreed on a bound, the row is only told
	OK     bool    `json:"ok"`
}

// against is a row that compares rounds of the hub with those of a floor: medians, and the median of the ratios,
// because noise of the machine hits both sides of a round alike.
func against(what, unit string, hub, floor []float64) row {
	ratios := make([]float64, len(hub))
	for i := range hub {
		ratios[i] = hub[i] / floor[i]
	}
	return row{What: what, Unit: unit, Value: median(hub), Floor: median(floor), Ratio: median(ratios), OK: true}
}

// atLeast wants the ratio not to be smaller.
func (r row) atLeast(ratio float64) row {
	r.Wanted, r.OK = "≥ "+shown(ratio), r.Ratio >= ratio
	return r
}

// atMost wants the hub's value not to be more than so many times the floor's.
func (r row) atMost(ratio float64) row {
	r.Wanted, r.OK = "≤ "+shown(ratio), r.Ratio <= ratio
	return r
}

// within wants the value itself not to be greater.
func (r row) within(value float64) row {
	r.Wanted, r.OK = "≤ "+shown(value)+" "+r.Unit, r.Value <= value
	return r
}

func median(xs []float64) float64 {
	if len(xs) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(xs))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// alternate runs the measures one after the other, and all of them n times: A B A B. One list a measure.
func alternate(n int, measures ...func() (float64, error)) ([][]float64, error) {
	out := make([][]float64, len(measures))
	for range n {
		for i, m := range measures {
			v, err := m()
			if err != nil {
				return nil, err
			}
			out[i] = append(out[i], v)
		}
	}
	return out, nil
}

func printTable(w io.Writer, rows []row) {
	if len(rows) == 0 {
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "case\twhat\tmeasured\tfloor\tratio\twanted\tok")
	for _, r := range rows {
		floor, ratio, wanted, ok := "–", "–", "–", ""
		if r.Floor != 0 {
			floor, ratio = shown(r.Floor)+" "+r.Unit, strconv.FormatFloat(r.Ratio, 'f', 2, 64)
		}
		if r.Wanted != "" {
			wanted, ok = r.Wanted, map[bool]string{true: "yes", false: "NO"}[r.OK]
		}
		fmt.Fprintf(t, "%s\t%s\t%s %s\t%s\t%s\t%s\t%s\n", r.Case, r.What, shown(r.Value), r.Unit, floor, ratio, wanted, ok)
	}
	t.Flush()
}

// shown is a number with as many digits as it deserves.
func shown(x float64) string {
	switch {
	case x >= 1_000_000:
		return strconv.FormatFloat(x/1e6, 'f', 2, 64) + "M"
	case x >= 10_000:
		return strconv.FormatFloat(x/1e3, 'f', 1, 64) + "k"
	case x >= 100 || x == math.Trunc(x):
		return strconv.FormatFloat(x, 'f', 0, 64)
	case x >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// keep writes the table as JSON.
func keep(file string, rows []row, short bool) error {
	doc := struct {
		At    time.Time `json:"at"`
		Go    string    `json:"go"`
		CPUs  int       `json:"cpus"`
		Short bool      `json:"short,omitempty"`
		Rows  []row     `json:"rows"`
	}{time.Now().UTC().Truncate(time.Second), runtime.Version(), runtime.NumCPU(), short, rows}
	out, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the table: %w", err)
	}
	return os.WriteFile(file, append(out, '\n'), 0o644)
}
