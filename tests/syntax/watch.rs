//! A watchdog: what hangs fails, instead of holding up all tests.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Runs `work` on a thread of its own with a small stack. The two seconds are those that the thread itself computes, so that
/// a busy machine makes no difference: this finds what never ends and measures nothing.
pub fn within_two_seconds<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, finished) = channel();
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(move || {
        let value = work();
        done.send((value, computed())).ok();
    });
    let thread = thread.unwrap();
    match finished.recv_timeout(Duration::from_secs(60)) {
        Ok((value, time)) => {
            assert!(time < Duration::from_secs(2), "{time:?} is too long: {what}");
            value
        }
        Err(RecvTimeoutError::Timeout) => panic!("it hangs: {what}"),
        Err(RecvTimeoutError::Disconnected) => std::panic::resume_unwind(thread.join().unwrap_err()),
    }
}

/// How long this thread has computed, where the system tells.
fn computed() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or_default())
}
