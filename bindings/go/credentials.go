package clef

// #include "shim.h"
import "C"

import (
	"context"
	"unsafe"
)

// Credentials are those of a program, with the service that they are for and the sender that carries their requests. They
// do not change.
type Credentials struct {
	handle *handle
}

// CredentialsOption is a setting of [NewCredentials].
type CredentialsOption func(*credentialsSettings)

// credentialsSettings are behind functions, so that no configuration with a secret in it can be printed.
type credentialsSettings struct {
	secret, redirectURI, accountsURL *string
	sender                           *Sender
}

// WithClientSecret gives the client secret. Logins with PKCE need none.
func WithClientSecret(secret string) CredentialsOption {
	return func(settings *credentialsSettings) { settings.secret = &secret }
}

// WithRedirectURI says where logins lead back to. It is sent byte for byte as given. Register
// "http://127.0.0.1/callback" with the service, without a port, and [Login] takes one that is free.
func WithRedirectURI(uri string) CredentialsOption {
	return func(settings *credentialsSettings) { settings.redirectURI = &uri }
}

// WithSender has the sender carry the requests, in place of the library's own HTTP with the usual settings; nil is that.
func WithSender(sender *Sender) CredentialsOption {
	return func(settings *credentialsSettings) { settings.sender = sender }
}

// WithAccountsURL is for another accounts service than Spotify's: the sandbox, or a proxy. See
// [Credentials.WithAccountsURL].
func WithAccountsURL(url string) CredentialsOption {
	return func(settings *credentialsSettings) { settings.accountsURL = &url }
}

// AccountsURL is Spotify's accounts service, which credentials are for unless told otherwise.
const AccountsURL = "https://accounts.spotify.com"

// NewCredentials makes credentials. No network.
func NewCredentials(clientID string, options ...CredentialsOption) (*Credentials, error) {
	var settings credentialsSettings
	for _, option := range options {
		option(&settings)
	}
	nullable := func(a *arguments, name string, text *string) *C.char {
		if text == nil {
			return nil
		}
		return a.text(name, *text)
	}
	made, err := newCredentials(func(a *arguments, credentials **C.clef_credentials, err **C.clef_error) C.clef_status {
		return C.clef_credentials_new(a.text("clientID", clientID), nullable(a, "secret", settings.secret),
			nullable(a, "redirect URI", settings.redirectURI), a.sender(settings.sender), credentials, err)
	})
	if err != nil || settings.accountsURL == nil {
		return made, err
	}
	defer made.Close()
	return made.WithAccountsURL(*settings.accountsURL)
}

// WithAccountsURL is the same for another accounts service: its URL without /authorize and /api/token. It must be https,
// or http to 127.0.0.1 or [::1].
func (c *Credentials) WithAccountsURL(url string) (*Credentials, error) {
	return newCredentials(func(a *arguments, changed **C.clef_credentials, err **C.clef_error) C.clef_status {
		return C.clef_credentials_with_accounts_url(a.credentials(c), a.text("url", url), changed, err)
	})
}

// WithRedirectURI is the same with another redirect URI.
func (c *Credentials) WithRedirectURI(uri string) (*Credentials, error) {
	return newCredentials(func(a *arguments, changed **C.clef_credentials, err **C.clef_error) C.clef_status {
		return C.clef_credentials_with_redirect_uri(a.credentials(c), a.text("uri", uri), changed, err)
	})
}

// ClientID is the client id.
func (c *Credentials) ClientID() string {
	return get(c.handle, func(pointer unsafe.Pointer) string {
		return C.GoString(C.clef_credentials_client_id((*C.clef_credentials)(pointer)))
	})
}

// RedirectURI is the redirect URI as it was given; "" for none.
func (c *Credentials) RedirectURI() string {
	return get(c.handle, func(pointer unsafe.Pointer) string {
		return C.GoString(C.clef_credentials_redirect_uri((*C.clef_credentials)(pointer)))
	})
}

// UserAuthorisationURL is where to send the user: step 1 of 2 of the authorisation code flow with a client secret. State
// "" is none, so that nothing tells a forged redirect from a true one: take one from [NewState]. The URL is for the user
// and no log. [NewUserAuth] does both steps.
func (c *Credentials) UserAuthorisationURL(scopes ScopeSet, state string, flags Flags) (string, error) {
	var url *C.char
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_credentials_user_authorisation_url(a.credentials(c), a.set("scopes", scopes),
			a.optional("state", state), C.uint32_t(flags), &url, err)
	})
	if err != nil {
		return "", err
	}
	return take(url), nil
}

// PKCEUserAuthorisation is where to send the user, and the verifier to keep for step 2: the authorisation code flow with
// PKCE. The verifier is made of that many random bytes, 32 to 96; 0 is 32, the usual. The verifier is secret.
func (c *Credentials) PKCEUserAuthorisation(scopes ScopeSet, state string, verifierBytes int, flags Flags) (url, verifier string, err error) {
	if verifierBytes == 0 {
		verifierBytes = 32
	}
	var urlText, verifierText *C.char
	err = call(func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_credentials_pkce_user_authorisation(a.credentials(c), a.set("scopes", scopes),
			a.optional("state", state), size(verifierBytes), C.uint32_t(flags), &urlText, &verifierText, err)
	})
	if err != nil {
		return "", "", err
	}
	return take(urlText), take(verifierText), nil
}

