package clef

import "context"

// RefreshingCredentials give tokens that refresh themselves, by the calls that [Credentials] give plain tokens by.
type RefreshingCredentials struct {
	credentials *Credentials
}

// Refreshing gives the same credentials with calls that give tokens which refresh themselves.
func (c *Credentials) Refreshing() RefreshingCredentials {
	return RefreshingCredentials{c}
}

// Credentials are those underneath.
func (c RefreshingCredentials) Credentials() *Credentials {
	return c.credentials
}

// UserAuthorisationURL is [Credentials.UserAuthorisationURL].
func (c RefreshingCredentials) UserAuthorisationURL(scopes ScopeSet, state string, flags Flags) (string, error) {
	return c.credentials.UserAuthorisationURL(scopes, state, flags)
}

// PKCEUserAuthorisation is [Credentials.PKCEUserAuthorisation].
func (c RefreshingCredentials) PKCEUserAuthorisation(scopes ScopeSet, state string, verifierBytes int, flags Flags) (url, verifier string, err error) {
	return c.credentials.PKCEUserAuthorisation(scopes, state, verifierBytes, flags)
}

// RequestClientToken is [Credentials.RequestClientToken].
func (c RefreshingCredentials) RequestClientToken(ctx context.Context) (*RefreshingToken, error) {
	return c.refreshing(c.credentials.RequestClientToken(ctx))
}

// RequestUserToken is [Credentials.RequestUserToken].
func (c RefreshingCredentials) RequestUserToken(ctx context.Context, code string) (*RefreshingToken, error) {
	return c.refreshing(c.credentials.RequestUserToken(ctx, code))
}

// RefreshUserToken is [Credentials.RefreshUserToken].
func (c RefreshingCredentials) RefreshUserToken(ctx context.Context, refreshToken string) (*RefreshingToken, error) {
	return c.refreshing(c.credentials.RefreshUserToken(ctx, refreshToken))
}

// RequestPKCEToken is [Credentials.RequestPKCEToken].
func (c RefreshingCredentials) RequestPKCEToken(ctx context.Context, code, verifier string) (*RefreshingToken, error) {
	return c.refreshing(c.credentials.RequestPKCEToken(ctx, code, verifier))
}

// RefreshPKCEToken is [Credentials.RefreshPKCEToken]. Save what [RefreshingToken.Snapshot] gives at once, and set a
// listener for the next ones.
func (c RefreshingCredentials) RefreshPKCEToken(ctx context.Context, refreshToken string) (*RefreshingToken, error) {
	return c.refreshing(c.credentials.RefreshPKCEToken(ctx, refreshToken))
}

func (c RefreshingCredentials) refreshing(token *Token, err error) (*RefreshingToken, error) {
	if err != nil {
		return nil, err
	}
	defer token.Close()
	return NewRefreshingToken(token, c.credentials)
}

// RequestClientToken requests a client token that refreshes itself. Sender nil is the library's own.
func RequestClientToken(ctx context.Context, clientID, clientSecret string, sender *Sender) (*RefreshingToken, error) {
	return withCredentials(func(c RefreshingCredentials) (*RefreshingToken, error) {
		return c.RequestClientToken(ctx)
	}, clientID, WithClientSecret(clientSecret), WithSender(sender))
}

// RefreshUserToken requests a user's token that refreshes itself, by the refresh token of a login with a client secret.
func RefreshUserToken(ctx context.Context, clientID, clientSecret, refreshToken string, sender *Sender) (*RefreshingToken, error) {
	return withCredentials(func(c RefreshingCredentials) (*RefreshingToken, error) {
		return c.RefreshUserToken(ctx, refreshToken)
	}, clientID, WithClientSecret(clientSecret), WithSender(sender))
}

// RefreshPKCEToken requests a user's token that refreshes itself, by the refresh token of a login with PKCE.
func RefreshPKCEToken(ctx context.Context, clientID, refreshToken string, sender *Sender) (*RefreshingToken, error) {
	return withCredentials(func(c RefreshingCredentials) (*RefreshingToken, error) {
		return c.RefreshPKCEToken(ctx, refreshToken)
	}, clientID, WithSender(sender))
}

func withCredentials(request func(RefreshingCredentials) (*RefreshingToken, error), clientID string, options ...CredentialsOption) (*RefreshingToken, error) {
	credentials, err := NewCredentials(clientID, options...)
	if err != nil {
		return nil, err
	}
	defer credentials.Close()
	return request(credentials.Refreshing())
}
