package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"clef"
)

// complaint is thrown where a scenario is not as it should be.
type complaint string

func complain(format string, arguments ...any) {
	panic(complaint(fmt.Sprintf(format, arguments...)))
}

// step is one with its names replaced.
type step struct {
	play         *play
	verb         string
	arguments    map[string]string
	fails        string
	expectations map[string]string
}

// has says whether the argument is there.
func (s *step) has(name string) bool {
	_, ok := s.arguments[name]
	return ok
}

// text is "" where it is left out.
func (s *step) text(name string) string {
	return s.arguments[name]
}

func (s *step) needed(name string) string {
	value, ok := s.arguments[name]
	if !ok {
		complain("%s lacks %s", s.verb, name)
	}
	return value
}

// flag is one that may be left out.
func (s *step) flag(name string) bool {
	value, ok := s.arguments[name]
	if ok && value != "yes" {
		complain("%s=%s is no flag", name, value)
	}
	return ok
}

func (s *step) number(name string, otherwise int64) int64 {
	value, ok := s.arguments[name]
	if !ok {
		return otherwise
	}
	return wholeNumber(value)
}

func wholeNumber(text string) int64 {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		complain("%s is no number", text)
	}
	return number
}

func (s *step) milliseconds(name string, otherwise int64) time.Duration {
	return time.Duration(s.number(name, otherwise)) * time.Millisecond
}

// scopes are none where they are left out.
func (s *step) scopes(name string) clef.ScopeSet {
	set, err := clef.ParseScopes(s.text(name))
	if err != nil {
		complain("%s is no set of scopes", s.text(name))
	}
	return set
}

func (s *step) flags() clef.Flags {
	var flags clef.Flags
	if s.flag("pkce") {
		flags |= clef.PKCE
	}
	if s.flag("show_dialog") {
		flags |= clef.ShowDialog
	}
	return flags
}

func (s *step) tokenFlags() clef.TokenFlags {
	if s.flag("pkce") {
		return clef.UsesPKCE
	}
	return 0
}

// object is the one that an argument names.
func object[T any](s *step, name string) T {
	value, ok := s.play.names[s.needed(name)]
	if !ok {
		complain("%s is not bound", s.text(name))
	}
	wanted, ok := value.(T)
	if !ok {
		complain("%s is something else than %s takes", s.text(name), s.verb)
	}
	return wanted
}

func (s *step) credentials() *clef.Credentials    { return object[*clef.Credentials](s, "credentials") }
func (s *step) token() *clef.Token                { return object[*clef.Token](s, "token") }
func (s *step) refreshing() *clef.RefreshingToken { return object[*clef.RefreshingToken](s, "token") }
func (s *step) auth() *clef.UserAuth              { return object[*clef.UserAuth](s, "auth") }
func (s *step) store() *clef.TokenStore           { return object[*clef.TokenStore](s, "store") }
func (s *step) request() *clef.TokenRequest       { return object[*clef.TokenRequest](s, "request") }
func (s *step) listener() *clef.RedirectListener {
	return object[*clef.RedirectListener](s, "listener")
}
func (s *step) sender(name string) (*clef.Sender, bool) {
	if !s.has(name) {
		return nil, false
	}
	if custom, ok := s.play.names[s.text(name)].(*customSender); ok {
		return custom.Sender, true
	}
	return object[*clef.Sender](s, name), true
}

// playLine says what is wrong with the step; "" where all is well.
func (p *play) playLine(l line) (wrong string) {
	defer func() {
		if thrown := recover(); thrown != nil {
			text, ok := thrown.(complaint)
			if !ok {
				panic(thrown)
			}
			wrong = string(text)
		}
	}()
	words := l.words
	if words[0] == "expect" {
		p.expect(words[1:])
		return ""
	}
	name := ""
	if len(words) > 2 && words[1] == "=" {
		name, words = words[0], words[2:]
	}
	s := p.step(words)
	result, err := s.run()
	s.check(err)
	if err != nil {
		return ""
	}
	if result != nil {
		p.made = append(p.made, result)
	}
	if name != "" {
		if result == nil {
			complain("%s gives nothing", s.verb)
		}
		p.names[name] = result
	}
	return ""
}

