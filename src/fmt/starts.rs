//! Where the elements of groups begin: items, entries, arguments, arms, fields, members.

use crate::syntax::ast::*;
use std::collections::BTreeSet;

/// What the layout must know of the tree.
#[derive(Default)]
pub(super) struct Starts {
    /// Offsets at which an element of a list, body, map … begins.
    pub elements: BTreeSet<u32>,
    /// Offsets of the `{` of bodies.
    pub bodies: BTreeSet<u32>,
}

/// Where the elements of a file begin. The arm `_ => …` has no place in the tree and is told by its token.
pub(super) fn element_starts(file: &File) -> Starts {
    let mut starts = Starts::default();
    starts.items(&file.items);
    starts
}

impl Starts {
    fn element(&mut self, span: crate::base::Span) {
        self.elements.insert(span.start);
    }

    fn body(&mut self, body: &Body) {
        self.bodies.insert(body.span.start);
        self.items(&body.items);
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            self.item(item);
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Attribute(attribute) => {
                self.element(attribute.span);
                self.expr(&attribute.value);
            }
            Item::Block(block) => {
                self.element(block.span);
                if let Some(repeat) = &block.repeat {
                    self.bindings(&repeat.bindings);
                    self.optional(repeat.by.as_deref());
                }
                self.optional(block.condition.as_deref());
                self.body(&block.body);
            }
            Item::Input(input) => {
                self.element(input.span);
                self.ty(&input.ty);
                self.optional(input.default.as_deref());
                self.refinement(input.refinement.as_ref());
            }
            Item::Output(output) => {
                self.element(output.span);
                output.ty.iter().for_each(|ty| self.ty(ty));
                self.optional(output.value.as_deref());
            }
            Item::Let(binding) => {
                self.element(binding.span);
                binding.ty.iter().for_each(|ty| self.ty(ty));
                self.expr(&binding.value);
            }
            Item::Check(check) => {
                self.element(check.span);
                self.expr(&check.condition);
                self.optional(check.at.as_deref());
                self.optional(check.message.as_deref());
                self.optional(check.help.as_deref());
            }
            Item::Function(function) => {
                self.element(function.span);
                for (name, ty) in &function.parameters {
                    self.element(name.span);
                    self.ty(ty);
                }
                self.ty(&function.result);
                self.expr(&function.value);
            }
            Item::Type(alias) => {
                self.element(alias.span);
                self.ty(&alias.ty);
                self.refinement(alias.refinement.as_ref());
            }
            Item::Enum(members) => {
                self.element(members.span);
                for member in &members.members {
                    self.element(member.span);
                }
            }
            Item::For(repetition) => {
                self.element(repetition.span);
                self.bindings(&repetition.bindings);
                self.optional(repetition.condition.as_deref());
                self.body(&repetition.body);
            }
            Item::Error(span) => self.element(*span),
        }
    }

    fn bindings(&mut self, bindings: &[Binding]) {
        for binding in bindings {
            self.expr(&binding.source);
        }
    }

    fn refinement(&mut self, refinement: Option<&Refinement>) {
        if let Some(refinement) = refinement {
            self.expr(&refinement.condition);
            self.optional(refinement.message.as_deref());
            self.optional(refinement.help.as_deref());
        }
    }

    fn ty(&mut self, ty: &Type) {
        match &ty.kind {
            TypeKind::Named { arguments, .. } => {
                for argument in arguments {
                    self.element(argument.span);
                    self.ty(argument);
                }
            }
            TypeKind::Record(fields) => {
                for field in fields {
                    self.element(field.name.span);
                    self.ty(&field.ty);
                    self.optional(field.default.as_ref());
                }
            }
            TypeKind::Error => {}
        }
    }

    fn optional(&mut self, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            // Text between quotes is kept as it is.
            ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Template(_) | ExprKind::Error => {}
            ExprKind::Member(base, _) => self.expr(base),
            ExprKind::Index(base, index) => {
                self.expr(base);
                self.expr(index);
            }
            ExprKind::Call(_, arguments) => {
                for argument in arguments {
                    let name = argument.name.as_ref().map(|name| name.span);
                    self.element(name.unwrap_or(argument.value.span));
                    self.expr(&argument.value);
                }
            }
            ExprKind::List(values) => {
                for value in values {
                    self.element(value.span);
                    self.expr(value);
                }
            }
            ExprKind::Map(entries) => {
                for (key, value) in entries {
                    self.element(key.span);
                    self.expr(value);
                }
            }
            ExprKind::ListFor(comprehension) | ExprKind::MapFor(comprehension) => {
                self.bindings(&comprehension.bindings);
                self.optional(comprehension.condition.as_ref());
                self.optional(comprehension.key.as_ref());
                self.expr(&comprehension.value);
            }
            ExprKind::Unary(_, operand) | ExprKind::Paren(operand) => self.expr(operand),
            ExprKind::Binary(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::If(condition, yes, no) => {
                self.expr(condition);
                self.expr(yes);
                self.expr(no);
            }
            ExprKind::Match(value, arms) => {
                self.expr(value);
                for arm in arms {
                    if let Some(pattern) = &arm.pattern {
                        self.element(pattern.span);
                        self.expr(pattern);
                    }
                    self.expr(&arm.value);
                }
            }
        }
    }
}
