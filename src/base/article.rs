//! The article of a word that a message does not know.

/// A word with `a` or `an` before it: `a stack`, `an interface`. Signs around it, as around code, do not count.
pub fn with_article(word: impl AsRef<str>) -> String {
    let word = word.as_ref();
    let spoken = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    // Letters say how a word is written, and a few are spoken in another way.
    let is_you = ["uni", "use", "one", "once", "url"].iter().any(|begin| spoken.starts_with(begin));
    let is_open = spoken.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', '8']);
    if is_open && !is_you { format!("an {word}") } else { format!("a {word}") }
}

#[cfg(test)]
mod tests {
    use super::with_article;

    #[test]
    fn vowels_have_another_article() {
        for word in ["an interface", "an image", "an edge", "an `aws_instance`", "an action", "an object_bucket"] {
            let (_, bare) = word.split_once(' ').unwrap_or_default();
            assert_eq!(with_article(bare), word);
        }
        for word in ["stack", "unit", "`user`", "provider", "", "_x", "universe"] {
            assert_eq!(with_article(word), format!("a {word}"));
        }
    }
}
