//! `infrac completions`.

use super::output::print_exactly;
use super::{Exit, candidates};
use crate::host::Failure;
use clap_complete::Shell;
use clap_complete::env::Shells;

/// Print the completions of a shell
///
/// The script asks infrac itself while a command is typed, so that products and environments of the project are offered too. Print it
/// anew with each release.
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:\n  \
    infrac completions bash > ~/.local/share/bash-completion/completions/infrac\n  \
    infrac completions zsh > ~/.zfunc/_infrac\n  \
    infrac completions fish > ~/.config/fish/completions/infrac.fish"
)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let name = self.shell.to_string();
        let mut text = Vec::new();
        let written = match Shells::builtins().completer(&name) {
            Some(shell) => shell.write_registration(candidates::VARIABLE, "infrac", "infrac", "infrac", &mut text),
            None => Err(std::io::Error::other("it is unknown")),
        };
        written.map_err(|error| Failure::new(format!("cannot make the completions of {name}: {error}")))?;
        print_exactly(&String::from_utf8_lossy(&text));
        Ok(Exit::Clean)
    }
}
