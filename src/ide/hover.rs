//! What stands at a place: its declaration in one line, what is said of it, and its value in each environment.

use super::Analysis;
use super::names::{Name, Role, What};
use super::node::{Node, bare, item_doc};
use super::schemas::{described, resource_schema, schema_at};
use crate::base::{FileId, Span, Text};
use crate::eval::functions;
use crate::syntax::ast;
use crate::ty::Ty;

/// How much of a default is shown, in characters.
const LONGEST_DEFAULT: usize = 60;

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The name that it is said of.
    pub span: Span,
    /// The declaration, in the language.
    pub declaration: String,
    /// What is said of it, in Markdown.
    pub doc: Option<String>,
    /// Its value in each environment, in the words of the language; equal ones are one.
    pub values: Vec<(Vec<Text>, String)>,
}

impl Hover {
    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut parts = vec![format!("```infra\n{}\n```", self.declaration)];
        parts.extend(self.doc.clone());
        if !self.values.is_empty() {
            let line =
                |(environments, value): &(Vec<Text>, String)| format!("- {}: `{}`", environments.join(", "), value.replace('`', "ˋ"));
            parts.push(self.values.iter().map(line).collect::<Vec<_>>().join("\n"));
        }
        parts.join("\n\n---\n\n")
    }
}

/// What stands at an offset.
pub fn hover(analysis: Analysis<'_>, file: FileId, offset: u32) -> Option<Hover> {
    let place = analysis.place(file, offset);
    let name = place.name?;
    let seen = place.path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) if bare(expr).span.end == name.span.end => analysis.seen(expr),
        Node::Item(ast::Item::Attribute(attribute)) if attribute.value.span == name.span => analysis.seen(&attribute.value),
        _ => None,
    });
    let ty = seen.map(|seen| &seen.ty).filter(|ty| **ty != Ty::Error);
    let values = path_of(&place.path, &name, analysis).map(|path| values(analysis, file, &path)).unwrap_or_default();
    let (declaration, doc) = match name.declared {
        Some(declared) => declared_as(analysis, &name, declared, ty)?,
        None => in_schema(analysis, &place.path, &name).map(|line| (line, None)).or_else(|| undeclared(&name, ty))?,
    };
    Some(Hover { span: name.span, declaration, doc, values })
}

/// What is said of what a place declares.
pub fn documentation(analysis: Analysis<'_>, declared: Span) -> Option<String> {
    match analysis.items_around(declared).last()? {
        ast::Item::Type(ast::TypeAlias { ty: ast::Type { kind: ast::TypeKind::Record(fields), .. }, name, .. })
            if name.span != declared =>
        {
            fields.iter().find(|field| field.name.span == declared)?.doc.as_ref().map(Text::to_string)
        }
        item => item_doc(item).map(Text::to_string),
    }
}

/// What is said of a function of the language.
pub fn of_function(name: &str) -> Option<&'static str> {
    functions::find(name).map(|function| function.doc)
}

/// What the schema of a provider or of a module of Ansible says of a name.
fn in_schema(analysis: Analysis<'_>, path: &[Node<'_>], name: &Name) -> Option<String> {
    match name.what {
        What::Open => described(schema_at(analysis, path)?, &name.text),
        What::ResourceType => {
            let blocks = path.iter().filter_map(|node| if let Node::Item(ast::Item::Block(block)) = node { Some(block) } else { None });
            let [implement, resource, ..] = blocks.collect::<Vec<_>>()[..] else { return None };
            let schema = resource_schema(analysis, implement, resource)?;
            let needed = schema.attributes.iter().filter(|(_, of)| of.required).map(|(name, of)| format!("\n  {name} = …  # {}", of.ty));
            Some(format!("{} {} {{{}\n}}", resource.keyword.text, name.text, needed.collect::<String>()))
        }
        _ => None,
    }
}

