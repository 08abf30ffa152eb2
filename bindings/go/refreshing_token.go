package clef

// #include "shim.h"
import "C"

import (
	"context"
	"math"
	"sync"
	"time"
	"unsafe"
)

// RefreshingToken is an access token that is refreshed when it is about to expire. Any number of goroutines may ask it at
// once: one request goes out for all of them.
//
// Its Token method is that of an oauth2.TokenSource, but for the type of the token:
//
//	type source struct{ *clef.RefreshingToken }
//
//	func (s source) Token() (*oauth2.Token, error) {
//		t, err := s.RefreshingToken.Token()
//		if err != nil {
//			return nil, err
//		}
//		return &oauth2.Token{AccessToken: t.AccessToken, TokenType: t.TokenType, Expiry: t.Expiry}, nil
//	}
type RefreshingToken struct {
	handle *handle

	mutex        sync.Mutex
	invalidation *invalidation
}

// invalidation is one call of the library that several goroutines wait for.
type invalidation struct {
	accessToken string
	done        chan struct{}
	err         error
}

// NewRefreshingToken keeps a token fresh that begins as token. No network. [ErrInvalidArgument] where the token says that
// it belongs to another client id than the credentials.
func NewRefreshingToken(token *Token, credentials *Credentials) (*RefreshingToken, error) {
	return newRefreshingToken(func(a *arguments, refreshing **C.clef_refreshing_token, err **C.clef_error) C.clef_status {
		return C.clef_refreshing_token_new(a.token(token), a.credentials(credentials), refreshing, err)
	})
}

// buffers are for access tokens on their way from C.
var buffers = sync.Pool{New: func() any { return new(accessTokenBuffer) }}

type accessTokenBuffer struct {
	text   [1024]byte
	length C.size_t
}

// AccessToken is the access token, refreshed first when it has less than 60 seconds left. Secret. Ask before every
// request to the Web API, and keep no copy: unless it refreshes, this takes less than a microsecond.
//
// Where a refresh fails while the old token is still valid, it is the old token, and the next try comes after 5 seconds,
// then twice as long each time up to 5 minutes. [ErrLoginRequired] once the grant is dead: no more requests go out until
// [RefreshingToken.Refresh]. [ErrWouldBlock] in this token's own listener, while it is being refreshed.
func (t *RefreshingToken) AccessToken(ctx context.Context) (string, error) {
	if err := t.handle.use(); err != nil {
		return "", err
	}
	defer t.handle.done()
	if err := ctx.Err(); err != nil {
		return "", contextError(err)
	}
	buffer := buffers.Get().(*accessTokenBuffer)
	defer buffers.Put(buffer)
	switch C.clef_go_fresh_access_token(t.pointer(), (*C.char)(unsafe.Pointer(&buffer.text)), C.size_t(len(buffer.text)),
		&buffer.length) {
	case C.CLEF_GO_READ:
		return string(buffer.text[:buffer.length]), nil
	case C.CLEF_GO_CALLED_BACK:
		// The library knows by the thread whether this would wait for itself.
		var text *C.char
		err := call(func(_ *arguments, err **C.clef_error) C.clef_status {
			return C.clef_refreshing_token_access_token(t.pointer(), &text, err)
		})
		if err != nil {
			return "", err
		}
		return take(text), nil
	}
	return run(ctx, func(_ *arguments, runtime *C.clef_runtime, ended C.uintptr_t, operation **C.clef_operation,
		err **C.clef_error) C.clef_status {
		return C.clef_go_access_token_start(t.pointer(), runtime, ended, operation, err)
	}, (*operation).accessToken)
}

// TryAccessToken is the access token if it is at hand, as [RefreshingToken.AccessToken] would give it without a refresh.
// Secret. It never waits: [ErrWouldBlock] where the token has to be refreshed first.
func (t *RefreshingToken) TryAccessToken() (string, error) {
	return t.ask(func(token *C.clef_refreshing_token, text **C.char, err **C.clef_error) C.clef_status {
		return C.clef_refreshing_token_try_access_token(token, text, err)
	})
}

// Token is a token that is not about to expire, refreshed first where it is: the method of an oauth2.TokenSource. It waits
// as long as that takes; [RefreshingToken.AccessToken] can be told how long.
func (t *RefreshingToken) Token() (*Token, error) {
	return t.TokenContext(context.Background())
}

// TokenContext is [RefreshingToken.Token] with a context.
func (t *RefreshingToken) TokenContext(ctx context.Context) (*Token, error) {
	if _, err := t.AccessToken(ctx); err != nil {
		return nil, err
	}
	return t.Snapshot()
}

