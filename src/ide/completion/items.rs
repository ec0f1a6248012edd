//! What a body or a file may hold: attributes and blocks that its kind takes, arguments of schemas, items of the language.

use super::super::names::{Owner, Taken, What};
use super::super::node::{Node, item_name};
use super::super::schemas::{Schema, argument, resource_schema, schema_at};
use super::expressions::alone;
use super::{At, Completion, Rank};
use crate::base::Text;
use crate::check::LIFECYCLE;
use crate::syntax::ast;

/// What may stand at the top of any file, and what is written for it.
const TOP: [(&str, &str); 7] = [
    ("define", "define ${1:stack} ${2:name} {\n  $0\n}"),
    ("extend", "extend ${1:stack} ${2:name} {\n  $0\n}"),
    ("implement", "implement ${1:module} on ${2:provider} {\n  $0\n}"),
    ("test", "test \"${1:what must be true}\" {\n  $0\n}"),
    ("type", "type ${1:name} = ${2:string}"),
    ("enum", "enum ${1:Name} { ${2:one}, ${3:other} }"),
    ("fn", "fn ${1:name}(${2:x}: ${3:string}) -> ${4:string} = $0"),
];

/// What stands in a test beside instances.
const TESTED: [(&str, &str); 3] = [("product", "product ${1:name} {\n  $0\n}"), ("check", "check $0"), ("expect", "expect {\n  $0\n}")];

/// What declares something in a definition.
const DECLARATIONS: [(&str, &str); 8] = [
    ("input", "input ${1:name}: ${2:string}"),
    ("output", "output ${1:name} = $0"),
    ("let", "let ${1:name} = $0"),
    ("check", "check ${1:condition}\n  else \"${2:what is wrong}\""),
    ("type", "type ${1:name} = ${2:string}"),
    ("enum", "enum ${1:Name} { ${2:one}, ${3:other} }"),
    ("fn", "fn ${1:name}(${2:x}: ${3:string}) -> ${4:string} = $0"),
    ("for", "for ${1:x} in ${2:list} {\n  $0\n}"),
];

pub(super) fn at(at: &At<'_>) -> Vec<Completion> {
    let set = set_beside(at);
    let is_set = |name: &str| set.contains(&name);
    if let Some(found) = of_schema(at, &is_set) {
        return alone(at, found);
    }
    let mut found: Vec<Completion> = Vec::new();
    if let Some(takes) = &at.around.takes {
        let takes: Vec<Completion> = takes.iter().filter(|taken| taken.many || !is_set(&taken.name)).map(item).collect();
        // What a definition says of itself is what is known by that name.
        let says = at.block().is_none_or(|block| block.keyword.text == "define");
        found.extend(if says { takes } else { alone(at, takes) });
    }
    let Some(block) = at.block() else {
        found.extend(top(at));
        return found;
    };
    // Directly in the body of a definition or an instance, and not in a block of it.
    let depth = at.path.iter().filter(|node| matches!(node, Node::Body(_))).count();
    let is_in_test = at.outermost().is_some_and(|outer| outer.keyword.text == "test");
    if is_in_test && depth == 1 {
        found.extend(words(&TESTED));
        found.extend(instances(at, &["stack", "provider", "store"]));
        return found;
    }
    let depth = depth - usize::from(is_in_test && depth > 0);
    match &at.around.owner {
        Owner::Definition(keyword, _) if depth == 1 && block.keyword.text == "define" => {
            found.extend(words(&DECLARATIONS));
            if keyword == "stack" {
                found.extend(instances(at, &["module", "service", "stack"]));
            }
        }
        Owner::Implementation(..) if depth == 2 && block.keyword.text == "defaults" => found.extend(alone(at, defaults(at, &is_set))),
        Owner::Implementation(..) if depth == 1 => {
            let resources = [
                ("defaults", "defaults { $0 }"),
                ("resource", "resource ${1:type} ${2:name} {\n  $0\n}"),
                ("data", "data ${1:type} ${2:name} {\n  $0\n}"),
                ("output", "output ${1:name} = $0"),
                ("let", "let ${1:name} = $0"),
                ("check", "check ${1:condition}\n  else \"${2:what is wrong}\""),
            ];
            found.extend(words(&resources));
            found.extend(outputs_of_contract(at));
        }
        Owner::Product if depth == 1 && !matches!(block.keyword.text.as_str(), "product" | "expect") => {
            found.push(Completion::new("in", What::Keyword, Rank::Word).snippet("in ${1:environment} {\n  $0\n}"));
        }
        Owner::None if block.keyword.text == "define" => {
            // What a kind is made of.
            found.extend(words(&[
                ("input", "input ${1:name}: ${2:string}"),
                ("block", "block ${1:name} {\n  $0\n}"),
                ("labels", "labels = [${1:1}, ${2:1}]"),
                ("many", "many = true"),
                ("open", "open = true"),
                ("one_of", "one_of = [$0]"),
            ]));
        }
        _ => {}
    }
    found
}

