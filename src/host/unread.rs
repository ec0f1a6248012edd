//! What follows from a source that could not be read is no news: what it says is not missing, it is not known.

use crate::base::{Text, Workspace};
use crate::diag::{Code, Diagnostic};
use std::collections::BTreeSet;

/// The paths of the sources that could not be read as they lie on the disk: each has a finding that says why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread(BTreeSet<Text>);

impl Unread {
    /// Those that the findings of the disk are about.
    pub fn of(of_disk: &[Diagnostic], workspace: &Workspace) -> Unread {
        let paths = of_disk.iter().map(|found| &workspace.file(found.primary.span.file).path);
        Unread(paths.filter(|path| path.ends_with(".infra")).cloned().collect())
    }

    /// Whether something that a compiler found would be found with these sources too. In them nothing is: what took the place of their
    /// text was not written. Elsewhere a name may be declared there, and of a whole program with a hole nothing is sure; the form of a text
    /// and the types of its values are.
    pub fn is_news(&self, found: &Diagnostic, workspace: &Workspace) -> bool {
        let is_of_whole = matches!(found.code.family(), "01" | "04") || matches!(found.code, Code::LockMissing | Code::Renumbered);
        self.0.is_empty() || !is_of_whole && !self.0.contains(&workspace.file(found.primary.span.file).path)
    }
}
