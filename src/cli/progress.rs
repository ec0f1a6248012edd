//! A sign of life: after a second, and only where a person looks.

use super::output::{is_quiet, tell};
use crate::driver::Counter;
use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Says what goes on until it is dropped.
pub(super) struct Progress(Option<(Sender<()>, JoinHandle<()>)>);

impl Progress {
    /// Begins to say `what` if it takes longer than a second.
    pub(super) fn begin(what: &'static str) -> Progress {
        Progress::counting(what, Counter::default())
    }

    /// As above, with how far it is: `compiling 431/1000`.
    pub(super) fn counting(what: &'static str, counter: Counter) -> Progress {
        if !std::io::stderr().is_terminal() || is_quiet() {
            return Progress(None);
        }
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::spawn(move || {
            let mut pause = Duration::from_secs(1);
            let mut shown = String::new();
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let line = line(what, counter.read());
                if line != shown {
                    tell(&format!("\r\x1b[2K{line}"));
                    shown = line;
                }
                pause = Duration::from_millis(100);
            }
            if !shown.is_empty() {
                tell("\r\x1b[2K");
            }
        });
        Progress(Some((stop, thread)))
    }
}

fn line(what: &str, count: Option<(usize, usize)>) -> String {
    match count {
        Some((done, total)) => format!("{what} {done}/{total}"),
        None => format!("{what} …"),
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.0.take() {
            drop(stop);
            thread.join().ok();
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn products_are_counted() {
        assert_eq!(super::line("compiling", Some((431, 1000))), "compiling 431/1000");
        assert_eq!(super::line("comparing", None), "comparing …");
    }
}