// RequestClientToken requests a token of the program itself, for what needs no user.
func (c *Credentials) RequestClientToken(ctx context.Context) (*Token, error) {
	return sendPrepared(ctx, c.PrepareClientToken)
}

// RequestUserToken requests a user's token for the code of a redirect: step 2 of 2 with a client secret. A code is good
// once, for a short time.
func (c *Credentials) RequestUserToken(ctx context.Context, code string) (*Token, error) {
	return sendPrepared(ctx, func() (*TokenRequest, error) { return c.PrepareUserToken(code) })
}

// RefreshUserToken requests a refreshed token of a login with a client secret.
func (c *Credentials) RefreshUserToken(ctx context.Context, refreshToken string) (*Token, error) {
	return sendPrepared(ctx, func() (*TokenRequest, error) { return c.PrepareRefreshUserToken(refreshToken) })
}

// RequestPKCEToken requests a user's token for the code of a redirect and its verifier: step 2 of 2 with PKCE.
func (c *Credentials) RequestPKCEToken(ctx context.Context, code, verifier string) (*Token, error) {
	return sendPrepared(ctx, func() (*TokenRequest, error) { return c.PreparePKCEToken(code, verifier) })
}

// RefreshPKCEToken requests a refreshed token of a login with PKCE. The service gives a new refresh token and spends the
// old one, so save the new token before you use it; and once it may have been sent, the end of ctx is not heeded.
func (c *Credentials) RefreshPKCEToken(ctx context.Context, refreshToken string) (*Token, error) {
	return sendPrepared(ctx, func() (*TokenRequest, error) { return c.PrepareRefreshPKCEToken(refreshToken) })
}

// Refresh refreshes a token of any kind: a client token by a new one, a user's with PKCE or without. The token itself
// stays as it is.
func (c *Credentials) Refresh(ctx context.Context, token *Token) (*Token, error) {
	return sendPrepared(ctx, func() (*TokenRequest, error) { return c.PrepareRefresh(token) })
}

// PrepareClientToken is the request of [Credentials.RequestClientToken], not sent yet.
func (c *Credentials) PrepareClientToken() (*TokenRequest, error) {
	return newRequest(func(a *arguments, request **C.clef_http_request, err **C.clef_error) C.clef_status {
		return C.clef_credentials_prepare_client_token(a.credentials(c), request, err)
	})
}

// PrepareUserToken is the request of [Credentials.RequestUserToken], not sent yet.
func (c *Credentials) PrepareUserToken(code string) (*TokenRequest, error) {
	return newRequest(func(a *arguments, request **C.clef_http_request, err **C.clef_error) C.clef_status {
		return C.clef_credentials_prepare_user_token(a.credentials(c), a.text("code", code), request, err)
	})
}

// PrepareRefreshUserToken is the request of [Credentials.RefreshUserToken], not sent yet.
func (c *Credentials) PrepareRefreshUserToken(refreshToken string) (*TokenRequest, error) {
	return newRequest(func(a *arguments, request **C.clef_http_request, err **C.clef_error) C.clef_status {
		return C.clef_credentials_prepare_refresh_user_token(a.credentials(c), a.text("refreshToken", refreshToken),
			request, err)
	})
}

// PreparePKCEToken is the request of [Credentials.RequestPKCEToken], not sent yet.
func (c *Credentials) PreparePKCEToken(code, verifier string) (*TokenRequest, error) {
	return newRequest(func(a *arguments, request **C.clef_http_request, err **C.clef_error) C.clef_status {
		return C.clef_credentials_prepare_pkce_token(a.credentials(c), a.text("code", code),
			a.text("verifier", verifier), request, err)
	})
}

// PrepareRefreshPKCEToken is the request of [Credentials.RefreshPKCEToken], not sent yet.
func (c *Credentials) PrepareRefreshPKCEToken(refreshToken string) (*TokenRequest, error) {
	return newRequest(func(a *arguments, request **C.clef_http_request, err **C.clef_error) C.clef_status {
		return C.clef_credentials_prepare_refresh_pkce_token(a.credentials(c), a.text("refreshToken", refreshToken),
			request, err)
	})
}

// PrepareRefresh is the request of [Credentials.Refresh], not sent yet.
func (c *Credentials) PrepareRefresh(token *Token) (*TokenRequest, error) {
	return newRequest(func(a *arguments, request **C.clef_http_request, err **C.clef_error) C.clef_status {
		return C.clef_credentials_prepare_refresh(a.credentials(c), a.token(token), request, err)
	})
}

// Close frees the credentials. What was made with them goes on; the client secret is wiped with the last of it.
func (c *Credentials) Close() error {
	c.handle.close()
	return nil
}

func newCredentials(make func(a *arguments, credentials **C.clef_credentials, err **C.clef_error) C.clef_status) (*Credentials, error) {
	var credentials *C.clef_credentials
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		return make(a, &credentials, err)
	})
	if err != nil {
		return nil, err
	}
	return credentialsFrom(credentials), nil
}

// credentialsFrom takes over a handle.
func credentialsFrom(credentials *C.clef_credentials) *Credentials {
	return &Credentials{newHandle(unsafe.Pointer(credentials), func(pointer unsafe.Pointer) {
		C.clef_credentials_free((*C.clef_credentials)(pointer))
	})}
}

// size is one that the library refuses where it is negative.
func size(n int) C.size_t {
	if n < 0 {
		return 0
	}
	return C.size_t(n)
}
