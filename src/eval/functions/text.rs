//! Functions over text, and the text of a value.

use super::short::short_name;
use super::{Form, Function, list_of, one, optional, text_of, unfit};
use crate::base::{Text, pattern, percent, text};
use crate::eval::limits::MAX_TEXT;
use crate::ty::Ty;
use crate::value::Value;
use sha2::{Digest, Sha256};

const TEXT: Form = Form::Ty(Ty::String);
const BOOL: Form = Form::Ty(Ty::Bool);

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "file",
        doc: "The text of a file that lies beside the source, in a library: a script, a configuration of another tool. Its name is written out.",
        parameters: &[one("name", TEXT)],
        result: TEXT,
        // Names are linked with the text in their place.
        evaluate: Some(|_| Err("a file is read before anything is evaluated".to_owned())),
    },
    Function {
        name: "join",
        doc: "The texts of a list's elements in a row, with `separator` between them.",
        parameters: &[one("list", Form::List(&Form::Scalar)), optional("separator", TEXT)],
        result: TEXT,
        evaluate: Some(join),
    },
    Function {
        name: "split",
        doc: "The parts of a text between the places where `separator` stands.",
        parameters: &[one("text", TEXT), one("separator", TEXT)],
        result: Form::List(&TEXT),
        evaluate: Some(split),
    },
    Function {
        name: "pieces",
        doc: "The text in pieces of `length` characters, the last of which may be shorter.",
        parameters: &[one("text", TEXT), one("length", Form::Ty(Ty::Int))],
        result: Form::List(&TEXT),
        evaluate: Some(pieces),
    },
    Function {
        name: "lower",
        doc: "The text in small letters.",
        parameters: &[one("text", TEXT)],
        result: TEXT,
        evaluate: Some(|arguments| Ok(Value::text(text_of(arguments, 0)?.to_lowercase()))),
    },
    Function {
        name: "upper",
        doc: "The text in capital letters.",
        parameters: &[one("text", TEXT)],
        result: TEXT,
        evaluate: Some(|arguments| Ok(Value::text(text_of(arguments, 0)?.to_uppercase()))),
    },
    Function {
        name: "trim",
        doc: "The text without white space at its ends.",
        parameters: &[one("text", TEXT)],
        result: TEXT,
        evaluate: Some(|arguments| Ok(Value::text(text_of(arguments, 0)?.trim()))),
    },
    Function {
        name: "replace",
        doc: "The text with `to` wherever `from` stands.",
        parameters: &[one("text", TEXT), one("from", TEXT), one("to", TEXT)],
        result: TEXT,
        evaluate: Some(replace),
    },
    Function {
        name: "startswith",
        doc: "Whether a text begins with another.",
        parameters: &[one("text", TEXT), one("prefix", TEXT)],
        result: BOOL,
        evaluate: Some(|arguments| Ok(Value::Bool(text_of(arguments, 0)?.starts_with(text_of(arguments, 1)?)))),
    },
    Function {
        name: "endswith",
        doc: "Whether a text ends with another.",
        parameters: &[one("text", TEXT), one("suffix", TEXT)],
        result: BOOL,
        evaluate: Some(|arguments| Ok(Value::Bool(text_of(arguments, 0)?.ends_with(text_of(arguments, 1)?)))),
    },
    Function {
        name: "contains",
        doc: "Whether a text stands anywhere in another. For lists and maps there is `in`.",
        parameters: &[one("text", TEXT), one("part", TEXT)],
        result: BOOL,
        evaluate: Some(|arguments| Ok(Value::Bool(text_of(arguments, 0)?.contains(text_of(arguments, 1)?)))),
    },
    Function {
        name: "matches",
        doc: "Whether a regular expression is found in a text; `^` and `$` stand for its ends.",
        parameters: &[one("text", TEXT), one("pattern", TEXT)],
        result: BOOL,
        evaluate: Some(matches),
    },
    Function {
        name: "slug",
        doc: "The text in the letters that names may have: a-z, 0-9 and `-`, every other run of characters one `-`.",
        parameters: &[one("text", TEXT)],
        result: TEXT,
        evaluate: Some(|arguments| Ok(Value::text(slug(text_of(arguments, 0)?)))),
    },
    Function {
        name: "short_name",
        doc: "A name of at most `max` letters, all of `alphabet`, which are a-z, 0-9 and `-` where nothing is said: the text itself where it is one, or what of it fits with eight letters of a hash of the whole. It is the same for the same text, for ever.",
        parameters: &[one("text", TEXT), one("max", Form::Ty(Ty::Int)), optional("alphabet", TEXT)],
        result: TEXT,
        evaluate: Some(short_name),
    },
    Function {
        name: "to_string",
        doc: "The text of a value, as it stands in a template.",
        parameters: &[one("value", Form::Scalar)],
        result: TEXT,
        evaluate: Some(|arguments| {
            arguments.first().and_then(to_text).map(Value::Text).ok_or_else(|| unfit(arguments.first(), "a single value"))
        }),
    },
    Function {
        name: "to_json",
        doc: "A value as JSON on one line, the keys of maps sorted.",
        parameters: &[one("value", Form::Any)],
        result: TEXT,
        evaluate: Some(|arguments| {
            let mut json = String::new();
            write_json(arguments.first().ok_or_else(|| unfit(None, "a value"))?, &mut json)?;
            Ok(Value::text(json))
        }),
    },
    Function {
        name: "base64",
        doc: "The bytes of a text in Base64.",
        parameters: &[one("text", TEXT)],
        result: TEXT,
        evaluate: Some(|arguments| Ok(Value::text(base64(text_of(arguments, 0)?.as_bytes())))),
    },
    Function {
        name: "url_encode",
        doc: "The text as a part of a URL: all but letters, digits, `-`, `.`, `_` and `~` are written as `%` and their bytes.",
        parameters: &[one("text", TEXT)],
        result: TEXT,
        evaluate: Some(|arguments| Ok(Value::text(url_encode(text_of(arguments, 0)?)))),
    },
    Function {
        name: "sha256",
        doc: "The SHA-256 of a text, in hexadecimal; the first `length` digits of it where said.",
        parameters: &[one("text", TEXT), optional("length", Form::Ty(Ty::Int))],
        result: TEXT,
        evaluate: Some(sha256),
    },
];

