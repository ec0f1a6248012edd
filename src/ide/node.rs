//! The tree of a text as nodes of one kind, for who goes down to a place or through all of it. Broken text has nodes like any other.

use crate::base::{Span, Text};
use crate::syntax::ast;

/// A part of a tree.
#[derive(Clone, Copy, Debug)]
pub enum Node<'t> {
    /// Something in a file or body.
    Item(&'t ast::Item),
    /// What stands between `{` and `}` of a block.
    Body(&'t ast::Body),
    /// A label of a block.
    Label(&'t ast::Label),
    /// `x in xs`
    Binding(&'t ast::Binding),
    /// `where rule`
    Rule(&'t ast::Refinement),
    /// A type as written.
    Type(&'t ast::Type),
    /// A field of a record type.
    Field(&'t ast::Field),
    /// An expression.
    Expr(&'t ast::Expr),
    /// An argument of a call.
    Argument(&'t ast::Argument),
    /// The key of a map's entry.
    Key(&'t ast::Key),
    /// A keyword or name.
    Name(&'t ast::Name),
}

impl<'t> Node<'t> {
    /// Its place.
    pub fn span(self) -> Span {
        match self {
            Node::Item(item) => item_span(item),
            Node::Body(body) => body.span,
            Node::Label(label) => label.span,
            Node::Binding(binding) => binding.span,
            Node::Rule(rule) => rule.span,
            Node::Type(ty) => ty.span,
            Node::Field(field) => field.name.span.to(field.default.as_ref().map_or(field.ty.span, |default| default.span)),
            Node::Expr(expr) => expr.span,
            Node::Argument(argument) => argument.name.as_ref().map_or(argument.value.span, |name| name.span.to(argument.value.span)),
            Node::Key(key) => key.span,
            Node::Name(name) => name.span,
        }
    }

    /// Calls `visit` with what it is made of, in the order of the text.
    pub fn children(self, visit: &mut dyn FnMut(Node<'t>)) {
        match self {
            Node::Item(item) => of_item(item, visit),
            Node::Body(body) => body.items.iter().for_each(|item| visit(Node::Item(item))),
            Node::Label(label) => match &label.value {
                ast::LabelValue::Word(_) => {}
                ast::LabelValue::Template(parts) => of_parts(parts, visit),
            },
            Node::Binding(binding) => {
                binding.key.iter().chain([&binding.value]).for_each(|name| visit(Node::Name(name)));
                visit(Node::Expr(&binding.source));
            }
            Node::Rule(rule) => {
                [Some(&rule.condition), rule.message.as_ref(), rule.help.as_ref()].into_iter().flatten().for_each(|e| visit(Node::Expr(e)));
            }
            Node::Type(ty) => match &ty.kind {
                ast::TypeKind::Named { name, of, arguments } => {
                    [name].into_iter().chain(of).for_each(|name| visit(Node::Name(name)));
                    arguments.iter().for_each(|argument| visit(Node::Type(argument)));
                }
                ast::TypeKind::Record(fields) => fields.iter().for_each(|field| visit(Node::Field(field))),
                ast::TypeKind::Error => {}
            },
            Node::Field(field) => {
                visit(Node::Name(&field.name));
                visit(Node::Type(&field.ty));
                field.default.iter().for_each(|default| visit(Node::Expr(default)));
            }
            Node::Argument(argument) => {
                argument.name.iter().for_each(|name| visit(Node::Name(name)));
                visit(Node::Expr(&argument.value));
            }
            Node::Expr(expr) => of_expr(expr, visit),
            Node::Key(_) | Node::Name(_) => {}
        }
    }

    /// Calls `visit` with it and everything in it, the outer before the inner.
    pub fn walk(self, visit: &mut dyn FnMut(Node<'t>)) {
        visit(self);
        self.children(&mut |child| child.walk(visit));
    }
}

/// The nodes around an offset, outermost first. Of two that meet there the second one counts, unless the first is a name.
pub fn path_at(tree: &ast::File, offset: u32) -> Vec<Node<'_>> {
    let mut path = Vec::new();
    let mut next = tree.items.iter().map(Node::Item).fold(None, |found, item| nearer(found, item, offset));
    while let Some(node) = next {
        path.push(node);
        next = None;
        node.children(&mut |child| next = nearer(next, child, offset));
    }
    path
}

/// Which of two nodes in the order of the text is meant at an offset.
fn nearer<'t>(found: Option<Node<'t>>, next: Node<'t>, offset: u32) -> Option<Node<'t>> {
    let span = next.span();
    if !span.touches(offset) {
        return found;
    }
    let Some(before) = found else { return Some(next) };
    // A name that stands alone is a name before it is its value.
    if before.span() == span {
        return Some(before);
    }
    let is_before = before.span().end > offset || span.start == offset && is_name(before) && !is_name(next);
    Some(if is_before { before } else { next })
}

fn is_name(node: Node<'_>) -> bool {
    matches!(node, Node::Name(_) | Node::Key(_))
        || matches!(node, Node::Label(ast::Label { value: ast::LabelValue::Word(_), .. }))
        || matches!(node, Node::Expr(ast::Expr { kind: ast::ExprKind::Name(_), .. }))
}

/// The place of an item.
pub fn item_span(item: &ast::Item) -> Span {
    match item {
        ast::Item::Attribute(item) => item.span,
        ast::Item::Block(item) => item.span,
        ast::Item::Input(item) => item.span,
        ast::Item::Output(item) => item.span,
        ast::Item::Let(item) => item.span,
        ast::Item::Check(item) => item.span,
        ast::Item::Function(item) => item.span,
        ast::Item::Type(item) => item.span,
        ast::Item::Enum(item) => item.span,
        ast::Item::For(item) => item.span,
        ast::Item::Error(span) => *span,
    }
}

/// The name that an item declares or sets.
pub fn item_name(item: &ast::Item) -> Option<&ast::Name> {
    match item {
        ast::Item::Attribute(item) => Some(&item.name),
        ast::Item::Input(item) => Some(&item.name),
        ast::Item::Output(item) => Some(&item.name),
        ast::Item::Let(item) => Some(&item.name),
        ast::Item::Function(item) => Some(&item.name),
        ast::Item::Type(item) => Some(&item.name),
        ast::Item::Enum(item) => Some(&item.name),
        ast::Item::Block(_) | ast::Item::Check(_) | ast::Item::For(_) | ast::Item::Error(_) => None,
    }
}

/// The documentation before an item.
pub fn item_doc(item: &ast::Item) -> Option<&Text> {
    match item {
        ast::Item::Attribute(item) => item.doc.as_ref(),
        ast::Item::Block(item) => item.doc.as_ref(),
        ast::Item::Input(item) => item.doc.as_ref(),
        ast::Item::Output(item) => item.doc.as_ref(),
        ast::Item::Let(item) => item.doc.as_ref(),
        ast::Item::Function(item) => item.doc.as_ref(),
        ast::Item::Type(item) => item.doc.as_ref(),
        ast::Item::Enum(item) => item.doc.as_ref(),
        ast::Item::Check(_) | ast::Item::For(_) | ast::Item::Error(_) => None,
    }
}

/// The expression within parentheses, or itself.
pub fn bare(expr: &ast::Expr) -> &ast::Expr {
    match &expr.kind {
        ast::ExprKind::Paren(inner) => bare(inner),
        _ => expr,
    }
}

fn of_item<'t>(item: &'t ast::Item, visit: &mut dyn FnMut(Node<'t>)) {
    item_name(item).into_iter().for_each(|name| visit(Node::Name(name)));
    match item {
        ast::Item::Attribute(item) => visit(Node::Expr(&item.value)),
        ast::Item::Block(block) => {
            visit(Node::Name(&block.keyword));
            block.labels.iter().for_each(|label| visit(Node::Label(label)));
            if let Some(repeat) = &block.repeat {
                repeat.bindings.iter().for_each(|binding| visit(Node::Binding(binding)));
                repeat.by.iter().for_each(|by| visit(Node::Expr(by)));
            }
            block.condition.iter().for_each(|condition| visit(Node::Expr(condition)));
            visit(Node::Body(&block.body));
        }
        ast::Item::Input(item) => {
            visit(Node::Type(&item.ty));
            item.default.iter().for_each(|default| visit(Node::Expr(default)));
            item.refinement.iter().for_each(|rule| visit(Node::Rule(rule)));
        }
        ast::Item::Output(item) => {
            item.ty.iter().for_each(|ty| visit(Node::Type(ty)));
            item.value.iter().for_each(|value| visit(Node::Expr(value)));
        }
        ast::Item::Let(item) => {
            item.ty.iter().for_each(|ty| visit(Node::Type(ty)));
            visit(Node::Expr(&item.value));
        }
        ast::Item::Check(item) => {
            let parts = [Some(&item.condition), item.at.as_ref(), item.message.as_ref(), item.help.as_ref()];
            parts.into_iter().flatten().for_each(|part| visit(Node::Expr(part)));
        }
        ast::Item::Function(item) => {
            item.parameters.iter().for_each(|(name, ty)| {
                visit(Node::Name(name));
                visit(Node::Type(ty));
            });
            visit(Node::Type(&item.result));
            visit(Node::Expr(&item.value));
        }
        ast::Item::Type(item) => {
            visit(Node::Type(&item.ty));
            item.refinement.iter().for_each(|rule| visit(Node::Rule(rule)));
        }
        ast::Item::Enum(item) => item.members.iter().for_each(|member| visit(Node::Name(member))),
        ast::Item::For(item) => {
            item.bindings.iter().for_each(|binding| visit(Node::Binding(binding)));
            item.condition.iter().for_each(|condition| visit(Node::Expr(condition)));
            visit(Node::Body(&item.body));
        }
        ast::Item::Error(_) => {}
    }
}

fn of_parts<'t>(parts: &'t [ast::Part], visit: &mut dyn FnMut(Node<'t>)) {
    parts.iter().for_each(|part| {
        if let ast::Part::Expr(expr) = part {
            visit(Node::Expr(expr));
        }
    });
}

fn of_expr<'t>(expr: &'t ast::Expr, visit: &mut dyn FnMut(Node<'t>)) {
    use ast::ExprKind;
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Error => {}
        ExprKind::Template(parts) => of_parts(parts, visit),
        ExprKind::Member(base, name) => {
            visit(Node::Expr(base));
            visit(Node::Name(name));
        }
        ExprKind::Index(left, right) | ExprKind::Binary(_, left, right) => [left, right].into_iter().for_each(|e| visit(Node::Expr(e))),
        ExprKind::Call(name, arguments) => {
            visit(Node::Name(name));
            arguments.iter().for_each(|argument| visit(Node::Argument(argument)));
        }
        ExprKind::List(elements) => elements.iter().for_each(|element| visit(Node::Expr(element))),
        ExprKind::Map(entries) => entries.iter().for_each(|(key, value)| {
            visit(Node::Key(key));
            visit(Node::Expr(value));
        }),
        // The value stands before what it is made of in neither form: `for x in xs if p : key => value`.
        ExprKind::ListFor(of) | ExprKind::MapFor(of) => {
            of.bindings.iter().for_each(|binding| visit(Node::Binding(binding)));
            of.condition.iter().chain(&of.key).chain([&of.value]).for_each(|expr| visit(Node::Expr(expr)));
        }
        ExprKind::Unary(_, operand) | ExprKind::Paren(operand) => visit(Node::Expr(operand)),
        ExprKind::If(condition, yes, no) => [condition, yes, no].into_iter().for_each(|expr| visit(Node::Expr(expr))),
        ExprKind::Match(subject, arms) => {
            visit(Node::Expr(subject));
            arms.iter().for_each(|arm| {
                arm.pattern.iter().chain([&arm.value]).for_each(|expr| visit(Node::Expr(expr)));
            });
        }
    }
}
