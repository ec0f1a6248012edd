//! One mistake in a text: a token deleted or doubled, a sign too much, the rest cut off.

use std::ops::Range;

/// A mistake that a hand makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    Deleted,
    Doubled,
    CutOff,
    Stray(&'static str),
}

/// The mistakes that every token of every source has to bear.
pub const MISTAKES: [Mistake; 6] =
    [Mistake::Deleted, Mistake::Doubled, Mistake::CutOff, Mistake::Stray("{"), Mistake::Stray("}"), Mistake::Stray("\"")];

/// A text with one mistake.
pub struct Damaged {
    pub text: String,
    /// Where the mistake is in the damaged text.
    pub place: Range<usize>,
    /// The token before the mistake, and the one that it met, in the text as it was.
    pub before: Option<usize>,
    pub met: usize,
}

/// Makes a mistake at a token.
pub fn damaged(text: &str, tokens: &[Range<usize>], at: usize, mistake: Mistake) -> Damaged {
    let Range { start, end } = tokens[at];
    let (head, token, tail) = (&text[..start], &text[start..end], &text[end..]);
    let (text, length) = match mistake {
        Mistake::Deleted => (format!("{head}{tail}"), 0),
        Mistake::Doubled => (format!("{head}{token} {token}{tail}"), 2 * token.len() + 1),
        Mistake::CutOff => (head.to_string(), 0),
        Mistake::Stray(sign) => (format!("{head}{sign}{token}{tail}"), sign.len()),
    };
    Damaged { text, place: start..start + length, before: at.checked_sub(1).map(|before| tokens[before].start), met: start }
}

/// The lines of a text, each alone and with one character too few or twice. A block that a line opens is closed.
pub fn damaged_lines(text: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let closed = if line.ends_with('{') { format!("{line}\n  z = 1\n}}") } else { line.to_string() };
        let chars: Vec<char> = closed.chars().collect();
        for at in 0..chars.len() {
            let (mut without, mut twice) = (chars.clone(), chars.clone());
            let removed = without.remove(at);
            twice.insert(at, removed);
            texts.extend([without, twice].map(|chars| chars.into_iter().collect::<String>()));
        }
    }
    texts
}

/// The tokens of a text without its comments: words, numbers, signs; of a string its quotes and each piece of its text.
pub fn tokens(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    // What is open: text between quotes, or the braces of an interpolation.
    let mut open: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let quotes = if rest.starts_with("\"\"\"") { "\"\"\"" } else { "\"" };
        let within = open.last().filter(|open| **open != "{").copied();
        let length = match within {
            Some(quotes) if rest.starts_with(quotes) => {
                open.pop();
                quotes.len()
            }
            Some(_) if rest.starts_with("${") => {
                open.push("{");
                2
            }
            Some(quotes) => {
                let ends = |(at, _): &(usize, char)| rest[*at..].starts_with(quotes) || rest[*at..].starts_with("${");
                let escaped = |at: usize| at > 0 && rest.as_bytes()[at - 1] == b'\\';
                let end = rest.char_indices().find(|place| ends(place) && !escaped(place.0));
                end.map_or(rest.len(), |(end, _)| end)
            }
            None if rest.starts_with('"') => {
                open.push(quotes);
                quotes.len()
            }
            None if rest.starts_with('#') => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            None if rest.starts_with([' ', '\n']) => {
                at += 1;
                continue;
            }
            None => {
                match rest.as_bytes()[0] {
                    b'{' if !open.is_empty() => open.push("{"),
                    b'}' if !open.is_empty() => drop(open.pop()),
                    _ => {}
                }
                sign_or_word(rest)
            }
        };
        // Text of several lines is one piece a line.
        let line = rest[..length].split_inclusive('\n').next().map_or(length, str::len);
        let piece = rest[..line].trim_end_matches('\n');
        let blank = piece.len() - piece.trim_start().len();
        if blank < piece.len() {
            found.push(at + blank..at + piece.len());
        }
        at += line;
    }
    found
}

fn sign_or_word(rest: &str) -> usize {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let number = |c: char| word(c) || c == '.' || c == '/';
    match rest.chars().next() {
        Some(first) if first.is_ascii_digit() => rest.find(|c| !number(c)).unwrap_or(rest.len()),
        Some(first) if first.is_alphabetic() || first == '_' => rest.find(|c| !word(c)).unwrap_or(rest.len()),
        Some(first) => {
            let two = ["==", "=>", "!=", "<=", ">=", "??", "+=", "-=", "->"];
            if two.iter().any(|two| rest.starts_with(two)) { 2 } else { first.len_utf8() }
        }
        None => 0,
    }
}