fn words(all: &[(&'static str, &'static str)]) -> Vec<Completion> {
    all.iter().map(|(word, snippet)| Completion::new(*word, What::Keyword, Rank::Word).snippet(*snippet)).collect()
}

fn item(taken: &Taken) -> Completion {
    let rank = if taken.is_needed { Rank::Needed } else { Rank::Fits };
    let (what, snippet) = match &taken.ty {
        Some(_) => (What::Attribute, format!("{} = $0", taken.name)),
        None => {
            let labels = (0..taken.labels).map(|at| format!(" ${{{}:name}}", at + 1)).collect::<String>();
            (What::Block, format!("{}{labels} {{\n  $0\n}}", taken.name))
        }
    };
    let item = Completion::new(taken.name.clone(), what, rank).snippet(snippet).declared(Some(taken.declared));
    match &taken.ty {
        Some(ty) => item.detail(format!("{}: {ty}", taken.name)),
        None => item,
    }
}

/// The names that are set beside the place.
fn set_beside<'s>(at: &At<'s>) -> Vec<&'s str> {
    let body = at.path.iter().rev().find_map(|node| if let Node::Body(body) = node { Some(*body) } else { None });
    let named = |item: &'s ast::Item| match item {
        ast::Item::Block(block) => Some(block.keyword.text.as_str()),
        ast::Item::Attribute(_) => item_name(item).map(|name| name.text.as_str()),
        _ => None,
    };
    body.map(|body| body.items.iter().filter_map(named).filter(|name| *name != super::supposed::NAME).collect()).unwrap_or_default()
}

/// What stands at the top: definitions; in the folder of a product, the product and its instances.
fn top(at: &At<'_>) -> Vec<Completion> {
    let mut found = words(&TOP);
    found.push(Completion::new("product", What::Keyword, Rank::Word).snippet(
        "product ${1:name} {\n  domain       = \"${2:example.com}\"\n  owner        = \"${3:ops@example.com}\"\n  environments = [${4:prod}]\n  ranges       = { ${4:prod} = ${5:10.20.0.0/16} }\n}",
    ));
    found.extend(instances(at, &["stack", "provider", "store"]));
    found
}

/// The keywords whose instances may stand here.
fn instances(at: &At<'_>, keywords: &[&str]) -> Vec<Completion> {
    let Some(program) = at.analysis.program() else { return Vec::new() };
    let all = keywords.iter().filter(|keyword| program.definitions.keys().any(|(of, _)| of == **keyword));
    let item = |keyword: &&str| {
        let declared = program.instances.get(*keyword).or_else(|| program.kinds.get(*keyword)).map(|kind| kind.span);
        let snippet = format!("{keyword} ${{1:definition}} ${{2:name}} {{\n  $0\n}}");
        Completion::new(*keyword, What::Kind, Rank::Fits).snippet(snippet).declared(declared)
    };
    all.map(item).collect()
}

