//! Where the token of this process stands against the one that is stored.

use crate::error::Error;
use crate::token::Token;

/// What is stored is newer than what this process has, but for what this process got itself and the store does not have.
#[derive(Debug, Clone, Default)]
pub(super) struct Provenance {
    /// What this process has refreshed it from. Where that is stored, the store has fallen behind.
    replaced: Option<Token>,
    /// Why it could not be stored.
    unsaved: Option<Error>,
    /// It goes back to a login of this process that the store has never seen.
    is_new_login: bool,
}

impl Provenance {
    /// Of a login that could not be stored.
    pub(super) fn of_unsaved_login(error: Error) -> Provenance {
        Provenance {
            replaced: None,
            unsaved: Some(error),
            is_new_login: true,
        }
    }

    /// Why the token is not stored.
    pub(super) fn unsaved(&self) -> Option<&Error> {
        self.unsaved.as_ref()
    }

    /// The service has refreshed it.
    pub(super) fn refreshed_from(&mut self, base: &Token) {
        self.replaced = Some(base.clone());
    }

    pub(super) fn saved(&mut self) {
        self.unsaved = None;
        self.is_new_login = false;
    }

    pub(super) fn not_saved(&mut self, error: Error) {
        self.unsaved = Some(error);
    }

    /// Whether `own` is newer than what is stored, none for nothing.
    pub(super) fn is_newer(&self, own: &Token, stored: Option<&Token>) -> bool {
        let Some(stored) = stored else {
            // Else it was stored, and somebody has removed it.
            return self.is_new_login;
        };
        // A service may give the same token again.
        let is_what_it_replaced = !stored.is_same(own)
            && self
                .replaced
                .as_ref()
                .is_some_and(|replaced| replaced.is_same(stored));
        let is_of_an_older_login =
            self.is_new_login && stored.authorised_at() < own.authorised_at();
        is_what_it_replaced || is_of_an_older_login
    }
}
