package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	clientID    = "sandbox-client"
	redirectURI = "http://127.0.0.1/callback"
)

// sandbox is the stand-in for the accounts service.
type sandbox struct{ url string }

// browser shows where it is redirected to, and goes nowhere.
var browser = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// admin controls the sandbox; it gives the answer.
func (s *sandbox) admin(method, what, body string) (string, error) {
	request, err := http.NewRequest(method, s.url+"/sandbox/"+what, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := browser.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("the sandbox answers %d: %s", answer.StatusCode, text)
	}
	return string(text), err
}

func (s *sandbox) control(method, what, body string) string {
	return must(s.admin(method, what, body))
}

// count is how often a token was asked for.
func (s *sandbox) count(grantType string) string {
	what := "count?path=/api/token"
	if grantType != "" {
		what += "&grant_type=" + grantType
	}
	_, number, _ := strings.Cut(s.control(http.MethodGet, what, ""), ":")
	return strings.Trim(number, " }\n")
}

func (s *sandbox) await(count int64, grantType string) {
	for end := time.Now().Add(20 * time.Second); wholeNumber(s.count(grantType)) < count; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			complain("the sandbox did not get its %d requests", count)
		}
	}
}

// logIn decides as the user does, and gives where they are redirected to.
func logIn(url, decision string) (string, error) {
	answer, err := browser.Get(url + "&sandbox_auto=" + decision)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	redirect := answer.Header.Get("Location")
	if redirect == "" {
		return "", fmt.Errorf("the sandbox does not redirect, but answers %d", answer.StatusCode)
	}
	return redirect, nil
}

// visit gives the HTTP status of a page.
func visit(url string) (string, error) {
	return statusOfPage(http.NewRequest(http.MethodGet, url, nil))
}

func statusOfPage(request *http.Request, err error) (string, error) {
	if err != nil {
		return "", err
	}
	answer, err := browser.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return fmt.Sprint(answer.StatusCode), err
}

func (s *sandbox) webAPI(accessToken string) (string, error) {
	request, err := http.NewRequest(http.MethodGet, s.url+"/v1/me", nil)
	if err == nil {
		request.Header.Set("Authorization", "Bearer "+accessToken)
	}
	return statusOfPage(request, err)
}
