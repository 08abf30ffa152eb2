package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"clef"
)

// verb is one of those of the README.
type verb struct {
	arguments string
	play      func(s *step) (any, error)
}

// any_ is for a verb that takes whatever it is given.
const any_ = "any"

var ctx = context.Background()

var verbs map[string]verb

func init() {
	verbs = map[string]verb{
		"sandbox_settings":     {"json", verbSandbox("POST", "settings")},
		"sandbox_fault":        {"json", verbSandbox("POST", "faults")},
		"sandbox_clear_faults": {"", verbSandbox("DELETE", "faults")},
		"sandbox_clock": {"advance", func(s *step) (any, error) {
			return nil, s.control("POST", "clock", fmt.Sprintf(`{"advance": %d}`, s.number("advance", 0)))
		}},
		"sandbox_revoke": {"", func(s *step) (any, error) { return nil, s.control("POST", "revoke", "{}") }},
		"sandbox_count": {"grant_type", func(s *step) (any, error) {
			return s.play.sandbox.count(s.text("grant_type")), nil
		}},
		"sandbox_await": {"count grant_type", func(s *step) (any, error) {
			s.play.sandbox.await(wholeNumber(s.needed("count")), s.text("grant_type"))
			return nil, nil
		}},
		"log_in": {"url decision", func(s *step) (any, error) {
			decision := "approve"
			if s.has("decision") {
				decision = s.text("decision")
			}
			return must(logIn(s.needed("url"), decision)), nil
		}},
		"web_api": {"access_token", func(s *step) (any, error) {
			return must(s.play.sandbox.webAPI(s.needed("access_token"))), nil
		}},
		"visit": {"url", func(s *step) (any, error) { return must(visit(s.needed("url"))), nil }},

		"text":    {"value", func(s *step) (any, error) { return s.needed("value"), nil }},
		"between": {"text after before", verbBetween},
		"now":     {"", func(*step) (any, error) { return fmt.Sprint(time.Now().Unix()), nil }},
		"sum": {"a b", func(s *step) (any, error) {
			return fmt.Sprint(wholeNumber(s.needed("a")) + wholeNumber(s.needed("b"))), nil
		}},
		"write_file": {"path text", func(s *step) (any, error) {
			if err := os.WriteFile(s.needed("path"), []byte(s.needed("text")), 0o600); err != nil {
				complain("%v", err)
			}
			return nil, nil
		}},

		"gen_state":            {"bytes", func(s *step) (any, error) { return anyOf(clef.NewState(int(s.number("bytes", 0)))) }},
		"parse_code_from_url":  {"url", func(s *step) (any, error) { return anyOf(clef.ParseCodeFromURL(s.needed("url"))) }},
		"parse_state_from_url": {"url", func(s *step) (any, error) { return anyOf(clef.ParseStateFromURL(s.needed("url"))) }},
		"version":              {"", func(*step) (any, error) { return clef.Version(), nil }},

		"scopes_parse": {"names", func(s *step) (any, error) {
			set, err := clef.ParseScopes(s.needed("names"))
			return set.String(), err
		}},
		"scopes_known": {"names", verbScopesKnown},
		"scopes_read":  {"", func(*step) (any, error) { return clef.ReadScopes().String(), nil }},
		"scopes_write": {"", func(*step) (any, error) { return clef.WriteScopes().String(), nil }},
		"scopes_every": {"", func(*step) (any, error) { return clef.EveryScope().String(), nil }},
		"scopes_union": {"a b", func(s *step) (any, error) {
			return s.scopes("a").Union(s.scopes("b")).String(), nil
		}},
		"scopes_difference": {"a b", func(s *step) (any, error) {
			return s.scopes("a").Difference(s.scopes("b")).String(), nil
		}},
		"scopes_count": {"a", func(s *step) (any, error) { return strconv.Itoa(s.scopes("a").Len()), nil }},
		"scopes_contain": {"a name", func(s *step) (any, error) {
			return strconv.FormatBool(s.scopes("a").Contains(clef.Scope(s.needed("name")))), nil
		}},
		"scopes_subset": {"a b", func(s *step) (any, error) {
			return strconv.FormatBool(s.scopes("a").IsSubsetOf(s.scopes("b"))), nil
		}},
		"scopes_equal": {"a b", func(s *step) (any, error) {
			return strconv.FormatBool(s.scopes("a").Equal(s.scopes("b"))), nil
		}},

		"http_sender": {"timeout_ms connect_timeout_ms user_agent", func(s *step) (any, error) {
			return anyOf(clef.NewHTTPSender(clef.HTTPConfig{
				Timeout:        s.milliseconds("timeout_ms", 0),
				ConnectTimeout: s.milliseconds("connect_timeout_ms", 0),
				UserAgent:      s.text("user_agent"),
			}))
		}},
		"retrying_sender": {"sender retries max_wait_ms", func(s *step) (any, error) {
			inner, _ := s.sender("sender")
			return anyOf(clef.NewRetryingSender(inner, uint32(s.number("retries", 0)), s.milliseconds("max_wait_ms", 0)))
		}},
		"custom_sender": {"status body header header2 failure sent message forward carry", verbCustomSender},

		"credentials": {"client_id secret redirect_uri sender accounts_url", verbCredentials},
		"with_redirect_uri": {"credentials redirect_uri", func(s *step) (any, error) {
			return anyOf(s.credentials().WithRedirectURI(s.needed("redirect_uri")))
		}},
		"with_accounts_url": {"credentials accounts_url", func(s *step) (any, error) {
			return anyOf(s.credentials().WithAccountsURL(s.needed("accounts_url")))
		}},
		"user_authorisation_url": {"credentials scopes state show_dialog", func(s *step) (any, error) {
			return anyOf(s.credentials().UserAuthorisationURL(s.scopes("scopes"), s.text("state"), s.flags()))
		}},
		"pkce_user_authorisation": {"credentials scopes state verifier_bytes show_dialog", func(s *step) (any, error) {
			url, verifier, err := s.credentials().PKCEUserAuthorisation(s.scopes("scopes"), s.text("state"),
				int(s.number("verifier_bytes", 32)), s.flags())
			return authorisation{url, verifier}, err
		}},
		"request_client_token": {"credentials refreshing", func(s *step) (any, error) {
			return either(s, func(c *clef.Credentials) (*clef.Token, error) { return c.RequestClientToken(ctx) },
				func(c clef.RefreshingCredentials) (*clef.RefreshingToken, error) { return c.RequestClientToken(ctx) })
		}},
		"request_user_token": {"credentials code refreshing", func(s *step) (any, error) {
			code := s.needed("code")
			return either(s, func(c *clef.Credentials) (*clef.Token, error) { return c.RequestUserToken(ctx, code) },
				func(c clef.RefreshingCredentials) (*clef.RefreshingToken, error) {
					return c.RequestUserToken(ctx, code)
				})
		}},
		"request_pkce_token": {"credentials code verifier refreshing", func(s *step) (any, error) {
			code, verifier := s.needed("code"), s.needed("verifier")
			return either(s, func(c *clef.Credentials) (*clef.Token, error) { return c.RequestPKCEToken(ctx, code, verifier) },
				func(c clef.RefreshingCredentials) (*clef.RefreshingToken, error) {
					return c.RequestPKCEToken(ctx, code, verifier)
				})
		}},
		"refresh_user_token": {"credentials refresh_token refreshing", func(s *step) (any, error) {
			token := s.needed("refresh_token")
			return either(s, func(c *clef.Credentials) (*clef.Token, error) { return c.RefreshUserToken(ctx, token) },
				func(c clef.RefreshingCredentials) (*clef.RefreshingToken, error) {
					return c.RefreshUserToken(ctx, token)
				})
		}},
		"refresh_pkce_token": {"credentials refresh_token refreshing", func(s *step) (any, error) {
			token := s.needed("refresh_token")
			return either(s, func(c *clef.Credentials) (*clef.Token, error) { return c.RefreshPKCEToken(ctx, token) },
				func(c clef.RefreshingCredentials) (*clef.RefreshingToken, error) {
					return c.RefreshPKCEToken(ctx, token)
				})
		}},
		"refresh": {"credentials token", func(s *step) (any, error) { return anyOf(s.credentials().Refresh(ctx, s.token())) }},
		"prepare_client_token": {"credentials", func(s *step) (any, error) {
			return anyOf(s.credentials().PrepareClientToken())
		}},
		"prepare_user_token": {"credentials code", func(s *step) (any, error) {
			return anyOf(s.credentials().PrepareUserToken(s.needed("code")))
		}},
		"prepare_pkce_token": {"credentials code verifier", func(s *step) (any, error) {
			return anyOf(s.credentials().PreparePKCEToken(s.needed("code"), s.needed("verifier")))
		}},
		"prepare_refresh_user_token": {"credentials refresh_token", func(s *step) (any, error) {
			return anyOf(s.credentials().PrepareRefreshUserToken(s.needed("refresh_token")))
		}},
		"prepare_refresh_pkce_token": {"credentials refresh_token", func(s *step) (any, error) {
			return anyOf(s.credentials().PrepareRefreshPKCEToken(s.needed("refresh_token")))
		}},
		"prepare_refresh": {"credentials token", func(s *step) (any, error) {
			return anyOf(s.credentials().PrepareRefresh(s.token()))
		}},
		"prepare_token": {"auth code state", func(s *step) (any, error) {
			return anyOf(s.auth().PrepareToken(s.needed("code"), s.needed("state")))
		}},
		"prepare_token_from_url": {"auth url", func(s *step) (any, error) {
			return anyOf(s.auth().PrepareTokenFromURL(s.needed("url")))
		}},
		"send":   {"request", func(s *step) (any, error) { return anyOf(s.request().Send(ctx)) }},
		"carry":  {"request", verbCarry},
		"finish": {"request status body header header2", verbFinish},
		"shortcut_client_token": {"client_id secret sender", func(s *step) (any, error) {
			sender, _ := s.sender("sender")
			return anyOf(clef.RequestClientToken(ctx, s.needed("client_id"), s.needed("secret"), sender))
		}},
		"shortcut_refresh_user_token": {"client_id secret refresh_token sender", func(s *step) (any, error) {
			sender, _ := s.sender("sender")
			return anyOf(clef.RefreshUserToken(ctx, s.needed("client_id"), s.needed("secret"), s.needed("refresh_token"), sender))
		}},
		"shortcut_refresh_pkce_token": {"client_id refresh_token sender", func(s *step) (any, error) {
			sender, _ := s.sender("sender")
			return anyOf(clef.RefreshPKCEToken(ctx, s.needed("client_id"), s.needed("refresh_token"), sender))
		}},

		"token_from_json": {"json pkce", func(s *step) (any, error) {
			return anyOf(clef.TokenFromJSON(s.needed("json"), s.tokenFlags()))
		}},
		"token_from_tekore_config": {"config section pkce", func(s *step) (any, error) {
			config := strings.ReplaceAll(s.needed("config"), `\n`, "\n")
			return anyOf(clef.TokenFromTekoreConfig(config, s.text("section"), s.tokenFlags()))
		}},
		"with_authorised_at": {"token at", func(s *step) (any, error) {
			return anyOf(s.token().WithAuthorisedAt(time.Unix(wholeNumber(s.needed("at")), 0)))
		}},
		"missing_scopes": {"token scopes", func(s *step) (any, error) {
			missing, err := s.token().MissingScopes(s.scopes("scopes"))
			return missing.String(), err
		}},

		"user_auth": {"credentials scopes pkce show_dialog", func(s *step) (any, error) {
			return anyOf(clef.NewUserAuth(s.credentials(), s.scopes("scopes"), s.flags()))
		}},
		"resume": {"credentials state verifier pkce", func(s *step) (any, error) {
			return anyOf(clef.ResumeUserAuth(s.credentials(), s.needed("state"), s.text("verifier"), s.flags()))
		}},
		"request_token":          {"auth code state refreshing", now(requestToken)},
		"request_token_from_url": {"auth url refreshing", now(requestTokenFromURL)},
		"redirect_listener": {"uri", func(s *step) (any, error) {
			return anyOf(clef.ListenForRedirect(s.needed("uri")))
		}},
		"redirect_wait": {"listener state timeout_ms", now(redirectWait)},
		"redirect_cancel": {"listener", func(s *step) (any, error) {
			s.listener().Cancel()
			return nil, nil
		}},
		"redirect_wait_twice": {"listener", verbRedirectWaitTwice},
		"redirect_free":       {"listener", func(s *step) (any, error) { return nil, s.listener().Close() }},
		"login":               {"credentials user scopes pkce show_dialog timeout_ms store account", now(login)},
		"prompt": {"credentials", func(s *step) (any, error) {
			token, err := clef.Prompt(ctx, s.credentials(), clef.ScopeSet{}, 0)
			fmt.Println()
			return anyOf(token, err)
		}},

		"refreshing_token": {"token credentials", func(s *step) (any, error) {
			return anyOf(clef.NewRefreshingToken(s.token(), s.credentials()))
		}},
		"access_token":     {"token concurrently", verbAccessToken},
		"try_access_token": {"token", func(s *step) (any, error) { return anyOf(s.refreshing().TryAccessToken()) }},
		"snapshot":         {"token", func(s *step) (any, error) { return anyOf(s.refreshing().Snapshot()) }},
		"refresh_now":      {"token", func(s *step) (any, error) { return nil, s.refreshing().Refresh(ctx) }},
		"invalidate": {"token access_token", func(s *step) (any, error) {
			return nil, s.refreshing().Invalidate(ctx, s.needed("access_token"))
		}},
		"keep_fresh": {"token", func(s *step) (any, error) {
			if s.play.runtime == nil {
				s.play.runtime = must(clef.NewRuntime())
			}
			return nil, s.play.runtime.KeepFresh(s.refreshing())
		}},
		"listen":          {"token answers", verbListen},
		"listen_no_more":  {"token", func(s *step) (any, error) { return nil, s.refreshing().SetListener(nil) }},
		"wait_for_itself": {"credentials", verbWaitForItself},

		"file_store": {"directory", func(s *step) (any, error) { return anyOf(clef.NewFileStore(s.needed("directory"))) }},
		"save": {"store credentials token account", func(s *step) (any, error) {
			return nil, s.store().Save(ctx, s.credentials(), s.text("account"), s.token())
		}},
		"load": {"store credentials account", func(s *step) (any, error) {
			return anyOf(s.store().Load(ctx, s.credentials(), s.text("account")))
		}},
		"remove": {"store credentials account", func(s *step) (any, error) {
			return nil, s.store().Remove(ctx, s.credentials(), s.text("account"))
		}},
		"accounts": {"store credentials", func(s *step) (any, error) {
			return anyOf(s.store().Accounts(ctx, s.credentials()))
		}},
		"open": {"store credentials account", func(s *step) (any, error) {
			return anyOf(s.store().Open(ctx, s.credentials(), s.text("account")))
		}},
		"attach": {"token store account", func(s *step) (any, error) {
			return nil, s.refreshing().Attach(ctx, s.store(), s.text("account"))
		}},

		"cancel": {"work", func(s *step) (any, error) {
			object[*work](s, "work").cancel()
			return nil, nil
		}},
		"wait":               {"work", verbWait},
		"in_another_process": {any_, verbInAnotherProcess},
		"give":               {"text", verbGive},
	}
}

