//! What no plan shows: `lifecycle` and `depends_on` leave no trace in what a plugin is given, and the error of a refused
//! replacement cannot be expected by a test. They are looked up in the text of the module.

use crate::artifact::hcl::{Expr, Part, print_expr};
use crate::base::{Text, text};
use crate::shape::Module;
use crate::shape::module::Resource;
use crate::target::common::hcl::Lowering;
use crate::value::Value;

/// What must stand in the text of a module, each with a sentence for whom it does not.
pub(super) fn assertions(module: &Module) -> Vec<(Expr, Text)> {
    let mut found = Vec::new();
    let data = module.data.iter().map(|data| ("data", data));
    for (keyword, resource) in data.chain(module.resources.iter().map(|resource| ("resource", resource))) {
        let own = resource.body.arguments.iter().filter(|(name, _)| name == "depends_on").map(|argument| ("  ", argument));
        let lifecycle = resource.body.blocks.iter().filter(|block| block.name == "lifecycle");
        let within = lifecycle.flat_map(|block| block.body.arguments.iter().map(|argument| ("    ", argument)));
        for (indent, (name, value)) in own.chain(within) {
            let Some(value) = written(value) else { continue };
            let pattern = text!("{}{indent}{name} *= {value}\\n", beginning(keyword, resource));
            let file = Expr::call("file", [Expr::template([Part::expr(Expr::path("path.module")), Part::text("/main.tf")])]);
            let condition = Expr::call("can", [Expr::call("regex", [Expr::from(pattern), file])]);
            let kind = if keyword == "data" { "data." } else { "" };
            found.push((condition, text!("The {name} of {kind}{}.{} must be as the module says.", resource.ty, resource.name)));
        }
    }
    found
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
