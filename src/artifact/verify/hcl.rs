//! HCL read by hcl-edit, as the tree that the printer takes.

use super::{difference, unreadable};
use crate::artifact::Error;
use crate::artifact::hcl::{Attribute, Binary, Block, Body, Expr, For, Item, Key, List, Object, Part, Step, Unary};
use crate::base::Text;
use hcl::edit::expr::{BinaryOperator, Expression, ObjectKey, TraversalOperator, UnaryOperator};
use hcl::edit::structure::{self, Structure};
use hcl::edit::template::{Element, Template};

/// What a file says.
pub(super) fn read(text: &str) -> Result<Body, Error> {
    body(&hcl::edit::parser::parse_body(text).map_err(|error| unreadable(&error))?)
}

fn body(read: &structure::Body) -> Result<Body, Error> {
    let mut body = Body::new();
    for structure in read {
        body.items.push(match structure {
            Structure::Attribute(attribute) => {
                Item::Attribute(Attribute { name: attribute.key.as_str().into(), value: expr(&attribute.value)? })
            }
            Structure::Block(block) => Item::Block(Block {
                kind: block.ident.as_str().into(),
                labels: block.labels.iter().map(|label| label.as_str().into()).collect(),
                body: self::body(&block.body)?,
            }),
        });
    }
    Ok(body)
}

fn expr(read: &Expression) -> Result<Expr, Error> {
    Ok(match read {
        Expression::Null(_) => Expr::Null,
        Expression::Bool(value) => Expr::Bool(*value.value()),
        Expression::Number(number) => match (number.value().as_i64(), number.value().as_f64()) {
            (Some(value), _) => Expr::Int(value),
            (None, Some(value)) => Expr::Float(value),
            (None, None) => return Err(difference("a number", number.value().to_string())),
        },
        Expression::String(text) => Expr::Text(text.value().as_str().into()),
        Expression::Array(array) => Expr::List(List { items: all(array.iter())?, ..List::default() }),
        Expression::Object(read) => {
            let mut object = Object::new();
            for (key, value) in read {
                object.push(self::key(key)?, expr(value.expr())?);
            }
            Expr::Object(object)
        }
        Expression::StringTemplate(template) => Expr::Template(parts(template.iter())?),
        Expression::HeredocTemplate(heredoc) => Expr::Template(template(&heredoc.template)?),
        Expression::Parenthesis(inner) => expr(inner.inner())?,
        Expression::Variable(name) => Expr::Variable(name.as_str().into()),
        Expression::Conditional(read) => expr(&read.cond_expr)?.conditional(expr(&read.true_expr)?, expr(&read.false_expr)?),
        Expression::FuncCall(call) => {
            Expr::Call { name: name(&call.name), arguments: all(call.args.iter())?, expand: call.args.expand_final() }
        }
        Expression::Traversal(traversal) => {
            let steps: Result<Vec<Step>, Error> = traversal.operators.iter().map(|operator| step(operator.value())).collect();
            Expr::Traversal(Box::new(expr(&traversal.expr)?), steps?)
        }
        Expression::UnaryOp(read) => {
            let operator = match read.operator.value() {
                UnaryOperator::Neg => Unary::Negate,
                UnaryOperator::Not => Unary::Not,
            };
            Expr::Unary(operator, Box::new(expr(&read.expr)?))
        }
        Expression::BinaryOp(read) => expr(&read.lhs_expr)?.binary(binary(*read.operator.value()), expr(&read.rhs_expr)?),
        Expression::ForExpr(read) => {
            if read.grouping {
                return Err(difference("a comprehension without groups", "groups"));
            }
            let intro = &read.intro;
            Expr::For(Box::new(For {
                key: intro.key_var.as_ref().map(|name| name.as_str().into()),
                value: intro.value_var.as_str().into(),
                over: expr(&intro.collection_expr)?,
                result_key: read.key_expr.as_ref().map(expr).transpose()?,
                result: expr(&read.value_expr)?,
                condition: read.cond.as_ref().map(|condition| expr(&condition.expr)).transpose()?,
            }))
        }
    })
}

fn all<'a>(read: impl Iterator<Item = &'a Expression>) -> Result<Vec<Expr>, Error> {
    read.map(expr).collect()
}

fn name(read: &hcl::edit::expr::FuncName) -> Text {
    let parts: Vec<&str> = read.namespace.iter().map(|part| part.as_str()).chain([read.name.as_str()]).collect();
    parts.join("::").into()
}

fn key(read: &ObjectKey) -> Result<Key, Error> {
    Ok(match read {
        ObjectKey::Ident(name) => Key::Text(name.as_str().into()),
        ObjectKey::Expression(Expression::String(text)) => Key::Text(text.value().as_str().into()),
        ObjectKey::Expression(other) => Key::Expr(Box::new(expr(other)?)),
    })
}

fn step(read: &TraversalOperator) -> Result<Step, Error> {
    Ok(match read {
        TraversalOperator::FullSplat(_) => Step::Splat,
        TraversalOperator::GetAttr(name) => Step::Attribute(name.as_str().into()),
        TraversalOperator::Index(index) => Step::Index(expr(index)?),
        TraversalOperator::AttrSplat(_) | TraversalOperator::LegacyIndex(_) => {
            return Err(difference("a step", "a step of an older language"));
        }
    })
}

fn template(read: &Template) -> Result<Vec<Part>, Error> {
    parts(read.iter())
}

fn parts<'a>(elements: impl Iterator<Item = &'a Element>) -> Result<Vec<Part>, Error> {
    elements
        .map(|element| match element {
            Element::Literal(text) => Ok(Part::Text(text.value().as_str().into())),
            Element::Interpolation(interpolation) => Ok(Part::Expr(expr(&interpolation.expr)?)),
            Element::Directive(_) => Err(difference("text", "a directive of a template")),
        })
        .collect()
}

fn binary(read: BinaryOperator) -> Binary {
    match read {
        BinaryOperator::Eq => Binary::Equal,
        BinaryOperator::NotEq => Binary::NotEqual,
        BinaryOperator::LessEq => Binary::LessOrEqual,
        BinaryOperator::GreaterEq => Binary::GreaterOrEqual,
        BinaryOperator::Less => Binary::Less,
        BinaryOperator::Greater => Binary::Greater,
        BinaryOperator::Plus => Binary::Add,
        BinaryOperator::Minus => Binary::Subtract,
        BinaryOperator::Mul => Binary::Multiply,
        BinaryOperator::Div => Binary::Divide,
        BinaryOperator::Mod => Binary::Modulo,
        BinaryOperator::And => Binary::And,
        BinaryOperator::Or => Binary::Or,
    }
}
