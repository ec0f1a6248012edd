//! What of a project a command works on.

use super::{candidates, misspelt};
use crate::base::Text;
use crate::base::similar::nearest;
use crate::driver::{Memory, Options, Outcome, Renumber};
use crate::host::ownership::Scope;
use crate::host::settings::TARGETS;
use crate::host::{Failure, Project};
use clap_complete::ArgValueCandidates;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;

/// Arguments that select.
#[derive(Debug, clap::Args)]
pub(super) struct Selection {
    /// Only this product; may be given several times
    #[arg(long, value_name = "PRODUCT", add = ArgValueCandidates::new(candidates::products))]
    product: Vec<String>,

    /// Only this environment; may be given several times
    ///
    /// A build writes the files of the environment and what all environments share, and leaves the files of others and their lines of
    /// `infra.lock` as they are. A mistake counts wherever it is: nothing is written or answered while there is one.
    #[arg(long, value_name = "ENVIRONMENT", add = ArgValueCandidates::new(candidates::environments))]
    env: Vec<String>,

    /// Let this get other places than `infra.lock` holds: PRODUCT, PRODUCT/ENVIRONMENT or PRODUCT/ENVIRONMENT/STACK; may be given
    /// several times
    #[arg(long, value_name = "NAME", add = ArgValueCandidates::new(candidates::places))]
    renumber: Vec<String>,

    /// How many threads work [default: one for each core]
    #[arg(long, short, value_name = "N", value_parser = misspelt::threads)]
    jobs: Option<NonZeroUsize>,
}

impl Selection {
    /// Limits the threads of this process, once.
    pub(super) fn limit_threads(&self) {
        if let Some(jobs) = self.jobs {
            // It fails only where the pool is in use already, and then it has a number of threads.
            rayon::ThreadPoolBuilder::new().num_threads(jobs.get()).build_global().ok();
        }
    }

    /// How many threads work; one for each core if absent.
    pub(super) fn jobs(&self) -> Option<usize> {
        self.jobs.map(NonZeroUsize::get)
    }

    /// The options for the compiler, to which earlier builds left `memory`.
    pub(super) fn options(&self, project: &Project, memory: Memory) -> Options {
        let targets = &project.settings.targets;
        Options {
            products: texts(&self.product),
            environments: texts(&self.env),
            targets: if targets.len() == TARGETS.len() { Vec::new() } else { targets.clone() },
            jobs: self.jobs(),
            renumber: Renumber::new(texts(&self.renumber)),
            memory,
            ..Options::default()
        }
    }

    /// The products that are named; none of them means all.
    pub(super) fn products(&self) -> &[String] {
        &self.product
    }

    /// The environments that are named; none of them means all.
    pub(super) fn environments(&self) -> &[String] {
        &self.env
    }

    /// Whether a product is named as a whole in `--renumber`.
    pub(super) fn is_named(&self, product: &str) -> bool {
        self.renumber.iter().any(|name| name == product)
    }

    /// Refuses a name of `--renumber` that nothing has.
    pub(super) fn check_renumber(&self, outcome: &Outcome) -> Result<(), Failure> {
        let Some((unknown, nearest)) = &outcome.unknown else { return Ok(()) };
        Err(Failure::new(format!("`--renumber {unknown}` names nothing that there is")).help(match nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "it takes PRODUCT, PRODUCT/ENVIRONMENT or PRODUCT/ENVIRONMENT/STACK".to_owned(),
        }))
    }

    /// Refuses a product that the project does not have, and an environment that none of the chosen products has.
    pub(super) fn check(&self, project: &Project, outcome: &Outcome) -> Result<(), Failure> {
        if let Some(unknown) = self.product.iter().find(|name| !outcome.products.iter().any(|product| product == name)) {
            let folders = folders_of_inventory(project);
            return Err(did_you_mean(Failure::new(format!("there is no product `{unknown}`")), unknown, &folders));
        }
        if let Some(unknown) = self.env.iter().find(|name| !outcome.environments.contains(name.as_str())) {
            let has = if self.product.is_empty() { "no product has" } else { "none of these products has" };
            let known: BTreeSet<&str> = outcome.environments.iter().map(Text::as_str).collect();
            let failure = Failure::new(format!("{has} an environment `{unknown}`"));
            let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            let failure = if names.is_empty() { failure } else { failure.help(format!("there are {}", names.join(", "))) };
            return Err(did_you_mean(failure, unknown, &known));
        }
        Ok(())
    }

    /// Of which manifests the outcome has every file.
    pub(super) fn scope(&self, outcome: &Outcome) -> Scope {
        let asked = if !self.env.is_empty() {
            let others = outcome.environments.iter().filter(|name| !self.env.iter().any(|chosen| chosen == name.as_str()));
            Scope::environments(
                outcome.products.iter().cloned().collect(),
                texts(&self.env).into_iter().collect(),
                others.cloned().collect(),
            )
        } else if !self.product.is_empty() {
            Scope::products(outcome.products.iter().cloned().collect())
        } else {
            Scope::everything()
        };
        asked.without(outcome.fresh.clone())
    }
}

/// Says the name that was probably meant, where there is one.
fn did_you_mean(failure: Failure, unknown: &str, known: &BTreeSet<&str>) -> Failure {
    match nearest(unknown, known.iter().copied()) {
        Some(name) if name != unknown => failure.help(format!("did you mean `{name}`?")),
        _ => failure,
    }
}

fn texts(names: &[String]) -> Vec<Text> {
    names.iter().map(Text::new).collect()
}

/// The folders directly below the inventory, which mostly have the names of their products.
fn folders_of_inventory(project: &Project) -> BTreeSet<&str> {
    let inventory = project.settings.inventory.as_str();
    project
        .workspace
        .files()
        .filter_map(|(_, file)| file.path.strip_prefix(inventory)?.strip_prefix('/')?.split_once('/'))
        .map(|(folder, _)| folder)
        .collect()
}
