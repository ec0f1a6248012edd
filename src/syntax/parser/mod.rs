//! Builds the tree from tokens: recursive descent, and binding powers for operators.
//!
//! Every function returns a node for whatever it meets. A mistake is reported once, the rest of its element is passed
//! over in silence (`failed`), and the list that the element belongs to goes on behind it.

mod expressions;
mod groups;
mod heads;
mod items;
mod operands;
mod recovery;
mod templates;
mod types;

use super::ast;
use super::brackets::balance;
use super::lexer::lex;
use super::messages::Messages;
use super::text::check_text;
use super::token::{Kind, Token};
use crate::base::merge;
use crate::base::{FileId, Span, Text};
use crate::diag::{Code, Diagnostic, Diagnostics};

/// The tree of a text, with what is wrong in it. Any text has a tree. Of a conflict that git has written into it the first side counts, and
/// nothing else is said of it: what follows from the other one is no mistake of anybody.
pub fn parse(file: FileId, text: &str) -> (ast::File, Diagnostics) {
    let (tree, found) = read(file, text);
    if found.0.is_empty() || !merge::has_conflict(text) {
        return (tree, found);
    }
    let (tree, mut of_first) = read(file, &merge::first_side(text));
    of_first.0.splice(0..0, conflict(file, text));
    (tree, of_first)
}

/// The finding of a merge that is not finished, with its marks.
fn conflict(file: FileId, text: &str) -> Option<Diagnostic> {
    let mut marks = merge::marks(text);
    let span = |(start, line): (usize, &str)| Span::new(file, start as u32, (start + line.len()) as u32);
    let first = marks.next().map(span)?;
    let diagnostic = Diagnostic::error(Code::UnexpectedToken, first, "git has left the marks of a merge that is not finished")
        .help("keep what is right of both sides, and remove the lines with the marks");
    Some(marks.take(MOST_MARKS).fold(diagnostic, |diagnostic, mark| diagnostic.related(span(mark), "another mark")))
}

/// How many marks a finding shows besides the first.
const MOST_MARKS: usize = 3;

fn read(file: FileId, text: &str) -> (ast::File, Diagnostics) {
    let mut messages = Messages::default();
    if !check_text(file, text, &mut messages) {
        return (ast::File::default(), messages.into_diagnostics(text));
    }
    let mut lexed = lex(file, text, &mut messages);
    balance(file, text, &mut lexed.tokens, &mut messages);
    let mut parser = Parser {
        file,
        text,
        tokens: &lexed.tokens,
        comments: &lexed.comments,
        at: 0,
        first: 0,
        depth: 0,
        height: 0,
        head: false,
        failed: false,
        quiet: false,
        alone: Vec::new(),
        messages,
    };
    let items = parser.items(Kind::End);
    let alone = parser.alone;
    let diagnostics = parser.messages.into_diagnostics(text);
    let comments = lexed.comments;
    (ast::File { items, comments, alone }, diagnostics)
}

struct Parser<'a> {
    file: FileId,
    text: &'a str,
    tokens: &'a [Token],
    comments: &'a [ast::Comment],
    /// The next token.
    at: usize,
    /// Where the item or element that is read begins.
    first: usize,
    /// How many groups and prefixes are open.
    depth: u32,
    /// How deep the tree of the last expression is.
    height: u32,
    /// Whether `{` behind the expression opens a body, and not a value.
    head: bool,
    /// Whether the element that is read has a mistake already.
    failed: bool,
    /// Whether mistakes are passed over because one before explains them.
    quiet: bool,
    /// The names that stood alone.
    alone: Vec<ast::Name>,
    messages: Messages,
}

impl<'a> Parser<'a> {
    #[inline]
    fn token(&self) -> Token {
        self.tokens[self.at]
    }

    #[inline]
    fn kind(&self) -> Kind {
        self.tokens[self.at].kind
    }

    /// The token `ahead` of the next one.
    #[inline]
    fn ahead(&self, ahead: usize) -> Token {
        let last = self.tokens.len() - 1;
        self.tokens[(self.at + ahead).min(last)]
    }

    /// The kind of the token behind the next one, `End` where a line break stands between.
    #[inline]
    fn kind_behind(&self) -> Kind {
        self.kind_on_line(1)
    }

    #[inline]
    fn kind_on_line(&self, ahead: usize) -> Kind {
        let token = self.ahead(ahead);
        if token.newline() { Kind::End } else { token.kind }
    }

    /// The kind of the next token, `End` where the line ends before it.
    #[inline]
    fn kind_here(&self) -> Kind {
        self.kind_on_line(0)
    }

    /// Takes the next token; the last one stays.
    #[inline]
    fn bump(&mut self) -> Token {
        let token = self.tokens[self.at];
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    /// Takes the next token if it is of a kind, on whatever line.
    #[inline]
    fn eat(&mut self, kind: Kind) -> bool {
        let found = self.kind() == kind;
        if found {
            self.bump();
        }
        found
    }

    /// Takes the next token if it is of a kind and on this line.
    #[inline]
    fn eat_here(&mut self, kind: Kind) -> bool {
        let found = self.kind_here() == kind;
        if found {
            self.bump();
        }
        found
    }

    #[inline]
    fn slice(&self, token: Token) -> &'a str {
        self.text.get(token.start as usize..token.end as usize).unwrap_or_default()
    }

    #[inline]
    fn span(&self, token: Token) -> Span {
        Span::new(self.file, token.start, token.end)
    }

    /// The end of the token that was taken last.
    #[inline]
    fn last_end(&self) -> u32 {
        match self.at {
            0 => 0,
            // The last token is never taken: where it is next, the one before it was the last.
            at => self.tokens[at - 1].end,
        }
    }

    /// From `start` to the end of what was taken last.
    #[inline]
    fn span_from(&self, start: u32) -> Span {
        Span::new(self.file, start, self.last_end().max(start))
    }

    /// The documentation before the next token: the last lines of `##` with nothing between them.
    fn doc(&self) -> Option<Text> {
        let token = self.token();
        if !token.doc() {
            return None;
        }
        let end = self.comments.partition_point(|c| c.span.start < token.start);
        let mut first = end;
        while let Some(comment) = first.checked_sub(1).map(|at| self.comments[at].clone()) {
            let next = self.comments.get(first).filter(|_| first < end);
            let between = next.map_or("", |next| &self.text[comment.span.end as usize..next.span.start as usize]);
            if !comment.doc || comment.span.start < self.last_end() || between.matches('\n').count() > 1 {
                break;
            }
            first -= 1;
        }
        let lines = self.comments[first..end].iter().map(|comment| {
            let line = &self.text[comment.span.start as usize + 2..comment.span.end as usize];
            line.strip_prefix(' ').unwrap_or(line).trim_end()
        });
        let doc = lines.collect::<Vec<_>>().join("\n");
        (first < end).then(|| Text::new(doc))
    }
}
