//! One look at a project: what the client says becomes offsets, and what is found becomes what the client reads.

use super::documents::Documents;
use super::position::{Encoding, Lines};
use super::projects::Projects;
use super::server::Client;
use super::uri;
use crate::base::{FileId, Span};
use crate::diag::{Diagnostic, Severity};
use crate::host::extract::PAGES;
use crate::ide::Analysis;
use crate::render::sanitise;
use gen_lsp_types as types;
use gen_lsp_types::{Location, Position, Range, Uri};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A project that was judged, as one request sees it.
pub(super) struct Look<'s> {
    projects: &'s Projects,
    documents: &'s Documents,
    encoding: Encoding,
    /// Whether the client reads of which version of a text edits are.
    pub reads_versions: bool,
    at: usize,
    pub analysis: Analysis<'s>,
    lines: RefCell<BTreeMap<FileId, Lines<'s>>>,
}

impl<'s> Look<'s> {
    pub(super) fn new(projects: &'s Projects, documents: &'s Documents, client: Client, at: usize) -> Option<Look<'s>> {
        let analysis = Analysis::new(&projects.get(at)?.session);
        let Client { encoding, reads_versions, .. } = client;
        Some(Look { projects, documents, encoding, reads_versions, at, analysis, lines: RefCell::default() })
    }

    /// The number of the project.
    pub(super) fn project(&self) -> usize {
        self.at
    }

    /// The page of a code.
    pub(super) fn page(&self, code: &str) -> Option<Uri> {
        self.projects.pages().map(|pages| uri::of_path(&pages.join(PAGES).join(format!("{code}.md"))))
    }

    /// A file that lies beside the sources, by its path in the project.
    pub(super) fn beside(&self, path: &str) -> Option<Uri> {
        self.projects.uri(self.at, path)
    }

    fn with_lines<T>(&self, file: FileId, what: impl FnOnce(&Lines<'s>) -> T) -> T {
        let mut lines = self.lines.borrow_mut();
        what(lines.entry(file).or_insert_with(|| Lines::new(self.analysis.text(file), self.encoding)))
    }

    /// The offset of a position, in bytes.
    pub(super) fn offset(&self, file: FileId, position: Position) -> u32 {
        self.with_lines(file, |lines| lines.offset(position)) as u32
    }

    /// The span of a range.
    pub(super) fn span(&self, file: FileId, range: Range) -> Span {
        let (start, end) = (self.offset(file, range.start), self.offset(file, range.end));
        Span::new(file, start, end.max(start))
    }

    /// The range of a span.
    pub(super) fn range(&self, span: Span) -> Range {
        self.with_lines(span.file, |lines| lines.range(span.start as usize, span.end as usize))
    }

    /// How the client names a file; nothing where it cannot be opened.
    pub(super) fn uri(&self, file: FileId) -> Option<Uri> {
        let path = self.analysis.path(file);
        let open = self.documents.values().find(|document| document.place.0 == self.at && document.place.1 == *path);
        open.map(|document| document.uri.clone()).or_else(|| self.projects.uri(self.at, path))
    }

    /// The version of a file that is open.
    pub(super) fn version(&self, file: FileId) -> Option<i32> {
        let path = self.analysis.path(file);
        self.documents.values().find(|document| document.place.0 == self.at && document.place.1 == *path).map(|document| document.version)
    }

    /// The place of a span; nothing where its file cannot be opened.
    pub(super) fn location(&self, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri(span.file)?, range: self.range(span) })
    }

    /// A finding. What a command line prints in lines of its own, the label and the help, follows the message.
    pub(super) fn diagnostic(&self, found: &Diagnostic) -> types::Diagnostic {
        let related = found.related.iter().filter_map(|label| {
            Some(types::DiagnosticRelatedInformation { location: self.location(label.span)?, message: sanitise(&label.text).into_owned() })
        });
        let page = self.page(found.code.id());
        let parts = [Some(&found.message), Some(&found.primary.text).filter(|text| !text.is_empty()), found.help.as_ref()];
        types::Diagnostic {
            range: self.range(found.primary.span),
            severity: Some(match found.severity {
                Severity::Error => types::DiagnosticSeverity::Error,
                Severity::Warning => types::DiagnosticSeverity::Warning,
            }),
            code: Some(types::Code::String(found.code.id().to_owned())),
            code_description: page.map(|href| types::CodeDescription { href }),
            source: Some("infrac".to_owned()),
            message: types::Message::String(parts.into_iter().flatten().map(|part| sanitise(part)).collect::<Vec<_>>().join("\n")),
            tags: None,
            related_information: Some(related.collect()),
            data: None,
        }
    }

    /// What was found in a file last.
    pub(super) fn findings(&self, file: FileId) -> &'s [Diagnostic] {
        self.projects
            .get(self.at)
            .and_then(|project| project.found.get(&file))
            .map(|found| found.diagnostics.as_slice())
            .unwrap_or_default()
    }

    /// What was found in a file last, with a number that changes with it.
    pub(super) fn found(&self, file: FileId) -> (Vec<types::Diagnostic>, u64) {
        let found = self.projects.get(self.at).and_then(|project| project.found.get(&file));
        let diagnostics = found.map(|found| found.diagnostics.iter().map(|found| self.diagnostic(found)).collect());
        (diagnostics.unwrap_or_default(), found.map_or(0, |found| found.number))
    }

    /// Every file in which something is found or was found, with a number that changes with it.
    pub(super) fn all_found(&self) -> Vec<(FileId, u64)> {
        let project = self.projects.get(self.at);
        project.into_iter().flat_map(|project| &project.found).map(|(file, found)| (*file, found.number)).collect()
    }
}
