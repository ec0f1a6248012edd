//! The texts that the fuzz targets begin with, through the functions that the targets call.

use crate::{entries, files, root};
use rayon::prelude::*;

type Entry = fn(&str);

/// The targets in `fuzz/`, by name.
const TARGETS: [(&str, Entry); 4] =
    [("check", entries::check), ("compile", entries::compile), ("fmt", entries::fmt), ("parse", entries::parse)];

#[test]
fn the_corpus_of_every_target_passes() {
    for (target, entry) in TARGETS {
        let texts = files(&format!("fuzz/corpus/{target}"));
        assert!(texts.len() >= 8, "fuzz/corpus/{target} holds {}", texts.len());
        texts.par_iter().for_each(|path| match std::fs::read_to_string(path) {
            Ok(text) => crate::watch::within_two_seconds(&path.display().to_string(), move || entry(&text)),
            Err(error) => panic!("{}: {error}", path.display()),
        });
    }
}

#[test]
fn every_target_is_one_of_the_entries() {
    let targets = files("fuzz/fuzz_targets");
    let names: Vec<&str> = targets.iter().map(|path| path.file_stem().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, TARGETS.map(|(name, _)| name));
    let manifest = std::fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    for name in names {
        let text = std::fs::read_to_string(root().join(format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
        assert!(text.contains(&format!("|text: &str| entries::{name}(text)")), "{text}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "fuzz/Cargo.toml lacks {name}");
    }
}
