//! Regular expressions that are asked again and again, each compiled once on every thread.
//!
//! None is so large that compiling it, or looking for it in a text, takes long. What it takes is told by its size, so that who
//! counts steps can count these: it is the same on every machine.

use super::Text;
use regex::{Regex, RegexBuilder};
use std::cell::RefCell;
use std::collections::HashMap;

/// How many a thread keeps. Patterns stand in the library, so there are few; those that a program computes must not pile up.
const KEPT: usize = 256;

/// The length of a regular expression, in bytes.
pub const MAX_PATTERN: usize = 4_096;

/// What a compiled one may take, in bytes.
pub const MAX_COMPILED: usize = 256 * 1024;

/// What the machine that looks for one may remember, in bytes. Where that is too little it looks more slowly.
const REMEMBERED: usize = 1024 * 1024;

/// The sizes by which effort is told, the smallest first.
const SIZES: [usize; 4] = [8 * 1024, 32 * 1024, 96 * 1024, MAX_COMPILED];

/// A compiled one.
#[derive(Clone)]
struct Compiled {
    regex: Regex,
    /// At most so many bytes, one of `SIZES`.
    size: usize,
}

thread_local! {
    static COMPILED: RefCell<HashMap<Text, Compiled>> = RefCell::default();
}

/// What a regular expression takes: bytes of its compiled form, one of four numbers.
pub fn size(pattern: &str) -> Result<usize, String> {
    with(pattern, |compiled| compiled.size)
}

/// Whether a regular expression is found in a text. The error says in one line what is wrong with the expression.
pub fn matches(pattern: &str, text: &str) -> Result<bool, String> {
    with(pattern, |compiled| compiled.regex.is_match(text))
}

fn with<T>(pattern: &str, use_it: impl FnOnce(&Compiled) -> T) -> Result<T, String> {
    COMPILED.with_borrow_mut(|kept| {
        if let Some(compiled) = kept.get(pattern) {
            return Ok(use_it(compiled));
        }
        let compiled = compile(pattern)?;
        let used = use_it(&compiled);
        if kept.len() == KEPT {
            kept.clear();
        }
        kept.insert(pattern.into(), compiled);
        Ok(used)
    })
}

fn compile(pattern: &str) -> Result<Compiled, String> {
    if pattern.len() > MAX_PATTERN {
        return Err(format!("it has more than {MAX_PATTERN} bytes"));
    }
    let mut error = String::new();
    for size in SIZES {
        match RegexBuilder::new(pattern).size_limit(size).dfa_size_limit(REMEMBERED).build() {
            Ok(regex) => return Ok(Compiled { regex, size }),
            Err(regex::Error::CompiledTooBig(_)) => error = format!("it takes more than {MAX_COMPILED} bytes when it is compiled"),
            Err(why) => return Err(why.to_string().replace('\n', " ")),
        }
    }
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::{MAX_COMPILED, MAX_PATTERN, SIZES, matches, size};

    #[test]
    fn more_patterns_than_are_kept() {
        for number in 0..1000 {
            assert_eq!(matches(&format!("^a{number}$"), &format!("a{number}")), Ok(true));
            assert_eq!(matches("^b$", "a"), Ok(false));
        }
        assert!(matches("(", "a").is_err_and(|why| !why.contains('\n')));
    }

    #[test]
    fn large_ones_are_refused() {
        assert_eq!(size("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"), Ok(SIZES[1]));
        assert_eq!(size("^a$"), Ok(SIZES[0]));
        assert!(size("(a|b){9999}").is_err_and(|why| why.contains(&MAX_COMPILED.to_string())));
        assert!(size("((a{99}){99}){99}").is_err_and(|why| why.contains(&MAX_COMPILED.to_string())));
        assert_eq!(matches(&"a".repeat(MAX_PATTERN), "b"), Ok(false));
        assert!(matches(&"a".repeat(MAX_PATTERN + 1), "b").is_err_and(|why| why.contains(&MAX_PATTERN.to_string())));
    }
}
