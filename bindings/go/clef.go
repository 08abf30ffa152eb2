// Package clef gets and keeps Spotify access tokens. It logs users in with their browser, asks for a program's own
// tokens, stores them, and gives an access token that is fresh each time it is asked for.
//
// It covers authorisation only. With the token, call the Web API as you like: [RefreshingToken.Client] is an
// *http.Client that sends it, and [RefreshingToken.Token] has the shape of an oauth2.TokenSource.
//
// The package binds the C library libclef, which cgo finds by pkg-config as "clef".
//
// # Waiting
//
// What waits for the service, the user or a store takes a [context.Context], and ends when that is done: its error
// is then one for which errors.Is(err, context.Canceled) or errors.Is(err, context.DeadlineExceeded) holds. Ending the
// wait never loses a refresh token: a refresh that may have reached the service is carried through, and its token kept.
// Waiting goroutines hold no thread. The work is done by a [Runtime]: one of the package's own that starts when
// something has to wait for the first time, or the one that [WithRuntime] puts into the context.
//
// # Errors
//
// What fails gives an [*Error], for errors.As, whose [Status] says what went wrong and whose [Remedy] says what to do.
// Each status is an error by itself, for errors.Is:
//
//	if errors.Is(err, clef.ErrLoginRequired) { … }
//
// # Closing
//
// What stands for something of the library has a Close, which frees it at once. It may be called any number of times,
// and while other goroutines use the object; what is used after it fails with [ErrClosed]. What is not closed is freed
// when the garbage collector finds that nobody has it any more, so Close is for programs that know better: a client
// secret and a token are wiped from the library's memory then. Strings that were handed to Go cannot be wiped.
//
// All types may be used by several goroutines at once.
package clef

// #cgo pkg-config: clef
// #cgo CFLAGS: -std=gnu11 -Wall -Wextra -Wno-unused-parameter
// #include "shim.h"
import "C"

// HeaderVersion is the version of the library that this package was compiled with, in the form of [VersionNumber].
const HeaderVersion = C.CLEF_VERSION_NUMBER

// Version is the version of the library that is loaded, such as "0.1.0".
func Version() string {
	return C.GoString(C.clef_version_string())
}

// VersionNumber is the version of the library that is loaded, as one number that grows: major × 1,000,000 + minor ×
// 1,000 + patch.
func VersionNumber() uint32 {
	return uint32(C.clef_version_number())
}

// Flags are the yes-or-no settings of calls that ask a user for authorisation. Join them with |.
type Flags uint32

const (
	// ShowDialog asks the user again even if they agreed before. Without PKCE, logins always do.
	ShowDialog Flags = C.CLEF_AUTH_SHOW_DIALOG
	// PKCE uses proof key for code exchange (RFC 7636), which needs no client secret: for programs that their users have.
	PKCE Flags = C.CLEF_AUTH_PKCE
	// NoBrowser has a login open no browser: you show its URL. See [StartLogin].
	NoBrowser Flags = C.CLEF_LOGIN_NO_BROWSER
	// OpenBrowser has [Prompt] open the login in the desktop's browser too.
	OpenBrowser Flags = C.CLEF_PROMPT_OPEN_BROWSER
)
