//! What stands behind the keyword of a block: definitions, environments, types of resources, modules of Ansible.

use super::super::Analysis;
use super::super::names::{Owner, What};
use super::super::node::{Node, path_at};
use super::super::schemas::provider_of;
use super::{At, Completion, Completions, Rank};
use crate::base::{FileId, Span, Text};
use crate::check::plugins;
use crate::syntax::ast;

pub(super) fn of(at: &At<'_>, block: &ast::Block, label: &ast::Label) -> Vec<Completion> {
    let place = block.labels.iter().position(|other| other.span == label.span).unwrap_or(0);
    let first = block.labels.first().and_then(ast::Label::word);
    match (block.keyword.text.as_str(), place) {
        ("define", 0) => {
            let kinds = at.analysis.program().map(|program| program.kinds.iter()).into_iter().flatten();
            let kinds = kinds.map(|(name, kind)| Completion::new(name.clone(), What::Kind, Rank::Known).declared(Some(kind.span)));
            kinds.chain(["kind", "instance", "interface"].map(|word| Completion::new(word, What::Keyword, Rank::Word))).collect()
        }
        ("extend", 0) => {
            let mut keywords: Vec<Text> = at
                .analysis
                .program()
                .map(|program| program.definitions.keys().map(|(keyword, _)| keyword.clone()).collect())
                .unwrap_or_default();
            keywords.dedup();
            keywords.into_iter().map(|keyword| Completion::new(keyword, What::Kind, Rank::Known)).collect()
        }
        ("extend", 1) => first.map(|keyword| definitions(at, keyword)).unwrap_or_default(),
        ("implement", 0) => definitions(at, "module"),
        ("implement", 1) => vec![Completion::new("on", What::Keyword, Rank::Needed)],
        ("implement", 2) => definitions(at, "provider"),
        ("in", 0) => environments(at, Rank::Fits),
        ("waive", 0) => definitions(at, "policy"),
        ("resource" | "data", 0) if matches!(at.around.owner, Owner::Implementation(..)) => resources(at, &block.keyword.text),
        ("define" | "product", _) | (_, 1..) => Vec::new(),
        (keyword, 0) => definitions(at, keyword),
    }
}

/// The definitions of a keyword.
pub(super) fn definitions(at: &At<'_>, keyword: &str) -> Vec<Completion> {
    let Some(program) = at.analysis.program() else { return Vec::new() };
    let all = program.definitions.values().filter(|of| of.keyword == keyword);
    let item = |of: &std::sync::Arc<crate::hir::Definition>| {
        let detail = format!("{} {}", of.keyword, of.name.text);
        Completion::new(of.name.text.clone(), What::Definition, Rank::Known).detail(detail).declared(Some(of.name.span))
    };
    all.map(item).collect()
}

/// The environments of the product around.
pub(super) fn environments(at: &At<'_>, rank: Rank) -> Vec<Completion> {
    let Some(product) = at.product() else { return Vec::new() };
    let item = |name: &crate::hir::Name| Completion::new(name.text.clone(), What::Environment, rank).declared(Some(name.span));
    product.environments.iter().map(item).collect()
}

/// What a waiver may be for: the instances of the product around, what they are of, and the services in its stacks.
pub(super) fn waived(at: &At<'_>) -> Vec<Completion> {
    let (Some(product), Some(program)) = (at.product(), at.analysis.program()) else { return Vec::new() };
    let definition = |keyword: &Text, name: &Text| program.definitions.get(&(keyword.clone(), name.clone()));
    let mut found = Vec::new();
    for instance in &product.instances {
        let item = Completion::new(instance.name.text.clone(), What::Instance, Rank::Fits).declared(Some(instance.name.span));
        found.push(item.detail(format!("{} {}", instance.keyword, instance.definition.text)));
        let Some(of) = definition(&instance.keyword, &instance.definition.text) else { continue };
        let services = of.instances.iter().filter(|inner| inner.keyword == "service");
        let services = services.filter_map(|inner| definition(&inner.keyword, &inner.definition.text));
        let all = services.chain([of].into_iter().filter(|of| of.keyword == "provider"));
        found.extend(all.map(|of| {
            let item = Completion::new(of.name.text.clone(), What::Definition, Rank::Fits).declared(Some(of.name.span));
            item.detail(format!("{} {}", of.keyword, of.name.text))
        }));
    }
    found
}

/// The types of resources that the provider of the implementation around has.
fn resources(at: &At<'_>, keyword: &str) -> Vec<Completion> {
    let implement = at.path.iter().find_map(|node| match node {
        Node::Item(ast::Item::Block(block)) if block.keyword.text == "implement" => Some(block),
        _ => None,
    });
    let (Some(program), Some(schemas)) = (at.analysis.program(), at.analysis.session().schemas()) else { return Vec::new() };
    let plugins = implement
        .and_then(provider_of)
        .map(|provider| plugins(program, schemas, implement.map_or(FileId(u32::MAX), |block| block.span.file), provider))
        .unwrap_or_default();
    let of = plugins.iter().flat_map(|plugin| {
        let types = if keyword == "data" { plugin.data_sources.keys() } else { plugin.resources.keys() };
        types.map(|ty| Completion::new(ty.clone(), What::ResourceType, Rank::Known).detail(format!("{} {}", plugin.source, plugin.version)))
    });
    of.collect()
}

/// The modules of Ansible, in the first label of a task: `task "|" "Name" { … }`.
pub(super) fn of_task(analysis: Analysis<'_>, file: FileId, offset: u32) -> Option<Completions> {
    let path = path_at(analysis.tree(file)?, offset);
    let [.., Node::Item(ast::Item::Block(block)), Node::Label(label)] = path.as_slice() else { return None };
    let is_first = block.keyword.text == "task" && block.labels.first().is_some_and(|first| first.span == label.span);
    let text = analysis.workspace().text(label.span);
    let is_inside = label.span.start < offset && offset < label.span.end && text.len() >= 2 && text.ends_with('"');
    if !is_first || !is_inside || text.contains('$') {
        return None;
    }
    let modules = analysis.session().schemas().map(|schemas| schemas.modules.keys()).into_iter().flatten();
    let items = modules.map(|name| Completion::new(name.clone(), What::Definition, Rank::Fits)).collect();
    Some(Completions { word: Some(Span::new(file, label.span.start + 1, label.span.end - 1)), items })
}
