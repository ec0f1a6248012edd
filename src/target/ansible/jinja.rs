//! Jinja expressions as a text type: syntax comes from the program, data only through [`Jinja::literal`].

use crate::base::Text;

/// An expression, with how loosely its outermost operator binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jinja {
    text: String,
    level: Level,
}

/// Binding, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `a if c else b`
    Conditional,
    /// `a or b`
    Or,
    /// `a and b`
    And,
    /// `not a`
    Not,
    /// `a == b`, `a in b`, `a is b`
    Comparison,
    /// `a + b`
    Sum,
    /// `a ~ b`
    Concatenation,
    /// `a * b`
    Product,
    /// `-a`
    Unary,
    /// `a | f`
    Filter,
    /// A name, a literal, a call, an access.
    Primary,
}

/// Names that dictionaries of Python have as methods: they are read by subscript.
const METHODS: &[&str] =
    &["clear", "copy", "count", "fromkeys", "get", "index", "items", "keys", "pop", "popitem", "setdefault", "update", "values"];

impl Jinja {
    fn new(text: impl Into<String>, level: Level) -> Jinja {
        Jinja { text: text.into(), level }
    }

    /// The expression without braces.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A name of the program: a variable, a loop's element, `loop.last`.
    pub fn name(name: &str) -> Jinja {
        Jinja::new(name, Level::Primary)
    }

    /// A whole number.
    pub fn int(value: i64) -> Jinja {
        Jinja::new(value.to_string(), if value < 0 { Level::Unary } else { Level::Primary })
    }

    /// Text that is data. Literals in YAML know no escapes and those in template files do, so that none is used: a quote stands in the
    /// other quotes, a backslash and a carriage return are made of their numbers.
    pub fn literal(text: &str) -> Jinja {
        let mut pieces: Vec<String> = Vec::new();
        let mut plain = String::new();
        for character in text.chars() {
            let special = match character {
                '\'' => "\"'\"",
                '\\' => "('%c' | format(92))",
                '\r' => "('%c' | format(13))",
                _ => {
                    plain.push(character);
                    continue;
                }
            };
            if !plain.is_empty() {
                pieces.push(format!("'{}'", std::mem::take(&mut plain)));
            }
            pieces.push(special.to_owned());
        }
        if !plain.is_empty() || pieces.is_empty() {
            pieces.push(format!("'{plain}'"));
        }
        let level = if pieces.len() == 1 { Level::Primary } else { Level::Concatenation };
        Jinja::new(pieces.join(" ~ "), level)
    }

    fn at_least(&self, level: Level) -> String {
        if self.level >= level { self.text.clone() } else { format!("({})", self.text) }
    }

    /// `base.field`
    pub fn member(&self, field: &str) -> Jinja {
        let simple =
            !METHODS.contains(&field) && field.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') && field.bytes().all(is_word);
        if simple {
            Jinja::new(format!("{}.{field}", self.at_least(Level::Primary)), Level::Primary)
        } else {
            self.index(&Jinja::literal(field))
        }
    }

    /// `base[index]`
    pub fn index(&self, index: &Jinja) -> Jinja {
        Jinja::new(format!("{}[{}]", self.at_least(Level::Primary), index.text), Level::Primary)
    }

    /// `base | filter(arguments)`; the filter may come with constant arguments of its own.
    pub fn filter(&self, filter: &'static str, arguments: &[Jinja]) -> Jinja {
        let base = self.at_least(Level::Unary);
        let text = if arguments.is_empty() { format!("{base} | {filter}") } else { format!("{base} | {filter}({})", joined(arguments)) };
        Jinja::new(text, Level::Filter)
    }

    /// `base is test(arguments)`
    pub fn test(&self, test: &'static str, arguments: &[Jinja]) -> Jinja {
        let base = self.at_least(Level::Unary);
        let text = if arguments.is_empty() { format!("{base} is {test}") } else { format!("{base} is {test}({})", joined(arguments)) };
        Jinja::new(text, Level::Comparison)
    }

