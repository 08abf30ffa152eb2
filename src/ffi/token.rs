//! Expiring tokens.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::clock::TIME_UNKNOWN;
use crate::error::Error;
use crate::token::Token;

use super::arguments::{self, nullable_text, required, text};
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over};
use super::scope::clef_scope_set;
use super::strings;
use super::text::borrowed;

/// An access token of the program or of a user, as it was at one time. Immutable; any thread may
/// read it at any time. Reference: `Token`.
///
/// Methods: `clef_token_from_json`, `_from_tekore_config`, `_to_json`, `_access_token`,
/// `_refresh_token`, `_token_type`, `_scopes`, `_missing_scopes`, `_expires_at`, `_expires_in`,
/// `_is_expiring`, `_uses_pkce`, `_authorised_at`, `_with_authorised_at`, `_grant_expires_at`,
/// `_clone`, `_free`.
pub struct clef_token {
    pub(super) token: Token,
    scopes: clef_scope_set,
}

impl clef_token {
    pub(super) fn new(token: Token) -> clef_token {
        clef_token {
            scopes: clef_scope_set(token.scopes().clone()),
            token,
        }
    }
}

/// Flags of `clef_token_from_json`.
///
/// cbindgen:prefix-with-name=true
/// cbindgen:rename-all=ScreamingSnakeCase
#[repr(C)]
pub enum TokenFlag {
    /// The token comes from a login with PKCE. What the JSON itself says wins.
    UsesPkce = 1,
}

/// Reads a token response of the service, or a token that `clef_token_to_json` saved. Reference:
/// `Token(token_info, uses_pkce)`.
///
/// `flags`: `CLEF_TOKEN_USES_PKCE` for JSON that does not say so itself. A response lives for
/// `expires_in` seconds from now, 3600 where it does not say; a saved token expires at the
/// earlier of that and its saved `expires_at`. With a `refresh_token` alone it has expired, and is
/// refreshed before it is used. `CLEF_STATUS_INVALID_ARGUMENT` where it is not JSON, has neither
/// token, or a member of the wrong type.
///
/// It reads the `.cache` files of spotipy, a Python library, as they are; say
/// `CLEF_TOKEN_USES_PKCE` for those of its `SpotifyPKCE`. They do not tell when the user logged
/// in: see `clef_token_with_authorised_at`.
///
/// Without a refresh token it counts as a client token, to be replaced by another, unless its
/// scopes or PKCE show that a user logged in: such a one is `CLEF_STATUS_LOGIN_REQUIRED` when it
/// is to be refreshed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_token_from_json(
    json: *const c_char,
    flags: u32,
    token: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let json = text("json", json)?;
        let token = Token::from_json(json, uses_pkce(flags)?)?;
        Ok(hand_over(clef_token::new(token)))
    })
}

/// Reads the refresh token from `config`, the text of a configuration file of tekore, a Python
/// library: the token has expired, and is refreshed before it is used. Reference:
/// `config_from_file`.
///
/// `section` is nullable: tekore's own, `DEFAULT`. `flags`: `CLEF_TOKEN_USES_PKCE` for a refresh
/// token that came from a login with PKCE. `CLEF_STATUS_INVALID_ARGUMENT` where that section has
/// no `SPOTIFY_USER_REFRESH`. The file does not tell when the user logged in: see
/// `clef_token_with_authorised_at`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_token_from_tekore_config(
    config: *const c_char,
    section: *const c_char,
    flags: u32,
    token: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("token", token), error, || {
        let config = text("config", config)?;
        let section = nullable_text("section", section)?;
        let token = Token::from_tekore_config(config, section, uses_pkce(flags)?)?;
        Ok(hand_over(clef_token::new(token)))
    })
}

fn uses_pkce(flags: u32) -> Result<bool, Error> {
    let uses_pkce = TokenFlag::UsesPkce as u32;
    Ok(arguments::flags(flags, uses_pkce)? & uses_pkce != 0)
}

/// The JSON to save, on one line: the tokens, their scopes and times, the client id, whether
/// PKCE was used, and members that clef did not know when it read them (a refresh keeps these,
/// unless its answer brings others). **Secret**. Free it with `clef_string_free`.
///
/// The keys stay as they are: `access_token`, `token_type`, `scope`, `expires_in`, `expires_at`,
/// `refresh_token`, `uses_pkce`, `client_id`, `authorised_at`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_to_json(
    token: Option<&clef_token>,
    json: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("json", json), error, || {
        let token = required("token", token)?;
        Ok(strings::hand_over(token.token.to_json().expose()))
    })
}

