//! The changes of a build in words, grouped by their kind.

use super::output::{BOLD, count};
use crate::host::{Change, What};
use crate::render::sanitise;
use std::collections::BTreeMap;

/// Places that are named in each file; of the others only the number.
const SHOWN_PLACES: usize = 3;

/// `argument added (1 file)`, then a line for each file with the places in it.
pub(super) fn in_words(changes: &[Change], prefix: &str) -> String {
    let mut groups = BTreeMap::<What, BTreeMap<&str, Vec<&str>>>::new();
    for change in changes {
        let places = groups.entry(change.what).or_default().entry(&change.path).or_default();
        if !change.place.is_empty() {
            places.push(&change.place);
        }
    }
    let mut text = String::new();
    for (what, files) in groups {
        text.push_str(&format!("{BOLD}{what}{BOLD:#} ({})\n", count(files.len(), "file")));
        for (path, places) in files {
            let more = places.len().saturating_sub(SHOWN_PLACES);
            let mut shown = places[..places.len() - more].join(", ");
            if !shown.is_empty() {
                shown.insert_str(0, ": ");
            }
            if more > 0 {
                shown.push_str(&format!(" and {more} more"));
            }
            text.push_str(&format!("  {}\n", sanitise(&format!("{prefix}{path}{shown}"))));
        }
    }
    text
}
