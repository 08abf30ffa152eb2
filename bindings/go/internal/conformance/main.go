// Conformance plays the scenarios of tests/conformance through the Go API. The README.md there says how.
package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"clef"
)

func main() {
	arguments := os.Args[1:]
	switch {
	case len(arguments) == 3 && arguments[0] == "bench":
		count, err := strconv.Atoi(arguments[2])
		exitIf(err)
		exitIf(bench(arguments[1], count))
	case len(arguments) >= 3:
		sections, err := readScript(arguments[0])
		exitIf(err)
		sandbox := &sandbox{arguments[1]}
		if !playScript(sections, sandbox, arguments[0], arguments[2], arguments[3:]) {
			os.Exit(1)
		}
	default:
		fmt.Fprintln(os.Stderr, "usage: conformance SCENARIOS SANDBOX DIRECTORY [NAME [ARGUMENT=VALUE...]]\n"+
			"       conformance bench SANDBOX COUNT")
		os.Exit(2)
	}
}

func exitIf(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// playScript plays all scenarios, or the section that is named; it says whether all went well.
func playScript(sections []section, sandbox *sandbox, scenarios, directory string, only []string) bool {
	isWell, isFound := true, len(only) == 0
	for _, section := range sections {
		switch {
		case len(only) == 0 && section.isFragment, len(only) > 0 && section.name != only[0]:
			continue
		case section.isFragment:
			isWell = playSection(section, newPlay(sandbox, scenarios, directory), only[1:]) && isWell
		default:
			isWell = playScenario(section, sandbox, scenarios, filepath.Join(directory, section.name)) && isWell
		}
		isFound = true
	}
	if !isFound {
		fmt.Fprintln(os.Stderr, "there is no such scenario")
	}
	return isWell && isFound
}

func playScenario(section section, sandbox *sandbox, scenarios, folder string) bool {
	_, err := sandbox.admin(http.MethodPost, "reset", "{}")
	exitIf(err)
	exitIf(os.RemoveAll(folder))
	exitIf(os.Mkdir(folder, 0o700))
	return playSection(section, newPlay(sandbox, scenarios, folder), nil)
}

// playSection says how it went, unless a fragment went well.
func playSection(section section, p *play, arguments []string) bool {
	for _, argument := range arguments {
		name, value, _ := strings.Cut(argument, "=")
		p.names[name] = value
	}
	for _, line := range section.lines {
		if complaint := p.playLine(line); complaint != "" {
			p.end()
			fmt.Printf("FAILED %s: line %d: %s\n", section.name, line.number, complaint)
			return false
		}
	}
	p.end()
	if !section.isFragment {
		fmt.Printf("ok %s\n", section.name)
	}
	return true
}

// bench prints what reading a fresh access token costs, in nanoseconds.
func bench(sandbox string, count int) error {
	ctx := context.Background()
	credentials, err := clef.NewCredentials(clientID, clef.WithClientSecret("sandbox-secret"), clef.WithAccountsURL(sandbox))
	if err != nil {
		return err
	}
	token, err := credentials.Refreshing().RequestClientToken(ctx)
	if err != nil {
		return err
	}
	best := math.Inf(1)
	for round := 0; round <= 5; round++ {
		begun := time.Now()
		for i := 0; i < count; i++ {
			if _, err := token.AccessToken(ctx); err != nil {
				return err
			}
		}
		// The first round is to warm up.
		if measured := float64(time.Since(begun).Nanoseconds()) / float64(count); round > 0 {
			best = math.Min(best, measured)
		}
	}
	fmt.Printf("nanoseconds %.1f\n", best)
	return nil
}

// lastLine is what a runner says at its end, without the marks of a terminal.
func lastLine(output []byte, prefix string) (string, bool) {
	for _, line := range bytes.Split(output, []byte("\n")) {
		if found := strings.TrimPrefix(string(line), prefix); found != string(line) {
			return found, true
		}
	}
	return "", false
}
