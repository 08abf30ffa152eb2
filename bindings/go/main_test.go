package clef_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"clef"
)

const (
	clientID     = "sandbox-client"
	clientSecret = "sandbox-secret"
	redirectURI  = "http://127.0.0.1/callback"
)

// sandboxURL is a running clef-sandbox, from the environment.
var sandboxURL = os.Getenv("CLEF_SANDBOX")

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "browse" {
		browse(os.Args[2])
		return
	}
	if sandboxURL == "" {
		fmt.Fprintln(os.Stderr, "set CLEF_SANDBOX to the URL of a running clef-sandbox")
		os.Exit(2)
	}
	os.Exit(m.Run())
}

// browse is the browser of a desktop whose user agrees: this program, called by an xdg-open.
func browse(url string) {
	answer, err := http.Get(url + "&sandbox_auto=approve")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	answer.Body.Close()
}

// reset has the sandbox as it was started.
func reset(t testing.TB) {
	t.Helper()
	control(t, http.MethodPost, "reset", "{}")
}

func control(t testing.TB, method, what, body string) string {
	t.Helper()
	request, err := http.NewRequest(method, sandboxURL+"/sandbox/"+what, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		t.Fatalf("the sandbox answers %d %s %v", answer.StatusCode, text, err)
	}
	return string(text)
}

// count is how often a token was asked for.
func count(t testing.TB, grantType string) int {
	t.Helper()
	text := control(t, http.MethodGet, "count?path=/api/token&grant_type="+grantType, "")
	number, err := strconv.Atoi(strings.Trim(text, "{}\"count: \n"))
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// await waits until something that another goroutine or process does has happened.
func await(t testing.TB, what string, isSo func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !isSo(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s does not happen", what)
		}
	}
}

var dontFollow = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// logIn decides at an authorisation URL, and gives where the user is redirected to.
func logIn(url, decision string) (string, error) {
	answer, err := dontFollow.Get(url + "&sandbox_auto=" + decision)
	if err != nil {
		return "", err
	}
	answer.Body.Close()
	return answer.Header.Get("Location"), nil
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func newCredentials(options ...clef.CredentialsOption) *clef.Credentials {
	options = append([]clef.CredentialsOption{clef.WithClientSecret(clientSecret), clef.WithRedirectURI(redirectURI),
		clef.WithAccountsURL(sandboxURL)}, options...)
	return must(clef.NewCredentials(clientID, options...))
}

// userToken is one of a login with PKCE.
func userToken(t testing.TB, scopes ...clef.Scope) *clef.Token {
	t.Helper()
	auth := must(clef.NewUserAuth(newCredentials(), clef.Scopes(scopes...), clef.PKCE))
	defer auth.Close()
	redirect := must(logIn(auth.URL(), "approve"))
	token, err := auth.RequestTokenFromURL(context.Background(), redirect)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// expired is the same token, but to be refreshed before it is used.
func expired(token *clef.Token) *clef.Token {
	return must(clef.TokenFromJSON(`{"refresh_token": "`+token.RefreshToken+`"}`, clef.UsesPKCE))
}

func expectStatus(t testing.TB, err error, status clef.Status) *clef.Error {
	t.Helper()
	var failed *clef.Error
	if !errors.As(err, &failed) || failed.Status != status || !errors.Is(err, status) {
		t.Fatalf("%v is not %v", err, status)
	}
	return failed
}

func expectClosed(t testing.TB, what string, err error) {
	t.Helper()
	if !errors.Is(err, clef.ErrClosed) {
		t.Errorf("%s gives %v after Close", what, err)
	}
}

// finalisersHaveRun waits for one of its own: they run one after another.
func finalisersHaveRun() {
	done := make(chan struct{})
	runtime.SetFinalizer(&struct{ text [16]byte }{}, func(any) { close(done) })
	runtime.GC()
	<-done
}