/// What declares a name, in one line, with its documentation.
fn declared_as(analysis: Analysis<'_>, name: &Name, declared: Span, ty: Option<&Ty>) -> Option<(String, Option<String>)> {
    let items = analysis.items_around(declared);
    let item = items.last()?;
    let text = |span: Span| analysis.workspace().text(span).split_whitespace().collect::<Vec<_>>().join(" ");
    let default = |value: Option<&std::sync::Arc<ast::Expr>>| match value.map(|value| text(value.span)) {
        Some(value) if value.chars().count() <= LONGEST_DEFAULT => format!(" = {value}"),
        Some(_) => " = …".to_owned(),
        None => String::new(),
    };
    let found = ty.map(|ty| format!(": {ty}")).unwrap_or_default();
    let mut doc = item_doc(item).map(Text::to_string);
    let line = match item {
        _ if name.what == What::Local => {
            doc = None;
            format!("{}{found}", name.text)
        }
        _ if name.what == What::Environment => {
            doc = None;
            format!("environment {}", name.text)
        }
        ast::Item::Input(input) => format!("input {}: {}{}", input.name.text, text(input.ty.span), default(input.default.as_ref())),
        ast::Item::Output(output) => {
            let ty = output.ty.as_ref().map(|ty| format!(": {}", text(ty.span))).unwrap_or(found);
            format!("output {}{ty}{}", output.name.text, default(output.value.as_ref()))
        }
        ast::Item::Let(binding) => {
            let ty = binding.ty.as_ref().map(|ty| format!(": {}", text(ty.span))).unwrap_or(found);
            format!("let {}{ty}{}", binding.name.text, default(Some(&binding.value)))
        }
        ast::Item::Function(function) if name.what == What::Parameter => {
            doc = None;
            let (parameter, ty) = function.parameters.iter().find(|(parameter, _)| parameter.span == declared)?;
            format!("{}: {}", parameter.text, text(ty.span))
        }
        ast::Item::Function(function) => text(Span { end: function.result.span.end, ..function.span }),
        ast::Item::Type(item) if name.what == What::Field => {
            let ast::TypeKind::Record(fields) = &item.ty.kind else { return None };
            let field = fields.iter().find(|field| field.name.span == declared)?;
            doc = field.doc.as_ref().map(Text::to_string);
            format!("{}.{}: {}", item.name.text, field.name.text, text(field.ty.span))
        }
        ast::Item::Type(item) if matches!(item.ty.kind, ast::TypeKind::Record(_)) => {
            analysis.workspace().text(item.span).lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n")
        }
        ast::Item::Type(item) => format!("type {} = {}", item.name.text, text(item.ty.span)),
        // What is said of the words is said of all of them.
        ast::Item::Enum(item) if name.what == What::Member => format!("{}.{}", item.name.text, name.text),
        ast::Item::Enum(item) => text(item.span),
        ast::Item::Block(block) => {
            // What says nothing of itself is what its definition is.
            doc = doc.or_else(|| {
                let definition = (block.keyword.text.clone(), block.labels.first()?.word()?.clone());
                documentation(analysis, analysis.program()?.definitions.get(&definition)?.name.span)
            });
            let end = block.labels.last().map_or(block.keyword.span.end, |label| label.span.end);
            text(Span { end, ..block.keyword.span })
        }
        _ => format!("{}{found}", name.text),
    };
    Some((line, doc))
}

/// What no text declares: functions and words of the language.
fn undeclared(name: &Name, ty: Option<&Ty>) -> Option<(String, Option<String>)> {
    let text = &name.text;
    match (name.what, ty) {
        (What::Builtin, _) => functions::find(text).map(|function| (function.signature(), Some(function.doc.to_owned()))),
        (What::Ambient | What::Local | What::Field | What::Open | What::Parameter, Some(ty)) => Some((format!("{text}: {ty}"), None)),
        _ => None,
    }
}