// Snapshot is the token as it is now, expired or not. No network, no waiting.
func (t *RefreshingToken) Snapshot() (*Token, error) {
	return newToken(func(a *arguments, token **C.clef_token, err **C.clef_error) C.clef_status {
		return C.clef_refreshing_token_token(a.refreshing(t), token, err)
	})
}

// Refresh refreshes now, however fresh the token is and whatever went wrong before; it joins a refresh that is under way.
// On failure the old token stays in place.
func (t *RefreshingToken) Refresh(ctx context.Context) error {
	if bool(C.clef_go_is_called_back()) {
		return call(func(a *arguments, err **C.clef_error) C.clef_status {
			return C.clef_refreshing_token_refresh(a.refreshing(t), err)
		})
	}
	_, err := run(ctx, func(a *arguments, runtime *C.clef_runtime, ended C.uintptr_t, operation **C.clef_operation,
		err **C.clef_error) C.clef_status {
		return C.clef_go_refresh_start(a.refreshing(t), runtime, ended, operation, err)
	}, func(*operation) (struct{}, error) { return struct{}{}, nil })
	return err
}

// Invalidate is to be called after the Web API answered 401 to accessToken: it refreshes if that is still the current one,
// and does nothing if the token has changed since. On failure the token stays in place, but is not served any more: the next
// call tries again. [RefreshingToken.Client] does this by itself.
func (t *RefreshingToken) Invalidate(ctx context.Context, accessToken string) error {
	if bool(C.clef_go_is_called_back()) {
		return t.invalidate(accessToken)
	}
	if err := ctx.Err(); err != nil {
		return contextError(err)
	}
	under := t.invalidationOf(accessToken)
	select {
	case <-under.done:
		return under.err
	case <-ctx.Done():
		return contextError(ctx.Err())
	}
}

// invalidationOf is the one that is under way for this access token, or a new one: one thread waits for all goroutines.
func (t *RefreshingToken) invalidationOf(accessToken string) *invalidation {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if under := t.invalidation; under != nil && under.accessToken == accessToken {
		return under
	}
	under := &invalidation{accessToken: accessToken, done: make(chan struct{})}
	t.invalidation = under
	go func() {
		under.err = t.invalidate(accessToken)
		t.mutex.Lock()
		if t.invalidation == under {
			t.invalidation = nil
		}
		t.mutex.Unlock()
		close(under.done)
	}()
	return under
}

func (t *RefreshingToken) invalidate(accessToken string) error {
	return call(func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_refreshing_token_invalidate(a.refreshing(t), a.text("accessToken", accessToken), err)
	})
}

// KeepFresh has the package's own runtime refresh the token ahead of time: see [Runtime.KeepFresh].
func (t *RefreshingToken) KeepFresh() error {
	r, err := sharedRuntime()
	if err != nil {
		return err
	}
	return r.KeepFresh(t)
}

// StopKeepingFresh ends what [RefreshingToken.KeepFresh] or [Runtime.KeepFresh] began.
func (t *RefreshingToken) StopKeepingFresh() error {
	return call(func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_refreshing_token_keep_fresh(a.refreshing(t), nil, err)
	})
}

// Attach stores the token for an account, in place of what is there, and from now on each new token before anybody sees
// it: for a token that was not opened from the store. Account "" is the one without a name.
//
// The end of ctx ends the waiting, not the storing.
func (t *RefreshingToken) Attach(ctx context.Context, store *TokenStore, account string) error {
	return detachedCall(ctx, func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_refreshing_token_attach(a.refreshing(t), a.store(store), a.optional("account", account), err)
	})
}

// Credentials are those that refresh it.
func (t *RefreshingToken) Credentials() (*Credentials, error) {
	if err := t.handle.use(); err != nil {
		return nil, err
	}
	defer t.handle.done()
	return credentialsFrom(C.clef_refreshing_token_credentials(t.pointer())), nil
}

// RefreshToken is the refresh token as it is now; "" for a client token. Secret.
func (t *RefreshingToken) RefreshToken() (string, error) {
	return t.ask(func(token *C.clef_refreshing_token, text **C.char, err **C.clef_error) C.clef_status {
		return C.clef_refreshing_token_refresh_token(token, text, err)
	})
}

// TokenType is how the token is used, as the service said it: "Bearer".
func (t *RefreshingToken) TokenType() (string, error) {
	return t.ask(func(token *C.clef_refreshing_token, text **C.char, err **C.clef_error) C.clef_status {
		return C.clef_refreshing_token_token_type(token, text, err)
	})
}

