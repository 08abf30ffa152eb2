package clef_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The README begins with a function of a program that works.
func TestReadmeShowsTheExample(t *testing.T) {
	readme := string(must(os.ReadFile("README.md")))
	program := string(must(os.ReadFile("examples/login/main.go")))
	_, rest, ok := strings.Cut(readme, "```go\n")
	if !ok {
		t.Fatal("there is no code")
	}
	shown, _, _ := strings.Cut(rest, "```")
	if !strings.Contains(program, "\n"+shown) {
		t.Errorf("the program is another:\n%s", shown)
	}
	if lines := strings.Count(shown, "\n"); lines > 15 {
		t.Errorf("it has %d lines", lines)
	}
	if strings.Index(readme, "```go") > 1000 {
		t.Error("it does not stand at the beginning")
	}
}

func TestExampleLogsInAndCallsTheWebAPI(t *testing.T) {
	reset(t)
	folder := t.TempDir()
	program := filepath.Join(folder, "login")
	if output, err := exec.Command("go", "build", "-o", program, "./examples/login").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	script := "#!/bin/sh\nexec '" + must(os.Executable()) + "' browse \"$1\"\n"
	if err := os.WriteFile(filepath.Join(folder, "xdg-open"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program)
	command.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"), "CLIENT_ID="+clientID,
		"ACCOUNTS_URL="+sandboxURL, "API_URL="+sandboxURL)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil || !strings.Contains(string(output), `"sandbox-user"`) {
		t.Errorf("%v: %s%s", err, output, stderr.String())
	}
}
