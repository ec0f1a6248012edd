//! `main.tf`: data sources, then resources, in the order of the library.

use super::names::Names;
use crate::artifact::hcl::{Body, Expr};
use crate::shape::Module;
use crate::shape::module::{self, Repeat, Resource};
use crate::target::common::hcl::Unsayable;
use crate::value::Value;

/// Arguments that take references and words, not values.
const META: &[&str] = &["ignore_changes", "depends_on", "replace_triggered_by"];

/// The data sources and resources of a module.
pub(super) fn resources(module: &Module) -> Result<Body, Unsayable> {
    let names = Names::of(module);
    let mut body = Body::new();
    for (keyword, resource) in
        module.data.iter().map(|data| ("data", data)).chain(module.resources.iter().map(|resource| ("resource", resource)))
    {
        if let Some(doc) = &resource.doc {
            body = comment(body, doc);
        }
        body.push_block(keyword, [resource.ty.clone(), resource.name.clone()], block(resource, &names)?);
    }
    Ok(body)
}

fn block(resource: &Resource, names: &Names<'_>) -> Result<Body, Unsayable> {
    let mut body = Body::new();
    match &resource.repeat {
        Repeat::Once => {}
        Repeat::If(condition) => {
            // One entry or none: an address with a key does not shift when the condition changes.
            let names = names.value(condition)?.conditional(Expr::list(["this"]), Expr::list([] as [&str; 0]));
            body = body.attribute("for_each", Expr::call("toset", [names])).blank();
        }
        Repeat::Each(source) => body = body.attribute("for_each", names.value(source)?).blank(),
    }
    fill(body, &resource.body, &names.within(&resource.repeat))
}

fn fill(mut body: Body, written: &module::Body, names: &Names<'_>) -> Result<Body, Unsayable> {
    for (name, value) in &written.arguments {
        let value = match value {
            Value::List(words) if META.contains(&name.as_str()) => Expr::list(words.iter().map(|word| match word.as_text() {
                Some(word) => Expr::variable(word.clone()),
                None => names.value(word).unwrap_or(Expr::Null),
            })),
            value => names.value(value)?,
        };
        if name == "depends_on" {
            body = body.blank();
        }
        body.push_attribute(name.clone(), value);
    }
    for block in &written.blocks {
        body = body.blank();
        if let Some(doc) = &block.doc {
            body = comment(body, doc);
        }
        body = match &block.repeat {
            None => body.nested(block.name.clone(), fill(Body::new(), &block.body, names)?),
            Some((binding, source)) => {
                let inner = names.with(binding, source, Expr::path(&format!("{binding}.value")));
                let mut dynamic = Body::new().attribute("for_each", names.value(source)?);
                if *binding != block.name {
                    dynamic.push_attribute("iterator", Expr::variable(binding.clone()));
                }
                let dynamic = dynamic.blank().nested("content", fill(Body::new(), &block.body, &inner)?);
                body.block("dynamic", [block.name.clone()], dynamic)
            }
        };
    }
    Ok(body)
}

fn comment(mut body: Body, doc: &str) -> Body {
    for line in doc.lines() {
        body = body.comment(line);
    }
    body
}
