package clef_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"clef"
)

func TestClientSendsTheToken(t *testing.T) {
	reset(t)
	token := must(newCredentials().Refreshing().RequestClientToken(ctx))
	defer token.Close()
	client := token.Client(ctx)
	answer := must(client.Get(sandboxURL + "/v1/me"))
	answer.Body.Close()
	if answer.StatusCode == http.StatusUnauthorized {
		t.Fatal("it is refused")
	}
	// Another hour, and the sandbox refuses what the library takes for fresh.
	control(t, "POST", "clock", `{"advance": 7200}`)
	answer = must(client.Get(sandboxURL + "/v1/me"))
	answer.Body.Close()
	if answer.StatusCode == http.StatusUnauthorized || count(t, "client_credentials") != 2 {
		t.Errorf("%s after %d requests", answer.Status, count(t, "client_credentials"))
	}
}

// api answers 401 to the first requests, and says what it was sent.
type api struct {
	refused atomic.Int32
	bodies  chan string
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a.bodies <- r.Header.Get("Authorization") + " " + string(body)
	if a.refused.Add(-1) >= 0 {
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func TestRequestIsRepeatedOnceAfter401(t *testing.T) {
	reset(t)
	token := must(newCredentials().Refreshing().RequestClientToken(ctx))
	defer token.Close()
	old := must(token.AccessToken(ctx))
	api := &api{bodies: make(chan string, 9)}
	server := httptest.NewServer(api)
	defer server.Close()
	client := token.Client(ctx)

	api.refused.Store(1)
	answer := must(client.Post(server.URL, "text/plain", strings.NewReader("body")))
	answer.Body.Close()
	if answer.StatusCode != 200 {
		t.Error(answer.Status)
	}
	if sent := <-api.bodies; sent != "Bearer "+old+" body" {
		t.Error("the first try is another")
	}
	fresh := must(token.AccessToken(ctx))
	if sent := <-api.bodies; sent != "Bearer "+fresh+" body" || fresh == old {
		t.Error("the second try is another")
	}

	// Once: a service that refuses whatever comes is no loop.
	api.refused.Store(9)
	answer = must(client.Get(server.URL))
	answer.Body.Close()
	if answer.StatusCode != 401 || len(api.bodies) != 2 {
		t.Errorf("%s after %d tries", answer.Status, len(api.bodies))
	}

	// A body that cannot be had again is sent once; the token is refreshed for the next request.
	api.refused.Store(1)
	for len(api.bodies) > 0 {
		<-api.bodies
	}
	answer = must(client.Post(server.URL, "text/plain", io.MultiReader(strings.NewReader("body"))))
	answer.Body.Close()
	if answer.StatusCode != 401 || len(api.bodies) != 1 {
		t.Errorf("%s after %d tries", answer.Status, len(api.bodies))
	}
}

func TestTokenGoesToNobodyElse(t *testing.T) {
	reset(t)
	token := must(newCredentials().Refreshing().RequestClientToken(ctx))
	defer token.Close()
	client := token.Client(ctx)
	elsewhere := &api{bodies: make(chan string, 9)}
	other := httptest.NewServer(elsewhere)
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer server.Close()
	must(client.Get(server.URL)).Body.Close()
	if sent := <-elsewhere.bodies; sent != " " {
		t.Error("another host is sent the token")
	}
	_, err := client.Get("http://example.com/")
	expectStatus(t, err, clef.ErrInvalidArgument)

	request := must(http.NewRequest(http.MethodGet, other.URL, nil))
	request.Header.Set("Authorization", "Basic mine")
	must(client.Do(request)).Body.Close()
	if sent := <-elsewhere.bodies; sent != "Basic mine " {
		t.Errorf("what the program sends itself is %q", sent)
	}
}

func TestDeadGrantIsTheErrorOfTheRequest(t *testing.T) {
	reset(t)
	token := must(clef.NewRefreshingToken(userToken(t), newCredentials()))
	defer token.Close()
	control(t, "POST", "revoke", "{}")
	_, err := token.Client(ctx).Get(sandboxURL + "/v1/me")
	if failed := expectStatus(t, err, clef.ErrLoginRequired); failed.Remedy != clef.RemedyLogIn {
		t.Error(failed)
	}
}

// oauth2Token has the fields of golang.org/x/oauth2.Token that its clients read.
type oauth2Token struct {
	AccessToken, TokenType, RefreshToken string
}

// oauth2TokenSource is golang.org/x/oauth2.TokenSource, whose type of the token is another.
type oauth2TokenSource interface{ Token() (*oauth2Token, error) }

type source struct{ *clef.RefreshingToken }

func (s source) Token() (*oauth2Token, error) {
	t, err := s.RefreshingToken.Token()
	if err != nil {
		return nil, err
	}
	return &oauth2Token{AccessToken: t.AccessToken, TokenType: t.TokenType, RefreshToken: t.RefreshToken}, nil
}

func TestTokenIsThatOfATokenSource(t *testing.T) {
	reset(t)
	token := must(clef.NewRefreshingToken(expired(userToken(t)), newCredentials()))
	defer token.Close()
	var tokens oauth2TokenSource = source{token}
	got := must(tokens.Token())
	if got.AccessToken == "" || got.TokenType != "Bearer" || got.RefreshToken == "" {
		t.Error("it is not whole")
	}
}
