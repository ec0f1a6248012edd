//! Text of the sources that looks like a secret whose owner gives it a form: `define credential` in the library says which there are.

use super::{Checker, report};
use crate::base::{Span, Text};
use crate::hir::Program;
use regex::RegexSet;

/// The shortest text that can be such a secret, in bytes.
const SHORTEST: usize = 16;

/// What credentials look like.
#[derive(Debug, Default)]
pub(super) struct Credentials {
    patterns: RegexSet,
    /// What each of them is, in the words of its definition.
    kinds: Vec<Text>,
}

impl Credentials {
    /// Reads the definitions of a program; a pattern that is none is reported where it stands.
    pub(super) fn of(program: &Program) -> Credentials {
        let definitions = program.definitions.values().filter(|definition| definition.keyword == "credential");
        let written = definitions.filter_map(|definition| {
            let pattern = definition.attributes.get("pattern")?.value.as_text().filter(|pattern| regex::Regex::new(pattern).is_ok())?;
            let kind = definition.doc.as_ref().map_or_else(|| definition.name.text.clone(), |doc| first_words(doc));
            Some((pattern, kind))
        });
        let (patterns, kinds): (Vec<Text>, Vec<Text>) = written.unzip();
        Credentials { patterns: RegexSet::new(&patterns).unwrap_or_default(), kinds }
    }
}

/// The first sentence of a comment as a part of another one: `an access key of AWS`.
fn first_words(doc: &str) -> Text {
    let sentence = doc.split(['.', '\n']).next().unwrap_or(doc).trim();
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect::<String>()).unwrap_or_default().into()
}

impl Checker<'_> {
    /// Says that a text looks like a secret. The text is not repeated.
    pub(super) fn no_credential(&mut self, text: &str, span: Span) {
        if text.len() < SHORTEST || self.quiet > 0 {
            return;
        }
        if let Some(at) = self.types.credentials.patterns.matches(text).iter().next() {
            let diagnostic = report::credential(span, &self.types.credentials.kinds[at]);
            self.error(diagnostic);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_first_sentence_of_a_comment_is_what_it_is() {
        assert_eq!(super::first_words("An access key of AWS. More.").as_str(), "an access key of AWS");
        assert_eq!(super::first_words("").as_str(), "");
    }
}
