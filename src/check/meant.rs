//! What a literal was meant to be, where only one thing can have been meant.

use super::assign::INTERFACE;
use super::scope::{Place, Scope};
use crate::base::{FileId, Text, similar};
use crate::eval::conform;
use crate::hir::value_of;
use crate::syntax::{self, ast};
use crate::ty::Ty;
use crate::value::Value;

/// The source of the literal that fits `wanted` where `value` does not.
pub(super) fn meant(value: &Value, wanted: &Ty) -> Option<String> {
    let network = |cidr: &ipnet::IpNet| fits(Value::Cidr(cidr.trunc()), wanted).then(|| cidr.trunc().to_string());
    match value {
        Value::Cidr(cidr) => network(cidr),
        Value::Text(text) => match text.parse() {
            Ok(cidr) => network(&cidr),
            Err(_) => unquoted(text, wanted).or_else(|| member(text, wanted)),
        },
        // A number in quotes, such as that of an account.
        Value::Int(int) if wanted.plain().is_text() => {
            let text = int.to_string();
            fits(Value::Text(text.as_str().into()), wanted).then(|| format!("\"{text}\""))
        }
        _ => None,
    }
}

fn fits(value: Value, wanted: &Ty) -> bool {
    conform(value, wanted).is_ok()
}

/// What stands in quotes that it does not need: a number, a port, an amount.
fn unquoted(text: &Text, wanted: &Ty) -> Option<String> {
    let (file, mistakes) = syntax::parse(FileId(0), &format!("x {{ y = {text} }}"));
    let [ast::Item::Block(block)] = file.items.as_slice() else { return None };
    let [ast::Item::Attribute(attribute)] = block.body.items.as_slice() else { return None };
    match &attribute.value.kind {
        ast::ExprKind::Literal(literal) if mistakes.0.is_empty() => fits(value_of(literal), wanted).then(|| text.to_string()),
        _ => None,
    }
}

/// The one word of an enum that is near.
fn member(text: &Text, wanted: &Ty) -> Option<String> {
    match wanted.plain() {
        Ty::Enum(of) => similar::nearest(text, of.members.iter().map(Text::as_str)).map(|nearest| format!("\"{nearest}\"")),
        _ => None,
    }
}

/// Whether a text is the name of an instance of the product around, and one is expected.
pub(super) fn meant_instance(text: &Text, expected: &Ty, scope: &Scope<'_>) -> bool {
    let Ty::Instance(keyword, of) = expected.present() else { return false };
    let Place::Product(_, instances) = &scope.place else { return false };
    instances.get(text.as_str()).is_some_and(|instance| {
        keyword == INTERFACE || instance.keyword == *keyword && of.as_ref().is_none_or(|of| instance.definition.text == *of)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_becomes_what_fits() {
        let text = |text: &str| Value::Text(text.into());
        assert_eq!(meant(&text("3"), &Ty::Int).as_deref(), Some("3"));
        assert_eq!(meant(&text("true"), &Ty::Bool).as_deref(), Some("true"));
        assert_eq!(meant(&text("443/tcp"), &Ty::Protocol).as_deref(), Some("443/tcp"));
        assert_eq!(meant(&text("40GiB"), &Ty::Bytes.optional()).as_deref(), Some("40GiB"));
        assert_eq!(meant(&text("10.0.0.1/16"), &Ty::Cidr).as_deref(), Some("10.0.0.0/16"));
        assert_eq!(meant(&Value::Int(750), &Ty::String).as_deref(), Some("\"750\""));
    }

    #[test]
    fn nothing_is_guessed() {
        let text = |text: &str| Value::Text(text.into());
        for (value, wanted) in [
            (text("many"), Ty::Int),
            (text("3 # and more"), Ty::Int),
            (text("3 } y {"), Ty::Int),
            (text("3"), Ty::Bool),
            (Value::Int(443), Ty::Protocol),
            (Value::Int(50), Ty::Bytes),
            (Value::Bool(true), Ty::String),
        ] {
            assert_eq!(meant(&value, &wanted), None, "{value:?}");
        }
    }
}
