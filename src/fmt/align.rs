//! Columns: what stands one below the other in neighbouring lines.

use super::lines::Line;
use super::shape::{Class, Shape};
use std::collections::BTreeMap;

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