/// The text of a single value, as it stands in a template; nothing for what has none.
pub fn to_text(value: &Value) -> Option<Text> {
    Some(match value {
        Value::Bool(bool) => text!("{bool}"),
        Value::Int(int) => text!("{int}"),
        Value::Float(float) => text!("{float}"),
        Value::Text(text) => text.clone(),
        Value::Ip(ip) => text!("{ip}"),
        Value::Cidr(range) => text!("{range}"),
        Value::Port(ports) => text!("{ports}"),
        Value::Bytes(bytes) => amount(*bytes, &[(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")], "B"),
        Value::Duration(span) => amount(*span, &[(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")], "ms"),
        Value::Money(hundredths, currency) if hundredths % 100 == 0 => text!("{}{currency}", hundredths / 100),
        Value::Money(hundredths, currency) => {
            let sign = if *hundredths < 0 { "-" } else { "" };
            text!("{sign}{}.{:02}{currency}", hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100)
        }
        _ => return None,
    })
}

/// In the largest unit of which it is a whole number.
fn amount(amount: u64, units: &[(u64, &str)], smallest: &str) -> Text {
    let fits = units.iter().find(|(unit, _)| amount > 0 && amount.is_multiple_of(*unit));
    fits.map_or_else(|| text!("{amount}{smallest}"), |(unit, name)| text!("{}{name}", amount / unit))
}

fn join(arguments: &[Value]) -> Result<Value, String> {
    let separator = match arguments.get(1) {
        None | Some(Value::None) => "",
        Some(_) => text_of(arguments, 1)?,
    };
    let texts = list_of(arguments, 0)?.iter().map(|value| to_text(value).ok_or_else(|| unfit(None, "a single value")));
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    fits(texts.iter().map(|text| text.len()).sum::<usize>().saturating_add(separator.len().saturating_mul(texts.len())))?;
    Ok(Value::text(texts.join(separator)))
}

fn replace(arguments: &[Value]) -> Result<Value, String> {
    let (text, from, to) = (text_of(arguments, 0)?, text_of(arguments, 1)?, text_of(arguments, 2)?);
    fits(text.len().saturating_add(to.len().saturating_mul(text.matches(from).count())))?;
    Ok(Value::text(text.replace(from, to)))
}

/// Refuses a text before it fills the memory; the others grow by no more than a factor.
fn fits(length: usize) -> Result<(), String> {
    if length > MAX_TEXT { Err(format!("the text would have more than {MAX_TEXT} bytes")) } else { Ok(()) }
}

fn split(arguments: &[Value]) -> Result<Value, String> {
    let (text, separator) = (text_of(arguments, 0)?, text_of(arguments, 1)?);
    if separator.is_empty() {
        return Err("`separator` may not be empty".into());
    }
    Ok(Value::list(text.split(separator).map(Value::text)))
}

/// Longer pieces have no form in OpenTofu.
const LONGEST_PIECE: i64 = 1000;

fn pieces(arguments: &[Value]) -> Result<Value, String> {
    let text = text_of(arguments, 0)?;
    let Some(Value::Int(length @ 1..=LONGEST_PIECE)) = arguments.get(1) else {
        return Err(unfit(arguments.get(1), "a `length` from 1 to 1000"));
    };
    let ends = text.char_indices().map(|(at, _)| at).skip(*length as usize).step_by(*length as usize).chain([text.len()]);
    let mut from = 0;
    let pieces = ends.map(|end| Value::text(&text[std::mem::replace(&mut from, end)..end]));
    Ok(Value::list(pieces.filter(|_| !text.is_empty())))
}

fn matches(arguments: &[Value]) -> Result<Value, String> {
    pattern::matches(text_of(arguments, 1)?, text_of(arguments, 0)?).map(Value::Bool)
}

fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

/// Adds a value to a text of JSON, which never becomes longer than a text may be.
fn write_json(value: &Value, json: &mut String) -> Result<(), String> {
    match value {
        Value::None => json.push_str("null"),
        Value::List(list) => {
            json.push('[');
            for (at, value) in list.iter().enumerate() {
                json.push_str(if at > 0 { "," } else { "" });
                write_json(value, json)?;
            }
            json.push(']');
        }
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            json.push('{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                json.push_str(if at > 0 { "," } else { "" });
                write_single(&key.as_str().into(), json)?;
                json.push(':');
                write_json(value, json)?;
            }
            json.push('}');
        }
        Value::Bool(bool) => write_single(&(*bool).into(), json)?,
        Value::Int(int) => write_single(&(*int).into(), json)?,
        Value::Float(float) => write_single(&(*float).into(), json)?,
        other => {
            let text = to_text(other).ok_or_else(|| unfit(None, "a value without instances and secrets"))?;
            write_single(&text.as_str().into(), json)?;
        }
    }
    Ok(())
}

fn write_single(value: &serde_json::Value, json: &mut String) -> Result<(), String> {
    json.push_str(&value.to_string());
    fits(json.len())
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0u32, |group, at| group << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * at) & 63) as usize];
            encoded.push(if at <= chunk.len() { letter as char } else { '=' });
        }
    }
    encoded
}

