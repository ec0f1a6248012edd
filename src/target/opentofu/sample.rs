//! Values for the variables of a module in its tests: typed, accepted by every rule, and no two alike, so that a variable that
//! stands where another one should is seen.

use super::asked;
use super::keys::{self, Values};
use crate::base::{Text, text};
use crate::eval::{conform, fold};
use crate::shape::{Hole, Module, Source, Words};
use crate::ty::Ty;
use crate::value::{Entries, Value};
use std::collections::BTreeMap;

/// Texts of the kinds that rules usually ask for; the first that fits is taken where the usual one does not.
const TEXTS: &[&str] = &[
    "a",
    "example",
    "10.20.0.0/20",
    "10.20.0.2",
    "example.com",
    "www.example.com",
    "443",
    "111122223333",
    "0123456789abcdef0123456789abcdef",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8 test@example.com",
    "https://example.com",
    "/example",
];
const NUMBERS: &[i64] = &[1, 2, 3, 10, 60, 300, 443, 1024];

/// Two cases of a module: one with everything, one where every switch stands the other way.
#[derive(Debug)]
pub(super) struct Cases {
    /// Every variable. What has a default has another value.
    pub first: Values,
    /// What is written for the second case, where it differs: nothing for what has a default.
    pub written: Values,
    /// Every variable of the second case, with what the defaults give.
    pub second: Values,
}

/// The cases of a module.
pub(super) fn cases(module: &Module) -> Cases {
    let mut first = Values::new();
    let mut maker = Maker::default();
    for hole in &module.holes {
        // The values that the library says are unlike those that are made: they need no number.
        let value = module.example.get(&hole.name).cloned().unwrap_or_else(|| sample(hole, &mut maker, &first));
        first.insert(hole.name.clone(), value);
    }
    asked::put(module, &mut first);
    keys::agree(module, &mut first);
    first.extend(module.example.iter().map(|(name, value)| (name.clone(), value.clone())));
    let mut written = Values::new();
    let mut second = first.clone();
    for hole in &module.holes {
        let Some(value) = first.get(&hole.name) else { continue };
        let (said, value) = match &hole.default {
            Some(default) => (Value::None, default.clone()),
            // Labels are none where nothing is said.
            None if hole.source == Source::Builtin("labels".into()) => (Value::None, Value::map::<Text>([])),
            None => match other(hole, value) {
                Some(value) => (value.clone(), value),
                None => continue,
            },
        };
        if accepted(hole, &value, &second) && asked::satisfied(module, hole, &value) {
            written.insert(hole.name.clone(), said);
            second.insert(hole.name.clone(), value);
        }
    }
    Cases { first, written, second }
}

/// A value of the first case.
fn sample(hole: &Hole, maker: &mut Maker, others: &Values) -> Value {
    // Unlike each other if that can be, the usual ones if need be, and nothing at all at the last.
    let usual = [true, false].into_iter().flat_map(|numbered| (0..TEXTS.len()).map(move |at| Some(Style { at, numbered })));
    let styles: Vec<Option<Style>> = std::iter::once(None).chain(usual).collect();
    let forms = [2, 1, 0].into_iter().flat_map(|entries| styles.iter().map(move |style| (*style, entries)));
    let mut usual = None;
    for (style, entries) in forms {
        let mut next = maker.clone();
        next.style = style;
        next.entries = entries;
        next.words = hole.words.clone();
        next.deferred = matches!(hole.source, Source::Deferred(..));
        let Some(value) = next.value(&hole.ty, &hole.name, Place { slot: 0, alone: true }) else { continue };
        let value = match (&hole.default, value) {
            (Some(Value::Bool(default)), Value::Bool(_)) => Value::Bool(!default),
            (_, value) => value,
        };
        if accepted(hole, &value, others) {
            *maker = next;
            return value;
        }
        usual = usual.or(Some(value));
    }
    usual.unwrap_or(Value::None)
}

/// The value of a switch in the second case: what decides something, and not what is only passed on.
fn other(hole: &Hole, value: &Value) -> Option<Value> {
    let words = hole.words.get("").map(Vec::as_slice).unwrap_or_default();
    match (hole.ty.plain(), value) {
        (Ty::String, Value::Text(word)) => words.iter().rev().find(|other| *other != word).cloned().map(Value::Text),
        (Ty::Optional(_), value) if *value != Value::None => Some(Value::None),
        (Ty::Bool, Value::Bool(bool)) => Some(Value::Bool(!bool)),
        (Ty::Enum(of), Value::Text(word)) => of.members.iter().rev().find(|member| *member != word).cloned().map(Value::Text),
        _ => None,
    }
}

/// Whether every rule of a variable accepts a value; a rule that cannot be told does.
pub(super) fn accepted(hole: &Hole, value: &Value, others: &Values) -> bool {
    (0..hole.validations.len()).all(|rule| holds(hole, rule, value, others) != Some(false))
}

/// Whether the rule at `rule` of a variable holds for a value; none where that cannot be told.
pub(super) fn holds(hole: &Hole, rule: usize, value: &Value, others: &Values) -> Option<bool> {
    let condition = &hole.validations.get(rule)?.condition;
    let variables = |wanted: &str| if wanted == hole.name { Some(value.clone()) } else { others.get(wanted).cloned() };
    match fold(condition, &variables)? {
        Value::Bool(bool) => Some(bool),
        _ => None,
    }
}

/// Usual values in place of ones of their own.
#[derive(Clone, Copy, Debug)]
struct Style {
    /// Which of them.
    at: usize,
    /// Whether those of further entries end with a number.
    numbered: bool,
}

