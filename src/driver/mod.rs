//! The front door: a workspace goes in, a tree of files and every finding come out.

use crate::artifact::Tree;
use crate::base::{Text, Workspace};
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::{self, Lock};
use crate::{resolve, shape, syntax};

/// What to compile; the default is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Only these products; all of them if empty.
    pub products: Vec<Text>,
    /// Only these environments; all of them if empty.
    pub environments: Vec<Text>,
    /// Only the files of these targets (`opentofu`, `ansible` …); all of them if empty.
    pub targets: Vec<Text>,
    /// How many threads work; one for each core if absent.
    pub jobs: Option<usize>,
}

/// What a compilation gives. With an error among the diagnostics, the tree is not to be written.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The generated files, by path relative to the output folder.
    pub tree: Tree,
    /// The lock files to keep beside the sources: path relative to the project, and the whole text.
    pub locks: Vec<(Text, String)>,
    /// Every finding, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// What depends on what, one graph for each product and environment.
    pub graphs: Vec<ProductGraph>,
    /// The products that were compiled, sorted.
    pub products: Vec<Text>,
}

/// The dependencies within one product in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductGraph {
    /// The product.
    pub product: Text,
    /// The environment.
    pub environment: Text,
    /// Units, sorted, each with the units that must be applied before it.
    pub units: Vec<(String, Vec<String>)>,
    /// Stacks, sorted, each with the stacks that it needs.
    pub stacks: Vec<(Text, Vec<Text>)>,
}

/// Compiles the products that `options` name. Touches no disk, clock, environment or network.
pub fn compile(workspace: &Workspace, options: &Options) -> Outcome {
    let mut diagnostics = Diagnostics::default();
    let sources = parse(workspace, &mut diagnostics);
    let (program, found) = resolve::resolve(workspace, &sources);
    diagnostics.extend(found);
    let (shapes, found) = shape::shape(&program, workspace);
    diagnostics.extend(found);
    let mut outcome = Outcome::default();
    for product in &program.products {
        let lock = Lock::default();
        let mut plans = Vec::new();
        for environment in &product.environments {
            let (plan, found) = plan::plan(&program, &shapes, product, &environment.text, &lock);
            diagnostics.extend(found);
            if let Some(plan) = plan {
                outcome.graphs.push(graph(&plan));
                plans.push(plan);
            }
        }
        if let Err(e) = crate::target::terragrunt::emit(&plans, &shapes, &mut outcome.tree) {
            eprintln!("{}", e.0);
        }
    }
    for module in shapes.modules.values() {
        if let Err(e) = crate::target::opentofu::emit(module, &mut outcome.tree) {
            eprintln!("{}/{}: {}", module.name, module.provider, e.0);
        }
    }
    let _ = options;
    outcome.diagnostics = diagnostics.sorted();
    outcome
}

fn parse(workspace: &Workspace, diagnostics: &mut Diagnostics) -> Vec<resolve::Source> {
    let files = workspace.files().filter(|(_, file)| file.path.ends_with(".infra"));
    files
        .map(|(file, source)| {
            let (tree, found) = syntax::parse(file, &source.text);
            diagnostics.extend(found);
            resolve::Source { file, tree }
        })
        .collect()
}

fn graph(plan: &plan::Plan) -> ProductGraph {
    let units = plan.units.iter().map(|unit| {
        let needs: Vec<String> = unit.dependencies.iter().map(|dependency| dependency.path.to_string()).collect();
        (unit.path.to_string(), needs)
    });
    let mut stacks: Vec<(Text, Vec<Text>)> =
        plan.stacks.iter().map(|stack| (stack.name.clone(), stack.needs.iter().cloned().collect())).collect();
    stacks.sort();
    ProductGraph { product: plan.product.name.text.clone(), environment: plan.environment.clone(), units: units.collect(), stacks }
}
