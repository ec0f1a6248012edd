//! `infrac list`.

use super::open::Compiled;
use super::output::print as answer;
use super::selection::Selection;
use super::table::{Form, print};
use super::{Exit, Global, cache, open};
use crate::diag::Severity;
use crate::driver::{Files, Memory};
use crate::host::ownership::Scope;
use crate::host::{Disk, Failure, Kind, Permission, State, compare};
use crate::host::{load, load::settings};
use crate::view::{self, Fleet, Subject, Trouble, of_path};
use clap::ValueEnum;
use std::path::Path;

/// List what there is
///
/// A row for each thing. `fleet` says of every environment what is not as it should be: generated files that are stale or edited by hand,
/// states that no pipeline reaches yet, findings that are waived, errors; and what causes it, once for all environments.
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:\n  \
    infrac list hosts --env prod\n  \
    infrac list fleet\n  \
    infrac list names --format csv > names.csv\n  \
    infrac list secrets --product acme --format json\n\n\
    JSON of a list is an array of objects with the columns as keys; that of `fleet` is an object with `environments` and `causes`.\n\
    CSV of `fleet` has the environments alone: `infrac list causes --format csv` has the causes.\n\
    `fleet` and `causes` exit with 1 where a product does not compile."
)]
pub(super) struct List {
    /// What to list
    #[arg(value_name = "WHAT")]
    what: What,

    /// The form of the list
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,

    #[command(flatten)]
    selection: Selection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Products
    Products,
    /// Environments of products
    Environments,
    /// Stacks
    Stacks,
    /// Machines
    Hosts,
    /// Units of OpenTofu
    Units,
    /// Where secrets are, and who reads them
    Secrets,
    /// What services listen on
    Ports,
    /// Names in DNS
    Names,
    /// What is not as it should be, and why
    Fleet,
    /// What causes it, once for all environments
    Causes,
}

impl List {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        let root = open::root(global)?;
        let subject = match self.what {
            What::Products => Subject::Products,
            What::Environments => Subject::Environments,
            What::Stacks => Subject::Stacks,
            What::Hosts => Subject::Hosts,
            What::Units => Subject::Units,
            What::Secrets => Subject::Secrets,
            What::Ports => Subject::Ports,
            What::Names => Subject::Names,
            What::Fleet | What::Causes => return self.fleet(global, &root),
        };
        let Some(compiled) = open::facts(&root, &self.selection)? else { return Ok(Exit::Findings) };
        answer(&print(&view::list(&compiled.outcome.facts, subject), self.format));
        Ok(Exit::Clean)
    }

    fn fleet(&self, global: &Global, root: &Path) -> Result<Exit, Failure> {
        let Some(settings) = settings(root)? else {
            open::facts(root, &self.selection)?;
            return Ok(Exit::Findings);
        };
        let compiled = open::compile_for(load(root)?, &self.selection, Memory::default(), Files::ReadBack, true)?;
        let mut fleet = Fleet::new(&compiled.outcome.facts);
        findings(&compiled, &mut fleet);
        let mut disk = cache::disk(global, root, &settings.output, false);
        self.files(root, &mut disk, &compiled, &mut fleet)?;
        let (places, causes) = (fleet.places(), fleet.causes());
        answer(&match self.format {
            form if self.what == What::Causes => print(&causes, form),
            Form::Json => format!("{:#}\n", serde_json::json!({ "environments": places.json(), "causes": causes.json() })),
            form if causes.rows.is_empty() => print(&places, form),
            // One file of values between commas is one table.
            Form::Csv => print(&places, Form::Csv),
            form => format!("{}\n{}", print(&places, form), print(&causes, form)),
        });
        Ok(if compiled.has_errors() { Exit::Findings } else { Exit::Clean })
    }

    /// What of the generated files is not what the sources give. Of a product with errors nobody can tell.
    fn files(&self, root: &Path, disk: &mut Disk, compiled: &Compiled, fleet: &mut Fleet) -> Result<(), Failure> {
        let outcome = &compiled.outcome;
        let scope = if compiled.has_errors() { Scope::nothing() } else { self.selection.scope(outcome) };
        let (sources, permission) = (&compiled.project.workspace, Permission::default());
        let comparison = compare(disk, &mut Disk::new(root, "."), sources, &outcome.tree, &outcome.locks, &scope, &permission)?;
        for finding in comparison.findings.iter().filter(|finding| finding.kind != Kind::Manifest) {
            let place = of_path(&outcome.facts, &finding.path);
            let (trouble, what) = match &finding.state {
                State::Changed => (Trouble::Stale, "other contents than the sources give".into()),
                State::Missing => (Trouble::Stale, "missing".into()),
                State::Orphaned => (Trouble::Stale, "no longer produced".into()),
                // A person changed it, and that is a cause of its own.
                State::HandEdited(_) => (Trouble::HandEdited, finding.path.clone()),
            };
            fleet.add(trouble, what, place);
        }
        for (path, _) in &comparison.unreadable {
            fleet.add(Trouble::HandEdited, path.clone(), of_path(&outcome.facts, path));
        }
        Ok(())
    }
}

/// What the compiler found, by the file that it is in.
fn findings(compiled: &Compiled, fleet: &mut Fleet) {
    for diagnostic in &compiled.diagnostics {
        let path = &compiled.project.workspace.file(diagnostic.primary.span.file).path;
        let trouble = match diagnostic.severity {
            Severity::Error => Trouble::Error,
            Severity::Warning => Trouble::Warning,
        };
        let what = format!("{} {}", diagnostic.code.id(), diagnostic.code.name()).into();
        let mut place = of_path(&compiled.outcome.facts, path);
        // A product with errors has no plans; its folder mostly has its name.
        let below = path.strip_prefix(compiled.project.settings.inventory.as_str()).and_then(|rest| rest.strip_prefix('/'));
        if let (true, Some((folder, _))) = (place.product.is_empty(), below.and_then(|rest| rest.split_once('/'))) {
            place.product = folder.into();
        }
        fleet.add(trouble, what, place);
    }
}
