//! What a user allows a program to do.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::text::Text;

/// Every `clef_scope`: the scopes that clef knows by number. Numbers are never changed or reused. The
/// service may add scopes before clef does: scope sets take any name.
///
/// cbindgen:prefix-with-name=true
/// cbindgen:rename-all=ScreamingSnakeCase
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(C)]
#[non_exhaustive]
pub enum Scope {
    /// Not a scope: what `clef_scope_from_name` gives for a name that this version does not
    /// know.
    Unknown = 0,
    /// `app-remote-control`; outside the Web API, so not in `every`.
    AppRemoteControl = 1,
    /// `playlist-modify-private`
    PlaylistModifyPrivate = 2,
    /// `playlist-modify-public`
    PlaylistModifyPublic = 3,
    /// `playlist-read-collaborative`
    PlaylistReadCollaborative = 4,
    /// `playlist-read-private`
    PlaylistReadPrivate = 5,
    /// `streaming`; outside the Web API, so not in `every`.
    Streaming = 6,
    /// `ugc-image-upload`
    UgcImageUpload = 7,
    /// `user-follow-modify`
    UserFollowModify = 8,
    /// `user-follow-read`
    UserFollowRead = 9,
    /// `user-library-modify`
    UserLibraryModify = 10,
    /// `user-library-read`
    UserLibraryRead = 11,
    /// `user-modify-playback-state`
    UserModifyPlaybackState = 12,
    /// `user-read-currently-playing`
    UserReadCurrentlyPlaying = 13,
    /// `user-read-email`
    UserReadEmail = 14,
    /// `user-read-playback-position`
    UserReadPlaybackPosition = 15,
    /// `user-read-playback-state`
    UserReadPlaybackState = 16,
    /// `user-read-private`
    UserReadPrivate = 17,
    /// `user-read-recently-played`
    UserReadRecentlyPlayed = 18,
    /// `user-top-read`
    UserTopRead = 19,
}

/// Whether a scope reads or writes; the reference's `read` and `write` are made of these.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
    OutsideWebApi,
}

/// In the order of their numbers. The names end in NUL for C.
const SCOPES: [(Scope, &str, Access); 19] = [
    (
        Scope::AppRemoteControl,
        "app-remote-control\0",
        Access::OutsideWebApi,
    ),
    (
        Scope::PlaylistModifyPrivate,
        "playlist-modify-private\0",
        Access::Write,
    ),
    (
        Scope::PlaylistModifyPublic,
        "playlist-modify-public\0",
        Access::Write,
    ),
    (
        Scope::PlaylistReadCollaborative,
        "playlist-read-collaborative\0",
        Access::Read,
    ),
    (
        Scope::PlaylistReadPrivate,
        "playlist-read-private\0",
        Access::Read,
    ),
    (Scope::Streaming, "streaming\0", Access::OutsideWebApi),
    (Scope::UgcImageUpload, "ugc-image-upload\0", Access::Write),
    (
        Scope::UserFollowModify,
        "user-follow-modify\0",
        Access::Write,
    ),
    (Scope::UserFollowRead, "user-follow-read\0", Access::Read),
    (
        Scope::UserLibraryModify,
        "user-library-modify\0",
        Access::Write,
    ),
    (Scope::UserLibraryRead, "user-library-read\0", Access::Read),
    (
        Scope::UserModifyPlaybackState,
        "user-modify-playback-state\0",
        Access::Write,
    ),
    (
        Scope::UserReadCurrentlyPlaying,
        "user-read-currently-playing\0",
        Access::Read,
    ),
    (Scope::UserReadEmail, "user-read-email\0", Access::Read),
    (
        Scope::UserReadPlaybackPosition,
        "user-read-playback-position\0",
        Access::Read,
    ),
    (
        Scope::UserReadPlaybackState,
        "user-read-playback-state\0",
        Access::Read,
    ),
    (Scope::UserReadPrivate, "user-read-private\0", Access::Read),
    (
        Scope::UserReadRecentlyPlayed,
        "user-read-recently-played\0",
        Access::Read,
    ),
    (Scope::UserTopRead, "user-top-read\0", Access::Read),
];

impl Scope {
    /// The scope with this number, if this version knows it.
    pub fn from_number(number: i32) -> Option<Scope> {
        SCOPES
            .iter()
            .map(|(scope, ..)| *scope)
            .find(|scope| *scope as i32 == number)
    }

    /// The scope with this name, [`Scope::Unknown`] if this version does not know it.
    pub fn from_name(name: &str) -> Scope {
        SCOPES
            .iter()
            .find(|(_, known, _)| known.trim_end_matches('\0') == name)
            .map_or(Scope::Unknown, |(scope, ..)| *scope)
    }

    /// The name of the scope on the wire; none for [`Scope::Unknown`].
    pub fn name(self) -> Option<&'static str> {
        self.name_with_nul().map(|name| name.trim_end_matches('\0'))
    }

    pub(crate) fn name_with_nul(self) -> Option<&'static str> {
        let index = usize::try_from(self as i32 - 1).ok()?;
        SCOPES.get(index).map(|(_, name, _)| *name)
    }
}

/// A set of scope names: immutable, sorted, cheap to clone.
#[derive(Clone)]
pub struct ScopeSet {
    contents: Arc<Contents>,
}

struct Contents {
    names: Box<[Text]>,
    joined: Text,
}

impl ScopeSet {
    /// The empty set.
    pub fn new() -> ScopeSet {
        ScopeSet::from_names(Vec::new())
    }

