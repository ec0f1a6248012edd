//! `tofu-locked`, the stand-in for tofu that holds a lock while state is written. How a lock is held is the library's knowledge.

use crate::artifact::shell::{Command, Word};
use crate::base::Text;
use crate::hir::items::Lock;
use crate::plan::Plan;
use crate::target::common::hcl::Unsayable;

const SCRIPT: &str = include_str!("assets/tofu-locked");

/// Where the command that holds the lock stands in the script.
const HOLD: &str = "@HOLD@";

/// The script of a product.
pub(super) fn script(plan: &Plan) -> Result<String, Unsayable> {
    let words: Vec<&Text> = plan.lock().into_iter().flat_map(Lock::hold).collect();
    let mut command = Command::new("exec env");
    for word in &words {
        command = command.operand(placed(word)?);
    }
    let command = match words.as_slice() {
        // Where nobody keeps locks, what is left is the look for a state that was left behind.
        [] => String::from(": \"$timeout\"; exec \"$@\""),
        _ => command.operand(Word::arguments()).print(),
    };
    Ok(SCRIPT.replace(HOLD, &command))
}

/// A word of the library, with variables of the script for `{key}` and `{timeout}`.
fn placed(word: &str) -> Result<Word, Unsayable> {
    let mut parts = Vec::new();
    let mut rest = word;
    let unsayable = |error: crate::artifact::Error| Unsayable(error.to_string());
    while !rest.is_empty() {
        let next = ["key", "timeout"].into_iter().filter_map(|name| Some((rest.find(&format!("{{{name}}}"))?, name))).min();
        let Some((at, name)) = next else {
            parts.push(Word::literal(rest).map_err(unsayable)?);
            break;
        };
        if at > 0 {
            parts.push(Word::literal(&rest[..at]).map_err(unsayable)?);
        }
        parts.push(Word::variable(name).map_err(unsayable)?);
        rest = &rest[at + name.len() + 2..];
    }
    Ok(Word::join(parts))
}

#[cfg(test)]
mod tests {
    use super::placed;

    #[test]
    fn words_of_the_library_stay_one_word_each() {
        assert_eq!(placed("-timeout={timeout}").unwrap().as_str(), "-timeout=\"$timeout\"");
        assert_eq!(placed("a/{key}-{timeout}; b").unwrap().as_str(), "a/\"$key\"-\"$timeout\"'; b'");
        assert_eq!(placed("$(reboot)").unwrap().as_str(), "'$(reboot)'");
    }
}