/// Makes values that are unlike each other.
#[derive(Clone, Debug)]
pub(super) struct Maker {
    /// How many values of a name there are.
    named: BTreeMap<Text, usize>,
    /// How many there are of everything else.
    made: u8,
    /// How many ports there are.
    ports: i64,
    /// How many switches there are.
    switches: usize,
    /// Which of the usual texts and numbers is taken; none for one of its own.
    style: Option<Style>,
    /// How many entries a list or map has.
    entries: usize,
    /// The only texts that fields may have.
    words: Words,
    /// Whether a plugin makes the values: some take identifiers as numbers.
    deferred: bool,
}

impl Default for Maker {
    fn default() -> Self {
        Maker { named: BTreeMap::new(), made: 0, ports: 0, switches: 0, style: None, entries: 2, words: Words::new(), deferred: false }
    }
}

/// Where a value stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The number of the entry that it stands in.
    pub slot: usize,
    /// Whether it is the only one of its name.
    pub alone: bool,
}

impl Maker {
    fn next(&mut self) -> u8 {
        self.made = self.made.wrapping_add(1);
        self.made
    }

    /// `network-zone`, or `keys-1` of several.
    fn word(&mut self, name: &str, place: Place) -> Text {
        let name = name.replace('_', "-");
        if place.alone {
            return name.into();
        }
        let count = self.named.entry(name.as_str().into()).or_default();
        *count += 1;
        text!("{name}-{count}")
    }

    /// A value of a type under a name; none where there is none.
    pub(super) fn value(&mut self, ty: &Ty, name: &str, place: Place) -> Option<Value> {
        let entry = |slot| Place { slot, alone: false };
        Some(match ty.plain() {
            Ty::Bool => {
                self.switches += 1;
                Value::Bool(self.switches.is_multiple_of(2))
            }
            Ty::Port if self.style.is_none() => {
                self.ports += 1;
                // The bounds first, so that a rule with others is seen.
                Value::Int(match self.ports {
                    1 => 1,
                    2 => 65535,
                    number => 8000 + number,
                })
            }
            Ty::Int | Ty::Port => {
                Value::Int(self.style.map_or_else(|| 100 + i64::from(self.next()), |style| NUMBERS[style.at % NUMBERS.len()]))
            }
            Ty::Float => Value::Float(f64::from(self.next()) + 0.5),
            Ty::Bytes => Value::Bytes((40 + u64::from(self.next())) << 30),
            Ty::Duration => Value::Duration(u64::from(self.next()) * 60_000),
            Ty::Enum(of) => Value::Text(of.members.get(place.slot % of.members.len().max(1))?.clone()),
            Ty::Optional(of) => self.value(of, name, place)?,
            Ty::Secret(of) => self.value(of, name, place)?,
            Ty::List(of) => Value::list((0..self.entries).map(|slot| self.value(of, name, entry(slot))).collect::<Option<Vec<_>>>()?),
            Ty::Map(of) => {
                let entries =
                    (0..self.entries).map(|slot| Some((self.word(&text!("{name}-key"), entry(slot)), self.value(of, name, entry(slot))?)));
                Value::Map(entries.collect::<Option<Entries>>()?.into())
            }
            Ty::Record(record) => {
                let mut optional = 0;
                let mut fields = Entries::new();
                for field in &record.fields {
                    // Of what may be absent, each is once there and once not, and never all at once.
                    let is_absent = matches!(field.ty.plain(), Ty::Optional(_)) && {
                        optional += 1;
                        self.entries > 1 && optional % 2 == place.slot % 2
                    };
                    let value = if is_absent { Value::None } else { self.value(&field.ty, &field.name, place)? };
                    fields.insert(field.name.clone(), value);
                }
                Value::Map(fields.into())
            }
            Ty::None => Value::None,
            of => self.text(of, name, place)?,
        })
    }

    fn words_of(&self, name: &str, place: Place) -> &[Text] {
        let own = self.words.get(name).or_else(|| self.words.get("").filter(|_| place.alone));
        own.map(Vec::as_slice).unwrap_or_default()
    }

    fn text(&mut self, ty: &Ty, name: &str, place: Place) -> Option<Value> {
        if let Some(style) = self.style {
            let usual = TEXTS[style.at % TEXTS.len()];
            let text = if style.numbered && place.slot > 0 { text!("{usual}{}", place.slot + 1) } else { usual.into() };
            return conform(Value::Text(text), ty).ok();
        }
        let own = match ty {
            Ty::Cidr if name.contains("v6") => text!("2001:db8:{:x}::/48", self.next()),
            Ty::Cidr => text!("10.{}.0.0/20", 20 + self.next()),
            Ty::Ip if name.contains("v6") => text!("2001:db8::{:x}", self.next()),
            Ty::Ip => text!("10.20.0.{}", 1 + self.next()),
            Ty::Fqdn => text!("{}.example.com", self.word(name, place)),
            Ty::Email => text!("{}@example.com", self.word(name, place)),
            Ty::Url => text!("https://{}.example.com", self.word(name, place)),
            Ty::Path => text!("/{}", self.word(name, place)),
            Ty::Version => text!("1.{}.0", self.next()),
            Ty::Constraint => text!("~> 1.{}", self.next()),
            _ if !self.words_of(name, place).is_empty() => {
                let words = self.words_of(name, place);
                words[place.slot % words.len()].clone()
            }
            _ if self.deferred => text!("{}", 1000 + u32::from(self.next())),
            _ => self.word(name, place),
        };
        conform(Value::Text(own), ty).ok()
    }
}
