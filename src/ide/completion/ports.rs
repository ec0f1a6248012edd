//! What stands behind the number of a port: `443/|`.

use super::super::Analysis;
use super::super::names::What;
use super::{Completion, Completions, Rank};
use crate::base::ports::WITH_PORTS;
use crate::base::{FileId, Span};

/// The protocols that have ports, where a number or a span of them stands before `/`. An address before it is one of a network.
pub(super) fn behind_number(analysis: Analysis<'_>, file: FileId, offset: u32) -> Option<Completions> {
    let text = analysis.text(file);
    let (before, behind) = (text.get(..offset as usize)?, text.get(offset as usize..)?);
    let letters = |c: char| c.is_ascii_lowercase();
    let head = before.trim_end_matches(letters);
    let number = head.strip_suffix('/')?;
    let rest = number.trim_end_matches(|c: char| c.is_ascii_digit());
    let rest = rest.strip_suffix("..").map_or(rest, |first| first.trim_end_matches(|c: char| c.is_ascii_digit()));
    let is_number = rest.len() < number.len() && !number.ends_with('.');
    if !is_number || !rest.ends_with(|c: char| c.is_whitespace() || matches!(c, '[' | ',' | '=' | '(' | ':' | '>')) {
        return None;
    }
    // What is quoted or commented is no port.
    let line = &rest[rest.rfind('\n').map_or(0, |at| at + 1)..];
    if line.contains('#') || line.matches('"').count() % 2 == 1 {
        return None;
    }
    let end = offset as usize + behind.len() - behind.trim_start_matches(letters).len();
    let items = WITH_PORTS.map(|protocol| Completion::new(protocol, What::Word, Rank::Fits)).into();
    Some(Completions { word: Some(Span::new(file, head.len() as u32, end as u32)), items })
}
