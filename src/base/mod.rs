//! What every other folder stands on: spans, sources, names and small algorithms.

mod article;
pub mod graph;
pub mod key;
pub mod merge;
pub mod pattern;
pub mod percent;
pub mod ports;
pub mod similar;
pub mod source;
pub mod span;

pub use article::with_article;
pub use key::{Key, Path};
pub use ports::Ports;
pub use smol_str::{SmolStr as Text, format_smolstr as text};
pub use source::{FileId, LIBRARY, LineColumn, LineIndex, SourceFile, Workspace};
pub use span::Span;

/// Values by key, in the order in which they were made.
pub type IndexMap<K, V> = indexmap::IndexMap<K, V, foldhash::fast::RandomState>;