func (p *play) step(words []string) *step {
	s := &step{play: p, verb: words[0], arguments: map[string]string{}, expectations: map[string]string{}}
	into := s.arguments
	for i := 1; i < len(words); i++ {
		if words[i] == "fails" && s.fails == "" {
			if i++; i == len(words) {
				complain("fails how?")
			}
			s.fails, into = words[i], s.expectations
			continue
		}
		name, value, ok := strings.Cut(words[i], "=")
		if !ok {
			complain("%s is no argument", words[i])
		}
		into[name] = p.replaceNames(value)
	}
	return s
}

func (s *step) run() (any, error) {
	if verb := strings.TrimPrefix(s.verb, "start_"); verb != s.verb {
		return s.start(verb)
	}
	verb, ok := verbs[s.verb]
	if !ok {
		complain("there is no %s", s.verb)
	}
	s.checkArguments(verb)
	return verb.play(s)
}

func (s *step) checkArguments(verb verb) {
	if verb.arguments == any_ {
		return
	}
	known := strings.Fields(verb.arguments)
next:
	for name := range s.arguments {
		for _, other := range known {
			if name == other {
				continue next
			}
		}
		complain("%s takes no %s", s.verb, name)
	}
}

// check compares what came of the step with what was expected.
func (s *step) check(err error) {
	expected := s.fails
	if expected == "" {
		expected = "OK"
	}
	if found := statusOf(err); found != expected {
		complain("%s is %s, not %s: %v", s.verb, found, expected, err)
	}
	var failed *clef.Error
	if err != nil && !errors.As(err, &failed) {
		complain("%s gives an error that is no *clef.Error: %v", s.verb, err)
	}
	for name, value := range s.expectations {
		s.checkExpectation(name, value, failed)
	}
}

func (s *step) checkExpectation(name, expected string, err *clef.Error) {
	found := ""
	switch name {
	case "remedy":
		found = remedyName(err.Remedy)
	case "oauth_error":
		found = orNone(err.OAuthError)
	case "oauth_description":
		found = orNone(err.OAuthDescription)
	case "http_status":
		found = "none"
		if err.HTTPStatus != 0 {
			found = strconv.Itoa(err.HTTPStatus)
		}
	case "retry_after":
		found = "none"
		if err.RetryAfter >= 0 {
			found = durationText(err.RetryAfter)
		}
	case "message_has", "message_lacks":
		if strings.Contains(err.Message, expected) != (name == "message_has") {
			complain("the message is '%s'", err.Message)
		}
		return
	default:
		complain("%s is nothing to expect", name)
	}
	if found != expected {
		complain("%s is '%s', not '%s'", name, found, expected)
	}
}

func statusOf(err error) string {
	var failed *clef.Error
	switch {
	case err == nil:
		return "OK"
	case errors.As(err, &failed):
		return shortName(failed.Status)
	}
	return err.Error()
}

func shortName(status clef.Status) string {
	return strings.TrimPrefix(status.Name(), "CLEF_STATUS_")
}

func statusNamed(name string) clef.Status {
	for status := clef.Status(0); status <= clef.ErrInternal; status++ {
		if shortName(status) == name {
			return status
		}
	}
	complain("there is no status %s", name)
	return 0
}

func remedyName(remedy clef.Remedy) string {
	return strings.ToUpper(strings.ReplaceAll(remedy.String(), " ", "_"))
}

func (p *play) expect(words []string) {
	if len(words) != 3 {
		complain("expect takes a value, an operator and a value")
	}
	left, right := p.replaceNames(words[0]), p.replaceNames(words[2])
	if !holds(left, words[1], right) {
		complain("'%s' %s '%s' does not hold", left, words[1], right)
	}
}

func holds(left, operator, right string) bool {
	switch operator {
	case "is":
		return left == right
	case "is_not":
		return left != right
	case "begins":
		return strings.HasPrefix(left, right)
	case "ends":
		return strings.HasSuffix(left, right)
	case "has":
		return strings.Contains(left, right)
	case "lacks":
		return !strings.Contains(left, right)
	case "has_length":
		return int64(len(left)) == wholeNumber(right)
	case "at_least":
		return wholeNumber(left) >= wholeNumber(right)
	case "at_most":
		return wholeNumber(left) <= wholeNumber(right)
	}
	complain("%s is no operator", operator)
	return false
}
