//! A waiver for what a policy blames, with a reason to be written.

use super::super::Analysis;
use super::super::rename::Edit;
use super::Made;
use super::missing::in_body;
use crate::base::{Span, Text};
use crate::diag::{Diagnostic, Severity};
use crate::syntax::ast;
use std::sync::Arc;

/// A waiver of the policy that a finding comes from, for the thing that the finding blames. Every thing that the finding names is tried:
/// the first whose waiver removes the finding, and brings no other mistake, is it.
pub(super) fn of(analysis: Analysis<'_>, found: &Diagnostic) -> Option<Made> {
    let spans = found.related.iter().map(|label| label.span).chain([found.primary.span]);
    let policy = spans.into_iter().find_map(|span| policy_at(analysis, span))?;
    let product = spans_of(found).find_map(|span| analysis.product(span.file))?;
    let body = analysis.tree(product.block.span.file)?.items.iter().find_map(|item| match item {
        ast::Item::Block(block) if block.span == product.block.span => Some(&block.body),
        _ => None,
    })?;
    let names = words(&found.message);
    let is_thing = |name: &&Text| {
        product.instances.iter().any(|instance| instance.name.text == **name || instance.definition.text == **name)
            || analysis.program().is_some_and(|program| program.definitions.keys().any(|(of, known)| of != "policy" && known == *name))
    };
    let edit = |name: &Text| {
        in_body(analysis, body, &[format!("waive {policy} {{\n  on      = [{name}]\n  because = \"say why this is accepted\"\n}}")])
    };
    let name = names.iter().filter(is_thing).find(|name| removes(analysis, found, &edit(name)))?;
    Some((format!("waive `{policy}` for `{name}`"), vec![edit(name)]))
}

fn spans_of(found: &Diagnostic) -> impl Iterator<Item = Span> {
    [found.primary.span].into_iter().chain(found.related.iter().map(|label| label.span))
}

/// The policy in whose definition a place lies.
fn policy_at(analysis: Analysis<'_>, span: Span) -> Option<Text> {
    let policies = analysis.program()?.definitions.values().filter(|of| of.keyword == "policy");
    let mut holding = policies.filter(|of| of.span.file == span.file && of.span.start <= span.start && span.end <= of.span.end);
    holding.next().map(|of| of.name.text.clone())
}

/// The words of a sentence, each once.
fn words(sentence: &str) -> Vec<Text> {
    let mut all: Vec<Text> = Vec::new();
    for word in sentence.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).filter(|word| !word.is_empty()) {
        if !all.iter().any(|known| known == word) {
            all.push(word.into());
        }
    }
    all
}

/// What is found with an edit.
fn found_with(analysis: Analysis<'_>, edit: &Edit) -> Vec<Diagnostic> {
    let mut text = analysis.text(edit.span.file).to_string();
    text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    let mut other = analysis.session().clone();
    other.set(analysis.path(edit.span.file), Some(Arc::from(text)));
    other.diagnostics()
}

fn errors(found: &[Diagnostic]) -> usize {
    found.iter().filter(|found| found.severity == Severity::Error).count()
}

/// How many errors there are with an edit.
pub(super) fn errors_with(analysis: Analysis<'_>, edit: &Edit) -> usize {
    errors(&found_with(analysis, edit))
}

/// Whether an edit removes a finding and makes no other mistake.
fn removes(analysis: Analysis<'_>, found: &Diagnostic, edit: &Edit) -> bool {
    let (before, after) = (analysis.session().clone().diagnostics(), found_with(analysis, edit));
    let is_gone = !after.iter().any(|other| other.code == found.code && other.message == found.message);
    is_gone && after.len() < before.len() && errors(&after) <= errors(&before)
}