/// The outputs that a contract leaves to its implementations, and this one does not have yet.
fn outputs_of_contract(at: &At<'_>) -> Vec<Completion> {
    let Owner::Implementation(module, provider) = &at.around.owner else { return Vec::new() };
    let find = || {
        let program = at.analysis.program()?;
        let contract = program.definitions.get(&(Text::from("module"), module.clone()))?;
        let own = program.implementations.get(&(module.clone(), provider.clone()));
        let open = contract.outputs.values().filter(|output| output.value.is_none());
        let open = open.filter(|output| own.is_none_or(|own| !own.outputs.contains_key(&output.name.text)));
        let item = |output: &crate::hir::Output| {
            let name = &output.name.text;
            let item = Completion::new(format!("output {name}"), What::Output, Rank::Needed).snippet(format!("output {name} = $0"));
            let item = item.declared(Some(output.name.span));
            match &output.ty {
                Some(ty) => item.detail(ty.to_string()),
                None => item,
            }
        };
        Some(open.map(item).collect())
    };
    find().unwrap_or_default()
}

/// What some resource of the implementation takes.
fn defaults(at: &At<'_>, is_set: &dyn Fn(&str) -> bool) -> Vec<Completion> {
    let implement = at.path.iter().find_map(|node| if let Node::Item(ast::Item::Block(block)) = node { Some(block) } else { None });
    let Some(implement) = implement else { return Vec::new() };
    let resources = ast::blocks(&implement.body.items).filter(|block| block.keyword.text == "resource");
    let schemas = resources.filter_map(|resource| resource_schema(at.analysis, implement, resource));
    let open = schemas.flat_map(|of| &of.attributes).filter(|(name, of)| !of.is_read_only() && !is_set(name));
    let item = |(name, of): (&Text, &crate::schema::Attribute)| {
        Completion::new(name.clone(), What::Open, Rank::Fits).detail(argument(name, of)).snippet(format!("{name} = $0"))
    };
    open.map(item).collect()
}

/// What a schema says of the body; nothing where none does.
fn of_schema(at: &At<'_>, is_set: &dyn Fn(&str) -> bool) -> Option<Vec<Completion>> {
    let set = |name: &Text, needed: bool, detail: String| {
        let rank = if needed { Rank::Needed } else { Rank::Fits };
        Completion::new(name.clone(), What::Open, rank).detail(detail).snippet(format!("{name} = $0"))
    };
    match schema_at(at.analysis, &at.path)? {
        Schema::Block { block, is_top } => {
            let open = block.attributes.iter().filter(|(name, of)| !of.is_read_only() && !is_set(name));
            let mut found: Vec<Completion> = open.map(|(name, of)| set(name, of.required, argument(name, of))).collect();
            let nested = block.blocks.iter().filter(|(name, of)| of.max != Some(1) || !is_set(name));
            found.extend(nested.map(|(name, of)| {
                let rank = if of.min > 0 { Rank::Needed } else { Rank::Fits };
                Completion::new(name.clone(), What::Block, rank).snippet(format!("{name} {{\n  $0\n}}"))
            }));
            if is_top {
                found.extend(words(&[("depends_on", "depends_on = [$0]"), ("lifecycle", "lifecycle {\n  $0\n}")]));
                found.retain(|item| item.rank != Rank::Word || !is_set(&item.label));
            }
            Some(found)
        }
        Schema::Lifecycle => {
            let open = LIFECYCLE.iter().filter(|(name, _)| !is_set(name));
            let item = |(name, is_truth): &(&'static str, bool)| {
                let snippet = format!("{name} = {}", if *is_truth { "true" } else { "[$0]" });
                Completion::new(*name, What::Open, Rank::Fits).snippet(snippet)
            };
            Some(open.map(item).collect())
        }
        Schema::Module(module) => {
            let open = module.options.iter().filter(|(name, _)| !is_set(name));
            Some(open.map(|(name, of)| set(name, of.required, format!("{name}: {}", of.ty))).collect())
        }
        Schema::Objects(_) => None,
    }
}
