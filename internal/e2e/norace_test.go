//go:build !race

package e2e

// race builds the hub as the tests are built.
const race = false
