//! The marks that git writes into a file whose two sides it cannot merge.

use super::source::lines;

/// One of the four marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// What is ours follows.
    Ours,
    /// What both sides come from follows; only some styles of conflict show it.
    Base,
    /// What is theirs follows.
    Theirs,
    /// What git could merge goes on.
    End,
}

impl Mark {
    /// The mark that a line is, if it is one.
    pub fn of(line: &str) -> Option<Mark> {
        let marks = [("<<<<<<<", Mark::Ours), ("|||||||", Mark::Base), ("=======", Mark::Theirs), (">>>>>>>", Mark::End)];
        let is = |sign: &str| line.strip_prefix(sign).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        marks.into_iter().find(|(sign, _)| is(sign)).map(|(_, mark)| mark)
    }
}

/// The lines of a text that are marks, each with the offset at which it begins.
pub fn marks(text: &str) -> impl Iterator<Item = (usize, &str)> {
    lines(text).filter(|(_, line)| Mark::of(line).is_some())
}

/// Whether a text has a whole conflict in it. A line of `=======` alone is none: it underlines a heading.
pub fn has_conflict(text: &str) -> bool {
    let mut expected = Mark::Ours;
    for mark in text.lines().filter_map(Mark::of) {
        expected = match (expected, mark) {
            (Mark::Ours, Mark::Ours) => Mark::Theirs,
            (Mark::Theirs, Mark::Theirs) => Mark::End,
            (Mark::End, Mark::End) => return true,
            _ => expected,
        };
    }
    false
}

/// The lines of both sides, each with its number from 1: without the marks, and without what both sides come from.
pub fn both_sides(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_base = false;
    text.lines().enumerate().filter_map(move |(at, line)| match Mark::of(line) {
        Some(mark) => {
            is_base = mark == Mark::Base;
            None
        }
        None => (!is_base).then_some((at + 1, line)),
    })
}

/// The text with nothing but blanks in the place of the marks and of what is not the first side: every other place stays where it is.
pub fn first_side(text: &str) -> String {
    let mut is_kept = true;
    let lines = text.split_inclusive('\n').map(|line| {
        let mark = Mark::of(line.trim_end_matches(['\r', '\n']));
        is_kept = mark.map_or(is_kept, |mark| matches!(mark, Mark::Ours | Mark::End));
        match mark.is_none() && is_kept {
            true => line.to_owned(),
            false => line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect(),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFLICT: &str = "a\n<<<<<<< HEAD\nb\n||||||| 1234567\nx\n=======\nc\n>>>>>>> theirs\nd\n";

    #[test]
    fn of_the_first_side_every_place_stays() {
        let first = first_side(CONFLICT);
        assert_eq!(first.len(), CONFLICT.len());
        assert_eq!(first.split_whitespace().collect::<Vec<_>>(), ["a", "b", "d"]);
        assert_eq!(first.find('d'), CONFLICT.rfind('d'));
        assert_eq!(first_side("é\n=======\né\n").trim_end(), "é");
    }

    #[test]
    fn a_conflict_has_two_sides() {
        assert!(has_conflict(CONFLICT));
        assert_eq!(both_sides(CONFLICT).collect::<Vec<_>>(), [(1, "a"), (3, "b"), (7, "c"), (9, "d")]);
    }

    #[test]
    fn what_only_looks_like_a_mark_is_none() {
        for text in ["Heading\n=======\ntext\n", "<<<<<<<EOF\n", "<<<<<<< HEAD\n", ">>>>>>> a\n=======\n<<<<<<< b\n", ""] {
            assert!(!has_conflict(text), "{text:?}");
        }
    }
}
