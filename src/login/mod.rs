//! Logging a user in with their browser.

mod attempt;
pub(crate) mod browser;
mod options;
mod redirect_listener;

pub use attempt::LoginAttempt;
pub use options::{LoginBrowser, LoginOptions};
pub use redirect_listener::RedirectListener;

use std::sync::Arc;

use crate::credentials::Credentials;
use crate::error::Result;
use crate::refreshing::RefreshingToken;
use crate::runtime::{Completion, Operation, Outcome, Runtime};
use crate::scope::ScopeSet;
use crate::token::Token;
use crate::work::{Context, block_on};

use self::attempt::Login;

/// Logs a user in: shows them the page, receives the redirect or a URL that is [pasted](LoginAttempt::paste), verifies
/// its state and trades its code. Blocks as long as the user takes.
///
/// With PKCE where the options say so, and where the credentials have no client secret. A redirect URI of this computer
/// is listened at; one without a port gets a free one.
pub fn login(
    credentials: &Credentials,
    scopes: Option<&ScopeSet>,
    options: &LoginOptions,
) -> Result<RefreshingToken> {
    options.check_that_somebody_shows_it()?;
    let login = begin(credentials, scopes, options)?;
    let alarm = Arc::default();
    let stop = login.attempt().stop().clone();
    let context = Context::this_thread_until(&alarm, stop, Arc::default());
    // A callback may free the host's handle.
    let credentials = credentials.clone();
    block_on(&alarm, carry(&context, login, &credentials))
}

/// Begins to [log a user in](login()) in the background of `runtime`. The operation gives an
/// [`Outcome::RefreshingToken`]; [`Operation::login`] has the URL at once.
pub fn start_login(
    credentials: &Credentials,
    scopes: Option<&ScopeSet>,
    options: &LoginOptions,
    runtime: &Runtime,
    completion: Option<Completion>,
) -> Result<Operation> {
    let login = begin(credentials, scopes, options)?;
    let attempt = login.attempt().clone();
    let credentials = credentials.clone();
    Operation::start_for(
        Some(attempt),
        runtime.background(),
        completion,
        |context, _| async move {
            let token = carry(&context, login, &credentials).await?;
            Ok(Outcome::RefreshingToken(token))
        },
    )
}

/// Decides what the user is asked for, takes the port and makes the URL; nobody has seen anything yet.
fn begin(
    credentials: &Credentials,
    scopes: Option<&ScopeSet>,
    options: &LoginOptions,
) -> Result<Login> {
    Login::new(credentials, scopes, options)
}

async fn carry(
    context: &Context,
    login: Login,
    credentials: &Credentials,
) -> Result<RefreshingToken> {
    let token = login.receive(context).await?.carry(context).await?;
    arrived(token, credentials)
}

/// What becomes of the token of a login. Its credentials are those of the host: the next login may get another port.
fn arrived(token: Token, credentials: &Credentials) -> Result<RefreshingToken> {
    RefreshingToken::new(token, credentials)
}
