//! What was read beside what was meant.

use infrac::artifact::json::Value;
use infrac::base::Text;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt::Write;

/// A value of JSON with its keys in order, whole numbers apart from others.
struct Ordered(Value);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ordered, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Ordered;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("JSON")
            }

            fn visit_unit<E>(self) -> Result<Ordered, E> {
                Ok(Ordered(Value::Null))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Ordered, E> {
                Ok(Ordered(Value::Bool(value)))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Ordered, E> {
                Ok(Ordered(Value::Int(value)))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Ordered, E> {
                Ok(Ordered(i64::try_from(value).map_or(Value::Float(value as f64), Value::Int)))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Ordered, E> {
                Ok(Ordered(Value::Float(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Ordered, E> {
                Ok(Ordered(Value::from(value)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Ordered, A::Error> {
                let mut values = Vec::new();
                while let Some(Ordered(value)) = seq.next_element()? {
                    values.push(value);
                }
                Ok(Ordered(Value::List(values)))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut entries = Vec::new();
                while let Some((key, Ordered(value))) = map.next_entry::<String, Ordered>()? {
                    entries.push((Text::from(key), value));
                }
                Ok(Ordered(Value::Object(entries)))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Reads JSON; the texts of a reader may be nested deeper than a stranger's may.
pub fn parse(json: &[u8]) -> Value {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let Ordered(value) = Ordered::deserialize(&mut reader).unwrap_or_else(|error| {
        let line = json.split(|byte| *byte == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
        let place = &line[error.column().saturating_sub(60)..(error.column() + 40).min(line.len())];
        panic!("{error}: {}", String::from_utf8_lossy(place))
    });
    value
}

/// The value of a key.
pub fn field(value: &Value, name: &str) -> Value {
    let Value::Object(entries) = value else { panic!("no object with {name}") };
    let found = entries.iter().find(|(key, _)| key == name);
    found.unwrap_or_else(|| panic!("{name} is missing")).1.clone()
}

/// The value with sorted keys, for readers that keep no order.
pub fn sorted(value: &Value) -> Value {
    match value {
        Value::List(values) => Value::List(values.iter().map(sorted).collect()),
        Value::Object(entries) => {
            let mut entries: Vec<(Text, Value)> = entries.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries)
        }
        other => other.clone(),
    }
}

/// Texts as a list of values.
pub fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> Value {
    Value::List(texts.into_iter().map(Value::from).collect())
}

/// Keys with their positions.
pub fn numbered<'a>(keys: impl IntoIterator<Item = &'a str>) -> Value {
    Value::Object(keys.into_iter().zip(0i64..).map(|(key, at)| (Text::from(key), Value::Int(at))).collect())
}

/// Fails with the first differences; a number with a fraction of zero is no whole number.
pub fn same(place: &str, meant: &Value, read: &Value) {
    judge(place, meant, read, &|meant, read| meant == read);
}

/// Fails with the first differences for a reader that has one kind of number, and sorts keys.
pub fn alike(place: &str, meant: &Value, read: &Value) {
    judge(place, &sorted(meant), &sorted(read), &|meant, read| match (meant, read) {
        (Value::Float(meant), Value::Int(read)) => *meant == *read as f64,
        (meant, read) => meant == read,
    });
}

type Equal<'a> = &'a dyn Fn(&Value, &Value) -> bool;

fn judge(place: &str, meant: &Value, read: &Value, equal: Equal) {
    let mut differences = Vec::new();
    differ(place, meant, read, equal, &mut differences);
    let mut shown = String::new();
    for (place, meant, read) in differences.iter().take(12) {
        let short = |value: &Value| format!("{value:?}").chars().take(200).collect::<String>();
        writeln!(shown, "{place}: meant {}, read {}", short(meant), short(read)).unwrap();
    }
    assert!(differences.is_empty(), "{} differences\n{shown}", differences.len());
}

fn differ<'a>(place: &str, meant: &'a Value, read: &'a Value, equal: Equal, found: &mut Vec<(String, &'a Value, &'a Value)>) {
    match (meant, read) {
        (Value::List(meant), Value::List(read)) if meant.len() == read.len() => {
            for (at, (meant, read)) in meant.iter().zip(read).enumerate() {
                differ(&format!("{place}[{at}]"), meant, read, equal, found);
            }
        }
        (Value::Object(meant), Value::Object(read)) if meant.iter().map(|of| &of.0).eq(read.iter().map(|of| &of.0)) => {
            for ((key, meant), (_, read)) in meant.iter().zip(read) {
                differ(&format!("{place}.{key:?}"), meant, read, equal, found);
            }
        }
        (Value::Object(of_meant), Value::Object(of_read)) => {
            let first = of_meant.iter().zip(of_read).find(|(meant, read)| meant.0 != read.0).map(|(meant, read)| (&meant.0, &read.0));
            found.push((format!("{place}: {} keys, {} read, first other one {first:?}", of_meant.len(), of_read.len()), meant, read));
        }
        _ if equal(meant, read) => {}
        _ => found.push((place.to_owned(), meant, read)),
    }
}
