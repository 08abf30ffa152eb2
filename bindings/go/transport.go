package clef

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
)

// Transport sends requests to the Web API with an access token that is fresh: it is an [http.RoundTripper]. After a 401 it
// has the token refreshed and sends the request once more, where its body can be had again (it has none, or GetBody).
//
// The token goes to the host that the program has asked, over https or to a loopback address, and not to another host
// that this one redirects to. A request that brings an Authorization header of its own is sent as it is.
type Transport struct {
	// Token gives the access token.
	Token *RefreshingToken
	// Base carries the requests; nil is [http.DefaultTransport].
	Base http.RoundTripper
}

// Client is an [http.Client] that sends requests with the access token of t, by a [Transport]. It is yours to change. The
// token of a refresh, where one is needed, is waited for as long as the request's own context lets it, with the runtime of
// ctx.
func (t *RefreshingToken) Client(ctx context.Context) *http.Client {
	transport := http.RoundTripper(&Transport{Token: t})
	if r, ok := ctx.Value(runtimeKey{}).(*Runtime); ok {
		transport = &runtimeTransport{r, transport}
	}
	return &http.Client{Transport: transport}
}

// runtimeTransport has requests wait for the work of a runtime.
type runtimeTransport struct {
	runtime *Runtime
	next    http.RoundTripper
}

func (t *runtimeTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	return t.next.RoundTrip(request.WithContext(WithRuntime(request.Context(), t.runtime)))
}

// RoundTrip sends the request.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Header.Get("Authorization") != "" || isRedirectedElsewhere(request) {
		return t.base().RoundTrip(request)
	}
	if t.Token == nil {
		return nil, refuse(request, ErrClosed)
	}
	if !isPrivate(request) {
		return nil, refuse(request, newError(ErrInvalidArgument,
			"an access token is sent over https only, or to a loopback address"))
	}
	ctx := request.Context()
	accessToken, err := t.Token.AccessToken(ctx)
	if err != nil {
		return nil, refuse(request, err)
	}
	answer, err := t.base().RoundTrip(authorised(request, request.Body, accessToken))
	if err != nil || answer.StatusCode != http.StatusUnauthorized {
		return answer, err
	}
	body, ok := bodyAgain(request)
	if !ok {
		// Whoever asks next is better off.
		_ = t.Token.Invalidate(ctx, accessToken)
		return answer, nil
	}
	if err := t.Token.Invalidate(ctx, accessToken); err != nil {
		closeBody(body)
		var ours *Error
		if errors.As(err, &ours) && ours.Remedy == RemedyLogIn {
			closeBody(answer.Body)
			return nil, err
		}
		return answer, nil
	}
	fresh, err := t.Token.AccessToken(ctx)
	if err != nil || fresh == accessToken {
		closeBody(body)
		return answer, nil
	}
	// So that the connection can be used again.
	_, _ = io.CopyN(io.Discard, answer.Body, 4096)
	closeBody(answer.Body)
	return t.base().RoundTrip(authorised(request, body, fresh))
}

func (t *Transport) base() http.RoundTripper {
	if t.Base != nil {
		return t.Base
	}
	return http.DefaultTransport
}

// authorised is a copy, since a RoundTripper must not change a request.
func authorised(request *http.Request, body io.ReadCloser, accessToken string) *http.Request {
	copied := request.Clone(request.Context())
	copied.Body = body
	copied.Header.Set("Authorization", "Bearer "+accessToken)
	return copied
}

// refuse closes the body, as a RoundTripper has to.
func refuse(request *http.Request, err error) error {
	closeBody(request.Body)
	return err
}

func closeBody(body io.Closer) {
	if body != nil {
		_ = body.Close()
	}
}

// bodyAgain is the body of a request that was sent already.
func bodyAgain(request *http.Request) (io.ReadCloser, bool) {
	if request.Body == nil || request.Body == http.NoBody {
		return request.Body, true
	}
	if request.GetBody == nil {
		return nil, false
	}
	body, err := request.GetBody()
	return body, err == nil
}

// isRedirectedElsewhere says whether another host than the program asked has sent the client here.
func isRedirectedElsewhere(request *http.Request) bool {
	first := request
	for first.Response != nil && first.Response.Request != nil {
		first = first.Response.Request
	}
	return !strings.EqualFold(first.URL.Host, request.URL.Host) || first.URL.Scheme != request.URL.Scheme
}

func isPrivate(request *http.Request) bool {
	if request.URL.Scheme == "https" {
		return true
	}
	host := request.URL.Hostname()
	ip := net.ParseIP(host)
	return request.URL.Scheme == "http" && (host == "localhost" || ip != nil && ip.IsLoopback())
}
