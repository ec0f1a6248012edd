//! OpenTofu: one module for each contract and provider, the same for every product.

mod asked;
mod assertions;
mod compare;
mod domains;
mod keys;
mod known;
mod main_file;
mod names;
mod origin;
mod refusals;
mod sample;
mod tests_file;
mod unseen;
mod unsupported;
mod variables;
mod world;

pub use known::{Known, addresses, known};
pub use origin::origin;
pub use unsupported::unsupported;

use crate::artifact::hcl::{Body, Expr, Object};
use crate::artifact::{Entry, Tree, header};
use crate::base::{Text, text};
use crate::shape::Module;
use crate::target::common::hcl::{OPENTOFU, Unsayable};

/// `modules/infra/compute/aws`
pub fn folder(group: &str, module: &str, provider: &str) -> Text {
    text!("modules/{group}/{module}/{provider}")
}

/// Writes the files of a module.
pub fn emit(module: &Module, tree: &mut Tree) -> Result<(), Unsayable> {
    let folder = folder(&module.group, &module.name, &module.provider);
    let mut write = |name: &str, body: Body| {
        let mut file = Body::new().comment(header(&module.source)).blank();
        file.append(body);
        let entry = Entry::new(file.spaced()).map_err(|error| Unsayable(error.to_string()))?;
        tree.insert_entry(text!("{folder}/{name}"), entry).map_err(|error| Unsayable(error.to_string()))
    };
    write("versions.tf", versions(module))?;
    write("variables.tf", variables::variables(module)?)?;
    write("main.tf", main_file::resources(module)?)?;
    write("outputs.tf", outputs(module)?)?;
    write(&text!("tests/{}.tftest.hcl", module.name), tests_file::tests(module)?)
}

fn versions(module: &Module) -> Body {
    let mut plugins = Body::new();
    for plugin in &module.plugins {
        let object = Object::new().with("source", plugin.source.clone()).with("version", plugin.version.clone());
        plugins.push_attribute(plugin.name.clone(), Expr::Object(object.lines()));
    }
    let terraform = Body::new().attribute("required_version", OPENTOFU).blank().nested("required_providers", plugins);
    Body::new().nested("terraform", terraform)
}

fn outputs(module: &Module) -> Result<Body, Unsayable> {
    let names = names::Names::of(module);
    let mut body = Body::new();
    for (index, output) in module.outputs.iter().enumerate() {
        let mut block = Body::new().attribute("description", output.doc.clone()).attribute("value", names.value(&output.value)?);
        if output.sensitive {
            block.push_attribute("sensitive", true);
        }
        if index == 0 {
            for rule in &module.preconditions {
                let condition = names.value(&rule.condition)?;
                let inner = Body::new().attribute("condition", condition).attribute("error_message", names.value(&rule.message)?);
                block = block.blank().nested("precondition", inner);
            }
        }
        body.push_block("output", [output.name.clone()], block);
    }
    Ok(body)
}
