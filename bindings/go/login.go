package clef

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"runtime/cgo"
	"time"
	"unsafe"
)

// LoginOptions are the settings of a login. The zero value, like nil, has the usual ones.
type LoginOptions struct {
	// Scopes is what the user is asked for; none where it is empty, so public data alone.
	Scopes ScopeSet
	// Flags: [PKCE], used in any case where the credentials have no client secret; [ShowDialog]; [NoBrowser].
	Flags Flags
	// Timeout is how long the user may take: 5 minutes where it is 0, for ever where it is negative.
	Timeout time.Duration
	// Browser shows the login to the user, in place of the desktop's browser: for consoles, containers, SSH. It is called
	// once a login, and no redirect is received before it returns, so it must not wait for the login. It may keep the
	// attempt, for a Cancel button or a field to paste into.
	Browser func(*LoginAttempt)
	// SuccessPage and FailurePage are what the browser shows in the end, as with [RedirectListener.SetPage].
	SuccessPage, FailurePage string
	// Store keeps the token, from before anybody sees it, for this account. The user is asked for the scopes that are stored
	// for the account beside those of the login. A token that could not be saved is not lost: the login works, and
	// [RefreshingToken.LastError] says why.
	Store   *TokenStore
	Account string
}

// Login logs a user in: it opens the browser of the desktop, receives the redirect, verifies its state, and trades its code
// for a token that refreshes itself (RFC 8252). It waits as long as the user takes; the end of ctx ends it.
//
// The redirect URI of the credentials says how the user comes back: "http://127.0.0.1[:port][/path]" and
// "http://[::1]…" are listened at, on a free port where there is none. Any other is nobody's to listen at: such a login ends
// with [LoginAttempt.Paste], which ends any login.
//
// [ErrNoBrowser] where no browser could be started; [ErrAccessDenied] where the user said no; [ErrTimeout] where nobody came
// in time.
func Login(ctx context.Context, credentials *Credentials, options *LoginOptions) (*RefreshingToken, error) {
	if options != nil && options.Browser == nil && options.Flags&NoBrowser != 0 {
		return nil, newError(ErrNoBrowser, "nobody would show the login: set Browser, or use StartLogin")
	}
	login, err := StartLogin(ctx, credentials, options)
	if err != nil {
		return nil, err
	}
	defer login.Close()
	return login.Wait(ctx)
}

// OpenOrLogin opens the token that is stored, and logs the user in where there is none that is good: what most programs do
// when they start. The options have to have a store.
func OpenOrLogin(ctx context.Context, credentials *Credentials, options *LoginOptions) (*RefreshingToken, error) {
	if options == nil || options.Store == nil {
		return nil, newError(ErrInvalidArgument, "options must have a Store")
	}
	token, err := options.Store.Open(ctx, credentials, options.Account)
	var failed *Error
	if errors.As(err, &failed) && failed.Remedy == RemedyLogIn {
		return Login(ctx, credentials, options)
	}
	return token, err
}

// PendingLogin is a login under way, for programs that show it in their own way without a function to call.
type PendingLogin struct {
	operation operation
}

// StartLogin begins what [Login] does, and returns at once. With [NoBrowser] and no Browser function, show
// [PendingLogin.URL]. The context is for the beginning and for its runtime: the login goes on after its end, until
// [PendingLogin.Cancel].
func StartLogin(ctx context.Context, credentials *Credentials, options *LoginOptions) (*PendingLogin, error) {
	if options == nil {
		options = &LoginOptions{}
	}
	settings, err := options.settings()
	if err != nil {
		return nil, err
	}
	defer C.clef_login_options_free(settings)
	o, err := begin(ctx, func(a *arguments, runtime *C.clef_runtime, ended C.uintptr_t, operation **C.clef_operation,
		err **C.clef_error) C.clef_status {
		return C.clef_go_login_start(a.credentials(credentials), a.set("scopes", options.Scopes), settings, runtime, ended,
			operation, err)
	})
	if err != nil {
		return nil, err
	}
	return &PendingLogin{*o}, nil
}

// settings copies the options for the library.
func (o *LoginOptions) settings() (*C.clef_login_options, error) {
	settings := C.clef_login_options_new()
	steps := []func(a *arguments, err **C.clef_error) C.clef_status{
		func(_ *arguments, err **C.clef_error) C.clef_status {
			return C.clef_login_options_set_flags(settings, C.uint32_t(o.Flags), err)
		},
		func(_ *arguments, err **C.clef_error) C.clef_status {
			if o.Timeout == 0 {
				return C.CLEF_STATUS_OK
			}
			return C.clef_login_options_set_timeout(settings, milliseconds(o.Timeout), err)
		},
		func(a *arguments, err **C.clef_error) C.clef_status {
			return C.clef_login_options_set_page(settings, a.optional("SuccessPage", o.SuccessPage),
				a.optional("FailurePage", o.FailurePage), err)
		},
		func(a *arguments, err **C.clef_error) C.clef_status {
			if o.Store == nil && o.Account == "" {
				return C.CLEF_STATUS_OK
			}
			var store *C.clef_token_store
			if o.Store != nil {
				store = a.store(o.Store)
			}
			return C.clef_login_options_set_store(settings, store, a.optional("Account", o.Account), err)
		},
		func(_ *arguments, err **C.clef_error) C.clef_status {
			if o.Browser == nil {
				return C.CLEF_STATUS_OK
			}
			return C.clef_go_set_browser(settings, C.uintptr_t(cgo.NewHandle(o.Browser)), err)
		},
	}
	for _, step := range steps {
		if err := call(step); err != nil {
			C.clef_login_options_free(settings)
			return nil, err
		}
	}
	return settings, nil
}

