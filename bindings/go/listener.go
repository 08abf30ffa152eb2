package clef

// #include "shim.h"
import "C"

import "runtime/cgo"

// EventKind is what happened to a [RefreshingToken]. A later version may have more: answer those with nil.
type EventKind int32

const (
	// EventChanged: there is a new token: save it, where no store does. Unless the listener answers nil, it is offered again
	// before the next refresh.
	EventChanged EventKind = C.CLEF_EVENT_CHANGED
	// EventSaveFailed: the token store could not save the new token. It is used all the same, and saved before the next
	// refresh.
	EventSaveFailed EventKind = C.CLEF_EVENT_SAVE_FAILED
	// EventRefreshFailed: a refresh failed. A token that is still valid goes on being served.
	EventRefreshFailed EventKind = C.CLEF_EVENT_REFRESH_FAILED
	// EventLoginRequired: the grant is dead, and the user has to log in again.
	EventLoginRequired EventKind = C.CLEF_EVENT_LOGIN_REQUIRED
	// EventGrantExpiring: the grant ends soon: a good time to ask the user for another login.
	EventGrantExpiring EventKind = C.CLEF_EVENT_GRANT_EXPIRING
)

// String names the kind, for logs.
func (k EventKind) String() string {
	switch k {
	case EventChanged:
		return "changed"
	case EventSaveFailed:
		return "save failed"
	case EventRefreshFailed:
		return "refresh failed"
	case EventLoginRequired:
		return "login required"
	case EventGrantExpiring:
		return "grant expiring"
	}
	return "unknown"
}

// Event is something that happened to a [RefreshingToken].
type Event struct {
	Kind EventKind
	// Token is the new one for [EventChanged], else the one at hand. The listener may keep it.
	Token *Token
	// Err is what failed; nil where nothing did.
	Err error
}

// Listener hears what happens to a token, one event at a time. On [EventChanged] nobody else has seen the new token yet:
// save its [Token.JSON], and answer nil; an error says that you could not, and the token is offered again before the next
// refresh. It is used all the same.
//
// The refresh waits for the listener, so asking the token for its access token from here is [ErrWouldBlock]. It runs on a
// goroutine of the package's, or on one that waits in [RefreshingToken.Invalidate].
type Listener func(Event) error

// SetListener has listener hear of what happens to the token, in place of the one before; nil is nobody. It waits for a
// listener that is at work: when it returns, the one before is not running and never will again.
//
// A listener that has the token itself in it keeps it from being garbage collected: such a token is to be closed, or its
// listener set to nil.
func (t *RefreshingToken) SetListener(listener Listener) error {
	return call(func(a *arguments, err **C.clef_error) C.clef_status {
		token := a.refreshing(t)
		if listener == nil {
			return C.clef_go_set_listener(token, 0, err)
		}
		return C.clef_go_set_listener(token, C.uintptr_t(cgo.NewHandle(listener)), err)
	})
}
