//! What somebody has in front of him: the texts that were edited or asked about last. A client does not say what it shows.

use crate::base::Text;
use std::collections::VecDeque;

/// So many texts may be in front of somebody at once.
const MOST: usize = 4;

/// Texts by project and path, the last one first.
#[derive(Debug, Default)]
pub(super) struct Attention(VecDeque<(usize, Text)>);

impl Attention {
    /// A text was edited or asked about.
    pub(super) fn see(&mut self, place: &(usize, Text)) {
        if self.0.front() == Some(place) {
            return;
        }
        self.0.retain(|seen| seen != place);
        self.0.push_front(place.clone());
        self.0.truncate(MOST);
    }

    /// A text was closed.
    pub(super) fn forget(&mut self, place: &(usize, Text)) {
        self.0.retain(|seen| seen != place);
    }

    /// The paths of those in a project, the last one first.
    pub(super) fn of(&self, project: usize) -> impl Iterator<Item = &Text> {
        self.0.iter().filter(move |(of, _)| *of == project).map(|(_, path)| path)
    }
}

#[cfg(test)]
mod tests {
    use super::{Attention, MOST};

    #[test]
    fn what_was_seen_last_counts() {
        let mut attention = Attention::default();
        let paths = |attention: &Attention, of: usize| attention.of(of).map(ToString::to_string).collect::<Vec<_>>().join(" ");
        for path in ["a", "b", "a", "c"] {
            attention.see(&(0, path.into()));
        }
        attention.see(&(1, "d".into()));
        assert_eq!((paths(&attention, 0), paths(&attention, 1)), ("c a b".to_owned(), "d".to_owned()));
        attention.see(&(0, "e".into()));
        assert_eq!(paths(&attention, 0), "e c a");
        attention.forget(&(0, "c".into()));
        assert_eq!(paths(&attention, 0).len(), MOST - 1);
    }
}
