//! One mistake that is met at several places: a name that nothing declares, which is used more than once.

use super::{Code, Diagnostic, Edit};
use crate::base::FileId;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How many further places of one mistake are shown.
const SHOWN: usize = 8;

/// What two findings have in common that are one mistake.
type Same<'d> = (Code, &'d str, Option<&'d str>, Option<FileId>);

/// Findings for a reader: what is missing under one name is told once, at the first place that asks for it, with the others beside it. Who
/// shows every place by itself, as an editor does, shows them as they are.
pub fn folded(found: &[Diagnostic]) -> Cow<'_, [Diagnostic]> {
    let mut first: BTreeMap<Same<'_>, usize> = BTreeMap::new();
    let mut further: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, diagnostic) in found.iter().enumerate() {
        let Some(same) = same(diagnostic) else { continue };
        match first.get(&same) {
            Some(first) => further.entry(*first).or_default().push(at),
            None => drop(first.insert(same, at)),
        }
    }
    if further.is_empty() {
        return Cow::Borrowed(found);
    }
    let gone: Vec<usize> = further.values().flatten().copied().collect();
    let kept = found.iter().enumerate().filter(|(at, _)| !gone.contains(at));
    let kept = kept.map(|(at, diagnostic)| match further.get(&at) {
        Some(others) => joined(diagnostic.clone(), &others.iter().map(|at| &found[*at]).collect::<Vec<_>>()),
        None => diagnostic.clone(),
    });
    Cow::Owned(kept.collect())
}

/// What a finding about a name says, and where that name means the same.
fn same(diagnostic: &Diagnostic) -> Option<Same<'_>> {
    let file = match diagnostic.code {
        Code::UnknownName | Code::UnknownEnvironment => Some(diagnostic.primary.span.file),
        Code::OptionalValue if diagnostic.message.contains("` is not there in ") => Some(diagnostic.primary.span.file),
        Code::UnknownDefinition | Code::UnknownFunction | Code::UnknownType => None,
        Code::TypeMismatch if diagnostic.message.contains("` is no `") => None,
        _ => return None,
    };
    Some((diagnostic.code, &diagnostic.message, diagnostic.help.as_deref(), file))
}

fn joined(mut first: Diagnostic, others: &[&Diagnostic]) -> Diagnostic {
    for (number, other) in others.iter().take(SHOWN).enumerate() {
        let more = others.len() - SHOWN.min(others.len());
        let text = if number + 1 == SHOWN && more > 0 { format!("here, too, and at {more} more places") } else { "here, too".to_owned() };
        first = first.related(other.primary.span, text);
    }
    if let Some(fix) = &mut first.fix {
        let same = others.iter().filter_map(|other| other.fix.as_ref()).filter(|other| other.title == fix.title);
        let edits: Vec<Edit> = same.flat_map(|other| other.edits.iter().cloned()).collect();
        fix.edits.extend(edits);
    }
    first
}

#[cfg(test)]
mod tests {
    use super::folded;
    use crate::base::{FileId, Span};
    use crate::diag::{Code, Diagnostic};

    fn at(file: u32, start: u32, name: &str) -> Diagnostic {
        let span = Span::new(FileId(file), start, start + 1);
        Diagnostic::error(Code::UnknownName, span, format!("nothing here is called `{name}`")).fix("write `c`", span, "c")
    }

    #[test]
    fn one_name_of_a_file_is_one_finding() {
        let found = [at(0, 1, "a"), at(0, 5, "b"), at(0, 9, "a"), at(1, 1, "a")];
        let told = folded(&found);
        let starts: Vec<u32> = told.iter().map(|told| told.primary.span.start).collect();
        assert_eq!(starts, [1, 5, 1]);
        assert_eq!(told[0].related.len(), 1);
        assert_eq!(told[0].fix.as_ref().map(|fix| fix.edits.len()), Some(2));
        assert!(told[1].related.is_empty() && told[2].related.is_empty());
    }

    #[test]
    fn of_very_many_places_their_number_is_said() {
        let found: Vec<Diagnostic> = (0..20).map(|start| at(0, start, "a")).collect();
        let told = folded(&found);
        assert_eq!((told.len(), told[0].related.len()), (1, 8));
        assert_eq!(told[0].related[7].text, "here, too, and at 11 more places");
    }

    #[test]
    fn what_is_no_name_is_told_each_time() {
        let wrong = |start| Diagnostic::error(Code::TypeMismatch, Span::new(FileId(0), start, start + 1), "`int` is needed");
        assert_eq!(folded(&[wrong(1), wrong(3)]).len(), 2);
    }
}
