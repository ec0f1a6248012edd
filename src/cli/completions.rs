//! `infrac completions`.

use super::output::print;
use super::{Arguments, Exit};
use crate::host::Failure;
use clap::CommandFactory;
use clap_complete::Shell;

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac completions bash > ~/.local/share/bash-completion/completions/infrac\n  \
    infrac completions zsh > ~/.zfunc/_infrac\n  \
    infrac completions fish > ~/.config/fish/completions/infrac.fish")]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "infrac", &mut text);
        print(&String::from_utf8_lossy(&text));
        Ok(Exit::Clean)
    }
}
