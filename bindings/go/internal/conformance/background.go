package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// work is a step in the background: a goroutine with a context.
type work struct {
	cancel context.CancelFunc
	done   chan struct{}
	result any
	err    error
}

// startable are the verbs that can be begun.
var startable = map[string]func(s *step) func(ctx context.Context) (any, error){
	"access_token": func(s *step) func(context.Context) (any, error) {
		token := s.refreshing()
		return func(ctx context.Context) (any, error) { return anyOf(token.AccessToken(ctx)) }
	},
	"refresh_now": func(s *step) func(context.Context) (any, error) {
		token := s.refreshing()
		return func(ctx context.Context) (any, error) { return nil, token.Refresh(ctx) }
	},
	"send": func(s *step) func(context.Context) (any, error) {
		request := s.request()
		return func(ctx context.Context) (any, error) { return anyOf(request.Send(ctx)) }
	},
	"request_token":          requestToken,
	"request_token_from_url": requestTokenFromURL,
	"open": func(s *step) func(context.Context) (any, error) {
		store, credentials, account := s.store(), s.credentials(), s.text("account")
		return func(ctx context.Context) (any, error) { return anyOf(store.Open(ctx, credentials, account)) }
	},
	"login":         login,
	"redirect_wait": redirectWait,
}

func (s *step) start(name string) (any, error) {
	begin, ok := startable[name]
	if !ok {
		complain("there is no %s", s.verb)
	}
	s.checkArguments(verbs[name])
	play := begin(s)
	ctx, cancel := context.WithCancel(context.Background())
	w := &work{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(w.done)
		w.result, w.err = play(ctx)
	}()
	return w, nil
}

func verbWait(s *step) (any, error) {
	w := object[*work](s, "work")
	<-w.done
	return w.result, w.err
}

// anyOf has nil for the result of what failed.
func anyOf[T any](result T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return result, nil
}

// verbInAnotherProcess starts the runner again, for a fragment.
func verbInAnotherProcess(s *step) (any, error) {
	arguments := []string{s.play.scenarios, s.play.sandbox.url, s.play.directory, s.needed("fragment")}
	for name, value := range s.arguments {
		if name != "fragment" && name != "processes" {
			arguments = append(arguments, name+"="+value)
		}
	}
	outputs := make([]bytes.Buffer, s.number("processes", 1))
	errs := make([]error, len(outputs))
	var processes sync.WaitGroup
	for i := range outputs {
		command := exec.Command(os.Args[0], arguments...)
		command.Stdout, command.Stderr = &outputs[i], os.Stderr
		processes.Add(1)
		go func(i int) {
			defer processes.Done()
			errs[i] = command.Run()
		}(i)
	}
	processes.Wait()
	given := make([]string, len(outputs))
	for i := range outputs {
		if why, ok := lastLine(outputs[i].Bytes(), "FAILED "); ok {
			complain("in another process: %s", why)
		}
		if errs[i] != nil {
			complain("another process failed: %v", errs[i])
		}
		given[i], _ = lastLine(outputs[i].Bytes(), "given ")
		if given[i] != given[0] {
			complain("not all processes gave the same: %s", strings.Join(given, ", "))
		}
	}
	return orNone(given[0]), nil
}

func verbGive(s *step) (any, error) {
	fmt.Println("given " + s.needed("text"))
	return nil, nil
}
