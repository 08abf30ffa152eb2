//! The page for who opens the sandbox in a browser.

/// What this is, and what there is to ask.
pub async fn index() -> &'static str {
    concat!(
        "clef-sandbox: a local stand-in for the Spotify accounts service.\n\n",
        include_str!("../endpoints.txt")
    )
}
