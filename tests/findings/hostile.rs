//! Nothing of a source reaches a terminal as anything but letters, and places stay where they are.

use crate::plain;
use infrac::base::Workspace;
use infrac::diag::Diagnostic;
use infrac::driver;
use infrac::render::{Format, render, resolve};
use serde_json::Value;

/// Whether a terminal or a reader would be misled by it.
fn is_harmful(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {
            true
        }
        other => other.is_control() || ('\u{e0000}'..='\u{e007f}').contains(&other),
    }
}

/// Every character that could do harm.
fn harmful() -> Vec<char> {
    let found: Vec<char> = ('\0'..='\u{e0fff}').filter(|c| is_harmful(*c)).collect();
    assert!(found.len() > 32 + 32 + 5 + 4 + 128, "{}", found.len());
    found
}

#[test]
fn no_character_of_a_source_harms_a_terminal() {
    let sign = |at: usize| ["", "'", "“", "@", ".5", "\\"][at % 6];
    let mut shown_at_least = 0;
    for (at, character) in harmful().into_iter().enumerate() {
        // In a comment, a name, a string in wrong quotes, a string, behind other mistakes, and in the path of the file.
        let sources = [
            format!("# {character} comment\nproduct a{character}b {{ x = {character} }}\n"),
            format!("product a {{ owner = '{character}abc', name = \"x{character}[31m${{y{character}}}\" {} }}\n", sign(at)),
        ];
        for source in sources {
            let workspace = Workspace::new([(format!("inventory/a{character}/b.infra").into(), source.as_str().into())]);
            let found: Vec<Diagnostic> = driver::compile(&workspace, &driver::Options::default()).diagnostics;
            assert!(!found.is_empty(), "{source:?}");
            shown_at_least += found.len();
            for format in Format::ALL {
                let coloured = render(format, &resolve(&workspace, &found, ""));
                let shown = match format.is_for_people() {
                    // Colours are ours; nothing else begins with an escape.
                    true => {
                        assert_eq!(coloured.matches('\u{1b}').count(), coloured.matches("\u{1b}[").count());
                        plain(&coloured)
                    }
                    false => coloured,
                };
                let escaped = shown.chars().find(|c| is_harmful(*c));
                assert_eq!(escaped, None, "{format:?} {character:?}\n{shown:?}");
                // What a program reads says the same as before, but for what it would show.
                if format == Format::Json {
                    shown.lines().for_each(|line| drop(serde_json::from_str::<Value>(line).unwrap()));
                }
            }
        }
    }
    assert!(shown_at_least > 500, "{shown_at_least}");
}

#[test]
fn places_are_right_behind_wide_combining_and_tabbed_letters() {
    let source = "product acme {\n\towner = \"日本x̂🦀\" ;\n}\n";
    let workspace = Workspace::new([("inventory/acme/a.infra".into(), source.into())]);
    let found: Vec<Diagnostic> = driver::compile(&workspace, &driver::Options::default()).diagnostics;
    let reports = resolve(&workspace, &found[..1], "");
    // A tab, 16 letters, of which one only changes the one before it, and the sign.
    let column = source.lines().nth(1).unwrap().chars().position(|c| c == ';').unwrap() as u32 + 1;
    assert_eq!((reports[0].primary.from.column, reports[0].primary.to.column), (column, column + 1));
    let shown = plain(&render(Format::Text, &reports));
    let lines: Vec<&str> = shown.lines().collect();
    let line = lines.iter().position(|line| line.contains('🦀')).unwrap();
    // In cells of a terminal: what comes before the sign takes as many as what comes before its mark.
    let before = lines[line].split(';').next().unwrap();
    let cells: usize = before
        .chars()
        .map(|c| match c {
            '\u{300}'..='\u{36f}' => 0,
            '日' | '本' | '🦀' => 2,
            _ => 1,
        })
        .sum();
    let mark = lines[line + 1].chars().position(|c| c == '^').unwrap();
    assert_eq!(mark, cells, "{shown}");
}
