package clef

// #include "shim.h"
import "C"

// Status says what went wrong. It is an error, so that errors.Is(err, clef.ErrTimeout) asks an [*Error] for it.
//
// A later version of the library may give one that this package has no name for: go by its [Status.Remedy].
type Status int32

const (
	// ErrInvalidArgument: an argument breaks what the documentation says: text that is not UTF-8 or has a NUL, a number
	// out of range, a token of another client.
	ErrInvalidArgument Status = C.CLEF_STATUS_INVALID_ARGUMENT
	// ErrMissingClientSecret: this needs a client secret, and the credentials have none.
	ErrMissingClientSecret Status = C.CLEF_STATUS_MISSING_CLIENT_SECRET
	// ErrMissingRedirectURI: this needs a redirect URI, and the credentials have none.
	ErrMissingRedirectURI Status = C.CLEF_STATUS_MISSING_REDIRECT_URI
	// ErrInvalidRedirectURI: the service would refuse this redirect URI, or it is unsafe; the message says what to write
	// instead.
	ErrInvalidRedirectURI Status = C.CLEF_STATUS_INVALID_REDIRECT_URI
	// ErrMissingParameter: the URL has no code or no state, or an empty one.
	ErrMissingParameter Status = C.CLEF_STATUS_MISSING_PARAMETER
	// ErrRepeatedParameter: the URL has code, state or error twice.
	ErrRepeatedParameter Status = C.CLEF_STATUS_REPEATED_PARAMETER
	// ErrStateMismatch: the redirect belongs to another login, or is forged.
	ErrStateMismatch Status = C.CLEF_STATUS_STATE_MISMATCH
	// ErrAccessDenied: the user said no.
	ErrAccessDenied Status = C.CLEF_STATUS_ACCESS_DENIED
	// ErrLoginRequired: the grant is dead (revoked, or six months old), and the user has to log in again.
	ErrLoginRequired Status = C.CLEF_STATUS_LOGIN_REQUIRED
	// ErrInvalidClient: the service does not know the client id, or the client secret is wrong.
	ErrInvalidClient Status = C.CLEF_STATUS_INVALID_CLIENT
	// ErrOAuth: any other error of RFC 6749; see [Error.OAuthError].
	ErrOAuth Status = C.CLEF_STATUS_OAUTH
	// ErrHTTP: an HTTP status without an OAuth error; see [Error.HTTPStatus].
	ErrHTTP Status = C.CLEF_STATUS_HTTP
	// ErrRateLimited: the service asks you to wait; see [Error.RetryAfter].
	ErrRateLimited Status = C.CLEF_STATUS_RATE_LIMITED
	// ErrTransport: the network failed: name not found, connection refused or lost.
	ErrTransport Status = C.CLEF_STATUS_TRANSPORT
	// ErrTLS: the certificate is not trusted, is for another name, or has expired.
	ErrTLS Status = C.CLEF_STATUS_TLS
	// ErrTimeout: nothing came in time.
	ErrTimeout Status = C.CLEF_STATUS_TIMEOUT
	// ErrCancelled: it was cancelled, or its runtime was closed. Where a context did it, the error is that of the context
	// too.
	ErrCancelled Status = C.CLEF_STATUS_CANCELLED
	// ErrInvalidResponse: the service answered something that is not a token response.
	ErrInvalidResponse Status = C.CLEF_STATUS_INVALID_RESPONSE
	// ErrAlreadyUsed: this object does its work once, and has done it.
	ErrAlreadyUsed Status = C.CLEF_STATUS_ALREADY_USED
	// ErrBusy: it is not done yet, or another goroutine is at it.
	ErrBusy Status = C.CLEF_STATUS_BUSY
	// ErrWouldBlock: waiting here would wait for oneself, such as for a refresh from its own listener.
	ErrWouldBlock Status = C.CLEF_STATUS_WOULD_BLOCK
	// ErrNotFound: no token is stored for this account.
	ErrNotFound Status = C.CLEF_STATUS_NOT_FOUND
	// ErrStore: the store failed, or what is stored cannot be read; the message says where, and what to do.
	ErrStore Status = C.CLEF_STATUS_STORE
	// ErrIO: the terminal failed or has ended, or the system gave no random numbers, no thread or no port.
	ErrIO Status = C.CLEF_STATUS_IO
	// ErrAddressInUse: another program listens on that port; the message says which.
	ErrAddressInUse Status = C.CLEF_STATUS_ADDRESS_IN_USE
	// ErrNoBrowser: no browser could be started, and nobody else would show the login.
	ErrNoBrowser Status = C.CLEF_STATUS_NO_BROWSER
	// ErrUnsupported: this object or platform cannot do that.
	ErrUnsupported Status = C.CLEF_STATUS_UNSUPPORTED
	// ErrInternal: a bug in clef; the message says where. The program goes on, and so may you.
	ErrInternal Status = C.CLEF_STATUS_INTERNAL
)

// Name is the name of the status in C, "CLEF_STATUS_TIMEOUT", for logs.
func (s Status) Name() string {
	return C.GoString(C.clef_status_name(C.clef_status(s)))
}

// Error is the same as [Status.Name], so that a status can stand where an error does.
func (s Status) Error() string {
	return s.Name()
}

// Remedy says what to do about the status. That of an [*Error] can be more exact.
func (s Status) Remedy() Remedy {
	return Remedy(C.clef_status_remedy(C.clef_status(s)))
}

// Remedy says what a program can do about an error. Treat one that you do not know as [RemedyNone].
type Remedy int32

const (
	// RemedyNone: nothing: it was wanted, or it is a bug in clef.
	RemedyNone Remedy = C.CLEF_REMEDY_NONE
	// RemedyRetryLater: try again later, after [Error.RetryAfter] where that is known.
	RemedyRetryLater Remedy = C.CLEF_REMEDY_RETRY_LATER
	// RemedyLogIn: send the user through a login.
	RemedyLogIn Remedy = C.CLEF_REMEDY_LOG_IN
	// RemedyFixSettings: look at the client id, the client secret, the redirect URI, the scopes, or where tokens are
	// stored: the message says which.
	RemedyFixSettings Remedy = C.CLEF_REMEDY_FIX_SETTINGS
	// RemedyFixCall: the program calls clef wrongly: see the documentation of the call.
	RemedyFixCall Remedy = C.CLEF_REMEDY_FIX_CALL
)

// String names the remedy, for logs.
func (r Remedy) String() string {
	switch r {
	case RemedyNone:
		return "none"
	case RemedyRetryLater:
		return "retry later"
	case RemedyLogIn:
		return "log in"
	case RemedyFixSettings:
		return "fix settings"
	case RemedyFixCall:
		return "fix call"
	}
	return "unknown"
}
