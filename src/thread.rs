//! Threads of clef's own. They run no code of the host's: no callback, no destructor and no signal handler.

use std::io;
#[cfg(feature = "http")]
use std::sync::{Arc, Barrier};
use std::thread::{Builder, JoinHandle};

/// Ample for the system's resolver and for TLS, and little where it is locked in memory.
const STACK_BYTES: usize = 512 * 1024;

/// Starts a thread that somebody joins before the library is unloaded.
pub(crate) fn start(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    start_boxed(name, Box::new(work))
}

/// Starts a thread that nobody joins. Where the host unloads the library meanwhile, the thread keeps it in memory.
#[cfg(feature = "http")]
pub(crate) fn start_detached(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let kept_loaded = Arc::new(Barrier::new(2));
    let theirs = kept_loaded.clone();
    let thread = start_boxed(
        name,
        Box::new(move || {
            keep_loaded();
            theirs.wait();
            work();
        }),
    )?;
    // Else the library could be unloaded before the thread's first step.
    kept_loaded.wait();
    drop(thread);
    Ok(())
}

fn start_boxed(name: &str, work: Box<dyn FnOnce() + Send>) -> io::Result<JoinHandle<()>> {
    signals::blocked(|| {
        Builder::new()
            .name(name.to_owned())
            .stack_size(STACK_BYTES)
            .spawn(work)
    })
}

/// Keeps the library in memory until the thread has left it, where the host unloads it meanwhile. The shared library
/// stays anyhow (see `build.rs`); this is for plugins that clef is linked into.
///
/// glibc counts the thread-local values of a library that have a destructor to run, and unmaps no library that has
/// one. So the thread makes one, whatever the standard library may do. It does not cover the thread's last moment, when
/// those destructors have run and the standard library's own clean-up, a destructor of a pthread key, still comes.
#[cfg(all(feature = "http", not(windows)))]
fn keep_loaded() {
    struct Anchor;
    impl Drop for Anchor {
        fn drop(&mut self) {}
    }
    thread_local! {
        static ANCHOR: Anchor = const { Anchor };
    }
    ANCHOR.with(|_| ());
}

/// Windows counts nothing of a thread's: the library stays from here on.
#[cfg(all(feature = "http", windows))]
fn keep_loaded() {
    crate::ffi::windows::stay_loaded();
}

#[cfg(unix)]
mod signals {
    use nix::sys::signal::{SigSet, SigmaskHow, Signal};

    /// Signals of a thread's own doing: blocked, they would end the process without its handler.
    const OWN_DOING: [Signal; 7] = [
        Signal::SIGSEGV,
        Signal::SIGBUS,
        Signal::SIGFPE,
        Signal::SIGILL,
        Signal::SIGTRAP,
        Signal::SIGABRT,
        Signal::SIGSYS,
    ];

    /// Runs `start` with all other signals blocked: a new thread inherits that.
    pub(super) fn blocked<T>(start: impl FnOnce() -> T) -> T {
        let mut blocked = SigSet::all();
        for signal in OWN_DOING {
            blocked.remove(signal);
        }
        let before = blocked.thread_swap_mask(SigmaskHow::SIG_BLOCK);
        let started = start();
        if let Ok(before) = before {
            // It fails for an invalid argument alone.
            let _ = before.thread_set_mask();
        }
        started
    }
}

#[cfg(not(unix))]
mod signals {
    pub(super) fn blocked<T>(start: impl FnOnce() -> T) -> T {
        start()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_has_its_name() {
        let thread = start("clef-test", || {
            assert_eq!(std::thread::current().name(), Some("clef-test"));
        });
        thread.unwrap().join().unwrap();
    }

    #[test]
    #[cfg(unix)]
    fn signals_are_left_to_the_threads_of_the_host() {
        use nix::sys::signal::{SigSet, Signal};
        let before = SigSet::thread_get_mask().unwrap();
        let thread = start("clef-test", || {
            let mask = SigSet::thread_get_mask().unwrap();
            assert!(mask.contains(Signal::SIGINT));
            assert!(mask.contains(Signal::SIGPROF));
            assert!(!mask.contains(Signal::SIGSEGV));
        });
        thread.unwrap().join().unwrap();
        assert_eq!(SigSet::thread_get_mask().unwrap(), before);
    }
}
