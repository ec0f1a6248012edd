//! One mistake at every token of every source: there is always a tree, few messages at the mistake, and the rest is known.

use crate::damage::{Damaged, MISTAKES, Mistake, damaged, tokens};
use crate::declarations::{Declaration, declarations};
use crate::dump::dump;
use crate::{parse, sources};
use infrac::diag::Diagnostic;
use infrac::syntax::ast::File;
use std::collections::BTreeMap;
use std::ops::Range;

/// How many trials of the full sweep an ordinary run makes: every so many tokens of every source.
const SAMPLE: usize = 31;

/// Further signs that a hand puts in by mistake: their messages are counted, too.
const OTHER_SIGNS: [Mistake; 7] = [
    Mistake::Stray("("),
    Mistake::Stray(")"),
    Mistake::Stray("["),
    Mistake::Stray("]"),
    Mistake::Stray(","),
    Mistake::Stray("="),
    Mistake::Stray("@"),
];

/// What one kind of mistake led to, everywhere that it was made.
#[derive(Default)]
struct Found {
    trials: usize,
    /// How many messages each text gave that has any, with the text's name.
    counts: Vec<(usize, String)>,
    /// The messages, and those of them that have no place near the mistake.
    messages: usize,
    far: Vec<String>,
    /// The declarations that the mistake leaves alone, and those of them that are gone.
    declared: usize,
    lost: Vec<String>,
}

/// Makes a mistake at every `every`th token of every source.
fn sweep(mistake: Mistake, every: usize) -> Found {
    let mut found = Found::default();
    let mut turn = 0;
    for (name, text) in sources() {
        let name = name.rsplit('/').next().unwrap_or_default().to_string();
        let tokens = tokens(&text);
        let known = declarations(&parse(&text).0);
        for at in 0..tokens.len() {
            turn += 1;
            if turn % every != 0 {
                continue;
            }
            let damaged = damaged(&text, &tokens, at, mistake);
            let (file, messages) = parse(&damaged.text);
            let line = text[..damaged.met].matches('\n').count() + 1;
            let trial = format!("{name}:{line} at `{}`: {:?}", &text[tokens[at].clone()], said(&messages));
            found.trials += 1;
            assert!(!dump(&file).contains("(error)") || !messages.is_empty(), "a gap without a message: {trial}");
            let near = near(&damaged);
            found.messages += messages.len();
            found.far.extend(messages.iter().filter(|message| !is_in(message, &near)).map(|_| trial.clone()));
            // What nobody laid out can have its brackets only guessed.
            if name != "loose.infra" {
                let left = left_alone(&known, &damaged, mistake, &text);
                found.declared += left.len();
                found.lost.extend(lost(&left, &file).into_iter().map(|lost| format!("{trial} hides {lost}")));
            }
            if !messages.is_empty() {
                found.counts.push((messages.len(), trial));
            }
        }
    }
    found.counts.sort();
    found
}

fn said(messages: &[Diagnostic]) -> Vec<&str> {
    messages.iter().map(|message| message.message.as_str()).collect()
}

/// At a mistake or directly behind it: its line and the next one with code; where it begins its line also the end of the one
/// before, which then ended too early.
fn near(damaged: &Damaged) -> Range<usize> {
    let Damaged { text, place, .. } = damaged;
    let line = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
    let mut from = line(place.start);
    if text[from..place.start].trim().is_empty() {
        from = line(text[..from].trim_end().len());
    }
    let behind = place.end + text[place.end..].find('\n').map_or(text.len() - place.end, |end| end + 1);
    let is_code = |(_, line): &(usize, &str)| !line.trim().is_empty() && !line.trim().starts_with('#');
    let mut lines = text[behind..].split_inclusive('\n').scan(behind, |at, line| {
        *at += line.len();
        Some((*at, line))
    });
    // Without code behind it, the next thing is the end of the text.
    from..lines.find(is_code).map_or(text.len() + 1, |(end, _)| end)
}

/// Whether one of the places of a message is in a range.
fn is_in(message: &Diagnostic, range: &Range<usize>) -> bool {
    let spans = std::iter::once(&message.primary).chain(&message.related).map(|label| label.span);
    spans.into_iter().any(|span| span.end as usize >= range.start && (span.start as usize) < range.end)
}