func (t *RefreshingToken) ask(question func(token *C.clef_refreshing_token, text **C.char, err **C.clef_error) C.clef_status) (string, error) {
	var text *C.char
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		return question(a.refreshing(t), &text, err)
	})
	if err != nil {
		return "", err
	}
	return take(text), nil
}

// Scopes is what the user allowed; empty for a client token.
func (t *RefreshingToken) Scopes() (ScopeSet, error) {
	return newSet(func(a *arguments, set **C.clef_scope_set, err **C.clef_error) C.clef_status {
		return C.clef_refreshing_token_scopes(a.refreshing(t), set, err)
	})
}

// UsesPKCE says whether the token comes from a login with PKCE.
func (t *RefreshingToken) UsesPKCE() bool {
	return get(t.handle, func(pointer unsafe.Pointer) bool {
		return bool(C.clef_refreshing_token_uses_pkce((*C.clef_refreshing_token)(pointer)))
	})
}

// ExpiresAt is [Never]: it refreshes itself. [RefreshingToken.Snapshot] has the times of the current token.
func (t *RefreshingToken) ExpiresAt() time.Time {
	return get(t.handle, func(pointer unsafe.Pointer) time.Time {
		return unixTime(C.clef_refreshing_token_expires_at((*C.clef_refreshing_token)(pointer)))
	})
}

// ExpiresIn is the longest duration there is: it refreshes itself.
func (t *RefreshingToken) ExpiresIn() time.Duration {
	return get(t.handle, func(pointer unsafe.Pointer) time.Duration {
		return seconds2duration(int64(C.clef_refreshing_token_expires_in((*C.clef_refreshing_token)(pointer))))
	})
}

// IsExpiring is false: it refreshes itself.
func (t *RefreshingToken) IsExpiring() bool {
	return get(t.handle, func(pointer unsafe.Pointer) bool {
		return bool(C.clef_refreshing_token_is_expiring((*C.clef_refreshing_token)(pointer)))
	})
}

// LastError says why the last refresh failed, or why its token could not be stored; nil after one that worked, and before
// the first.
func (t *RefreshingToken) LastError() error {
	var last *C.clef_error
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_refreshing_token_last_error(a.refreshing(t), &last, err)
	})
	if err != nil {
		return err
	}
	defer C.clef_error_free(last)
	return readError(last)
}

// SetGrantWarning says how long before the end of the grant the listener hears [EventGrantExpiring], in whole seconds; two
// weeks where nothing is set, 0 for never.
func (t *RefreshingToken) SetGrantWarning(before time.Duration) error {
	return call(func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_refreshing_token_set_grant_warning(a.refreshing(t), C.int64_t(math.Ceil(before.Seconds())), err)
	})
}

// Close frees the token. Calls that are under way end as they would have. Where it was the last that has the token, it is
// wiped, its listener is let go, and nobody keeps it fresh any more.
func (t *RefreshingToken) Close() error {
	t.handle.close()
	return nil
}

// String shows no secret.
func (t *RefreshingToken) String() string {
	token, err := t.Snapshot()
	if err != nil {
		return "clef.RefreshingToken{closed}"
	}
	defer token.Close()
	return "clef.RefreshingToken{" + token.String() + "}"
}

// GoString shows no secret.
func (t *RefreshingToken) GoString() string {
	return t.String()
}

// pointer is for who uses the handle.
func (t *RefreshingToken) pointer() *C.clef_refreshing_token {
	return (*C.clef_refreshing_token)(t.handle.pointer)
}

func (a *arguments) refreshing(t *RefreshingToken) *C.clef_refreshing_token {
	if t == nil {
		panic(refused{newError(ErrInvalidArgument, "token must not be nil")})
	}
	return (*C.clef_refreshing_token)(a.use(t.handle))
}

func newRefreshingToken(make func(a *arguments, token **C.clef_refreshing_token, err **C.clef_error) C.clef_status) (*RefreshingToken, error) {
	var token *C.clef_refreshing_token
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		return make(a, &token, err)
	})
	if err != nil {
		return nil, err
	}
	return &RefreshingToken{handle: newHandle(unsafe.Pointer(token), func(pointer unsafe.Pointer) {
		C.clef_refreshing_token_free((*C.clef_refreshing_token)(pointer))
	})}, nil
}

// detachedCall is a call of C that goes on where ctx ends the waiting.
func detachedCall(ctx context.Context, f func(a *arguments, err **C.clef_error) C.clef_status) error {
	_, err := detached(ctx, func() (struct{}, error) { return struct{}{}, call(f) }, func(struct{}) {})
	return err
}
