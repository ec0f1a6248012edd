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
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

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
        each(&paths, case)
    })
}

/// Does something with each on all cores, and gives what came of it in their order. A thread of rayon's that waits for the compiler would
/// begin the next one on top of the one that it waits for, until its stack is full.
fn each<'t, T: Sync, R: Send>(items: &'t [T], work: impl Fn(&'t T) -> R + Sync) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((at, item)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?))) {
                    let result = work(item);
                    done.lock().unwrap().push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Terminal text without colours.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}
