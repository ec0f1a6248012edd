//! One mistake at every place of the corpus: there is always a tree, and few messages.

use crate::{corpus, parse};

/// Cuts a text into words, numbers, signs and blanks: near enough to tokens to damage them one by one.
fn pieces(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' || c == '-' => 0,
        ' ' => 1,
        _ => 2,
    };
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let next = text[at + c.len_utf8()..].chars().next();
        if class(c) == 2 || next.is_none_or(|next| class(next) != class(c)) {
            found.push(&text[start..at + c.len_utf8()]);
            start = at + c.len_utf8();
        }
    }
    found
}

struct Damage {
    counts: Vec<usize>,
    worst: Vec<(usize, String)>,
}

/// How many messages each damaged text of the corpus gives.
fn damage(change: impl Fn(&[&str], usize) -> Option<String>) -> Damage {
    let mut counts = Vec::new();
    let mut worst = Vec::new();
    for (name, text) in corpus() {
        let pieces = pieces(&text);
        for at in 0..pieces.len() {
            let Some(damaged) = change(&pieces, at) else {
                continue;
            };
            let (_, messages) = parse(&damaged);
            let line = pieces[..at].concat().matches('\n').count() + 1;
            let said: Vec<&str> = messages.iter().map(|m| m.message.as_str()).collect();
            let name = name.rsplit('/').next().unwrap();
            worst.push((messages.len(), format!("{name}:{line} `{}` {said:?}", pieces[at])));
            counts.push(messages.len());
        }
    }
    worst.sort();
    counts.sort();
    Damage { counts, worst }
}

fn judge(what: &str, damage: Damage) {
    let Damage { counts, worst } = damage;
    let wrong: Vec<usize> = counts.iter().copied().filter(|count| *count > 0).collect();
    let (median, high) = (wrong[wrong.len() / 2], wrong[wrong.len() * 99 / 100]);
    let far = &worst[worst.len().saturating_sub(12)..];
    println!("{what}: {} texts, {} wrong, median {median}, 99 % {high}", counts.len(), wrong.len());
    assert!(median <= 1 && high <= 3, "{what}: median {median}, 99 % {high}: {far:#?}");
}

fn visible(piece: &str) -> bool {
    !piece.trim().is_empty()
}

#[test]
fn a_deleted_token() {
    judge("deleted", damage(|pieces, at| visible(pieces[at]).then(|| [&pieces[..at], &pieces[at + 1..]].concat().concat())));
}

#[test]
fn a_doubled_token() {
    judge("doubled", damage(|pieces, at| visible(pieces[at]).then(|| [&pieces[..=at], &[" "], &pieces[at..]].concat().concat())));
}

#[test]
fn a_text_cut_off() {
    judge("cut", damage(|pieces, at| (at > 0).then(|| pieces[..at].concat())));
}

#[test]
fn a_stray_sign() {
    for sign in ["{", "}", "(", ")", "[", "]", "\"", ",", "=", "@"] {
        judge(sign, damage(|pieces, at| (pieces[at] != " ").then(|| [&pieces[..at], &[sign], &pieces[at..]].concat().concat())));
    }
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
