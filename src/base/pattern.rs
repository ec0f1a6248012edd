//! Regular expressions that are asked again and again, each compiled once on every thread.

use super::Text;
use regex::Regex;
use std::cell::RefCell;
use std::collections::HashMap;

/// How many a thread keeps. Patterns stand in the library, so there are few; those that a program computes must not pile up.
const KEPT: usize = 256;

thread_local! {
    static COMPILED: RefCell<HashMap<Text, Regex>> = RefCell::default();
}

/// Whether a regular expression is found in a text. The error says in one line what is wrong with the expression.
pub fn matches(pattern: &str, text: &str) -> Result<bool, String> {
    COMPILED.with_borrow_mut(|compiled| {
        if let Some(regex) = compiled.get(pattern) {
            return Ok(regex.is_match(text));
        }
        let regex = Regex::new(pattern).map_err(|error| error.to_string().replace('\n', " "))?;
        let found = regex.is_match(text);
        if compiled.len() == KEPT {
            compiled.clear();
        }
        compiled.insert(pattern.into(), regex);
        Ok(found)
    })
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn more_patterns_than_are_kept() {
        for number in 0..1000 {
            assert_eq!(matches(&format!("^a{number}$"), &format!("a{number}")), Ok(true));
            assert_eq!(matches("^b$", "a"), Ok(false));
        }
        assert!(matches("(", "a").is_err_and(|why| !why.contains('\n')));
    }
}
