//! What a schema says of a place: the arguments of a resource, of a block in one, of a module of Ansible.

use super::Analysis;
use super::node::Node;
use crate::base::Text;
use crate::check::{LIFECYCLE, plugins};
use crate::schema::{self, Attribute, Module, Nesting};
use crate::syntax::ast;
use std::collections::BTreeMap;

/// What may stand in the innermost body of a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Schema<'s> {
    /// A resource, a data source, or a block in one.
    Block {
        /// What it takes.
        block: &'s schema::Block,
        /// Whether it is the resource itself.
        is_top: bool,
    },
    /// The objects of an attribute.
    Objects(&'s BTreeMap<Text, Attribute>),
    /// `lifecycle`
    Lifecycle,
    /// A task.
    Module(&'s Module),
}

/// The schema that holds for the innermost body of a path.
pub(super) fn schema_at<'s>(analysis: Analysis<'s>, path: &[Node<'_>]) -> Option<Schema<'s>> {
    let blocks: Vec<&ast::Block> = path
        .iter()
        .zip(path.iter().skip(1))
        .filter_map(|(node, inside)| match (node, inside) {
            (Node::Item(ast::Item::Block(block)), Node::Body(_)) => Some(block),
            _ => None,
        })
        .collect();
    if let Some(task) = blocks.last().filter(|block| block.keyword.text == "task") {
        return module_of(analysis, task).map(Schema::Module);
    }
    let [implement, resource, inner @ ..] = blocks.as_slice() else { return None };
    let (mut block, mut is_top) = (resource_schema(analysis, implement, resource)?, true);
    for of in inner {
        if is_top && of.keyword.text == "lifecycle" {
            return Some(Schema::Lifecycle);
        }
        (block, is_top) = (&block.blocks.get(&of.keyword.text)?.block, false);
    }
    // An attribute whose objects have a schema of their own.
    let body = path.iter().rposition(|node| matches!(node, Node::Body(_)))?;
    let mut objects: Option<&BTreeMap<Text, Attribute>> = None;
    let mut waiting = path[body + 1..].iter().find_map(|node| match node {
        Node::Item(ast::Item::Attribute(attribute)) => block.attributes.get(&attribute.name.text)?.nested.as_ref(),
        _ => None,
    });
    for node in &path[body + 1..] {
        if let Node::Expr(ast::Expr { kind: ast::ExprKind::Map(_), .. }) = node
            && let Some(nested) = waiting.take().filter(|nested| nested.nesting != Nesting::Map)
        {
            objects = Some(&nested.attributes);
        }
    }
    Some(objects.map_or(Schema::Block { block, is_top }, Schema::Objects))
}

/// The schema of a resource or data source that stands in an implementation.
pub(super) fn resource_schema<'s>(analysis: Analysis<'s>, implement: &ast::Block, resource: &ast::Block) -> Option<&'s schema::Block> {
    let provider = provider_of(implement)?;
    let (program, schemas) = (analysis.program()?, analysis.session().schemas()?);
    let ty = resource.labels.first().and_then(ast::Label::word)?;
    let is_data = match resource.keyword.text.as_str() {
        "data" => true,
        "resource" => false,
        _ => return None,
    };
    plugins(program, schemas, resource.span.file, provider).into_iter().find_map(|plugin| plugin.find(is_data, ty)).map(AsRef::as_ref)
}

/// The provider that an implementation is for.
pub(super) fn provider_of(implement: &ast::Block) -> Option<&Text> {
    (implement.keyword.text == "implement").then(|| implement.labels.get(2).and_then(ast::Label::word)).flatten()
}

/// The module that a task names.
fn module_of<'s>(analysis: Analysis<'s>, task: &ast::Block) -> Option<&'s Module> {
    let ast::LabelValue::Template(parts) = &task.labels.first()?.value else { return None };
    let [ast::Part::Text(name)] = parts.as_slice() else { return None };
    analysis.session().schemas()?.modules.get(name).map(AsRef::as_ref)
}

/// What an argument is, in one line: `instance_type: string, required`.
pub(super) fn argument(name: &str, of: &Attribute) -> String {
    let parts = [format!("{name}: {}", of.shown())].into_iter().chain(of.qualities().into_iter().map(str::to_owned));
    parts.collect::<Vec<_>>().join(", ")
}

/// What stands under a name in a schema, in one line.
pub(super) fn described(schema: Schema<'_>, name: &str) -> Option<String> {
    match schema {
        Schema::Block { is_top: true, .. } if name == "depends_on" => Some("depends_on: resources that are made before".to_owned()),
        Schema::Block { is_top: true, .. } if name == "lifecycle" => Some("lifecycle { … }".to_owned()),
        Schema::Block { block, .. } => {
            let nested = || {
                let of = block.blocks.get(name)?;
                let most = of.max.map_or("any number of them".to_owned(), |max| format!("at most {max}"));
                Some(format!("{name} {{ {} }}, at least {}, {most}", of.block.names().collect::<Vec<_>>().join(", "), of.min))
            };
            block.attributes.get(name).map(|of| argument(name, of)).or_else(nested)
        }
        Schema::Objects(attributes) => attributes.get(name).map(|of| argument(name, of)),
        Schema::Lifecycle => {
            LIFECYCLE.iter().find(|(known, _)| *known == name).map(|(known, is)| format!("{known}: {}", if *is { "bool" } else { "list" }))
        }
        Schema::Module(module) => {
            let of = module.option(name)?;
            let words: Vec<&str> = of.words().collect();
            let choices = if words.is_empty() { String::new() } else { format!(", one of {}", words.join(", ")) };
            let aliases: Vec<&str> = of.aliases.iter().map(Text::as_str).collect();
            let also = if aliases.is_empty() { String::new() } else { format!(", also called {}", aliases.join(", ")) };
            Some(format!("{name}: {}{}{choices}{also}", of.ty, if of.required { ", required" } else { ", optional" }))
        }
    }
}
