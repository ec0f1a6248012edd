//! `infrac check`.

use super::output::{self, Format, GOOD, count, tally, tell};
use super::selection::Selection;
use super::{Exit, Global, fix, open};
use crate::host::Failure;

/// Check the sources without writing anything
///
/// Everything that a build would find is found; nothing is read of or written into the output folder.
#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// Apply the repairs that are certain, then check again
    #[arg(long)]
    fix: bool,

    /// The form of the findings
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    #[command(flatten)]
    selection: Selection,
}

impl Check {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        let root = open::root(global)?;
        let mut compiled = open::compile(&root, &self.selection, self.format)?;
        if self.fix {
            let fixed = fix::apply(&root, &compiled)?;
            if fixed > 0 {
                tell(&format!("{GOOD}fixed{GOOD:#} {}\n", count(fixed, "problem")));
                compiled = open::compile(&root, &self.selection, self.format)?;
            }
        }
        output::findings(self.format, &compiled.reports);
        if self.format.is_for_people() {
            let products = count(compiled.outcome.products.len(), "product");
            match tally(&compiled.reports) {
                Some(tally) => tell(&format!("{tally}\n")),
                None => tell(&format!("{GOOD}no problems{GOOD:#} in {products}\n")),
            }
        }
        Ok(if compiled.has_errors() { Exit::Findings } else { Exit::Clean })
    }
}
