package clef_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// notCalled are the functions of clef.h that this package does without, and why.
var notCalled = map[string]string{
	"clef_credentials_clone":                  "Go shares pointers",
	"clef_operation_clone":                    "Go shares pointers",
	"clef_refreshing_credentials_clone":       "Go shares pointers",
	"clef_refreshing_token_clone":             "Go shares pointers",
	"clef_scope_set_clone":                    "sets are values",
	"clef_sender_clone":                       "Go shares pointers",
	"clef_token_store_clone":                  "Go shares pointers",
	"clef_scope_set_new":                      "the zero value is the empty set",
	"clef_scope_set_of":                       "scopes are texts here, so clef_scope_set_parse makes sets of them",
	"clef_scope_set_len":                      "a set is the text of clef_scope_set_to_string, which Go counts",
	"clef_scope_set_get":                      "a set is the text of clef_scope_set_to_string, which Go splits",
	"clef_operation_wait":                     "a goroutine waits for a channel, and holds no thread",
	"clef_runtime_fd":                         "Go's own poller cannot be handed to others; a goroutine pumps",
	"clef_runtime_wake":                       "clef_runtime_close wakes the goroutine that pumps",
	"clef_runtime_new_sender":                 "senders run on goroutines of their own",
	"clef_runtime_new_store":                  "stores run on goroutines of their own",
	"clef_sender_new_polled":                  "for hosts without callbacks",
	"clef_sender_next_exchange":               "for hosts without callbacks",
	"clef_login":                              "clef_login_start, so that a context cancels it",
	"clef_refreshing_token_open":              "clef_refreshing_token_open_start, so that a context cancels it",
	"clef_http_request_send":                  "clef_http_request_start, so that a context cancels it",
	"clef_prompt_for_user_token":              "credentials and clef_prompt_for_token",
	"clef_prompt_for_pkce_token":              "credentials and clef_prompt_for_token",
	"clef_request_client_token":               "credentials and their request, so that a context cancels it",
	"clef_refresh_user_token":                 "credentials and their request, so that a context cancels it",
	"clef_refresh_pkce_token":                 "credentials and their request, so that a context cancels it",
	"clef_refreshing_credentials_new":         "RefreshingCredentials makes a refreshing token of what Credentials give",
	"clef_refreshing_credentials_free":        "RefreshingCredentials makes a refreshing token of what Credentials give",
	"clef_refreshing_credentials_credentials": "RefreshingCredentials has them",
}

// notCalledKin are the same for functions whose names begin like this.
var notCalledKin = map[string]string{
	"clef_credentials_request_":         "the prepared request and clef_http_request_start, so that a context cancels it",
	"clef_credentials_refresh":          "the prepared request and clef_http_request_start, so that a context cancels it",
	"clef_user_auth_request_":           "the same with _start, so that a context cancels it",
	"clef_refreshing_credentials_user_": "that of the credentials",
	"clef_refreshing_credentials_pkce_": "that of the credentials",
	"clef_refreshing_credentials_re":    "the prepared request and clef_refreshing_token_new, so that a context cancels it",
}

func TestEveryFunctionOfTheHeaderIsCalled(t *testing.T) {
	declared := functionsOf(t)
	if len(declared) < 190 {
		t.Fatalf("the header declares %d functions", len(declared))
	}
	called := calls(t)
	for _, function := range declared {
		_, isReasoned := reason(function)
		switch {
		case called[function] && isReasoned:
			t.Errorf("%s is called, and is said not to be", function)
		case !called[function] && !isReasoned:
			t.Errorf("%s is not called, and nothing says why", function)
		}
	}
	for function := range notCalled {
		if i := sort.SearchStrings(declared, function); i == len(declared) || declared[i] != function {
			t.Errorf("there is no %s", function)
		}
	}
}

func reason(function string) (string, bool) {
	if why, ok := notCalled[function]; ok {
		return why, true
	}
	for beginning, why := range notCalledKin {
		if strings.HasPrefix(function, beginning) && !strings.HasSuffix(function, "_start") {
			return why, true
		}
	}
	return "", false
}

// functionsOf gives what the header declares that the package is compiled with, sorted.
func functionsOf(t *testing.T) []string {
	t.Helper()
	folder, err := exec.Command("pkg-config", "--variable=includedir", "clef").Output()
	if err != nil {
		t.Fatal(err)
	}
	header, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(folder)), "clef.h"))
	if err != nil {
		t.Fatal(err)
	}
	var functions []string
	for _, match := range regexp.MustCompile(`(?m)^[a-z][a-z0-9_ ]* \*?(?:const )?\*?(clef_\w+)\(`).FindAllSubmatch(header, -1) {
		if !strings.HasPrefix(string(match[0]), "typedef") {
			functions = append(functions, string(match[1]))
		}
	}
	sort.Strings(functions)
	return functions
}

// calls are the functions of the library that the package's own files call.
func calls(t *testing.T) map[string]bool {
	t.Helper()
	called := map[string]bool{}
	for pattern, call := range map[string]string{"*.go": `C\.(clef_\w+)\(`, "*.c": `\b(clef_\w+)\(`} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range regexp.MustCompile(call).FindAllSubmatch(text, -1) {
				called[string(match[1])] = true
			}
		}
	}
	return called
}
