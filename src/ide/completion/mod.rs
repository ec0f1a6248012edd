//! What could stand at a place of a text that is being typed: what the type takes, what the body takes, what is known by name.

mod expressions;
mod items;
mod labels;
mod members;
mod ports;
mod schema;
mod supposed;
#[cfg(test)]
mod tests;
mod types;

use super::Analysis;
use super::names::{Around, Names, What};
use super::node::{Node, path_at};
use crate::base::{FileId, Span, Text};
use crate::hir::Product;
use crate::syntax::ast;
use std::sync::Arc;
use supposed::Supposed;

/// How near something is to what is asked for; what is nearer comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// It is what has to stand there.
    Needed,
    /// It has the type that is expected.
    Fits,
    /// It may stand there.
    Known,
    /// A function.
    Function,
    /// A word of the language.
    Word,
}

/// Something that could stand at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// What it is called.
    pub label: Text,
    /// What it is.
    pub what: What,
    /// Its type, or how it is declared.
    pub detail: Option<String>,
    /// What is written; `${1:name}` is a place to fill, `$0` where typing goes on, and `\` stands before a `$` that is text.
    pub snippet: String,
    /// How near it is.
    pub rank: Rank,
    /// What declares it, in the text as it is; its documentation stands there.
    pub declared: Option<Span>,
}

impl Completion {
    pub(super) fn new(label: impl Into<Text>, what: What, rank: Rank) -> Completion {
        let label = label.into();
        Completion { snippet: label.to_string(), label, what, detail: None, rank, declared: None }
    }

    pub(super) fn detail(self, detail: impl Into<String>) -> Completion {
        Completion { detail: Some(detail.into()), ..self }
    }

    pub(super) fn snippet(self, snippet: impl Into<String>) -> Completion {
        Completion { snippet: snippet.into(), ..self }
    }

    fn declared(self, declared: Option<Span>) -> Completion {
        Completion { declared, ..self }
    }

    /// What is written where the client fills no places.
    pub fn plain(&self) -> &str {
        if self.snippet.contains('$') { self.label.as_str() } else { &self.snippet }
    }
}

/// What could stand at a place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completions {
    /// The word that it takes the place of; it may be empty.
    pub word: Option<Span>,
    /// The nearest first, those as near by name.
    pub items: Vec<Completion>,
}

/// A place in a supposed text.
struct At<'s> {
    analysis: Analysis<'s>,
    file: FileId,
    path: Vec<Node<'s>>,
    around: Around<'s>,
}

impl<'s> At<'s> {
    /// The product around: that of the test, or the one whose folder the file lies in.
    fn product(&self) -> Option<&'s Arc<Product>> {
        self.analysis.product_at(self.file, self.path.first().map_or(0, |node| node.span().start))
    }

    /// The outermost block.
    fn outermost(&self) -> Option<&'s ast::Block> {
        match self.path.first() {
            Some(Node::Item(ast::Item::Block(block))) => Some(block),
            _ => None,
        }
    }

    /// The innermost block whose body the place lies in.
    fn block(&self) -> Option<&ast::Block> {
        self.path.windows(2).rev().find_map(|pair| match pair {
            [Node::Item(ast::Item::Block(block)), Node::Body(_)] => Some(block),
            _ => None,
        })
    }
}

/// What could stand at an offset.
pub fn complete(analysis: Analysis<'_>, file: FileId, offset: u32) -> Completions {
    let at_place = labels::of_task(analysis, file, offset).or_else(|| schema::in_text(analysis, file, offset));
    if let Some(found) = at_place.or_else(|| ports::behind_number(analysis, file, offset)) {
        return found;
    }
    let Some(supposed) = Supposed::at(analysis, file, offset) else { return Completions::default() };
    let other = Analysis::new(&supposed.session);
    let Some(tree) = other.tree(file) else { return Completions::default() };
    let start = supposed.word.start;
    let path = path_at(tree, start + 1);
    let around = Names::around_name(other, file, start).unwrap_or_default();
    let at = At { analysis: other, file, path, around };
    let mut items = found(&at);
    items.retain(|item| item.label != supposed::NAME);
    // Where something is written behind the word already, the word alone is chosen anew.
    let rest = analysis.text(file).get(supposed.word.end as usize..).unwrap_or_default();
    let rest = rest.split('\n').next().unwrap_or_default().trim_start();
    if !rest.trim_end().is_empty() && !rest.starts_with(['}', ']', ')', ',', '#']) {
        let is_longer = |item: &Completion| item.snippet.strip_prefix(item.label.as_str()).is_some_and(|rest| rest.starts_with(' '));
        items.iter_mut().filter(|item| is_longer(item)).for_each(|item| item.snippet = item.label.to_string());
    }
    for item in &mut items {
        item.declared = item.declared.map(|declared| supposed.back(declared));
    }
    items.sort_by(|a, b| (a.rank, &a.label).cmp(&(b.rank, &b.label)));
    items.dedup_by(|a, b| a.label == b.label);
    Completions { word: Some(supposed.word), items }
}

fn found(at: &At<'_>) -> Vec<Completion> {
    match at.path.as_slice() {
        [.., Node::Expr(whole @ ast::Expr { kind: ast::ExprKind::Member(base, _), .. }), Node::Name(_)] => members::of(at, whole, base),
        [.., Node::Expr(ast::Expr { kind: ast::ExprKind::Call(..), .. }), Node::Name(_)] => expressions::functions(at, false),
        [.., Node::Expr(call), Node::Argument(_), Node::Name(_)] => expressions::parameters(at, call),
        [.., Node::Expr(expr)] => expressions::at(at, expr),
        [.., Node::Expr(map), Node::Key(_)] => expressions::keys(at, map),
        [.., Node::Item(ast::Item::Block(block)), Node::Label(label)] => labels::of(at, block, label),
        [.., Node::Item(ast::Item::Block(_) | ast::Item::Attribute(_)), Node::Name(_)] => items::at(at),
        [.., Node::Type(ty), Node::Name(name)] => types::at(at, ty, name),
        _ => Vec::new(),
    }
}
