//! `infrac lsp`.

use super::{Exit, Global};
use crate::host::Failure;
use crate::lsp;

/// Serve an editor: the Language Server Protocol over standard input and output
///
/// Editors start it by themselves. It reads the projects that the editor opens, writes no file of them, and ends with the editor.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  infrac lsp")]
pub(super) struct Lsp {
    /// Speak over standard input and output, which is what happens without it: some editors say so
    #[arg(long, hide = true)]
    stdio: bool,
}

impl Lsp {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        if global.project.is_some() {
            return Err(Failure::new("the editor says which projects are open").help("leave `--project` out"));
        }
        Ok(if lsp::run()? { Exit::Clean } else { Exit::Findings })
    }
}
