//! `infrac fmt`.

use super::{Exit, Global};
use crate::host::Failure;
use std::path::PathBuf;

/// Write the sources in their one canonical layout
#[derive(Debug, clap::Args)]
pub(super) struct Format {
    files: Vec<PathBuf>,
}

impl Format {
    pub(super) fn run(self, _global: &Global) -> Result<Exit, Failure> {
        let _ = self.files;
        Err(Failure::new("the formatter is not part of this build yet"))
    }
}
