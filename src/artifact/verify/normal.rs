//! One form for all trees of HCL that mean the same: without comments and layout, text and numbers in one piece.

use super::difference;
use crate::artifact::Error;
use crate::artifact::hcl::{Attribute, Block, Body, Expr, For, Item, Key, List, ObjectItem, Part, Step, Unary, is_identifier, print_expr};
use crate::base::Text;

/// A body in normal form.
pub(super) fn body(meant: &Body) -> Body {
    let items = meant.items.iter().filter_map(|item| match item {
        Item::Attribute(attribute) => Some(Item::Attribute(Attribute { name: attribute.name.clone(), value: expr(&attribute.value) })),
        Item::Block(block) => Some(Item::Block(Block { kind: block.kind.clone(), labels: block.labels.clone(), body: body(&block.body) })),
        Item::Blank | Item::Comment(_) => None,
    });
    Body { items: items.collect(), spaced: false }
}

fn boxed(meant: &Expr) -> Box<Expr> {
    Box::new(expr(meant))
}

/// An expression in normal form.
pub(super) fn expr(meant: &Expr) -> Expr {
    match meant {
        Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Text(_) | Expr::Variable(_) => meant.clone(),
        Expr::Float(value) => number(*value),
        Expr::Template(parts) | Expr::Heredoc(parts) => template(parts),
        Expr::Traversal(root, steps) => steps.iter().map(step).fold(expr(root), Expr::step),
        Expr::Call { name, arguments, expand } => {
            Expr::Call { name: name.clone(), arguments: arguments.iter().map(expr).collect(), expand: *expand }
        }
        Expr::List(list) => Expr::List(List::new(list.items.iter().map(expr))),
        Expr::Object(object) => Expr::Object(object.entries().map(|(key, value)| (self::key(key), expr(value))).collect()),
        Expr::For(read) => Expr::For(Box::new(For {
            key: read.key.clone(),
            value: read.value.clone(),
            over: expr(&read.over),
            result_key: read.result_key.as_ref().map(expr),
            result: expr(&read.result),
            condition: read.condition.as_ref().map(expr),
        })),
        Expr::Unary(operator, operand) => match (operator, expr(operand)) {
            (Unary::Negate, Expr::Int(value)) => Expr::Int(value.wrapping_neg()),
            (Unary::Negate, Expr::Float(value)) => number(-value),
            (operator, operand) => Expr::Unary(*operator, Box::new(operand)),
        },
        Expr::Binary(left, operator, right) => Expr::Binary(boxed(left), *operator, boxed(right)),
        Expr::Conditional(condition, yes, no) => Expr::Conditional(boxed(condition), boxed(yes), boxed(no)),
    }
}

/// A number without a fraction is a whole one.
fn number(value: f64) -> Expr {
    // The reader makes whole numbers of all that an i64 can hold, also where they were written with an exponent.
    const WHOLE: f64 = 9_223_372_036_854_775_808.0;
    #[allow(clippy::cast_possible_truncation, reason = "the value is whole and in the range")]
    if value.fract() == 0.0 && value.abs() < WHOLE { Expr::Int(value as i64) } else { Expr::Float(value) }
}

fn template(parts: &[Part]) -> Expr {
    let mut joined: Vec<Part> = Vec::new();
    for part in parts {
        match (part, joined.last_mut()) {
            (Part::Text(text), _) if text.is_empty() => {}
            (Part::Text(text), Some(Part::Text(before))) => *before = Text::from([before.as_str(), text].concat()),
            (Part::Text(text), _) => joined.push(Part::Text(text.clone())),
            (Part::Expr(part), _) => joined.push(Part::Expr(expr(part))),
        }
    }
    match joined.as_slice() {
        [] => Expr::Text(Text::default()),
        [Part::Text(text)] => Expr::Text(text.clone()),
        [Part::Expr(only)] => only.clone(),
        _ => Expr::Template(joined),
    }
}

fn step(meant: &Step) -> Step {
    match meant {
        Step::Attribute(name) if !is_identifier(name) => Step::Index(Expr::Text(name.clone())),
        Step::Index(index) => Step::Index(expr(index)),
        Step::Attribute(_) | Step::Splat => meant.clone(),
    }
}

/// Two keys that are one in this form are one to a reader.
pub(in crate::artifact) fn key(meant: &Key) -> Key {
    match meant {
        Key::Text(text) => Key::Text(text.clone()),
        Key::Expr(key) => Key::Expr(boxed(key)),
    }
}

/// Nothing, or the first difference of two bodies in normal form.
pub(super) fn compare(meant: &Body, read: &Body) -> Result<(), Error> {
    for (meant, read) in meant.items.iter().zip(&read.items) {
        match (meant, read) {
            (Item::Attribute(meant), Item::Attribute(read)) if meant.name == read.name => {
                compare_values(&meant.value, &read.value).map_err(|error| error.within(meant.name.clone()))?;
            }
            (Item::Block(meant), Item::Block(read)) if meant.kind == read.kind && meant.labels == read.labels => {
                compare(&meant.body, &read.body).map_err(|error| error.within(meant.kind.clone()))?;
            }
            _ => return Err(difference(item(meant), item(read))),
        }
    }
    let first = |body: &Body, at: usize| body.items.get(at).map_or(Text::new_static("nothing"), item);
    let both = meant.items.len().min(read.items.len());
    if meant.items.len() == read.items.len() { Ok(()) } else { Err(difference(first(meant, both), first(read, both))) }
}

fn compare_values(meant: &Expr, read: &Expr) -> Result<(), Error> {
    if meant == read {
        return Ok(());
    }
    match (meant, read) {
        (Expr::Object(meant), Expr::Object(read)) if meant.items.len() == read.items.len() => {
            for (meant, read) in meant.items.iter().zip(&read.items) {
                if let (ObjectItem::Entry(key, meant), ObjectItem::Entry(other, read)) = (meant, read)
                    && key == other
                {
                    let step = if let Key::Text(text) = key { text.clone() } else { Text::new_static("(…)") };
                    compare_values(meant, read).map_err(|error| error.within(step))?;
                }
            }
            Err(difference("an entry", "another entry"))
        }
        (Expr::List(meant), Expr::List(read)) if meant.items.len() == read.items.len() => {
            for (at, (meant, read)) in meant.items.iter().zip(&read.items).enumerate() {
                compare_values(meant, read).map_err(|error| error.within(at.to_string()))?;
            }
            Ok(())
        }
        _ => Err(difference(shown(meant), shown(read))),
    }
}

fn shown(expr: &Expr) -> String {
    print_expr(expr).unwrap_or_else(|error| error.to_string())
}

fn item(item: &Item) -> Text {
    match item {
        Item::Attribute(attribute) => attribute.name.clone(),
        Item::Block(block) => block.kind.clone(),
        Item::Blank | Item::Comment(_) => Text::default(),
    }
}
