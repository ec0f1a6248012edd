//! A name that is misspelt where it is declared: its uses agree with each other, or the lock has the name that they say.
//!
//! Each use by itself looks misspelt. To repair them all would write the mistake wherever the name is right, and renumber what the lock holds.

use crate::base::{Span, Text, Workspace};
use crate::diag::{Code, Diagnostic, Diagnostics, Edit};
use crate::hir::Product;
use crate::plan::lock::{self, Lock};
use crate::resolve::Source;
use crate::syntax::messages::Messages;
use crate::syntax::{lexer, token::Kind};
use std::collections::BTreeMap;

/// So many uses are shown.
const SHOWN: usize = 3;

/// The same findings, with one at a declaration in the place of those that would change all its uses.
pub(super) fn told(found: Diagnostics, workspace: &Workspace, product: &Product, sources: &[Source]) -> Diagnostics {
    let environments = product.environments.iter().map(|name| (&name.text, (name.span, Lock::has_environment as Has)));
    let instances = product.instances.iter().map(|instance| (&instance.name.text, (instance.name.span, Lock::has_instance as Has)));
    let declared: BTreeMap<&Text, (Span, Has)> = instances.chain(environments).collect();
    let mut meant: BTreeMap<(Text, Text), Vec<Span>> = BTreeMap::new();
    for found in &found.0 {
        if let Some((said, name, span)) = one(found, workspace)
            && declared.contains_key(&name)
        {
            meant.entry((said, name)).or_default().push(span);
        }
    }
    if meant.is_empty() {
        return found;
    }
    let path = lock::path(&product.folder);
    let lock = workspace.find(&path).map(|(id, file)| lock::read(id, &file.text).0).unwrap_or_default();
    meant.retain(|(said, name), uses| {
        let Some((span, has)) = declared.get(name) else { return false };
        has(&lock, said) && !has(&lock, name) || uses.len() > 1 && !is_used(workspace, sources, name, *span)
    });
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(found.0.len());
    for found in found.0 {
        let Some((said, name, _)) = one(&found, workspace) else {
            kept.push(found);
            continue;
        };
        let key = (said, name);
        match meant.get_mut(&key) {
            None => kept.push(found),
            // The first of them stands for all.
            Some(uses) if !uses.is_empty() => {
                let (said, name) = &key;
                let Some((span, has)) = declared.get(name) else { continue };
                kept.push(finding(found.code, *span, name, said, &std::mem::take(uses), has(&lock, said)));
            }
            Some(_) => {}
        }
    }
    Diagnostics(kept)
}

/// Whether a lock has allocated something for a name.
type Has = fn(&Lock, &str) -> bool;

/// The name that a finding is about, the one that it takes to be meant, and where.
fn one(found: &Diagnostic, workspace: &Workspace) -> Option<(Text, Text, Span)> {
    let is_of_names = matches!(found.code, Code::UnknownName | Code::UnknownEnvironment | Code::UnknownField | Code::UnknownAttribute);
    match found.fix.as_ref().filter(|_| is_of_names)?.edits.as_slice() {
        [Edit::Replace(span, name)] => Some((workspace.text(*span).into(), name.into(), *span)),
        _ => None,
    }
}

/// Whether a name stands anywhere else than where it is declared.
fn is_used(workspace: &Workspace, sources: &[Source], name: &str, declared: Span) -> bool {
    sources.iter().any(|source| {
        let text = &workspace.file(source.file).text;
        let tokens = lexer::lex(source.file, text, &mut Messages::default()).tokens;
        let is_it = |start: u32, end: u32| text.get(start as usize..end as usize) == Some(name);
        let is_declared = |start: u32| source.file == declared.file && start == declared.start;
        tokens.iter().any(|token| token.kind == Kind::Name && is_it(token.start, token.end) && !is_declared(token.start))
    })
}

fn finding(code: Code, declared: Span, name: &str, said: &str, uses: &[Span], is_held: bool) -> Diagnostic {
    let places = if uses.len() == 1 { "one place says".to_owned() } else { format!("{} places say", uses.len()) };
    let held = if is_held { ", and the lock holds that name" } else { "" };
    let message = format!("`{name}` is declared, and {places} `{said}`{held}");
    let found = Diagnostic::error(code, declared, message).help(format!("write `{said}` here, or `{name}` wherever it is meant"));
    uses.iter().take(SHOWN).fold(found, |found, span| found.related(*span, format!("`{said}` is said here")))
}
