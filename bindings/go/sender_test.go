package clef_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clef"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

func TestRoundTripperCarriesRequests(t *testing.T) {
	reset(t)
	var seen atomic.Int32
	sender := must(clef.NewRoundTripperSender(roundTripper(func(request *http.Request) (*http.Response, error) {
		seen.Add(1)
		return http.DefaultTransport.RoundTrip(request)
	}), 0))
	defer sender.Close()
	token := must(newCredentials(clef.WithSender(sender)).RequestClientToken(ctx))
	if token.AccessToken == "" || seen.Load() != 1 {
		t.Errorf("%d requests", seen.Load())
	}
	_, err := newCredentials(clef.WithSender(sender), clef.WithClientSecret("wrong")).RequestClientToken(ctx)
	if failed := expectStatus(t, err, clef.ErrInvalidClient); failed.HTTPStatus != 400 && failed.HTTPStatus != 401 {
		t.Errorf("%+v", failed)
	}
}

func TestRoundTripperFails(t *testing.T) {
	reset(t)
	for status, carry := range map[clef.Status]roundTripper{
		clef.ErrTransport: func(*http.Request) (*http.Response, error) { return nil, errors.New("no way") },
		clef.ErrTimeout: func(*http.Request) (*http.Response, error) {
			return nil, context.DeadlineExceeded
		},
		clef.ErrCancelled: func(*http.Request) (*http.Response, error) { return nil, context.Canceled },
		clef.ErrTLS: func(request *http.Request) (*http.Response, error) {
			// The words of a system need not be UTF-8.
			return nil, fmt.Errorf("caf\xe9\x00: %w", clef.ErrTLS)
		},
		clef.ErrInvalidResponse: func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("<html>"))}, nil
		},
		clef.ErrHTTP: func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 502}, nil },
	} {
		sender := must(clef.NewRoundTripperSender(carry, 0))
		_, err := newCredentials(clef.WithSender(sender)).RequestClientToken(ctx)
		expectStatus(t, err, status)
		sender.Close()
	}
	// Of what a RoundTripper says of the request, the secrets are taken out.
	sender := must(clef.NewRoundTripperSender(roundTripper(func(request *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(request.Body)
		return nil, errors.New("cannot send " + string(body))
	}), 0))
	_, err := newCredentials(clef.WithSender(sender)).RefreshPKCEToken(ctx, "my-own-refresh-token-1")
	if err == nil || strings.Contains(err.Error(), "my-own-refresh-token-1") {
		t.Error(err)
	}
}

func TestSenderHasATimeout(t *testing.T) {
	reset(t)
	ended := make(chan struct{})
	sender := must(clef.NewFuncSender(func(ctx context.Context, exchange *clef.Exchange) {
		// The context ends with the waiting.
		<-ctx.Done()
		if err := exchange.Fail(clef.ErrIO, false, "too late"); err != nil {
			t.Error(err)
		}
		close(ended)
	}, 200*time.Millisecond))
	_, err := newCredentials(clef.WithSender(sender)).RequestClientToken(ctx)
	expectStatus(t, err, clef.ErrTimeout)
	<-ended
}

func TestExchangeEndsOnce(t *testing.T) {
	reset(t)
	builtIn := must(clef.NewHTTPSender(clef.HTTPConfig{}))
	outcome := make(chan []error, 1)
	sender := must(clef.NewFuncSender(func(ctx context.Context, exchange *clef.Exchange) {
		first := exchange.Forward(builtIn)
		_, second := exchange.Request(ctx)
		outcome <- []error{first, second, exchange.Fail(clef.ErrIO, true, ""), exchange.Forward(builtIn),
			exchange.Respond(&http.Response{StatusCode: 200})}
	}, 0))
	if _, err := newCredentials(clef.WithSender(sender)).RequestClientToken(ctx); err != nil {
		t.Fatal(err)
	}
	errs := <-outcome
	if errs[0] != nil {
		t.Error(errs[0])
	}
	for _, err := range errs[1:] {
		expectClosed(t, "an exchange", err)
	}
	silent := must(clef.NewFuncSender(func(context.Context, *clef.Exchange) {}, 0))
	_, err := newCredentials(clef.WithSender(silent)).RequestClientToken(ctx)
	expectStatus(t, err, clef.ErrTransport)
}

func TestPlatformCertificatesAreReadWhenAskedFor(t *testing.T) {
	t.Setenv("SSL_CERT_FILE", "/no/such/file")
	t.Setenv("SSL_CERT_DIR", "")
	must(clef.NewHTTPSender(clef.HTTPConfig{})).Close()
	_, err := clef.NewHTTPSender(clef.HTTPConfig{PlatformCertificates: true})
	expectStatus(t, err, clef.ErrIO)
}

func TestSettingsOfTheBuiltInSender(t *testing.T) {
	for _, config := range []clef.HTTPConfig{
		{Proxy: "nonsense"}, {CACertificates: []string{"nonsense"}}, {UserAgent: "a\nb"}, {UserAgent: "a\x00"},
	} {
		_, err := clef.NewHTTPSender(config)
		expectStatus(t, err, clef.ErrInvalidArgument)
	}
	endless := must(clef.NewHTTPSender(clef.HTTPConfig{Timeout: math.MaxInt64, ConnectTimeout: math.MaxInt64}))
	must(clef.NewRetryingSender(endless, 1, math.MaxInt64)).Close()
	endless.Close()
	reset(t)
	control(t, "POST", "faults", `{"kind": "delay", "delay_ms": 2000}`)
	sender := must(clef.NewHTTPSender(clef.HTTPConfig{Timeout: 50 * time.Millisecond, ConnectTimeout: -1}))
	_, err := newCredentials(clef.WithSender(sender)).RequestClientToken(ctx)
	expectStatus(t, err, clef.ErrTimeout)
}

// A request that the program carries itself.
func TestPreparedRequestIsCarried(t *testing.T) {
	reset(t)
	request := must(newCredentials().PrepareClientToken())
	defer request.Close()
	sentAt := time.Now()
	answer := must(http.DefaultClient.Do(must(request.HTTPRequest(ctx))))
	token := must(request.Finish(sentAt, answer))
	if token.AccessToken == "" || !request.MayRepeat() || token.Expiry.Unix() != sentAt.Unix()+3600 {
		t.Errorf("%v", token)
	}
	if _, err := request.Send(ctx); err != nil {
		t.Error(err)
	}
	_, err := request.Send(ctx)
	expectStatus(t, err, clef.ErrAlreadyUsed)
}
