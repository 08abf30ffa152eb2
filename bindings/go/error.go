package clef

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"strings"
	"time"
)

// ErrClosed is what a call gives on something that was closed, or that no constructor of this package has made.
var ErrClosed = errors.New("clef: used after Close")

// Error is why a call failed. It never repeats a secret, so it may be logged.
type Error struct {
	// Status is what went wrong. It is never 0.
	Status Status
	// Remedy is what to do about it; it can be more exact than that of the status.
	Remedy Remedy
	// Message is one line of English.
	Message string
	// OAuthError is the service's error, such as "invalid_scope" (RFC 6749 section 5.2); "" where it gave none.
	OAuthError string
	// OAuthDescription is the service's error_description; "" where it gave none. For logs: never branch on it, its words
	// change.
	OAuthDescription string
	// HTTPStatus is the HTTP status that the service answered with; 0 where there was no answer.
	HTTPStatus int
	// RetryAfter is after how long the service wants to be asked again; negative where it did not say.
	RetryAfter time.Duration

	cause error
}

// Error is the message.
func (e *Error) Error() string {
	return "clef: " + e.Message
}

// Is has errors.Is find the status.
func (e *Error) Is(target error) bool {
	status, ok := target.(Status)
	return ok && status == e.Status
}

// Unwrap gives the error of the context that ended the call; nil where none did.
func (e *Error) Unwrap() error {
	return e.cause
}

// newError is an error of this package's own.
func newError(status Status, message string) *Error {
	return &Error{Status: status, Remedy: status.Remedy(), Message: message, RetryAfter: -1}
}

// contextError is the error of a call that this context has ended.
func contextError(cause error) error {
	status := ErrCancelled
	if errors.Is(cause, context.DeadlineExceeded) {
		status = ErrTimeout
	}
	err := newError(status, cause.Error())
	err.cause = cause
	return err
}

// check takes what a call of C has said, and frees its error.
func check(status C.clef_status, err *C.clef_error) error {
	if status == C.CLEF_STATUS_OK {
		return nil
	}
	defer C.clef_error_free(err)
	if err == nil {
		return newError(Status(status), Status(status).Name())
	}
	return readError(err)
}

// readError copies an error that is borrowed; nil for none.
func readError(err *C.clef_error) error {
	if err == nil {
		return nil
	}
	retryAfter := time.Duration(-1)
	if seconds := int64(C.clef_error_retry_after(err)); seconds >= 0 {
		retryAfter = seconds2duration(seconds)
	}
	return &Error{
		Status:           Status(C.clef_error_status(err)),
		Remedy:           Remedy(C.clef_error_remedy(err)),
		Message:          C.GoString(C.clef_error_message(err)),
		OAuthError:       C.GoString(C.clef_error_oauth_error(err)),
		OAuthDescription: C.GoString(C.clef_error_oauth_description(err)),
		HTTPStatus:       int(C.clef_error_http_status(err)),
		RetryAfter:       retryAfter,
	}
}

// messageOf is what an error of the host's own code says, as the library takes it: text that is not UTF-8 would cost it its
// status.
func messageOf(err error) string {
	return strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", ""), "\uFFFD")
}

// statusOf is what an error of the host's own code says to the library: its status where it is one of this package.
func statusOf(err error, otherwise Status) Status {
	var ours *Error
	var status Status
	switch {
	case err == nil:
		return 0
	case errors.As(err, &ours) && ours.Status != 0:
		return ours.Status
	case errors.As(err, &status) && status != 0:
		return status
	case errors.Is(err, context.DeadlineExceeded):
		return ErrTimeout
	case errors.Is(err, context.Canceled):
		return ErrCancelled
	}
	return otherwise
}
