//! What an editor asks about a place of the text, each question as a function over an [`Analysis`]: offsets go in, spans, edits and
//! texts come out. Nothing here knows a protocol.
//!
//! One question is one file. Each takes a file with an offset or a range, goes by the tree of the text (`node`) and by what its names
//! mean (`names`), and has an answer for broken text too.

pub mod actions;
pub mod calls;
pub mod completion;
pub mod definition;
pub mod fold;
pub mod hints;
pub mod hover;
pub mod layout;
pub mod links;
pub mod names;
pub mod node;
pub mod references;
pub mod rename;
mod schemas;
pub mod settings;
pub mod signature;
pub mod symbols;
pub mod tokens;

#[cfg(test)]
mod tests;

use crate::base::{FileId, Span, Text, Workspace};
use crate::check::Seen;
use crate::driver::Session;
use crate::hir::{Ambient, Other, Product, Program};
use crate::syntax::ast;
use names::{Name, Names};
use node::Node;
use std::sync::Arc;

/// An open project as it was judged last: what every question is asked of. It costs nothing to make.
#[derive(Clone, Copy, Debug)]
pub struct Analysis<'s> {
    session: &'s Session,
}

impl<'s> Analysis<'s> {
    /// The project of a session, whose diagnostics have been asked for since its last edit.
    pub fn new(session: &'s Session) -> Analysis<'s> {
        Analysis { session }
    }

    /// The session, for what stands behind: schemas, shapes, types.
    pub fn session(self) -> &'s Session {
        self.session
    }

    /// The texts.
    pub fn workspace(self) -> &'s Workspace {
        self.session.workspace()
    }

    /// The text of a file.
    pub fn text(self, file: FileId) -> &'s Arc<str> {
        &self.workspace().file(file).text
    }

    /// The tree of a file; none where it is no source.
    pub fn tree(self, file: FileId) -> Option<&'s ast::File> {
        self.session.tree(file)
    }

    /// The program without its products; nothing before the first judgement.
    pub fn program(self) -> Option<&'s Program> {
        self.session.program()
    }

    /// The product whose folder a file lies in.
    pub fn product(self, file: FileId) -> Option<&'s Arc<Product>> {
        self.session.product_of(file)
    }

    /// The product of the test that stands around a place; of any other place the one whose folder the file lies in.
    pub fn product_at(self, file: FileId, offset: u32) -> Option<&'s Arc<Product>> {
        self.session.tested_at(file, offset).or_else(|| self.product(file))
    }

    /// The other product that a name means in the product whose folder a file lies in. What the product itself has comes first.
    pub fn other(self, file: FileId, name: &str) -> Option<&'s Arc<Other>> {
        let is_own = self.product(file)?.instances.iter().any(|instance| instance.name.text == name);
        if is_own || Ambient::of(name, None).is_some() { None } else { self.session.other(file, name) }
    }

    /// What the checker saw of an expression, without the parentheses around it.
    pub fn seen(self, expr: &ast::Expr) -> Option<&'s Seen> {
        self.session.seen(node::bare(expr).span)
    }

    /// Every name in a file with what it means, in the order of the text.
    pub fn names(self, file: FileId) -> Vec<Name> {
        Names::of(self, file)
    }

    /// What stands at an offset.
    pub fn place(self, file: FileId, offset: u32) -> Place<'s> {
        let path = self.tree(file).map(|tree| node::path_at(tree, offset)).unwrap_or_default();
        let name = self.names(file).into_iter().rfind(|name| name.span.touches(offset));
        Place { file, offset, path, name }
    }

    /// Where something is declared: the item whose name stands at a place, with the items around it, outermost first.
    pub fn items_around(self, declared: Span) -> Vec<&'s ast::Item> {
        let path = self.tree(declared.file).map(|tree| node::path_at(tree, declared.start)).unwrap_or_default();
        path.into_iter().filter_map(|node| if let Node::Item(item) = node { Some(item) } else { None }).collect()
    }

    /// Whether a place lies in the library that comes with the compiler.
    pub fn is_of_library(self, span: Span) -> bool {
        self.workspace().file(span.file).is_of_library()
    }

    /// The path of a file in the project.
    pub fn path(self, file: FileId) -> &'s Text {
        &self.workspace().file(file).path
    }
}

/// A place in a text.
#[derive(Clone, Debug)]
pub struct Place<'s> {
    /// The file.
    pub file: FileId,
    /// In bytes from the start.
    pub offset: u32,
    /// The nodes around it, outermost first; none between items.
    pub path: Vec<Node<'s>>,
    /// The name there, with what it means.
    pub name: Option<Name>,
}
