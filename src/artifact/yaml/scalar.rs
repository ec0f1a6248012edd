//! Which text can stand plain, in lines or folded, without any reader taking it for something else.
//!
//! Readers differ: YAML 1.1 knows `no`, `22:22`, `1_000`, dates and `=`, Ruby takes `1,000` for a number and `:a` for a
//! symbol, others take `inf` or `0o17`. What one of them could read differently is written in quotes for all.

use crate::artifact::text::invisible;

/// Words that some reader takes for a value that is not text, in lower case.
const WORDS: [&str; 16] = ["", "~", "=", "<<", "null", "nil", "true", "false", "yes", "no", "on", "off", "y", "n", "inf", "nan"];

/// The length of the longest of them and of what they are besides with a sign before them.
const WIDEST_WORD: usize = 8;

/// Where plain text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A key or a value on a line of its own.
    Block,
    /// Between `[` and `]`.
    Flow,
}

/// Whether text can stand without quotes.
pub(super) fn is_plain(text: &str, place: Place) -> bool {
    is_simple(text) || is_plain_anywhere(text, place)
}

/// Whether text is a simple name or path, as most are. It says nothing of any other text.
fn is_simple(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/');
    // A number may begin with an `e`.
    let starts =
        text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E') || matches!(byte, b'_' | b'/'));
    let is_word = || text.len() <= WIDEST_WORD && WORDS.iter().chain(&["infinity"]).any(|word| word.eq_ignore_ascii_case(text));
    starts && text.bytes().all(inner) && !is_word()
}

fn is_plain_anywhere(text: &str, place: Place) -> bool {
    let unsigned = text.trim_start_matches(['+', '-', '.']);
    let is_visible = |text: &str| match text.is_ascii() {
        true => text.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
        false => text.chars().all(|c| c == ' ' || !c.is_whitespace() && !invisible(c)),
    };
    starts_plain(text)
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
        && !["inf", "nan", "infinity"].iter().any(|word| word.eq_ignore_ascii_case(unsigned))
        && is_visible(text)
        && !text.ends_with([' ', ':'])
        && !text.as_bytes().windows(2).any(|pair| matches!(pair, b": " | b" #"))
        && !like_number(text)
        && (place == Place::Block || text.chars().all(|c| c.is_alphanumeric() || " _-./@+$=()<>~".contains(c)))
}

/// Whether the first characters are text and no indicator.
fn starts_plain(text: &str) -> bool {
    let mut characters = text.chars();
    match characters.next() {
        Some('-') => characters.next().is_some_and(|c| c.is_ascii_alphabetic()) || is_option(text),
        Some('.') => !text.starts_with("..."),
        Some(first) => first.is_alphanumeric() || matches!(first, '_' | '/' | '$' | '(' | '+' | '^' | '<' | '\\' | ';'),
        None => false,
    }
}

fn is_option(text: &str) -> bool {
    text.strip_prefix("--").and_then(|name| name.chars().next()).is_some_and(|c| c.is_ascii_alphabetic())
}

/// Whether some reader could take the text for a number, a date, a time or a version that became a number.
fn like_number(text: &str) -> bool {
    let exponent = text.strip_prefix(['e', 'E']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || "+-".contains(c)));
    let starts = exponent || text.starts_with(|c: char| c.is_numeric() || matches!(c, '+' | '-' | '.'));
    let digits = |c: char| c.is_ascii_hexdigit() || "oOtTxXzZ_,.:+- ".contains(c) || c.is_numeric() && !c.is_ascii();
    starts && text.chars().all(digits) && !is_address(text)
}

/// Four numbers between dots: no reader takes an IPv4 address for a number.
fn is_address(text: &str) -> bool {
    let part = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').count() == 4 && text.split('.').all(part)
}

/// How a block of lines ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// `|`: one line break.
    Break,
    /// `|-`: none.
    None,
}

/// Whether text can stand in a block of lines, and how that ends.
pub(super) fn lines_ending(text: &str) -> Option<Ending> {
    if !text.contains('\n') {
        return None;
    }
    let (content, ending) = match text.strip_suffix('\n') {
        Some(content) => (content, Ending::Break),
        None => (text, Ending::None),
    };
    let exact = |line: &str| line.chars().all(|c| c == '\t' || !invisible(c)) && !line.ends_with(char::is_whitespace);
    let starts = |line: &str| !line.starts_with('\t');
    let safe = !content.ends_with('\n')
        && content.starts_with(|c: char| !c.is_whitespace())
        && content.split('\n').all(|line| exact(line) && starts(line));
    safe.then_some(ending)
}

/// The lines of folded text, none longer than `width` if there is a space to break at.
pub(super) fn folded(text: &str, width: usize) -> Option<Vec<&str>> {
    let exact = text.chars().all(|c| c == ' ' || !c.is_whitespace() && !invisible(c));
    if !exact || text.is_empty() || text.starts_with(' ') || text.ends_with(' ') {
        return None;
    }
    let mut lines = Vec::new();
    let mut rest = text;
    while rest.chars().count() > width {
        // Only a single space between two words folds back to itself.
        let single = |at: &usize| !rest[..*at].ends_with(' ') && !rest[at + 1..].starts_with(' ');
        let spaces: Vec<usize> = rest.match_indices(' ').map(|(at, _)| at).filter(single).collect();
        let fitting = spaces.iter().rev().find(|at| rest[..**at].chars().count() <= width).or(spaces.first());
        let Some(at) = fitting else { break };
        lines.push(&rest[..*at]);
        rest = &rest[at + 1..];
    }
    lines.push(rest);
    Some(lines)
}
