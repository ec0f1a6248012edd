//! Text in a pipeline of GitLab, which replaces variables: the runner in some places, the server in others.

use super::text::is_name;
use super::{Error, Problem};
use crate::base::Text;

/// Data where the runner replaces variables, so that it stays as it is. Between `%` there is no escape.
pub fn literal(text: &str) -> Result<Text, Error> {
    if has_percent_name(text) { Err(Problem::Syntax(text.into()).into()) } else { Ok(text.replace('$', "$$").into()) }
}

/// Whether a name stands between two `%`.
fn has_percent_name(text: &str) -> bool {
    let between: Vec<&str> = text.split('%').collect();
    between.get(1..between.len() - 1).unwrap_or_default().iter().any(|name| is_name(name))
}

/// Data where the server replaces variables. It knows no escape, so what it would take for a variable is refused.
pub fn on_server(text: &str) -> Result<Text, Error> {
    let starts = |character: char| character.is_ascii_alphabetic() || matches!(character, '_' | '{');
    let dollar = text.match_indices('$').any(|(at, _)| text[at + 1..].starts_with(starts));
    if dollar || has_percent_name(text) { Err(Problem::Syntax(text.into()).into()) } else { Ok(text.into()) }
}

/// Data as text between quotes in a condition, which knows no escape either.
pub fn quoted(text: &str) -> Result<Text, Error> {
    if text.contains(['"', '\n', '\r']) { Err(Problem::Syntax(text.into()).into()) } else { Ok(["\"", text, "\""].concat().into()) }
}

#[cfg(test)]
mod tests {
    use super::{literal, on_server, quoted};

    #[test]
    fn no_variable_is_replaced() {
        assert_eq!(literal("a $B ${C} $$ 100%").unwrap(), "a $$B $${C} $$$$ 100%");
        assert!(literal("%A%").is_err());
        for refused in ["$A", "a${b}", "$$_a", "%A%", "%20%b_1%"] {
            assert!(on_server(refused).is_err(), "{refused}");
        }
        for kept in ["https://vault.example.com", "100 %", "a$", "$ b", "$1", "$$", "%20a%20", "%%", "a%b"] {
            assert_eq!(on_server(kept).unwrap(), kept);
        }
    }

    #[test]
    fn nothing_ends_a_text_in_a_condition() {
        assert_eq!(quoted("main").unwrap(), "\"main\"");
        assert!(quoted("a\" || \"").is_err() && quoted("a\nb").is_err() && quoted("a\rb").is_err());
    }
}
