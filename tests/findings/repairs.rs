//! Repairs that are called certain are: applied to the corpus of mistakes, each takes its finding away, brings no other,
//! and leaves a file in the canonical layout that was in it.

use crate::{Case, cases, each, mistakes, options, root};
use infrac::base::{FileId, Workspace};
use infrac::diag::{Code, Diagnostic};
use infrac::driver::{compile, repair};
use infrac::fmt::format;
use std::collections::BTreeSet;

/// A finding without its place, which a repair above it moves.
fn said(diagnostic: &Diagnostic) -> (Code, &str) {
    (diagnostic.code, &diagnostic.message)
}

/// The repairs of a mistake, judged; the codes that had one.
fn judge(Case { workspace, found: before, .. }: &Case) -> Result<Vec<Code>, String> {
    let (fixed, others): (Vec<&Diagnostic>, Vec<&Diagnostic>) = before.iter().partition(|diagnostic| diagnostic.fix.is_some());
    if fixed.is_empty() {
        return Ok(Vec::new());
    }
    let repaired = repair(workspace, &options(), before);
    if repaired.applied == 0 {
        return Err("no repair was applied".to_owned());
    }
    for found in &repaired.left {
        if fixed.iter().any(|fixed| said(fixed) == said(found)) {
            return Err(format!("still found: {}", found.message));
        }
        if !others.iter().any(|other| said(other) == said(found)) {
            return Err(format!("new: {}", found.message));
        }
    }
    for (path, _, new) in repaired.changes(workspace) {
        let is_canonical = |text: &str| format(FileId(0), text).is_ok_and(|formatted| formatted == text);
        let before = std::fs::read_to_string(root().join(path.as_str())).unwrap();
        if is_canonical(&before) && !is_canonical(new) {
            return Err(format!("{path} is no longer in the canonical layout"));
        }
    }
    Ok(fixed.iter().map(|fixed| fixed.code).collect())
}

#[test]
fn every_repair_repairs() {
    let judged: Vec<(&str, Result<Vec<Code>, String>)> = each(cases(), |case| (case.name.as_str(), judge(case)));
    let wrong: Vec<String> = judged.iter().filter_map(|(name, judged)| Some(format!("{name}: {}", judged.as_ref().err()?))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let repaired = judged.iter().filter(|(_, codes)| codes.as_ref().is_ok_and(|codes| !codes.is_empty())).count();
    let codes: BTreeSet<Code> = judged.iter().filter_map(|(_, codes)| codes.as_ref().ok()).flatten().copied().collect();
    println!("{repaired} of {} mistakes can be repaired, with {} codes: {codes:?}", judged.len(), codes.len());
    assert!(repaired >= 50 && codes.len() >= 16, "{repaired} mistakes, {codes:?}");
}

/// A whole-file repair, mistakes that hide each other and repairs that meet, all in one file.
#[test]
fn rounds_follow_each_other_until_none_is_left() {
    let sources = mistakes::sources(root()).unwrap();
    let paths = mistakes::paths(root()).unwrap();
    let mut mutations = Vec::new();
    for name in
        ["semicolon", "waiver-without-a-use", "region-misspelt", "letters-taken-apart", "attribute-of-block-misspelt", "single-quotes"]
    {
        mutations.push(mistakes::read(paths.iter().find(|path| path.ends_with(format!("{name}.toml"))).unwrap()).unwrap());
    }
    let mut files = sources;
    for mutation in &mutations {
        let workspace = mistakes::changed(mutation, &files).unwrap();
        files = workspace.files().map(|(_, file)| (file.path.clone(), file.text.clone())).collect();
    }
    let workspace = Workspace::new(files);
    let before = compile(&workspace, &options()).diagnostics;
    let repaired = repair(&workspace, &options(), &before);
    assert!(repaired.applied > before.len(), "what was hidden is repaired too: {} of {}", repaired.applied, before.len());
    assert_eq!(repaired.left, []);
}