/// The access token, for the header `Authorization: Bearer …`; `""` where the refresh token alone
/// is known. **Secret**. Borrowed: lives as long as the token. Reference: `Token.access_token`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_access_token(token: Option<&clef_token>) -> *const c_char {
    borrowed(token.map(|token| token.token.access_token().with_nul()))
}

/// The refresh token; NULL for a client token. **Secret**. Borrowed: lives as long as the token.
/// Reference: `Token.refresh_token`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_refresh_token(token: Option<&clef_token>) -> *const c_char {
    borrowed(token.and_then(|token| Some(token.token.refresh_token()?.with_nul())))
}

/// How the token is used, as the service said it: `"Bearer"`. Borrowed: lives as long as the
/// token. Reference: `Token.token_type`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_token_type(token: Option<&clef_token>) -> *const c_char {
    borrowed(token.map(|token| token.token.texts().token_type.with_nul()))
}

/// What the user allowed; empty for a client token. Borrowed: lives as long as the token;
/// `clef_scope_set_clone` makes it yours. Reference: `Token.scope`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_scopes(token: Option<&clef_token>) -> Option<&clef_scope_set> {
    token.map(|token| &token.scopes)
}

/// Those of `wanted` that the user has not allowed; empty where the token has them all. Yours: free
/// it with `clef_scope_set_free`. No network. Where it is not empty, log the user in with the
/// `clef_scope_set_union` of what the token has and what is wanted: a login replaces the one
/// before, scopes and all.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_missing_scopes(
    token: Option<&clef_token>,
    wanted: Option<&clef_scope_set>,
    missing: Option<&mut MaybeUninit<Option<Box<clef_scope_set>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("missing", missing), error, || {
        let token = &required("token", token)?.token;
        let missing = token.missing_scopes(&required("wanted", wanted)?.0);
        Ok(hand_over(clef_scope_set(missing)))
    })
}

/// When the token expires, in Unix seconds. NULL gives 0. Reference: `Token.expires_at`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_expires_at(token: Option<&clef_token>) -> i64 {
    token.map_or(TIME_UNKNOWN, |token| token.token.expires_at())
}

/// In how many seconds from now the token expires; negative once it has. NULL gives 0.
/// Reference: `Token.expires_in`.
///
/// Neither a clock that was set back nor a laptop that slept makes it longer.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_expires_in(token: Option<&clef_token>) -> i64 {
    token.map_or(0, |token| token.token.expires_in())
}

/// Whether the token has less than 60 seconds left. NULL gives false. Reference:
/// `Token.is_expiring`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_is_expiring(token: Option<&clef_token>) -> bool {
    token.is_some_and(|token| token.token.is_expiring())
}

/// Whether the token comes from a login with PKCE. NULL gives false. Reference:
/// `Token.uses_pkce`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_uses_pkce(token: Option<&clef_token>) -> bool {
    token.is_some_and(|token| token.token.uses_pkce())
}

/// When the user logged in, in Unix seconds; `CLEF_TIME_UNKNOWN` where that is not known, and
/// for a client token.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_authorised_at(token: Option<&clef_token>) -> i64 {
    token.map_or(TIME_UNKNOWN, |token| token.token.authorised_at())
}

/// A new token, the same but for the time of the login: for a token that another library saved.
/// `authorised_at` is in Unix seconds, 0 (`CLEF_TIME_UNKNOWN`) or more.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_with_authorised_at(
    token: Option<&clef_token>,
    authorised_at: i64,
    changed: Option<&mut MaybeUninit<Option<Box<clef_token>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("changed", changed), error, || {
        let token = required("token", token)?;
        if authorised_at < TIME_UNKNOWN {
            return Err(Error::invalid_argument(
                "authorised_at must not be negative",
            ));
        }
        Ok(hand_over(clef_token::new(
            token.token.with_authorised_at(authorised_at),
        )))
    })
}

/// About when the grant ends and the user has to log in again, in Unix seconds: six months after
/// the login, however often the token was refreshed. An estimate, for a warning: clef never
/// refuses a refresh for it.
///
/// `CLEF_TIME_UNKNOWN` where the login is not known, `CLEF_TIME_NEVER` for a client token.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_grant_expires_at(token: Option<&clef_token>) -> i64 {
    token.map_or(TIME_UNKNOWN, |token| token.token.grant_expires_at())
}

/// A new handle to the same token. Yours: free it with `clef_token_free`. NULL gives NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_clone(token: Option<&clef_token>) -> Option<Box<clef_token>> {
    hand_over(clef_token::new(token?.token.clone()))
}

/// Frees a handle, and wipes the token with its last handle. Strings that were borrowed from it
/// are gone. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_token_free(token: Option<Box<clef_token>>) {
    drop(token);
}
