//! Something that the host is asked to do: handed over once, and ended once, now or later, on any thread.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::error::{Error, Result};
use crate::stop::{self, Stop, cancelled};

use super::{Context, Either, Promise, Promised, Turn, WaitsFor, Watch, promise, race};

/// A question to the host that waits for its answer. Dropping it leaves it without one.
pub(crate) struct Errand<Q, A> {
    question: Q,
    answer: Promise<Kept<A>>,
    stop: Arc<Stop>,
}

/// The answer; an error where the host was not asked after all.
type Kept<A> = Result<A>;

impl<Q, A> Errand<Q, A> {
    /// One whose answer nobody waits for.
    pub(super) fn unwatched(question: Q) -> Errand<Q, A> {
        let (answer, _) = promise();
        Errand {
            question,
            answer,
            stop: Arc::default(),
        }
    }

    pub(crate) fn question(&self) -> &Q {
        &self.question
    }

    /// Whether nobody wants the answer any more. The work itself notices that it was stopped only when the host has
    /// returned from the call that brought it this.
    pub(crate) fn is_cancelled(&self) -> bool {
        !self.answer.is_wanted() || self.stop.is_stopped()
    }

    pub(crate) fn end(self, answer: A) {
        self.keep(Ok(answer));
    }

    /// Lets the question go first: from then on it is up to who waits.
    fn keep(self, answer: Kept<A>) {
        drop(self.question);
        self.answer.keep(answer);
    }
}

/// An errand that the host does not have yet.
pub(crate) struct Parcel<Q, A> {
    errand: Errand<Q, A>,
    /// What would be lost if the work ended early; none where that is as it was before.
    loss: Option<stop::Answer>,
    seal: Arc<Seal>,
}

/// Whether the host has a parcel or who asks has it back: one or the other, once.
#[derive(Default)]
struct Seal(Mutex<Holder>);

#[derive(Default, PartialEq, Eq)]
enum Holder {
    #[default]
    Nobody,
    Host,
    Asker,
}

impl Seal {
    fn lock(&self) -> MutexGuard<'_, Holder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The host gets it if `begin` succeeds, else who asks has it back; none where somebody has it. Nobody sees a state
    /// in between: who asks has to know for sure that the host will not do it.
    fn open(&self, begin: impl FnOnce() -> Result<()>) -> Option<Result<()>> {
        let mut holder = self.lock();
        if *holder != Holder::Nobody {
            return None;
        }
        let begun = begin();
        *holder = match begun {
            Ok(()) => Holder::Host,
            Err(_) => Holder::Asker,
        };
        Some(begun)
    }

    /// Says whether who asks has it now.
    fn take_back(&self) -> bool {
        let mut holder = self.lock();
        if *holder == Holder::Nobody {
            *holder = Holder::Asker;
        }
        *holder == Holder::Asker
    }
}

impl<Q, A> Parcel<Q, A> {
    /// None where nobody wants it any more.
    pub(crate) fn open(self) -> Option<Errand<Q, A>> {
        let Parcel { errand, loss, seal } = self;
        // Only with the seal, and only while somebody waits: the stop may be that of another try by now.
        let begun = seal.open(|| match (errand.answer.is_wanted(), loss) {
            (false, _) => Err(cancelled()),
            (true, Some(loss)) => errand.stop.sent(loss),
            (true, None) => errand.stop.check(),
        })?;
        match begun {
            Ok(()) => Some(errand),
            Err(error) => {
                errand.keep(Err(error));
                None
            }
        }
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.errand.answer.is_wanted()
    }

    /// Ends it before the host has seen it.
    pub(super) fn return_to_sender(self) {
        self.errand.keep(Err(cancelled()));
    }
}

/// The other side of a parcel: waits for the answer.
pub(crate) struct Receipt<'a, A> {
    context: &'a Context,
    answer: Promised<Kept<A>>,
    seal: Arc<Seal>,
}

/// A question that is to be handed to the host. `loss` is what would be lost if the work ended before the answer, none
/// where that is as it was before.
pub(crate) fn parcel<Q, A>(
    question: Q,
    loss: Option<stop::Answer>,
    context: &Context,
) -> (Parcel<Q, A>, Receipt<'_, A>) {
    let (promise, answer) = promise();
    let seal = Arc::<Seal>::default();
    let parcel = Parcel {
        errand: Errand {
            question,
            answer: promise,
            stop: context.stop().clone(),
        },
        loss,
        seal: seal.clone(),
    };
    let receipt = Receipt {
        context,
        answer,
        seal,
    };
    (parcel, receipt)
}

/// No answer came.
pub(crate) struct Unanswered {
    pub(crate) why: Silence,
    /// Whether the host has the errand, and so may have done it.
    pub(crate) host_has_it: bool,
}

/// Why no answer came.
pub(crate) enum Silence {
    /// The time is up.
    Late,
    /// The host dropped it.
    Dropped,
    /// It could not be asked, or is not asked any more.
    Error(Error),
}

impl Unanswered {
    pub(super) fn not_asked(error: Error) -> Unanswered {
        Unanswered {
            why: Silence::Error(error),
            host_has_it: false,
        }
    }
}

impl<A: Send + 'static> Receipt<'_, A> {
    /// Says, until the guard is dropped, who alone can hand the errand over, and is taken for who alone can end it.
    pub(crate) fn waits_for(&self, turn: Arc<dyn Turn>) -> WaitsFor {
        let answer = self.answer.watch();
        let turn = WhileUnanswered { turn, answer };
        self.context.desk().wait_for(Arc::new(turn))
    }

    /// Waits until the errand has ended, but no longer than until the deadline.
    pub(crate) async fn answer(mut self, deadline: Option<Instant>) -> Result<A, Unanswered> {
        let in_vain = race(self.context.stop().stopped(), self.context.reach(deadline));
        let why = match race(self.answer.value(), in_vain).await {
            Either::First(Some(answer)) => return answer.map_err(Unanswered::not_asked),
            Either::First(None) => Silence::Dropped,
            Either::Second(Either::First(())) => Silence::Error(cancelled()),
            Either::Second(Either::Second(())) => Silence::Late,
        };
        Err(Unanswered {
            why,
            host_has_it: !self.seal.take_back(),
        })
    }
}

/// Who ends an errand may wait for what comes of it: from then on it is not up to that thread any more.
struct WhileUnanswered<A> {
    turn: Arc<dyn Turn>,
    answer: Watch<Kept<A>>,
}

impl<A: Send> Turn for WhileUnanswered<A> {
    fn is_this_threads(&self) -> bool {
        self.answer.is_open() && self.turn.is_this_threads()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_host_did_not_begin_is_back() {
        let seal = Seal::default();
        assert!(seal.open(|| Err(cancelled())).unwrap().is_err());
        assert!(seal.take_back());
        assert!(seal.open(|| Ok(())).is_none());
    }

    #[test]
    fn what_the_host_has_stays_with_it() {
        let seal = Seal::default();
        assert!(seal.open(|| Ok(())).unwrap().is_ok());
        assert!(!seal.take_back());
    }
}
