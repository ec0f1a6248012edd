//! Tests: each is a small product of its own, with what is expected of it.
//!
//! What its `product` leaves unsaid, `define kind test` says.

use super::{Library, Resolver, Source, word};
use crate::base::{Span, Text, Workspace};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::hir::{Assign, Attribute, Expected, ExprKind, Item, Name, Product, Program, Test};
use crate::syntax::ast;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The keyword of a test, and the name of a product that says none.
pub(super) const TEST: &str = "test";

/// What the `product` of a test says of its environments.
const ENVIRONMENTS: &str = "environments";

/// Whether a file declares tests.
pub fn has_tests(tree: &ast::File) -> bool {
    blocks(tree).next().is_some()
}

/// A test with its names linked.
#[derive(Debug)]
pub struct Linked {
    /// The test.
    pub test: Test,
    /// The library with its product.
    pub program: Program,
    /// What was found in it.
    pub diagnostics: Diagnostics,
}

/// Links the tests that some files declare, each by itself: none knows the products of another. The program of each numbers its names behind
/// those of the library.
pub fn tests(workspace: &Workspace, library: &Library, sources: &[Source]) -> (Vec<Linked>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let mut found = Vec::new();
    let mut names: BTreeMap<Text, Span> = BTreeMap::new();
    let (sources, hidden) = library.known.of_products(workspace, sources);
    diagnostics.extend(hidden);
    for (source, block) in sources.iter().flat_map(|source| blocks(&source.tree).map(move |block| (source, block))) {
        let functions = library.functions.clone();
        let mut resolver = Resolver { workspace, functions, program: library.program.clone(), diagnostics: Diagnostics::default() };
        let Some(test) = resolver.test(source, block) else {
            diagnostics.extend(resolver.diagnostics);
            continue;
        };
        match names.insert(test.name.text.clone(), test.name.span) {
            Some(first) => diagnostics.push(super::declared_twice(&format!("test \"{}\"", test.name.text), test.name.span, first)),
            None => found.push(Linked { test, program: resolver.program, diagnostics: resolver.diagnostics }),
        }
    }
    (found, diagnostics)
}

fn blocks(tree: &ast::File) -> impl Iterator<Item = &ast::Block> {
    ast::blocks(&tree.items).filter(|block| block.keyword.text == TEST)
}

