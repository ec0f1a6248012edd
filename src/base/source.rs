//! The program's text as a value: path → text of every file.

use super::{Span, Text};
use std::sync::Arc;

/// Names a file of a workspace, as long as there is one. The files that a workspace begins with are numbered in the order of their paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// What the paths of the embedded library's files begin with. No file of a project can have such a path: `<` is refused in the names
/// of its folders.
pub const LIBRARY: &str = "<stdlib>/";

/// The lines of a text with the offset of each, without what ends them.
pub fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        let line = line.strip_suffix('\n').unwrap_or(line);
        (start, line.strip_suffix('\r').unwrap_or(line))
    })
}

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
    /// By number; those that are gone are empty and have no place in `order`.
    files: Vec<SourceFile>,
    /// The numbers of the files that there are, in the order of their paths.
    order: Vec<u32>,
}

impl Workspace {
    /// A workspace of the given files. They are sorted by path, so that no result depends on the order of a directory.
    pub fn new(files: impl IntoIterator<Item = (Text, Arc<str>)>) -> Workspace {
        let mut files: Vec<SourceFile> = files.into_iter().map(|(path, text)| SourceFile { path, text }).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|later, earlier| later.path == earlier.path);
        let order = (0..files.len() as u32).collect();
        Workspace { files, order }
    }

    /// Gives a file another text, adds it, or takes it away. A file keeps its number under every edit, and gets it back when it returns.
    pub fn set(&mut self, path: &str, text: Option<Arc<str>>) -> Option<FileId> {
        match (self.place(path), text) {
            (Ok(place), Some(text)) => {
                let id = self.order[place];
                self.files[id as usize].text = text;
                Some(FileId(id))
            }
            (Ok(place), None) => {
                let id = self.order.remove(place);
                self.files[id as usize].text = "".into();
                Some(FileId(id))
            }
            (Err(place), Some(text)) => {
                let gone = self.files.iter().position(|file| file.path == path);
                let id = gone.unwrap_or(self.files.len());
                if gone.is_none() {
                    self.files.push(SourceFile { path: path.into(), text: text.clone() });
                }
                self.files[id].text = text;
                self.order.insert(place, id as u32);
                Some(FileId(id as u32))
            }
            (Err(_), None) => None,
        }
    }

    fn place(&self, path: &str) -> Result<usize, usize> {
        self.order.binary_search_by(|id| self.files[*id as usize].path.as_str().cmp(path))
    }

    /// The files with their ids, in the order of paths.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.order.iter().map(|id| (FileId(*id), &self.files[*id as usize]))
    }

    /// The file of an id that this workspace gave.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The file at a path.
    pub fn find(&self, path: &str) -> Option<(FileId, &SourceFile)> {
        let id = self.order[self.place(path).ok()?];
        Some((FileId(id), &self.files[id as usize]))
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
