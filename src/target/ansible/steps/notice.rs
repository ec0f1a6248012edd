//! What a change of a file or certificate asks of the daemons below it.

use super::{name_of, word_of};
use crate::base::{Text, text};
use crate::shape::role::Step;
use crate::value::Value;

/// The handlers that a change concerns.
#[derive(Clone, Debug, Default)]
pub(super) struct Notice {
    /// Of files and certificates.
    pub of_files: Vec<Text>,
}

/// Whether a change of this step, or the step itself, may stop a daemon for a moment.
pub(super) fn disturbs(steps: &[Step], at: usize) -> bool {
    match steps[at].word.as_str() {
        "daemon" => true,
        "file" | "certificate" => !next(steps, at).of_files.is_empty(),
        _ => false,
    }
}

/// What a change concerns: the daemons that stand next below, with others beside them where only one of them is there.
pub(super) fn next(steps: &[Step], at: usize) -> Notice {
    if steps[at].arguments.get("notifies") == Some(&Value::Bool(false)) {
        return Notice::default();
    }
    let below = steps[at..].iter().skip_while(|step| step.word != "daemon").take_while(|step| step.word == "daemon");
    let mut notice = Notice::default();
    for daemon in below {
        notice.of_files.push(handler(daemon, word_of(daemon, "on_change") == "reload"));
        if daemon.condition.is_none() {
            break;
        }
    }
    notice
}

/// The name of the handler of a daemon.
pub(super) fn handler(step: &Step, reload: bool) -> Text {
    text!("{} {}", if reload { "Reload" } else { "Restart" }, name_of(step))
}
