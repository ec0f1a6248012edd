//! The little Markdown of our own pages, for a terminal.

use super::output::{BOLD, NOTE};
use anstyle::{AnsiColor, Style};

/// The page with headings, code and lists set off by colours.
pub(super) fn style(page: &str) -> String {
    let heading: Style = AnsiColor::Green.on_default().bold();
    let mut text = String::new();
    let mut in_code = false;
    for line in page.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
            continue;
        }
        let styled = if in_code {
            format!("    {NOTE}{line}{NOTE:#}")
        } else if let Some(title) = line.strip_prefix("# ") {
            format!("{BOLD}{title}{BOLD:#}")
        } else if let Some(title) = line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')) {
            format!("{heading}{title}{heading:#}")
        } else {
            inline(line)
        };
        text.push_str(&styled);
        text.push('\n');
    }
    text
}

/// Words between backticks.
fn inline(line: &str) -> String {
    let mut text = String::new();
    for (index, part) in line.split('`').enumerate() {
        match index % 2 {
            0 => text.push_str(part),
            _ => text.push_str(&format!("{NOTE}{part}{NOTE:#}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn fences_and_marks_go() {
        let page = "# IC1 title\n\nSee `x`.\n\n## Example\n\n```infra\na = 1\n```\n";
        let plain = anstream::adapter::strip_str(&super::style(page)).to_string();
        assert_eq!(plain, "IC1 title\n\nSee x.\n\nExample\n\n    a = 1\n");
    }
}
