package clef_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"clef"
)

// Scope sets are values.
func ExampleScopeSet() {
	wanted := clef.Scopes(clef.ScopeUserReadEmail, clef.ScopeUserTopRead, "a-scope-of-tomorrow")
	for _, scope := range wanted.Without(clef.ScopeUserTopRead).Slice() {
		fmt.Println(scope)
	}
	fmt.Println(wanted.IsSubsetOf(clef.EveryScope()))
	// Output:
	// a-scope-of-tomorrow
	// user-read-email
	// false
}

// A token of the program itself, for what needs no user.
func ExampleRefreshingCredentials_RequestClientToken() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	credentials, err := clef.NewCredentials("sandbox-client", clef.WithClientSecret("sandbox-secret"),
		clef.WithAccountsURL(os.Getenv("CLEF_SANDBOX"))) // leave it out for the service itself
	if err != nil {
		log.Fatal(err)
	}
	defer credentials.Close()
	token, err := credentials.Refreshing().RequestClientToken(ctx)
	if err != nil {
		log.Fatal(err)
	}
	defer token.Close()
	accessToken, err := token.AccessToken(ctx) // ask before each request
	fmt.Println(len(accessToken) > 100, err)
	// Output: true <nil>
}

// A web server sends the user away, and has them back with a code.
func ExampleUserAuth() {
	credentials, err := clef.NewCredentials("sandbox-client", clef.WithClientSecret("sandbox-secret"),
		clef.WithRedirectURI("https://example.com/callback"), clef.WithAccountsURL(os.Getenv("CLEF_SANDBOX")))
	if err != nil {
		log.Fatal(err)
	}
	login, err := clef.NewUserAuth(credentials, clef.Scopes(clef.ScopeUserReadEmail), 0)
	if err != nil {
		log.Fatal(err)
	}
	// http.Redirect(w, r, login.URL(), http.StatusFound), and the user agrees.
	var callback *http.Request = sendUser(login.URL())

	token, err := login.RequestRefreshingTokenFromURL(callback.Context(), callback.URL.String())
	switch {
	case errors.Is(err, clef.ErrAccessDenied):
		fmt.Println("They said no.")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println(token.Scopes())
	}
	// Output: user-read-email <nil>
}

// Branch on what there is to do.
func ExampleError() {
	_, err := clef.ListenForRedirect("http://localhost:5000/callback")
	var failed *clef.Error
	if errors.As(err, &failed) {
		fmt.Println(failed.Status.Name())
		fmt.Println(failed.Remedy)
		fmt.Println(failed.RetryAfter < 0, errors.Is(err, clef.ErrInvalidRedirectURI))
	}
	// Output:
	// CLEF_STATUS_INVALID_REDIRECT_URI
	// fix settings
	// true true
}

// Keep the token in a file of your own, in place of a store.
func ExampleRefreshingToken_SetListener() {
	path := filepath.Join(os.TempDir(), fmt.Sprintf("clef-example-%d.json", os.Getpid()))
	defer os.Remove(path)
	credentials, err := clef.NewCredentials("sandbox-client", clef.WithClientSecret("sandbox-secret"),
		clef.WithAccountsURL(os.Getenv("CLEF_SANDBOX")))
	if err != nil {
		log.Fatal(err)
	}
	token, err := credentials.Refreshing().RequestClientToken(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	defer token.Close()
	err = token.SetListener(func(event clef.Event) error {
		if event.Kind != clef.EventChanged {
			return nil
		}
		text, err := event.Token.JSON()
		if err != nil {
			return err
		}
		return os.WriteFile(path, []byte(text), 0o600)
	})
	if err == nil {
		err = token.Refresh(context.Background())
	}
	if err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	saved, err := clef.TokenFromJSON(string(text), 0)
	fmt.Println(saved.TokenType, err)
	// Output: Bearer <nil>
}

// An http.RoundTripper of the program's carries the token requests too.
func ExampleNewRoundTripperSender() {
	sender, err := clef.NewRoundTripperSender(http.DefaultTransport, 10*time.Second)
	if err != nil {
		log.Fatal(err)
	}
	defer sender.Close()
	credentials, err := clef.NewCredentials("sandbox-client", clef.WithClientSecret("sandbox-secret"),
		clef.WithSender(sender), clef.WithAccountsURL(os.Getenv("CLEF_SANDBOX")))
	if err != nil {
		log.Fatal(err)
	}
	token, err := credentials.RequestClientToken(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.TokenType, token.UsesPKCE())
	// Output: Bearer false
}

// sendUser has a user agree; what their browser then asks the program is the callback.
func sendUser(url string) *http.Request {
	redirect, err := logIn(url, "approve")
	if err != nil {
		log.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodGet, redirect, nil)
	if err != nil {
		log.Fatal(err)
	}
	return request
}
