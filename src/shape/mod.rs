//! The shape of what is shared by all products: a module for one provider, a role for a service. What is the same for every
//! product is written out, what differs is a typed, named hole.

mod early;
pub mod example;
mod frame;
mod holes;
pub mod image;
mod keyed;
pub mod module;
mod modules;
pub mod pipeline;
pub mod role;
mod roles;
pub mod said;
mod usage;
mod words;

use crate::base::{Span, Text, Workspace};
use crate::check::Types;
use crate::diag::Diagnostics;
use crate::eval::Run;
use crate::hir::Program;
use crate::schema::Schemas;
use crate::ty::Ty;
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use holes::{key_of, keyed};
pub use image::Recipe;
pub use module::Module;
pub use pipeline::Pipeline;
pub use role::Role;
pub use words::Words;

/// What is the same for every product and is read before there is one.
#[derive(Debug, Default)]
pub struct Shared {
    /// The pipeline, where the program defines one.
    pub pipeline: Option<Pipeline>,
    /// What images are made of, by image.
    pub recipes: BTreeMap<Text, Recipe>,
}

/// Evaluates the definitions that need no product: pipelines, actions, tools and images. There is nothing to go on with where an image
/// could not be read: who uses it would be blamed for that.
pub fn shared(program: &Program, types: &Types, workspace: &Workspace) -> (Option<Shared>, Diagnostics) {
    let (pipeline, mut diagnostics) = pipeline::pipeline(&pipeline::Context { program, types, workspace });
    let (recipes, found) = image::recipes(program, types, workspace);
    let pipeline = if diagnostics.has_errors() { None } else { pipeline };
    diagnostics.extend(found);
    (recipes.map(|recipes| Shared { pipeline, recipes }), diagnostics)
}

/// Makes the shape of every implementation and service of a program, as a part of a run.
pub fn shape(
    program: &Program,
    schemas: &Schemas,
    types: &Types,
    workspace: &Workspace,
    shared: Shared,
    run: &Arc<Run>,
) -> (Shapes, Diagnostics) {
    let mut shapes = Shapes { pipeline: shared.pipeline, ..Shapes::default() };
    shapes.collections.extend(schemas.collections.iter().map(|(name, of)| (name.clone(), of.version.clone())));
    let mut diagnostics = Diagnostics::default();
    for (key, implementation) in &program.implementations {
        let Some(contract) = program.definitions.get(&("module".into(), key.0.clone())) else { continue };
        let (module, found) = modules::module(program, schemas, types, workspace, contract, implementation, run);
        diagnostics.extend(found);
        shapes.modules.extend(module.map(|module| (key.clone(), Arc::new(module))));
    }
    for ((keyword, name), definition) in &program.definitions {
        if keyword == "service" {
            let (role, found) = roles::role(program, types, workspace, definition, run);
            diagnostics.extend(found);
            shapes.roles.extend(role.map(|role| (name.clone(), Arc::new(role))));
        }
    }
    for (name, mut recipe) in shared.recipes {
        image::unknown(&recipe, &shapes.roles).into_iter().for_each(|unknown| diagnostics.push(unknown));
        recipe.revision = image::revision(&recipe, &shapes.roles);
        shapes.recipes.insert(name, recipe);
    }
    (shapes, diagnostics)
}

/// The shapes that the products of a program use.
#[derive(Debug, Default)]
pub struct Shapes {
    /// By module and provider.
    pub modules: BTreeMap<(Text, Text), Arc<Module>>,
    /// What images are made of, by image.
    pub recipes: BTreeMap<Text, Recipe>,
    /// By service.
    pub roles: BTreeMap<Text, Arc<Role>>,
    /// The pipeline, where the program defines one.
    pub pipeline: Option<Pipeline>,
    /// The collections that Ansible's modules come in, with the versions that are installed.
    pub collections: BTreeMap<Text, Text>,
}

/// What differs between two units of a module, or two hosts of a role: a variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Hole {
    /// The name of the variable; a role puts its own name before it.
    pub name: Text,
    /// What it is, as a sentence; from the documentation of the input, `let` or output.
    pub doc: Text,
    /// Its type, reduced to the fields that are used. A list that resources are repeated over is a map by their keys.
    pub ty: Ty,
    /// What it is where nothing is said; only where the library says so.
    pub default: Option<Value>,
    /// How the plan fills it.
    pub source: Source,
    /// Rules that the tool can say, over `Residual::Variable` of this and other holes.
    pub validations: Vec<Validation>,
    /// The only texts that the library gives, where it says them (modules only).
    pub words: Words,
    /// Whether its value depends on the machine (roles only).
    pub per_host: bool,
    /// Whether it is a secret.
    pub secret: bool,
    /// Where it is declared.
    pub span: Span,
}

/// What fills a hole.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A field of the instance: an input, a `let` (of the contract or the implementation), a known output.
    Field(Text),
    /// The same, as a map by this path of fields of each element.
    Keyed(Text, Vec<Text>),
    /// A deferred field of another instance that an input names: `network`, `subnet_ids`.
    Deferred(Text, Text),
    /// `name` or `labels`.
    Builtin(Text),
}

/// A rule over variables with what to say when it does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Validation {
    /// What must be true.
    pub condition: Value,
    /// A sentence for the person who broke it; it may show the values.
    pub message: Value,
}
