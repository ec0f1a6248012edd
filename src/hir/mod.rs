//! The program with its names resolved: definitions, implementations, products and their instances.
//!
//! Nothing behind it reads the trees of `syntax`: expressions and blocks are those of `body`.

mod body;
mod fields;
mod interpreted;
pub mod items;
mod list;
mod other;

use crate::base::IndexMap;
use crate::base::{Span, Text};
use crate::ty::Ty;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use body::{
    Argument, Arm, Assign, Attribute, Binary, Binding, Block, Body, Callee, Check, Comprehension, Expr, ExprKind, For, FreeName,
    FunctionId, Item, Key, Label, LabelValue, Let, Literal, Local, Meaning, Name, NameId, Part, RESULT, Refinement, Repeat, TASK, Unary,
    plain_text,
};

pub use fields::{Ambient, Constant, Field, FieldId, Fields, Place};
pub use interpreted::{INTERPRETED, Interpreted};
pub use list::{List, value_of};
pub use other::{Directory, Export, Other, Others, Path, Stays, keeps_states, serving, stays, written};

/// Everything that is declared, from the library and the inventory.
#[derive(Clone, Debug, Default)]
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
    /// Functions of the program's own, by `FunctionId`; those of a definition are known in it alone.
    pub functions: BTreeMap<FunctionId, Arc<Function>>,
    /// What the instances of each definition have, by keyword and name.
    pub fields: BTreeMap<(Text, Text), Arc<Fields>>,
    /// What a product has.
    pub product_fields: Arc<Fields>,
    /// In the order of their folders.
    pub products: Vec<Arc<Product>>,
    /// The other products of the project, for the one whose names are linked.
    pub others: Others,
    /// The numbers of the files that come with the compiler.
    pub embedded: std::ops::Range<u32>,
    /// How many names have a number.
    pub names: u32,
}

/// What is bound in the `builder` block of a provider, in the order of the frame: what an image begins with, the image itself, and the
/// architecture that it is built for.
pub const BUILDER_NAMES: [&str; 3] = ["source", "image", "arch"];

impl Program {
    /// Of a block `WORD LABEL` whose word begins no block: the keyword and the definition that it names in another order, or without the
    /// keyword.
    pub fn instance_meant(&self, word: &Text, label: Option<&Text>) -> Option<(&Text, &Text)> {
        let of = |keyword: &Text| Some(self.definitions.get_key_value(&(keyword.clone(), word.clone()))?.0);
        let turned = label.filter(|label| self.instances.contains_key(*label)).and_then(of);
        let (keyword, definition) = turned.or_else(|| self.instances.keys().find_map(of))?;
        Some((keyword, definition))
    }

    /// A function of the program.
    pub fn function(&self, id: FunctionId) -> Option<&Arc<Function>> {
        self.functions.get(&id)
    }
}

/// A named type: what it stands for and the rule that its values keep.
#[derive(Debug)]
pub struct NamedType {
    /// The type; an alias with a rule is `Ty::Refined`.
    pub ty: Ty,
    /// The rule over `it`.
    pub rule: Option<Refinement>,
    /// Of a record, the fields that may be left out, and what each is then. The fields without a default are the names that are bound in
    /// it, in the order of the record.
    pub defaults: BTreeMap<Text, Arc<Expr>>,
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
    /// Whether its labels are absolute paths.
    pub paths: bool,
    /// Attributes of which one must be there.
    pub one_of: Vec<Text>,
    /// Whether it may hold any attribute: somebody else checks them, or nobody has to.
    pub open: bool,
}

/// Whether a block of a definition is no field of it: what stands there knows names that nobody else has, such as the machine at hand or
/// what is baked.
pub fn is_closed(keyword: &str, block: &str) -> bool {
    matches!((keyword, block), ("provider", "builder") | ("service", "install" | "configure"))
}

/// Names that OpenTofu keeps for itself: no variable and no output may have them.
pub const KEPT_BY_OPENTOFU: [&str; 8] = ["count", "depends_on", "for_each", "lifecycle", "locals", "providers", "source", "version"];

/// Keywords whose definitions are the same for every product: they are read before there is one, so nothing of a product is known in
/// them.
pub const EARLY: [&str; 4] = ["pipeline", "action", "tool", "image"];

impl Definition {
    /// Whether it is read before there is a product.
    pub fn is_early(&self) -> bool {
        EARLY.contains(&self.keyword.as_str())
    }
}

/// `define keyword name { … }`.
#[derive(Debug)]
pub struct Definition {
    /// `module`
    pub keyword: Text,
    /// `compute`
    pub name: Name,
    /// The whole block.
    pub span: Span,
    /// Its documentation.
    pub doc: Option<Text>,
    /// What it takes.
    pub inputs: IndexMap<Text, Input>,
    /// Its named expressions.
    pub lets: IndexMap<Text, Arc<Let>>,
    /// The types of those that say one.
    pub let_types: BTreeMap<Text, Ty>,
    /// What it gives.
    pub outputs: IndexMap<Text, Output>,
    /// Its attributes.
    pub attributes: IndexMap<Text, Arc<Attribute>>,
    /// Its blocks, in the order of the text.
    pub blocks: Vec<Arc<Block>>,
    /// Instances that stand in it (a stack's modules and services), in the order of the text.
    pub instances: Vec<Arc<Instance>>,
    /// Its rules.
    pub checks: Vec<Check>,
    /// Repeated rules.
    pub loops: Vec<For>,
    /// Enums and types that only it knows.
    pub types: BTreeMap<Text, Arc<NamedType>>,
}

