//! The front door: a workspace goes in, a tree of files and every finding come out.

mod alone;
mod between;
mod counter;
pub mod dump;
mod elsewhere;
mod fingerprint;
mod front;
mod in_use;
mod inspect;
mod layers;
mod ledger;
mod made;
mod memory;
mod misnamed;
mod product;
mod renumber;
mod repair;
mod session;
mod shared;
mod targets;
pub mod tests;
mod threads;
mod why;

use crate::analysis;
pub use crate::analysis::{Away, IfBuilt, Outage};
use crate::artifact::Tree;
use crate::base::{Span, Text, Workspace};
use crate::check::Types;
use crate::diag::{Code, Diagnostic};
use crate::hir::Product;
use crate::plan::Imports;
pub use crate::plan::lock::Renumber;
pub use crate::resolve::type_words;
use crate::shape::pipeline::Pipeline;
use crate::view::Facts;
pub use counter::Counter;
pub use elsewhere::{Elsewhere, Stands, elsewhere, examples};
use fingerprint::Fingerprints;
pub use made::Made;
pub use memory::Memory;
use memory::Remembered;
use product::{Compiled, With};
use rayon::prelude::*;
pub use repair::{Repaired, repair, repair_within};
pub use session::{Extent, Session};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use targets::Targets;
pub use threads::on as on_threads;
pub use why::{Answer, How, Question, Reason, Unanswered, why};

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
    /// What becomes of the files once they are made.
    pub files: Files,
    /// Counts the products that are compiled.
    pub counter: Counter,
    /// Whether the outcome says what the plans say of themselves ([`Outcome::facts`]).
    pub facts: bool,
    /// What is thought away: providers, stacks, services ([`Outcome::outages`]).
    pub without: Vec<Text>,
}

impl Options {
    /// Whether a product is to be compiled.
    fn wants(&self, product: &Product) -> bool {
        self.products.is_empty() || self.products.contains(&product.name.text)
    }
}

/// What becomes of the files of a product once they are made. All of them are made: what cannot be written is found in each case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Files {
    /// They are in the tree, with what they were printed from.
    #[default]
    Kept,
    /// They are in the tree, and what they were printed from is let go as soon as they have been read back: for who writes them.
    ReadBack,
    /// They are let go, for who asks for findings alone. The tree has none, and there is nothing to remember.
    LetGo,
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
    /// What depends on what, one graph for each product and environment, where the files are kept ([`Files::Kept`]).
    pub graphs: Vec<ProductGraph>,
    /// What the plans say, one for each product and environment, where [`Options::facts`] asks.
    pub facts: Vec<Facts>,
    /// What takes over without what [`Options::without`] names, one for each product and environment.
    pub outages: Vec<Outage>,
    /// The pipeline of the project, where [`Options::facts`] asks.
    pub pipeline: Option<Pipeline>,
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
    // What the files were made of is let go before they are put together.
    let (mut outcome, trees) = compile_apart(workspace, options);
    let (places, trees): (Vec<Span>, Vec<Tree>) = trees.into_iter().unzip();
    match Tree::join(trees) {
        Ok(tree) => outcome.tree = tree,
        Err(met) => {
            let told = met.into_iter().filter_map(|(number, why)| Some((*places.get(number)?, why)));
            outcome.diagnostics.extend(told.map(|(place, why)| Diagnostic::error(Code::DuplicateName, place, why.to_string())));
            outcome.diagnostics.sort();
        }
    }
    outcome
}

