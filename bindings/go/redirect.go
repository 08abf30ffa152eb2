package clef

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"sync"
	"time"
	"unsafe"
)

// NewState is a new random state, URL-safe, of that many bytes, 16 to 96; 0 is 32, the usual. Secret.
func NewState(bytes int) (string, error) {
	if bytes == 0 {
		bytes = 32
	}
	return makeText(func(_ *arguments, text **C.char, err **C.clef_error) C.clef_status {
		return C.clef_gen_state(size(bytes), text, err)
	})
}

// ParseCodeFromURL is the code in the URL that a user was redirected to: a whole URL, a request target or a bare query.
// Secret. A URL with error= is [ErrAccessDenied] where the user said no, else [ErrOAuth]: verify its state before you
// believe that.
func ParseCodeFromURL(url string) (string, error) {
	return makeText(func(a *arguments, text **C.char, err **C.clef_error) C.clef_status {
		return C.clef_parse_code_from_url(a.text("url", url), text, err)
	})
}

// ParseStateFromURL is the state in the URL that a user was redirected to. Secret.
func ParseStateFromURL(url string) (string, error) {
	return makeText(func(a *arguments, text **C.char, err **C.clef_error) C.clef_status {
		return C.clef_parse_state_from_url(a.text("url", url), text, err)
	})
}

func makeText(make func(a *arguments, text **C.char, err **C.clef_error) C.clef_status) (string, error) {
	var text *C.char
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		return make(a, &text, err)
	})
	if err != nil {
		return "", err
	}
	return take(text), nil
}

// RedirectListener listens on a port of this computer for the redirect that ends a login (RFC 8252). Nobody but this
// computer can connect to it, and it answers only while [RedirectListener.Wait] waits. [Login] has one of its own.
type RedirectListener struct {
	handle *handle
	// waiting is held by the one that waits.
	waiting sync.Mutex
}

// ListenForRedirect listens at "http://127.0.0.1[:port][/path]" or "http://[::1][:port][/path]" from now until it is
// closed. Without a port, or with port 0, a free one is picked: register the URI without a port then, and log in with
// [RedirectListener.URI].
func ListenForRedirect(redirectURI string) (*RedirectListener, error) {
	var listener *C.clef_redirect_listener
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_redirect_listener_new(a.text("redirectURI", redirectURI), &listener, err)
	})
	if err != nil {
		return nil, err
	}
	return &RedirectListener{handle: newHandle(unsafe.Pointer(listener), func(pointer unsafe.Pointer) {
		C.clef_redirect_listener_free((*C.clef_redirect_listener)(pointer))
	})}, nil
}

// URI is the redirect URI to log in with: as it was given, but with the port that is listened on.
func (l *RedirectListener) URI() string {
	return get(l.handle, func(pointer unsafe.Pointer) string {
		return C.GoString(C.clef_redirect_listener_uri((*C.clef_redirect_listener)(pointer)))
	})
}

// SetPage says what the browser shows in the end: success after a login, failure after one that was refused; "" is the
// page of the library. Text that begins with < is a whole page of HTML; anything else is plain text whose first line is the
// heading.
func (l *RedirectListener) SetPage(success, failure string) error {
	return call(func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_redirect_listener_set_page(l.pointer(a), a.optional("success", success),
			a.optional("failure", failure), err)
	})
}

// A context is looked at this often while a listener waits in C.
const contextInterval = 50 * time.Millisecond

// Wait waits for the redirect, and gives its whole URL, for [UserAuth.RequestTokenFromURL] and its kin. Secret. A redirect
// with another state than expectedState is turned away, and the waiting goes on; with "" any redirect ends it, and its
// state is yours to verify.
//
// After the end of ctx you may wait again. [ErrCancelled] after [RedirectListener.Cancel], and where
// [RedirectListener.Close] ends it; [ErrBusy] while another goroutine waits.
func (l *RedirectListener) Wait(ctx context.Context, expectedState string) (string, error) {
	// For all of the waiting, so that who closes it meanwhile ends it in one way.
	if err := l.handle.use(); err != nil {
		return "", err
	}
	defer l.handle.done()
	if !l.waiting.TryLock() {
		return "", newError(ErrBusy, "another goroutine waits with this listener")
	}
	defer l.waiting.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return "", contextError(err)
		}
		url, err := l.wait(expectedState, patience(ctx))
		if !errors.Is(err, ErrTimeout) {
			return url, err
		}
	}
}

// wait is for who uses the handle.
func (l *RedirectListener) wait(expectedState string, timeout time.Duration) (string, error) {
	return makeText(func(a *arguments, text **C.char, err **C.clef_error) C.clef_status {
		return C.clef_redirect_listener_wait((*C.clef_redirect_listener)(l.handle.pointer), a.optional("expectedState", expectedState),
			milliseconds(timeout), text, err)
	})
}

// patience is how long to wait until ctx is looked at again; below 0 where it never ends.
func patience(ctx context.Context) time.Duration {
	if ctx.Done() == nil {
		return -1
	}
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		if left <= 0 {
			return time.Millisecond
		}
		if left < contextInterval {
			return left
		}
	}
	return contextInterval
}

// Cancel ends the wait that is under way, and all later ones, as [ErrCancelled].
func (l *RedirectListener) Cancel() {
	get(l.handle, func(pointer unsafe.Pointer) struct{} {
		C.clef_redirect_listener_cancel((*C.clef_redirect_listener)(pointer))
		return struct{}{}
	})
}

// Close ends a wait that is under way, and gives the port back.
func (l *RedirectListener) Close() error {
	l.Cancel()
	l.handle.close()
	return nil
}

func (l *RedirectListener) pointer(a *arguments) *C.clef_redirect_listener {
	return (*C.clef_redirect_listener)(a.use(l.handle))
}
