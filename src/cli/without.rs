//! `infrac check --without`: what takes over when something is away.

use super::elsewhere::unknown;
use super::findings::Outputs;
use super::output::{GOOD, count, print as answer, tally, tell};
use super::selection::Selection;
use super::table::{Form, print};
use super::{Exit, candidates, open};
use crate::base::Text;
use crate::driver::{Files, Memory, Options, Outage};
use crate::host::Failure;
use crate::host::load::load;
use crate::view::{Cell, Table};
use clap_complete::ArgValueCandidates;
use std::collections::BTreeSet;
use std::path::Path;

/// Arguments that think something away.
#[derive(Debug, clap::Args)]
pub(super) struct Without {
    /// Say what takes over when this provider, stack or service is away, and what nothing takes over for; may be given several times
    #[arg(long, value_name = "NAME", conflicts_with_all = ["fix", "watch", "files", "stdin_filename", "provider"], add = ArgValueCandidates::new(candidates::stacks))]
    without: Vec<String>,
}

impl Without {
    /// Whether that is what is asked.
    pub(super) fn is_asked(&self) -> bool {
        !self.without.is_empty()
    }

    /// Checks the sources, and what the plans would be left with.
    pub(super) fn run(&self, root: &Path, selection: &Selection, outputs: &Outputs) -> Result<Exit, Failure> {
        let project = load(root)?;
        let without: Vec<Text> = self.without.iter().map(Text::new).collect();
        let options = Options { files: Files::LetGo, without, ..selection.options(&project, Memory::default()) };
        let compiled = open::compile_with(project, selection, options)?;
        outputs.refuse_sources(&compiled.project)?;
        let outages = &compiled.outcome.outages;
        let known: BTreeSet<Text> = outages.iter().flat_map(|outage| outage.known.iter().cloned()).collect();
        // With a mistake in a product nobody knows what it has.
        let missing = self.without.iter().find(|name| !compiled.has_errors() && !known.contains(name.as_str()));
        if let Some(name) = missing {
            return Err(unknown("provider, stack or service", name, &known));
        }
        outputs.deliver(root, &compiled.findings())?;
        if outputs.is_for_people() {
            let rows = outages.iter().map(|outage| outage.away.len()).sum::<usize>();
            if rows > 0 {
                answer(&print(&table(outages), Form::Text));
            }
            let found = compiled.findings();
            let all = || format!("{GOOD}something takes over{GOOD:#} for {}", count(rows, "thing"));
            tell(&format!("{}\n", tally(found.iter()).unwrap_or_else(all)));
        }
        Ok(if compiled.has_errors() { Exit::Findings } else { Exit::Clean })
    }
}

/// A row for each thing that is away.
fn table(outages: &[Outage]) -> Table {
    let mut table = Table::new(["product", "environment", "away", "takes over", "because"]);
    for outage in outages {
        for away in &outage.away {
            let instead = away.instead.clone().unwrap_or_default();
            table.row([&outage.product, &outage.environment, &away.what, &instead, &away.because].map(Cell::from));
        }
    }
    table
}
