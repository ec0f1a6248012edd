//! Texts that may be secrets: their lines are shown, their letters are not.

use crate::base::Span;
use std::borrow::Cow;

/// `source` with a star for each letter of the texts in quotes that lie in `spans`. Every offset holds.
pub fn hide(source: Cow<'_, str>, spans: &[Span]) -> String {
    let mut shown = source.into_owned();
    for span in spans {
        let range = span.start as usize..span.end as usize;
        // A span that lies outside the text hides nothing, because nothing is shown there.
        if let Some(text) = shown.get(range.clone()) {
            let stars = stars(text);
            shown.replace_range(range, &stars);
        }
    }
    shown
}

fn stars(text: &str) -> String {
    let mut quoted = false;
    let mut escaped = false;
    let mut stars = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' if !escaped => {
                quoted = !quoted;
                stars.push('"');
            }
            '\n' | '\r' => stars.push(letter),
            _ if quoted => stars.push_str(&"*".repeat(letter.len_utf8())),
            _ => stars.push(letter),
        }
        escaped = letter == '\\' && !escaped;
    }
    stars
}

#[cfg(test)]
mod tests {
    use super::hide;
    use crate::base::{FileId, Span};

    #[test]
    fn only_what_stands_in_quotes_is_hidden() {
        let source = r#"a = secret("häm\"m" , [x, "y"]) "z""#;
        let span = Span::new(FileId(0), 4, source.len() as u32 - 4);
        let shown = hide(source.into(), &[span]);
        assert_eq!(shown, r#"a = secret("*********" , [x, "*"]) "z""#.replace("*********", "*******"));
        assert_eq!(shown.len(), source.len());
        assert_eq!(hide(source.into(), &[Span::new(FileId(0), 2, 900)]), source);
    }
}
