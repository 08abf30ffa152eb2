package clef_test

import (
	"encoding/json"
	"testing"

	"clef"
)

func TestScopesHaveTheNamesOfTheLibrary(t *testing.T) {
	ours := []clef.Scope{
		clef.ScopeAppRemoteControl, clef.ScopePlaylistModifyPrivate, clef.ScopePlaylistModifyPublic,
		clef.ScopePlaylistReadCollaborative, clef.ScopePlaylistReadPrivate, clef.ScopeStreaming,
		clef.ScopeUGCImageUpload, clef.ScopeUserFollowModify, clef.ScopeUserFollowRead, clef.ScopeUserLibraryModify,
		clef.ScopeUserLibraryRead, clef.ScopeUserModifyPlaybackState, clef.ScopeUserReadCurrentlyPlaying,
		clef.ScopeUserReadEmail, clef.ScopeUserReadPlaybackPosition, clef.ScopeUserReadPlaybackState,
		clef.ScopeUserReadPrivate, clef.ScopeUserReadRecentlyPlayed, clef.ScopeUserTopRead,
	}
	known := clef.KnownScopes()
	if len(known) != len(ours) {
		t.Fatalf("the library knows %v", known)
	}
	for i, scope := range ours {
		if known[i] != scope || !scope.IsKnown() {
			t.Errorf("%s is %s to the library", scope, known[i])
		}
	}
	if clef.Scope("a-scope-of-tomorrow").IsKnown() || clef.Scope("").IsKnown() || clef.Scope("\x00").IsKnown() {
		t.Error("the library knows too much")
	}
}

func TestScopeSetsAreValues(t *testing.T) {
	a := clef.Scopes("b", "a", "b")
	if a != must(clef.ParseScopes("a  b")) || a.String() != "a b" || a.Len() != 2 {
		t.Errorf("%q", a)
	}
	var empty clef.ScopeSet
	if !empty.IsEmpty() || empty != clef.Scopes() || empty.Len() != 0 || !empty.IsSubsetOf(a) || empty.Contains("a") {
		t.Errorf("%q", empty)
	}
	if union := a.With("c"); union.String() != "a b c" || union.Without("b").String() != "a c" {
		t.Errorf("%q", union)
	}
	if common := a.Intersection(clef.Scopes("b", "d")); common.String() != "b" {
		t.Errorf("%q", common)
	}
	seen := map[clef.ScopeSet]bool{a: true}
	if !seen[clef.Scopes("a", "b")] {
		t.Error("they are no keys")
	}
	var names []clef.Scope
	for _, scope := range a.Slice() {
		names = append(names, scope)
	}
	if len(names) != 2 || names[0] != "a" || names[1] != "b" {
		t.Errorf("%v", names)
	}
	text := string(must(json.Marshal(map[string]clef.ScopeSet{"scope": a})))
	var read map[string]clef.ScopeSet
	if err := json.Unmarshal([]byte(text), &read); err != nil || text != `{"scope":"a b"}` || read["scope"] != a {
		t.Errorf("%s %v %v", text, read, err)
	}
}

// Go's strings hold what C's cannot.
func TestTextThatIsNoneIsRefused(t *testing.T) {
	for _, bad := range []string{"a\x00b", "\xff"} {
		_, err := clef.ParseScopes(bad)
		expectStatus(t, err, clef.ErrInvalidArgument)
		_, err = clef.NewCredentials(bad)
		expectStatus(t, err, clef.ErrInvalidArgument)
		_, err = newCredentials().UserAuthorisationURL(clef.Scopes(clef.Scope(bad)).With("a"), "", 0)
		expectStatus(t, err, clef.ErrInvalidArgument)
		_, err = newCredentials().UserAuthorisationURL(clef.Scopes(), bad, 0)
		expectStatus(t, err, clef.ErrInvalidArgument)
		_, err = clef.TokenFromJSON(bad, 0)
		expectStatus(t, err, clef.ErrInvalidArgument)
	}
}