/// The declarations that a mistake leaves alone: not the innermost ones around it, nothing on its line, nothing whose head is
/// broken with what stands in it, and nothing behind the end of a text that is cut off.
fn left_alone<'a>(known: &'a [Declaration], damaged: &Damaged, mistake: Mistake, text: &str) -> Vec<&'a Declaration> {
    let innermost = |at: usize| known.iter().rposition(|known| known.span.contains(&at));
    let around: Vec<usize> = damaged.before.and_then(innermost).into_iter().chain(innermost(damaged.met)).collect();
    let heads: Vec<&Declaration> = around.iter().map(|at| &known[*at]).filter(|known| known.head.contains(&damaged.met)).collect();
    let line = text[..damaged.met].rfind('\n').map_or(0, |end| end + 1);
    let line = line..damaged.met + text[damaged.met..].find('\n').unwrap_or(text.len() - damaged.met);
    let is_left = |(at, declaration): &(usize, &Declaration)| {
        let within = heads.iter().any(|head| declaration.path.len() > head.path.len() && declaration.path.starts_with(&head.path));
        let cut = mistake == Mistake::CutOff && declaration.span.start >= damaged.met;
        !around.contains(at) && !line.contains(&declaration.span.start) && !within && !cut
    };
    known.iter().enumerate().filter(is_left).map(|(_, declaration)| declaration).collect()
}

/// Which of some declarations a tree does not have.
fn lost(left: &[&Declaration], file: &File) -> Vec<String> {
    let mut known: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for declaration in declarations(file) {
        *known.entry(declaration.path).or_default() += 1;
    }
    let mut is_lost = |declaration: &&&Declaration| match known.get_mut(&declaration.path) {
        Some(count @ 1..) => {
            *count -= 1;
            false
        }
        _ => true,
    };
    left.iter().filter(|declaration| is_lost(declaration)).map(|declaration| declaration.path.join(" / ")).collect()
}

/// Few messages, at the mistake, and everything else is still known.
fn judge(mistake: Mistake, every: usize) {
    let Found { trials, counts, messages, far, declared, lost } = sweep(mistake, every);
    let (median, high) = (counts[counts.len() / 2].0, counts[counts.len() * 99 / 100].0);
    let most = counts[counts.len() - 1].0;
    println!(
        "{mistake:?}: {trials} texts, {} wrong, median {median}, 99 % {high}, at most {most}; {} of {messages} messages elsewhere; \
         {} of {declared} declarations lost",
        counts.len(),
        far.len(),
        lost.len()
    );
    assert!(median <= 1 && high <= 3, "{mistake:?}: {:#?}", &counts[counts.len().saturating_sub(12)..]);
    if MISTAKES.contains(&mistake) {
        assert!(far.len() * 100 <= messages, "{mistake:?} is blamed elsewhere: {:#?}", &far[..far.len().min(20)]);
        assert!(lost.len() * 20_000 <= declared, "{mistake:?} hides declarations: {:#?}", &lost[..lost.len().min(20)]);
    }
}

#[test]
fn a_sample_of_all_mistakes() {
    MISTAKES.into_iter().for_each(|mistake| judge(mistake, SAMPLE));
    OTHER_SIGNS.into_iter().for_each(|mistake| judge(mistake, SAMPLE * 2));
}

/// `cargo test --release --test syntax -- --ignored --nocapture all_mistakes`
#[test]
#[ignore = "a mistake at every token of every source takes minutes"]
fn all_mistakes() {
    MISTAKES.into_iter().chain(OTHER_SIGNS).for_each(|mistake| judge(mistake, 1));
}

#[test]
fn a_mistake_hides_nothing_behind_it() {
    let broken = [
        "stack a one {\n  x = \n  y = 2\n}\n",
        "stack a one {\n  x = [1, 2\n  y = 2\n}\n",
        "stack a one {\n  x = f(1, \"two\n  y = 2\n}\n",
        "stack a one {\n  x = {\n    a = 1\n  y = 2\n}\n",
        "stack a one {\n  x = \"\"\"\n    text\n  y = 2\n}\n",
        "stack a one {\n  x 1\n  y = 2\n}\n",
        "stack a one {\n  y = 2\n",
        "stack a one\n",
        "stack a one {\n  input x int\n  y = 2\n}\n",
        "} stack a one { y = 2 }\n",
    ];
    for text in broken {
        let (file, messages) = parse(&format!("{text}stack b two {{\n  z = 3\n}}\n"));
        let tree = crate::dump::dump(&file);
        assert!(tree.ends_with("(block stack b two [(attribute z = Int(3))])"), "{text}{tree}");
        assert!(!text.contains("y =") || tree.contains("(attribute y = Int(2))"), "{text}{tree}");
        assert_eq!(messages.len(), 1, "{text}{messages:#?}");
    }
}

#[test]
fn several_mistakes_give_several_messages() {
    let text = "a = \nb = [1, ?, 2, ?]\nc { d = @, e = ? }\nf = g(1 2, x = )\n";
    let (_, messages) = parse(text);
    let lines: Vec<usize> = messages.iter().map(|m| text[..m.primary.span.start as usize].matches('\n').count() + 1).collect();
    assert_eq!(lines, [1, 2, 2, 3, 3, 4], "{messages:#?}");
}
