//! What a body must say and does not: attributes of instances and blocks, arguments of resources and tasks, outputs of a contract,
//! fields of a record.

use super::super::Analysis;
use super::super::node::{Node, bare, path_at};
use super::super::rename::Edit;
use super::super::schemas::{Schema, schema_at};
use super::waive::errors_with;
use super::{Made, sample};
use crate::base::{FileId, Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Input, Kind, Program};
use crate::syntax::ast;
use crate::ty::Ty;

/// Adds what a finding says is missing, each with a value of its type.
pub(super) fn of(analysis: Analysis<'_>, found: &Diagnostic) -> Option<Made> {
    let file = found.primary.span.file;
    if !matches!(found.code, Code::Missing | Code::MissingResourceAttribute) || analysis.is_of_library(found.primary.span) {
        return None;
    }
    let path = path_at(analysis.tree(file)?, found.primary.span.start);
    let record = path.iter().find_map(|node| match node {
        Node::Expr(expr) if bare(expr).span == found.primary.span => Some(*expr),
        _ => None,
    });
    if let Some(expr) = record {
        return fields(analysis, file, expr);
    }
    let block = path.iter().rev().find_map(|node| match node {
        Node::Item(ast::Item::Block(block)) => Some(block),
        _ => None,
    })?;
    let mut items: Vec<(String, String)> = inputs(analysis, file, found);
    choose(analysis, &block.body, &mut items);
    if items.is_empty() {
        items = arguments(analysis, file, &path, block);
    }
    let names: Vec<String> = items.iter().map(|(name, _)| format!("`{}`", name.trim_start_matches("output "))).collect();
    let lines: Vec<String> = items.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    (!lines.is_empty()).then(|| (format!("add {}", names.join(", ")), vec![in_body(analysis, &block.body, &lines)]))
}

/// Of several instances that fit by their types, takes the first with which the least is wrong: not every provider can do everything.
fn choose(analysis: Analysis<'_>, body: &ast::Body, items: &mut [(String, String)]) {
    const MOST_TRIED: usize = 8;
    let Some(product) = analysis.product(body.span.file) else { return };
    let named = |name: &str| product.instances.iter().find(|instance| instance.name.text == name);
    for at in 0..items.len() {
        let Some(first) = named(&items[at].1) else { continue };
        let others = product.instances.iter().filter(|other| other.keyword == first.keyword && other.name.text != first.name.text);
        let names: Vec<&Text> = std::iter::once(first).chain(others).take(MOST_TRIED).map(|instance| &instance.name.text).collect();
        if names.len() < 2 {
            continue;
        }
        let mut errors_of = |name: &Text| {
            items[at].1 = name.to_string();
            let lines: Vec<String> = items.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            errors_with(analysis, &in_body(analysis, body, &lines))
        };
        if let Some((_, _, name)) = names.iter().enumerate().map(|(order, name)| (errors_of(name), order, name)).min() {
            items[at].1 = name.to_string();
        }
    }
}

/// What the finding names the declarations of.
fn inputs(analysis: Analysis<'_>, file: FileId, found: &Diagnostic) -> Vec<(String, String)> {
    let Some(program) = analysis.program() else { return Vec::new() };
    let said = found.related.iter().filter_map(|label| {
        if let Some(input) = input_at(program, label.span) {
            return Some((input.name.text.to_string(), sample::of(analysis, file, &input.ty)));
        }
        let mut outputs = program.definitions.values().filter(|of| of.keyword == "module").flat_map(|of| of.outputs.values());
        let output = outputs.find(|output| output.name.span == label.span)?;
        let value = output.ty.as_ref().map_or("none".to_owned(), |ty| sample::of(analysis, file, ty));
        Some((format!("output {}", output.name.text), value))
    });
    said.collect()
}

