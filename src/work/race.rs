//! Waits for whichever of two things comes first.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Which of the two it was.
pub(crate) enum Either<A, B> {
    First(A),
    Second(B),
}

/// Polls `first` first, so that it counts when both are ready.
pub(crate) async fn race<A, B>(
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> Either<A, B> {
    let mut first = pin!(first);
    let mut second = pin!(second);
    poll_fn(|context| {
        if let Poll::Ready(value) = first.as_mut().poll(context) {
            return Poll::Ready(Either::First(value));
        }
        second.as_mut().poll(context).map(Either::Second)
    })
    .await
}
