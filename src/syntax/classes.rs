//! The tokens of a text by what they are, for whoever colours it. Only the lexer is asked: a word is a word, whether it is
//! a keyword at its place or a name.

use super::lexer::lex;
use super::messages::Messages;
use super::token::Kind;
use crate::base::FileId;
use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A word in lower case, keywords included.
    Word,
    /// `Size`
    TypeName,
    /// A word that is good for the key of a map alone.
    OtherWord,
    /// `_`
    Wildcard,
    /// `3`
    Integer,
    /// `0.5`
    Float,
    /// `10.0.0.1`
    Address,
    /// `10.0.0.0/8`
    Range,
    /// `443/tcp`
    Port,
    /// `40GiB`, `30d`, `9.50EUR`
    Quantity,
    /// Quotes and the text between them, escapes included; a string without parts is one token.
    String,
    /// `${` and the `}` that ends it.
    Interpolation,
    /// `# …`
    Comment,
    /// `## …` at the start of a line
    Documentation,
    /// `=`, `+`, `??` and the like
    Operator,
    /// `( ) [ ] { }`
    Bracket,
    /// `, : .`
    Punctuation,
    /// What a diagnostic explains.
    Broken,
}

/// The tokens and comments of a text in their order, each with its bytes; nothing that has no bytes.
pub fn classes(text: &str) -> Vec<(Range<usize>, Class)> {
    let mut messages = Messages::default();
    let lexed = lex(FileId(0), text, &mut messages);
    let tokens = lexed.tokens.iter().map(|token| (token.start as usize..token.end as usize, class(token.kind)));
    let comments = lexed.comments.iter().map(|comment| {
        let class = if comment.doc { Class::Documentation } else { Class::Comment };
        (comment.span.start as usize..comment.span.end as usize, class)
    });
    let mut all: Vec<_> = tokens.chain(comments).filter(|(range, _)| !range.is_empty()).collect();
    all.sort_by_key(|(range, _)| range.start);
    all
}

fn class(kind: Kind) -> Class {
    match kind {
        Kind::TypeName => Class::TypeName,
        Kind::Word => Class::OtherWord,
        kind if kind.is_word() => Class::Word,
        Kind::Wildcard => Class::Wildcard,
        Kind::Int => Class::Integer,
        Kind::Float => Class::Float,
        Kind::Ip => Class::Address,
        Kind::Cidr => Class::Range,
        Kind::Port => Class::Port,
        Kind::Quantity => Class::Quantity,
        Kind::String | Kind::Quote | Kind::Text | Kind::QuoteEnd => Class::String,
        Kind::Interpolation | Kind::InterpolationEnd => Class::Interpolation,
        Kind::LeftParen | Kind::RightParen | Kind::LeftBracket | Kind::RightBracket | Kind::LeftBrace | Kind::RightBrace => Class::Bracket,
        Kind::Comma | Kind::Colon | Kind::Dot => Class::Punctuation,
        Kind::Broken | Kind::End => Class::Broken,
        _ => Class::Operator,
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, classes};

    #[test]
    fn every_byte_but_space_has_a_class() {
        let text = "## One.\nport web { size = 40GiB, at = \"a ${b}\\n\" } # two\n";
        let found = classes(text);
        let words: Vec<_> = found.iter().map(|(range, class)| (&text[range.clone()], *class)).collect();
        assert_eq!(words[..3], [("## One.", Class::Documentation), ("port", Class::Word), ("web", Class::Word)]);
        assert_eq!(words[6], ("40GiB", Class::Quantity));
        assert_eq!(words.last(), Some(&("# two", Class::Comment)));
        let covered: usize = found.iter().map(|(range, _)| text[range.clone()].chars().filter(|c| !c.is_whitespace()).count()).sum();
        assert_eq!(covered, text.chars().filter(|c| !c.is_whitespace()).count());
    }
}
