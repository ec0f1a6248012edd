//! What each word of a text is, for its colour.

use super::Analysis;
use super::names::{Name, Role, What};
use crate::base::{FileId, Span};
use crate::syntax::lexer;
use crate::syntax::messages::Messages;
use crate::syntax::token::Kind;

/// What a token is, as editors know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colour {
    /// A word of the language.
    Keyword,
    /// A kind, or a block that a kind takes.
    Class,
    /// A definition, or a product.
    Namespace,
    /// An instance, a `let`, a bound name.
    Variable,
    /// An attribute, an input, an output, a field.
    Property,
    /// A type.
    Type,
    /// An enum.
    Enum,
    /// A member of an enum, an environment, a word.
    Member,
    /// A function.
    Function,
    /// A parameter.
    Parameter,
    /// A number, an address, an amount.
    Number,
    /// A text.
    String,
    /// A comment.
    Comment,
    /// An operator.
    Operator,
}

impl Colour {
    /// All of them, in their order, as the protocol of editors names them.
    pub const ALL: [(Colour, &'static str); 14] = [
        (Colour::Keyword, "keyword"),
        (Colour::Class, "class"),
        (Colour::Namespace, "namespace"),
        (Colour::Variable, "variable"),
        (Colour::Property, "property"),
        (Colour::Type, "type"),
        (Colour::Enum, "enum"),
        (Colour::Member, "enumMember"),
        (Colour::Function, "function"),
        (Colour::Parameter, "parameter"),
        (Colour::Number, "number"),
        (Colour::String, "string"),
        (Colour::Comment, "comment"),
        (Colour::Operator, "operator"),
    ];
}

/// A word with its colour. It stands in one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub colour: Colour,
    /// Whether it declares what it names.
    pub declares: bool,
    /// Whether the compiler or its library has it.
    pub is_of_library: bool,
    /// Whether it is a comment that documents.
    pub documents: bool,
}

/// The tokens of a text within a span, or of all of it, in the order of the text. No two overlap.
pub fn tokens(analysis: Analysis<'_>, file: FileId, within: Option<Span>) -> Vec<Token> {
    let text = analysis.text(file);
    let Some(tree) = analysis.tree(file) else { return Vec::new() };
    let plain = |span: Span, colour: Colour| Token { span, colour, declares: false, is_of_library: false, documents: false };
    let named = analysis.names(file).into_iter().filter(|name| !name.implied).filter_map(|name| {
        let declares = name.role == Role::Declares;
        let is_of_library = name.what != What::Keyword && name.declared.is_none_or(|span| analysis.is_of_library(span));
        Some(Token { declares, is_of_library, ..plain(name.span, of_name(&name)?) })
    });
    let mut found: Vec<Token> = named.collect();
    found.sort_by_key(|token| token.span);
    found.dedup_by_key(|token| token.span);
    let is_named = |span: Span| found.binary_search_by_key(&span, |token| token.span).is_ok();
    let lexed = lexer::lex(file, text, &mut Messages::default());
    let mut others = Vec::new();
    for token in &lexed.tokens {
        let span = Span::new(file, token.start, token.end);
        if let Some(colour) = of_kind(token.kind).filter(|_| !is_named(span)) {
            others.push(plain(span, colour));
        }
    }
    others.extend(tree.comments.iter().map(|comment| Token { documents: comment.doc, ..plain(comment.span, Colour::Comment) }));
    // A key or label in quotes is a name and its quotes.
    others.retain(|other| {
        other.colour != Colour::String || !found.iter().any(|name| other.span.touches(name.span.start) && name.span.end < other.span.end)
    });
    found.extend(others.into_iter().flat_map(|token| lines(text, token)));
    found.retain(|token| {
        token.span.start < token.span.end && within.is_none_or(|within| token.span.start < within.end && within.start < token.span.end)
    });
    found.sort_by_key(|token| token.span);
    let mut end = 0;
    found.retain(|token| {
        let fits = token.span.start >= end;
        end = if fits { token.span.end } else { end };
        fits
    });
    found
}

