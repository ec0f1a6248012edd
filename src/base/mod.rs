//! What every other folder stands on: spans, sources, names and small algorithms.

pub mod graph;
pub mod pattern;
pub mod similar;
pub mod source;
pub mod span;

pub use smol_str::{SmolStr as Text, format_smolstr as text};
pub use source::{FileId, LIBRARY, LineColumn, LineIndex, Workspace};
pub use span::Span;