impl Resolver<'_> {
    fn test(&mut self, source: &Source, block: &ast::Block) -> Option<Test> {
        let Some(name) = block.labels.first().and_then(name_of) else {
            self.headless(block, "test \"what must be true\"");
            return None;
        };
        self.surplus(block, 1);
        self.plain_head(block, "a test is run once");
        let mut expected = Expected::default();
        let mut items = Vec::new();
        for item in &block.body.items {
            match item {
                ast::Item::Block(inner) if inner.keyword.text == "expect" => {
                    expected.blocks.push(self.lower(None, |lowering| lowering.block(inner)));
                }
                ast::Item::Block(inner) if matches!(inner.keyword.text.as_str(), "define" | "extend" | "implement" | TEST) => {
                    self.refuse(inner.keyword.span, &format!("`{}`", inner.keyword.text));
                }
                ast::Item::Block(inner) if inner.keyword.text == "product" && inner.labels.is_empty() => {
                    items.push(ast::Item::Block(ast::Block { labels: vec![usual_name(inner.keyword.span)], ..inner.clone() }));
                }
                ast::Item::Block(_) | ast::Item::Error(_) => items.push(item.clone()),
                ast::Item::Check(check) => expected.checks.push(self.lower(None, |lowering| lowering.check(check))),
                ast::Item::Attribute(item) => self.refuse(item.name.span, &format!("attribute `{}`", item.name.text)),
                ast::Item::For(item) => self.refuse(item.span, "`for`"),
                ast::Item::Input(item) => self.refuse(item.name.span, "an input"),
                ast::Item::Output(item) => self.refuse(item.name.span, "an output"),
                ast::Item::Let(item) => self.refuse(item.name.span, "`let`"),
                ast::Item::Function(item) => self.refuse(item.name.span, "a function"),
                ast::Item::Type(item) => self.refuse(item.name.span, "a type"),
                ast::Item::Enum(item) => self.refuse(item.name.span, "an enum"),
            }
        }
        if !items.iter().any(|item| matches!(item, ast::Item::Block(block) if block.keyword.text == "product")) {
            items.push(ast::Item::Block(unsaid(block, &name)));
        }
        let tree = Arc::new(ast::File { items, ..ast::File::default() });
        self.products(&[Source { file: source.file, tree }]);
        let product = self.program.products.pop()?;
        let product = Arc::new(Product { expected: Some(expected), ..self.completed(Arc::into_inner(product)?) });
        self.program.products = vec![product.clone()];
        Some(Test { name, span: block.span, product })
    }

    /// A product with what it leaves unsaid. It lies in no folder: nothing is remembered of it.
    fn completed(&self, mut product: Product) -> Product {
        product.folder = Text::new("<test>");
        let Some(kind) = self.program.kinds.get(TEST) else { return product };
        let mut block = (*product.block).clone();
        let said: Vec<Text> = block.body.attributes().map(|attribute| attribute.name.text.clone()).collect();
        let has_environments = said.iter().any(|name| name == ENVIRONMENTS);
        let usual = kind.inputs.get(ENVIRONMENTS).and_then(|input| input.default.as_ref()).map(|default| names_in(&default.kind));
        let usual = usual.unwrap_or_default();
        for input in kind.inputs.values().filter(|input| !said.contains(&input.name.text)) {
            let Some(value) = input.default.clone() else { continue };
            // What is said by environment is said of the usual ones.
            let is_of_usual =
                matches!(&value.kind, ExprKind::Map(entries) if entries.iter().any(|(key, _)| usual.iter().any(|of| of.text == key.text)));
            if has_environments && is_of_usual {
                continue;
            }
            if input.name.text == ENVIRONMENTS {
                product.environments = usual.clone();
            }
            let attribute = Attribute { span: input.span, doc: None, name: input.name.clone(), operator: Assign::Set, value };
            block.body.items.push(Item::Attribute(Arc::new(attribute)));
        }
        product.block = Arc::new(block);
        product
    }

    fn refuse(&mut self, span: Span, what: &str) {
        self.error(
            Diagnostic::error(Code::UnknownBlock, span, format!("a test holds a product, and this is {what}"))
                .help("it holds instances as in an inventory, a `product` where the usual one will not do, `check`s and `expect`"),
        );
    }
}

/// The product of a test that says none.
fn unsaid(block: &ast::Block, name: &Name) -> ast::Block {
    let keyword = ast::Name { text: "product".into(), span: block.keyword.span };
    let body = ast::Body { span: block.body.span, items: Vec::new() };
    ast::Block { span: block.span, doc: None, keyword, labels: vec![usual_name(name.span)], repeat: None, condition: None, body }
}

/// What the product of a test is called that does not say it.
fn usual_name(span: Span) -> ast::Label {
    ast::Label { span, value: ast::LabelValue::Word(TEST.into()) }
}

fn names_in(value: &ExprKind) -> Vec<Name> {
    let ExprKind::List(elements) = value else { return Vec::new() };
    let named = elements.iter().filter_map(|element| Some(Name { text: element.as_name()?.clone(), span: element.span }));
    named.collect()
}

/// What a label says, as a word or in plain text.
fn name_of(label: &ast::Label) -> Option<Name> {
    if let Some(name) = word(label) {
        return Some(name);
    }
    let ast::LabelValue::Template(parts) = &label.value else { return None };
    let mut text = String::new();
    for part in parts {
        match part {
            ast::Part::Text(part) => text.push_str(part),
            ast::Part::Expr(_) => return None,
        }
    }
    (!text.trim().is_empty()).then(|| Name { text: text.into(), span: label.span })
}
