package clef_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"clef"
)

var ctx = context.Background()

// zoo has one of each that can be closed, and what is to fail then.
func zoo(t *testing.T) map[io.Closer]func() error {
	credentials := newCredentials()
	token := must(clef.TokenFromJSON(`{"access_token": "a", "refresh_token": "r"}`, 0))
	refreshing := must(clef.NewRefreshingToken(token, credentials))
	sender := must(clef.NewHTTPSender(clef.HTTPConfig{}))
	store := must(clef.NewFileStore(t.TempDir()))
	auth := must(clef.NewUserAuth(credentials, clef.Scopes(), 0))
	listener := must(clef.ListenForRedirect(redirectURI))
	request := must(credentials.PrepareClientToken())
	pending := must(clef.StartLogin(ctx, credentials, &clef.LoginOptions{Flags: clef.NoBrowser}))
	own := must(clef.NewRuntime())
	return map[io.Closer]func() error{
		credentials: func() error { _, err := credentials.WithRedirectURI(redirectURI); return err },
		token:       func() error { _, err := token.JSON(); return err },
		refreshing:  func() error { _, err := refreshing.AccessToken(ctx); return err },
		sender:      func() error { _, err := clef.NewRetryingSender(sender, 1, 0); return err },
		store:       func() error { _, err := store.Load(ctx, newCredentials(), ""); return err },
		auth:        func() error { _, err := auth.RequestToken(ctx, "c", "s"); return err },
		listener:    func() error { _, err := listener.Wait(ctx, ""); return err },
		request:     func() error { _, err := request.Send(ctx); return err },
		pending:     func() error { _, err := pending.URL(); return err },
		own:         func() error { _, err := newCredentials().RequestClientToken(clef.WithRuntime(ctx, own)); return err },
	}
}

func TestUseAfterCloseIsAnError(t *testing.T) {
	reset(t)
	for object, use := range zoo(t) {
		for i := 0; i < 3; i++ {
			if err := object.Close(); err != nil {
				t.Errorf("%T: %v", object, err)
			}
		}
		if err := use(); !errors.Is(err, clef.ErrClosed) {
			t.Errorf("%T gives %v after Close", object, err)
		}
	}
	// What gives no error gives nothing.
	credentials := newCredentials()
	credentials.Close()
	token := must(clef.TokenFromJSON(`{"access_token": "a", "scope": "b"}`, 0))
	token.Close()
	if credentials.ClientID() != "" || token.Scopes() != clef.Scopes() || token.IsExpiring() || token.AccessToken != "a" {
		t.Error("something is left")
	}
}

// What no constructor has made is as good as closed.
func TestZeroValuesAreClosed(t *testing.T) {
	_, err := new(clef.Credentials).RequestClientToken(ctx)
	expectClosed(t, "Credentials", err)
	_, err = new(clef.Token).JSON()
	expectClosed(t, "Token", err)
	_, err = new(clef.RefreshingToken).Token()
	expectClosed(t, "RefreshingToken", err)
	_, err = new(clef.TokenStore).Open(ctx, newCredentials(), "")
	expectClosed(t, "TokenStore", err)
	_, err = new(clef.TokenRequest).Send(ctx)
	expectClosed(t, "TokenRequest", err)
	_, err = new(clef.UserAuth).RequestTokenFromURL(ctx, "")
	expectClosed(t, "UserAuth", err)
	expectClosed(t, "LoginAttempt", new(clef.LoginAttempt).OpenBrowser())
	expectClosed(t, "Runtime", new(clef.Runtime).KeepFresh(nil))
	_, err = new(clef.PendingLogin).URL()
	expectClosed(t, "PendingLogin", err)
	expectClosed(t, "Exchange", new(clef.Exchange).Fail(clef.ErrIO, false, ""))
	_, err = clef.NewRefreshingToken(nil, nil)
	expectStatus(t, err, clef.ErrInvalidArgument)
	_, err = clef.Login(ctx, nil, nil)
	expectStatus(t, err, clef.ErrInvalidArgument)
	_, err = (&http.Client{Transport: &clef.Transport{}}).Get("https://127.0.0.1:1/")
	expectClosed(t, "Transport", err)
}

