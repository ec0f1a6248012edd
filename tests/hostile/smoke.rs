//! Thousands of damaged sources through every way in. They depend on nothing but the code of `mutate.rs`.

use crate::entries::{self, project};
use crate::mutate::{Random, bytes, letters, words};
use crate::{files, root};
use rayon::prelude::*;

/// How many damaged texts an ordinary run sees.
const TEXTS: usize = 5_000;

/// Longer sources are cut at a line, so that the many trials stay cheap.
const LONGEST: usize = 3_000;

/// What the process may ever have held, in KiB, where the system tells.
const MOST_MEMORY: u64 = 2 << 20;

/// A source with the place in the project that it takes.
struct Source {
    path: String,
    text: String,
}

/// The files of the small project in their places, and the other sources of the repository beside them.
fn sources() -> Vec<Source> {
    let own = project::FILES.iter().filter(|(path, _)| path.ends_with(".infra"));
    let own = own.map(|(path, text)| Source { path: path.to_string(), text: text.to_string() });
    let others = ["tests/corpus", "inventory", "examples", "stdlib"].into_iter().flat_map(files);
    let others = others.filter(|path| path.extension().is_some_and(|end| end == "infra") && !is_own(path));
    let others = others.map(|path| Source { path: "inventory/shop/more.infra".into(), text: cut(&std::fs::read_to_string(path).unwrap()) });
    let all: Vec<Source> = own.chain(others).collect();
    assert!(all.len() > 50);
    all
}

fn is_own(path: &std::path::Path) -> bool {
    project::LIBRARY.iter().any(|own| path == root().join("stdlib").join(own))
}

fn cut(text: &str) -> String {
    let mut end = LONGEST.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// The damaged texts of a run that begins with `seed`.
fn damaged(sources: &[Source], count: usize, seed: u64) -> Vec<(&str, String)> {
    let mut random = Random(seed);
    let mut found = Vec::with_capacity(count);
    for number in 0..count {
        // Every other text is the product itself, where the most can still compile.
        let source = if number % 2 == 0 { &sources[0] } else { &sources[random.below(sources.len())] };
        let other = &sources[random.below(sources.len())];
        let text = match number % 3 {
            0 => letters(&source.text, &mut random),
            1 => bytes(&source.text, &mut random),
            _ => words(&source.text, &other.text, &mut random),
        };
        found.push((source.path.as_str(), text));
    }
    found
}

fn every_way_in(count: usize, seed: u64) {
    let sources = sources();
    assert_eq!(sources[0].path, project::PRODUCT);
    damaged(&sources, count, seed).into_par_iter().enumerate().for_each(|(number, (path, text))| {
        let (path, what) = (path.to_owned(), format!("{path}\n{text}"));
        crate::watch::within_two_seconds(&what, move || {
            entries::parse(&text);
            entries::fmt(&text);
            entries::compile_at(&path, &text);
            // Beside a sound project, with every form of findings and every repair.
            if number % 20 == 0 {
                entries::check(&text);
            }
        });
    });
}

#[test]
fn damaged_sources_crash_nothing() {
    every_way_in(TEXTS, 0x2545_f491_4f6c_dd1d);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let held = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    assert!(held.is_none_or(|held| held < MOST_MEMORY), "{held:?} KiB");
}

/// `cargo test --release --test hostile -- --ignored many`
#[test]
#[ignore = "a hundred thousand damaged sources take minutes"]
fn many_damaged_sources_crash_nothing() {
    (1..=20).for_each(|seed| every_way_in(TEXTS, 0x9e37_79b9_7f4a_7c15 * seed));
}

#[test]
fn the_project_compiles() {
    let workspace = infrac::base::Workspace::new(project::FILES.iter().cloned());
    let outcome = infrac::driver::compile(&workspace, &infrac::driver::Options::default());
    assert_eq!(outcome.diagnostics, []);
    assert!(outcome.tree.get("live/shop/prod/front/own/terragrunt.hcl").is_some());
}
