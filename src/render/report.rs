//! A diagnostic with every place resolved: what all forms have in common.

use super::place::{Place, Source};
use super::sanitise::sanitise;
use crate::base::{FileId, Span, Workspace};
use crate::diag::{Code, Diagnostic, Severity};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A finding, ready to be laid out.
#[derive(Clone, Debug)]
pub struct Report {
    /// The stable code.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where it is.
    pub primary: Place,
    /// What makes it wrong.
    pub related: Vec<Place>,
    /// What to do.
    pub help: Option<String>,
    /// A repair that is certain.
    pub fix: Option<Repair>,
}

/// A certain repair.
#[derive(Clone, Debug)]
pub struct Repair {
    /// What it does, as an instruction.
    pub title: String,
    /// Its replacements.
    pub edits: Vec<Edit>,
}

/// One replacement of a repair.
#[derive(Clone, Debug)]
pub struct Edit {
    /// What is replaced.
    pub place: Place,
    /// By what, exactly.
    pub replacement: String,
}

impl Report {
    /// `error` or `warning`.
    pub(super) fn level(&self) -> &'static str {
        match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }

    /// The help and what a repair would do, one a line. What the help proposes already is not said twice.
    pub(super) fn advice(&self) -> Vec<&str> {
        let proposed = |title: &str| {
            let Some(help) = &self.help else { return false };
            let bare = |text: &str| text.replace('"', "");
            let word = title.strip_prefix("write ").or_else(|| title.strip_prefix("replace it with "));
            let is_written = word.is_some_and(|word| bare(help).contains(&bare(word)));
            // That one of two goes is said already, and which one is a matter of taste.
            is_written || title.starts_with("remove ") && help.starts_with("remove ")
        };
        let fix = self.fix.as_ref().map(|fix| fix.title.as_str()).filter(|title| !proposed(title));
        self.help.as_deref().into_iter().chain(fix).collect()
    }
}

/// The reports of `diagnostics`, whose spans point into `workspace`. `prefix` is put before every path of the project:
/// the way to it from where the reader stands, with `/` at its end, or nothing.
pub fn resolve(workspace: &Workspace, diagnostics: &[Diagnostic], prefix: &str) -> Vec<Report> {
    let mut hidden = BTreeMap::<FileId, Vec<Span>>::new();
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.is_hidden) {
        let span = diagnostic.primary.span;
        hidden.entry(span.file).or_default().push(span);
    }
    let mut resolver = Resolver { workspace, prefix, hidden, sources: BTreeMap::new() };
    diagnostics.iter().map(|diagnostic| resolver.report(diagnostic)).collect()
}

struct Resolver<'w> {
    workspace: &'w Workspace,
    prefix: &'w str,
    /// Where a secret may be written out, which no report repeats.
    hidden: BTreeMap<FileId, Vec<Span>>,
    sources: BTreeMap<FileId, Arc<Source>>,
}

impl Resolver<'_> {
    fn report(&mut self, diagnostic: &Diagnostic) -> Report {
        let fix = diagnostic.fix.as_ref().map(|fix| Repair {
            title: sanitise(&fix.title).into_owned(),
            edits: fix
                .edits
                .iter()
                .map(|edit| {
                    let (span, replacement) = edit.resolved(self.workspace);
                    Edit { place: self.place(span, ""), replacement: replacement.to_owned() }
                })
                .collect(),
        });
        Report {
            code: diagnostic.code,
            severity: diagnostic.severity,
            message: sanitise(&diagnostic.message).into_owned(),
            primary: self.place(diagnostic.primary.span, &diagnostic.primary.text),
            related: diagnostic.related.iter().map(|label| self.place(label.span, &label.text)).collect(),
            help: diagnostic.help.as_ref().map(|help| sanitise(help).into_owned()),
            fix,
        }
    }

    fn place(&mut self, span: Span, label: &str) -> Place {
        let hidden = self.hidden.get(&span.file).map_or(&[][..], Vec::as_slice);
        let source = self.sources.entry(span.file).or_insert_with(|| Arc::new(Source::new(self.workspace, span, self.prefix, hidden)));
        Place::new(source, span, label)
    }
}
