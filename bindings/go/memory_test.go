//go:build !race

package clef_test

import (
	"bytes"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"clef"
)

const many = 100_000

// The race detector's own memory grows, so this is for builds without it. Memory stays flat, whether what is made is closed or left to the garbage collector.
func TestMemoryStaysFlat(t *testing.T) {
	json := `{"access_token": "` + string(bytes.Repeat([]byte("a"), 200)) + `", "refresh_token": "r", "scope": "b c"}`
	credentials := newCredentials()
	for name, make := range map[string]func(){
		"tokens, closed": func() { must(clef.TokenFromJSON(json, 0)).Close() },
		"tokens, left":   func() { must(clef.TokenFromJSON(json, 0)) },
		"scope sets": func() {
			if clef.EveryScope().Without(clef.ScopeUserTopRead).Len() != 16 {
				t.Error("it is another set")
			}
		},
		"refreshing tokens with a listener, closed": func() { refreshingToken(json, credentials).Close() },
		"refreshing tokens with a listener, left":   func() { refreshingToken(json, credentials) },
	} {
		// How many are left until the next collection varies; one of them has more than 500 bytes, so that all are 50 MB.
		limit := 4 << 20
		if strings.HasSuffix(name, "left") {
			limit = 24 << 20
		}
		t.Run(name, func(t *testing.T) {
			// As much as there is between two collections is there to stay.
			repeat(many, make)
			before := residentBytes(t)
			repeat(many, make)
			if grown := residentBytes(t) - before; grown > limit {
				t.Errorf("it grows by %d KiB", grown>>10)
			}
		})
	}
}

func refreshingToken(json string, credentials *clef.Credentials) *clef.RefreshingToken {
	token := must(clef.TokenFromJSON(json, 0))
	refreshing := must(clef.NewRefreshingToken(token, credentials))
	if err := refreshing.SetListener(func(clef.Event) error { return nil }); err != nil {
		panic(err)
	}
	return refreshing
}

func repeat(times int, make func()) {
	for i := 0; i < times; i++ {
		make()
	}
}

// residentBytes are those of the process, after what nobody has any more is freed.
func residentBytes(t *testing.T) int {
	t.Helper()
	// The first collection has finalisers run, the second one collects what these let go.
	for i := 0; i < 2; i++ {
		runtime.GC()
		finalisersHaveRun()
	}
	debug.FreeOSMemory()
	fields := bytes.Fields(must(os.ReadFile("/proc/self/statm")))
	pages, err := strconv.Atoi(string(fields[1]))
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
