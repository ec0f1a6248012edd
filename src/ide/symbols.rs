//! What a text declares, as a tree; what all texts declare, by name.

use super::Analysis;
use super::names::What;
use super::node::item_span;
use crate::base::{FileId, Span, Text};
use crate::syntax::ast;

/// Something that is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: Text,
    /// What stands before the name, or what it is: `stack compute`, `int`.
    pub detail: String,
    /// What it is.
    pub what: What,
    /// The whole.
    pub whole: Span,
    /// The name.
    pub span: Span,
    /// What is declared in it.
    pub children: Vec<Symbol>,
}

/// How many symbols of all texts are given; who wants more asks for a longer name.
pub const MOST_SYMBOLS: usize = 256;

/// What a text declares.
pub fn of_text(analysis: Analysis<'_>, file: FileId) -> Vec<Symbol> {
    let items = analysis.tree(file).map(|tree| tree.items.as_slice()).unwrap_or_default();
    items.iter().filter_map(|item| symbol(analysis, item, true)).collect()
}

/// What is declared in any text under a name that has the letters of a query in their order; the nearest first, then by name and path.
pub fn in_all(analysis: Analysis<'_>, query: &str) -> Vec<(Symbol, Option<Text>)> {
    let mut found = Vec::new();
    for (_, tree) in analysis.session().trees() {
        for item in &tree.items {
            let Some(symbol) = symbol(analysis, item, true) else { continue };
            let outer = symbol.name.clone();
            for child in &symbol.children {
                if let Some(far) = distance(&child.name, query) {
                    found.push((far, Symbol { children: Vec::new(), ..child.clone() }, Some(outer.clone())));
                }
            }
            if let Some(far) = distance(&symbol.name, query) {
                found.push((far, Symbol { children: Vec::new(), ..symbol }, None));
            }
        }
    }
    let path = |symbol: &Symbol| analysis.path(symbol.span.file).clone();
    found.sort_by_cached_key(|(far, symbol, outer)| (*far, outer.is_some(), symbol.name.clone(), path(symbol), symbol.span.start));
    found.into_iter().take(MOST_SYMBOLS).map(|(_, symbol, outer)| (symbol, outer)).collect()
}

/// How far a name is from what was asked for: 0 the same, 1 it begins so, 2 it holds it, 3 it holds its letters in their order.
fn distance(name: &str, query: &str) -> Option<u8> {
    let (name, query) = (name.to_lowercase(), query.to_lowercase());
    let mut letters = name.chars();
    match () {
        () if name == query => Some(0),
        () if name.starts_with(&query) => Some(1),
        () if name.contains(&query) => Some(2),
        () if query.chars().all(|wanted| letters.any(|letter| letter == wanted)) => Some(3),
        () => None,
    }
}

fn symbol(analysis: Analysis<'_>, item: &ast::Item, is_outer: bool) -> Option<Symbol> {
    let whole = item_span(item);
    let text = |span: Span| analysis.workspace().text(span).split_whitespace().collect::<Vec<_>>().join(" ");
    let named = |name: &ast::Name, what: What, detail: String, children: Vec<Symbol>| {
        Some(Symbol { name: name.text.clone(), detail, what, whole, span: name.span, children })
    };
    let ty = |ty: Option<&ast::Type>| ty.map(|ty| text(ty.span)).unwrap_or_default();
    match item {
        ast::Item::Attribute(item) if !is_outer => named(&item.name, What::Attribute, String::new(), Vec::new()),
        ast::Item::Block(block) => block_symbol(analysis, block, is_outer),
        ast::Item::Input(item) => named(&item.name, What::Input, ty(Some(&item.ty)), Vec::new()),
        ast::Item::Output(item) => named(&item.name, What::Output, ty(item.ty.as_ref()), Vec::new()),
        ast::Item::Let(item) => named(&item.name, What::Let, ty(item.ty.as_ref()), Vec::new()),
        ast::Item::Function(item) => named(&item.name, What::Function, ty(Some(&item.result)), Vec::new()),
        ast::Item::Type(item) => {
            let fields = match &item.ty.kind {
                ast::TypeKind::Record(fields) => fields.as_slice(),
                _ => &[],
            };
            let field = |field: &ast::Field| Symbol {
                name: field.name.text.clone(),
                detail: text(field.ty.span),
                what: What::Field,
                whole: field.name.span.to(field.ty.span),
                span: field.name.span,
                children: Vec::new(),
            };
            named(&item.name, What::Type, String::new(), fields.iter().map(field).collect())
        }
        ast::Item::Enum(item) => {
            let member = |member: &ast::Name| Symbol {
                name: member.text.clone(),
                detail: String::new(),
                what: What::Member,
                whole: member.span,
                span: member.span,
                children: Vec::new(),
            };
            named(&item.name, What::Enum, String::new(), item.members.iter().map(member).collect())
        }
        ast::Item::Attribute(_) | ast::Item::Check(_) | ast::Item::For(_) | ast::Item::Error(_) => None,
    }
}

