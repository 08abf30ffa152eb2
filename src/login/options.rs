//! How a user is logged in.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::credentials::Credentials;
use crate::error::{Error, Result};
use crate::store::{Place, TokenStore, account_name};
use crate::text::Text;
use crate::user_auth::AuthOptions;

use super::LoginAttempt;
use super::browser::no_browser;

/// What a user needs who has to find a password first.
const TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// Who shows the page of the login to the user.
#[derive(Clone, Default)]
pub enum LoginBrowser {
    /// The browser of the desktop; [`Status::NoBrowser`](crate::Status) ends the login where there is none.
    #[default]
    Desktop,
    /// This, which is called once with the attempt that has the URL: where the host's code runs for such work.
    Callback(Arc<dyn Fn(&LoginAttempt) + Send + Sync>),
    /// The host, which asks the [operation](crate::Operation::login) for the URL.
    Host,
}

impl fmt::Debug for LoginBrowser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LoginBrowser::Desktop => "Desktop",
            LoginBrowser::Callback(_) => "Callback",
            LoginBrowser::Host => "Host",
        })
    }
}

/// How a user is logged in: in the desktop's browser, within five minutes, unless something else is said.
#[derive(Debug, Clone)]
pub struct LoginOptions {
    /// What the service is asked for. PKCE is used in any case where the credentials have no client secret.
    pub auth: AuthOptions,
    /// Who shows the login.
    pub browser: LoginBrowser,
    pub(super) timeout: Option<Duration>,
    pub(super) success: Option<String>,
    pub(super) failure: Option<String>,
    store: Option<(TokenStore, Text)>,
}

impl Default for LoginOptions {
    fn default() -> LoginOptions {
        LoginOptions {
            auth: AuthOptions::default(),
            browser: LoginBrowser::default(),
            timeout: Some(TIMEOUT),
            success: None,
            failure: None,
            store: None,
        }
    }
}

impl LoginOptions {
    /// How long the user may take; none for ever. The requests afterwards have the timeout of their sender.
    pub fn set_timeout(&mut self, timeout: Option<Duration>) -> Result<()> {
        if timeout == Some(Duration::ZERO) {
            return Err(Error::invalid_argument("a timeout must not be 0"));
        }
        self.timeout = timeout;
        Ok(())
    }

    /// What the browser shows in the end, as with [`RedirectListener::set_page`](crate::RedirectListener::set_page).
    pub fn set_page(&mut self, success: Option<&str>, failure: Option<&str>) {
        self.success = success.map(str::to_owned);
        self.failure = failure.map(str::to_owned);
    }

    /// Has the token stored for an account before anybody sees it, and from then on whatever a refresh gives: see
    /// [`RefreshingToken::attach`](crate::RefreshingToken::attach).
    pub fn set_store(&mut self, store: Option<&TokenStore>, account: Option<&str>) -> Result<()> {
        if store.is_none() && account.is_some() {
            return Err(Error::invalid_argument("account needs a store"));
        }
        let account = account_name(account)?;
        self.store = store.map(|store| (store.clone(), account));
        Ok(())
    }

    /// Where the token is to be stored.
    pub(super) fn place(&self, credentials: &Credentials) -> Result<Option<Place>> {
        let place = |(store, account): &(TokenStore, Text)| {
            store.place(credentials, Some(account.as_str()))
        };
        self.store.as_ref().map(place).transpose()
    }

    /// Without an operation there is nobody to ask for the URL.
    pub(super) fn check_that_somebody_shows_it(&self) -> Result<()> {
        match self.browser {
            LoginBrowser::Host => Err(no_browser("nobody would show the login")),
            LoginBrowser::Desktop | LoginBrowser::Callback(_) => Ok(()),
        }
    }
}
