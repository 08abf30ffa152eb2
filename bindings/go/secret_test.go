package clef_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"clef"
)

func TestNothingPrintsASecret(t *testing.T) {
	reset(t)
	token := userToken(t, clef.ScopeUserReadEmail)
	credentials := newCredentials()
	refreshing := must(clef.NewRefreshingToken(token, credentials))
	auth := must(clef.NewUserAuth(credentials, clef.Scopes(), clef.PKCE))
	request := must(credentials.PrepareRefreshPKCEToken(token.RefreshToken))
	_, failed := newCredentials(clef.WithClientSecret("a-wrong-secret-of-mine")).RequestClientToken(context.Background())
	if !errors.Is(failed, clef.ErrInvalidClient) {
		t.Fatal(failed)
	}
	secrets := []string{token.AccessToken, token.RefreshToken, clientSecret, "a-wrong-secret-of-mine", auth.State(),
		auth.Verifier(), "proxy-password"}
	config := clef.HTTPConfig{Proxy: "http://me:proxy-password@example.com:1"}
	shown := []any{token, *token, refreshing, credentials, auth, request, failed, config, &config,
		clef.Event{Kind: clef.EventChanged, Token: token, Err: failed}, credentials.Refreshing(), []*clef.Token{token},
		map[string]any{"token": *token}, struct{ Token *clef.Token }{token}, &clef.Transport{Token: refreshing},
		clef.LoginOptions{}}
	for _, value := range shown {
		var texts []string
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			texts = append(texts, fmt.Sprintf(verb, value))
		}
		if encoded, err := json.Marshal(value); err == nil {
			texts = append(texts, string(encoded))
		}
		for _, text := range texts {
			for _, secret := range secrets {
				if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret)) {
					t.Errorf("%T shows a secret: %s", value, text)
				}
			}
		}
	}
	if text := fmt.Sprintf("%+v", token); !strings.Contains(text, "Bearer") || !strings.Contains(text, "***") {
		t.Error(text)
	}
	if saved := must(token.JSON()); !strings.Contains(saved, token.RefreshToken) {
		t.Error("what is to be saved is not complete")
	}
}

func TestErrorsAreErrors(t *testing.T) {
	reset(t)
	control(t, "POST", "faults", `{"kind": "respond", "status": 429, "headers": {"Retry-After": "7"}}`)
	_, err := newCredentials().RequestClientToken(context.Background())
	failed := expectStatus(t, fmt.Errorf("in between: %w", err), clef.ErrRateLimited)
	if failed.RetryAfter.Seconds() != 7 || failed.HTTPStatus != 429 || failed.Remedy != clef.RemedyRetryLater {
		t.Errorf("%+v", failed)
	}
	if errors.Is(err, clef.ErrTimeout) || !strings.HasPrefix(err.Error(), "clef: ") {
		t.Error(err)
	}
	_, err = clef.ParseCodeFromURL("/callback?error=invalid_scope&error_description=no+such&state=s")
	failed = expectStatus(t, err, clef.ErrOAuth)
	if failed.OAuthError != "invalid_scope" || failed.OAuthDescription != "no such" || failed.RetryAfter >= 0 {
		t.Errorf("%+v", failed)
	}
	if clef.Status(999).Name() != "CLEF_STATUS_UNKNOWN" || clef.Status(999).Remedy() != clef.RemedyNone {
		t.Error("a status of tomorrow")
	}
}
