//! What becomes of findings: six forms with one content, none of which can do harm, and repairs that repair.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

mod hostile;
mod interpreted;
mod items;
#[path = "../mistakes.rs"]
mod mistakes;
mod renderings;
mod repairs;

use infrac::base::Workspace;
use infrac::diag::Diagnostic;
use infrac::driver::{Options, compile};
use rayon::prelude::*;
use std::path::Path;
use std::sync::OnceLock;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Of the files that are made, the fewest: only findings count here.
fn options() -> Options {
    Options { targets: vec!["terratest".into()], ..Options::default() }
}

/// A mistake of the corpus, with what is found.
struct Case {
    name: String,
    workspace: Workspace,
    found: Vec<Diagnostic>,
}

/// Every mistake of the corpus, compiled once.
fn cases() -> &'static [Case] {
    static CASES: OnceLock<Vec<Case>> = OnceLock::new();
    CASES.get_or_init(|| {
        let sources = mistakes::sources(root()).unwrap();
        let paths = mistakes::paths(root()).unwrap();
        assert!(paths.len() > 100);
        let case = |path: &std::path::PathBuf| {
            let workspace = mistakes::changed(&mistakes::read(path).unwrap(), &sources).unwrap();
            let found = compile(&workspace, &options()).diagnostics;
            Case { name: path.file_stem().unwrap().to_string_lossy().into_owned(), workspace, found }
        };
        paths.par_iter().map(case).collect()
    })
}

/// Terminal text without colours.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}
