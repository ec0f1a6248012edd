//! One product: its plans, what is wrong across them, and the files that are its own.

use super::targets::Targets;
use super::{Files, Options, ProductGraph};
use crate::analysis::{self, IfBuilt, Outage};
use crate::artifact::{Error, Tree};
use crate::base::{Text, Workspace, similar, text};
use crate::check::Types;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::eval::{Run, Work};
use crate::hir::{Name, Product, Program};
use crate::plan::lock::{self, Held};
use crate::plan::{self, Beside, Exports, Image, Imports, Lock, Plan};
use crate::shape::Shapes;
use crate::target;
use crate::target::common::delivery::of_plans;
use crate::view::Facts;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What one product gives.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    /// Its files.
    pub tree: Tree,
    /// Its lock file: path and text.
    pub lock: Option<(Text, String)>,
    /// What is wrong with it.
    pub diagnostics: Diagnostics,
    /// What depends on what, for each environment, where the files are kept.
    pub graphs: Vec<ProductGraph>,
    /// What its plans say, where somebody asks.
    pub facts: Vec<Facts>,
    /// What takes over without what the options name.
    pub outages: Vec<Outage>,
    /// What it needs of the files that all products share.
    pub uses: Uses,
    /// What is wrong with it if a build has left some files.
    pub if_built: Vec<IfBuilt>,
    /// What it exports, where it can be planned.
    pub exports: Option<Arc<Exports>>,
}

/// What every product is compiled with.
#[derive(Clone, Copy, Debug)]
pub(super) struct With<'a> {
    /// The sources and locks.
    pub workspace: &'a Workspace,
    /// What all products share.
    pub program: &'a Program,
    /// The same as modules and roles.
    pub shapes: &'a Shapes,
    /// What is asked for.
    pub options: &'a Options,
    /// What everything may take.
    pub run: &'a Arc<Run>,
    /// Whether so few products are compiled that there are threads for each environment of one.
    pub has_threads: bool,
}

/// What products use of what they share.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Uses {
    /// Modules, by contract and provider.
    pub modules: BTreeSet<(Text, Text)>,
    /// Services.
    pub roles: BTreeSet<Text>,
    /// Images by name and provider; the first product that builds one says in which region.
    pub images: BTreeMap<(Text, Text), Image>,
}

impl Uses {
    /// What is used, as words that are the same only where it is the same.
    pub(super) fn names(&self) -> Vec<Text> {
        let modules = self.modules.iter().map(|(module, provider)| text!("module {module} {provider}"));
        let roles = self.roles.iter().map(|role| text!("role {role}"));
        let images = self.images.iter().map(|((name, provider), image)| text!("image {name} {provider} {}", image.revision));
        modules.chain(roles).chain(images).collect()
    }

    /// Adds what another product uses.
    pub(super) fn extend(&mut self, other: Uses) {
        self.modules.extend(other.modules);
        self.roles.extend(other.roles);
        for (key, image) in other.images {
            self.images.entry(key).or_insert(image);
        }
    }
}

/// What a product exports, for who needs no more of it, with what is wrong with its plans. `imports` is what those export that it refers to.
pub(super) fn exports(with: With<'_>, types: &Types, product: &Arc<Product>, imports: &Imports) -> (Option<Arc<Exports>>, Diagnostics) {
    similar::renew();
    let mut work = Work::within(with.run);
    let mut found = Diagnostics::default();
    let lock = lock_of(with.workspace, product, &lock_path(product), with.options, &mut found);
    let plans = plans(with, types, product, Beside { lock: &lock, imports }, (&mut work, &mut found));
    (exported(with.program, &plans).filter(|_| !found.has_errors()), found)
}

fn exported(program: &Program, plans: &[Plan]) -> Option<Arc<Exports>> {
    (!plans.is_empty()).then(|| Arc::new(Exports::of(plans, program)))
}

/// A plan for each environment that could be evaluated.
fn plans(
    with: With<'_>,
    types: &Types,
    product: &Arc<Product>,
    beside: Beside<'_>,
    (work, found): (&mut Work, &mut Diagnostics),
) -> Vec<Plan> {
    let one = |environment: &Name, work: &mut Work| {
        // What is suggested in one environment depends on no other.
        similar::renew();
        plan::plan(with.program, types, with.shapes, product, &environment.text, beside, work)
    };
    let environments = &product.environments;
    let mut planned: Vec<(Option<Plan>, Diagnostics)> = Vec::new();
    let mut is_whole = false;
    if with.has_threads && environments.len() > 1 {
        let beside = |environment: &Name| {
            let mut work = Work::beside();
            (one(environment, &mut work), work)
        };
        let (all, parts): (Vec<_>, Vec<Work>) = environments.par_iter().map(beside).unzip();
        is_whole = work.join(&parts);
        planned = all;
    }
    if !is_whole {
        planned = environments.iter().map(|environment| one(environment, work)).collect();
    }
    similar::renew();
    let mut plans: Vec<Plan> = Vec::new();
    for (plan, diagnostics) in planned {
        found.extend(diagnostics);
        plans.extend(plan);
    }
    plan::rank(&mut plans, beside.imports);
    plans
}

