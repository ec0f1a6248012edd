//! Markdown for people: data is escaped text or a code span, never markup.

use super::text::comment_lines;

/// Data as text of one line.
pub fn text(data: &str) -> String {
    let line = comment_lines(data).collect::<Vec<String>>().join(" ");
    let mut escaped = String::new();
    for character in line.chars() {
        if character.is_ascii_punctuation()
            && !matches!(character, '.' | ',' | '/' | ':' | '-' | '(' | ')' | '\'' | '"' | '%' | '=' | '?' | ';')
        {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Data as code in a line.
pub fn code(data: &str) -> String {
    let line = comment_lines(data).collect::<Vec<String>>().join(" ");
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if line.starts_with('`') || line.ends_with('`') || line.is_empty() { " " } else { "" };
    [fence.as_str(), space, &line, space, &fence].concat()
}

#[cfg(test)]
mod tests {
    use super::{code, text};

    #[test]
    fn data_is_never_markup() {
        assert_eq!(text("a *b* <c> [d]\n# e"), r"a \*b\* \<c\> \[d\] \# e");
        assert_eq!(code("a `b`"), "`` a `b` ``");
        assert_eq!(code("x"), "`x`");
    }
}
