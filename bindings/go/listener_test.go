package clef_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clef"
)

func TestListenerSaves(t *testing.T) {
	reset(t)
	token := must(clef.NewRefreshingToken(expired(userToken(t)), newCredentials()))
	defer token.Close()
	var saved, calls atomic.Value
	calls.Store(0)
	fail := true
	err := token.SetListener(func(event clef.Event) error {
		calls.Store(calls.Load().(int) + 1)
		if event.Kind != clef.EventChanged || event.Err != nil {
			t.Errorf("%v %v", event.Kind, event.Err)
		}
		if fail {
			return errors.New("the disk is full")
		}
		saved.Store(must(event.Token.JSON()))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	first := must(token.AccessToken(ctx))
	fail = false
	// What could not be saved is offered again before the next refresh.
	if err := token.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	if calls.Load() != 3 || must(token.AccessToken(ctx)) == first {
		t.Errorf("%v calls", calls.Load())
	}
	read := must(clef.TokenFromJSON(saved.Load().(string), 0))
	if read.AccessToken != must(token.AccessToken(ctx)) || !read.UsesPKCE() {
		t.Error("what is saved is another")
	}
	if err := token.SetListener(nil); err != nil {
		t.Error(err)
	}
	if err := token.Refresh(ctx); err != nil || calls.Load() != 3 {
		t.Errorf("%v, %v calls", err, calls.Load())
	}
}

func TestListenerMayUseClef(t *testing.T) {
	reset(t)
	credentials := newCredentials()
	token := must(credentials.Refreshing().RequestClientToken(ctx))
	other := must(clef.NewRefreshingToken(expired(userToken(t)), credentials))
	defer token.Close()
	defer other.Close()
	var itself, another, request, again error
	err := token.SetListener(func(clef.Event) error {
		_, itself = token.AccessToken(context.Background())
		again = token.Refresh(context.Background())
		_, another = other.AccessToken(context.Background())
		_, request = credentials.RequestClientToken(context.Background())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := token.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	expectStatus(t, itself, clef.ErrWouldBlock)
	expectStatus(t, again, clef.ErrWouldBlock)
	if another != nil || request != nil {
		t.Errorf("%v, %v", another, request)
	}
}

// While one listener takes its time, others are heard.
func TestListenerHoldsNobodyElseUp(t *testing.T) {
	reset(t)
	slow, quick := must(newCredentials().Refreshing().RequestClientToken(ctx)), must(newCredentials().Refreshing().RequestClientToken(ctx))
	defer slow.Close()
	defer quick.Close()
	begun, goOn := make(chan struct{}), make(chan struct{})
	for i := 0; i < 3; i++ {
		if err := slow.SetListener(func(clef.Event) error {
			begun <- struct{}{}
			<-goOn
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		outcome := make(chan error)
		go func() { outcome <- slow.Refresh(ctx) }()
		<-begun
		soon, cancel := context.WithTimeout(ctx, 10*time.Second)
		if err := quick.Refresh(soon); err != nil {
			t.Error(err)
		}
		cancel()
		goOn <- struct{}{}
		if err := <-outcome; err != nil {
			t.Error(err)
		}
	}
}

func TestFailuresAreHeard(t *testing.T) {
	reset(t)
	token := must(clef.NewRefreshingToken(userToken(t), newCredentials()))
	defer token.Close()
	heard := make(chan clef.Event, 9)
	if err := token.SetListener(func(event clef.Event) error { heard <- event; return nil }); err != nil {
		t.Fatal(err)
	}
	control(t, "POST", "faults", `{"kind": "respond", "status": 503}`)
	expectStatus(t, token.Refresh(ctx), clef.ErrHTTP)
	event := <-heard
	if event.Kind != clef.EventRefreshFailed || !errors.Is(event.Err, clef.ErrHTTP) || !errors.Is(token.LastError(), clef.ErrHTTP) {
		t.Errorf("%v %v", event.Kind, event.Err)
	}
	control(t, "POST", "revoke", "{}")
	expectStatus(t, token.Refresh(ctx), clef.ErrLoginRequired)
	if event := <-heard; event.Kind != clef.EventLoginRequired {
		t.Error(event.Kind)
	}
}

// A token is kept fresh without being asked, and the one that nobody has any more is let go.
func TestKeepFresh(t *testing.T) {
	reset(t)
	control(t, "POST", "settings", `{"expires_in": 2}`)
	own := must(clef.NewRuntime())
	defer own.Close()
	token := must(newCredentials().Refreshing().RequestClientToken(ctx))
	if err := own.KeepFresh(token); err != nil {
		t.Fatal(err)
	}
	await(t, "a refresh", func() bool { return count(t, "client_credentials") >= 3 })
	if err := token.StopKeepingFresh(); err != nil {
		t.Error(err)
	}
	if err := token.SetGrantWarning(-time.Second); !errors.Is(err, clef.ErrInvalidArgument) {
		t.Error(err)
	}
	control(t, "POST", "settings", `{"expires_in": 3600}`)
	left := make(chan struct{})
	func() {
		kept := must(newCredentials().Refreshing().RequestClientToken(ctx))
		if err := kept.KeepFresh(); err != nil {
			t.Error(err)
		}
		runtime.SetFinalizer(kept, func(any) { close(left) })
	}()
	await(t, "the collection of a kept token", func() bool {
		runtime.GC()
		select {
		case <-left:
			return true
		default:
			return false
		}
	})
	token.Close()
}

// What would go through the frames of the library ends the program, and says where.
func TestCallbacksThatDoNotReturn(t *testing.T) {
	ends := map[string]func(){"a panic": func() { panic("a panic") }, "runtime.Goexit": runtime.Goexit}
	if how, ok := ends[os.Getenv("CLEF_TEST_ENDS")]; ok {
		token := must(newCredentials().Refreshing().RequestClientToken(ctx))
		_ = token.SetListener(func(clef.Event) error { how(); return nil })
		_ = token.Refresh(ctx)
		return
	}
	reset(t)
	for name := range ends {
		soon, cancel := context.WithTimeout(ctx, 20*time.Second)
		program := exec.CommandContext(soon, os.Args[0], "-test.run=^"+t.Name()+"$")
		program.Env = append(os.Environ(), "CLEF_TEST_ENDS="+name)
		shown, err := program.CombinedOutput()
		if text := string(shown); err == nil || !strings.Contains(text, "panic: "+name+"\n\nin a callback of clef:") {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
		cancel()
	}
}