/// The plans of a product in which nothing is wrong: what its files are made of.
#[derive(Debug)]
pub(super) struct Planned {
    product: Arc<Product>,
    plans: Vec<Plan>,
    /// It is kept until the files are made: so long the product holds what it has evaluated.
    work: Work,
}

impl Planned {
    /// Whether it holds so much that others wait for it.
    pub(super) fn is_heavy(&self) -> bool {
        self.work.is_heavy()
    }

    /// Makes the files, with what keeps one of them from being written.
    pub(super) fn write(&self, shapes: &Shapes, options: &Options) -> (Tree, Option<Diagnostic>) {
        let (targets, mut tree) = (Targets(options.targets.clone()), Tree::new());
        let written = emit(&self.plans, shapes, &targets, &mut tree);
        let wrong = written.err().map(|why| {
            Diagnostic::error(Code::NotExpressible, self.product.name.span, why)
                .help("this is a value that the format of the file cannot hold: change it, or report it as a mistake of infrac")
        });
        (tree, wrong)
    }
}

/// Compiles one product in the environments that the options name; in all of them where none is named. `imports` is what those export
/// that it refers to.
pub(super) fn compile(with: With<'_>, types: &Types, product: &Arc<Product>, imports: &Imports) -> Compiled {
    let (mut compiled, planned) = judge(with, types, product, imports);
    if let Some(planned) = planned {
        let (tree, wrong) = planned.write(with.shapes, with.options);
        compiled.tree = tree;
        compiled.diagnostics.0.extend(wrong);
    }
    compiled
}

/// The same without its files, and what these are made of.
pub(super) fn judge(with: With<'_>, types: &Types, product: &Arc<Product>, imports: &Imports) -> (Compiled, Option<Planned>) {
    let With { workspace, program, shapes, options, run, .. } = with;
    similar::renew();
    let mut work = Work::within(run);
    let mut compiled = Compiled::default();
    let path = lock_path(product);
    let lock = lock_of(workspace, product, &path, options, &mut compiled.diagnostics);
    // Without what it remembers, everything would be given anew, and nobody would see what that changes.
    if compiled.diagnostics.has_errors() {
        return (compiled, None);
    }
    let plans = plans(with, types, product, Beside { lock: &lock, imports }, (&mut work, &mut compiled.diagnostics));
    compiled.diagnostics.extend(analysis::analyse(program, product, &plans, shapes));
    if compiled.diagnostics.has_errors() || plans.is_empty() {
        return (compiled, None);
    }
    compiled.diagnostics.extend(analysis::renumbered(product, &plans, &lock, &options.renumber));
    if compiled.diagnostics.has_errors() {
        return (compiled, None);
    }
    compiled.exports = exported(program, &plans);
    compiled.if_built = plans.iter().flat_map(|plan| analysis::forgotten(plan, &lock, &options.renumber)).collect();
    let chosen = |plan: &&Plan| options.environments.is_empty() || options.environments.contains(&plan.environment);
    compiled.lock = Some((path, print_lock(plans.iter().filter(chosen), &lock, &options.environments)));
    if options.files == Files::Kept {
        compiled.graphs = plans.iter().filter(chosen).map(graph).collect();
    }
    if options.facts {
        let facts = Facts::of_product(&plans).into_iter();
        compiled.facts = facts.filter(|of| options.environments.is_empty() || options.environments.contains(&of.environment)).collect();
    }
    if !options.without.is_empty() {
        let (outages, found) = analysis::outages(program, plans.iter().filter(chosen), &options.without);
        compiled.outages = outages;
        compiled.diagnostics.extend(found);
    }
    compiled.uses = uses(&plans);
    (compiled, Some(Planned { product: product.clone(), plans, work }))
}

/// Where the lock of a product is, in the project.
pub(super) fn lock_path(product: &Product) -> Text {
    lock::path(&product.folder)
}

