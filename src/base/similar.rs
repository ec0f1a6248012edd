//! "Did you mean": the one known name that a misspelt one is nearest to.

use std::cell::Cell;

/// With how many names one is compared, so that many misspelt names among many known ones take no longer than they should.
pub const MAX_KNOWN: usize = 1_000;

/// How many names are suggested in a row, before [`renew`]: where more are wrong, they are not misspelt one by one.
pub const MOST_SUGGESTED: usize = 50;

/// How many names are looked for among others in a row, found or not.
const MOST_SOUGHT: usize = 1_000;

/// What is left of both.
#[derive(Clone, Copy)]
struct Left {
    suggested: usize,
    sought: usize,
}

thread_local! {
    static LEFT: Cell<Left> = const { Cell::new(Left { suggested: MOST_SUGGESTED, sought: MOST_SOUGHT }) };
}

/// Begins to count anew on this thread: something else is looked at.
pub fn renew() {
    LEFT.set(Left { suggested: MOST_SUGGESTED, sought: MOST_SOUGHT });
}

/// Words are compared up to this length, in characters.
const LONGEST: usize = 64;

/// The nearest of the first `MAX_KNOWN` of `known` to `name`, if it is near enough to be what was meant: at most a third of its letters
/// differ, counting a swap of neighbours as one difference. Of two that are as near, the one with the same first letter: hands seldom
/// miss that. Linear in `known`.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let left = LEFT.get();
    if left.suggested == 0 || left.sought == 0 {
        return None;
    }
    let name: Vec<char> = name.chars().take(LONGEST).collect();
    let limit = name.len().max(3) / 3;
    let found = known
        .into_iter()
        .take(MAX_KNOWN)
        .filter_map(|candidate| Some((distance(&name, candidate, limit)?, candidate)))
        .min_by_key(|(distance, candidate)| (*distance, candidate.chars().next() != name.first().copied(), *candidate))
        .map(|(_, candidate)| candidate);
    LEFT.set(Left { suggested: left.suggested - usize::from(found.is_some()), sought: left.sought - 1 });
    found
}

/// The optimal string alignment distance between two words, if it is not over a limit. A program of mistakes asks for millions of
/// them: no memory is allocated, and what has become too different is not read to its end.
fn distance(a: &[char], other: &str, limit: usize) -> Option<usize> {
    let mut b = ['\0'; LONGEST];
    let mut length = 0_usize;
    for (place, letter) in b.iter_mut().zip(other.chars()) {
        *place = letter;
        length += 1;
    }
    if length.abs_diff(a.len()) > limit {
        return None;
    }
    let mut before = [0_usize; LONGEST + 1];
    let mut row: [usize; LONGEST + 1] = std::array::from_fn(|at| at);
    let mut next = [0_usize; LONGEST + 1];
    for i in 1..=a.len() {
        next[0] = i;
        let mut least = i;
        for j in 1..=length {
            let change = usize::from(a[i - 1] != b[j - 1]);
            next[j] = (row[j] + 1).min(next[j - 1] + 1).min(row[j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                next[j] = next[j].min(before[j - 2] + 1);
            }
            least = least.min(next[j]);
        }
        // What follows comes from this row, or by a swap from the one before, which is at most one less.
        if least > limit + 1 {
            return None;
        }
        (before, row, next) = (row, next, before);
    }
    Some(row[length]).filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::{MOST_SUGGESTED, nearest, renew};

    #[test]
    fn suggests_no_more_names_than_the_limit() {
        renew();
        let found = (0..1_000).filter(|_| nearest("sevrers", ["servers"]).is_some()).count();
        assert_eq!(found, MOST_SUGGESTED);
        renew();
        assert_eq!(nearest("sevrers", ["servers"]), Some("servers"));
    }

    #[test]
    fn compares_with_no_more_names_than_the_limit() {
        let known: Vec<String> = (0..super::MAX_KNOWN).map(|at| format!("{at}")).chain(["servers".to_owned()]).collect();
        assert_eq!(nearest("sevrers", known.iter().map(String::as_str)), None);
        assert_eq!(nearest("sevrers", known[1..].iter().map(String::as_str)), Some("servers"));
    }

    #[test]
    fn a_first_letter_is_seldom_wrong() {
        assert_eq!(nearest("ipp", ["app", "ip"]), Some("ip"));
    }

    #[test]
    fn finds_swaps_and_typos_and_nothing_far() {
        let known = ["servers", "size", "range", "image"];
        assert_eq!(nearest("sevrers", known), Some("servers"));
        assert_eq!(nearest("rnage", known), Some("range"));
        assert_eq!(nearest("colour", known), None);
    }
}
