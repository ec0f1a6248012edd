//! `define kind K` and `define instance K`: what bodies may hold, declared in the library itself.

use super::types::Names;
use super::{Owner, Resolver, word};
use crate::base::IndexMap;
use crate::base::Text;
use crate::diag::{Code, Diagnostic};
use crate::hir::{Input, Kind, NamedType};
use crate::syntax::ast;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Resolver<'_> {
    /// Collects every kind of the library.
    pub(super) fn kinds(&mut self, blocks: &[&ast::Block], names: &Names) {
        for block in blocks.iter().filter(|block| block.keyword.text == "define") {
            let [Some(keyword), Some(name)] = [0, 1].map(|at| block.labels.get(at).and_then(word)) else { continue };
            if keyword.text != "kind" && keyword.text != "instance" {
                continue;
            }
            let kind = Arc::new(self.kind(name.clone(), block, names));
            let known = if keyword.text == "kind" { &mut self.program.kinds } else { &mut self.program.instances };
            if let Some(first) = known.insert(name.text.clone(), kind) {
                self.duplicate(&format!("{} `{}`", keyword.text, name.text), name.span, first.span);
            }
        }
    }

    fn kind(&mut self, name: ast::Name, block: &ast::Block, names: &Names) -> Kind {
        let mut kind = Kind {
            name: name.text,
            span: name.span,
            doc: block.doc.clone(),
            inputs: IndexMap::default(),
            blocks: IndexMap::default(),
            many: false,
            labels: (0, 0),
            open: false,
            paths: false,
            one_of: Vec::new(),
        };
        for item in &block.body.items {
            match item {
                ast::Item::Input(input) => {
                    let input = self.input(input, names, &BTreeMap::new(), None);
                    kind.inputs.insert(input.name.text.clone(), input);
                }
                ast::Item::Block(inner) if inner.keyword.text == "block" => {
                    if let Some(name) = inner.labels.first().and_then(word) {
                        let inner = self.kind(name, inner, names);
                        kind.blocks.insert(inner.name.clone(), Arc::new(inner));
                    }
                }
                ast::Item::Block(inner) => self.error(
                    Diagnostic::error(
                        Code::UnknownBlock,
                        inner.keyword.span,
                        format!("`{}` is nothing that a kind declares", inner.keyword.text),
                    )
                    .help("it declares `input` and `block`"),
                ),
                ast::Item::Attribute(attribute) => match (attribute.name.text.as_str(), &attribute.value.kind) {
                    ("many", ast::ExprKind::Literal(ast::Literal::Bool(many))) => kind.many = *many,
                    ("open", ast::ExprKind::Literal(ast::Literal::Bool(open))) => kind.open = *open,
                    ("paths", ast::ExprKind::Literal(ast::Literal::Bool(paths))) => kind.paths = *paths,
                    ("one_of", ast::ExprKind::List(names)) => {
                        kind.one_of = names
                            .iter()
                            .filter_map(|name| if let ast::ExprKind::Name(text) = &name.kind { Some(text.clone()) } else { None })
                            .collect();
                    }
                    ("labels", ast::ExprKind::List(bounds)) => {
                        let bound = |at: usize| match bounds.get(at).map(|bound| &bound.kind) {
                            Some(ast::ExprKind::Literal(ast::Literal::Int(int))) => usize::try_from(*int).unwrap_or(0),
                            _ => 0,
                        };
                        kind.labels = (bound(0), bound(1));
                    }
                    _ => self.error(
                        Diagnostic::error(Code::UnknownAttribute, attribute.span, format!("`{}` says nothing here", attribute.name.text))
                            .help("a block may say `many = true`, `open = true`, `paths = true`, `one_of = [a, b]` and `labels = [0, 1]`"),
                    ),
                },
                _ => {}
            }
        }
        kind
    }

    /// A declared input with its type linked.
    pub(super) fn input(
        &mut self,
        input: &ast::Input,
        names: &Names,
        own: &BTreeMap<Text, Arc<NamedType>>,
        owner: Option<&Owner>,
    ) -> Input {
        Input {
            name: input.name.clone(),
            ty: self.ty(&input.ty, names, own),
            any: matches!(&input.ty.kind, ast::TypeKind::Named { name, .. } if name.text == "any"),
            default: self.lower(owner, |lowering| input.default.as_ref().map(|default| lowering.shared(default))),
            rule: self.lower(owner, |lowering| input.refinement.as_ref().map(|rule| lowering.refinement(rule))),
            doc: input.doc.clone(),
            span: input.span,
        }
    }
}
