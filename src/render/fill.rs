//! Sentences in lines of a width. What stands between backticks is code, and is never parted.

use unicode_width::UnicodeWidthStr;

/// `text` in lines of at most `width` columns where its words allow it. The first line begins behind `taken` columns, the others behind
/// `indent`. Lines of the text that are indented are code and stay as they are.
pub fn fill(text: &str, width: usize, taken: usize, indent: &str) -> String {
    let mut filled = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            filled.push('\n');
            filled.push_str(indent);
        }
        if line.starts_with(' ') {
            filled.push_str(line);
            continue;
        }
        let mut column = if at == 0 { taken } else { indent.width() };
        let mut is_first = true;
        for word in words(line) {
            let length = word.width();
            if !is_first && column + 1 + length > width {
                filled.push('\n');
                filled.push_str(indent);
                column = indent.width();
            } else if !is_first {
                filled.push(' ');
                column += 1;
            }
            filled.push_str(word);
            column += length;
            is_first = false;
        }
    }
    filled
}

/// The words of a line; a space between backticks parts none.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut in_code = false;
    // A backtick without its partner opens nothing.
    let mut left = line.matches('`').count() / 2 * 2;
    for (at, letter) in line.char_indices() {
        match letter {
            '`' if left > 0 => {
                in_code = !in_code;
                left -= 1;
            }
            ' ' if !in_code => {
                words.extend(Some(&line[start..at]).filter(|word| !word.is_empty()));
                start = at + 1;
            }
            _ => {}
        }
    }
    words.extend(Some(&line[start..]).filter(|word| !word.is_empty()));
    words
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn words_are_kept_whole_and_code_too() {
        assert_eq!(fill("one two three", 7, 0, ""), "one two\nthree");
        assert_eq!(fill("run `infrac build --force a/b` now", 10, 0, "  "), "run\n  `infrac build --force a/b`\n  now");
        assert_eq!(fill("one two", 9, 4, "    "), "one\n    two");
        assert_eq!(fill("it`s one two", 8, 0, ""), "it`s one\ntwo");
        assert_eq!(fill("one\n  code  kept as it is\ntwo", 8, 0, "> "), "one\n>   code  kept as it is\n> two");
        assert_eq!(fill("größe größe", 11, 0, ""), "größe größe");
    }
}
