//! From the expressions and blocks of the syntax to those of `hir`: bound names become places, called functions numbers.
//!
//! Scope is lexical by construction: a name is looked for among those that are bound around it in the text, and nowhere else.

use super::files::{self, Files};
use crate::base::Text;
use crate::hir::{self, Callee, ExprKind, FreeName, FunctionId, Local, NameId};
use crate::syntax::ast;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The functions that an expression may call, by name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Callable<'f> {
    /// Those of the program.
    pub program: Option<&'f BTreeMap<Text, FunctionId>>,
    /// Those of the definition that the expression stands in.
    pub own: Option<&'f BTreeMap<Text, FunctionId>>,
}

/// Lowers what stands in one declaration.
pub(super) struct Lowering<'f> {
    functions: Callable<'f>,
    /// How many names of the program have a number already.
    names: &'f mut u32,
    /// The names that are bound where it is, the innermost last.
    bound: Vec<Text>,
    files: Files<'f>,
}

impl<'f> Lowering<'f> {
    pub(super) fn new(functions: Callable<'f>, names: &'f mut u32, files: Files<'f>) -> Lowering<'f> {
        Lowering { functions, names, bound: Vec::new(), files }
    }

    /// Lowers what stands where some names are bound.
    pub(super) fn within<T>(&mut self, names: impl IntoIterator<Item = Text>, inside: impl FnOnce(&mut Self) -> T) -> T {
        let depth = self.bound.len();
        self.bound.extend(names);
        let lowered = inside(self);
        self.bound.truncate(depth);
        lowered
    }

    /// An expression that is shared.
    pub(super) fn shared(&mut self, expr: &ast::Expr) -> Arc<hir::Expr> {
        Arc::new(self.expr(expr))
    }

    fn optional(&mut self, expr: Option<&Arc<ast::Expr>>) -> Option<Arc<hir::Expr>> {
        expr.map(|expr| self.shared(expr))
    }

    fn boxed(&mut self, expr: &ast::Expr) -> Box<hir::Expr> {
        Box::new(self.expr(expr))
    }

    pub(super) fn expr(&mut self, expr: &ast::Expr) -> hir::Expr {
        let kind = match &expr.kind {
            ast::ExprKind::Paren(inner) => return self.expr(inner),
            ast::ExprKind::Literal(literal) => ExprKind::Literal(literal.clone()),
            ast::ExprKind::Template(parts) => ExprKind::Template(self.parts(parts)),
            ast::ExprKind::Name(name) => self.name(name),
            ast::ExprKind::Member(base, field) => match &base.kind {
                ast::ExprKind::Unary(ast::Unary::Maybe, base) => ExprKind::Maybe(self.boxed(base), field.clone()),
                _ => ExprKind::Member(self.boxed(base), field.clone()),
            },
            ast::ExprKind::Index(base, index) => ExprKind::Index(self.boxed(base), self.boxed(index)),
            ast::ExprKind::Call(function, arguments) => {
                let own = self.functions.own.and_then(|own| own.get(&function.text));
                let declared = own.or_else(|| self.functions.program.and_then(|program| program.get(&function.text))).copied();
                if declared.is_none() && function.text == files::FUNCTION {
                    let kind = match self.files.text(expr.span, arguments) {
                        Some(text) => ExprKind::Template(vec![hir::Part::Text(text)]),
                        None => ExprKind::Error,
                    };
                    return hir::Expr { span: expr.span, kind };
                }
                let argument = |argument: &ast::Argument| hir::Argument { name: argument.name.clone(), value: self.expr(&argument.value) };
                let arguments = arguments.iter().map(argument).collect();
                ExprKind::Call(Callee { name: function.clone(), declared }, arguments)
            }
            ast::ExprKind::List(elements) => ExprKind::List(elements.iter().map(|element| self.expr(element)).collect::<Vec<_>>().into()),
            ast::ExprKind::Map(entries) => ExprKind::Map(entries.iter().map(|(key, value)| (key.clone(), self.expr(value))).collect()),
            ast::ExprKind::ListFor(of) | ast::ExprKind::MapFor(of) => ExprKind::For(Box::new(self.comprehension(of))),
            ast::ExprKind::Unary(operator, operand) => ExprKind::Unary(*operator, self.boxed(operand)),
            ast::ExprKind::Binary(operator @ (ast::Binary::Add | ast::Binary::Subtract), left, right) => {
                let name = self.free("+");
                ExprKind::Sum(name, *operator, self.boxed(left), self.boxed(right))
            }
            ast::ExprKind::Binary(operator, left, right) => ExprKind::Binary(*operator, self.boxed(left), self.boxed(right)),
            ast::ExprKind::If(condition, yes, no) => ExprKind::If(self.boxed(condition), self.boxed(yes), self.boxed(no)),
            ast::ExprKind::Match(subject, arms) => {
                let subject = self.boxed(subject);
                ExprKind::Match(subject, arms.iter().map(|arm| self.arm(arm)).collect())
            }
            ast::ExprKind::Error => ExprKind::Error,
        };
        hir::Expr { span: expr.span, kind }
    }

    fn name(&mut self, name: &Text) -> ExprKind {
        if let Some(place) = self.bound.iter().rposition(|bound| bound == name) {
            return ExprKind::Local(Local(place as u32));
        }
        ExprKind::Name(self.free(name))
    }

    /// What the checker decides: it has a number.
    fn free(&mut self, name: &str) -> FreeName {
        let id = NameId(*self.names);
        *self.names += 1;
        FreeName { text: name.into(), id }
    }

    fn parts(&mut self, parts: &[ast::Part]) -> Vec<hir::Part> {
        let part = |part: &ast::Part| match part {
            ast::Part::Text(text) => hir::Part::Text(text.clone()),
            ast::Part::Expr(expr) => hir::Part::Expr(self.expr(expr)),
        };
        parts.iter().map(part).collect()
    }

    fn arm(&mut self, arm: &ast::Arm) -> hir::Arm {
        let pattern = arm.pattern.as_ref().map(|pattern| match &pattern.kind {
            ast::ExprKind::Name(word) => hir::Expr { span: pattern.span, kind: ExprKind::Word(word.clone()) },
            _ => self.expr(pattern),
        });
        hir::Arm { pattern, value: self.expr(&arm.value) }
    }

    fn comprehension(&mut self, of: &ast::Comprehension) -> hir::Comprehension {
        self.bindings(&of.bindings, |lowering, bindings| hir::Comprehension {
            bindings,
            condition: of.condition.as_ref().map(|condition| lowering.expr(condition)),
            key: of.key.as_ref().map(|key| lowering.expr(key)),
            value: lowering.expr(&of.value),
        })
    }

    /// Lowers bindings, outermost first, and what stands where they hold.
    fn bindings<T>(&mut self, bindings: &[ast::Binding], inside: impl FnOnce(&mut Self, Vec<hir::Binding>) -> T) -> T {
        let depth = self.bound.len();
        let mut lowered = Vec::with_capacity(bindings.len());
        for binding in bindings {
            let source = self.shared(&binding.source);
            self.bound.extend(binding.key.iter().chain([&binding.value]).map(|name| name.text.clone()));
            lowered.push(hir::Binding { key: binding.key.clone(), value: binding.value.clone(), source });
        }
        let done = inside(self, lowered);
        self.bound.truncate(depth);
        done
    }

    pub(super) fn attribute(&mut self, attribute: &ast::Attribute) -> Arc<hir::Attribute> {
        Arc::new(hir::Attribute {
            span: attribute.span,
            doc: attribute.doc.clone(),
            name: attribute.name.clone(),
            operator: attribute.operator,
            value: self.shared(&attribute.value),
        })
    }

    pub(super) fn binding(&mut self, binding: &ast::Let) -> Arc<hir::Let> {
        Arc::new(hir::Let { span: binding.span, doc: binding.doc.clone(), name: binding.name.clone(), value: self.shared(&binding.value) })
    }

    pub(super) fn check(&mut self, check: &ast::Check) -> hir::Check {
        hir::Check {
            span: check.span,
            condition: self.shared(&check.condition),
            at: self.optional(check.at.as_ref()),
            message: self.optional(check.message.as_ref()),
            help: self.optional(check.help.as_ref()),
        }
    }

    /// A rule over `it`.
    pub(super) fn refinement(&mut self, rule: &ast::Refinement) -> hir::Refinement {
        self.within(["it".into()], |lowering| hir::Refinement {
            condition: lowering.shared(&rule.condition),
            message: lowering.optional(rule.message.as_ref()),
            help: lowering.optional(rule.help.as_ref()),
        })
    }

    pub(super) fn repeated(&mut self, repeat: &ast::For) -> hir::For {
        self.bindings(&repeat.bindings, |lowering, bindings| hir::For {
            span: repeat.span,
            bindings,
            condition: lowering.optional(repeat.condition.as_ref()),
            body: lowering.body(&repeat.body),
        })
    }

    /// What a head repeats, with its key, and the names that it binds.
    pub(super) fn repeat(&mut self, repeat: &ast::Repeat) -> (hir::Repeat, Vec<Text>) {
        self.bindings(&repeat.bindings, |lowering, bindings| {
            let by = lowering.optional(repeat.by.as_ref());
            let names = bindings.iter().flat_map(|binding| binding.key.iter().chain([&binding.value])).map(|name| name.text.clone());
            let names = names.collect();
            (hir::Repeat { bindings, by }, names)
        })
    }

    pub(super) fn block(&mut self, block: &ast::Block) -> Arc<hir::Block> {
        let (bindings, by) = block.repeat.as_ref().map_or((&[][..], None), |repeat| (&repeat.bindings[..], repeat.by.as_ref()));
        self.bindings(bindings, |lowering, bindings| {
            let by = lowering.optional(by);
            let condition = lowering.optional(block.condition.as_ref());
            let labels = block.labels.iter().map(|label| lowering.label(label)).collect();
            Arc::new(hir::Block {
                span: block.span,
                doc: block.doc.clone(),
                keyword: block.keyword.clone(),
                labels,
                repeat: block.repeat.is_some().then_some(hir::Repeat { bindings, by }),
                condition,
                body: lowering.body(&block.body),
            })
        })
    }

    fn label(&mut self, label: &ast::Label) -> hir::Label {
        let value = match &label.value {
            ast::LabelValue::Word(text) => hir::LabelValue::Word(text.clone()),
            ast::LabelValue::Template(parts) => hir::LabelValue::Template(self.parts(parts)),
        };
        hir::Label { span: label.span, value }
    }

    fn body(&mut self, body: &ast::Body) -> hir::Body {
        let depth = self.bound.len();
        let mut items = Vec::with_capacity(body.items.len());
        for item in &body.items {
            items.push(match item {
                ast::Item::Attribute(attribute) => hir::Item::Attribute(self.attribute(attribute)),
                ast::Item::Block(block) => hir::Item::Block(self.block(block)),
                ast::Item::Check(check) => hir::Item::Check(self.check(check)),
                ast::Item::For(repeat) => hir::Item::For(self.repeated(repeat)),
                ast::Item::Input(item) => hir::Item::Declaration(item.name.span),
                ast::Item::Output(item) => hir::Item::Declaration(item.name.span),
                ast::Item::Let(item) => hir::Item::Declaration(item.name.span),
                ast::Item::Function(item) => hir::Item::Declaration(item.name.span),
                ast::Item::Type(item) => hir::Item::Declaration(item.name.span),
                ast::Item::Enum(item) => hir::Item::Declaration(item.name.span),
                ast::Item::Error(_) => continue,
            });
            if let ast::Item::Block(block) = item {
                self.bound.extend(block.result().map(|(name, _)| name.clone()));
            }
        }
        self.bound.truncate(depth);
        hir::Body { span: body.span, items }
    }
}
