//! Random codes and tokens, in the shape of Spotify's.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A new access token.
pub fn access_token() -> String {
    with_prefix("BQ")
}

/// A new refresh token or authorisation code.
pub fn refresh_token_or_code() -> String {
    with_prefix("AQ")
}

/// 202 URL-safe characters.
fn with_prefix(prefix: &str) -> String {
    let mut bytes = [0; 150];
    getrandom::getrandom(&mut bytes).expect("the operating system has a random number generator");
    let mut token = String::with_capacity(prefix.len() + 200);
    token.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(bytes, &mut token);
    token
}