// Wait waits for the end of the login, and gives its token. The end of ctx cancels the login.
func (l *PendingLogin) Wait(ctx context.Context) (*RefreshingToken, error) {
	if err := l.operation.wait(ctx); err != nil {
		return nil, err
	}
	if err := l.operation.handle.use(); err != nil {
		return nil, err
	}
	defer l.operation.handle.done()
	return l.operation.refreshingToken()
}

// URL is where to send the user. It is for the user and no log. [ErrBusy] until the store of the login was looked at.
func (l *PendingLogin) URL() (string, error) {
	return makeText(func(a *arguments, text **C.char, err **C.clef_error) C.clef_status {
		return C.clef_operation_url(l.pointer(a), text, err)
	})
}

// Paste ends the waiting with the URL that the user was sent back to: see [LoginAttempt.Paste].
func (l *PendingLogin) Paste(url string) error {
	return call(func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_login_paste(l.pointer(a), a.text("url", url), err)
	})
}

// IsDone says whether [PendingLogin.Wait] would return at once.
func (l *PendingLogin) IsDone() bool {
	return get(l.operation.handle, func(pointer unsafe.Pointer) bool {
		return bool(C.clef_operation_is_done((*C.clef_operation)(pointer)))
	})
}

// Cancel ends the login as [ErrCancelled], within milliseconds.
func (l *PendingLogin) Cancel() {
	l.operation.cancel()
}

// Close cancels the login, where it is not done, and frees it. A token that it gave is not touched.
func (l *PendingLogin) Close() error {
	l.operation.cancel()
	l.operation.handle.close()
	return nil
}

func (l *PendingLogin) pointer(a *arguments) *C.clef_operation {
	return (*C.clef_operation)(a.use(l.operation.handle))
}

// LoginAttempt is what the Browser function of a login is handed: what to show, and how to end the waiting from elsewhere.
type LoginAttempt struct {
	handle *handle
}

// URL is where to send the user. It is for the user and no log: the state is in it.
func (l *LoginAttempt) URL() string {
	return get(l.handle, func(pointer unsafe.Pointer) string {
		return C.GoString(C.clef_login_attempt_url((*C.clef_login_attempt)(pointer)))
	})
}

// RedirectURI is where the user is sent back to, with the port that is listened on.
func (l *LoginAttempt) RedirectURI() string {
	return get(l.handle, func(pointer unsafe.Pointer) string {
		return C.GoString(C.clef_login_attempt_redirect_uri((*C.clef_login_attempt)(pointer)))
	})
}

// OpenBrowser opens the URL in the browser of the desktop, as a login without a Browser function does. It takes a second at
// most. [ErrNoBrowser] where there is none: the login goes on, and you may show the URL.
func (l *LoginAttempt) OpenBrowser() error {
	return call(func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_login_attempt_open_browser(l.pointer(a), err)
	})
}

// Paste ends the waiting with the URL that the user was sent back to: pasted, or got from the system by an app that has
// registered the scheme of the redirect URI. The redirect is waited for at the same time.
//
// The state is verified here. [ErrStateMismatch], [ErrMissingParameter] and [ErrRepeatedParameter] leave the login waiting.
func (l *LoginAttempt) Paste(url string) error {
	return call(func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_login_attempt_paste(l.pointer(a), a.text("url", url), err)
	})
}

// Cancel ends the login as [ErrCancelled], within milliseconds, unless it is done.
func (l *LoginAttempt) Cancel() {
	get(l.handle, func(pointer unsafe.Pointer) struct{} {
		C.clef_login_attempt_cancel((*C.clef_login_attempt)(pointer))
		return struct{}{}
	})
}

// Close frees the attempt; the login goes on.
func (l *LoginAttempt) Close() error {
	l.handle.close()
	return nil
}

func (l *LoginAttempt) pointer(a *arguments) *C.clef_login_attempt {
	return (*C.clef_login_attempt)(a.use(l.handle))
}

// Prompt logs a user in at the terminal: it writes the URL of the login to standard output, and reads the one that the user
// is redirected to from standard input, three times at most. Flags: [PKCE], [ShowDialog], [OpenBrowser].
//
// The end of ctx ends the waiting; the library goes on reading the line that the user is asked for.
func Prompt(ctx context.Context, credentials *Credentials, scopes ScopeSet, flags Flags) (*RefreshingToken, error) {
	return detached(ctx, func() (*RefreshingToken, error) {
		return newRefreshingToken(func(a *arguments, token **C.clef_refreshing_token, err **C.clef_error) C.clef_status {
			return C.clef_prompt_for_token(a.credentials(credentials), a.set("scopes", scopes), C.uint32_t(flags), token, err)
		})
	}, func(token *RefreshingToken) { token.Close() })
}