// now plays what can be begun too, and waits for it.
func now(begin func(s *step) func(context.Context) (any, error)) func(s *step) (any, error) {
	return func(s *step) (any, error) { return begin(s)(ctx) }
}

func (s *step) control(method, what, body string) error {
	s.play.sandbox.control(method, what, body)
	return nil
}

func verbSandbox(method, what string) func(s *step) (any, error) {
	return func(s *step) (any, error) {
		if method == http.MethodDelete {
			return nil, s.control(method, what, "")
		}
		return nil, s.control(method, what, s.needed("json"))
	}
}

func verbBetween(s *step) (any, error) {
	_, rest, ok := strings.Cut(s.needed("text"), s.needed("after"))
	if !ok {
		complain("there is no %s", s.text("after"))
	}
	part, _, _ := strings.Cut(rest, s.needed("before"))
	return part, nil
}

func verbScopesKnown(s *step) (any, error) {
	known := map[string]clef.Scope{}
	for _, scope := range clef.KnownScopes() {
		known[string(scope)] = scope
	}
	var scopes []clef.Scope
	for _, name := range strings.Fields(s.needed("names")) {
		scope, ok := known[name]
		if !ok {
			complain("%s is not known", name)
		}
		scopes = append(scopes, scope)
	}
	return clef.Scopes(scopes...).String(), nil
}

