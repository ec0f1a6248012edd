//! Where what a name means is declared, and what its type or definition is.

use super::Analysis;
use super::names::{Name, Role, What};
use super::node::{Node, bare};
use crate::base::{FileId, Span, Text};
use crate::syntax::ast;
use crate::ty::Ty;

/// A name, and a place that it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The name that was asked about.
    pub from: Span,
    /// The whole declaration.
    pub whole: Span,
    /// The name in it.
    pub name: Span,
}

/// Where the name at an offset is declared.
pub fn definition(analysis: Analysis<'_>, file: FileId, offset: u32) -> Vec<Target> {
    let names: Vec<Name> = analysis.names(file).into_iter().filter(|name| name.span.touches(offset)).collect();
    // Where a name begins behind another one without a space, the one that begins there is meant.
    let last = names.iter().map(|name| name.span).max();
    let names = names.iter().filter(|name| Some(name.span) == last);
    // A name that declares something only by the way leads to what it says.
    let is_shared = |name: &&Name| names.clone().count() > 1 && name.implied;
    let found: Vec<Target> =
        names.clone().filter(|name| !is_shared(name)).filter_map(|name| target(analysis, name.span, name.declared?)).collect();
    if found.is_empty() { provider(analysis, file, offset).into_iter().collect() } else { found }
}

/// `mgmt.provider` leads to the instance that the stack says it is on.
fn provider(analysis: Analysis<'_>, file: FileId, offset: u32) -> Option<Target> {
    let place = analysis.place(file, offset);
    let name = place.name.filter(|name| name.text == "provider")?;
    let base = place.path.iter().rev().find_map(|node| match node {
        Node::Expr(ast::Expr { kind: ast::ExprKind::Member(base, member), .. }) if member.span == name.span => Some(bare(base)),
        _ => None,
    })?;
    let ast::ExprKind::Name(stack) = &base.kind else { return None };
    let instances = &analysis.product_at(file, offset)?.instances;
    let named = |name: &Text| instances.iter().find(|instance| instance.name.text == *name);
    let on = named(stack)?.attributes.get("on")?.value.as_name()?;
    target(analysis, name.span, named(on)?.name.span)
}

/// Where the type of what stands at an offset is declared: a type, an enum, the definition of an instance.
pub fn type_definition(analysis: Analysis<'_>, file: FileId, offset: u32) -> Vec<Target> {
    let place = analysis.place(file, offset);
    let Some(name) = place.name else { return Vec::new() };
    let seen = place.path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) if bare(expr).span.end == name.span.end => analysis.seen(expr).map(|seen| seen.ty.clone()),
        _ => None,
    });
    let ty = seen.or_else(|| declared_type(analysis, &name)).unwrap_or(Ty::Error);
    declaration_of(analysis, &ty).and_then(|declared| target(analysis, name.span, declared)).into_iter().collect()
}

/// The implementations of the contract that is named at an offset, or of the one whose output it is; for a provider, what is
/// implemented on it.
pub fn implementation(analysis: Analysis<'_>, file: FileId, offset: u32) -> Vec<Target> {
    let (Some(name), Some(program)) = (analysis.place(file, offset).name, analysis.program()) else { return Vec::new() };
    let Some(declared) = name.declared else { return Vec::new() };
    let mut found = Vec::new();
    for ((module, provider), implementation) in &program.implementations {
        let of = |keyword: &str, name: &crate::base::Text| program.definitions.get(&(keyword.into(), name.clone()));
        let contract = of("module", module);
        let is_of = |span: Option<Span>| span == Some(declared);
        let own = match contract.and_then(|of| of.outputs.values().find(|output| output.name.span == declared)) {
            Some(output) => implementation.outputs.get(&output.name.text).map(|output| output.name.span),
            None if is_of(contract.map(|of| of.name.span)) => Some(implementation.provider.span),
            None if is_of(of("provider", provider).map(|of| of.name.span)) => Some(implementation.module.span),
            None => None,
        };
        found.extend(own.and_then(|own| target(analysis, name.span, own)));
    }
    found
}

fn target(analysis: Analysis<'_>, from: Span, name: Span) -> Option<Target> {
    analysis.tree(name.file)?;
    let whole = analysis.items_around(name).last().map_or(name, |item| super::node::item_span(item));
    // A field, a member or a parameter is a part of an item: it stands for itself.
    let is_head = whole.start == name.start || analysis.items_around(name).last().is_some_and(|item| is_declared_by(item, name));
    Some(Target { from, whole: if is_head { whole } else { name }, name })
}

/// Whether a name is the one that an item declares.
fn is_declared_by(item: &ast::Item, name: Span) -> bool {
    match item {
        ast::Item::Block(block) => block.labels.iter().any(|label| label.span.start <= name.start && name.end <= label.span.end),
        item => super::node::item_name(item).is_some_and(|own| own.span == name),
    }
}

