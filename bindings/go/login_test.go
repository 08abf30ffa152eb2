package clef_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"testing"
	"time"

	"clef"
)

// agree has the user agree in their browser, while the login waits.
func agree(attempt *clef.LoginAttempt) {
	go func() {
		http.Get(attempt.URL() + "&sandbox_auto=approve")
	}()
}

func TestLogin(t *testing.T) {
	reset(t)
	store := must(clef.NewFileStore(t.TempDir()))
	defer store.Close()
	logins := 0
	options := &clef.LoginOptions{Scopes: clef.Scopes(clef.ScopeUserReadEmail), Store: store, Account: "anna",
		Browser: func(attempt *clef.LoginAttempt) { logins++; agree(attempt) }}
	credentials := newCredentials()
	for i := 0; i < 2; i++ {
		token, err := clef.OpenOrLogin(ctx, credentials, options)
		if err != nil {
			t.Fatal(err)
		}
		if must(token.Scopes()) != options.Scopes || token.UsesPKCE() {
			t.Errorf("%v", token)
		}
		token.Close()
	}
	if logins != 1 {
		t.Errorf("%d logins", logins)
	}
	_, err := clef.OpenOrLogin(ctx, credentials, nil)
	expectStatus(t, err, clef.ErrInvalidArgument)
}

func TestLoginIsRefused(t *testing.T) {
	reset(t)
	_, err := clef.Login(ctx, newCredentials(), &clef.LoginOptions{Browser: func(attempt *clef.LoginAttempt) {
		redirect := must(logIn(attempt.URL(), "deny"))
		if err := attempt.Paste(redirect + "x"); !errors.Is(err, clef.ErrStateMismatch) {
			t.Error(err)
		}
		if err := attempt.Paste(redirect); err != nil {
			t.Error(err)
		}
	}})
	expectStatus(t, err, clef.ErrAccessDenied)
	_, err = clef.Login(ctx, newCredentials(), &clef.LoginOptions{Flags: clef.NoBrowser})
	expectStatus(t, err, clef.ErrNoBrowser)
	_, err = clef.Login(ctx, newCredentials(), &clef.LoginOptions{Account: "without a store"})
	expectStatus(t, err, clef.ErrInvalidArgument)
}

func TestLoginEnds(t *testing.T) {
	reset(t)
	nobody := func(*clef.LoginAttempt) {}
	_, err := clef.Login(ctx, newCredentials(), &clef.LoginOptions{Browser: nobody, Timeout: 50 * time.Millisecond})
	expectStatus(t, err, clef.ErrTimeout)
	_, err = clef.Login(ctx, newCredentials(), &clef.LoginOptions{Browser: (*clef.LoginAttempt).Cancel})
	expectStatus(t, err, clef.ErrCancelled)
	// The context of a user who closes the window.
	window, cancel := context.WithCancel(ctx)
	var uri string
	_, err = clef.Login(window, newCredentials(), &clef.LoginOptions{Browser: func(attempt *clef.LoginAttempt) {
		uri = attempt.RedirectURI()
		cancel()
	}})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	// The port is free again.
	must(clef.ListenForRedirect(uri)).Close()
}

func TestPendingLogin(t *testing.T) {
	reset(t)
	login := must(clef.StartLogin(ctx, newCredentials(), &clef.LoginOptions{Flags: clef.NoBrowser | clef.PKCE}))
	defer login.Close()
	if login.IsDone() {
		t.Error("it is done")
	}
	expectStatus(t, login.Paste("nonsense"), clef.ErrMissingParameter)
	if err := login.Paste(must(logIn(must(login.URL()), "approve"))); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 2; i++ {
		token, err := login.Wait(ctx)
		if err != nil || !token.UsesPKCE() || !login.IsDone() {
			t.Fatal(err)
		}
		token.Close()
	}
}

func TestRedirectListener(t *testing.T) {
	reset(t)
	listener := must(clef.ListenForRedirect(redirectURI))
	defer listener.Close()
	if err := listener.SetPage("All is well", ""); err != nil {
		t.Error(err)
	}
	credentials := must(newCredentials().WithRedirectURI(listener.URI()))
	auth := must(clef.NewUserAuth(credentials, clef.Scopes(), clef.PKCE))
	soon, cancel := context.WithTimeout(ctx, 120*time.Millisecond)
	defer cancel()
	if _, err := listener.Wait(soon, auth.State()); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	go http.Get(auth.URL() + "&sandbox_auto=approve")
	cancellable, stop := context.WithCancel(ctx)
	defer stop()
	url, err := listener.Wait(cancellable, auth.State())
	if err != nil {
		t.Fatal(err)
	}
	token := must(auth.RequestRefreshingTokenFromURL(ctx, url))
	defer token.Close()
	elsewhere := must(clef.ResumeUserAuth(credentials, auth.State(), auth.Verifier(), 0))
	if elsewhere.URL() != "" || elsewhere.State() != auth.State() {
		t.Error("it is another login")
	}
}

// A login that is under way needs nobody to keep its runtime.
func TestLoginKeepsItsRuntime(t *testing.T) {
	reset(t)
	login := must(clef.StartLogin(clef.WithRuntime(ctx, must(clef.NewRuntime())), newCredentials(),
		&clef.LoginOptions{Flags: clef.NoBrowser}))
	defer login.Close()
	for i := 0; i < 3; i++ {
		runtime.GC()
		finalisersHaveRun()
	}
	// It is closed on a goroutine of its own, if it is.
	time.Sleep(100 * time.Millisecond)
	if login.IsDone() {
		t.Error("the login has ended")
	}
}
