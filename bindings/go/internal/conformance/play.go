package main

import (
	"context"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"clef"
)

// play is a scenario while it is played.
type play struct {
	sandbox   *sandbox
	scenarios string
	directory string
	names     map[string]any
	// made is what there is to close, the oldest first.
	made []any
	// runtime is for what is kept fresh; nil until then.
	runtime *clef.Runtime
	// users are those who are at their browsers.
	users sync.WaitGroup
}

func newPlay(sandbox *sandbox, scenarios, directory string) *play {
	_, authority, _ := strings.Cut(sandbox.url, "://")
	return &play{sandbox: sandbox, scenarios: scenarios, directory: directory, names: map[string]any{
		"sandbox": sandbox.url, "authority": authority, "directory": directory,
	}}
}

// end ends what is under way, then closes the rest.
func (p *play) end() {
	for _, made := range p.made {
		if work, ok := made.(*work); ok {
			work.cancel()
			<-work.done
		}
	}
	if p.runtime != nil {
		_ = p.runtime.Close()
	}
	for i := len(p.made) - 1; i >= 0; i-- {
		if closer, ok := p.made[i].(io.Closer); ok {
			_ = closer.Close()
		}
	}
	p.users.Wait()
}

// replaceNames puts the texts of ${NAME} and ${NAME.FIELD} in their place.
func (p *play) replaceNames(word string) string {
	var done strings.Builder
	for {
		before, rest, ok := strings.Cut(word, "${")
		done.WriteString(before)
		if !ok {
			return done.String()
		}
		reference, after, ok := strings.Cut(rest, "}")
		if !ok {
			complain("%s has no end", rest)
		}
		done.WriteString(p.textOf(reference))
		word = after
	}
}

func (p *play) textOf(reference string) string {
	name, field, hasField := strings.Cut(reference, ".")
	value, ok := p.names[name]
	if !ok {
		complain("%s is not bound", name)
	}
	if text, ok := value.(string); ok && !hasField {
		return text
	}
	text, ok := fieldOf(value, field)
	if !ok || !hasField {
		complain("%s is no text", reference)
	}
	return text
}

// fieldOf is the text of a field of an object.
func fieldOf(value any, field string) (string, bool) {
	read := map[string]func() string{}
	switch object := value.(type) {
	case *clef.Credentials:
		read["client_id"] = object.ClientID
		read["redirect_uri"] = func() string { return orNone(object.RedirectURI()) }
	case authorisation:
		read["url"] = func() string { return object.url }
		read["verifier"] = func() string { return object.verifier }
	case *clef.TokenRequest:
		read = requestFields(object)
	case *clef.Token:
		read = tokenFields(object)
	case *clef.RefreshingToken:
		read = refreshingFields(object)
	case *clef.UserAuth:
		read["url"] = func() string { return orNone(object.URL()) }
		read["state"] = object.State
		read["verifier"] = func() string { return orNone(object.Verifier()) }
	case *clef.RedirectListener:
		read["uri"] = object.URI
	case *customSender:
		read = object.fields()
	case *listening:
		read = object.fields()
	case []string:
		read["count"] = func() string { return strconv.Itoa(len(object)) }
		read["names"] = func() string { return strings.Join(object, "|") }
	}
	text, ok := read[field]
	if !ok {
		return "", false
	}
	return text(), true
}

func requestFields(request *clef.TokenRequest) map[string]func() string {
	carried, err := request.HTTPRequest(context.Background())
	if err != nil {
		complain("%v", err)
	}
	header := func(name string) func() string {
		return func() string { return orNone(carried.Header.Get(name)) }
	}
	return map[string]func() string{
		"method":        func() string { return carried.Method },
		"url":           func() string { return carried.URL.String() },
		"body":          func() string { return bodyOf(carried) },
		"may_repeat":    func() string { return strconv.FormatBool(request.MayRepeat()) },
		"authorization": header("Authorization"),
		"content_type":  header("Content-Type"),
	}
}

func bodyOf(request *http.Request) string {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		complain("%v", err)
	}
	return string(body)
}

func tokenFields(token *clef.Token) map[string]func() string {
	return map[string]func() string{
		"access_token":     func() string { return token.AccessToken },
		"refresh_token":    func() string { return orNone(token.RefreshToken) },
		"token_type":       func() string { return token.TokenType },
		"scopes":           func() string { return token.Scopes().String() },
		"expires_at":       func() string { return timeText(token.Expiry) },
		"expires_in":       func() string { return durationText(token.ExpiresIn()) },
		"is_expiring":      func() string { return strconv.FormatBool(token.IsExpiring()) },
		"uses_pkce":        func() string { return strconv.FormatBool(token.UsesPKCE()) },
		"authorised_at":    func() string { return timeText(token.AuthorisedAt()) },
		"grant_expires_at": func() string { return timeText(token.GrantExpiresAt()) },
		"json":             func() string { return must(token.JSON()) },
	}
}

func refreshingFields(token *clef.RefreshingToken) map[string]func() string {
	return map[string]func() string{
		"refresh_token": func() string { return orNone(must(token.RefreshToken())) },
		"token_type":    func() string { return must(token.TokenType()) },
		"scopes":        func() string { return must(token.Scopes()).String() },
		"uses_pkce":     func() string { return strconv.FormatBool(token.UsesPKCE()) },
		"expires_at":    func() string { return timeText(token.ExpiresAt()) },
		"expires_in":    func() string { return durationText(token.ExpiresIn()) },
		"is_expiring":   func() string { return strconv.FormatBool(token.IsExpiring()) },
		"last_error": func() string {
			if err := token.LastError(); err != nil {
				return statusOf(err)
			}
			return "none"
		},
		"client_id": func() string {
			credentials := must(token.Credentials())
			defer credentials.Close()
			return credentials.ClientID()
		},
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		complain("%v", err)
	}
	return value
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func timeText(t time.Time) string {
	switch {
	case t.IsZero():
		return "unknown"
	case t.Equal(clef.Never):
		return "never"
	}
	return strconv.FormatInt(t.Unix(), 10)
}

func durationText(d time.Duration) string {
	if d == math.MaxInt64 {
		return "never"
	}
	return strconv.FormatInt(int64(d/time.Second), 10)
}
