//! The written form of an image, which its revision is a hash of. It says field by field what there is, and nothing of how the compiler
//! keeps it: who renames something of the compiler changes no revision. Whoever changes the form for an image that stays the same makes
//! everybody bake anew, and counts `VERSION` up.
//!
//! One thing a line, with what belongs to it indented below. A value is written as in JSON where JSON has one; what it has not begins
//! with a word that says what it is.

use super::Recipe;
use crate::base::{Text, text};
use crate::shape::role::{self, Repetition, Role, Step};
use crate::value::{Operator, Residual, ResidualFor, Secret, SecretForm, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The version of the form.
const VERSION: &str = "v1";

/// The form.
pub(super) fn written(recipe: &Recipe, roles: &BTreeMap<Text, Arc<Role>>) -> String {
    let mut lines = vec![format!("image {VERSION}"), format!("from {}", quoted(&recipe.from))];
    lines.extend(recipe.on.iter().map(|provider| format!("on {}", quoted(provider))));
    lines.extend(recipe.arches.iter().map(|arch| format!("arch {}", quoted(arch))));
    for service in &recipe.install {
        lines.push(format!("install {}", quoted(service)));
        if let Some(role) = roles.get(service) {
            role.install.iter().for_each(|of| step(of, &mut lines));
            variables(role, &mut lines);
        }
    }
    lines.join("\n") + "\n"
}

fn step(of: &Step, lines: &mut Vec<String>) {
    lines.push(format!("  step {}", of.word));
    lines.extend(of.labels.iter().map(|label| format!("    label {}", value(label))));
    if let Some(Repetition { key, element, source }) = &of.repeat {
        let key = key.as_ref().map_or_else(String::new, |key| format!("{key}, "));
        lines.push(format!("    for {key}{element} in {}", value(source)));
    }
    lines.extend(of.condition.iter().map(|condition| format!("    if {}", value(condition))));
    let arguments: BTreeMap<&Text, &Value> = of.arguments.iter().collect();
    lines.extend(arguments.into_iter().map(|(name, argument)| format!("    {name} = {}", value(argument))));
}

/// The variables that the steps use, with what they are where nobody says anything else.
fn variables(role: &Role, lines: &mut Vec<String>) {
    let used = role::variables(&role.install);
    let holes: BTreeMap<&Text, Option<&Value>> = role.holes.iter().map(|hole| (&hole.name, hole.default.as_ref())).collect();
    for (name, default) in holes.into_iter().filter(|(name, _)| used.contains(*name)) {
        lines.push(match default {
            Some(default) => format!("  variable {name} = {}", value(default)),
            None => format!("  variable {name}"),
        });
    }
}

/// A text between quotes, as JSON has it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn value(of: &Value) -> String {
    match of {
        Value::None => "null".into(),
        Value::Bool(yes) => yes.to_string(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => format!("float {float}"),
        Value::Text(text) => quoted(text),
        Value::Ip(ip) => format!("ip {ip}"),
        Value::Cidr(cidr) => format!("cidr {cidr}"),
        Value::Port(ports) => format!("port {ports}"),
        Value::Bytes(bytes) => format!("bytes {bytes}"),
        Value::Duration(milliseconds) => format!("milliseconds {milliseconds}"),
        Value::Money(hundredths, currency) => format!("money {hundredths}/100 {currency}"),
        Value::List(list) => values(list),
        Value::Map(map) => {
            let entries: Vec<String> = map.iter().map(|(key, of)| format!("{}: {}", quoted(key), value(of))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        // What an image holds is the same for every product, so no instance of one is in it.
        Value::Instance(_) => "instance".into(),
        Value::Definition(keyword, name) => format!("definition {keyword} {}", quoted(name)),
        Value::Secret(of) => secret(of),
        Value::Residual(of) => residual(of),
    }
}

fn values(list: &[Value]) -> String {
    format!("[{}]", list.iter().map(value).collect::<Vec<_>>().join(", "))
}

fn secret(of: &Secret) -> String {
    match of {
        Secret::Reference { scheme, path, field } => {
            let field = field.as_ref().map_or_else(|| "null".into(), |field| quoted(field));
            format!("secret reference {} {} {field}", scheme.name(), quoted(path))
        }
        Secret::Generated { thing, name, form, bootstrap } => {
            let form = match form {
                SecretForm::Base64(bytes) => text!("base64 {bytes}"),
                SecretForm::Hex(bytes) => text!("hex {bytes}"),
                SecretForm::Uuid => "uuid".into(),
                SecretForm::Authority => "authority".into(),
                SecretForm::PrivateKey => "private-key".into(),
            };
            format!("secret generated {} {} {form} {bootstrap}", quoted(thing), quoted(name))
        }
    }
}

/// What is left for a tool: a word for the form, then its operands between parentheses.
fn residual(of: &Residual) -> String {
    match of {
        Residual::Variable(name) => format!("variable({name})"),
        Residual::Local(name) => format!("local({name})"),
        Residual::EachKey => "each-key".into(),
        Residual::EachValue => "each-value".into(),
        Residual::Resource { data, ty, name } => format!("{}({ty}, {name})", if *data { "data" } else { "resource" }),
        // Like an instance: an image has none.
        Residual::Output(_, name) => format!("output({name})"),
        Residual::Fact(name) => format!("fact({name})"),
        // A place in the sources is no part of what an image holds.
        Residual::Foreign(_) => "foreign".into(),
        Residual::Member(base, field) => format!("member({}, {field})", value(base)),
        Residual::Index(base, at) => format!("index({}, {})", value(base), value(at)),
        Residual::Template(parts) => format!("text{}", values(parts)),
        Residual::Call(function, arguments) => format!("call({function}, {})", values(arguments)),
        Residual::For(of) => comprehension(of),
        Residual::If(condition, yes, no) => format!("if({}, {}, {})", value(condition), value(yes), value(no)),
        Residual::Not(of) => format!("not({})", value(of)),
        Residual::Negate(of) => format!("negate({})", value(of)),
        Residual::Binary(operator, left, right) => format!("{}({}, {})", word(*operator), value(left), value(right)),
    }
}

fn comprehension(of: &ResidualFor) -> String {
    let optional = |of: &Option<Value>| of.as_ref().map_or_else(|| "null".into(), value);
    let key = of.key.as_deref().unwrap_or("null");
    let (condition, entry) = (optional(&of.condition), optional(&of.entry));
    format!("for({key}, {}, {}, {condition}, {entry}, {})", of.value, value(&of.source), value(&of.result))
}

fn word(operator: Operator) -> &'static str {
    match operator {
        Operator::Default => "default",
        Operator::Or => "or",
        Operator::And => "and",
        Operator::Equal => "equal",
        Operator::NotEqual => "not-equal",
        Operator::Less => "less",
        Operator::LessEqual => "less-or-equal",
        Operator::Greater => "greater",
        Operator::GreaterEqual => "greater-or-equal",
        Operator::In => "in",
        Operator::Add => "add",
        Operator::Subtract => "subtract",
        Operator::Multiply => "multiply",
        Operator::Divide => "divide",
        Operator::Remainder => "remainder",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{FileId, Span};
    use crate::hir::Kind;
    use crate::shape::said::Fields;
    use crate::shape::{Hole, Source};
    use crate::ty::Ty;

    const NOWHERE: Span = Span::new(FileId(0), 0, 0);

    fn recipe() -> Recipe {
        let kind = Kind {
            name: "image".into(),
            span: NOWHERE,
            doc: None,
            inputs: Default::default(),
            blocks: Default::default(),
            one_of: Default::default(),
            paths: Default::default(),
            many: false,
            labels: (0, 0),
            open: false,
        };
        Recipe {
            name: "web".into(),
            doc: "Debian with a server.".into(),
            from: "debian-12".into(),
            on: vec!["hetzner".into()],
            arches: vec!["amd64".into(), "arm64".into()],
            install: vec!["nginx".into()],
            revision: Text::default(),
            source: "library/web.infra".into(),
            is_of_library: false,
            span: NOWHERE,
            said: Fields::new(&kind, NOWHERE),
        }
    }

    fn step(word: &str, labels: Vec<Value>, arguments: Vec<(&str, Value)>) -> Step {
        let arguments = arguments.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Step { word: word.into(), labels, doc: None, arguments, repeat: None, condition: None, span: NOWHERE }
    }

    fn hole(name: &str, default: Option<Value>) -> Hole {
        Hole {
            name: name.into(),
            doc: Text::default(),
            ty: Ty::String,
            default,
            source: Source::Field(name.into()),
            validations: Vec::new(),
            words: BTreeMap::new(),
            per_host: false,
            secret: false,
            span: NOWHERE,
        }
    }

    fn roles() -> BTreeMap<Text, Arc<Role>> {
        let variable = |name: &str| Value::residual(Residual::Variable(name.into()));
        let url =
            Value::residual(Residual::Template(vec![Value::text("https://example.com/"), variable("version"), Value::text(".tar.gz")]));
        let mut archive =
            step("archive", vec![Value::text("nginx")], vec![("url", url), ("kept", Value::Duration(90_000)), ("mode", Value::None)]);
        archive.condition =
            Some(Value::residual(Residual::Binary(Operator::Equal, Value::residual(Residual::Fact("arch".into())), Value::text("amd64"))));
        let mirrors = Value::list([Value::text("a\"b"), Value::Int(3)]);
        archive.repeat = Some(Repetition { key: None, element: "mirror".into(), source: mirrors });
        let role = Role {
            name: "nginx".into(),
            doc: Text::default(),
            licence: "BSD-2-Clause".into(),
            source: Text::default(),
            holes: vec![hole("version", Some(Value::text("1.4.0"))), hole("configured_only", Some(Value::Int(1)))],
            install: vec![step("packages", Vec::new(), vec![("names", Value::list([Value::text("nginx")]))]), archive],
            configure: Vec::new(),
            cluster: Vec::new(),
            serial: false,
            example: crate::value::Entries::default(),
        };
        BTreeMap::from([("nginx".into(), Arc::new(role))])
    }

    /// Whoever changes this text makes everybody bake anew.
    const FORM: &str = r#"image v1
from "debian-12"
on "hetzner"
arch "amd64"
arch "arm64"
install "nginx"
  step packages
    names = ["nginx"]
  step archive
    label "nginx"
    for mirror in ["a\"b", 3]
    if equal(fact(arch), "amd64")
    kept = milliseconds 90000
    mode = null
    url = text["https://example.com/", variable(version), ".tar.gz"]
  variable version = "1.4.0"
"#;

    #[test]
    fn an_image_is_written_field_by_field() {
        assert_eq!(written(&recipe(), &roles()), FORM);
        assert_eq!(crate::shape::image::revision(&recipe(), &roles()), REVISION);
    }

    /// The first six bytes of the SHA-256 of the form, as `sha256sum` gives them.
    const REVISION: &str = "0b57b635b074";

    #[test]
    fn what_is_not_in_an_image_does_not_change_it() {
        let mut other = recipe();
        other.name = "shop".into();
        other.doc = "Another text.".into();
        other.source = "elsewhere.infra".into();
        let mut roles = roles();
        let role = Arc::make_mut(roles.get_mut("nginx").unwrap());
        role.configure.push(step("directory", vec![Value::text("/srv")], Vec::new()));
        role.holes.pop();
        role.install[0].doc = Some("What it needs.".into());
        assert_eq!(written(&other, &roles), FORM);
        Arc::make_mut(roles.get_mut("nginx").unwrap()).holes[0].default = Some(Value::text("1.4.1"));
        assert_ne!(written(&other, &roles), FORM);
    }
}