/// A declared input, or an attribute of a kind.
#[derive(Debug)]
pub struct Input {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Ty,
    /// Whether any value will do: its type is `any`, and not one that could not be read.
    pub any: bool,
    /// What it is where nothing is said.
    pub default: Option<Arc<Expr>>,
    /// Its own rule over `it`.
    pub rule: Option<Refinement>,
    /// Its documentation.
    pub doc: Option<Text>,
    /// The whole declaration.
    pub span: Span,
}

impl Input {
    /// Whether somebody must say it: also where any value will do.
    pub fn is_needed(&self) -> bool {
        self.default.is_none() && (self.any || !self.ty.is_optional())
    }

    /// Its type, as the end of a sentence about it; nothing where any value will do.
    pub fn of_type(&self) -> String {
        if self.any { String::new() } else { format!(", of type `{}`", self.ty) }
    }
}

/// A declared output.
#[derive(Debug)]
pub struct Output {
    /// Its name.
    pub name: Name,
    /// Its type; an `implement` body leaves it out.
    pub ty: Option<Ty>,
    /// Its value; a contract leaves out what each implementation gives.
    pub value: Option<Arc<Expr>>,
    /// Its documentation.
    pub doc: Option<Text>,
    /// The whole declaration.
    pub span: Span,
}

/// `implement module on provider { … }`.
#[derive(Debug)]
pub struct Implementation {
    /// The module.
    pub module: Name,
    /// The provider.
    pub provider: Name,
    /// The whole block.
    pub span: Span,
    /// Its named expressions.
    pub lets: IndexMap<Text, Arc<Let>>,
    /// The types of those that say one.
    pub let_types: BTreeMap<Text, Ty>,
    /// The deferred outputs of the contract.
    pub outputs: IndexMap<Text, Output>,
    /// `resource` and `data` blocks, in the order of the text.
    pub resources: Vec<Arc<Block>>,
    /// Rules over what only the tool knows become preconditions, the others hold at compile time.
    pub checks: Vec<Check>,
    /// What variables and data sources are in the tests of the module.
    pub examples: Vec<Arc<Block>>,
}

impl Implementation {
    /// The resource or data source of a name.
    pub fn resource(&self, name: &str) -> Option<&Arc<Block>> {
        self.resources.iter().find(|block| block.word(1).is_some_and(|word| word == name))
    }
}

/// A function of the program's own.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Its value: the parameters are the first names that are bound in it.
    pub value: Arc<Expr>,
    /// What it takes.
    pub parameters: Vec<(Text, Ty)>,
    /// What it gives.
    pub result: Ty,
}

/// A folder of the inventory that holds a `product`.
#[derive(Debug)]
pub struct Product {
    /// Its name.
    pub name: Name,
    /// The folder, relative to the project.
    pub folder: Text,
    /// The path of the file that holds the `product` block.
    pub path: Text,
    /// The `product` block.
    pub block: Arc<Block>,
    /// Its instances, from all files of the folder, in the order of files and text.
    pub instances: Vec<Arc<Instance>>,
    /// Its environments in order; the checker reports what is wrong with them.
    pub environments: Vec<Name>,
    /// What a test expects of it; nothing where it is one of the inventory.
    pub expected: Option<Expected>,
}

/// What a `test` expects of its product.
#[derive(Debug, Default)]
pub struct Expected {
    /// What must be true in every environment.
    pub checks: Vec<Check>,
    /// Its `expect` blocks, in the order of the text.
    pub blocks: Vec<Arc<Block>>,
}

impl Expected {
    /// What stands in its `expect` blocks, in the order of the text.
    pub fn expectations(&self) -> impl Iterator<Item = &Arc<Block>> {
        self.blocks.iter().flat_map(|block| block.body.blocks())
    }

    /// The policies that are judged: those that something is expected of.
    pub fn policies(&self) -> impl Iterator<Item = Name> {
        let policies = self.expectations().filter(|block| block.keyword.text == "policy");
        policies.filter_map(|block| block.labels.first()).filter_map(|label| Some(Name { text: label.plain()?, span: label.span }))
    }
}

/// `test "name" { … }`: a small product with what is expected of it.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its name, as the label says it.
    pub name: Name,
    /// The whole block.
    pub span: Span,
    /// Its product.
    pub product: Arc<Product>,
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
    pub definition: Name,
    /// `web_eu`; the definition's where none is said.
    pub name: Name,
    /// The whole block.
    pub span: Span,
    /// Its documentation.
    pub doc: Option<Text>,
    /// What it sets.
    pub attributes: IndexMap<Text, Arc<Attribute>>,
    /// What it sets in one environment, in the order of the text.
    pub overrides: Vec<(Name, Vec<Arc<Attribute>>)>,
    /// Its other blocks.
    pub blocks: Vec<Arc<Block>>,
    /// Whether it is there at all.
    pub condition: Option<Arc<Expr>>,
    /// What it is there once for: one binding, with the key of each. What the instance says may use what that binds.
    pub repeat: Option<Repeat>,
}
