package markup

import "slices"

// run is a stretch of n tokens with the same fate.
type run struct {
	op Op
	n  int
}

// shortestEdit is Myers' greedy algorithm ("An O(ND) Difference Algorithm", 1986): the script with the fewest added
// and removed tokens that turns a into b, or false when it needs more than max. Time and memory grow with the square of
// the edits, which max bounds.
func shortestEdit(a, b []string, max int) ([]run, bool) {
	if len(a) == 0 || len(b) == 0 {
		return runs(nil, Removed, len(a), Added, len(b)), true
	}
	if len(a)-len(b) > max || len(b)-len(a) > max {
		return nil, false
	}
	limit := min(max, len(a)+len(b))
	furthest := make([]int, 2*limit+3) // by diagonal, from -limit-1 to limit+1
	center := limit + 1
	var trace [][]int
	for edits := 0; edits <= limit; edits++ {
		trace = append(trace, slices.Clone(furthest[center-edits-1:center+edits+2]))
		for k := -edits; k <= edits; k += 2 {
			x := step(furthest, center, k, edits)
			y := x - k
			for x < len(a) && y < len(b) && x >= 0 && y >= 0 && a[x] == b[y] {
				x++
				y++
			}
			furthest[center+k] = x
			if x >= len(a) && y >= len(b) {
				return backtrack(trace, len(a), len(b)), true
			}
		}
	}
	return nil, false
}

// step is where diagonal k begins with that many edits: from the neighbour that got further.
func step(furthest []int, center, k, edits int) int {
	if k == -edits || k != edits && furthest[center+k-1] < furthest[center+k+1] {
		return furthest[center+k+1]
	}
	return furthest[center+k-1] + 1
}

// backtrack walks the trace from the end and writes the script in order.
func backtrack(trace [][]int, x, y int) []run {
	var script []run
	for edits := len(trace) - 1; edits > 0; edits-- {
		furthest, center := trace[edits], edits+1
		k := x - y
		down := k == -edits || k != edits && furthest[center+k-1] < furthest[center+k+1]
		from := k - 1
		if down {
			from = k + 1
		}
		fromX := furthest[center+from]
		fromY := fromX - from
		if down {
			script = runs(script, Same, x-fromX, Added, 1)
		} else {
			script = runs(script, Same, x-fromX-1, Removed, 1)
		}
		x, y = fromX, fromY
	}
	script = runs(script, Same, x, Same, 0)
	slices.Reverse(script)
	return script
}

func runs(script []run, op Op, n int, then Op, m int) []run {
	for _, r := range []run{{op, n}, {then, m}} {
		if r.n == 0 {
			continue
		}
		if last := len(script) - 1; last >= 0 && script[last].op == r.op {
			script[last].n += r.n
			continue
		}
		script = append(script, r)
	}
	return script
}

// tidy turns a lone space between two changes into part of them: "one two" → "three four" is one change, not two.
func tidy(script []run, a []string) []run {
	var out []run
	at := 0
	for i, r := range script {
		if r.op == Same && r.n == 1 && i > 0 && i+1 < len(script) && wordClass(rune(a[at][0])) == 2 && a[at][0] != '\n' {
			out = append(out, run{Removed, 1}, run{Added, 1})
		} else {
			out = append(out, r)
		}
		if r.op != Added {
			at += r.n
		}
	}
	return out
}
