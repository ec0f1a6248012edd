//! `infrac reach`.

use super::output::{BAD, GOOD, count, print as answer, tell};
use super::selection::Selection;
use super::table::{Form, print};
use super::{Exit, Global, open};
use crate::host::{Failure, revision};
use crate::view::{self, Opening};

/// Say who reaches what, through which firewalls
///
/// A row for each machine, port and source that a firewall lets in: the internet, the edge, peers of the VPN, machines of other stacks.
/// Beside it what the provider's firewall and the machine's own do, and whether a connection comes to be: both let it in, and there is a
/// way. With `--diff`, what the sources of a revision of git did not let in; they are compiled by this infrac with its library.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac reach --env prod\n  \
    infrac reach --from internet                   what faces the internet\n  \
    infrac reach --all                             also what is stopped, and by which firewall\n  \
    infrac reach --diff origin/main --exit-code    fail when a change opens something\n  \
    infrac reach --diff HEAD --format markdown     for the description of a change")]
pub(super) struct Reach {
    /// The form of the matrix
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,

    /// Show also what one firewall lets in and something else stops
    #[arg(long, conflicts_with = "diff")]
    all: bool,

    /// Only sources whose name has this in it: `internet`, `edge`, `peers`, `stack mgmt`
    #[arg(long, value_name = "SOURCE")]
    from: Option<String>,

    /// Only machines whose name has this in it
    #[arg(long, value_name = "HOST")]
    to: Option<String>,

    /// Show what is open now and was not in this revision of git, and the other way around
    #[arg(long, value_name = "REVISION")]
    diff: Option<String>,

    /// Exit with 1 when something is open that was not
    #[arg(long, requires = "diff")]
    exit_code: bool,

    #[command(flatten)]
    selection: Selection,
}

impl Reach {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        let root = open::root(global)?;
        let Some(compiled) = open::facts(&root, &self.selection)? else { return Ok(Exit::Findings) };
        let now = self.openings(&compiled.outcome.facts);
        let Some(name) = &self.diff else {
            let shown: Vec<Opening> = now.into_iter().filter(|of| self.all || of.reaches()).collect();
            answer(&print(&view::reach_table(&shown), self.format));
            return Ok(Exit::Clean);
        };
        let folder = revision(&root, name)?;
        let Some(before) = open::facts_then(folder.path(), &self.selection, name)? else { return Ok(Exit::Findings) };
        let difference = view::difference(&self.openings(&before), &now);
        let (new, closed) = (difference.new.len(), difference.closed.len());
        let mut table = view::reach_table(&difference.new);
        let mut rows = view::reach_table(&difference.closed).rows;
        table.columns.insert(0, "change".into());
        table.rows.iter_mut().for_each(|row| row.insert(0, "opened".into()));
        rows.iter_mut().for_each(|row| row.insert(0, "closed".into()));
        table.rows.extend(rows);
        answer(&print(&table, self.format));
        tell(&match (new, closed) {
            (0, 0) => format!("{GOOD}nothing{GOOD:#} was opened or closed since {name}\n"),
            (0, _) => format!("{GOOD}nothing{GOOD:#} was opened, {} closed since {name}\n", count(closed, "row")),
            _ => format!("{BAD}{}{BAD:#} opened, {closed} closed since {name}\n", count(new, "row")),
        });
        Ok(if self.exit_code && new > 0 { Exit::Findings } else { Exit::Clean })
    }

    /// The openings that are asked for.
    fn openings(&self, facts: &[view::Facts]) -> Vec<Opening> {
        let has = |wanted: &Option<String>, name: &str| wanted.as_ref().is_none_or(|wanted| name.contains(wanted.as_str()));
        let all = facts.iter().flat_map(view::openings);
        all.filter(|of| has(&self.from, &of.source.name()) && has(&self.to, &of.host)).collect()
    }
}
