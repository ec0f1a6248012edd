//! JSON, and the plain data that every other format can hold too.

use super::text::{characters, float, hexadecimal, invisible, plain_bytes};
use super::{Error, Problem};
use crate::base::Text;
use std::collections::BTreeSet;

/// A JSON value whose objects keep their order.
///
/// It is also the common form of plain data: `hcl::Expr` and `yaml::Node` are made `From` it.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// Text.
    Text(Text),
    /// Values in order.
    List(Vec<Value>),
    /// Values by key, in the order they are printed.
    Object(Vec<(Text, Value)>),
}

impl Value {
    /// An object without entries.
    pub fn object() -> Value {
        Value::Object(Vec::new())
    }

    /// Adds an entry to an object; anything else becomes an object first.
    pub fn with(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Value {
        self.push(key, value);
        self
    }

    /// Adds an entry to an object; anything else becomes an object first.
    pub fn push(&mut self, key: impl Into<Text>, value: impl Into<Value>) {
        if !matches!(self, Value::Object(_)) {
            *self = Value::object();
        }
        if let Value::Object(entries) = self {
            entries.push((key.into(), value.into()));
        }
    }
}

macro_rules! from {
    ($($source:ty => $variant:ident),* $(,)?) => {
        $(impl From<$source> for Value {
            fn from(value: $source) -> Value { Value::$variant(value.into()) }
        })*
    };
}

from! { bool => Bool, i64 => Int, i32 => Int, u32 => Int, u16 => Int, u8 => Int, f64 => Float,
&str => Text, String => Text, Text => Text, Vec<(Text, Value)> => Object }

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Value {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}

/// Lists of scalars stand in one line up to here.
const WIDTH: usize = 80;

/// The file: two spaces a level, lists of scalars in one line where they fit.
pub fn print(value: &Value) -> Result<String, Error> {
    let mut code = Code::default();
    code.value(value, 0, 0)?;
    code.syntax("\n");
    Ok(code.finish())
}

/// JSON under construction: syntax comes from the program, everything else through an escaper.
#[derive(Clone, Debug, Default)]
pub(super) struct Code {
    text: String,
}

impl Code {
    /// The finished text.
    pub(super) fn finish(self) -> String {
        self.text
    }

    /// How many characters there are.
    pub(super) fn width(&self) -> usize {
        characters(&self.text)
    }

    /// Syntax of the program.
    pub(super) fn syntax(&mut self, syntax: &'static str) {
        self.text.push_str(syntax);
    }

    /// Other code.
    pub(super) fn append(&mut self, other: &Code) {
        self.text.push_str(&other.text);
    }

    /// The indentation of a level.
    pub(super) fn indent(&mut self, level: usize) {
        self.text.extend(std::iter::repeat_n("  ", level));
    }

    /// Text in quotes.
    pub(super) fn quoted(&mut self, text: &str) {
        self.text.push('"');
        let mut rest = text;
        loop {
            let (plain, behind) = rest.split_at(plain_bytes(rest));
            self.text.push_str(plain);
            let mut characters = behind.chars();
            let Some(character) = characters.next() else { break };
            rest = characters.as_str();
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                _ if invisible(character) && character as u32 <= 0xffff => self.escape(character),
                _ => self.text.push(character),
            }
        }
        self.text.push('"');
    }

    fn escape(&mut self, character: char) {
        self.text.push_str("\\u");
        self.text.push_str(&hexadecimal(character, 4));
    }

    /// A scalar.
    pub(super) fn scalar(&mut self, value: &Value) -> Result<bool, Error> {
        match value {
            Value::Null => self.syntax("null"),
            Value::Bool(true) => self.syntax("true"),
            Value::Bool(false) => self.syntax("false"),
            Value::Int(value) => self.text.push_str(&value.to_string()),
            Value::Float(value) => {
                let digits = float(*value).ok_or(Problem::NotFinite)?;
                self.text.push_str(&digits);
                // Readers tell a whole number from another one by this.
                self.syntax(if digits.contains(['.', 'e']) { "" } else { ".0" });
            }
            Value::Text(text) => self.quoted(text),
            Value::List(_) | Value::Object(_) => return Ok(false),
        }
        Ok(true)
    }

    /// A value that starts at `column` and closes at `level`.
    fn value(&mut self, value: &Value, level: usize, column: usize) -> Result<(), Error> {
        match value {
            Value::List(values) => self.list(values, level, column),
            Value::Object(entries) => self.object(entries, level),
            scalar => self.scalar(scalar).map(|_| ()),
        }
    }

    fn list(&mut self, values: &[Value], level: usize, column: usize) -> Result<(), Error> {
        if let Some(line) = line(values)?
            && column + line.width() < WIDTH
        {
            self.append(&line);
            return Ok(());
        }
        self.syntax("[\n");
        for (at, value) in values.iter().enumerate() {
            self.syntax(if at == 0 { "" } else { ",\n" });
            self.indent(level + 1);
            self.value(value, level + 1, 2 * (level + 1)).map_err(|error| error.within(at.to_string()))?;
        }
        self.syntax("\n");
        self.indent(level);
        self.syntax("]");
        Ok(())
    }

