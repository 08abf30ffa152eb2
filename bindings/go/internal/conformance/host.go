package main

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"clef"
)

// customSender is one of the host's own: what it was given.
type customSender struct {
	*clef.Sender
	seen *seen
}

// seen is apart from the sender, which its function must not have in it.
type seen struct {
	mutex             sync.Mutex
	count             int
	method, url, body string
}

func (c *customSender) fields() map[string]func() string {
	read := func(text func() string) func() string {
		return func() string {
			c.seen.mutex.Lock()
			defer c.seen.mutex.Unlock()
			return text()
		}
	}
	return map[string]func() string{
		"count":       read(func() string { return strconv.Itoa(c.seen.count) }),
		"last_method": read(func() string { return orNone(c.seen.method) }),
		"last_url":    read(func() string { return orNone(c.seen.url) }),
		"last_body":   read(func() string { return orNone(c.seen.body) }),
	}
}

// see takes note of a request, and gives it.
func (s *seen) see(ctx context.Context, exchange *clef.Exchange) *http.Request {
	request, err := exchange.Request(ctx)
	if err != nil {
		panic(err)
	}
	body, err := request.GetBody()
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		panic(err)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.count++
	s.method, s.url, s.body = request.Method, request.URL.String(), string(text)
	return request
}

func verbCustomSender(s *step) (any, error) {
	seen := &seen{}
	var end func(request *http.Request, exchange *clef.Exchange) error
	var carrier http.RoundTripper
	switch {
	case s.has("failure"):
		status, sent, message := statusNamed(s.text("failure")), s.flag("sent"), s.text("message")
		end = func(_ *http.Request, exchange *clef.Exchange) error { return exchange.Fail(status, sent, message) }
	case s.has("forward"):
		sender, _ := s.sender("forward")
		end = func(_ *http.Request, exchange *clef.Exchange) error { return exchange.Forward(sender) }
	case s.flag("carry"):
		carrier = &toSandbox{s.play.sandbox.url, seen}
	default:
		status, body, headers := s.answer()
		end = func(_ *http.Request, exchange *clef.Exchange) error {
			return exchange.Respond(response(status, body, headers))
		}
	}
	var sender *clef.Sender
	var err error
	if carrier != nil {
		sender, err = clef.NewRoundTripperSender(carrier, 0)
	} else {
		sender, err = clef.NewFuncSender(func(ctx context.Context, exchange *clef.Exchange) {
			if err := end(seen.see(ctx, exchange), exchange); err != nil {
				panic(err)
			}
		}, 0)
	}
	if err != nil {
		return nil, err
	}
	return &customSender{sender, seen}, nil
}

// toSandbox is a RoundTripper of a program's own, which has the sandbox in the place of the service.
type toSandbox struct {
	url  string
	seen *seen
}

func (t *toSandbox) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := request.GetBody()
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	t.seen.mutex.Lock()
	t.seen.count++
	t.seen.method, t.seen.url, t.seen.body = request.Method, request.URL.String(), string(text)
	t.seen.mutex.Unlock()
	return carry(request, t.url)
}

// carry sends a request to the sandbox, whichever service it is for.
func carry(request *http.Request, sandbox string) (*http.Response, error) {
	const service = "https://accounts.spotify.com"
	url := request.URL.String()
	if strings.HasPrefix(url, service) {
		url = sandbox + strings.TrimPrefix(url, service)
	}
	carried, err := http.NewRequestWithContext(request.Context(), request.Method, url, request.Body)
	if err != nil {
		return nil, err
	}
	carried.Header = request.Header.Clone()
	return http.DefaultTransport.RoundTrip(carried)
}

// answer is the one that the step makes up.
func (s *step) answer() (status int, body string, headers http.Header) {
	headers = http.Header{}
	for _, argument := range []string{"header", "header2"} {
		if !s.has(argument) {
			continue
		}
		name, value, ok := strings.Cut(s.text(argument), ": ")
		if !ok {
			complain("%s is no header", s.text(argument))
		}
		headers.Add(name, value)
	}
	return int(wholeNumber(s.needed("status"))), s.text("body"), headers
}

func response(status int, body string, headers http.Header) *http.Response {
	return &http.Response{StatusCode: status, Header: headers, Body: io.NopCloser(strings.NewReader(body))}
}

// listening is what was heard of a token.
type listening struct {
	mutex               sync.Mutex
	events, accessToken string
	err                 error
}

func (l *listening) hear(event clef.Event) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	kind := strings.ToUpper(strings.ReplaceAll(event.Kind.String(), " ", "_"))
	l.events = strings.TrimSpace(l.events + " " + kind)
	if event.Kind == clef.EventChanged {
		l.accessToken = event.Token.AccessToken
	}
	if event.Err != nil {
		l.err = event.Err
	}
}

func (l *listening) fields() map[string]func() string {
	read := func(text func() string) func() string {
		return func() string {
			l.mutex.Lock()
			defer l.mutex.Unlock()
			return text()
		}
	}
	return map[string]func() string{
		"events":       read(func() string { return orNone(l.events) }),
		"access_token": read(func() string { return orNone(l.accessToken) }),
		"status": read(func() string {
			if l.err == nil {
				return "none"
			}
			return statusOf(l.err)
		}),
	}
}

func verbListen(s *step) (any, error) {
	heard := &listening{}
	var answer error
	if s.has("answers") {
		if status := statusNamed(s.text("answers")); status != 0 {
			answer = status
		}
	}
	err := s.refreshing().SetListener(func(event clef.Event) error {
		heard.hear(event)
		return answer
	})
	return heard, err
}

func verbWaitForItself(s *step) (any, error) {
	ctx := context.Background()
	token, err := s.credentials().Refreshing().RequestClientToken(ctx)
	if err != nil {
		return nil, err
	}
	defer token.Close()
	var inner error
	err = token.SetListener(func(clef.Event) error {
		_, inner = token.AccessToken(ctx)
		return nil
	})
	if err == nil {
		err = token.Refresh(ctx)
	}
	if err != nil {
		return nil, err
	}
	return "", inner
}

// options are those of a login, which this user sees.
func (s *step) options() *clef.LoginOptions {
	options := &clef.LoginOptions{Scopes: s.scopes("scopes"), Flags: s.flags(), Account: s.text("account")}
	if s.has("timeout_ms") {
		options.Timeout = s.milliseconds("timeout_ms", 0)
	}
	if s.has("store") {
		options.Store = s.store()
	}
	users := &s.play.users
	switch user := s.needed("user"); user {
	case "none":
		options.Flags |= clef.NoBrowser
	case "nobody":
		options.Browser = func(*clef.LoginAttempt) {}
	case "cancel":
		options.Browser = func(attempt *clef.LoginAttempt) { attempt.Cancel() }
	case "paste":
		options.Browser = func(attempt *clef.LoginAttempt) {
			redirect, err := logIn(attempt.URL(), "approve")
			if err == nil {
				err = attempt.Paste(redirect)
			}
			if err != nil {
				panic(err)
			}
		}
	case "approve", "deny":
		options.Browser = func(attempt *clef.LoginAttempt) {
			users.Add(1)
			go func() {
				defer users.Done()
				defer attempt.Close()
				if redirect, err := logIn(attempt.URL(), user); err != nil {
					panic(err)
				} else if _, err := visit(redirect); err != nil {
					panic(err)
				}
			}()
		}
	default:
		complain("there is no user %s", user)
	}
	return options
}