/// What there is to say, and the files of each product and those of all, with the place that answers for them.
fn compile_apart(workspace: &Workspace, options: &Options) -> (Outcome, Vec<(Span, Tree)>) {
    let front = front::front(workspace, options);
    let mut diagnostics = front.diagnostics.clone();
    let (unknown, run) = (front.unknown.clone(), &front.run);
    let (true, Some(shapes)) = (front.is_sound, &front.shared.shapes) else {
        return (Outcome { diagnostics: diagnostics.sorted(), unknown, ..Outcome::default() }, Vec::new());
    };
    let program = front.shared.program();
    let linked = between::by_name(front.products.iter());
    let fingerprints = Fingerprints::new(workspace, &linked, &front.instances);
    let targets = Targets(options.targets.clone());
    // A product with mistakes is not evaluated: what would follow from them is no news.
    let sound: Vec<(&Arc<Product>, &Arc<Types>)> = front
        .products
        .iter()
        .filter(|linked| !linked.diagnostics.has_errors())
        .filter_map(|linked| Some((linked.product.as_ref()?, &linked.types)))
        .filter(|(product, _)| options.wants(product))
        .collect();
    let wanted: Vec<&Arc<Product>> = sound.iter().map(|(product, _)| *product).collect();
    // Of a product that is compiled in part there is nothing to remember.
    let is_whole = options.environments.is_empty();
    let learns = is_whole && options.files != Files::LetGo;
    let fresh = if is_whole { options.memory.fresh(&wanted, &fingerprints) } else { BTreeMap::new() };
    let stale: Vec<_> = sound.iter().filter(|(product, _)| !fresh.contains_key(&product.name.text)).collect();
    options.counter.begin(stale.len());
    let has_threads = stale.len() < rayon::current_num_threads();
    let with = With { workspace, program, shapes, options, run, has_threads };
    // Whoever is referred to comes first. What does not have to be compiled is planned where somebody stale asks for what it exports.
    let asked = between::behind(&linked, stale.iter().map(|(product, _)| product.name.text.clone()));
    let mut by_name: BTreeMap<Text, (Compiled, Option<Remembered>)> = BTreeMap::new();
    let (mut imports, mut locks) = (Imports::new(), BTreeMap::new());
    for wave in between::waves(&linked) {
        let make = |name: &Text| {
            let of = linked.get(name)?;
            let product = of.product.as_ref().filter(|_| !of.diagnostics.has_errors())?;
            // Who stands on something with mistakes is not evaluated either.
            let beside = between::of_those(&imports, of)?;
            if !stale.iter().any(|(of, _)| Arc::ptr_eq(of, product)) {
                let (exports, diagnostics) = asked.contains(name).then(|| product::exports(with, &of.types, product, &beside))?;
                return Some((name.clone(), false, Compiled { exports, diagnostics, ..Compiled::default() }, None));
            }
            let mut compiled = product::compile(with, &of.types, product, &beside);
            settle(&mut compiled.tree, options.files);
            options.counter.step();
            let remembered = learns.then(|| Remembered::of(product, &compiled, &fingerprints, &locks)).flatten();
            Some((name.clone(), true, compiled, remembered))
        };
        let made: Vec<_> = wave.par_iter().filter_map(make).collect();
        for (name, is_compiled, mut compiled, remembered) in made {
            let exports = compiled.exports.take().filter(|_| asked.contains(&name));
            imports.extend(exports.map(|exports| (name.clone(), exports)));
            if is_compiled {
                locks.extend(compiled.lock.clone().map(|(_, lock)| (name.clone(), lock)));
                by_name.insert(name, (compiled, remembered));
            } else {
                diagnostics.extend(compiled.diagnostics);
            }
        }
    }
    let compiled = stale.iter().map(|(product, _)| by_name.remove(&product.name.text).unwrap_or_default());
    let compiled: Vec<_> = compiled.collect();
    if let Some(product) = wanted.first().filter(|_| run.is_exceeded()) {
        // Who was stopped by it depends on the threads, so nothing else is said.
        let message = format!("all products together take more than {} steps to evaluate", run.limit());
        let diagnostic = Diagnostic::error(Code::LimitExceeded, product.name.span, message)
            .help("a product that is like others takes far less: look for lists that are gone through in each other");
        return (Outcome { diagnostics: vec![diagnostic], unknown, ..Outcome::default() }, Vec::new());
    }
    let mut outcome = Outcome {
        products: wanted.iter().map(|product| product.name.text.clone()).collect(),
        environments: wanted.iter().flat_map(|product| &product.environments).map(|environment| environment.text.clone()).collect(),
        fresh: fresh.keys().cloned().collect(),
        memory: options.memory.clone(),
        unknown,
        pipeline: if options.facts { shapes.pipeline.clone() } else { None },
        ..Outcome::default()
    };
    let (mut uses, mut trees) = (product::Uses::default(), Vec::new());
    for remembered in fresh.into_values() {
        remembered.add_to(&mut uses);
    }
    for ((product, _), (compiled, remembered)) in stale.iter().zip(compiled) {
        if learns {
            outcome.memory.learn(product, remembered);
        }
        diagnostics.extend(compiled.diagnostics);
        outcome.locks.extend(compiled.lock);
        outcome.if_built.extend(compiled.if_built);
        outcome.graphs.extend(compiled.graphs);
        outcome.facts.extend(compiled.facts);
        outcome.outages.extend(compiled.outages);
        uses.extend(compiled.uses);
        trees.push((product.name.span, compiled.tree));
    }
    // What is in use is known where every product was looked at.
    if is_whole && options.products.is_empty() && !diagnostics.has_errors() {
        let used = uses.images.keys().map(|(name, _)| name.clone()).collect();
        diagnostics.extend(analysis::unused_images(shapes, &used));
    }
    // Without a product there is nothing to share.
    if let Some(product) = wanted.first() {
        let mut tree = Tree::new();
        diagnostics.extend(shared::emit(program, shapes, &uses, &targets, &mut tree));
        settle(&mut tree, options.files);
        trees.push((product.name.span, tree));
    }
    outcome.products.sort();
    outcome.diagnostics = diagnostics.sorted();
    (outcome, trees)
}

/// Does with files what becomes of them.
fn settle(tree: &mut Tree, files: Files) {
    match files {
        Files::Kept => {}
        Files::ReadBack => tree.settle(),
        Files::LetGo => tree.let_go(),
    }
}
