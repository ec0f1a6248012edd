//! What becomes of a text that somebody hands in, one function for each way in. The targets in `fuzz/` call the same ones.
#![allow(dead_code, reason = "each fuzz target calls one of them")]
#![allow(clippy::unwrap_used, reason = "what cannot be unwrapped is what is looked for")]

#[path = "project.rs"]
pub mod project;

use infrac::base::{FileId, Span, Workspace};
use infrac::diag::Diagnostic;
use infrac::driver::{self, Options, repair};
use infrac::render::{Format, render, resolve};

/// Reads a text: there is a tree, and what is said of it lies in it.
pub fn parse(text: &str) {
    let (file, found) = infrac::syntax::parse(FileId(0), text);
    for diagnostic in &found.0 {
        spans(diagnostic).for_each(|span| assert_in(span, text));
    }
    let comments = file.comments.iter().map(|comment| comment.span);
    comments.for_each(|span| assert_in(span, text));
}

/// Lays a text out: what has a layout has the same one again.
pub fn fmt(text: &str) {
    if let Ok(once) = infrac::fmt::format(FileId(0), text) {
        assert_eq!(infrac::fmt::format(FileId(0), &once).ok().as_ref(), Some(&once), "no fixed point");
    }
}

/// Finds what is wrong with a text beside the small project, shows it in every form and repairs what is certain.
pub fn check(text: &str) {
    // The fewest files: only findings count here.
    let options = Options { targets: vec!["terratest".into()], ..Options::default() };
    let workspace = project::with("inventory/shop/more.infra", text);
    let found = driver::compile(&workspace, &options).diagnostics;
    judge(&workspace, &found);
    let reports = resolve(&workspace, &found, "");
    Format::ALL.into_iter().for_each(|format| drop(render(format, &reports)));
    let repaired = repair(&workspace, &options, &found);
    judge(&repaired.workspace, &repaired.left);
}

/// Compiles the small project with a text in place of its product.
pub fn compile(text: &str) {
    compile_at(project::PRODUCT, text);
}

/// Compiles the small project with a text in place of one of its files, or beside them.
pub fn compile_at(path: &str, text: &str) {
    let workspace = project::with(path, text);
    let outcome = driver::compile(&workspace, &Options::default());
    judge(&workspace, &outcome.diagnostics);
}

fn judge(workspace: &Workspace, found: &[Diagnostic]) {
    for diagnostic in found {
        assert!(!diagnostic.message.is_empty());
        spans(diagnostic).for_each(|span| assert_in(span, &workspace.file(span.file).text));
    }
}

fn spans(diagnostic: &Diagnostic) -> impl Iterator<Item = Span> {
    std::iter::once(&diagnostic.primary).chain(&diagnostic.related).map(|label| label.span)
}

fn assert_in(span: Span, text: &str) {
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} is no place of the text");
}
