//! Functions that know the whole program: they allocate, look at who refers to whom, and name secrets.

use super::allocate::Refusal;
use super::planner::{Machine, PRODUCT, Planner};
use crate::base::{Span, Text, text};
use crate::diag::{Code, Diagnostic};
use crate::eval::{Evaluated, Stop, WHOLE_PROGRAM, text_of};
use crate::syntax::ast;
use crate::value::{InstanceId, Secret, SecretForm, Value};
use ipnet::IpNet;
use std::sync::Arc;

/// The arguments of a call, by position and by name.
pub(super) struct Arguments<'a>(&'a [(Option<Text>, Value)]);

impl Arguments<'_> {
    pub(super) fn get(&self, at: usize, name: &str) -> Option<&Value> {
        let named = self.0.iter().find(|(given, _)| given.as_ref().is_some_and(|given| given == name));
        named.or_else(|| self.0.get(at).filter(|(given, _)| given.is_none())).map(|(_, value)| value)
    }
}

impl Planner<'_> {
    /// Calls a function of the whole program; none where there is no such function.
    pub(super) fn whole_program(
        &mut self,
        of: InstanceId,
        function: &ast::Name,
        arguments: &[(Option<Text>, Value)],
        span: Span,
    ) -> Option<Evaluated> {
        let (_, parameters, needed) = WHOLE_PROGRAM.iter().find(|(name, ..)| *name == function.text)?;
        let given = Arguments(arguments);
        let missing = parameters.iter().take(*needed).enumerate().find(|(at, name)| given.get(*at, name).is_none());
        if let Some((_, name)) = missing {
            self.report(Diagnostic::error(Code::UnknownFunction, span, format!("`{}` needs its `{name}`", function.text)).help(format!(
                "write `{}({})`",
                function.text,
                parameters.join(", ")
            )));
            return Some(Err(Stop));
        }
        Some(match function.text.as_str() {
            "allocate_range" => self.allocate_range(of, &given, span),
            "subnet" => Ok(record(&given, parameters)),
            "host" => self.host(of, &given, span),
            "rules_for" => self.rules_for(&given, span),
            "builds" => Ok(Value::Bool(self.builds(&given))),
            "generated" => self.generated(of, &given, span),
            _ => self.secret(&given, span),
        })
    }

    /// The key of an allocation that is made while a field is evaluated: its path, its number in the field, the provider.
    fn key(&mut self, of: InstanceId, what: &str) -> Text {
        let (id, field) = self.open.last().map_or((of, Text::default()), |(id, field, _)| (*id, field.clone()));
        let number = match self.open.last_mut() {
            Some((_, _, number)) => {
                *number += 1;
                *number - 1
            }
            None => 0,
        };
        let provider = self.provider_name(of);
        let number = if number == 0 { Text::default() } else { text!("[{number}]") };
        text!("{}/{}.{field}{number}{what}@{provider}", self.environment, self.path(id))
    }

    fn provider_name(&mut self, of: InstanceId) -> Text {
        match self.provider(of) {
            Some(provider) => self.node(provider).name.clone(),
            None => "none".into(),
        }
    }

    fn allocate_range(&mut self, of: InstanceId, given: &Arguments<'_>, span: Span) -> Evaluated {
        let (Some(Value::Cidr(pool)), Some(Value::Int(prefix))) = (given.get(0, "range"), given.get(1, "prefix")) else {
            return self.wrong(span, "`allocate_range` takes a range and the number of bits of the new one's prefix");
        };
        let (pool, prefix) = (*pool, u8::try_from(*prefix).unwrap_or(u8::MAX));
        let key = self.key(of, "");
        match self.allocator.range(key, pool, prefix) {
            Ok(range) => Ok(Value::Cidr(range)),
            Err(Refusal::Full) => {
                let at = self.said_at(PRODUCT, "ranges");
                self.report(
                    Diagnostic::error(Code::RangeExhausted, span, format!("no /{prefix} is left in {pool}"))
                        .related(at, "the ranges of the product stand here")
                        .help("give the environment a larger range, or take smaller networks"),
                );
                Err(Stop)
            }
            Err(Refusal::Prefix) => {
                self.report(
                    Diagnostic::error(Code::RangeExhausted, span, format!("a /{prefix} does not fit into {pool}"))
                        .help("take it from a larger range"),
                );
                Err(Stop)
            }
        }
    }

    fn host(&mut self, of: InstanceId, given: &Arguments<'_>, span: Span) -> Evaluated {
        let (Some(name), Some(subnet), Some(arch)) =
            (given.get(0, "name").and_then(text_of), given.get(1, "subnet").cloned(), given.get(2, "arch").cloned())
        else {
            return self.wrong(span, "`host` takes a name, a subnet and an architecture");
        };
        let Some(Value::Cidr(range)) = subnet.field("range").cloned() else {
            return self.wrong(span, "`host` takes the subnet that `subnet(…)` made");
        };
        let (first, last, reserved) = self.reserved(of, span)?;
        let provider = self.provider_name(of);
        let key = text!("{}/{}/{name}@{provider}", self.environment, self.path(of));
        let address = match self.allocator.address(key, range, first, last, &reserved) {
            Ok(address) => address,
            Err(_) => {
                self.report(
                    Diagnostic::error(Code::RangeExhausted, span, format!("no address is left in {range} for `{name}`"))
                        .help("take a larger subnet or fewer machines: the provider keeps some addresses for itself"),
                );
                return Err(Stop);
            }
        };
        let domain = self.field(PRODUCT, &"domain".into(), span)?;
        let domain = text_of(&domain).unwrap_or_default();
        let zone = subnet.field("zone").cloned().unwrap_or(Value::None);
        let record = Value::map([
            ("name", Value::Text(name.clone())),
            ("address", Value::Ip(address)),
            ("subnet", subnet),
            ("arch", arch),
            ("zone", zone),
            ("fqdn", Value::Text(text!("{name}.{domain}"))),
        ]);
        if let Some(other) = self.machines.get(&name) {
            let (first, second) = (self.node(other.unit).declaration.name.span, self.node(of).declaration.name.span);
            self.report(
                Diagnostic::error(Code::DuplicateName, second, format!("two machines would be named `{name}`"))
                    .related(first, "the other one is made here")
                    .help("rename one of the instances: names are made of product, environment, stack and instance"),
            );
        }
        self.machines.insert(name, Machine { unit: of, record: record.clone() });
        Ok(record)
    }

    /// How many addresses at the start and end of a subnet the provider keeps for itself, and which others.
    fn reserved(&mut self, of: InstanceId, span: Span) -> Result<(u32, u32, Vec<IpNet>), Stop> {
        let Some(provider) = self.provider(of) else { return Err(Stop) };
        let subnet = self.field(provider, &"subnet".into(), span)?;
        let count = |name: &str| subnet.field(name).and_then(Value::as_int).and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
        let reserved = subnet.field("reserved").and_then(Value::as_list).unwrap_or_default();
        let reserved = reserved.iter().filter_map(|value| if let Value::Cidr(net) = value { Some(*net) } else { None }).collect();
        Ok((count("reserved_first"), count("reserved_last"), reserved))
    }

    /// Whether some build makes an image for a provider and architecture.
    fn builds(&self, given: &Arguments<'_>) -> bool {
        let (Some(Value::Definition(keyword, image)), Some(provider), Some(arch)) =
            (given.get(0, "image"), given.get(1, "provider"), given.get(2, "arch").and_then(text_of))
        else {
            return false;
        };
        let provider = match provider {
            Value::Instance(id) => self.node(*id).declaration.definition.text.clone(),
            value => text_of(value).unwrap_or_default(),
        };
        let Some(definition) = self.definition(keyword, image) else { return false };
        let lists = |attribute: &str, word: &Text| {
            definition.attributes.get(attribute).is_some_and(|attribute| match &attribute.value.kind {
                ast::ExprKind::List(list) => list.iter().any(|element| matches!(&element.kind, ast::ExprKind::Name(name) if name == word)),
                _ => false,
            })
        };
        lists("on", &provider) && lists("arches", &arch)
    }

    fn generated(&mut self, of: InstanceId, given: &Arguments<'_>, span: Span) -> Evaluated {
        let Some(path) = given.get(0, "path").and_then(text_of) else {
            return self.wrong(span, "`generated` takes the path of the secret");
        };
        let number = |name: &str| given.get(usize::MAX, name).and_then(Value::as_int).and_then(|count| u16::try_from(count).ok());
        let form = match (number("bytes"), number("hex"), given.get(usize::MAX, "uuid")) {
            (Some(bytes), None, None) => SecretForm::Base64(bytes),
            (None, Some(bytes), None) => SecretForm::Hex(bytes),
            (None, None, Some(Value::Bool(true))) => SecretForm::Uuid,
            _ => return self.wrong(span, "`generated` takes one of `bytes = N`, `hex = N` and `uuid = true`"),
        };
        Ok(Value::Secret(Arc::new(Secret::Generated { path, form, bootstrap: self.bootstraps(of) })))
    }

    /// Whether an instance stands in the stack that serves the secrets: what it needs first cannot come from there.
    fn bootstraps(&mut self, of: InstanceId) -> bool {
        let Ok(secrets) = self.field(PRODUCT, &"secrets".into(), self.product.name.span) else { return false };
        match secrets.field("store") {
            Some(Value::Instance(store)) => self.node(*store).stack.is_some() && self.node(*store).stack == self.node(of).stack,
            _ => false,
        }
    }

    fn secret(&mut self, given: &Arguments<'_>, span: Span) -> Evaluated {
        let reference = given.get(0, "reference").and_then(text_of).unwrap_or_default();
        let Some((scheme, rest)) = reference.split_once(':') else {
            return self.wrong(span, "a reference to a secret begins with its scheme, such as `env:` or `vault:`");
        };
        if !["env", "op", "vault", "sops"].contains(&scheme) {
            return self.wrong(span, "a secret is in `env:`, `op:`, `vault:` or `sops:`");
        }
        let (path, field) = match rest.split_once('#') {
            Some((path, field)) => (path, Some(Text::from(field))),
            None => (rest, None),
        };
        let path = path.trim_start_matches("//");
        Ok(Value::Secret(Arc::new(Secret::Reference { scheme: scheme.into(), path: path.into(), field })))
    }

    fn wrong(&mut self, span: Span, message: &str) -> Evaluated {
        self.report(Diagnostic::error(Code::UnknownFunction, span, message));
        Err(Stop)
    }
}

fn record(given: &Arguments<'_>, parameters: &[&str]) -> Value {
    Value::map(parameters.iter().enumerate().map(|(at, name)| (*name, given.get(at, name).cloned().unwrap_or(Value::None))))
}
