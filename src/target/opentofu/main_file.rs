//! `main.tf`: data sources, then resources, in the order of the library.

use crate::artifact::hcl::{Body, Expr};
use crate::base::Text;
use crate::shape::Module;
use crate::shape::module::{self, Repeat, Resource};
use crate::target::common::hcl::{Lowering, Unsayable};
use crate::value::Value;

/// Arguments that take references and words, not values.
const META: &[&str] = &["ignore_changes", "depends_on", "replace_triggered_by"];

/// The data sources and resources of a module.
pub(super) fn resources(module: &Module) -> Result<Body, Unsayable> {
    let mut body = Body::new();
    for (keyword, resource) in
        module.data.iter().map(|data| ("data", data)).chain(module.resources.iter().map(|resource| ("resource", resource)))
    {
        if let Some(doc) = &resource.doc {
            body = comment(body, doc);
        }
        body.push_block(keyword, [resource.ty.clone(), resource.name.clone()], block(resource)?);
    }
    Ok(body)
}

fn block(resource: &Resource) -> Result<Body, Unsayable> {
    let lowering = Lowering::default();
    let mut body = Body::new();
    match &resource.repeat {
        Repeat::Once => {}
        Repeat::If(condition) => {
            // One entry or none: an address with a key does not shift when the condition changes.
            let names = lowering.value(condition)?.conditional(Expr::list(["this"]), Expr::list([] as [&str; 0]));
            body = body.attribute("for_each", Expr::call("toset", [names])).blank();
        }
        Repeat::Each(source) => body = body.attribute("for_each", lowering.value(source)?).blank(),
    }
    fill(body, &resource.body, &lowering.locals)
}

fn fill(mut body: Body, written: &module::Body, locals: &[(Text, Expr)]) -> Result<Body, Unsayable> {
    let lowering = Lowering { output: None, locals: locals.to_vec() };
    for (name, value) in &written.arguments {
        let value = match value {
            Value::List(words) if META.contains(&name.as_str()) => Expr::list(words.iter().map(|word| match word.as_text() {
                Some(word) => Expr::variable(word.clone()),
                None => lowering.value(word).unwrap_or(Expr::Null),
            })),
            value => lowering.value(value)?,
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
            None => body.nested(block.name.clone(), fill(Body::new(), &block.body, locals)?),
            Some((binding, source)) => {
                let mut inner = locals.to_vec();
                inner.push((binding.clone(), Expr::path(&format!("{binding}.value"))));
                let mut dynamic = Body::new().attribute("for_each", lowering.value(source)?);
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