fn url_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    percent::encode(text, b"", &mut encoded);
    encoded
}

fn sha256(arguments: &[Value]) -> Result<Value, String> {
    use std::fmt::Write;
    let mut digest = String::new();
    for byte in Sha256::digest(text_of(arguments, 0)?) {
        write!(digest, "{byte:02x}").map_err(|error| error.to_string())?;
    }
    match arguments.get(1) {
        None | Some(Value::None) => {}
        Some(Value::Int(length @ 1..=64)) => digest.truncate(*length as usize),
        other => return Err(unfit(other, "a `length` from 1 to 64")),
    }
    Ok(Value::text(digest))
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::to_text;
    use crate::value::Value;

    fn call(name: &str, arguments: &[&str]) -> Result<Value, String> {
        let arguments: Vec<Value> = arguments.iter().map(|text| Value::text(*text)).collect();
        (find(name).unwrap().evaluate.unwrap())(&arguments)
    }

    #[test]
    fn texts_of_values() {
        assert_eq!(to_text(&Value::Bytes(40 << 30)).unwrap(), "40GiB");
        assert_eq!(to_text(&Value::Bytes(1000)).unwrap(), "1000B");
        assert_eq!(to_text(&Value::Duration(90_000)).unwrap(), "90s");
        assert_eq!(to_text(&Value::Money(-250, "EUR".into())).unwrap(), "-2.50EUR");
        assert_eq!(to_text(&Value::list([])), None);
    }

    #[test]
    fn functions_over_text() {
        assert_eq!(call("slug", &["Web — EU_1"]), Ok(Value::text("web-eu-1")));
        assert_eq!(call("base64", &["infrac"]), Ok(Value::text("aW5mcmFj")));
        assert_eq!(call("base64", &["a"]), Ok(Value::text("YQ==")));
        assert_eq!(call("base64", &["ab"]), Ok(Value::text("YWI=")));
        assert_eq!(call("matches", &["ab", "^a.$"]), Ok(Value::Bool(true)));
        assert!(call("matches", &["ab", "("]).is_err());
        assert_eq!(call("split", &["a,b", ","]), Ok(Value::list([Value::text("a"), Value::text("b")])));
        let pieces = |text: &str, length| (find("pieces").unwrap().evaluate.unwrap())(&[Value::text(text), Value::Int(length)]);
        assert_eq!(pieces("abcde", 2), Ok(Value::list(["ab", "cd", "e"].map(Value::text))));
        assert_eq!(pieces("äöü", 1), Ok(Value::list(["ä", "ö", "ü"].map(Value::text))));
        assert_eq!(pieces("ab", 2), Ok(Value::list([Value::text("ab")])));
        assert_eq!(pieces("", 2), Ok(Value::list([])));
        assert!(pieces("a", 0).is_err() && pieces("a", 1001).is_err());
        assert_eq!(call("sha256", &["abc"]), Ok(Value::text("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")));
    }

    #[test]
    fn json_sorts_its_keys() {
        let value = Value::map([("b", Value::Int(1)), ("a", Value::list([Value::None, Value::text("\"")]))]);
        let json = (find("to_json").unwrap().evaluate.unwrap())(&[value]);
        assert_eq!(json, Ok(Value::text(r#"{"a":[null,"\""],"b":1}"#)));
    }
}
