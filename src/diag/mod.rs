//! A diagnostic as data: a code, what is wrong, the places, what to do, and a certain repair where there is one.

pub mod codes;
mod fix;

use crate::base::{Span, similar};
pub use codes::Code;
pub use fix::{Edit, Fix};

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is written, the exit code is 1.
    Error,
    /// Reported, and everything goes on.
    Warning,
}

/// A place with what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words in lower case; may be empty for the primary place.
    pub text: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Where it is.
    pub primary: Label,
    /// The stable code.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong: one sentence in lower case, names in backticks, no full stop.
    pub message: String,
    /// What makes it wrong: a declaration, the other range, an override.
    pub related: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// A repair that is certain.
    pub fix: Option<Fix>,
    /// Whether the texts at its primary place may hold a secret, and are not repeated.
    pub is_hidden: bool,
}

/// How long a message, a label or an advice is, in bytes: a value that it quotes may be longer than anybody reads.
const LONGEST: usize = 4 * 1024;

/// A text that is not too long.
fn cut(text: impl Into<String>) -> String {
    let mut text: String = text.into();
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

impl Diagnostic {
    /// An error of `code` at `span`.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        let primary = Label { span, text: String::new() };
        Diagnostic {
            primary,
            code,
            severity: Severity::Error,
            message: cut(message),
            related: Vec::new(),
            help: None,
            fix: None,
            is_hidden: code == Code::SecretExposed,
        }
    }

    /// A warning of `code` at `span`.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, span, message) }
    }

    /// Words at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = cut(text);
        self
    }

    /// Nothing at its primary place can be a secret itself.
    #[must_use]
    pub fn shown(mut self) -> Self {
        self.is_hidden = false;
        self
    }

    /// A second place.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: cut(text) });
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(cut(text));
        self
    }

    /// A certain repair that replaces one place.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { title: title.into(), edits: vec![Edit::Replace(span, replacement.into())] });
        self
    }

    /// The name that was meant, with the repair, or which there are where they are few.
    #[must_use]
    pub fn did_you_mean<'k>(self, name: &str, span: Span, known: impl IntoIterator<Item = &'k str>) -> Self {
        let known: Vec<&str> = known.into_iter().take(similar::MAX_KNOWN).collect();
        match similar::nearest(name, known.iter().copied()) {
            Some(nearest) => self.help(format!("did you mean `{nearest}`?")).fix(format!("write `{nearest}`"), span, nearest),
            None if known.is_empty() || known.len() > 12 => self,
            None => self.help(format!("there {} {}", if known.len() == 1 { "is" } else { "are" }, listed(&known))),
        }
    }

    /// The same without a repair where the place is not `certain`: it holds more than what was misspelt.
    #[must_use]
    pub fn repaired_if(mut self, certain: bool) -> Self {
        self.fix = self.fix.filter(|_| certain);
        self
    }

    /// A certain repair that removes an item of a body or an element of a list.
    #[must_use]
    pub fn remove(mut self, title: impl Into<String>, span: Span) -> Self {
        self.fix = Some(Fix { title: title.into(), edits: vec![Edit::Remove(span)] });
        self
    }
}

/// `a`, `b` and `c`
pub fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The diagnostics of a pass.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds those of another pass.
    pub fn extend(&mut self, other: Diagnostics) {
        self.0.extend(other.0);
    }

    /// Whether any of them forbids writing.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// The same, where what the parser finds lacking is said once: a later pass that finds the same at the same place knows what was meant,
    /// and has the repair.
    #[must_use]
    pub fn said_better(mut self) -> Diagnostics {
        let is_of_text = |found: &Diagnostic| found.code == Code::UnexpectedToken;
        let better: Vec<Span> = self.0.iter().filter(|found| is_of_text(found) && found.fix.is_some()).map(|of| of.primary.span).collect();
        self.0.retain(|found| !is_of_text(found) || found.fix.is_some() || !better.contains(&found.primary.span));
        self
    }

    /// Sorted by place, each once.
    pub fn sorted(mut self) -> Vec<Diagnostic> {
        self.0.sort();
        self.0.dedup();
        self.0
    }
}
