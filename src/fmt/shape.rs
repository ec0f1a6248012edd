//! Shapes: what a line is for its neighbours, and at which places it may be aligned with them.

use super::atoms::Source;
use super::extent::Extent;
use crate::syntax::token::Kind;

/// What a line is for its neighbours.
#[derive(Default)]
pub(super) enum Shape {
    /// It goes on with an element, or closes a group.
    #[default]
    Other,
    /// A comment alone.
    Comment,
    /// It begins an element of a group.
    Element {
        group: usize,
        /// What it is aligned with, and where in its text spaces are put in.
        columns: Option<(Class, Vec<usize>)>,
    },
}

/// Lines of one class are aligned.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// `name = value`
    Set,
    /// `pattern => value`
    Arm,
    /// `name: type`
    Field,
    /// `let name = value`, `output name = value`
    Value(Kind),
    /// `input name: type`
    Typed(Kind),
    /// `keyword label { … }`: the keyword where labels stand, and how many.
    Block(String, usize),
}

impl Shape {
    /// The shape of a line whose atoms begin at the given offsets of its text.
    pub fn of(source: &Source, extent: &Extent, offsets: &[usize]) -> Shape {
        let first = &source.atoms[extent.first];
        if !first.element {
            return Shape::Other;
        }
        Shape::Element { group: first.group, columns: columns(source, extent, offsets) }
    }
}

fn columns(source: &Source, extent: &Extent, offsets: &[usize]) -> Option<(Class, Vec<usize>)> {
    let atoms = &source.atoms[extent.first..extent.end];
    let first = &atoms[0];
    let kind = |at: usize| atoms.get(at).map(|atom| atom.kind);
    let before = |at: usize| offsets.get(at).map(|offset| vec![*offset]);
    let second = kind(1)?;
    if second.is_assign() {
        return Some((Class::Set, before(1)?));
    }
    if second == Kind::Colon {
        return Some((Class::Field, before(2)?));
    }
    if let (Kind::Let | Kind::Output | Kind::Input | Kind::Type, true) = (first.kind, second.is_word()) {
        return match kind(2)? {
            Kind::Assign => Some((Class::Value(first.kind), before(2)?)),
            Kind::Colon => Some((Class::Typed(first.kind), before(3)?)),
            _ => None,
        };
    }
    let group = first.group;
    let arrow = atoms.iter().position(|atom| atom.kind == Kind::FatArrow && atom.group == group);
    if let Some(arrow) = arrow {
        return Some((Class::Arm, before(arrow)?));
    }
    block_columns(source, extent, offsets)
}

/// The labels and the `{` of a block on one line.
fn block_columns(source: &Source, extent: &Extent, offsets: &[usize]) -> Option<(Class, Vec<usize>)> {
    let atoms = &source.atoms[extent.first..extent.end];
    let brace = atoms.iter().position(|atom| atom.opens.is_some()).filter(|at| *at > 0)?;
    let body = atoms[brace].opens?;
    let closes = source.groups[body].closer + 1 == extent.end;
    let plain = atoms[1..brace]
        .iter()
        .all(|atom| atom.kind == Kind::String || atom.kind.is_word() && !matches!(atom.kind, Kind::For | Kind::If | Kind::By));
    if !closes || !plain || !source.groups[body].body || atoms[0].kind == Kind::For && brace > 1 {
        return None;
    }
    let keyword = if brace > 1 { atoms[0].text } else { "" };
    let class = Class::Block(keyword.to_string(), brace - 1);
    Some((class, offsets[1..=brace].to_vec()))
}