    fn from_names(mut names: Vec<Text>) -> ScopeSet {
        names.sort_unstable();
        names.dedup();
        let joined = names.iter().map(Text::as_str).collect::<Vec<_>>().join(" ");
        let joined = Text::new(&joined).expect("no name has a NUL inside");
        ScopeSet {
            contents: Arc::new(Contents {
                names: names.into_boxed_slice(),
                joined,
            }),
        }
    }

    /// The set of these scopes; [`Scope::Unknown`] has no name and is refused.
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Result<ScopeSet> {
        scopes
            .into_iter()
            .map(|scope| {
                scope
                    .name()
                    .ok_or_else(|| Error::invalid_argument("an unknown scope has no name"))
            })
            .map(|name| Ok(Text::new(name?).expect("no name has a NUL inside")))
            .collect::<Result<_>>()
            .map(ScopeSet::from_names)
    }

    /// The set of the names in `text`, which white space separates. Any name is legal.
    pub fn parse(text: &str) -> Result<ScopeSet> {
        text.split_ascii_whitespace()
            .map(|name| {
                Text::new(name)
                    .map_err(|_| Error::invalid_argument("a scope name must not have a NUL inside"))
            })
            .collect::<Result<_>>()
            .map(ScopeSet::from_names)
    }

    fn with_access(wanted: impl Fn(Access) -> bool) -> ScopeSet {
        ScopeSet::of(
            SCOPES
                .iter()
                .filter(|(.., access)| wanted(*access))
                .map(|(scope, ..)| *scope),
        )
        .expect("every listed scope has a name")
    }

    /// Every scope that reads.
    pub fn read() -> ScopeSet {
        ScopeSet::with_access(|access| access == Access::Read)
    }

    /// Every scope that writes.
    pub fn write() -> ScopeSet {
        ScopeSet::with_access(|access| access == Access::Write)
    }

    /// Every scope of the Web API: what reads and what writes.
    pub fn every() -> ScopeSet {
        ScopeSet::with_access(|access| access != Access::OutsideWebApi)
    }

    /// What is in either set.
    pub fn union(&self, other: &ScopeSet) -> ScopeSet {
        ScopeSet::from_names(self.names().iter().chain(other.names()).cloned().collect())
    }

    /// What is in this set and not in `other`.
    pub fn difference(&self, other: &ScopeSet) -> ScopeSet {
        ScopeSet::from_names(
            self.names()
                .iter()
                .filter(|name| !other.contains(name.as_str()))
                .cloned()
                .collect(),
        )
    }

    /// Whether the set has this name.
    pub fn contains(&self, name: &str) -> bool {
        self.names()
            .binary_search_by(|known| known.as_str().cmp(name))
            .is_ok()
    }

    /// Whether all of this set is in `other`.
    pub fn is_subset(&self, other: &ScopeSet) -> bool {
        self.names()
            .iter()
            .all(|name| other.contains(name.as_str()))
    }

    /// How many names the set has.
    pub fn len(&self) -> usize {
        self.names().len()
    }

    /// Whether the set has no name.
    pub fn is_empty(&self) -> bool {
        self.names().is_empty()
    }

    /// The names, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.names().iter().map(Text::as_str)
    }

    /// The names, sorted and joined by spaces.
    pub fn as_str(&self) -> &str {
        self.contents.joined.as_str()
    }

    pub(crate) fn names(&self) -> &[Text] {
        &self.contents.names
    }

    pub(crate) fn joined(&self) -> &Text {
        &self.contents.joined
    }
}

impl Default for ScopeSet {
    fn default() -> ScopeSet {
        ScopeSet::new()
    }
}

impl PartialEq for ScopeSet {
    fn eq(&self, other: &ScopeSet) -> bool {
        self.contents.joined == other.contents.joined
    }
}

impl Eq for ScopeSet {}

impl fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_numbers() {
        for (index, (scope, name, _)) in SCOPES.iter().enumerate() {
            assert_eq!(*scope as usize, index + 1);
            let name = name.trim_end_matches('\0');
            assert_eq!(scope.name(), Some(name));
            assert_eq!(Scope::from_name(name), *scope);
            assert_eq!(Scope::from_number(*scope as i32), Some(*scope));
        }
        assert_eq!(Scope::Unknown.name(), None);
        assert_eq!(Scope::from_number(0), None);
        assert_eq!(Scope::from_number(20), None);
    }

    #[test]
    fn premade_sets_are_those_of_the_reference() {
        assert_eq!(ScopeSet::read().len(), 11);
        assert_eq!(ScopeSet::write().len(), 6);
        let every = ScopeSet::read().union(&ScopeSet::write());
        assert_eq!(every, ScopeSet::every());
        assert_eq!(every.len(), 17);
        assert!(!every.contains("streaming") && !every.contains("app-remote-control"));
    }

    #[test]
    fn a_set_sorts_and_drops_doubles() {
        let set = ScopeSet::parse(" b  a\tb new-scope ").unwrap();
        assert_eq!(set.as_str(), "a b new-scope");
        assert_eq!(
            set.difference(&ScopeSet::parse("b x").unwrap()).as_str(),
            "a new-scope"
        );
        assert!(ScopeSet::parse("a").unwrap().is_subset(&set));
        assert!(!set.is_subset(&ScopeSet::new()));
        assert!(ScopeSet::new().is_subset(&set));
    }

    #[test]
    fn unknown_is_no_member() {
        assert!(ScopeSet::of([Scope::UserTopRead, Scope::Unknown]).is_err());
    }
}
