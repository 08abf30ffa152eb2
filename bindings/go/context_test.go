package clef_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"clef"
)

const slowly = `{"kind": "delay", "delay_ms": 3000}`

// A context that is done already begins nothing.
func TestContextThatIsDone(t *testing.T) {
	reset(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	credentials, store := newCredentials(), must(clef.NewFileStore(t.TempDir()))
	token := must(clef.TokenFromJSON(`{"access_token": "a", "refresh_token": "r"}`, 0))
	refreshing := must(clef.NewRefreshingToken(token, credentials))
	auth := must(clef.NewUserAuth(credentials, clef.Scopes(), 0))
	listener := must(clef.ListenForRedirect(redirectURI))
	defer listener.Close()
	request := must(credentials.PrepareClientToken())
	calls := map[string]func() error{
		"RequestClientToken": func() error { _, err := credentials.RequestClientToken(ctx); return err },
		"Send":               func() error { _, err := request.Send(ctx); return err },
		"AccessToken":        func() error { _, err := refreshing.AccessToken(ctx); return err },
		"Refresh":            func() error { return refreshing.Refresh(ctx) },
		"Invalidate":         func() error { return refreshing.Invalidate(ctx, "a") },
		"Attach":             func() error { return refreshing.Attach(ctx, store, "") },
		"RequestToken":       func() error { _, err := auth.RequestToken(ctx, "c", auth.State()); return err },
		"Wait":               func() error { _, err := listener.Wait(ctx, ""); return err },
		"Login":              func() error { _, err := clef.Login(ctx, credentials, nil); return err },
		"Prompt":             func() error { _, err := clef.Prompt(ctx, credentials, clef.Scopes(), 0); return err },
		"Open":               func() error { _, err := store.Open(ctx, credentials, ""); return err },
		"Load":               func() error { _, err := store.Load(ctx, credentials, ""); return err },
		"Save":               func() error { return store.Save(ctx, credentials, "", token) },
		"Remove":             func() error { return store.Remove(ctx, credentials, "") },
		"Accounts":           func() error { _, err := store.Accounts(ctx, credentials); return err },
	}
	for name, call := range calls {
		err := call()
		if !errors.Is(err, context.Canceled) || !errors.Is(err, clef.ErrCancelled) {
			t.Errorf("%s gives %v", name, err)
		}
	}
	if n := count(t, ""); n != 0 {
		t.Errorf("%d requests went out", n)
	}
}

func TestContextEndsTheWaiting(t *testing.T) {
	reset(t)
	control(t, "POST", "faults", slowly)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		await(t, "the request", func() bool { return count(t, "client_credentials") == 1 })
		cancel()
	}()
	begun := time.Now()
	_, err := newCredentials().RequestClientToken(ctx)
	if !errors.Is(err, context.Canceled) || time.Since(begun) > 2500*time.Millisecond {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
	expectStatus(t, err, clef.ErrCancelled)
}

func TestDeadlineEndsTheWaiting(t *testing.T) {
	reset(t)
	control(t, "POST", "faults", slowly)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err := newCredentials().RequestClientToken(ctx)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	expectStatus(t, err, clef.ErrTimeout)
}

// Who ends its waiting for a refresh takes nothing from those who go on waiting, and the refresh token is not lost.
func TestOneOfManyEndsItsWaiting(t *testing.T) {
	reset(t)
	token := must(clef.NewRefreshingToken(expired(userToken(t)), newCredentials()))
	defer token.Close()
	control(t, "POST", "faults", `{"kind": "delay", "delay_ms": 1000}`)
	ctx, cancel := context.WithCancel(context.Background())
	var asking sync.WaitGroup
	var impatient, patient error
	asking.Add(2)
	go func() {
		defer asking.Done()
		_, impatient = token.AccessToken(ctx)
	}()
	go func() {
		defer asking.Done()
		_, patient = token.AccessToken(context.Background())
	}()
	await(t, "the request", func() bool { return count(t, "refresh_token") == 1 })
	cancel()
	asking.Wait()
	if !errors.Is(impatient, context.Canceled) || patient != nil {
		t.Errorf("%v, %v", impatient, patient)
	}
	if n := count(t, "refresh_token"); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// A server's thousand goroutines wait for one request, and for no thread.
func TestWaitingHoldsNoThread(t *testing.T) {
	reset(t)
	token := must(clef.NewRefreshingToken(expired(userToken(t)), newCredentials()))
	defer token.Close()
	control(t, "POST", "faults", `{"kind": "delay", "delay_ms": 1500}`)
	var asking sync.WaitGroup
	for i := 0; i < 1000; i++ {
		asking.Add(1)
		go func() {
			defer asking.Done()
			if _, err := token.AccessToken(context.Background()); err != nil {
				t.Error(err)
			}
		}()
	}
	await(t, "the request", func() bool { return count(t, "refresh_token") == 1 })
	if threads := len(must(os.ReadDir("/proc/self/task"))); threads > 100 {
		t.Errorf("there are %d threads", threads)
	}
	asking.Wait()
	if n := count(t, "refresh_token"); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestManyInvalidateAtOnce(t *testing.T) {
	reset(t)
	token := must(newCredentials().Refreshing().RequestClientToken(context.Background()))
	defer token.Close()
	old := must(token.AccessToken(context.Background()))
	control(t, "POST", "faults", `{"kind": "delay", "delay_ms": 300}`)
	var asking sync.WaitGroup
	for i := 0; i < 300; i++ {
		asking.Add(1)
		go func() {
			defer asking.Done()
			if err := token.Invalidate(context.Background(), old); err != nil {
				t.Error(err)
			}
		}()
	}
	asking.Wait()
	if fresh := must(token.AccessToken(context.Background())); fresh == old || count(t, "client_credentials") != 2 {
		t.Errorf("%d requests", count(t, "client_credentials"))
	}
	// One that fails leaves a token that is not served.
	now := must(token.AccessToken(context.Background()))
	control(t, "POST", "faults", `{"kind": "respond", "status": 503, "times": 2}`)
	expectStatus(t, token.Invalidate(context.Background(), now), clef.ErrHTTP)
	if _, err := token.AccessToken(context.Background()); err == nil {
		t.Error("what was rejected is served")
	}
}

func TestRuntimeOfOnesOwn(t *testing.T) {
	reset(t)
	own := must(clef.NewRuntime())
	ctx := clef.WithRuntime(context.Background(), own)
	if _, err := newCredentials().RequestClientToken(ctx); err != nil {
		t.Fatal(err)
	}
	control(t, "POST", "faults", slowly)
	outcome := make(chan error)
	go func() {
		_, err := newCredentials().RequestClientToken(ctx)
		outcome <- err
	}()
	await(t, "the request", func() bool { return count(t, "client_credentials") == 2 })
	if err := own.Close(); err != nil {
		t.Error(err)
	}
	expectStatus(t, <-outcome, clef.ErrCancelled)
	_, err := newCredentials().RequestClientToken(ctx)
	expectClosed(t, "a request", err)
	if err := own.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

// A refresh on the wire is finished, as long as one waits for it.
func TestShutdownHasAnEnd(t *testing.T) {
	reset(t)
	own := must(clef.NewRuntime())
	ctx := clef.WithRuntime(context.Background(), own)
	token := must(clef.NewRefreshingToken(expired(userToken(t)), newCredentials()))
	defer token.Close()
	control(t, "POST", "faults", `{"kind": "delay", "delay_ms": 2000}`)
	outcome := make(chan error)
	go func() { outcome <- token.Refresh(ctx) }()
	await(t, "the request", func() bool { return count(t, "refresh_token") == 1 })
	short, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if err := own.Shutdown(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if err := own.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	<-outcome
	if !must(token.Snapshot()).Expiry.After(time.Now()) {
		t.Error("the refresh token is lost")
	}
}

// A listener that closes the runtime it runs in does not wait for itself.
func TestRuntimeIsClosedByItsListener(t *testing.T) {
	for name, closeOf := range map[string]func(*clef.Runtime) error{
		"Close":    (*clef.Runtime).Close,
		"Shutdown": func(own *clef.Runtime) error { return own.Shutdown(context.Background()) },
	} {
		t.Run(name, func(t *testing.T) {
			reset(t)
			own := must(clef.NewRuntime())
			ctx, cancel := context.WithTimeout(clef.WithRuntime(context.Background(), own), 10*time.Second)
			defer cancel()
			token := must(newCredentials().Refreshing().RequestClientToken(ctx))
			defer token.Close()
			if err := token.SetListener(func(clef.Event) error { return closeOf(own) }); err != nil {
				t.Fatal(err)
			}
			if err := token.Refresh(ctx); err != nil && !errors.Is(err, clef.ErrCancelled) {
				t.Error(err)
			}
			await(t, "the end of the runtime", func() bool {
				return errors.Is(token.Refresh(ctx), clef.ErrClosed)
			})
		})
	}
}