fn block_symbol(analysis: Analysis<'_>, block: &ast::Block, is_outer: bool) -> Option<Symbol> {
    let keyword = block.keyword.text.as_str();
    let what = match (is_outer, keyword) {
        (true, "product") => What::Product,
        (true, "define" | "implement") => What::Definition,
        (true, _) => What::Instance,
        (false, "resource" | "data") => What::Resource,
        (false, "in") => What::Environment,
        (false, _) if analysis.program().is_some_and(|program| program.instances.contains_key(keyword)) => What::Instance,
        (false, _) => What::Block,
    };
    let labels: Vec<(&Text, Span)> = block.labels.iter().filter_map(|label| Some((label.word()?, label.span))).collect();
    // `implement compute on aws` is known by the contract, everything else by its last word.
    let (at, name, span) = match (keyword, labels.as_slice()) {
        ("implement", [(name, span), ..]) => (0, (*name).clone(), *span),
        (_, [.., (name, span)]) => (labels.len() - 1, (*name).clone(), *span),
        (_, []) => (0, block.keyword.text.clone(), block.keyword.span),
    };
    let others = labels.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, (name, _))| name.as_str());
    let detail = if labels.is_empty() { String::new() } else { [keyword].into_iter().chain(others).collect::<Vec<_>>().join(" ") };
    let children = block.body.items.iter().filter_map(|item| symbol(analysis, item, false)).collect();
    Some(Symbol { name, detail, what, whole: block.span, span, children })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{PRODUCT, project};
    use super::*;

    #[test]
    fn a_text_is_a_tree_even_where_it_is_broken() {
        let text = format!(
            "{PRODUCT}define stack own {{\n  input a: int\n  let b =\n  module network net {{}}\n}}\ntype P = {{ x: int }}\nenum E {{ a }}\n"
        );
        let project = project(&[("inventory/acme/product.infra", &text)]);
        let (file, _) = project.session.workspace().find("inventory/acme/product.infra").expect("a file");
        fn lines(symbols: &[Symbol], depth: usize, into: &mut Vec<String>) {
            for symbol in symbols {
                into.push(format!("{}{} {:?} ({})", "  ".repeat(depth), symbol.name, symbol.what, symbol.detail));
                assert!(symbol.whole.start <= symbol.span.start && symbol.span.end <= symbol.whole.end);
                lines(&symbol.children, depth + 1, into);
            }
        }
        let mut shown = Vec::new();
        lines(&of_text(project.analysis(), file), 0, &mut shown);
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn all_texts_are_searched_by_name() {
        let project = project(&[("inventory/acme/product.infra", PRODUCT)]);
        let names = |query: &str| -> Vec<String> {
            in_all(project.analysis(), query).iter().map(|(symbol, outer)| format!("{} {} {outer:?}", symbol.detail, symbol.name)).collect()
        };
        assert_eq!(names("mgmt")[0], "stack management mgmt None");
        assert!(names("compute").iter().any(|name| name == "define stack compute None"));
        assert!(names("").len() == MOST_SYMBOLS);
        assert_eq!(names("there is no such name"), [""; 0]);
    }
}