// Under -race: whoever closes does not wait for who uses, and nobody crashes.
func TestCloseRacesWithUse(t *testing.T) {
	reset(t)
	for round := 0; round < 30; round++ {
		credentials := newCredentials()
		token := must(clef.TokenFromJSON(`{"access_token": "a", "refresh_token": "r", "scope": "b"}`, 0))
		refreshing := must(clef.NewRefreshingToken(token, credentials))
		uses := []func() error{
			func() error { _, err := refreshing.AccessToken(ctx); return err },
			func() error { _, err := refreshing.Snapshot(); return err },
			func() error { return refreshing.SetListener(func(clef.Event) error { return nil }) },
			func() error { _, err := token.JSON(); return err },
			func() error { _, err := token.MissingScopes(clef.Scopes("a", "b")); return err },
			func() error { _, err := credentials.PrepareRefresh(token); return err },
			func() error { _, err := clef.NewRefreshingToken(token, credentials); return err },
			func() error { return refreshing.KeepFresh() },
			func() error { _ = refreshing.String(); _ = token.Scopes(); _ = credentials.ClientID(); return nil },
		}
		var using sync.WaitGroup
		for _, use := range uses {
			using.Add(1)
			go func(use func() error) {
				defer using.Done()
				for i := 0; i < 20; i++ {
					if err := use(); err != nil && !errors.Is(err, clef.ErrClosed) {
						t.Error(err)
					}
				}
			}(use)
		}
		for _, closer := range []io.Closer{refreshing, token, credentials, token} {
			using.Add(1)
			go func(closer io.Closer) {
				defer using.Done()
				closer.Close()
			}(closer)
		}
		using.Wait()
	}
}

// Calls that wait end as they would have.
func TestCloseWhileOneWaits(t *testing.T) {
	reset(t)
	token := must(clef.NewRefreshingToken(expired(userToken(t)), newCredentials()))
	control(t, "POST", "faults", `{"kind": "delay", "delay_ms": 500}`)
	outcome := make(chan error)
	go func() {
		_, err := token.AccessToken(ctx)
		outcome <- err
	}()
	await(t, "the request", func() bool { return count(t, "refresh_token") == 1 })
	begun := time.Now()
	token.Close()
	if waited := time.Since(begun); waited > 200*time.Millisecond {
		t.Errorf("Close takes %v", waited)
	}
	if err := <-outcome; err != nil {
		t.Error(err)
	}
}

// watched is a context that a listener looks at each millisecond where it can end, and that tells of the first look.
type watched struct {
	context.Context
	looked chan struct{}
}

func (watched) Deadline() (time.Time, bool) { return time.Unix(1, 0), true }

func (w watched) Err() error {
	select {
	case w.looked <- struct{}{}:
	default:
	}
	return w.Context.Err()
}

func TestCloseEndsTheWaitOfAListener(t *testing.T) {
	cancellable, cancel := context.WithCancel(ctx)
	defer cancel()
	for round := 0; round < 300; round++ {
		waits := watched{ctx, make(chan struct{}, 1)}
		if round > 0 {
			waits.Context = cancellable
		}
		listener := must(clef.ListenForRedirect(redirectURI))
		outcome := make(chan error)
		go func() {
			_, err := listener.Wait(waits, "")
			outcome <- err
		}()
		<-waits.looked
		// At any moment between two looks.
		time.Sleep(time.Duration(round) * 10 * time.Microsecond)
		listener.Close()
		expectStatus(t, <-outcome, clef.ErrCancelled)
		_, err := listener.Wait(waits, "")
		expectClosed(t, "Wait", err)
	}
}