/// The type that a declaration says, or that was found for it.
fn declared_type(analysis: Analysis<'_>, name: &Name) -> Option<Ty> {
    let declared = name.declared?;
    let program = analysis.program()?;
    match name.what {
        What::Instance => {
            let of_product = analysis.session().products().flat_map(|product| &product.instances);
            let mut all = of_product.chain(program.definitions.values().flat_map(|of| &of.instances));
            let found = all.find(|instance| instance.name.span == declared)?;
            Some(Ty::Instance(found.keyword.clone(), Some(found.definition.text.clone())))
        }
        What::Input | What::Output | What::Let | What::Attribute => {
            let inputs = program.definitions.values().flat_map(|of| of.inputs.values());
            let kinds = program.kinds.values().chain(program.instances.values());
            let mut inputs = inputs.chain(kinds.flat_map(|kind| kind.inputs.values()));
            let input = inputs.find(|input| input.name.span == declared).map(|input| input.ty.clone());
            let outputs =
                || program.definitions.values().flat_map(|of| of.outputs.values()).find(|of| of.name.span == declared)?.ty.clone();
            let lets = || {
                let (of, found) =
                    program.definitions.values().find_map(|of| Some((of, of.lets.values().find(|of| of.name.span == declared)?)))?;
                analysis.session().types()?.definition_let(&of.keyword, &of.name.text, &found.name.text).cloned()
            };
            input.or_else(outputs).or_else(lets)
        }
        What::Type | What::Enum if name.role == Role::Reads => program.types.get(&name.text).map(|named| named.ty.clone()),
        _ => None,
    }
}

/// Where a type is declared; of a list or map, that of what it holds.
fn declaration_of(analysis: Analysis<'_>, ty: &Ty) -> Option<Span> {
    let program = analysis.program()?;
    match ty {
        Ty::List(of) | Ty::Map(of) | Ty::Optional(of) | Ty::Secret(of) | Ty::Deferred(of) => declaration_of(analysis, of),
        Ty::Enum(of) => Some(of.span),
        Ty::Record(of) => program.types.get(of.name.as_ref()?).map(|named| named.span),
        Ty::Refined(of) => program.types.get(&of.name).map(|named| named.span).or_else(|| declaration_of(analysis, &of.base)),
        Ty::Instance(keyword, Some(of)) => program.definitions.get(&(keyword.clone(), of.clone())).map(|of| of.name.span),
        Ty::Instance(keyword, None) | Ty::Definition(keyword) => program.kinds.get(keyword).map(|kind| kind.span),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{PRODUCT, project};
    use super::*;

    #[test]
    fn names_lead_to_what_declares_them() {
        let text = PRODUCT
            .replace("[mgmt.keys]", "[mgmt.ke$0ys]")
            .replace("compute web", "com$0pute w$0eb")
            .replace("on     = eu", "on     = $0eu");
        let project = project(&[("inventory/acme/product.infra", &text)]);
        let shown: Vec<_> = project
            .marks
            .iter()
            .map(|(file, offset)| {
                definition(project.analysis(), *file, *offset).into_iter().map(|target| project.shown(target.name)).collect::<Vec<_>>()
            })
            .collect();
        insta::assert_debug_snapshot!(shown);
    }

    #[test]
    fn a_waiver_leads_to_its_policy_and_a_stack_to_its_provider() {
        let waived = "  waive propr$0ietary { on = [onepassword], because = \"none other stands ready\" }\n}\n\nprovider hetzner eu";
        let text = PRODUCT.replacen("}\n\nprovider hetzner eu", waived, 1) + "stack vpn access { on = mgmt.prov$0ider }\n";
        let project = project(&[("inventory/acme/product.infra", &text)]);
        let shown = |at: usize| {
            let (file, offset) = project.marks[at];
            definition(project.analysis(), file, offset).into_iter().map(|target| project.shown(target.name)).collect::<Vec<_>>()
        };
        assert!(shown(0).iter().all(|place| place.contains("`proprietary` in `define policy proprietary")) && shown(0).len() == 1);
        assert_eq!(shown(1), ["inventory/acme/product.infra: `eu` in `provider hetzner eu { region = fsn1 }`"]);
    }

    #[test]
    fn types_and_implementations_are_found() {
        let library = |path: &str| format!("<stdlib>/{path}");
        let text = PRODUCT.replace("public =", "pub$0lic =").replace("on     = eu", "on     = e$0u");
        let project = project(&[("inventory/acme/product.infra", &text)]);
        let shown = |targets: Vec<Target>| targets.into_iter().map(|target| project.shown(target.name)).collect::<Vec<_>>();
        let types: Vec<_> = project.marks.iter().map(|(file, at)| shown(type_definition(project.analysis(), *file, *at))).collect();
        let at = |path: &str, text: &str| {
            let (id, file) = project.session.workspace().find(&library(path)).expect("a file");
            (id, file.text.find(text).expect("a text") as u32)
        };
        let (file, offset) = at("modules/compute.infra", "compute {");
        let (sized, size) = at("stacks/compute.infra", "size:   Size");
        let found =
            (types, shown(type_definition(project.analysis(), sized, size)), shown(implementation(project.analysis(), file, offset)));
        insta::assert_debug_snapshot!(found);
    }
}
