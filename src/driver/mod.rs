//! The front door: a workspace goes in, a tree of files and every finding come out.

use crate::artifact::Tree;
use crate::base::{Text, Workspace};
use crate::diag::Diagnostic;

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
pub fn compile(_workspace: &Workspace, _options: &Options) -> Outcome {
    Outcome::default()
}
