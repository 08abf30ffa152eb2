//! Scopes and sets of them.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::error::Error;
use crate::scope::{Scope, ScopeSet};

use super::arguments::{required, text};
use super::error::{clef_error, clef_status};
use super::guard::{Out, guard, hand_over, must_not_be_null};
use super::text::borrowed;

/// A privilege that a user may allow: one of the `CLEF_SCOPE_…` constants.
pub type clef_scope = i32;

/// A set of scope names: sorted, each once, known to clef or not. Immutable; any thread may read
/// it at any time.
///
/// Methods: `clef_scope_set_new`, `_of`, `_parse`, `_read`, `_write`, `_every`, `_union`,
/// `_difference`, `_contains`, `_is_subset`, `_equals`, `_len`, `_get`, `_to_string`, `_clone`,
/// `_free`.
pub struct clef_scope_set(pub(super) ScopeSet);

/// The name of a scope on the wire, such as `"user-read-email"`. Static: never free it.
///
/// `CLEF_SCOPE_UNKNOWN` and numbers that this version does not know give NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_scope_name(scope: clef_scope) -> *const c_char {
    borrowed(Scope::from_number(scope).and_then(Scope::name_with_nul))
}

/// The scope with this name; `CLEF_SCOPE_UNKNOWN` for NULL, invalid UTF-8 and names that this
/// version does not know.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_scope_from_name(name: *const c_char) -> clef_scope {
    text("name", name).map_or(Scope::Unknown, Scope::from_name) as clef_scope
}

/// A new empty set. Yours: free it with `clef_scope_set_free`. Reference: `Scope()`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_scope_set_new() -> Option<Box<clef_scope_set>> {
    hand_over(clef_scope_set(ScopeSet::new()))
}

/// A new set of the `count` scopes at `scopes`, in any order, doubles allowed. Reference:
/// `Scope(*members)`.
///
/// `scopes` may be NULL where `count` is 0. `CLEF_STATUS_INVALID_ARGUMENT` where one of them is
/// `CLEF_SCOPE_UNKNOWN` or unknown to this version: give such a scope by name to
/// `clef_scope_set_parse`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_scope_set_of(
    scopes: *const clef_scope,
    count: usize,
    set: Option<&mut MaybeUninit<Option<Box<clef_scope_set>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("set", set), error, || {
        let numbers = numbers(scopes, count)?;
        let scopes = numbers
            .iter()
            .map(|number| {
                Scope::from_number(*number).ok_or_else(|| {
                    Error::invalid_argument(format!("scopes has an unknown scope, {number}"))
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(hand_over(clef_scope_set(ScopeSet::of(scopes)?)))
    })
}

fn numbers<'a>(scopes: *const clef_scope, count: usize) -> Result<&'a [clef_scope], Error> {
    const MAX_COUNT: usize = 65_536;
    if count == 0 {
        return Ok(&[]);
    }
    if scopes.is_null() {
        return Err(must_not_be_null("scopes"));
    }
    if count > MAX_COUNT {
        return Err(Error::invalid_argument(format!(
            "count must be at most {MAX_COUNT}, not {count}"
        )));
    }
    // SAFETY: the header asks the caller for `count` readable scopes that are not written during the call.
    Ok(unsafe { std::slice::from_raw_parts(scopes, count) })
}

/// A new set of the scope names in `text`, which spaces separate. Reference: a scope given as a
/// string.
///
/// Any name is legal, since the service adds scopes before clef knows them; an empty text gives
/// the empty set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_scope_set_parse(
    text: *const c_char,
    set: Option<&mut MaybeUninit<Option<Box<clef_scope_set>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("set", set), error, || {
        let names = super::arguments::text("text", text)?;
        Ok(hand_over(clef_scope_set(ScopeSet::parse(names)?)))
    })
}

/// A new set of the 11 scopes that read. Yours: free it with `clef_scope_set_free`. Reference:
/// `scope.read`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_scope_set_read() -> Option<Box<clef_scope_set>> {
    hand_over(clef_scope_set(ScopeSet::read()))
}

