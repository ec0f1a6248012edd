//! From the trees of all files to one program: definitions, implementations, types, products and their instances by name.
//!
//! Order of files and declarations never matters: names are collected first, types are linked second, bodies third.

mod definitions;
mod kinds;
mod products;
mod types;

use crate::base::{FileId, Span, Workspace};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::hir::Program;
use crate::syntax::ast;
use std::sync::Arc;

/// A parsed file of the workspace.
#[derive(Debug)]
pub struct Source {
    /// The file.
    pub file: FileId,
    /// Its tree.
    pub tree: ast::File,
}

/// Links the files of a workspace into one program.
pub fn resolve(workspace: &Workspace, sources: &[Source]) -> (Program, Diagnostics) {
    let mut resolver = Resolver { workspace, program: Program::default(), diagnostics: Diagnostics::default() };
    let blocks: Vec<&ast::Block> =
        items(sources).filter_map(|(_, item)| if let ast::Item::Block(b) = item { Some(b) } else { None }).collect();
    let names = types::Names::collect(&blocks);
    resolver.types(sources, &names);
    resolver.kinds(&blocks, &names);
    resolver.functions(&items(sources).map(|(_, item)| item).collect::<Vec<_>>(), &names);
    resolver.definitions(&blocks, &names);
    resolver.products(sources);
    resolver.strays(sources);
    (resolver.program, resolver.diagnostics)
}

struct Resolver<'a> {
    workspace: &'a Workspace,
    program: Program,
    diagnostics: Diagnostics,
}

impl Resolver<'_> {
    fn error(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn duplicate(&mut self, what: &str, again: Span, first: Span) {
        self.error(declared_twice(what, again, first));
    }

    /// An attribute that says again what was said of it already is not needed.
    fn repeated(&mut self, again: &ast::Attribute, first: &ast::Attribute) {
        let diagnostic = declared_twice(&format!("`{}`", again.name.text), again.name.span, first.name.span);
        self.error(match again.operator == first.operator && again.value.says_the_same(&first.value) {
            true => diagnostic.remove("remove the second", again.span),
            false => diagnostic,
        });
    }

    /// What stands at the top level of a file and belongs to nothing.
    fn strays(&mut self, sources: &[Source]) {
        for (_, item) in items(sources) {
            let (span, what) = match item {
                ast::Item::Attribute(attribute) => (attribute.name.span, format!("attribute `{}`", attribute.name.text)),
                ast::Item::Input(input) => (input.name.span, format!("input `{}`", input.name.text)),
                ast::Item::Output(output) => (output.name.span, format!("output `{}`", output.name.text)),
                ast::Item::Let(binding) => (binding.name.span, format!("`let {}`", binding.name.text)),
                ast::Item::Check(check) => (check.span, "a check".to_owned()),
                ast::Item::For(repeat) => (repeat.span, "a `for`".to_owned()),
                _ => continue,
            };
            self.error(
                Diagnostic::error(Code::UnknownBlock, span, format!("{what} stands outside of any block"))
                    .help("move it into the definition or instance that it belongs to"),
            );
        }
    }
}

fn items(sources: &[Source]) -> impl Iterator<Item = (FileId, &ast::Item)> {
    sources.iter().flat_map(|source| source.tree.items.iter().map(move |item| (source.file, item)))
}

/// The word that a label says, where it is one.
fn word(label: &ast::Label) -> Option<ast::Name> {
    match &label.value {
        ast::LabelValue::Word(text) => Some(ast::Name { text: text.clone(), span: label.span }),
        ast::LabelValue::Template(_) => None,
    }
}

/// The attributes and blocks of a body that repeats nothing, as most bodies do.
fn attributes(body: &ast::Body) -> impl Iterator<Item = Arc<ast::Attribute>> {
    body.items.iter().filter_map(|item| if let ast::Item::Attribute(attribute) = item { Some(Arc::new(attribute.clone())) } else { None })
}

fn declared_twice(what: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Code::Duplicate, again, format!("{what} is declared twice"))
        .related(first, "first declared here")
        .help("remove one of the two, or give it another name")
}