// authorisation is a URL with its verifier.
type authorisation struct{ url, verifier string }

func verbCredentials(s *step) (any, error) {
	id, uri, url := clientID, redirectURI, s.play.sandbox.url
	for argument, place := range map[string]*string{"client_id": &id, "redirect_uri": &uri, "accounts_url": &url} {
		if s.has(argument) {
			*place = s.text(argument)
		}
	}
	var options []clef.CredentialsOption
	if uri != "none" {
		options = append(options, clef.WithRedirectURI(uri))
	}
	if url != "none" {
		options = append(options, clef.WithAccountsURL(url))
	}
	if s.has("secret") {
		options = append(options, clef.WithClientSecret(s.text("secret")))
	}
	if sender, ok := s.sender("sender"); ok {
		options = append(options, clef.WithSender(sender))
	}
	return anyOf(clef.NewCredentials(id, options...))
}

// either requests a plain token, or one that refreshes itself.
func either(s *step, plain func(*clef.Credentials) (*clef.Token, error), refreshing func(clef.RefreshingCredentials) (*clef.RefreshingToken, error)) (any, error) {
	if s.flag("refreshing") {
		return anyOf(refreshing(s.credentials().Refreshing()))
	}
	return anyOf(plain(s.credentials()))
}

func verbCarry(s *step) (any, error) {
	request := must(s.request().HTTPRequest(ctx))
	sentAt := time.Now()
	answer := must(carry(request, s.play.sandbox.url))
	return anyOf(s.request().Finish(sentAt, answer))
}