/// A new set of the 6 scopes that write. Yours: free it with `clef_scope_set_free`. Reference:
/// `scope.write`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_scope_set_write() -> Option<Box<clef_scope_set>> {
    hand_over(clef_scope_set(ScopeSet::write()))
}

/// A new set of the 17 scopes of the Web API, so without `app-remote-control` and `streaming`.
/// Yours: free it with `clef_scope_set_free`. Reference: `scope.every`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_scope_set_every() -> Option<Box<clef_scope_set>> {
    hand_over(clef_scope_set(ScopeSet::every()))
}

/// A new set of what is in `a` or in `b`. Reference: `Scope` `+`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_scope_set_union(
    a: Option<&clef_scope_set>,
    b: Option<&clef_scope_set>,
    set: Option<&mut MaybeUninit<Option<Box<clef_scope_set>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("set", set), error, || {
        let (a, b) = (required("a", a)?, required("b", b)?);
        Ok(hand_over(clef_scope_set(a.0.union(&b.0))))
    })
}

/// A new set of what is in `a` but not in `b`. Reference: `Scope` `-`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_scope_set_difference(
    a: Option<&clef_scope_set>,
    b: Option<&clef_scope_set>,
    set: Option<&mut MaybeUninit<Option<Box<clef_scope_set>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clef_error>>>>,
) -> clef_status {
    guard(Out::new("set", set), error, || {
        let (a, b) = (required("a", a)?, required("b", b)?);
        Ok(hand_over(clef_scope_set(a.0.difference(&b.0))))
    })
}

/// Whether the set has a scope of this name. False where either is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clef_scope_set_contains(
    set: Option<&clef_scope_set>,
    name: *const c_char,
) -> bool {
    match (set, text("name", name)) {
        (Some(set), Ok(name)) => set.0.contains(name),
        _ => false,
    }
}

/// Whether all of `a` is in `b`. False where either is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_scope_set_is_subset(
    a: Option<&clef_scope_set>,
    b: Option<&clef_scope_set>,
) -> bool {
    a.zip(b).is_some_and(|(a, b)| a.0.is_subset(&b.0))
}

/// Whether `a` and `b` have the same scopes. False where either is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_scope_set_equals(
    a: Option<&clef_scope_set>,
    b: Option<&clef_scope_set>,
) -> bool {
    a.zip(b).is_some_and(|(a, b)| a.0 == b.0)
}

/// How many scopes the set has. NULL gives 0.
#[unsafe(no_mangle)]
pub extern "C" fn clef_scope_set_len(set: Option<&clef_scope_set>) -> usize {
    set.map_or(0, |set| set.0.len())
}

/// The name of the scope at `index`, from 0, in sorted order; NULL past the end. Borrowed: lives
/// as long as the set.
#[unsafe(no_mangle)]
pub extern "C" fn clef_scope_set_get(set: Option<&clef_scope_set>, index: usize) -> *const c_char {
    borrowed(set.and_then(|set| Some(set.0.names().get(index)?.with_nul())))
}

/// The names of the set, sorted and joined by spaces. Borrowed: lives as long as the set.
/// Reference: `str(Scope)`.
#[unsafe(no_mangle)]
pub extern "C" fn clef_scope_set_to_string(set: Option<&clef_scope_set>) -> *const c_char {
    borrowed(set.map(|set| set.0.joined().with_nul()))
}

/// A new handle to the same set. Yours: free it with `clef_scope_set_free`. NULL gives NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clef_scope_set_clone(
    set: Option<&clef_scope_set>,
) -> Option<Box<clef_scope_set>> {
    hand_over(clef_scope_set(set?.0.clone()))
}

/// Frees a set and the strings that were borrowed from it. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn clef_scope_set_free(set: Option<Box<clef_scope_set>>) {
    drop(set);
}
