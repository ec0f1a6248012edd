//! The front door: a workspace goes in, a tree of files and every finding come out.

mod fingerprint;
mod memory;
mod product;
mod renumber;
mod repair;
mod shared;
mod targets;
mod threads;

use crate::analysis::{self, IfBuilt};
use crate::artifact::Tree;
use crate::base::{Text, Workspace};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::hir::Product;
pub use crate::plan::lock::Renumber;
use crate::{check, resolve, schema, shape, syntax};
use fingerprint::Fingerprints;
pub use memory::Memory;
use memory::Remembered;
use rayon::prelude::*;
pub use repair::{Repaired, repair};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use targets::Targets;

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
    /// What may be given other places than the lock holds.
    pub renumber: Renumber,
    /// The products that builds have left files of: each has a lock.
    pub built: BTreeSet<Text>,
    /// What earlier builds left: products that are as they were then are not compiled again.
    pub memory: Memory,
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
    /// What is wrong besides if an earlier build has left some files: the lock alone cannot tell.
    pub if_built: Vec<IfBuilt>,
    /// The first name of what may be renumbered that nothing has, with the one that may be meant.
    pub unknown: Option<(Text, Option<Text>)>,
    /// What depends on what, one graph for each product and environment.
    pub graphs: Vec<ProductGraph>,
    /// The products that were compiled, or did not have to be, sorted.
    pub products: Vec<Text>,
    /// Every environment that one of them has, whether or not it was asked for.
    pub environments: BTreeSet<Text>,
    /// Those of them that did not have to be: their files are what they were, and not in the tree.
    pub fresh: BTreeSet<Text>,
    /// What to leave to the next build once everything is written.
    pub memory: Memory,
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
    /// Machines, sorted, each with the services on it.
    pub machines: BTreeMap<Text, BTreeSet<Text>>,
}

/// Compiles the products that `options` name. Touches no disk, clock, environment or network.
pub fn compile(workspace: &Workspace, options: &Options) -> Outcome {
    threads::on(options.jobs, || compile_here(workspace, options))
}

fn compile_here(workspace: &Workspace, options: &Options) -> Outcome {
    let mut diagnostics = Diagnostics::default();
    let sources = parse(workspace, &mut diagnostics);
    let (program, found) = resolve::resolve(workspace, &sources);
    diagnostics.extend(found);
    let unknown = renumber::unknown(workspace, &program, &options.renumber);
    let fingerprints = Fingerprints::new(workspace, &program, &fingerprint::only_instances(&sources));
    drop(sources);
    let (schemas, found) = schema::read(workspace);
    diagnostics.extend(found);
    let (types, found) = check::check(&program, &schemas);
    diagnostics.extend(found);
    // A program with mistakes is not evaluated: what would follow from them is no news.
    if diagnostics.has_errors() {
        return Outcome { diagnostics: diagnostics.sorted(), unknown, ..Outcome::default() };
    }
    diagnostics.extend(analysis::analyse_all(&program));
    diagnostics.extend(analysis::left_behind(&program, renumber::locks(workspace)));
    let (shapes, found) = shape::shape(&program, &schemas, &types, workspace);
    diagnostics.extend(found);
    diagnostics.extend(analysis::analyse_roles(&program, &shapes));
    let targets = Targets(options.targets.clone());
    let wanted: Vec<_> =
        program.products.iter().filter(|product| options.products.is_empty() || options.products.contains(&product.name.text)).collect();
    // Of a product that is compiled in part there is nothing to remember.
    let is_whole = options.environments.is_empty();
    let fresh = if is_whole { options.memory.fresh(&wanted, &fingerprints) } else { BTreeMap::new() };
    let stale: Vec<_> = wanted.iter().filter(|product| !fresh.contains_key(&product.name.text)).collect();
    let compile = |product: &&&Arc<Product>| {
        let compiled = product::compile(workspace, &program, &types, &shapes, product, options, &targets);
        let remembered = Remembered::of(product, &compiled, &fingerprints);
        (compiled, remembered)
    };
    let compiled: Vec<_> = stale.par_iter().map(compile).collect();
    let mut outcome = Outcome {
        products: wanted.iter().map(|product| product.name.text.clone()).collect(),
        environments: wanted.iter().flat_map(|product| &product.environments).map(|environment| environment.text.clone()).collect(),
        fresh: fresh.keys().cloned().collect(),
        memory: options.memory.clone(),
        unknown,
        ..Outcome::default()
    };
    let mut uses = product::Uses::default();
    for remembered in fresh.into_values() {
        remembered.add_to(&mut uses);
    }
    for (product, (compiled, remembered)) in stale.iter().zip(compiled) {
        if is_whole {
            outcome.memory.learn(product, remembered);
        }
        diagnostics.extend(compiled.diagnostics);
        outcome.locks.extend(compiled.lock);
        outcome.if_built.extend(compiled.if_built);
        outcome.graphs.extend(compiled.graphs);
        uses.extend(compiled.uses);
        if let Err(why) = outcome.tree.merge(compiled.tree) {
            diagnostics.push(Diagnostic::error(Code::DuplicateName, product.name.span, why.to_string()));
        }
    }
    // Without a product there is nothing to share.
    if !wanted.is_empty() {
        let mut tree = Tree::new();
        diagnostics.extend(shared::emit(&program, &shapes, &uses, &targets, &mut tree));
        if let (Err(why), Some(product)) = (outcome.tree.merge(tree), wanted.first()) {
            diagnostics.push(Diagnostic::error(Code::DuplicateName, product.name.span, why.to_string()));
        }
    }
    outcome.products.sort();
    outcome.diagnostics = diagnostics.sorted();
    outcome
}

fn parse(workspace: &Workspace, diagnostics: &mut Diagnostics) -> Vec<resolve::Source> {
    let files: Vec<_> = workspace.files().filter(|(_, file)| file.path.ends_with(".infra")).collect();
    let parsed: Vec<_> = files.par_iter().map(|(file, source)| (*file, syntax::parse(*file, &source.text))).collect();
    let mut sources = Vec::with_capacity(parsed.len());
    for (file, (tree, found)) in parsed {
        diagnostics.extend(found);
        sources.push(resolve::Source { file, tree });
    }
    sources
}
