//! A tree as text without places: what two texts of one meaning have in common.

use infrac::syntax::ast::*;
use std::fmt::Write;

/// The tree of a file.
pub fn dump(file: &File) -> String {
    items(&file.items)
}

fn list<T>(values: &[T], each: impl Fn(&T) -> String) -> String {
    values.iter().map(each).collect::<Vec<_>>().join(" ")
}

fn items(found: &[Item]) -> String {
    list(found, item)
}

fn item(item: &Item) -> String {
    match item {
        Item::Attribute(a) => format!("(attribute {} {} {})", name(&a.name.text), assign(a.operator), expr(&a.value)),
        Item::Block(b) => {
            let mut text = format!("(block {}", b.keyword.text);
            for label in &b.labels {
                match &label.value {
                    LabelValue::Word(word) => write!(text, " {word}").unwrap(),
                    LabelValue::Template(parts) => write!(text, " {}", template(parts)).unwrap(),
                }
            }
            if let Some(repeat) = &b.repeat {
                write!(text, " (repeat {}{})", bindings(&repeat.bindings), some(repeat.by.as_deref())).unwrap();
            }
            if let Some(condition) = &b.condition {
                write!(text, " (if {})", expr(condition)).unwrap();
            }
            text + &format!(" [{}])", items(&b.body.items))
        }
        Item::Input(i) => format!("(input {} {}{}{})", i.name.text, ty(&i.ty), some(i.default.as_deref()), rule(i.refinement.as_ref())),
        Item::Output(o) => format!(
            "(output {}{}{})",
            o.name.text,
            o.ty.as_ref().map(|t| format!(" {}", ty(t))).unwrap_or_default(),
            some(o.value.as_deref())
        ),
        Item::Let(l) => {
            format!("(let {}{} {})", l.name.text, l.ty.as_ref().map(|t| format!(" {}", ty(t))).unwrap_or_default(), expr(&l.value))
        }
        Item::Check(c) => format!(
            "(check {}{}{}{})",
            expr(&c.condition),
            tagged("at", c.at.as_deref()),
            tagged("else", c.message.as_deref()),
            tagged("help", c.help.as_deref())
        ),
        Item::Function(f) => {
            let parameters = list(&f.parameters, |(name, t)| format!("({} {})", name.text, ty(t)));
            format!("(fn {} [{}] {} {})", f.name.text, parameters, ty(&f.result), expr(&f.value))
        }
        Item::Type(t) => format!("(type {} {}{})", t.name.text, ty(&t.ty), rule(t.refinement.as_ref())),
        Item::Enum(e) => format!("(enum {} [{}])", e.name.text, list(&e.members, |m| m.text.to_string())),
        Item::For(f) if f.bindings.is_empty() => format!("(guard{} [{}])", tagged("if", f.condition.as_deref()), items(&f.body.items)),
        Item::For(f) => format!("(for {}{} [{}])", bindings(&f.bindings), tagged("if", f.condition.as_deref()), items(&f.body.items)),
        Item::Error(_) => "(error)".to_string(),
    }
}

/// A name as it stands; what needs quotes has them.
pub fn name(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_lowercase()) && !text.ends_with('-');
    let plain = plain && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
    if plain { text.to_owned() } else { format!("{text:?}") }
}

fn assign(operator: Assign) -> &'static str {
    match operator {
        Assign::Set => "=",
        Assign::Add => "+=",
        Assign::Remove => "-=",
    }
}

fn some(value: Option<&Expr>) -> String {
    value.map(|value| format!(" {}", expr(value))).unwrap_or_default()
}

fn tagged(tag: &str, value: Option<&Expr>) -> String {
    value.map(|value| format!(" ({tag} {})", expr(value))).unwrap_or_default()
}

fn rule(rule: Option<&Refinement>) -> String {
    rule.map(|r| {
        let message = tagged("else", r.message.as_deref());
        format!(" (where {}{}{})", expr(&r.condition), message, tagged("help", r.help.as_deref()))
    })
    .unwrap_or_default()
}

fn bindings(found: &[Binding]) -> String {
    list(found, |b| {
        let key = b.key.as_ref().map(|key| format!("{} ", key.text)).unwrap_or_default();
        format!("({key}{} {})", b.value.text, expr(&b.source))
    })
}

fn ty(found: &Type) -> String {
    let optional = if found.optional { "?" } else { "" };
    match &found.kind {
        TypeKind::Named { name, of, arguments } => {
            let of = of.as_ref().map(|of| format!(" {}", of.text)).unwrap_or_default();
            let arguments = list(arguments, ty);
            let arguments = if arguments.is_empty() { arguments } else { format!(" {arguments}") };
            format!("(type {}{of}{arguments}){optional}", name.text)
        }
        TypeKind::Record(fields) => {
            let field = |f: &Field| {
                let default = f.default.as_ref().map(|default| format!(" {}", expr(default))).unwrap_or_default();
                format!("({} {}{default})", f.name.text, ty(&f.ty))
            };
            format!("(record {}){optional}", list(fields, field))
        }
        TypeKind::Error => "(error)".to_string(),
    }
}

fn template(parts: &[Part]) -> String {
    let parts = list(parts, |part| match part {
        Part::Text(text) => format!("{text:?}"),
        Part::Expr(value) => expr(value),
    });
    format!("(string {parts})")
}

/// An expression.
pub fn expr(found: &Expr) -> String {
    match &found.kind {
        ExprKind::Literal(value) => format!("{value:?}"),
        ExprKind::Template(parts) => template(parts),
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Member(base, name) => format!("(. {} {})", expr(base), name.text),
        ExprKind::Index(base, index) => format!("(index {} {})", expr(base), expr(index)),
        ExprKind::Call(name, arguments) => {
            let arguments = list(arguments, |a| {
                let name = a.name.as_ref().map(|name| format!("{}=", name.text)).unwrap_or_default();
                name + &expr(&a.value)
            });
            format!("(call {} {arguments})", name.text)
        }
        ExprKind::List(values) => format!("[{}]", list(values, expr)),
        ExprKind::Map(entries) => {
            format!("{{{}}}", list(entries, |(key, value)| format!("{:?}={}", key.text, expr(value))))
        }
        ExprKind::ListFor(c) => format!("(list-for {})", comprehension(c)),
        ExprKind::MapFor(c) => format!("(map-for {})", comprehension(c)),
        ExprKind::Unary(operator, operand) => format!("({operator:?} {})", expr(operand)),
        ExprKind::Binary(operator, left, right) => {
            format!("({operator:?} {} {})", expr(left), expr(right))
        }
        ExprKind::If(c, a, b) => format!("(if {} {} {})", expr(c), expr(a), expr(b)),
        ExprKind::Match(value, arms) => {
            let arms = list(arms, |arm| {
                let pattern = arm.pattern.as_ref().map_or("_".to_string(), expr);
                format!("({pattern} {})", expr(&arm.value))
            });
            format!("(match {} {arms})", expr(value))
        }
        ExprKind::Paren(inner) => format!("(paren {})", expr(inner)),
        ExprKind::Error => "(error)".to_string(),
    }
}

fn comprehension(c: &Comprehension) -> String {
    format!("{}{}{} {}", bindings(&c.bindings), tagged("if", c.condition.as_ref()), tagged("key", c.key.as_ref()), expr(&c.value))
}