func verbFinish(s *step) (any, error) {
	return anyOf(s.request().Finish(time.Time{}, response(s.answer())))
}

func requestToken(s *step) func(context.Context) (any, error) {
	auth, code, state, refreshing := s.auth(), s.needed("code"), s.needed("state"), s.flag("refreshing")
	return func(ctx context.Context) (any, error) {
		if refreshing {
			return anyOf(auth.RequestRefreshingToken(ctx, code, state))
		}
		return anyOf(auth.RequestToken(ctx, code, state))
	}
}

func requestTokenFromURL(s *step) func(context.Context) (any, error) {
	auth, url, refreshing := s.auth(), s.needed("url"), s.flag("refreshing")
	return func(ctx context.Context) (any, error) {
		if refreshing {
			return anyOf(auth.RequestRefreshingTokenFromURL(ctx, url))
		}
		return anyOf(auth.RequestTokenFromURL(ctx, url))
	}
}

func redirectWait(s *step) func(context.Context) (any, error) {
	listener, state, timeout := s.listener(), s.text("state"), s.milliseconds("timeout_ms", 20000)
	return func(ctx context.Context) (any, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		return anyOf(listener.Wait(ctx, state))
	}
}

// verbRedirectWaitTwice has two goroutines wait; the first to end cancels the other.
func verbRedirectWaitTwice(s *step) (any, error) {
	listener := s.listener()
	ended := make(chan error, 2)
	for i := 0; i < 2; i++ {
		go func() {
			ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
			defer cancel()
			_, err := listener.Wait(ctx, "")
			ended <- err
		}()
	}
	first := <-ended
	listener.Cancel()
	if second := <-ended; !errors.Is(second, clef.ErrCancelled) {
		complain("the second to wait ended as %v", second)
	}
	return nil, first
}

func login(s *step) func(context.Context) (any, error) {
	credentials, options := s.credentials(), s.options()
	return func(ctx context.Context) (any, error) { return anyOf(clef.Login(ctx, credentials, options)) }
}

func verbAccessToken(s *step) (any, error) {
	token, count := s.refreshing(), s.number("concurrently", 1)
	if count < 1 || count > math.MaxInt16 {
		complain("too many goroutines")
	}
	texts, errs := make([]string, count), make([]error, count)
	var asking sync.WaitGroup
	begin := make(chan struct{})
	for i := range texts {
		asking.Add(1)
		go func(i int) {
			defer asking.Done()
			<-begin
			texts[i], errs[i] = token.AccessToken(ctx)
		}(i)
	}
	close(begin)
	asking.Wait()
	for i := range texts {
		if texts[i] != texts[0] || statusOf(errs[i]) != statusOf(errs[0]) {
			complain("not all that asked got the same")
		}
	}
	return anyOf(texts[0], errs[0])
}
