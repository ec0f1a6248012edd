//! `infrac reach`.

use super::output::{BAD, GOOD, count, print as answer, tell};
use super::selection::Selection;
use super::table::{Form, print};
use super::{Exit, Global, candidates, open};
use crate::base::Text;
use crate::base::similar::nearest;
use crate::host::{Failure, revision};
use crate::view::{self, Opening, Table};
use clap_complete::ArgValueCandidates;
use std::collections::BTreeSet;

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
    infrac reach --diff HEAD --format markdown     for the description of a change\n\n\
    JSON has what a table shortens: every range of `addresses` (none of them is known where the list is empty), `protocol` and\n\
    `ports` with the first and the last, and the rules of both firewalls.")]
pub(super) struct Reach {
    /// The form of the matrix
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,

    /// Show also what one firewall lets in and something else stops
    #[arg(long, conflicts_with = "diff")]
    all: bool,

    /// Only sources whose name has this in it: `internet`, `edge`, `peers`, `stack mgmt`
    #[arg(long, value_name = "SOURCE", add = ArgValueCandidates::new(candidates::sources))]
    from: Option<String>,

    /// Only machines whose name has this in it
    #[arg(long, value_name = "HOST", add = ArgValueCandidates::new(candidates::hosts))]
    to: Option<String>,

    /// Show what is open now and was not in this revision of git, and the other way around
    #[arg(long, value_name = "REVISION", add = ArgValueCandidates::new(candidates::revisions))]
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
        if self.diff.is_none() {
            self.check(&[&compiled.outcome.facts])?;
        }
        let now = self.openings(&compiled.outcome.facts);
        let Some(name) = &self.diff else {
            let shown: Vec<Opening> = now.into_iter().filter(|of| self.all || of.reaches()).collect();
            answer(&match self.format {
                Form::Json => format!("{:#}\n", view::reach_json(&shown)),
                form => print(&view::reach_table(&shown), form),
            });
            return Ok(Exit::Clean);
        };
        let folder = revision(&root, name)?;
        let Some(before) = open::facts_then(folder.path(), &self.selection, name)? else { return Ok(Exit::Findings) };
        self.check(&[&compiled.outcome.facts, &before])?;
        let difference = view::difference(&self.openings(&before), &now);
        let (new, closed) = (difference.new.len(), difference.closed.len());
        answer(&match self.format {
            Form::Json => format!("{:#}\n", view::difference_json(&difference)),
            form => print(&changes(&difference), form),
        });
        tell(&match (new, closed) {
            (0, 0) => format!("{GOOD}nothing{GOOD:#} was opened or closed since {name}\n"),
            (0, _) => format!("{GOOD}nothing{GOOD:#} was opened, {} closed since {name}\n", count(closed, "row")),
            _ => format!("{BAD}{}{BAD:#} opened, {closed} closed since {name}\n", count(new, "row")),
        });
        Ok(if self.exit_code && new > 0 { Exit::Findings } else { Exit::Clean })
    }

    /// Refuses a name that nothing has: an answer without rows would say that nothing is open.
    fn check(&self, facts: &[&[view::Facts]]) -> Result<(), Failure> {
        let facts = || facts.iter().flat_map(|facts| facts.iter());
        if let Some(from) = &self.from {
            let mut known: BTreeSet<Text> = facts().flat_map(view::sources).collect();
            known.extend(view::Source::WORDS.map(Text::from));
            has("opens connections", from, &known)?;
        }
        if let Some(to) = &self.to {
            has("is a machine", to, &facts().flat_map(|of| &of.hosts).map(|host| host.name.clone()).collect())?;
        }
        Ok(())
    }

    /// The openings that are asked for.
    fn openings(&self, facts: &[view::Facts]) -> Vec<Opening> {
        let has = |wanted: &Option<String>, name: &str| wanted.as_ref().is_none_or(|wanted| name.contains(wanted.as_str()));
        let all = facts.iter().flat_map(view::openings);
        all.filter(|of| has(&self.from, &of.source.name()) && has(&self.to, &of.host)).collect()
    }
}

/// Fails where none of the names has this one in it.
fn has(what: &str, wanted: &str, known: &BTreeSet<Text>) -> Result<(), Failure> {
    if known.iter().any(|name| name.contains(wanted)) {
        return Ok(());
    }
    let failure = Failure::new(format!("nothing that has `{wanted}` in its name {what}"));
    // The last word alone may be what was meant: `web_eu` of `stack web_eu`.
    let words = known.iter().flat_map(|name| [name.as_str(), name.rsplit(' ').next().unwrap_or_default()]);
    Err(match nearest(wanted, words) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help("`infrac reach --all` shows the names"),
    })
}

/// What was opened and what was closed, as one table.
fn changes(difference: &view::Difference) -> Table {
    let mut table = view::reach_table(&difference.new);
    let mut rows = view::reach_table(&difference.closed).rows;
    table.columns.insert(0, "change".into());
    table.rows.iter_mut().for_each(|row| row.insert(0, "opened".into()));
    rows.iter_mut().for_each(|row| row.insert(0, "closed".into()));
    table.rows.extend(rows);
    table
}