    fn object(&mut self, entries: &[(Text, Value)], level: usize) -> Result<(), Error> {
        if entries.is_empty() {
            self.syntax("{}");
            return Ok(());
        }
        let mut keys = BTreeSet::new();
        self.syntax("{\n");
        for (at, (key, value)) in entries.iter().enumerate() {
            if !keys.insert(key) {
                return Err(Problem::Duplicate(key.clone()).into());
            }
            self.syntax(if at == 0 { "" } else { ",\n" });
            self.indent(level + 1);
            let mut head = Code::default();
            head.quoted(key);
            head.syntax(": ");
            self.append(&head);
            let column = 2 * (level + 1) + head.width();
            self.value(value, level + 1, column).map_err(|error| error.within(key.clone()))?;
        }
        self.syntax("\n");
        self.indent(level);
        self.syntax("}");
        Ok(())
    }
}

/// The list in one line, if it holds scalars only.
fn line(values: &[Value]) -> Result<Option<Code>, Error> {
    let mut code = Code::default();
    code.syntax("[");
    for (at, value) in values.iter().enumerate() {
        code.syntax(if at == 0 { "" } else { ", " });
        if !code.scalar(value)? {
            return Ok(None);
        }
    }
    code.syntax("]");
    Ok(Some(code))
}

#[cfg(test)]
mod tests {
    use super::{Value, print};

    #[test]
    fn layout() {
        let long: Vec<String> = (0..8).map(|n| ["a-long-name-", &n.to_string()].concat()).collect();
        let value = Value::object()
            .with("//", "Generated")
            .with("short", vec!["a", "b"])
            .with("long", long)
            .with("objects", vec![Value::object().with("a", 1.5)])
            .with("none", Value::object())
            .with("empty", Value::List(Vec::new()));
        insta::assert_snapshot!(print(&value).unwrap(), @r#"
        {
          "//": "Generated",
          "short": ["a", "b"],
          "long": [
            "a-long-name-0",
            "a-long-name-1",
            "a-long-name-2",
            "a-long-name-3",
            "a-long-name-4",
            "a-long-name-5",
            "a-long-name-6",
            "a-long-name-7"
          ],
          "objects": [
            {
              "a": 1.5
            }
          ],
          "none": {},
          "empty": []
        }
        "#);
    }

    #[test]
    fn a_float_stays_one() {
        let text = |value: f64| print(&Value::Float(value)).unwrap();
        assert_eq!([1.0, -0.5, 1e21, 1e-7].map(text), ["1.0\n", "-0.5\n", "1e21\n", "1e-7\n"]);
    }

    #[test]
    fn refuses_what_has_no_exact_form() {
        assert!(print(&Value::Float(f64::NAN)).is_err());
        assert!(print(&Value::object().with("a", 1).with("a", 2)).is_err());
    }

    #[test]
    fn a_list_stands_in_one_line_as_long_as_it_fits() {
        // Behind `    "key": ` are 11 characters, `["…"]` has four more.
        let nested = |width: usize| Value::object().with("in", Value::object().with("key", vec!["a".repeat(width)]));
        let lines = |width: usize| print(&nested(width)).unwrap().lines().count();
        assert_eq!([lines(79 - 15), lines(80 - 15)], [5, 7]);
        for depth in [0, 2] {
            let within = |value: Value| (0..depth).fold(value, |value, _| Value::object().with("k", value));
            let lines = |value: Value| print(&within(value)).unwrap().lines().count();
            let entry = |width: usize| lines(Value::object().with("key", vec!["a".repeat(width)]));
            let most = 79 - 2 * (depth + 1) - "'key': ['']".len();
            assert_eq!([entry(most), entry(most + 1)], [3 + 2 * depth, 5 + 2 * depth], "{depth}");
            let item = |width: usize| lines(Value::List(vec![Value::object(), vec!["a".repeat(width)].into()]));
            let most = 79 - 2 * (depth + 1) - "['']".len();
            assert_eq!([item(most), item(most + 1)], [4 + 2 * depth, 6 + 2 * depth], "{depth}");
        }
        let deep = |width: usize| Value::object().with("key", Value::List(vec![Value::List(vec!["a".repeat(width).into()])]));
        let lines = |width: usize| print(&deep(width)).unwrap().lines().count();
        assert_eq!([lines(79 - 8), lines(80 - 8)], [5, 7]);
    }

    #[test]
    fn text_is_escaped_where_it_has_to_be() {
        let text = print(&Value::from("\"\\\n\r\t\u{1}\u{2028}\u{feff}é{{\u{fffe}\u{1fffe}")).unwrap();
        assert_eq!(text, "\"\\\"\\\\\\n\\r\\t\\u0001\\u2028\\ufeffé{{\\ufffe\u{1fffe}\"\n");
    }
}
