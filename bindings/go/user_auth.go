package clef

// #include "shim.h"
import "C"

import (
	"context"
	"unsafe"
)

// UserAuth is one login of one user, step by step: its URL, the check of its state and the exchange of its code. It is
// spent once its state has matched, whatever comes after. [Login] does all of it at once, on the user's own computer.
type UserAuth struct {
	handle *handle
}

// NewUserAuth begins a login: it makes its state, its verifier with [PKCE], and its URL. No network.
func NewUserAuth(credentials *Credentials, scopes ScopeSet, flags Flags) (*UserAuth, error) {
	return newUserAuth(func(a *arguments, auth **C.clef_user_auth, err **C.clef_error) C.clef_status {
		return C.clef_user_auth_new(a.credentials(credentials), a.set("scopes", scopes), C.uint32_t(flags), auth, err)
	})
}

// ResumeUserAuth takes up a login that was begun elsewhere, for a redirect that lands on another server. State and verifier
// are those of the login there; verifier "" is for a login without PKCE.
func ResumeUserAuth(credentials *Credentials, state, verifier string, flags Flags) (*UserAuth, error) {
	return newUserAuth(func(a *arguments, auth **C.clef_user_auth, err **C.clef_error) C.clef_status {
		return C.clef_user_auth_resume(a.credentials(credentials), a.text("state", state),
			a.optional("verifier", verifier), C.uint32_t(flags), auth, err)
	})
}

// URL is where to send the user; "" for a login that was resumed. It is for the user and no log.
func (u *UserAuth) URL() string {
	return get(u.handle, func(pointer unsafe.Pointer) string {
		return C.GoString(C.clef_user_auth_url((*C.clef_user_auth)(pointer)))
	})
}

// State is to be kept for [ResumeUserAuth]. Secret.
func (u *UserAuth) State() string {
	return get(u.handle, func(pointer unsafe.Pointer) string {
		return C.GoString(C.clef_user_auth_state((*C.clef_user_auth)(pointer)))
	})
}

// Verifier is to be kept for [ResumeUserAuth]; "" without PKCE. Secret.
func (u *UserAuth) Verifier() string {
	return get(u.handle, func(pointer unsafe.Pointer) string {
		return C.GoString(C.clef_user_auth_verifier((*C.clef_user_auth)(pointer)))
	})
}

// RequestToken verifies the state and trades the code for a token. [ErrStateMismatch] for another state, which leaves the
// login as it is; [ErrAlreadyUsed] after one that matched.
func (u *UserAuth) RequestToken(ctx context.Context, code, state string) (*Token, error) {
	return run(ctx, func(a *arguments, runtime *C.clef_runtime, ended C.uintptr_t, operation **C.clef_operation,
		err **C.clef_error) C.clef_status {
		return C.clef_go_request_token_start(u.pointer(a), a.text("code", code), a.text("state", state), runtime, ended,
			operation, err)
	}, (*operation).token)
}

// RequestTokenFromURL verifies the state in the URL that the user was redirected to, and trades its code for a token. The
// URL may be a whole one, a request target (what an [http.Handler] has as r.URL.String()) or a bare query.
//
// An error= in it is [ErrAccessDenied] where the user said no, else [ErrOAuth]; it is believed only once the state has
// matched.
func (u *UserAuth) RequestTokenFromURL(ctx context.Context, url string) (*Token, error) {
	return run(ctx, func(a *arguments, runtime *C.clef_runtime, ended C.uintptr_t, operation **C.clef_operation,
		err **C.clef_error) C.clef_status {
		return C.clef_go_request_token_from_url_start(u.pointer(a), a.text("url", url), runtime, ended, operation, err)
	}, (*operation).token)
}

// RequestRefreshingToken is [UserAuth.RequestToken] for a token that refreshes itself.
func (u *UserAuth) RequestRefreshingToken(ctx context.Context, code, state string) (*RefreshingToken, error) {
	return run(ctx, func(a *arguments, runtime *C.clef_runtime, ended C.uintptr_t, operation **C.clef_operation,
		err **C.clef_error) C.clef_status {
		return C.clef_go_request_refreshing_token_start(u.pointer(a), a.text("code", code), a.text("state", state), runtime,
			ended, operation, err)
	}, (*operation).refreshingToken)
}

// RequestRefreshingTokenFromURL is [UserAuth.RequestTokenFromURL] for a token that refreshes itself.
func (u *UserAuth) RequestRefreshingTokenFromURL(ctx context.Context, url string) (*RefreshingToken, error) {
	return run(ctx, func(a *arguments, runtime *C.clef_runtime, ended C.uintptr_t, operation **C.clef_operation,
		err **C.clef_error) C.clef_status {
		return C.clef_go_request_refreshing_token_from_url_start(u.pointer(a), a.text("url", url), runtime, ended, operation,
			err)
	}, (*operation).refreshingToken)
}

// PrepareToken is the request of [UserAuth.RequestToken], not sent yet. It verifies the state, so it spends the login.
func (u *UserAuth) PrepareToken(code, state string) (*TokenRequest, error) {
	return newRequest(func(a *arguments, request **C.clef_http_request, err **C.clef_error) C.clef_status {
		return C.clef_user_auth_prepare_token(u.pointer(a), a.text("code", code), a.text("state", state), request, err)
	})
}

// PrepareTokenFromURL is the request of [UserAuth.RequestTokenFromURL], not sent yet. It verifies the state, so it spends
// the login.
func (u *UserAuth) PrepareTokenFromURL(url string) (*TokenRequest, error) {
	return newRequest(func(a *arguments, request **C.clef_http_request, err **C.clef_error) C.clef_status {
		return C.clef_user_auth_prepare_token_from_url(u.pointer(a), a.text("url", url), request, err)
	})
}

// Close frees the login, which is wiped.
func (u *UserAuth) Close() error {
	u.handle.close()
	return nil
}

func (u *UserAuth) pointer(a *arguments) *C.clef_user_auth {
	return (*C.clef_user_auth)(a.use(u.handle))
}

func newUserAuth(make func(a *arguments, auth **C.clef_user_auth, err **C.clef_error) C.clef_status) (*UserAuth, error) {
	var auth *C.clef_user_auth
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		return make(a, &auth, err)
	})
	if err != nil {
		return nil, err
	}
	return &UserAuth{newHandle(unsafe.Pointer(auth), func(pointer unsafe.Pointer) {
		C.clef_user_auth_free((*C.clef_user_auth)(pointer))
	})}, nil
}