/// The value that a name has in a product: the instances that lead to it, and the field.
fn path_of(path: &[Node<'_>], name: &Name, analysis: Analysis<'_>) -> Option<Vec<Text>> {
    let blocks: Vec<&ast::Block> =
        path.iter().filter_map(|node| if let Node::Item(ast::Item::Block(block)) = node { Some(block) } else { None }).collect();
    let outer = blocks.first()?;
    if matches!(outer.keyword.text.as_str(), "define" | "implement" | "test") {
        return None;
    }
    let instance = |block: &ast::Block| block.labels.get(1).or(block.labels.first()).and_then(ast::Label::word).cloned();
    match name.role {
        // Directly in the block, or in what an environment says differently.
        Role::Sets if matches!(name.what, What::Input | What::Attribute) => {
            let is_direct = blocks.len() == 1 || blocks.len() == 2 && blocks[1].keyword.text == "in";
            let is_attribute =
                path.iter().any(|node| matches!(node, Node::Item(ast::Item::Attribute(item)) if item.name.span == name.span));
            let of_product = outer.keyword.text == "product";
            (is_direct && is_attribute)
                .then(|| if of_product { Some(vec![name.text.clone()]) } else { Some(vec![instance(outer)?, name.text.clone()]) })?
        }
        Role::Reads => {
            let expr = path.iter().rev().find_map(|node| match node {
                Node::Expr(expr @ ast::Expr { kind: ast::ExprKind::Member(_, member), .. }) if member.span == name.span => Some(expr),
                _ => None,
            })?;
            let mut names = Vec::new();
            let mut at = *expr;
            while let ast::ExprKind::Member(base, member) = &at.kind {
                names.push(member.text.clone());
                at = bare(base);
            }
            let ast::ExprKind::Name(first) = &at.kind else { return None };
            let product = analysis.product_at(name.span.file, name.span.start)?;
            let is_instance = product.instances.iter().any(|instance| instance.name.text == *first);
            if is_instance {
                names.push(first.clone());
            } else if first != "product" {
                return None;
            }
            names.reverse();
            Some(names)
        }
        _ => None,
    }
}

fn values(analysis: Analysis<'_>, file: FileId, path: &[Text]) -> Vec<(Vec<Text>, String)> {
    let mut values: Vec<(Vec<Text>, String)> = Vec::new();
    for (environment, value) in analysis.session().values(file, path) {
        match values.iter_mut().find(|(_, known)| *known == value) {
            Some((environments, _)) => environments.push(environment),
            None => values.push((vec![environment], value)),
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::super::definition::definition;
    use super::super::tests::{PRODUCT, project};
    use super::*;

    #[test]
    fn says_what_is_declared_and_what_it_is_worth() {
        let text = PRODUCT
            .replace("stack management", "$0stack mana$0gement")
            .replace("servers = 3", "ser$0vers = 3")
            .replace("protected    =", "pro$0tected    =")
            .replace("bootstrap = local", "bootstrap = lo$0cal")
            .replace("[mgmt.keys]", "[mg$0mt.ke$0ys]")
            .replace("gates  = []", "gates  = [for g in [] : $0g]\n  range  = allocate$0_range(product.ran$0ges[environment], 20)");
        let project = project(&[("inventory/acme/product.infra", &text)]);
        let shown: Vec<String> = project
            .marks
            .iter()
            .map(|(file, at)| hover(project.analysis(), *file, *at).map(|hover| hover.markdown()).unwrap_or_else(|| "nothing".to_owned()))
            .collect();
        insta::assert_snapshot!(shown.join("\n=====\n"));
    }

    /// An instance is what its definition is, and has a name where it is a value.
    #[test]
    fn instances_are_called_by_their_names() {
        let text = PRODUCT.replace("keys ", "ke$0ys ").replace("stack management mgmt", "stack management mg$0mt");
        let project = project(&[("inventory/acme/product.infra", &text)]);
        let shown = |at: usize| {
            let (file, offset) = project.marks[at];
            hover(project.analysis(), file, offset).map(|hover| hover.markdown()).unwrap_or_default()
        };
        let (first, second) = (shown(0), shown(1));
        assert!(first.contains("stack management mgmt") && first.contains("What the other stacks need first"), "{first}");
        assert!(second.contains("`[mgmt.keys]`"), "{second}");
    }

    #[test]
    fn schemas_say_what_arguments_are() {
        let text = "implement compute on hetzner {\n  resource hcloud_se$0rver own {\n    server_ty$0pe = \"x\"\n    lifecycle { prevent_de$0stroy = true }\n  }\n}\n\
            define service own {\n  configure {\n    task \"ansible.builtin.file\" \"x\" {\n      sta$0te = \"directory\"\n    }\n  }\n}\n";
        let project = project(&[("inventory/acme/product.infra", PRODUCT), ("library/own.infra", text)]);
        let found: Vec<String> = project
            .marks
            .iter()
            .map(|(file, at)| hover(project.analysis(), *file, *at).map(|hover| hover.declaration).unwrap_or_default())
            .collect();
        assert!(found[0].contains("server_type = …  # string"), "{found:?}");
        assert_eq!(found[1..3], ["server_type: string, required", "prevent_destroy: bool"]);
        assert!(found[3].starts_with("state: str, optional, one of absent, directory"), "{found:?}");
    }

    #[test]
    fn broken_text_is_no_reason_to_say_nothing() {
        let text = PRODUCT.replace("stack compute web {", "stack compute web { oops =").replace("servers = 3", "ser$0vers = 3 +");
        let project = project(&[("inventory/acme/product.infra", &text)]);
        let (file, at) = project.marks[0];
        let found = hover(project.analysis(), file, at).expect("a hover");
        assert_eq!((found.declaration.as_str(), found.values), ("input servers: Quorum = 3", Vec::new()));
    }

    #[test]
    fn a_name_that_stands_alone_is_its_value() {
        let own = "define stack own {\n  ## How wide.\n  input range: cidr = 10.0.0.0/24\n  let zones = 1 + 1\n  \
                   module network net { ra$0nge, zo$0nes }\n}\n";
        let project = project(&[("library/own.infra", own), ("inventory/acme/product.infra", PRODUCT)]);
        let found = |at: usize| {
            let (file, offset) = project.marks[at];
            let found = hover(project.analysis(), file, offset).expect("a hover");
            let targets = definition(project.analysis(), file, offset);
            (found.declaration, targets.iter().map(|target| project.shown(target.name)).collect::<Vec<_>>())
        };
        let (declaration, targets) = found(0);
        assert_eq!(declaration, "input range: cidr = 10.0.0.0/24");
        assert!(targets.len() == 2 && targets.iter().any(|shown| shown.contains("library/own.infra")), "{targets:?}");
        assert_eq!(found(1).0, "let zones: int = 1 + 1");
    }
}
