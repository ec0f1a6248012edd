//! What an image is made of, and the revision that tells one state of it from another.

mod written;

use super::early::Early;
use super::role::{Role, variables};
use super::said::{Fields, Undeclared};
use crate::base::{Span, Text, Workspace};
use crate::check::Types;
use crate::diag::{Code, Diagnostic, Diagnostics, listed};
use crate::hir::{Definition, Program};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What an image is made of, the same for every product.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// The image's name.
    pub name: Text,
    /// Its documentation.
    pub doc: Text,
    /// The image of the provider that it begins with.
    pub from: Text,
    /// The providers that it is built for, by their definitions.
    pub on: Vec<Text>,
    /// The architectures that it is built for.
    pub arches: Vec<Text>,
    /// The services whose install part is baked.
    pub install: Vec<Text>,
    /// What tells this state of the image from another one: twelve hexadecimal digits.
    pub revision: Text,
    /// The path of the source that defines it.
    pub source: Text,
    /// Whether the embedded library defines it, and not the project.
    pub is_of_library: bool,
    /// The name in its definition.
    pub span: Span,
    /// What its definition says, with the places.
    pub said: Fields,
}

/// The recipes of a program by image, without their revisions; none where one of them could not be read.
pub(super) fn recipes(program: &Program, types: &Types, workspace: &Workspace) -> (Option<BTreeMap<Text, Recipe>>, Diagnostics) {
    let mut recipes = BTreeMap::new();
    let mut diagnostics = Diagnostics::default();
    let mut whole = true;
    for definition in program.definitions.values().filter(|definition| definition.keyword == "image") {
        let (recipe, found) = recipe(program, types, workspace, definition);
        diagnostics.extend(found);
        match recipe {
            Some(recipe) => drop(recipes.insert(recipe.name.clone(), recipe)),
            None => whole = false,
        }
    }
    whole &= !diagnostics.has_errors();
    (whole.then_some(recipes), diagnostics)
}

fn recipe(program: &Program, types: &Types, workspace: &Workspace, definition: &Definition) -> (Option<Recipe>, Diagnostics) {
    let mut early = Early::new(program, types, definition);
    let fields = early.own();
    let mut diagnostics = early.diagnostics;
    let Some(fields) = fields else { return (None, diagnostics) };
    match taken(definition, workspace, fields) {
        Ok(recipe) => {
            names(&recipe, program, &mut diagnostics);
            (Some(recipe), diagnostics)
        }
        Err(undeclared) => {
            diagnostics.push(undeclared.diagnostic());
            (None, diagnostics)
        }
    }
}

fn taken(definition: &Definition, workspace: &Workspace, fields: Fields) -> Result<Recipe, Undeclared> {
    let file = workspace.file(definition.span.file);
    Ok(Recipe {
        name: definition.name.text.clone(),
        doc: definition.doc.clone().unwrap_or_default(),
        from: fields.text("from")?,
        on: fields.texts("on")?,
        arches: fields.texts("arches")?,
        install: fields.texts("install")?,
        revision: Text::default(),
        source: file.path.clone(),
        is_of_library: file.is_of_library(),
        span: definition.name.span,
        said: fields,
    })
}

/// What an image begins with, where it is built and what it holds are names of what there is, each of them once.
fn names(recipe: &Recipe, program: &Program, diagnostics: &mut Diagnostics) {
    for (field, keyword) in [("on", Some("provider")), ("install", Some("service")), ("arches", None)] {
        let Some(said) = recipe.said.get(field) else { continue };
        let mut seen: BTreeMap<&Text, Span> = BTreeMap::new();
        for (name, span) in said.texts() {
            if let Some(keyword) = keyword
                && !program.definitions.contains_key(&(keyword.into(), name.clone()))
            {
                let known = program.definitions.keys().filter(|(of, _)| of == keyword).map(|(_, name)| name.as_str());
                let message = format!("there is no {keyword} `{name}`");
                diagnostics.push(
                    Diagnostic::error(Code::UnknownDefinition, span, message)
                        .did_you_mean(name, span, known)
                        .repaired_if(said.is_written_out()),
                );
            }
            if let Some(first) = seen.insert(name, span) {
                diagnostics.push(
                    Diagnostic::error(Code::Duplicate, span, format!("`{name}` stands twice"))
                        .related(first, "it stands here first")
                        .remove("remove the second", span)
                        .repaired_if(said.is_written_out()),
                );
            }
        }
    }
    for (name, span) in recipe.said.get("on").into_iter().flat_map(|on| on.texts()) {
        let Some(provider) = program.definitions.get(&("provider".into(), name.clone())) else { continue };
        if !has_builder(provider) {
            diagnostics.push(
                Diagnostic::error(Code::UnknownName, span, format!("`{name}` has no `builder`: nothing would bake the image there"))
                    .related(provider.name.span, "the provider is declared here")
                    .help("give the provider a `builder`, or take it out of `on`"),
            );
        }
    }
    let Some(from) = recipe.said.get("from") else { return };
    let blocks = |of: &Definition| -> Vec<Text> {
        of.blocks.iter().filter(|block| block.keyword.text == "image").filter_map(|block| block.word(0).cloned()).collect()
    };
    let on: BTreeSet<&Text> = recipe.on.iter().collect();
    let providers = on.into_iter().filter_map(|name| program.definitions.get(&("provider".into(), name.clone())));
    let providers = providers.filter(|provider| has_builder(provider));
    let without: Vec<_> = providers.filter(|provider| !blocks(provider).contains(&recipe.from)).collect();
    let Some(first) = without.first() else { return };
    let names: Vec<&str> = without.iter().map(|provider| provider.name.text.as_str()).collect();
    let offer = if names.len() == 1 { "offers" } else { "offer" };
    let known = blocks(first);
    diagnostics.push(
        Diagnostic::error(Code::UnknownName, from.span, format!("{} {offer} no image `{}`", listed(&names), recipe.from))
            .related(first.name.span, "what it offers is declared here")
            .did_you_mean(&recipe.from, from.span, known.iter().map(Text::as_str)),
    );
}

fn has_builder(provider: &Definition) -> bool {
    provider.blocks.iter().any(|block| block.keyword.text == "builder")
}

/// What a service installs is baked only if no product says anything of it: an image is made before there is a product.
pub(super) fn unknown(recipe: &Recipe, roles: &BTreeMap<Text, Arc<Role>>) -> Vec<Diagnostic> {
    let installed = recipe.said.get("install").into_iter().flat_map(|said| said.texts());
    let unknown = installed.filter_map(|(service, span)| {
        let role = roles.get(service)?;
        let used = variables(&role.install);
        let hole = role.holes.iter().find(|hole| used.contains(&hole.name) && (hole.default.is_none() || hole.per_host))?;
        let message = format!("what {service} installs depends on `{}`, which no image knows", hole.name);
        let error = Diagnostic::error(Code::NotExpressible, span, message).related(hole.span, "it is declared here");
        Some(error.help(format!("leave {service} out: its machines install it, or give `{}` a default", hole.name)))
    });
    unknown.collect()
}

/// The revision of an image: it changes with the base image and with everything that its roles install, and with nothing else.
pub(super) fn revision(recipe: &Recipe, roles: &BTreeMap<Text, Arc<Role>>) -> Text {
    let digest = Sha256::digest(written::written(recipe, roles).as_bytes());
    digest.iter().take(6).fold(String::new(), |text, byte| format!("{text}{byte:02x}")).into()
}
