//! One product: its plans, what is wrong across them, and the files that are its own.

use super::ProductGraph;
use super::targets::Targets;
use crate::analysis;
use crate::artifact::{Error, Tree};
use crate::base::{Text, Workspace, text};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::hir::{Product, Program};
use crate::plan::{self, Image, Lock, Plan};
use crate::shape::Shapes;
use crate::target;
use crate::target::common::delivery::of_plans;
use crate::target::common::images;
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
    /// What depends on what, for each environment.
    pub graphs: Vec<ProductGraph>,
    /// What it needs of the files that all products share.
    pub uses: Uses,
}

/// What products use of what they share.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// Modules, by contract and provider.
    pub modules: BTreeSet<(Text, Text)>,
    /// Services.
    pub roles: BTreeSet<Text>,
    /// Images by name and provider; the first product that builds one says in which region.
    pub images: BTreeMap<(Text, Text), Image>,
}

impl Uses {
    /// Adds what another product uses.
    pub(super) fn extend(&mut self, other: Uses) {
        self.modules.extend(other.modules);
        self.roles.extend(other.roles);
        for (key, image) in other.images {
            self.images.entry(key).or_insert(image);
        }
    }
}

/// Compiles one product in the given environments; all of them where none is given.
pub(super) fn compile(
    workspace: &Workspace,
    program: &Program,
    shapes: &Shapes,
    product: &Arc<Product>,
    environments: &[Text],
    targets: &Targets,
) -> Compiled {
    let mut compiled = Compiled::default();
    let path = text!("{}/infra.lock", product.folder);
    let Some(lock) = lock(workspace, &path, &mut compiled.diagnostics) else { return compiled };
    let mut plans: Vec<Plan> = Vec::new();
    for environment in &product.environments {
        let (plan, found) = plan::plan(program, shapes, product, &environment.text, &lock);
        compiled.diagnostics.extend(found);
        plans.extend(plan);
    }
    compiled.diagnostics.extend(analysis::analyse(program, product, &plans));
    if compiled.diagnostics.has_errors() || plans.is_empty() {
        return compiled;
    }
    let allocations = plans.iter().flat_map(|plan| plan.allocations.clone()).collect();
    compiled.lock = Some((path, Lock::new(allocations).print()));
    let chosen = |plan: &&Plan| environments.is_empty() || environments.contains(&plan.environment);
    compiled.graphs = plans.iter().filter(chosen).map(graph).collect();
    compiled.uses = uses(&plans);
    if let Err(why) = emit(&plans, shapes, targets, &mut compiled.tree) {
        compiled.diagnostics.push(
            Diagnostic::error(Code::NotExpressible, product.name.span, why)
                .help("this is a value that the format of the file cannot hold: change it, or report it as a mistake of infrac"),
        );
    }
    compiled
}

fn lock(workspace: &Workspace, path: &str, diagnostics: &mut Diagnostics) -> Option<Lock> {
    let Some((file, source)) = workspace.find(path) else { return Some(Lock::default()) };
    match Lock::parse(&source.text) {
        Ok(lock) => Some(lock),
        Err(line) => {
            let index = crate::base::LineIndex::new(&source.text);
            let start = index.start(line).unwrap_or(0);
            let end = index.start(line + 1).unwrap_or(source.text.len() as u32);
            diagnostics.push(
                Diagnostic::error(Code::InvalidProject, crate::base::Span::new(file, start, end), "the lock file cannot be read here")
                    .help("take it back from version control: without it everything would be allocated anew"),
            );
            None
        }
    }
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
        for image in images::used(plan) {
            uses.roles.extend(image.install.iter().cloned());
            uses.images.entry((image.name.clone(), image.provider.clone())).or_insert_with(|| image.clone());
        }
    }
    uses
}

fn graph(plan: &Plan) -> ProductGraph {
    let units = plan.units.iter().map(|unit| {
        let mut needs: Vec<String> = unit.dependencies.iter().map(|dependency| dependency.path.to_string()).collect();
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
