//! Connections that are kept for the next request.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::stream::Stream;

/// Each has three descriptors, and stays until the pool is used again: enough for a burst, little for a process that has
/// 1,024.
const MAX_IDLE: usize = 8;

/// Services close connections that are idle for longer; one that is about to be closed would lose a request.
const MAX_IDLE_TIME: Duration = Duration::from_secs(15);

/// Shared by all threads. What is idle for too long goes when the pool is used next: there is no thread for it.
#[derive(Default)]
pub(super) struct Pool {
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    origin: String,
    since: Instant,
    stream: Stream,
}

impl Pool {
    /// A connection that stands, the one used last.
    pub(super) fn take(&self, origin: &str) -> Option<Stream> {
        loop {
            let mut stream = {
                let mut idle = self.lock();
                idle.retain(|idle| idle.since.elapsed() < MAX_IDLE_TIME);
                let last = idle.iter().rposition(|idle| idle.origin == origin)?;
                idle.remove(last).stream
            };
            if stream.is_quiet() {
                return Some(stream);
            }
        }
    }

    pub(super) fn put(&self, origin: &str, stream: Stream) {
        let mut idle = self.lock();
        if idle.len() == MAX_IDLE {
            idle.remove(0);
        }
        idle.push(Idle {
            origin: origin.to_owned(),
            since: Instant::now(),
            stream,
        });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::super::socket::Socket;
    use super::super::waiter::Waiter;
    use super::*;

    #[test]
    fn few_connections_are_kept_and_not_for_long() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let put = |pool: &Pool| {
            let socket = Socket::connect(&[address], Waiter::new().unwrap()).unwrap();
            pool.put("here", Stream::Plain(socket));
        };
        let pool = Pool::default();
        put(&pool);
        assert!(pool.take("here").is_some());
        put(&pool);
        pool.lock()[0].since = Instant::now().checked_sub(MAX_IDLE_TIME).unwrap();
        assert!(pool.take("here").is_none());
        for _ in 0..=MAX_IDLE {
            put(&pool);
        }
        assert_eq!(pool.lock().len(), MAX_IDLE);
    }
}
