//! `infrac check --provider`: where else the stacks of a project would stand.

use super::open;
use super::output::print as answer;
use super::selection::Selection;
use super::table::{Form, print};
use super::{Exit, candidates};
use crate::base::similar::nearest;
use crate::base::{Text, text};
use crate::driver::{Elsewhere, Stands, elsewhere, examples};
use crate::host::Failure;
use crate::render::sanitise;
use crate::view::{Cell, Table};
use clap_complete::ArgValueCandidates;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Arguments that ask where else something would stand.
#[derive(Debug, clap::Args)]
pub(super) struct Moves {
    /// Say which stacks would stand on this provider, or on each: `all`. The sources stay as they are
    #[arg(long, value_name = "NAME", add = ArgValueCandidates::new(candidates::providers), conflicts_with_all = ["fix", "watch", "files", "stdin_filename", "output"])]
    provider: Option<String>,

    /// Only this stack, where --provider asks; may be given several times
    #[arg(long, value_name = "STACK", requires = "provider", add = ArgValueCandidates::new(candidates::stacks))]
    stack: Vec<String>,

    /// The form of the answer to --provider
    #[arg(long, value_name = "FORMAT", default_value = "text", requires = "provider")]
    format: Form,
}

/// What to do where nothing says what an instance of a provider sets.
const AN_EXAMPLE: &str = "give its definition an `example { … }` with what an instance has to say";

/// The word for every provider.
const ALL: &str = "all";

impl Moves {
    /// Whether that is what is asked.
    pub(super) fn are_asked(&self) -> bool {
        self.provider.is_some()
    }

    /// A row for each stack. What would not stand on the one provider that is named is a mistake; of all providers it is what they are.
    pub(super) fn run(&self, root: &Path, selection: &Selection) -> Result<Exit, Failure> {
        let named = self.provider.as_deref().filter(|name| *name != ALL);
        let Some(compiled) = open::facts(root, selection)? else { return Ok(Exit::Findings) };
        let workspace = &compiled.project.workspace;
        let known = examples(workspace);
        let mut wanted: BTreeMap<Text, Text> = known.iter().filter_map(|(name, said)| Some((name.clone(), said.clone()?))).collect();
        let mut unsaid: Vec<&Text> = known.iter().filter(|(_, said)| said.is_none()).map(|(name, _)| name).collect();
        if let Some(named) = named {
            match known.get(named) {
                Some(Some(_)) => wanted.retain(|name, _| name == named),
                Some(None) => return Err(Failure::new(format!("nothing says what an instance of `{named}` sets")).help(AN_EXAMPLE)),
                None => return Err(unknown("provider", named, &known.into_keys().collect())),
            }
            unsaid.clear();
        }
        let facts = &compiled.outcome.facts;
        let stacks: BTreeSet<Text> = facts.iter().flat_map(|facts| &facts.stacks).map(|stack| stack.name.clone()).collect();
        if let Some(name) = self.stack.iter().find(|name| !stacks.contains(name.as_str())) {
            return Err(unknown("stack", name, &stacks));
        }
        let options = selection.options(&compiled.project, Default::default());
        let asked: Vec<Text> = self.stack.iter().map(Text::new).collect();
        let found = elsewhere(workspace, &options, facts, &wanted, &asked);
        match self.format {
            Form::Text => {
                answer(&print(&matrix(&found, wanted.keys()), Form::Text));
                answer(&sanitise(&reasons(&found)));
                for name in unsaid {
                    answer(&sanitise(&format!("\n{name} has no column: nothing says what an instance of it sets\n  help: {AN_EXAMPLE}\n")));
                }
            }
            form => answer(&print(&rows(&found), form)),
        }
        let fails = named.is_some() && found.iter().any(|one| matches!(one.stands, Stands::Not(_)));
        Ok(if fails { Exit::Findings } else { Exit::Clean })
    }
}

/// There is nothing that is called so.
pub(super) fn unknown(what: &str, name: &str, known: &BTreeSet<Text>) -> Failure {
    let failure = Failure::new(format!("there is no {what} `{name}`"));
    match nearest(name, known.iter().map(Text::as_str)) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(format!("there are {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))),
    }
}

/// The name of a stack, with its product where there are several.
fn name(one: &Elsewhere, all: &[Elsewhere]) -> Text {
    if all.iter().all(|other| other.product == one.product) { one.stack.clone() } else { text!("{}.{}", one.product, one.stack) }
}

/// A row for each stack, a column for each provider.
fn matrix<'w>(found: &[Elsewhere], wanted: impl Iterator<Item = &'w Text>) -> Table {
    let mut table = Table::new(std::iter::once(Text::new("stack")).chain(wanted.cloned()));
    for row in found.chunk_by(|a, b| (&a.product, &a.stack) == (&b.product, &b.stack)) {
        let cells = row.iter().map(|one| Cell::from(word(&one.stands)));
        table.row(std::iter::once(Cell::from(name(&row[0], found))).chain(cells).collect::<Vec<_>>());
    }
    table
}

fn word(stands: &Stands) -> &'static str {
    match stands {
        Stands::Here => "here",
        Stands::Alone => "yes",
        Stands::Together(_) => "with others",
        Stands::Not(_) => "no",
    }
}

/// What a cell cannot hold.
fn reasons(found: &[Elsewhere]) -> String {
    let mut text = String::new();
    for one in found {
        let at = format!("{} on {}", name(one, found), one.provider);
        match &one.stands {
            Stands::Here | Stands::Alone => {}
            Stands::Together(others) => text.push_str(&format!("\n{at}: together with {}\n", others.join(", "))),
            Stands::Not(reasons) => {
                for (message, help) in reasons {
                    text.push_str(&format!("\n{at}: {message}\n"));
                    help.iter().for_each(|help| text.push_str(&format!("  help: {}\n", help.replace('\n', "\n  "))));
                }
            }
        }
    }
    text
}

/// The same for programs: a row for each stack and provider.
fn rows(found: &[Elsewhere]) -> Table {
    let mut table = Table::new(["product", "stack", "provider", "stands", "with", "because", "instead"]);
    for one in found {
        let (with, because, instead) = match &one.stands {
            Stands::Here | Stands::Alone => (Vec::new(), Vec::new(), Vec::new()),
            Stands::Together(others) => (others.clone(), Vec::new(), Vec::new()),
            Stands::Not(reasons) => {
                let help = reasons.iter().filter_map(|(_, help)| help.clone()).collect();
                (Vec::new(), reasons.iter().map(|(message, _)| message.clone()).collect(), help)
            }
        };
        let cells = [&one.product, &one.stack, &one.provider].map(Cell::from);
        let rest = [word(&one.stands).into(), with.into(), because.into(), instead.into()];
        table.row(cells.into_iter().chain(rest).collect::<Vec<_>>());
    }
    table
}
