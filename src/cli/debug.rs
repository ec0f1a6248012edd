//! `infrac debug`: for who works on infrac itself. Its forms change from one release to the next, so no help names it.

use super::output::{print, show, tally, tell};
use super::{Exit, Global, open, place};
use crate::diag::Severity;
use crate::driver::dump::{Stage, dump};
use crate::host::{Failure, load};
use crate::render::{Format, resolve};
use clap::builder::PossibleValue;
use clap::{Subcommand, ValueEnum};

/// Look inside the compiler
#[derive(Debug, clap::Args)]
pub(super) struct Debug {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print layers of the program, one fact a line
    Dump {
        /// Which layers, in this order [default: all]
        stages: Vec<Stage>,
    },
}

impl ValueEnum for Stage {
    fn value_variants<'a>() -> &'a [Self] {
        &Stage::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl Debug {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        let Command::Dump { stages } = self.command;
        let root = open::root(global)?;
        let project = load(&root)?;
        let (text, found) = dump(&project.workspace, if stages.is_empty() { &Stage::ALL } else { &stages });
        print(&text);
        let prefix = place::prefix(&root, Format::Text)?;
        show(&resolve(&project.workspace, &found, &prefix));
        if let Some(tally) = tally(&found) {
            tell(&format!("{tally}\n"));
        }
        Ok(if found.iter().any(|found| found.severity == Severity::Error) { Exit::Findings } else { Exit::Clean })
    }
}
