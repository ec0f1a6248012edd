//! `bootstrap.units`: the units that must be there before the state has a place.

use crate::plan::First;

/// One path a line.
pub(super) fn units(first: &First) -> String {
    let mut text = format!("# {}\n", crate::artifact::header(""));
    for path in &first.units {
        text.push_str(path);
        text.push('\n');
    }
    text
}
