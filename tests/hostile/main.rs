//! Whatever stands in a source: no crash, no end that is not in sight, no memory without bound.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

mod corpus;
#[allow(dead_code, reason = "the tokens of a text are enough here")]
#[path = "../syntax/damage.rs"]
mod damage;
mod entries;
mod limits;
mod mutate;
mod smoke;
#[path = "../syntax/watch.rs"]
mod watch;

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder of the repository, sorted.
fn files(folder: &str) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name();
    entries.into_iter().map(|entry| entry.unwrap().into_path()).filter(|path| path.is_file()).collect()
}
