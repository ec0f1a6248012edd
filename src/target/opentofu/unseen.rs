//! What no plan shows: `lifecycle` and `depends_on` leave no trace in what a plugin is given, and the error of a refused
//! replacement cannot be expected by a test. What a mocked plugin makes up itself (`false`, nothing) looks as if it had been
//! given, and some of what a data source finds cannot be made up. All that is looked up in the text of the module.

use super::main_file;
use super::world::{Bound, World};
use crate::artifact::hcl::{Expr, Part, print, print_expr};
use crate::base::{Text, text};
use crate::schema;
use crate::shape::Module;
use crate::shape::module::{Body, Resource};
use crate::target::common::hcl::{Lowering, Unsayable};
use crate::value::Value;

/// What must stand in the text of a module, each with a sentence for whom it does not.
pub(super) fn assertions(module: &Module, world: &World<'_>) -> Result<Vec<(Expr, Text)>, Unsayable> {
    let main = print(&main_file::resources(module)?.spaced()).map_err(|error| Unsayable(error.to_string()))?;
    let mut found = Vec::new();
    let data = module.data.iter().map(|data| ("data", data));
    for (keyword, resource) in data.chain(module.resources.iter().map(|resource| ("resource", resource))) {
        for (indent, (name, value)) in hidden(resource, world) {
            let Some(value) = written(value) else { continue };
            let pattern = text!("{}{indent}{name} *= {value}\n", beginning(keyword, resource));
            // What is laid out in other lines is not looked for.
            if !regex::Regex::new(&pattern).is_ok_and(|pattern| pattern.is_match(&main)) {
                continue;
            }
            let file = Expr::call("file", [Expr::template([Part::expr(Expr::path("path.module")), Part::text("/main.tf")])]);
            let condition = Expr::call("can", [Expr::call("regex", [Expr::from(pattern), file])]);
            let kind = if keyword == "data" { "data." } else { "" };
            found.push((condition, text!("The {name} of {kind}{}.{} must be as the module says.", resource.ty, resource.name)));
        }
    }
    Ok(found)
}

/// An argument, with the space before it.
type Argument<'a> = (Text, &'a (Text, Value));

/// The arguments of a resource that no plan shows.
fn hidden<'a>(resource: &'a Resource, world: &World<'_>) -> Vec<Argument<'a>> {
    let own = resource.body.arguments.iter().filter(|(name, _)| name == "depends_on").map(|argument| ("  ", argument));
    let lifecycle = resource.body.blocks.iter().filter(|block| block.name == "lifecycle");
    let within = lifecycle.flat_map(|block| block.body.arguments.iter().map(|argument| ("    ", argument)));
    let mut found: Vec<Argument<'_>> = own.chain(within).map(|(indent, argument)| (indent.into(), argument)).collect();
    if let (Some(instance), Some(schema)) = (world.instances(resource).and_then(|all| all.into_iter().next()), &resource.schema) {
        unshown(&resource.body, schema, world, Bound { instance: &instance, locals: &[] }, "  ", &mut found);
    }
    found
}

/// The arguments whose values nobody can tell, or that say what a mocked plugin makes up where nothing is said.
fn unshown<'a>(body: &'a Body, schema: &schema::Block, world: &World<'_>, bound: Bound<'_>, indent: &str, found: &mut Vec<Argument<'a>>) {
    for argument in &body.arguments {
        let Some(of) = schema.attributes.get(&argument.0) else { continue };
        let is_shown = match world.value(&argument.1, bound) {
            None => false,
            Some(_) if !argument.1.is_known() || !of.computed => true,
            Some(Value::Bool(bool)) => bool,
            Some(Value::Int(int)) => int != 0,
            Some(Value::List(list)) => !list.is_empty(),
            Some(Value::Map(map)) => !map.is_empty(),
            Some(_) => true,
        };
        if !is_shown {
            found.push((indent.into(), argument));
        }
    }
    for block in body.blocks.iter().filter(|block| block.repeat.is_none()) {
        if let Some(nested) = schema.blocks.get(&block.name) {
            unshown(&block.body, &nested.block, world, bound, &format!("{indent}  "), found);
        }
    }
}

/// A pattern for the text of a resource up to some line in it.
fn beginning(keyword: &str, resource: &Resource) -> Text {
    text!("{keyword} \"{}\" \"{}\" \\{{\\n(  .*\\n|\\n)*", resource.ty, resource.name)
}

/// A pattern for a value as it is written, in one line or in several.
fn written(value: &Value) -> Option<Text> {
    let lowering = Lowering::default();
    let item = |value: &Value| match value {
        Value::Text(word) => Some(escaped(word)),
        value => print_expr(&lowering.value(value).ok()?).ok().map(|text| escaped(&text)),
    };
    match value {
        Value::List(list) => {
            let items = list.iter().map(item).collect::<Option<Vec<_>>>()?;
            Some(text!("\\[\\s*{},?\\s*\\]", items.join(",\\s*")))
        }
        Value::Text(_) => print_expr(&lowering.value(value).ok()?).ok().map(|text| escaped(&text)),
        value => item(value),
    }
}

/// A text as a pattern for itself.
fn escaped(text: &str) -> Text {
    let mut pattern = String::new();
    for character in text.chars() {
        if character.is_ascii_punctuation() && character != '_' {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.into()
}