/// What the lock of a product holds, with what is wrong with it.
pub(super) fn lock_of(workspace: &Workspace, product: &Product, path: &str, options: &Options, diagnostics: &mut Diagnostics) -> Lock {
    let name = &product.name.text;
    let Some((file, source)) = workspace.find(path) else {
        if options.built.contains(name) {
            let message = format!("`{name}` was built, and `{path}` is not there");
            diagnostics.push(match options.renumber.product(name) {
                true => Diagnostic::warning(Code::LockMissing, product.name.span, format!("{message}: everything gets its place anew")),
                false => Diagnostic::error(Code::LockMissing, product.name.span, message).help(format!(
                    "take it back from version control; without it everything gets another place, which \
                     `infrac build --renumber {name}` allows"
                )),
            });
        }
        return Lock::default();
    };
    let (lock, found) = lock::read(file, &source.text);
    if found.has_errors() {
        diagnostics.extend(found);
        return Lock::default();
    }
    let (lock, found) = lock.settle(name, &options.renumber);
    diagnostics.extend(found);
    lock
}

/// The lock of what the plans hold. Of environments that are not asked for, where some are, it holds what it held before.
fn print_lock<'p>(plans: impl Iterator<Item = &'p Plan>, before: &Lock, asked: &[Text]) -> String {
    let mut lines = lock::Lines::default();
    if !asked.is_empty() {
        lines.keep(before, |environment| !asked.iter().any(|asked| asked == environment));
    }
    for plan in plans {
        let taken_from = plan.allocations.values().filter(|made| matches!(made.value, Held::Range(_))).filter_map(|made| made.from);
        let taken_from: BTreeSet<_> = taken_from.collect();
        lines.pools.insert(plan.environment.clone(), taken_from.into_iter().collect());
        lines.values.extend(plan.allocations.iter().map(|(key, made)| (key.clone(), made.value)));
        lines.facts.extend(plan.remembered().into_iter().map(|of| (of.key, of.says)));
    }
    lock::print(&lines.values, &lines.pools, &lines.facts)
}

fn emit(plans: &[Plan], shapes: &Shapes, targets: &Targets, tree: &mut Tree) -> Result<(), String> {
    if targets.wants("terragrunt") {
        target::terragrunt::emit(plans, shapes, tree).map_err(|error| error.0)?;
    }
    if targets.wants("ansible") {
        target::ansible::emit_product(plans, shapes, tree).map_err(|error| error.to_string())?;
    }
    if targets.wants("packer") {
        target::packer::emit_product(plans, tree).map_err(|error| error.to_string())?;
    }
    pipelines(plans, shapes, targets, tree).map_err(|error| error.to_string())?;
    let product = plans.first().map(|plan| plan.product.name.text.as_str());
    product.map_or(Ok(()), |product| target::git::emit_product(product, tree)).map_err(|error| error.to_string())
}

/// What pipelines know of a product. It is read by both systems of CI and by the tests.
fn pipelines(plans: &[Plan], shapes: &Shapes, targets: &Targets, tree: &mut Tree) -> Result<(), Error> {
    let Some(pipeline) = &shapes.pipeline else { return Ok(()) };
    if !["github", "gitlab", "terratest"].into_iter().any(|target| targets.wants(target)) {
        return Ok(());
    }
    let product = of_plans(plans);
    target::pipeline::emit_product(&product, pipeline, tree)?;
    if targets.wants("gitlab") {
        target::gitlab::emit_product(pipeline, &product, tree)?;
    }
    Ok(())
}

fn uses(plans: &[Plan]) -> Uses {
    let mut uses = Uses::default();
    for plan in plans {
        uses.modules.extend(plan.units.iter().map(|unit| (unit.module.clone(), unit.provider.clone())));
        uses.roles.extend(plan.services.iter().map(|service| service.service.clone()));
        for image in plan.used_images() {
            uses.roles.extend(image.install.iter().cloned());
            uses.images.entry((image.name.clone(), image.provider.clone())).or_insert_with(|| image.clone());
        }
    }
    uses
}

fn graph(plan: &Plan) -> ProductGraph {
    let units = plan.units.iter().map(|unit| {
        let mut needs: Vec<String> = unit.needs().map(|dependency| dependency.path.to_string()).collect();
        needs.sort();
        (unit.path.to_string(), needs)
    });
    let mut stacks: Vec<(Text, Vec<Text>)> =
        plan.stacks.iter().map(|stack| (stack.name.clone(), stack.needs.iter().cloned().collect())).collect();
    stacks.sort();
    let machines = plan.hosts.iter().map(|host| (host.name.clone(), host.services.iter().cloned().collect()));
    ProductGraph {
        product: plan.product.name.text.clone(),
        environment: plan.environment.clone(),
        units: units.collect(),
        stacks,
        machines: machines.collect(),
    }
}
