//go:build race

package markup

// raceEnabled: the race detector makes everything several times slower, so costs are not measured under it.
const raceEnabled = true
