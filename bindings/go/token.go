package clef

// #include "shim.h"
import "C"

import (
	"encoding/json"
	"fmt"
	"time"
	"unsafe"
)

// hidden stands where a secret would be printed.
const hidden = "***"

// Token is an access token of the program or of a user, as it was at one time. Its exported fields are those of
// oauth2.Token; they are copies, and changing them changes nothing else.
//
// It prints without its secrets, also with %+v and %#v and as JSON. [Token.JSON] is what to save.
type Token struct {
	// AccessToken is for the header "Authorization: Bearer …"; "" where only the refresh token is known. Secret.
	AccessToken string
	// TokenType is how the token is used, as the service said it: "Bearer".
	TokenType string
	// RefreshToken is "" for a client token. Secret.
	RefreshToken string
	// Expiry is when the token expires, in whole seconds.
	Expiry time.Time

	handle *handle
}

// TokenFlags are the yes-or-no settings of calls that read a token.
type TokenFlags uint32

// UsesPKCE says that a token comes from a login with PKCE, where what is read does not say so itself.
const UsesPKCE TokenFlags = C.CLEF_TOKEN_USES_PKCE

// TokenFromJSON reads a token response of the service, a token that [Token.JSON] gave, or the .cache file of spotipy, a
// library for Python.
//
// A response lives for its expires_in from now on; what was saved expires at the earlier of that and its saved expires_at.
// With a refresh_token alone it has expired, and is refreshed before it is used.
func TokenFromJSON(json string, flags TokenFlags) (*Token, error) {
	return newToken(func(a *arguments, token **C.clef_token, err **C.clef_error) C.clef_status {
		return C.clef_token_from_json(a.text("json", json), C.uint32_t(flags), token, err)
	})
}

// TokenFromTekoreConfig reads the refresh token from the text of a configuration file of tekore, a library for Python.
// Section "" is tekore's own, DEFAULT.
func TokenFromTekoreConfig(config, section string, flags TokenFlags) (*Token, error) {
	return newToken(func(a *arguments, token **C.clef_token, err **C.clef_error) C.clef_status {
		return C.clef_token_from_tekore_config(a.text("config", config), a.optional("section", section),
			C.uint32_t(flags), token, err)
	})
}

// JSON is the token on one line, to be saved and read by [TokenFromJSON]: with its scopes and times, the client id,
// whether PKCE was used, and members that the library did not know. Secret.
func (t *Token) JSON() (string, error) {
	var text *C.char
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_token_to_json(a.token(t), &text, err)
	})
	if err != nil {
		return "", err
	}
	return take(text), nil
}

// Scopes is what the user allowed; empty for a client token.
func (t *Token) Scopes() ScopeSet {
	return get(t.handle, func(pointer unsafe.Pointer) ScopeSet {
		return readSet(C.clef_token_scopes((*C.clef_token)(pointer)))
	})
}

// MissingScopes are those of wanted that the user has not allowed. Where there are some, log the user in for the union of
// what the token has and what is wanted: a login replaces the one before, scopes and all.
func (t *Token) MissingScopes(wanted ScopeSet) (ScopeSet, error) {
	return newSet(func(a *arguments, set **C.clef_scope_set, err **C.clef_error) C.clef_status {
		return C.clef_token_missing_scopes(a.token(t), a.wholeSet("wanted", wanted), set, err)
	})
}

// ExpiresIn is how long the token has left, in whole seconds; negative once it has expired. Neither a clock that was set
// back nor a laptop that slept makes it longer, which cannot be said of time.Until(t.Expiry).
func (t *Token) ExpiresIn() time.Duration {
	return get(t.handle, func(pointer unsafe.Pointer) time.Duration {
		return seconds2duration(int64(C.clef_token_expires_in((*C.clef_token)(pointer))))
	})
}

// IsExpiring says whether the token has less than 60 seconds left.
func (t *Token) IsExpiring() bool {
	return get(t.handle, func(pointer unsafe.Pointer) bool {
		return bool(C.clef_token_is_expiring((*C.clef_token)(pointer)))
	})
}

// UsesPKCE says whether the token comes from a login with PKCE.
func (t *Token) UsesPKCE() bool {
	return get(t.handle, func(pointer unsafe.Pointer) bool {
		return bool(C.clef_token_uses_pkce((*C.clef_token)(pointer)))
	})
}

// AuthorisedAt is when the user logged in; the zero time where that is not known, and for a client token.
func (t *Token) AuthorisedAt() time.Time {
	return get(t.handle, func(pointer unsafe.Pointer) time.Time {
		return unixTime(C.clef_token_authorised_at((*C.clef_token)(pointer)))
	})
}

// WithAuthorisedAt is the same token with another time of the login: for one that another library saved.
func (t *Token) WithAuthorisedAt(at time.Time) (*Token, error) {
	return newToken(func(a *arguments, token **C.clef_token, err **C.clef_error) C.clef_status {
		return C.clef_token_with_authorised_at(a.token(t), unixSeconds(at), token, err)
	})
}

// GrantExpiresAt is about when the grant ends and the user has to log in again: six months after the login, however often
// the token was refreshed. It is an estimate, for a warning. The zero time where the login is not known, [Never] for a
// client token.
func (t *Token) GrantExpiresAt() time.Time {
	return get(t.handle, func(pointer unsafe.Pointer) time.Time {
		return unixTime(C.clef_token_grant_expires_at((*C.clef_token)(pointer)))
	})
}

// Close frees the token in the library, where it is wiped. The exported fields stay as they are.
func (t *Token) Close() error {
	t.handle.close()
	return nil
}

// String shows no secret.
func (t Token) String() string {
	return fmt.Sprintf("clef.Token{AccessToken: %s, TokenType: %q, RefreshToken: %s, Expiry: %s}",
		masked(t.AccessToken), t.TokenType, masked(t.RefreshToken), t.Expiry.Format(time.RFC3339))
}

// GoString shows no secret.
func (t Token) GoString() string {
	return t.String()
}

// Format prints what [Token.String] gives, whatever the verb.
func (t Token) Format(state fmt.State, _ rune) {
	fmt.Fprint(state, t.String())
}

// MarshalJSON shows no secret, so that a token in a log line is harmless. [Token.JSON] is what to save.
func (t Token) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		AccessToken  string    `json:"access_token"`
		TokenType    string    `json:"token_type"`
		RefreshToken string    `json:"refresh_token"`
		Expiry       time.Time `json:"expiry"`
	}{masked(t.AccessToken), t.TokenType, masked(t.RefreshToken), t.Expiry})
}

// masked says of a secret whether there is one.
func masked(secret string) string {
	if secret == "" {
		return `""`
	}
	return hidden
}

func newToken(make func(a *arguments, token **C.clef_token, err **C.clef_error) C.clef_status) (*Token, error) {
	var token *C.clef_token
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		return make(a, &token, err)
	})
	if err != nil {
		return nil, err
	}
	return tokenFrom(token), nil
}

// tokenFrom takes over a handle.
func tokenFrom(token *C.clef_token) *Token {
	return &Token{
		AccessToken:  C.GoString(C.clef_token_access_token(token)),
		TokenType:    C.GoString(C.clef_token_token_type(token)),
		RefreshToken: C.GoString(C.clef_token_refresh_token(token)),
		Expiry:       unixTime(C.clef_token_expires_at(token)),
		handle: newHandle(unsafe.Pointer(token), func(pointer unsafe.Pointer) {
			C.clef_token_free((*C.clef_token)(pointer))
		}),
	}
}
