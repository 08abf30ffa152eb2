//! The scopes that Spotify knows, each with the line that the consent page shows.

/// Name and meaning of every scope.
const SCOPES: [(&str, &str); 19] = [
    (
        "app-remote-control",
        "Control the Spotify application on this device",
    ),
    ("playlist-modify-private", "Change your private playlists"),
    ("playlist-modify-public", "Change your public playlists"),
    (
        "playlist-read-collaborative",
        "See your collaborative playlists",
    ),
    ("playlist-read-private", "See your private playlists"),
    ("streaming", "Play music in a player of its own"),
    ("ugc-image-upload", "Upload images for your playlists"),
    ("user-follow-modify", "Change whom you follow"),
    ("user-follow-read", "See whom you follow"),
    ("user-library-modify", "Change your library"),
    ("user-library-read", "See your library"),
    ("user-modify-playback-state", "Control what you are playing"),
    (
        "user-read-currently-playing",
        "See what you are playing now",
    ),
    ("user-read-email", "See your email address"),
    (
        "user-read-playback-position",
        "See how far you got in an episode",
    ),
    (
        "user-read-playback-state",
        "See what you are playing, and where",
    ),
    ("user-read-private", "See your subscription and country"),
    ("user-read-recently-played", "See what you played recently"),
    ("user-top-read", "See what you play most"),
];

/// What a scope allows, in a line; nothing for an unknown scope.
pub fn describe(name: &str) -> Option<&'static str> {
    SCOPES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, description)| *description)
}
