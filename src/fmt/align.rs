//! Columns: what stands one below the other in neighbouring lines.

use super::atoms::Source;
use super::lines::{Extent, Line};
use crate::syntax::token::Kind;
use std::collections::BTreeMap;

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

/// Neighbouring elements of one group.
#[derive(Default)]
struct Runs {
    open: BTreeMap<Class, Vec<usize>>,
    /// The last element: how many lines of code came before it, and whether its run goes on behind it where it has
    /// several lines.
    last: Option<(usize, bool)>,
}

/// Puts spaces into the lines.
pub(super) fn align(lines: &mut [Line]) {
    let mut groups: BTreeMap<usize, Runs> = BTreeMap::new();
    let mut finished = Vec::new();
    let mut blank = false;
    let mut code = 0;
    for (index, line) in lines.iter().enumerate() {
        blank |= line.blank;
        if matches!(line.shape, Shape::Comment) {
            continue;
        }
        if let Shape::Element { group, columns } = &line.shape {
            let runs = groups.entry(*group).or_default();
            let tall = runs.last.is_some_and(|(at, goes_on)| !goes_on && code > at + 1);
            if blank || tall {
                finished.extend(std::mem::take(&mut runs.open).into_values());
            }
            let class = columns.as_ref().map(|(class, _)| class);
            // Blocks are neighbours only where nothing else stands between them.
            runs.open.retain(|open, run| {
                let keep = !matches!(open, Class::Block(..)) || Some(open) == class;
                if !keep {
                    finished.push(std::mem::take(run));
                }
                keep
            });
            if let Some(class) = class {
                runs.open.entry(class.clone()).or_default().push(index);
            }
            let tall_too = matches!(class, Some(Class::Set | Class::Arm | Class::Field));
            runs.last = Some((code, tall_too));
        }
        blank = false;
        code += 1;
    }
    finished.extend(groups.into_values().flat_map(|runs| runs.open.into_values()));
    for run in finished {
        align_run(lines, &run);
    }
    align_comments(lines);
}

fn align_run(lines: &mut [Line], run: &[usize]) {
    let marks = |line: &Line| match &line.shape {
        Shape::Element { columns: Some((_, marks)), .. } => marks.clone(),
        _ => Vec::new(),
    };
    let count = run.first().map_or(0, |first| marks(&lines[*first]).len());
    let mut added = vec![0; run.len()];
    for column in 0..count {
        let at: Vec<usize> = run.iter().zip(&added).map(|(line, added)| marks(&lines[*line])[column] + added).collect();
        let widths: Vec<usize> = run.iter().zip(&at).map(|(line, at)| lines[*line].text[..*at].chars().count()).collect();
        let widest = widths.iter().copied().max().unwrap_or(0);
        for (index, line) in run.iter().enumerate() {
            let spaces = widest - widths[index];
            lines[*line].text.insert_str(at[index], &" ".repeat(spaces));
            added[index] += spaces;
        }
    }
}

/// Comments behind code: two spaces behind it, one below the other in neighbouring lines.
fn align_comments(lines: &mut [Line]) {
    let mut at = 0;
    while at < lines.len() {
        let run = lines[at..]
            .iter()
            .enumerate()
            .take_while(|(index, line)| line.comment.is_some() && (*index == 0 || !line.blank && !line.text.contains('\n')));
        let count = run.count().max(1);
        let run = &mut lines[at..at + count];
        let widest = run.iter().map(last_width).max().unwrap_or(0);
        for line in run {
            let spaces = widest - last_width(line) + 2;
            if let Some(comment) = &mut line.comment {
                comment.insert_str(0, &" ".repeat(spaces));
            }
        }
        at += count;
    }
}

/// How wide the last line of a text is that may have several.
fn last_width(line: &Line) -> usize {
    match line.text.rsplit_once('\n') {
        Some((_, last)) => last.chars().count(),
        None => line.indent + line.text.chars().count(),
    }
}
