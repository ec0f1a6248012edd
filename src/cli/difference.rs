//! A unified diff for a terminal.

use super::output::BOLD;
use crate::host;
use crate::render::sanitise;
use anstyle::{AnsiColor, Style};

/// What is there against what should be there; empty where nothing differs or either is not text.
pub(super) fn coloured(path: &str, found: &[u8], wanted: &str) -> String {
    let difference = host::difference(path, found, wanted);
    let mut coloured = String::new();
    for line in sanitise(&difference).lines() {
        let style = match line.as_bytes() {
            [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] => BOLD,
            [b'@', ..] => AnsiColor::Cyan.on_default(),
            [b'-', ..] => AnsiColor::Red.on_default(),
            [b'+', ..] => AnsiColor::Green.on_default(),
            _ => Style::new(),
        };
        coloured.push_str(&format!("{style}{line}{style:#}\n"));
    }
    coloured
}
