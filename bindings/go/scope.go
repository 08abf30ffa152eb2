package clef

// #include "shim.h"
import "C"

import (
	"sort"
	"strings"
)

// Scope is a privilege that a user may allow, by its name on the wire. The service may add scopes before this package
// has a name for them: any text without spaces is one.
type Scope string

// The scopes that clef knows. AppRemoteControl and Streaming are outside the Web API, so not in [EveryScope].
const (
	ScopeAppRemoteControl          Scope = "app-remote-control"
	ScopePlaylistModifyPrivate     Scope = "playlist-modify-private"
	ScopePlaylistModifyPublic      Scope = "playlist-modify-public"
	ScopePlaylistReadCollaborative Scope = "playlist-read-collaborative"
	ScopePlaylistReadPrivate       Scope = "playlist-read-private"
	ScopeStreaming                 Scope = "streaming"
	ScopeUGCImageUpload            Scope = "ugc-image-upload"
	ScopeUserFollowModify          Scope = "user-follow-modify"
	ScopeUserFollowRead            Scope = "user-follow-read"
	ScopeUserLibraryModify         Scope = "user-library-modify"
	ScopeUserLibraryRead           Scope = "user-library-read"
	ScopeUserModifyPlaybackState   Scope = "user-modify-playback-state"
	ScopeUserReadCurrentlyPlaying  Scope = "user-read-currently-playing"
	ScopeUserReadEmail             Scope = "user-read-email"
	ScopeUserReadPlaybackPosition  Scope = "user-read-playback-position"
	ScopeUserReadPlaybackState     Scope = "user-read-playback-state"
	ScopeUserReadPrivate           Scope = "user-read-private"
	ScopeUserReadRecentlyPlayed    Scope = "user-read-recently-played"
	ScopeUserTopRead               Scope = "user-top-read"
)

// KnownScopes are the scopes that the library knows, in order.
func KnownScopes() []Scope {
	var known []Scope
	for number := C.clef_scope(1); ; number++ {
		name := C.clef_scope_name(number)
		if name == nil {
			return known
		}
		known = append(known, Scope(C.GoString(name)))
	}
}

// IsKnown says whether the library knows the scope.
func (s Scope) IsKnown() bool {
	known := false
	_ = call(func(a *arguments, _ **C.clef_error) C.clef_status {
		known = C.clef_scope_from_name(a.text("name", string(s))) != C.CLEF_SCOPE_UNKNOWN
		return C.CLEF_STATUS_OK
	})
	return known
}

// ScopeSet is a set of scopes: a value, to be compared with ==, used as the key of a map, and copied. The zero value is
// the empty set. There is nothing to close.
type ScopeSet struct {
	// text is sorted, each name once, one space between two.
	text string
}

// Scopes is the set of these scopes, in any order, doubles allowed.
//
// Text that is not UTF-8 or has a NUL in it is no scope: whatever is asked for it fails with [ErrInvalidArgument].
func Scopes(scopes ...Scope) ScopeSet {
	names := make([]string, len(scopes))
	for i, scope := range scopes {
		names[i] = string(scope)
	}
	text := strings.Join(names, " ")
	set, err := ParseScopes(text)
	if err != nil {
		return ScopeSet{text}
	}
	return set
}

// ParseScopes reads the names in text, which spaces separate. Any name is legal.
func ParseScopes(text string) (ScopeSet, error) {
	return newSet(func(a *arguments, set **C.clef_scope_set, err **C.clef_error) C.clef_status {
		return C.clef_scope_set_parse(a.text("text", text), set, err)
	})
}

// ReadScopes are the 11 scopes that read.
func ReadScopes() ScopeSet { return takeSet(C.clef_scope_set_read()) }

// WriteScopes are the 6 scopes that write.
func WriteScopes() ScopeSet { return takeSet(C.clef_scope_set_write()) }

// EveryScope are the 17 scopes of the Web API, so without [ScopeAppRemoteControl] and [ScopeStreaming].
func EveryScope() ScopeSet { return takeSet(C.clef_scope_set_every()) }

// Union is what is in s or in other.
func (s ScopeSet) Union(other ScopeSet) ScopeSet {
	return combine(s, other, func(a, b *C.clef_scope_set, set **C.clef_scope_set) {
		C.clef_scope_set_union(a, b, set, nil)
	})
}

