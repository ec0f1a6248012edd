//! "Did you mean": the one known name that a misspelt one is nearest to.

/// With how many names one is compared, so that many misspelt names among many known ones take no longer than they should.
pub const MAX_KNOWN: usize = 1_000;

/// The nearest of the first `MAX_KNOWN` of `known` to `name`, if it is near enough to be what was meant: at most a third of its letters differ,
/// counting a swap of neighbours as one difference. Linear in `known`.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count().max(3)) / 3;
    known
        .into_iter()
        .take(MAX_KNOWN)
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= limit * 4)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, candidate)| (*distance, *candidate))
        .map(|(_, candidate)| candidate)
}

/// The optimal string alignment distance between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut before = vec![0; b.len() + 1];
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            next[j] = (row[j] + 1).min(next[j - 1] + 1).min(row[j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                next[j] = next[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn compares_with_no_more_names_than_the_limit() {
        let known: Vec<String> = (0..super::MAX_KNOWN).map(|at| format!("{at}")).chain(["servers".to_owned()]).collect();
        assert_eq!(nearest("sevrers", known.iter().map(String::as_str)), None);
        assert_eq!(nearest("sevrers", known[1..].iter().map(String::as_str)), Some("servers"));
    }

    #[test]
    fn finds_swaps_and_typos_and_nothing_far() {
        let known = ["servers", "size", "range", "image"];
        assert_eq!(nearest("sevrers", known), Some("servers"));
        assert_eq!(nearest("rnage", known), Some("range"));
        assert_eq!(nearest("colour", known), None);
    }
}
