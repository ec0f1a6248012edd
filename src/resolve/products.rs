//! The inventory: a folder that holds a `product` is one product, whatever files its instances stand in.

use super::meant::is_definition;
use super::tests::TEST;
use super::{Resolver, Source, word};
use crate::base::{FileId, Text, similar, with_article};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Instance, Product};
use crate::syntax::ast;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Resolver<'_> {
    /// Collects the products and their instances.
    pub(super) fn products(&mut self, sources: &[Source]) {
        let mut products: BTreeMap<Text, Product> = BTreeMap::new();
        let mut nameless: BTreeSet<Text> = BTreeSet::new();
        for source in sources {
            for block in top_blocks(source).filter(|block| block.keyword.text == "product") {
                let Some(name) = block.labels.first().and_then(word) else {
                    self.headless(block, "product NAME");
                    // That what stands beside it belongs to no product is no news.
                    nameless.insert(parent(&self.path(source.file)));
                    continue;
                };
                self.surplus(block, 1);
                self.plain_head(block, "a product is what its folder holds");
                for inner in block.body.items.iter().filter_map(|item| if let ast::Item::Block(inner) = item { Some(inner) } else { None })
                {
                    if inner.keyword.text == "in" {
                        self.plain_head(inner, "an environment is named, and nothing else decides");
                    }
                }
                let path = self.path(source.file);
                let folder = parent(&path);
                if let Some(first) = products.get(&folder).map(|first| first.name.span) {
                    self.error(
                        Diagnostic::error(Code::Duplicate, name.span, format!("folder `{folder}` holds two products"))
                            .related(first, "the first is declared here")
                            .help("give each product a folder of its own"),
                    );
                    continue;
                }
                let environments = environments(block);
                let block = self.lower(None, |lowering| lowering.block(block));
                products.insert(folder.clone(), Product { name, folder, path, block, instances: Vec::new(), environments, expected: None });
            }
        }
        for source in sources {
            let mut folder = parent(&self.path(source.file));
            while !products.contains_key(&folder) && !folder.is_empty() {
                folder = parent(&folder);
            }
            for block in top_blocks(source) {
                match block.keyword.text.as_str() {
                    "define" | "extend" | "implement" | "product" | TEST => {}
                    keyword if self.program.instances.contains_key(keyword) => {
                        // What is no instance but a definition is told where definitions are.
                        if is_definition(block) {
                            continue;
                        }
                        let Some(instance) = self.instance(block, None) else { continue };
                        match products.get_mut(&folder) {
                            Some(product) => product.instances.push(Arc::new(instance)),
                            None if nameless.iter().any(|folder| lies_in(&self.path(source.file), folder)) => {}
                            None => self.error(
                                Diagnostic::error(
                                    Code::UnknownBlock,
                                    block.keyword.span,
                                    format!("`{} {}` belongs to no product", block.keyword.text, instance.name.text),
                                )
                                .help("move it into a folder that holds a `product`"),
                            ),
                        }
                    }
                    _ => {
                        self.unknown_block(block);
                        // Read as what was meant: that nothing is called so would follow from this.
                        let meant = self.meant(block).and_then(|meant| self.instance(&meant, None));
                        if let (Some(instance), Some(product)) = (meant, products.get_mut(&folder)) {
                            product.instances.push(Arc::new(instance));
                        }
                    }
                }
            }
        }
        self.unique(&products);
        self.program.products = products.into_values().map(Arc::new).collect();
    }

    /// Names are unique in a product.
    fn unique(&mut self, products: &BTreeMap<Text, Product>) {
        for product in products.values() {
            let mut seen: BTreeMap<Text, &Instance> = BTreeMap::new();
            for instance in &product.instances {
                if let Some(first) = seen.get(&instance.name.text) {
                    self.duplicate(&format!("`{}`", instance.name.text), instance.name.span, first.name.span);
                } else {
                    seen.insert(instance.name.text.clone(), instance);
                }
            }
        }
    }

    /// An instance with its words in another order, or without its keyword, as it was meant.
    fn meant(&self, block: &ast::Block) -> Option<ast::Block> {
        let first = block.labels.first().and_then(word);
        let (keyword, definition) = self.program.instance_meant(&block.keyword.text, first.as_ref().map(|label| &label.text))?;
        let rest = if first.is_some_and(|label| label.text == *keyword) { 1 } else { 0 };
        let label = ast::Label { span: block.keyword.span, value: ast::LabelValue::Word(definition.clone()) };
        let labels = std::iter::once(label).chain(block.labels.iter().skip(rest).cloned()).collect();
        let keyword = ast::Name { text: keyword.clone(), span: block.keyword.span };
        Some(ast::Block { keyword, labels, ..block.clone() })
    }

    fn unknown_block(&mut self, block: &ast::Block) {
        let known = self.program.instances.keys().map(Text::as_str).chain(["define", "extend", "implement", "product", TEST]);
        let nearest = similar::nearest(&block.keyword.text, known).map(str::to_owned);
        let mut diagnostic = Diagnostic::error(
            Code::UnknownBlock,
            block.keyword.span,
            format!("`{}` is nothing that stands at the top level of a file", block.keyword.text),
        );
        if let Some(nearest) = nearest {
            diagnostic =
                diagnostic.help(format!("did you mean `{nearest}`?")).fix(format!("write `{nearest}`"), block.keyword.span, nearest);
        }
        let label = block.labels.first().and_then(word);
        if let Some((keyword, definition)) = self.program.instance_meant(&block.keyword.text, label.as_ref().map(|label| &label.text)) {
            diagnostic.fix = None;
            diagnostic =
                diagnostic.help(format!("`{definition}` is {}: write `{keyword} {definition} NAME {{ … }}`", with_article(keyword)));
        }
        self.error(diagnostic);
    }

    fn path(&self, file: FileId) -> Text {
        self.workspace.file(file).path.clone()
    }
}

pub(super) fn top_blocks(source: &Source) -> impl Iterator<Item = &ast::Block> {
    source.tree.items.iter().filter_map(|item| if let ast::Item::Block(block) = item { Some(block) } else { None })
}

pub(super) fn environments(block: &ast::Block) -> Vec<ast::Name> {
    let list = block.body.items.iter().find_map(|item| match item {
        ast::Item::Attribute(attribute) if attribute.name.text == "environments" => match &attribute.value.kind {
            ast::ExprKind::List(list) => Some(list),
            _ => None,
        },
        _ => None,
    });
    // A name in quotes is told where names are checked, and is the one of an environment all the same.
    let names = list.into_iter().flatten().filter_map(|element| match &element.kind {
        ast::ExprKind::Name(text) => Some(ast::Name { text: text.clone(), span: element.span }),
        ast::ExprKind::Template(parts) => match parts.as_slice() {
            [ast::Part::Text(text)] => Some(ast::Name { text: text.clone(), span: element.span }),
            _ => None,
        },
        _ => None,
    });
    names.collect()
}

/// Whether a file lies in a folder, however deep.
fn lies_in(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn parent(path: &str) -> Text {
    path.rsplit_once('/').map_or_else(Text::default, |(folder, _)| folder.into())
}
