//! Functions that know the whole program: they allocate, look at who refers to whom, and name secrets.

use super::allocate::{Refusal, Usable};
use super::lock;
use super::planner::{Machine, PRODUCT, Planner};
use crate::base::{Span, Text, similar, text};
use crate::diag::{Code, Diagnostic};
use crate::eval::{Evaluated, Stop, text_of};
use crate::hir;
use crate::hir::items::{OfSubnets, Secrets, Subnet, View};
use crate::value::{InstanceId, Scheme, Secret, SecretForm, Value};
use ipnet::IpNet;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The most that a label of a DNS name may hold (RFC 1035).
const LABEL: usize = 63;

/// The most that a whole DNS name may hold.
const LONGEST_NAME: usize = 253;

impl Planner<'_> {
    /// Calls a function of the whole program, with its arguments in the order of its parameters.
    pub(super) fn whole_program(&mut self, of: InstanceId, function: &hir::Name, arguments: &[Value], span: Span) -> Evaluated {
        match (function.text.as_str(), arguments) {
            ("allocate_range", [Value::Cidr(pool), Value::Int(prefix)]) => self.allocate_range(of, *pool, *prefix, span),
            ("allocate_address", [Value::Cidr(range), name, first]) => self.allocate_address(of, *range, name, first, span),
            ("allocate", [Value::Int(first), Value::Int(last), key, pool]) => self.allocate(of, *first..=*last, key, pool, span),
            ("subnet", [key, zone, range]) => Ok(Value::map([("key", key.clone()), ("zone", zone.clone()), ("range", range.clone())])),
            ("host", [name, subnet, arch]) => self.host(of, name, subnet, arch, span),
            ("rules_for", [hosts]) => self.rules_for(hosts, span),
            ("clients_of", [Value::Instance(service)]) => self.clients_of(*service, span),
            ("builds", [Value::Definition(_, image), provider, arch]) => Ok(Value::Bool(self.builds(image, provider, arch))),
            ("generated", [path, bytes, hex, uuid, pem]) => self.generated(of, path, [bytes, hex, uuid, pem], span),
            ("secret", [reference]) => self.secret(reference, span),
            _ => self.wrong(span, &format!("`{}` does not take these values", function.text)),
        }
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

    fn allocate_range(&mut self, of: InstanceId, pool: IpNet, prefix: i64, span: Span) -> Evaluated {
        let prefix = u8::try_from(prefix).unwrap_or(u8::MAX);
        let key = self.key(of, "");
        match self.allocator.range(key, pool, prefix, span) {
            Ok(range) => Ok(Value::Cidr(range)),
            Err(Refusal::Full) => {
                let at = self.said_at(PRODUCT, "ranges");
                self.report(
                    Diagnostic::error(Code::RangeExhausted, at, format!("no /{prefix} is left in {pool}"))
                        .related(span, "it is taken here")
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

    /// The key of what has a name of its own in the field that is being evaluated; reports `twice` where it was allocated already.
    fn key_once(&mut self, of: InstanceId, name: &str, twice: impl FnOnce() -> Diagnostic) -> Result<Text, Stop> {
        let (id, field) = self.open.last().map_or((of, Text::default()), |(id, field, _)| (*id, field.clone()));
        let provider = self.provider_name(of);
        let key = text!("{}/{}.{field}/{name}@{provider}", self.environment, self.path(id));
        match self.allocator.made.contains_key(&key) {
            true => {
                self.report(twice());
                Err(Stop)
            }
            false => Ok(key),
        }
    }

    /// An address for what has a name of its own in the field that is being evaluated.
    fn allocate_address(&mut self, of: InstanceId, range: IpNet, name: &Value, first: &Value, span: Span) -> Evaluated {
        let name = text_of(name).unwrap_or_default();
        if !lock::is_name(&name) {
            return self.wrong(span, "what gets an address is named by letters, digits, dots, hyphens and underscores");
        }
        let first = match (first, range) {
            (Value::Ip(IpAddr::V4(first)), IpNet::V4(net)) if net.contains(first) => u32::from(*first) - u32::from(net.network()),
            (Value::None, _) => 1,
            _ => return self.wrong(span, "the first address that is given lies in the range"),
        };
        let twice = Diagnostic::error(Code::DuplicateName, span, format!("`{name}` gets a second address of {range}"));
        let key = self.key_once(of, &name, || twice.help("name each thing that gets an address once"))?;
        match self.allocator.address(key, range, Usable { first, last: 1, reserved: &[] }, span) {
            Ok(address) => Ok(Value::Ip(address)),
            Err(_) => {
                self.report(
                    Diagnostic::error(
                        Code::RangeExhausted,
                        self.said_range(of, range),
                        format!("no address is left in {range} for `{name}`"),
                    )
                    .related(span, "it is taken here")
                    .help("take a larger range"),
                );
                Err(Stop)
            }
        }
    }

    /// A number for what has a key of its own in the field that is being evaluated, and in the pool where one is named.
    fn allocate(&mut self, of: InstanceId, among: RangeInclusive<i64>, key: &Value, pool: &Value, span: Span) -> Evaluated {
        let name = text_of(key).unwrap_or_default();
        let pool = text_of(pool);
        if ![Some(&name), pool.as_ref()].into_iter().flatten().all(|text| lock::is_word(text)) {
            return self.wrong(span, "keys and pools of numbers are made of letters, digits, hyphens and underscores");
        }
        let (first, last) = (*among.start(), *among.end());
        if first > last {
            return self.wrong(span, &format!("no number is at least {first} and at most {last}"));
        }
        let of_pool = pool.as_ref().map(|pool| text!("{pool}.")).unwrap_or_default();
        let twice = Diagnostic::error(Code::DuplicateName, span, format!("`{name}` gets a second number"));
        let key = self.key_once(of, &format!("{of_pool}{name}"), || twice.help("give each thing that gets a number a key of its own"))?;
        match self.allocator.number(key, among, span) {
            Ok(number) => Ok(Value::Int(number)),
            Err(_) => {
                let of_pool = pool.map(|pool| format!(" of `{pool}`")).unwrap_or_default();
                self.report(
                    Diagnostic::error(
                        Code::RangeExhausted,
                        span,
                        format!("no number{of_pool} from {first} to {last} is left for `{name}`"),
                    )
                    .help("let it be one of more numbers; those of what has left are free after the next build"),
                );
                Err(Stop)
            }
        }
    }

    fn host(&mut self, of: InstanceId, name: &Value, subnet: &Value, arch: &Value, span: Span) -> Evaluated {
        let name = text_of(name).unwrap_or_default();
        let said = Subnet::of(subnet);
        let Some(range) = said.and_then(Subnet::range) else {
            return self.wrong(span, "`host` takes the subnet that `subnet(…)` made");
        };
        if name.len() > LABEL {
            let (part, made) = (self.longest_part(of), self.node(of).declaration.name.span);
            if !self.blamed.insert(part) {
                return Err(Stop);
            }
            let message = format!("`{name}` has {} letters, and the name of a machine at most {LABEL}", name.len());
            self.report(
                Diagnostic::error(Code::InvalidName, part, message)
                    .related(made, "the machine is made here")
                    .help("choose a shorter name: product, environment, stack and number are all part of it"),
            );
            return Err(Stop);
        }
        let domain = self.field(PRODUCT, &"domain".into(), span)?;
        let whole = name.len() + 1 + domain.as_text().map_or(0, |domain| domain.len());
        if whole > LONGEST_NAME {
            let (place, made) = (self.said_at(PRODUCT, "domain"), self.node(of).declaration.name.span);
            if !self.blamed.insert(place) {
                return Err(Stop);
            }
            let message = format!("with its domain, `{name}` has {whole} letters, and a name in DNS at most {LONGEST_NAME}");
            self.report(
                Diagnostic::error(Code::InvalidName, place, message)
                    .related(made, "the machine is made here")
                    .help("choose a shorter domain"),
            );
            return Err(Stop);
        }
        if !lock::is_name(&name) {
            let (stack, made) = (self.inventory_place(of, None), self.node(of).declaration.name.span);
            self.report(
                Diagnostic::error(Code::InvalidName, stack, format!("`{name}` is no name for a machine"))
                    .related(made, "the machine is made here")
                    .help("name machines by letters, digits and hyphens"),
            );
            return Err(Stop);
        }
        let (first, last, reserved) = self.reserved(of, span)?;
        let provider = self.provider_name(of);
        let key = text!("{}/{}/{name}@{provider}", self.environment, self.path(of));
        let usable = Usable { first, last, reserved: &reserved };
        let address = match self.allocator.address(key, range, usable, span) {
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
        let zone = said.and_then(Subnet::zone).cloned().unwrap_or(Value::None);
        let record = Value::map([
            ("name", Value::Text(name.clone())),
            ("address", Value::Ip(address)),
            ("subnet", subnet.clone()),
            ("arch", arch.clone()),
            ("zone", zone),
            ("fqdn", Value::Text(text!("{name}.{domain}"))),
        ]);
        // Names that other instances make as well are judged when all of them are known.
        if let Some(other) = self.machines.get(&name).filter(|other| other.unit == of) {
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

    /// The part of a machine's name that is longest, where the project names it.
    fn longest_part(&self, of: InstanceId) -> Span {
        let named = self.node(of);
        let stack = named.stack.map_or(&named.declaration.name, |stack| &self.node(stack).declaration.name);
        let environment = self.product.environments.iter().find(|environment| environment.text == self.environment);
        let parts = [stack, &self.product.name].into_iter().chain(environment);
        // Of two that are equally long it is the one that is nearest to the machine.
        let longest = parts.rev().max_by_key(|part| part.text.len());
        longest.map_or(stack.span, |part| part.span)
    }

    /// Where the project says a range that an instance has, or names the instance.
    fn said_range(&self, id: InstanceId, range: IpNet) -> Span {
        let definition = self.node(id).definition.as_ref();
        let has = |name: &&Text| self.evaluated_field(id, name) == Some(&Value::Cidr(range));
        let input = definition.into_iter().flat_map(|definition| definition.inputs.keys()).find(has);
        let said = input.and_then(|input| self.origin_of_field(id, input, &[], Some(&Value::Cidr(range))));
        said.unwrap_or_else(|| self.inventory_place(id, None))
    }

    /// How many addresses at the start and end of a subnet the provider keeps for itself, and which others.
    fn reserved(&mut self, of: InstanceId, span: Span) -> Result<(u32, u32, Vec<IpNet>), Stop> {
        let Some(provider) = self.provider(of) else { return Err(Stop) };
        let subnet = self.field(provider, &OfSubnets::NAME.into(), span)?;
        // A provider that says nothing of subnets keeps the address of the network and that of its broadcast.
        let Some(subnets) = OfSubnets::of(&subnet) else { return Ok((1, 1, Vec::new())) };
        let count = |count: Option<i64>| count.and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
        Ok((count(subnets.reserved_first()), count(subnets.reserved_last()), subnets.reserved().collect()))
    }

    /// Whether some build makes an image for a provider and architecture.
    fn builds(&self, image: &Text, provider: &Value, arch: &Value) -> bool {
        let arch = text_of(arch).unwrap_or_default();
        let provider = match provider {
            Value::Instance(id) => self.node(*id).declaration.definition.text.clone(),
            value => text_of(value).unwrap_or_default(),
        };
        self.shapes.recipes.get(image).is_some_and(|recipe| recipe.on.contains(&provider) && recipe.arches.contains(&arch))
    }

    fn generated(&mut self, of: InstanceId, path: &Value, form: [&Value; 4], span: Span) -> Evaluated {
        let path = text_of(path).unwrap_or_default();
        let Some((thing, name)) = path.split_once('/').filter(|(_, name)| !name.contains('/')) else {
            return self.wrong(span, "a secret is named by what it belongs to and its own name, such as `database/password`");
        };
        if ["plan", "drift", "apply", "image"].contains(&thing) || thing.starts_with("image-") {
            let message = format!(
                "what is kept as `{thing}` is read by jobs of pipelines, for changes that nobody has looked at too: a secret of a service belongs to something else"
            );
            return self.wrong(span, &message);
        }
        let number = |value: &Value| value.as_int().and_then(|count| u16::try_from(count).ok());
        let [bytes, hex, uuid, pem] = form;
        let form = match (number(bytes), number(hex), uuid, pem.as_text().map(Text::as_str)) {
            (Some(bytes), None, Value::None, None) => SecretForm::Base64(bytes),
            (None, Some(bytes), Value::None, None) => SecretForm::Hex(bytes),
            (None, None, Value::Bool(true), None) => SecretForm::Uuid,
            (None, None, Value::None, Some("authority")) => SecretForm::Authority,
            (None, None, Value::None, Some("private_key")) => SecretForm::PrivateKey,
            _ => return self.wrong(span, "`generated` takes one of `bytes = N`, `hex = N`, `uuid = true` and `pem = …`"),
        };
        let bootstrap = self.bootstraps(of);
        Ok(Value::Secret(Arc::new(Secret::Generated { thing: thing.into(), name: name.into(), form, bootstrap })))
    }

    /// Whether the secrets of an instance are needed before a store for them can be asked: those of the stack that serves it, those of a
    /// stack through which it is reached, and those of the product itself, which anything may need. Where nothing keeps secrets, all are.
    fn bootstraps(&mut self, of: InstanceId) -> bool {
        if of == PRODUCT {
            return true;
        }
        let Ok(secrets) = self.field(PRODUCT, &Secrets::NAME.into(), self.product.name.span) else { return false };
        let Some(store) = Secrets::of(&secrets).and_then(Secrets::store) else { return true };
        let (Some(serving), Some(stack)) = (self.node(store).stack, self.node(of).stack) else { return false };
        serving == stack || self.leading().any(|service| self.node(service).stack == Some(stack))
    }

    fn secret(&mut self, reference: &Value, span: Span) -> Evaluated {
        let reference = text_of(reference).unwrap_or_default();
        let (name, rest) = reference.split_once(':').unwrap_or_default();
        let Some(scheme) = Scheme::ALL.into_iter().find(|scheme| scheme.name() == name) else {
            let names = Scheme::ALL.map(Scheme::name);
            // What resembles no reference may be the secret itself, and is not repeated.
            self.report(match similar::nearest(name, names) {
                Some(nearest) => Diagnostic::error(Code::DanglingReference, span, format!("nobody keeps secrets under `{name}:`"))
                    .help(format!("did you mean `{nearest}:`?")),
                None => Diagnostic::error(Code::SecretExposed, span, "this is no reference to a secret: it begins with no scheme")
                    .help(format!("a secret is in one of {}", names.map(|name| format!("`{name}:`")).join(", "))),
            });
            return Err(Stop);
        };
        let (path, field) = match rest.split_once('#') {
            Some((path, field)) => (path, Some(Text::from(field))),
            None => (rest, None),
        };
        let path = path.trim_start_matches("//");
        let parts = path.split('/').filter(|part| !part.is_empty()).count() + usize::from(field.is_some());
        let (least, what) =
            if scheme == Scheme::Op { (3, "in three parts where the item is, its name and its field") } else { (1, "where the secret is") };
        if parts < least {
            self.report(
                Diagnostic::error(Code::InvalidLiteral, span, format!("`{reference}` does not say {what}"))
                    .help(format!("a reference under `{}:` says {what}", scheme.name())),
            );
            return Err(Stop);
        }
        Ok(Value::Secret(Arc::new(Secret::Reference { scheme, path: path.into(), field })))
    }

    fn wrong(&mut self, span: Span, message: &str) -> Evaluated {
        self.report(Diagnostic::error(Code::UnknownFunction, span, message));
        Err(Stop)
    }
}