// With is s and these scopes.
func (s ScopeSet) With(scopes ...Scope) ScopeSet {
	return s.Union(Scopes(scopes...))
}

// Difference is what is in s but not in other.
func (s ScopeSet) Difference(other ScopeSet) ScopeSet {
	return combine(s, other, func(a, b *C.clef_scope_set, set **C.clef_scope_set) {
		C.clef_scope_set_difference(a, b, set, nil)
	})
}

// Without is s but for these scopes.
func (s ScopeSet) Without(scopes ...Scope) ScopeSet {
	return s.Difference(Scopes(scopes...))
}

// Intersection is what is both in s and in other.
func (s ScopeSet) Intersection(other ScopeSet) ScopeSet {
	return s.Difference(s.Difference(other))
}

// Contains says whether the set has this scope.
func (s ScopeSet) Contains(scope Scope) bool {
	return compare(s, ScopeSet{}, func(a *arguments, set, _ *C.clef_scope_set) bool {
		return bool(C.clef_scope_set_contains(set, a.text("scope", string(scope))))
	})
}

// IsSubsetOf says whether all of s is in other.
func (s ScopeSet) IsSubsetOf(other ScopeSet) bool {
	return compare(s, other, func(_ *arguments, set, other *C.clef_scope_set) bool {
		return bool(C.clef_scope_set_is_subset(set, other))
	})
}

// Equal says whether both have the same scopes, as == does.
func (s ScopeSet) Equal(other ScopeSet) bool {
	return compare(s, other, func(_ *arguments, set, other *C.clef_scope_set) bool {
		return bool(C.clef_scope_set_equals(set, other))
	})
}

// Len is how many scopes the set has.
func (s ScopeSet) Len() int {
	return len(s.Slice())
}

// IsEmpty says whether the set has no scope.
func (s ScopeSet) IsEmpty() bool {
	return s.text == ""
}

// Slice has the scopes in sorted order, to range over. It is yours to change.
func (s ScopeSet) Slice() []Scope {
	names := strings.Fields(s.text)
	scopes := make([]Scope, len(names))
	for i, name := range names {
		scopes[i] = Scope(name)
	}
	return scopes
}

// String has the names, sorted and joined by spaces.
func (s ScopeSet) String() string {
	return s.text
}

// MarshalText makes the set a string in JSON, the one of [ScopeSet.String].
func (s ScopeSet) MarshalText() ([]byte, error) {
	return []byte(s.text), nil
}

// UnmarshalText reads what [ParseScopes] reads.
func (s *ScopeSet) UnmarshalText(text []byte) error {
	set, err := ParseScopes(string(text))
	if err == nil {
		*s = set
	}
	return err
}

func newSet(make func(a *arguments, set **C.clef_scope_set, err **C.clef_error) C.clef_status) (ScopeSet, error) {
	var set *C.clef_scope_set
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		return make(a, &set, err)
	})
	if err != nil {
		return ScopeSet{}, err
	}
	return takeSet(set), nil
}

// takeSet frees the set.
func takeSet(set *C.clef_scope_set) ScopeSet {
	defer C.clef_scope_set_free(set)
	return readSet(set)
}

func readSet(set *C.clef_scope_set) ScopeSet {
	return ScopeSet{C.GoString(C.clef_scope_set_to_string(set))}
}

// combine keeps the names of a set that is not one, so that what it is used for says so.
func combine(s, other ScopeSet, operation func(a, b *C.clef_scope_set, set **C.clef_scope_set)) ScopeSet {
	set, err := newSet(func(a *arguments, set **C.clef_scope_set, _ **C.clef_error) C.clef_status {
		operation(a.wholeSet("s", s), a.wholeSet("other", other), set)
		return C.CLEF_STATUS_OK
	})
	if err != nil {
		names := append(strings.Fields(s.text), strings.Fields(other.text)...)
		sort.Strings(names)
		return ScopeSet{strings.Join(names, " ")}
	}
	return set
}

// compare is false for a set that is not one.
func compare(s, other ScopeSet, ask func(a *arguments, set, other *C.clef_scope_set) bool) bool {
	answer := false
	_ = call(func(a *arguments, _ **C.clef_error) C.clef_status {
		answer = ask(a, a.wholeSet("s", s), a.wholeSet("other", other))
		return C.CLEF_STATUS_OK
	})
	return answer
}
