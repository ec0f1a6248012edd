//! The program with its names resolved: definitions, implementations, products and their instances.
//!
//! Expressions stay syntax; what a name in one of them means follows from where it stands (`eval::Scope`).

use crate::base::{Span, Text};
use crate::syntax::ast;
use crate::ty::Ty;
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that is declared, from the library and the inventory.
#[derive(Debug, Default)]
pub struct Program {
    /// What a definition of a keyword may hold (`define kind service`), by keyword.
    pub kinds: BTreeMap<Text, Arc<Kind>>,
    /// What an instance of a keyword may set beside the inputs of its definition (`define instance stack`), by keyword.
    pub instances: BTreeMap<Text, Arc<Kind>>,
    /// `define module compute`, by keyword and name.
    pub definitions: BTreeMap<(Text, Text), Arc<Definition>>,
    /// `implement compute on aws`, by module and provider.
    pub implementations: BTreeMap<(Text, Text), Arc<Implementation>>,
    /// Named types and enums, by name.
    pub types: BTreeMap<Text, Arc<NamedType>>,
    /// Functions of the program's own, by name.
    pub functions: BTreeMap<Text, Arc<Function>>,
    /// In the order of their folders.
    pub products: Vec<Arc<Product>>,
}

/// A named type: what it stands for and the rule that its values keep.
#[derive(Debug)]
pub struct NamedType {
    /// The type; an alias with a rule is `Ty::Refined`.
    pub ty: Ty,
    /// The rule over `it`.
    pub rule: Option<ast::Refinement>,
    /// Where it is declared.
    pub span: Span,
    /// Its documentation.
    pub doc: Option<Text>,
}

/// What a body may hold, as `stdlib/core.infra` declares it.
#[derive(Debug)]
pub struct Kind {
    /// The keyword.
    pub name: Text,
    /// Where it is declared.
    pub span: Span,
    /// Its documentation.
    pub doc: Option<Text>,
    /// The attributes.
    pub inputs: IndexMap<Text, Input>,
    /// The blocks.
    pub blocks: IndexMap<Text, Arc<Kind>>,
    /// Whether the block may stand more than once.
    pub many: bool,
    /// How many labels it takes, at the least and at the most.
    pub labels: (usize, usize),
    /// Whether it may hold any attribute: somebody else checks them, or nobody has to.
    pub open: bool,
}

/// `define keyword name { … }`.
#[derive(Debug)]
pub struct Definition {
    /// `module`
    pub keyword: Text,
    /// `compute`
    pub name: ast::Name,
    /// The whole block.
    pub span: Span,
    /// Its documentation.
    pub doc: Option<Text>,
    /// What it takes.
    pub inputs: IndexMap<Text, Input>,
    /// Its named expressions.
    pub lets: IndexMap<Text, Arc<ast::Let>>,
    /// The types of those that say one.
    pub let_types: BTreeMap<Text, Ty>,
    /// What it gives.
    pub outputs: IndexMap<Text, Output>,
    /// Its attributes.
    pub attributes: IndexMap<Text, Arc<ast::Attribute>>,
    /// Its blocks, in the order of the text.
    pub blocks: Vec<Arc<ast::Block>>,
    /// Instances that stand in it (a stack's modules and services), in the order of the text.
    pub instances: Vec<Arc<Instance>>,
    /// Its rules.
    pub checks: Vec<Arc<ast::Check>>,
    /// Repeated rules.
    pub loops: Vec<Arc<ast::For>>,
    /// Enums and types that only it knows.
    pub types: BTreeMap<Text, Arc<NamedType>>,
}

/// A declared input, or an attribute of a kind.
#[derive(Debug)]
pub struct Input {
    /// Its name.
    pub name: ast::Name,
    /// Its type.
    pub ty: Ty,
    /// What it is where nothing is said.
    pub default: Option<Arc<ast::Expr>>,
    /// Its own rule over `it`.
    pub rule: Option<ast::Refinement>,
    /// Its documentation.
    pub doc: Option<Text>,
    /// The whole declaration.
    pub span: Span,
}

/// A declared output.
#[derive(Debug)]
pub struct Output {
    /// Its name.
    pub name: ast::Name,
    /// Its type; an `implement` body leaves it out.
    pub ty: Option<Ty>,
    /// Its value; a contract leaves out what each implementation gives.
    pub value: Option<Arc<ast::Expr>>,
    /// Its documentation.
    pub doc: Option<Text>,
    /// The whole declaration.
    pub span: Span,
}

/// `implement module on provider { … }`.
#[derive(Debug)]
pub struct Implementation {
    /// The module.
    pub module: ast::Name,
    /// The provider.
    pub provider: ast::Name,
    /// The whole block.
    pub span: Span,
    /// Its named expressions.
    pub lets: IndexMap<Text, Arc<ast::Let>>,
    /// The types of those that say one.
    pub let_types: BTreeMap<Text, Ty>,
    /// The deferred outputs of the contract.
    pub outputs: IndexMap<Text, Output>,
    /// `resource` and `data` blocks, in the order of the text.
    pub resources: Vec<Arc<ast::Block>>,
    /// Rules over what only the tool knows become preconditions, the others hold at compile time.
    pub checks: Vec<Arc<ast::Check>>,
}

/// A function of the program's own.
#[derive(Debug)]
pub struct Function {
    /// As written.
    pub syntax: ast::Function,
    /// What it takes.
    pub parameters: Vec<(Text, Ty)>,
    /// What it gives.
    pub result: Ty,
}

/// A folder of the inventory that holds a `product`.
#[derive(Debug)]
pub struct Product {
    /// Its name.
    pub name: ast::Name,
    /// The folder, relative to the project.
    pub folder: Text,
    /// The path of the file that holds the `product` block.
    pub path: Text,
    /// The `product` block.
    pub block: Arc<ast::Block>,
    /// Its instances, from all files of the folder, in the order of files and text.
    pub instances: Vec<Arc<Instance>>,
    /// Its environments in order; the checker reports what is wrong with them.
    pub environments: Vec<ast::Name>,
}

impl Product {
    /// The workflows have a job for each place in the order of environments, and so many places.
    pub const MOST_ENVIRONMENTS: usize = 4;
}

/// `stack compute web_eu { … }`: an instance as declared.
#[derive(Debug)]
pub struct Instance {
    /// `stack`
    pub keyword: Text,
    /// `compute`
    pub definition: ast::Name,
    /// `web_eu`; the definition's where none is said.
    pub name: ast::Name,
    /// The whole block.
    pub span: Span,
    /// Its documentation.
    pub doc: Option<Text>,
    /// What it sets.
    pub attributes: IndexMap<Text, Arc<ast::Attribute>>,
    /// What it sets in one environment, in the order of the text.
    pub overrides: Vec<(ast::Name, Vec<Arc<ast::Attribute>>)>,
    /// Its other blocks.
    pub blocks: Vec<Arc<ast::Block>>,
    /// Whether it is there at all.
    pub condition: Option<Arc<ast::Expr>>,
}
