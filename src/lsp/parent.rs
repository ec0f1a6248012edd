//! Notices that a client is gone whose end of the pipe somebody else still holds.

use super::transport::Incoming;
use std::sync::mpsc::Sender;
use std::time::Duration;

/// How often it is looked, which costs one system call.
const EVERY: Duration = Duration::from_secs(2);

/// Ends the conversation when a process is no more. Where it cannot be asked for, the end of the input is all that is waited for.
#[cfg(unix)]
pub(super) fn watch(process: i32, to: Sender<Incoming>) {
    let Some(process) = rustix::process::Pid::from_raw(process).filter(|_| process > 0) else { return };
    std::thread::spawn(move || {
        // Somebody else's process that may not be signalled is there too.
        while rustix::process::test_kill_process(process) != Err(rustix::io::Errno::SRCH) {
            std::thread::sleep(EVERY);
        }
        let _ = to.send(Incoming::Gone);
    });
}

/// Ends the conversation when a process is no more.
#[cfg(not(unix))]
pub(super) fn watch(_process: i32, _to: Sender<Incoming>) {}
