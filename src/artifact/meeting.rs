//! Files of several trees that meet: whose paths are equal on some file system, or one of which would be a folder of the other.

use crate::base::Text;
use std::cmp::Ordering;

/// For each list of paths the first that meets one of another list: the number of the list that comes later, its path and the other
/// one. No two paths of one list meet.
pub(super) fn among(lists: &[Vec<&Text>]) -> Vec<(usize, Text, Text)> {
    let mut paths: Vec<(&Text, usize)> =
        lists.iter().enumerate().flat_map(|(number, paths)| paths.iter().map(move |path| (*path, number))).collect();
    paths.sort_by(|(one, first), (other, second)| order(one, other).then(first.cmp(second)));
    let mut met: Vec<(usize, Text, Text)> = Vec::new();
    // A folder sorts directly before what is in it, so that those that meet stand side by side.
    for pair in paths.windows(2) {
        let [(one, first), (other, second)] = *pair else { continue };
        if first == second || !meet(one, other) {
            continue;
        }
        met.push(if first < second { (second, other.clone(), one.clone()) } else { (first, one.clone(), other.clone()) });
    }
    met.sort();
    met.dedup_by_key(|(number, ..)| *number);
    met
}

/// Letters of both cases are the same, and a path comes before what would be below it.
fn order(one: &str, other: &str) -> Ordering {
    // Most paths share folders, which are the same as they are.
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    fn folded(rest: &[u8]) -> impl Iterator<Item = u8> {
        rest.iter().map(|byte| if *byte == b'/' { 0 } else { byte.to_ascii_lowercase() })
    }
    folded(&one.as_bytes()[same..]).cmp(folded(&other.as_bytes()[same..]))
}

/// Whether two paths meet, the first of which sorts before the second.
fn meet(one: &str, other: &str) -> bool {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
    let is_whole = same == one.len() && matches!(other.as_bytes().get(same), None | Some(b'/'));
    let folder = one.as_bytes()[..same].iter().rposition(|byte| *byte == b'/').unwrap_or_default();
    is_whole || one.as_bytes()[..folder] != other.as_bytes()[..folder]
}

#[cfg(test)]
mod tests {
    use super::among;
    use crate::base::Text;

    fn met(lists: &[&[&str]]) -> Vec<(usize, String, String)> {
        let lists: Vec<Vec<Text>> = lists.iter().map(|paths| paths.iter().map(Text::new).collect()).collect();
        let lists: Vec<Vec<&Text>> = lists.iter().map(|paths| paths.iter().collect()).collect();
        among(&lists).into_iter().map(|(number, one, other)| (number, one.to_string(), other.to_string())).collect()
    }

    #[test]
    fn paths_of_two_lists_meet() {
        for (one, other) in [("a", "a"), ("a", "A"), ("a", "a/b"), ("a/b", "a"), ("a/b", "A/c"), ("x/a/b", "x/A/c"), ("a", "A/b/c")] {
            assert_eq!(met(&[&[one], &[other]]), [(1, other.to_owned(), one.to_owned())], "{one} {other}");
            assert_eq!(met(&[&[], &[one, "z"], &["a+", "a-b", "a.c"], &[other]]), [(3, other.to_owned(), one.to_owned())], "{one} {other}");
        }
    }

    #[test]
    fn others_do_not() {
        assert_eq!(met(&[&["a", "b/c"], &["a.b", "a-b/c", "ab", "b/d", "B.c"], &["a+/a", "b/c.d"]]), []);
        assert_eq!(met(&[]), []);
    }

    #[test]
    fn each_list_is_told_once() {
        let found = met(&[&["a", "b"], &["A", "B"], &["c"], &["a/x", "b/y", "c/z"]]);
        assert_eq!(found.iter().map(|(number, ..)| *number).collect::<Vec<_>>(), [1, 3]);
    }
}
