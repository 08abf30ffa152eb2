//! Logging a user in with their browser.

mod attempt;
pub(crate) mod browser;
mod options;
mod redirect_listener;

pub use attempt::LoginAttempt;
pub use options::{LoginBrowser, LoginOptions};
pub use redirect_listener::RedirectListener;

use std::sync::{Arc, Mutex, PoisonError};

use crate::credentials::Credentials;
use crate::error::Result;
use crate::refreshing::RefreshingToken;
use crate::runtime::{Completion, Operation, Outcome, Runtime};
use crate::scope::ScopeSet;
use crate::stop::Stop;
use crate::store::Place;
use crate::token::Token;
use crate::work::{Context, block_on};

use self::attempt::{Login, Preparation};

/// Logs a user in: shows them the page, receives the redirect or a URL that is [pasted](LoginAttempt::paste), verifies
/// its state and trades its code. Blocks as long as the user takes.
///
/// With PKCE where the options say so, and where the credentials have no client secret. A redirect URI of this computer
/// is listened at; one without a port gets a free one. With a [store](LoginOptions::set_store), the user is asked for
/// what is stored, too, and the token is stored before anybody sees it.
pub fn login(
    credentials: &Credentials,
    scopes: Option<&ScopeSet>,
    options: &LoginOptions,
) -> Result<RefreshingToken> {
    let stop = Arc::<Stop>::default();
    let work = Work::begin(credentials, scopes, options, &stop, LoginSlot::default())?;
    options.check_that_somebody_shows_it()?;
    let alarm = Arc::default();
    let context = Context::this_thread_until(&alarm, stop, Arc::default());
    block_on(&alarm, work.carry(&context))
}

/// Begins to [log a user in](login()) in the background of `runtime`. The operation gives an
/// [`Outcome::RefreshingToken`]; [`Operation::login`] has the URL: at once, or with a store once that was looked at.
pub fn start_login(
    credentials: &Credentials,
    scopes: Option<&ScopeSet>,
    options: &LoginOptions,
    runtime: &Runtime,
    completion: Option<Completion>,
) -> Result<Operation> {
    let stop = Arc::<Stop>::default();
    let attempt = LoginSlot::default();
    let work = Work::begin(credentials, scopes, options, &stop, attempt.clone())?;
    Operation::start_login(
        attempt,
        stop,
        runtime.background(),
        completion,
        |context| async move { work.carry(&context).await.map(Outcome::RefreshingToken) },
    )
}

/// Where an attempt is found once there is something to show.
#[derive(Clone, Default)]
pub(crate) struct LoginSlot(Arc<Mutex<Option<LoginAttempt>>>);

impl LoginSlot {
    fn set(&self, attempt: &LoginAttempt) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(attempt.clone());
    }

    pub(crate) fn get(&self) -> Option<LoginAttempt> {
        let attempt = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        attempt.clone()
    }
}

/// A login with what comes before and after it.
struct Work {
    /// Those of the host: the next login may get another port.
    credentials: Credentials,
    stage: Stage,
    attempt: LoginSlot,
}

enum Stage {
    Ready(Login),
    /// What is stored decides what the user is asked for.
    ToLookAt(Place, Preparation, Option<ScopeSet>),
}

impl Work {
    /// Takes the port. Nobody has seen anything yet.
    fn begin(
        credentials: &Credentials,
        scopes: Option<&ScopeSet>,
        options: &LoginOptions,
        stop: &Arc<Stop>,
        attempt: LoginSlot,
    ) -> Result<Work> {
        let place = options.place(credentials)?;
        let preparation = Preparation::new(credentials, options)?;
        let stage = match place {
            None => {
                let login = Login::new(preparation, scopes, stop.clone())?;
                attempt.set(login.attempt());
                Stage::Ready(login)
            }
            Some(place) => Stage::ToLookAt(place, preparation, scopes.cloned()),
        };
        Ok(Work {
            credentials: credentials.clone(),
            stage,
            attempt,
        })
    }

    async fn carry(self, context: &Context) -> Result<RefreshingToken> {
        match self.stage {
            Stage::Ready(login) => {
                let token = received(login, context).await?;
                RefreshingToken::new(token, &self.credentials)
            }
            Stage::ToLookAt(place, preparation, scopes) => {
                let scopes = with_those_stored(scopes, &place, context).await?;
                let login = Login::new(preparation, scopes.as_ref(), context.stop().clone())?;
                self.attempt.set(login.attempt());
                let token = received(login, context).await?;
                RefreshingToken::new_stored(token, &self.credentials, place, context).await
            }
        }
    }
}

async fn received(login: Login, context: &Context) -> Result<Token> {
    login.receive(context).await?.carry(context).await
}

/// A login for some scopes would take the others away.
async fn with_those_stored(
    scopes: Option<ScopeSet>,
    place: &Place,
    context: &Context,
) -> Result<Option<ScopeSet>> {
    Ok(match place.look(context).await? {
        Some(record) => Some(record.token.scopes().union(&scopes.unwrap_or_default())),
        None => scopes,
    })
}
