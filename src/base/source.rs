//! The program's text as a value: path → text of every file.

use super::{Span, Text};
use std::sync::Arc;

/// Names a file of a workspace; the order of ids is the order of paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// What the paths of the embedded library's files begin with. No file of a project can have such a path: `<` is refused in the names
/// of its folders.
pub const LIBRARY: &str = "<stdlib>/";

/// One file of a workspace.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path with `/`, relative to the project; files of the embedded library begin with `<stdlib>/`.
    pub path: Text,
    /// The whole text.
    pub text: Arc<str>,
}

impl SourceFile {
    /// Whether it belongs to the embedded library, and not to the project.
    pub fn is_of_library(&self) -> bool {
        self.path.starts_with(LIBRARY)
    }
}

/// Every source of a program: `.infra` files, provider schemas, lock files and `infra.toml`.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    files: Vec<SourceFile>,
}

impl Workspace {
    /// A workspace of the given files. They are sorted by path, so that no result depends on the order of a directory.
    pub fn new(files: impl IntoIterator<Item = (Text, Arc<str>)>) -> Workspace {
        let mut files: Vec<SourceFile> = files.into_iter().map(|(path, text)| SourceFile { path, text }).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|later, earlier| later.path == earlier.path);
        Workspace { files }
    }

    /// The files with their ids, in the order of paths.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }

    /// The file of an id that this workspace gave.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The file at a path.
    pub fn find(&self, path: &str) -> Option<(FileId, &SourceFile)> {
        let index = self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        Some((FileId(index as u32), &self.files[index]))
    }

    /// The text that a span covers; empty where the span does not fit the file.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
}

/// Where the lines of a text begin; made once a file, so that no place needs a scan from the start.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Scans `text` once.
    pub fn new(text: &str) -> LineIndex {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1));
        LineIndex { starts }
    }

    /// The line and column of an offset; an offset behind the end is the end.
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let mut offset = (offset as usize).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start as usize <= offset) - 1;
        let start = self.starts[line] as usize;
        LineColumn { line: line as u32 + 1, column: text[start..offset].chars().count() as u32 + 1 }
    }

    /// The offset at which line `line` (from 1) begins.
    pub fn start(&self, line: u32) -> Option<u32> {
        self.starts.get(line.checked_sub(1)? as usize).copied()
    }
}
