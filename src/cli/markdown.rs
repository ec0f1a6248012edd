//! The little Markdown of our own pages, for a terminal.

use super::output::{BOLD, NOTE, is_coloured, screen};
use crate::render::{fill, sanitise};
use anstyle::{AnsiColor, Style};

/// The page as it is read: in a terminal with colours and lines that fill it, elsewhere as it was written.
pub(super) fn shown(page: &str) -> String {
    if is_coloured() { style(page, screen().width) } else { page.to_owned() }
}

/// A page in which nothing can command a terminal.
pub(super) fn sanitised(page: &str) -> String {
    sanitise(page).into_owned()
}

/// The page with headings, code and lists set off by colours, and paragraphs that fill `width`. Code stays as it is.
fn style(page: &str, width: usize) -> String {
    let heading: Style = AnsiColor::Green.on_default().bold();
    let mut text = String::new();
    let mut paragraph = String::new();
    let mut in_code = false;
    let end = |paragraph: &mut String, text: &mut String| {
        if !paragraph.is_empty() {
            let indent = if paragraph.starts_with("- ") { "  " } else { "" };
            text.push_str(&inline(&fill(paragraph, width, 0, indent)));
            text.push('\n');
            paragraph.clear();
        }
    };
    for line in page.lines() {
        let is_code = line.starts_with("```");
        let is_item = line.starts_with("- ");
        if in_code || is_code || is_item || line.is_empty() || line.starts_with(['#', '|', ' ']) {
            end(&mut paragraph, &mut text);
        }
        if is_code {
            in_code = !in_code;
        } else if in_code {
            text.push_str(&format!("    {NOTE}{line}{NOTE:#}\n"));
        } else if let Some(title) = line.strip_prefix("# ") {
            text.push_str(&format!("{BOLD}{title}{BOLD:#}\n"));
        } else if let Some(title) = line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')) {
            text.push_str(&format!("{heading}{title}{heading:#}\n"));
        } else if line.is_empty() || line.starts_with(['|', ' ']) {
            text.push_str(&inline(line));
            text.push('\n');
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line);
        }
    }
    end(&mut paragraph, &mut text);
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
        let page = "# IC1 title\n\nSee `x y` and\nmore of it.\n- one\n- two\n  more\n\n## Example\n\n```infra\na = 1\n```\n";
        let plain = anstream::adapter::strip_str(&super::style(page, 12)).to_string();
        assert_eq!(plain, "IC1 title\n\nSee x y\nand more of\nit.\n- one\n- two\n  more\n\nExample\n\n    a = 1\n");
    }
}
