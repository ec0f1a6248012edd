//! `infrac lsp`.

use super::Exit;
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
    pub(super) fn run(self) -> Result<Exit, Failure> {
        Ok(if lsp::run()? { Exit::Clean } else { Exit::Findings })
    }
}