/// The parts of a token in each of its lines. To a client a carriage return alone ends a line too.
fn lines(text: &str, token: Token) -> Vec<Token> {
    let mut at = token.span.start;
    let whole = text.get(token.span.start as usize..token.span.end as usize).unwrap_or_default();
    let parts = whole.split_inclusive(['\n', '\r']).map(|line| {
        let span = Span { start: at, end: at + line.trim_end_matches(['\n', '\r']).len() as u32, ..token.span };
        at += line.len() as u32;
        Token { span, ..token }
    });
    parts.collect()
}

fn of_name(name: &Name) -> Option<Colour> {
    Some(match name.what {
        What::Keyword => Colour::Keyword,
        What::Kind | What::Block => Colour::Class,
        What::Definition | What::Product => Colour::Namespace,
        What::Environment | What::Member | What::Word => Colour::Member,
        What::Instance | What::Resource | What::Let | What::Local | What::Ambient => Colour::Variable,
        What::Attribute | What::Open | What::Input | What::Output | What::Field => Colour::Property,
        What::Type | What::BuiltinType | What::ResourceType => Colour::Type,
        What::Enum => Colour::Enum,
        What::Function | What::Builtin => Colour::Function,
        What::Parameter => Colour::Parameter,
        What::Unknown => return None,
    })
}

fn of_kind(kind: Kind) -> Option<Colour> {
    Some(match kind {
        Kind::Input | Kind::Output | Kind::Let | Kind::Check | Kind::Fn | Kind::Type | Kind::Enum => Colour::Keyword,
        Kind::If | Kind::Then | Kind::Else | Kind::Match | Kind::For | Kind::In | Kind::And | Kind::Or | Kind::Not => Colour::Keyword,
        Kind::True | Kind::False | Kind::None | Kind::By | Kind::Where | Kind::At | Kind::Help | Kind::Wildcard => Colour::Keyword,
        Kind::Int | Kind::Float | Kind::Ip | Kind::Cidr | Kind::Port | Kind::Quantity => Colour::Number,
        Kind::String | Kind::Quote | Kind::Text | Kind::QuoteEnd => Colour::String,
        Kind::Arrow | Kind::FatArrow | Kind::Assign | Kind::PlusAssign | Kind::MinusAssign | Kind::Coalesce | Kind::Equal => {
            Colour::Operator
        }
        Kind::NotEqual | Kind::Less | Kind::LessEqual | Kind::Greater | Kind::GreaterEqual => Colour::Operator,
        Kind::Plus | Kind::Minus | Kind::Star | Kind::Slash | Kind::Percent => Colour::Operator,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{PRODUCT, project};
    use super::*;

    #[test]
    fn words_have_the_colour_of_what_they_mean() {
        let text = format!(
            "{PRODUCT}## Doc.\ndefine stack own {{\n  let a = \"x ${{product.domain}} y\"\n  let b = \"\"\"\n    c\n    \"\"\"\n}}\n"
        );
        let project = project(&[("inventory/acme/product.infra", &text)]);
        let (file, _) = project.session.workspace().find("inventory/acme/product.infra").expect("a file");
        let shown = |token: &Token| {
            let flags = [(token.declares, " declares"), (token.is_of_library, " library"), (token.documents, " documents")];
            let flags: String = flags.iter().filter(|(is, _)| *is).map(|(_, flag)| *flag).collect();
            format!("{:?}{flags} {}", token.colour, project.session.workspace().text(token.span))
        };
        let all: Vec<String> = tokens(project.analysis(), file, None).iter().map(shown).collect();
        insta::assert_snapshot!(all.join("\n"));
        let part = tokens(project.analysis(), file, Some(Span::new(file, 0, 20)));
        assert!(part.len() < all.len() && part.iter().all(|token| token.span.start < 20));
    }

    #[test]
    fn no_token_holds_the_end_of_a_line() {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!(
                "define stack own {{{end}  # one{end}  let b = \"\"\"{end}    c{end}    d \"\"\"{end}  let c = \"e{end}f\"{end}}}{end}"
            );
            let project = project(&[("library/own.infra", &text)]);
            let (file, _) = project.session.workspace().find("library/own.infra").expect("a file");
            let all = tokens(project.analysis(), file, None);
            assert!(all.len() > 5, "{end:?}");
            assert!(all.iter().all(|token| !project.session.workspace().text(token.span).contains(['\r', '\n'])), "{end:?}");
        }
    }
}