    /// `a operator b`, the operator binding as `level`.
    pub fn binary(&self, operator: &'static str, other: &Jinja, level: Level) -> Jinja {
        // Comparisons do not chain, and what stands on the right of an operator of the same level is put in parentheses.
        let (left, right) = match level {
            Level::Comparison => (Level::Sum, Level::Sum),
            Level::Or | Level::And | Level::Concatenation => (level, level),
            _ => (level, next(level)),
        };
        Jinja::new(format!("{} {operator} {}", self.at_least(left), other.at_least(right)), level)
    }

    /// `not a`
    pub fn negation(&self) -> Jinja {
        Jinja::new(format!("not {}", self.at_least(Level::Not)), Level::Not)
    }

    /// `-a`
    pub fn minus(&self) -> Jinja {
        Jinja::new(format!("-{}", self.at_least(Level::Primary)), Level::Unary)
    }

    /// `yes if condition else no`
    pub fn conditional(condition: &Jinja, yes: &Jinja, no: &Jinja) -> Jinja {
        let text = format!("{} if {} else {}", yes.at_least(Level::Or), condition.at_least(Level::Or), no.at_least(Level::Or));
        Jinja::new(text, Level::Conditional)
    }

    /// `[a, b]`
    pub fn list(items: &[Jinja]) -> Jinja {
        Jinja::new(format!("[{}]", joined(items)), Level::Primary)
    }

    /// `{'a': b}`
    pub fn dict(entries: &[(Text, Jinja)]) -> Jinja {
        let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{}: {}", Jinja::literal(key).text, value.text)).collect();
        Jinja::new(format!("{{{}}}", entries.join(", ")), Level::Primary)
    }

    /// `function(arguments, name=value)`
    pub fn call(function: &'static str, arguments: &[Jinja], named: &[(&'static str, Jinja)]) -> Jinja {
        let mut all: Vec<String> = arguments.iter().map(|argument| argument.text.clone()).collect();
        all.extend(named.iter().map(|(name, value)| format!("{name}={}", value.text)));
        Jinja::new(format!("{function}({})", all.join(", ")), Level::Primary)
    }

    /// `method(argument)`
    pub fn called(&self, argument: &Jinja) -> Jinja {
        Jinja::new(format!("{}({})", self.text, argument.text), Level::Primary)
    }

    /// `{{ expression }}`
    pub fn braced(&self) -> String {
        format!("{{{{ {} }}}}", self.text)
    }
}

/// Whether text would be taken for a template if it stood as it is.
pub fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#") || text.starts_with("#jinja2:")
}

fn next(level: Level) -> Level {
    match level {
        Level::Sum => Level::Concatenation,
        Level::Product => Level::Unary,
        level => level,
    }
}

fn joined(arguments: &[Jinja]) -> String {
    arguments.iter().map(|argument| argument.text.as_str()).collect::<Vec<_>>().join(", ")
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::{Jinja, Level};

    #[test]
    fn literals_need_no_escape() {
        assert_eq!(Jinja::literal("a{{b").as_str(), "'a{{b'");
        assert_eq!(Jinja::literal("it's").as_str(), "'it' ~ \"'\" ~ 's'");
        assert_eq!(Jinja::literal("a\\").as_str(), "'a' ~ ('%c' | format(92))");
        assert_eq!(Jinja::literal("").as_str(), "''");
    }

    #[test]
    fn parentheses_stand_where_binding_asks_for_them() {
        let (a, b) = (Jinja::name("a"), Jinja::name("b"));
        let sum = a.binary("+", &b, Level::Sum);
        assert_eq!(sum.filter("length", &[]).as_str(), "(a + b) | length");
        assert_eq!(sum.binary("-", &sum, Level::Sum).as_str(), "a + b - (a + b)");
        assert_eq!(a.filter("first", &[]).member("name").as_str(), "(a | first).name");
        assert_eq!(a.member("keys").as_str(), "a['keys']");
        assert_eq!(Jinja::conditional(&a, &b, &a).binary("~", &b, Level::Concatenation).as_str(), "(b if a else a) ~ b");
        assert_eq!(a.binary("==", &b, Level::Comparison).negation().as_str(), "not a == b");
    }
}
