//! The inventory: a folder that holds a `product` is one product, whatever files its instances stand in.

use super::tests::TEST;
use super::{Resolver, Source, word};
use crate::base::{FileId, Text, similar};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Instance, Product};
use crate::syntax::ast;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Resolver<'_> {
    /// Collects the products and their instances.
    pub(super) fn products(&mut self, sources: &[Source]) {
        let mut products: BTreeMap<Text, Product> = BTreeMap::new();
        for source in sources {
            for block in top_blocks(source).filter(|block| block.keyword.text == "product") {
                let Some(name) = block.labels.first().and_then(word) else {
                    self.headless(block, "product NAME");
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
                        let Some(instance) = self.instance(block, None) else { continue };
                        match products.get_mut(&folder) {
                            Some(product) => product.instances.push(Arc::new(instance)),
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
                    _ => self.unknown_block(block),
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
    let names = list.into_iter().flatten().filter_map(|element| match &element.kind {
        ast::ExprKind::Name(text) => Some(ast::Name { text: text.clone(), span: element.span }),
        _ => None,
    });
    names.collect()
}

fn parent(path: &str) -> Text {
    path.rsplit_once('/').map_or_else(Text::default, |(folder, _)| folder.into())
}