/// The input that is declared at a place.
fn input_at(program: &Program, declared: Span) -> Option<&Input> {
    let is_it = |input: &&Input| input.name.span == declared;
    fn in_kind<'k>(kind: &'k Kind, is_it: &dyn Fn(&&'k Input) -> bool) -> Option<&'k Input> {
        kind.inputs.values().find(is_it).or_else(|| kind.blocks.values().find_map(|block| in_kind(block, is_it)))
    }
    let mut of_definitions = program.definitions.values().flat_map(|of| of.inputs.values());
    let kinds = || program.kinds.values().chain(program.instances.values()).find_map(|kind| in_kind(kind, &is_it));
    of_definitions.find(is_it).or_else(kinds)
}

/// What the schema of a resource or of a module of Ansible wants in a block and does not find there.
fn arguments(analysis: Analysis<'_>, file: FileId, path: &[Node<'_>], block: &ast::Block) -> Vec<(String, String)> {
    let end = path.iter().rposition(|node| matches!(node, Node::Item(ast::Item::Block(_)))).unwrap_or(0);
    let inside: Vec<Node<'_>> = path[..=end].iter().copied().chain([Node::Body(&block.body)]).collect();
    let is_set = |name: &Text| {
        block.body.items.iter().any(|item| match item {
            ast::Item::Attribute(attribute) => attribute.name.text == *name,
            ast::Item::Block(block) => block.keyword.text == *name,
            _ => false,
        })
    };
    match schema_at(analysis, &inside) {
        Some(Schema::Block { block, .. }) => {
            let open = block.attributes.iter().filter(|(name, of)| of.required && !is_set(name));
            open.map(|(name, of)| (name.to_string(), sample::of(analysis, file, &of.ty))).collect()
        }
        Some(Schema::Module(module)) => {
            let is_given = |name: &Text, of: &crate::schema::ModuleOption| is_set(name) || of.aliases.iter().any(is_set);
            let open = module.options.iter().filter(|(name, of)| of.required && !is_given(name, of));
            let value = |of: &crate::schema::ModuleOption| match of.ty.as_str() {
                "bool" => "false".to_owned(),
                "int" => "1".to_owned(),
                "list" => "[]".to_owned(),
                "dict" => "{}".to_owned(),
                "path" => "\"/srv\"".to_owned(),
                _ => of.words().next().map_or("\"\"".to_owned(), |word| format!("\"{word}\"")),
            };
            open.map(|(name, of)| (name.to_string(), value(of))).collect()
        }
        _ => Vec::new(),
    }
}

/// The fields that a record must have.
fn fields(analysis: Analysis<'_>, file: FileId, expr: &ast::Expr) -> Option<Made> {
    let ast::ExprKind::Map(entries) = &bare(expr).kind else { return None };
    let Ty::Record(record) = analysis.seen(expr)?.expected.present().clone() else { return None };
    let open = record
        .fields
        .iter()
        .filter(|field| !matches!(field.ty.plain(), Ty::Optional(_)) && !entries.iter().any(|(key, _)| key.text == field.name));
    let open: Vec<(&Text, String)> = open.map(|field| (&field.name, sample::of(analysis, file, &field.ty))).collect();
    let names: Vec<String> = open.iter().map(|(name, _)| format!("`{name}`")).collect();
    let written: Vec<String> = open.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let span = bare(expr).span;
    let last = entries.last().map(|(_, value)| value.span.end);
    let edit = match last {
        Some(end) => Edit { span: Span::new(file, end, end), text: format!(", {}", written.join(", ")) },
        None => Edit { span, text: format!("{{ {} }}", written.join(", ")) },
    };
    (!names.is_empty()).then(|| (format!("add {}", names.join(", ")), vec![edit]))
}

/// Puts lines behind what stands in a body.
pub(super) fn in_body(analysis: Analysis<'_>, body: &ast::Body, lines: &[String]) -> Edit {
    let (file, text) = (body.span.file, analysis.text(body.span.file));
    let inner = text.get(body.span.start as usize + 1..(body.span.end as usize).saturating_sub(1)).unwrap_or_default();
    let end = body.span.start + 1 + inner.trim_end().len() as u32;
    let close = body.span.end.saturating_sub(1).max(end);
    if !inner.contains('\n') && lines.iter().all(|line| !line.contains('\n')) {
        let before = if inner.trim().is_empty() { " " } else { ", " };
        return Edit { span: Span::new(file, end, close), text: format!("{before}{} ", lines.join(", ")) };
    }
    let start = text[..body.span.end as usize].rfind('\n').map_or(0, |at| at + 1);
    let line = &text[text[..body.span.start as usize].rfind('\n').map_or(0, |at| at + 1)..];
    let outer = if inner.contains('\n') { &text[start..] } else { line };
    let indent: String = outer.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let lines: String = lines.iter().map(|line| format!("\n{indent}  {}", line.replace('\n', &format!("\n{indent}  ")))).collect();
    Edit { span: Span::new(file, end, close), text: format!("{lines}\n{indent}") }
}
