//! Expressions in one line, with the parentheses that precedence asks for.

use super::code::{Code, is_identifier};
use super::{Binary, Expr, For, Key, Object, Part, Step, Unary};
use crate::artifact::Error;
use std::borrow::Cow;

/// How tightly an expression holds together; from the conditional, which is loosest, to the indivisible.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tightness {
    Conditional,
    Or,
    And,
    Equality,
    Comparison,
    Sum,
    Product,
    Unary,
    Whole,
}

impl Expr {
    /// The expression that is printed: a template of nothing but one expression is that expression.
    pub(super) fn essence(&self) -> &Expr {
        let Expr::Template(parts) = self else { return self };
        let mut parts = parts.iter().filter(|part| !matches!(part, Part::Text(text) if text.is_empty()));
        match (parts.next(), parts.next()) {
            (Some(Part::Expr(only)), None) => only.essence(),
            _ => self,
        }
    }

    fn tightness(&self) -> Tightness {
        match self.essence() {
            Expr::Conditional(..) => Tightness::Conditional,
            Expr::Binary(_, operator, _) => operator.tightness(),
            Expr::Unary(..) => Tightness::Unary,
            Expr::Int(value) if *value < 0 => Tightness::Unary,
            Expr::Float(value) if value.is_sign_negative() => Tightness::Unary,
            _ => Tightness::Whole,
        }
    }

    /// Whether steps can follow without parentheses.
    fn takes_steps(&self) -> bool {
        matches!(
            self.essence(),
            Expr::Variable(_) | Expr::Traversal(..) | Expr::Call { .. } | Expr::List(_) | Expr::Object(_) | Expr::For(_)
        )
    }
}

impl Binary {
    fn tightness(self) -> Tightness {
        match self {
            Binary::Or => Tightness::Or,
            Binary::And => Tightness::And,
            Binary::Equal | Binary::NotEqual => Tightness::Equality,
            Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual => Tightness::Comparison,
            Binary::Add | Binary::Subtract => Tightness::Sum,
            Binary::Multiply | Binary::Divide | Binary::Modulo => Tightness::Product,
        }
    }

    fn symbol(self) -> &'static str {
        match self {
            Binary::Or => " || ",
            Binary::And => " && ",
            Binary::Equal => " == ",
            Binary::NotEqual => " != ",
            Binary::Less => " < ",
            Binary::LessOrEqual => " <= ",
            Binary::Greater => " > ",
            Binary::GreaterOrEqual => " >= ",
            Binary::Add => " + ",
            Binary::Subtract => " - ",
            Binary::Multiply => " * ",
            Binary::Divide => " / ",
            Binary::Modulo => " % ",
        }
    }
}

/// The expression in one line.
pub(super) fn flat(expr: &Expr) -> Result<Code, Error> {
    let mut code = Code::default();
    code.expr(expr)?;
    Ok(code)
}

impl Code {
    /// An expression in one line.
    pub(super) fn expr(&mut self, expr: &Expr) -> Result<(), Error> {
        match expr.essence() {
            Expr::Null => self.syntax("null"),
            Expr::Bool(true) => self.syntax("true"),
            Expr::Bool(false) => self.syntax("false"),
            Expr::Int(value) => self.int(*value),
            Expr::Float(value) => self.float(*value)?,
            Expr::Text(text) => self.quoted(text)?,
            Expr::Template(parts) | Expr::Heredoc(parts) => self.template(parts)?,
            Expr::Variable(name) => self.variable(name)?,
            Expr::Traversal(root, steps) => {
                self.parenthesised(root, !root.takes_steps())?;
                steps.iter().try_for_each(|step| self.step(step))?;
            }
            Expr::Call { name, arguments, expand } => {
                self.call_head(name, arguments)?;
                if let Some(last) = arguments.last() {
                    self.expr(last)?;
                }
                self.call_tail(*expand);
            }
            Expr::List(list) => {
                self.syntax("[");
                for (at, item) in list.items.iter().enumerate() {
                    self.syntax(if at == 0 { "" } else { ", " });
                    self.expr(item).map_err(|error| error.within(at.to_string()))?;
                }
                self.syntax("]");
            }
            Expr::Object(object) => self.object(object)?,
            Expr::For(comprehension) => {
                let is_object = comprehension.result_key.is_some();
                self.syntax(if is_object { "{ " } else { "[" });
                self.for_head(comprehension)?;
                self.for_result(comprehension)?;
                self.for_condition(comprehension)?;
                self.syntax(if is_object { " }" } else { "]" });
            }
            Expr::Unary(operator, operand) => {
                self.syntax(match operator {
                    Unary::Not => "!",
                    Unary::Negate => "-",
                });
                self.parenthesised(operand, operand.tightness() < Tightness::Whole)?;
            }
            Expr::Binary(left, operator, right) => {
                self.parenthesised(left, left.tightness() < operator.tightness())?;
                self.syntax(operator.symbol());
                self.parenthesised(right, right.tightness() <= operator.tightness())?;
            }
            Expr::Conditional(condition, yes, no) => {
                self.parenthesised(condition, condition.tightness() == Tightness::Conditional)?;
                self.syntax(" ? ");
                self.parenthesised(yes, yes.tightness() == Tightness::Conditional)?;
                self.syntax(" : ");
                self.expr(no)?;
            }
        }
        Ok(())
    }

    fn parenthesised(&mut self, expr: &Expr, needed: bool) -> Result<(), Error> {
        self.syntax(if needed { "(" } else { "" });
        self.expr(expr)?;
        self.syntax(if needed { ")" } else { "" });
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), Error> {
        match step {
            Step::Attribute(name) if is_identifier(name) => {
                self.syntax(".");
                self.name(name)?;
            }
            Step::Attribute(name) => {
                self.syntax("[");
                self.quoted(name)?;
                self.syntax("]");
            }
            Step::Index(index) => {
                // The formatter drops a bare constant between brackets.
                let constant = matches!(index.essence(), Expr::Null | Expr::Bool(_));
                self.syntax("[");
                self.parenthesised(index, constant)?;
                self.syntax("]");
            }
            Step::Splat => self.syntax("[*]"),
        }
        Ok(())
    }

    fn template(&mut self, parts: &[Part]) -> Result<(), Error> {
        self.syntax("\"");
        // Texts beside each other are one: what one of them ends with may begin something with the next one.
        let mut literal = Cow::Borrowed("");
        for part in parts {
            match part {
                Part::Text(text) if literal.is_empty() => literal = Cow::Borrowed(text.as_str()),
                Part::Text(text) => literal.to_mut().push_str(text),
                Part::Expr(expr) => {
                    self.literal(&literal, true)?;
                    literal = Cow::Borrowed("");
                    self.interpolation(expr)?;
                }
            }
        }
        self.literal(&literal, false)?;
        self.syntax("\"");
        Ok(())
    }

    fn object(&mut self, object: &Object) -> Result<(), Error> {
        super::check::entries(object)?;
        let mut first = true;
        for (key, value) in object.entries() {
            self.syntax(if first { "{ " } else { ", " });
            first = false;
            self.object_key(key)?;
            self.syntax(" = ");
            self.expr(value).map_err(|error| error.within(super::check::step(key)))?;
        }
        self.syntax(if first { "{}" } else { " }" });
        Ok(())
    }

    /// The key of an entry.
    pub(super) fn object_key(&mut self, key: &Key) -> Result<(), Error> {
        match key {
            Key::Text(text) => self.key(text),
            Key::Expr(expr) => self.parenthesised(expr, true),
        }
    }

    /// `name(` and every argument but the last.
    pub(super) fn call_head(&mut self, name: &str, arguments: &[Expr]) -> Result<(), Error> {
        self.function(name)?;
        self.syntax("(");
        let others = arguments.len().saturating_sub(1);
        for argument in arguments.iter().take(others) {
            self.expr(argument)?;
            self.syntax(", ");
        }
        Ok(())
    }

    /// What follows the last argument.
    pub(super) fn call_tail(&mut self, expand: bool) {
        self.syntax(if expand { "...)" } else { ")" });
    }

    /// `for key, value in over : result_key => `.
    pub(super) fn for_head(&mut self, comprehension: &For) -> Result<(), Error> {
        self.syntax("for ");
        if let Some(key) = &comprehension.key {
            self.variable(key)?;
            self.syntax(", ");
        }
        self.variable(&comprehension.value)?;
        self.syntax(" in");
        self.behind_word(&comprehension.over, &['('])?;
        self.syntax(" : ");
        if let Some(key) = &comprehension.result_key {
            self.expr(key)?;
            self.syntax(" => ");
        }
        Ok(())
    }

    /// The result of a comprehension in one line.
    pub(super) fn for_result(&mut self, comprehension: &For) -> Result<(), Error> {
        let code = flat(&comprehension.result)?;
        // Behind an arrow the formatter takes a sign for a subtraction.
        let sign = comprehension.result_key.is_some() && code.starts_with(&['-']);
        self.enclosed(&code, sign);
        Ok(())
    }

    /// An expression behind a word, which the formatter takes for a function or a value: no space stands before the
    /// brackets in `tight`, and a sign would be a subtraction.
    fn behind_word(&mut self, expr: &Expr, tight: &[char]) -> Result<(), Error> {
        let code = flat(expr)?;
        let sign = code.starts_with(&['-']);
        self.syntax(if sign || code.starts_with(tight) { "" } else { " " });
        self.enclosed(&code, sign);
        Ok(())
    }

    /// `${…}`.
    pub(super) fn interpolation(&mut self, expr: &Expr) -> Result<(), Error> {
        let code = flat(expr)?;
        self.syntax("${");
        // The formatter takes a sign for a subtraction here, and sets braces apart.
        self.enclosed(&code, code.starts_with(&['-', '{']) || code.ends_with('}'));
        self.syntax("}");
        Ok(())
    }

    fn enclosed(&mut self, code: &Code, parentheses: bool) {
        self.syntax(if parentheses { "(" } else { "" });
        self.append(code);
        self.syntax(if parentheses { ")" } else { "" });
    }

    /// ` if condition`.
    pub(super) fn for_condition(&mut self, comprehension: &For) -> Result<(), Error> {
        if let Some(condition) = &comprehension.condition {
            self.syntax(" if");
            self.behind_word(condition, &['(', '['])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::artifact::hcl::{Binary, Expr, Object, Part, Unary, print_expr};

    #[test]
    fn no_sign_is_a_subtraction_and_no_word_a_function() {
        let [a, b, c] = ["a", "b", "c"].map(Expr::path);
        let minus = |of: &Expr| Expr::Unary(Unary::Negate, Box::new(of.clone()));
        let product = a.clone().or(b.clone()).and(c.clone());
        let each = |over: Expr| Expr::for_list("x", over, a.clone());
        let cases = [
            (each(minus(&b)), "[for x in(-b) : a]"),
            (each(product.clone()), "[for x in(a || b) && c : a]"),
            (each(Expr::list([1])), "[for x in [1] : a]"),
            (each(b.clone()).only_if(Expr::list([1]).index(0)), "[for x in b : a if[1][0]]"),
            (each(b.clone()).only_if(product), "[for x in b : a if(a || b) && c]"),
            (each(b.clone()).only_if(minus(&c)), "[for x in b : a if(-c)]"),
            (each(b.clone()).only_if(c.clone().negated()), "[for x in b : a if !c]"),
            (Expr::for_list("x", b.clone(), minus(&c)), "[for x in b : -c]"),
            (Expr::for_object("k", "x", b.clone(), c.clone(), minus(&c)), "{ for k, x in b : c => (-c) }"),
        ];
        for (expr, printed) in cases {
            assert_eq!(print_expr(&expr.into()).unwrap(), printed);
        }
    }

    #[test]
    fn braces_of_a_template_and_of_an_object_stand_apart() {
        let a = Expr::path("a");
        let object = || Expr::from(Object::new().with("k", 1));
        let inside = |of: Expr| Expr::template([Part::text("x"), Part::expr(of)]);
        let cases = [
            (inside(object().attribute("k")), r#""x${({ k = 1 }.k)}""#),
            (inside(a.clone().binary(Binary::Equal, object())), r#""x${(a == { k = 1 })}""#),
            (Expr::template([Part::expr(Expr::template([Part::expr(a.clone())]))]), "a"),
            (Expr::template([Part::expr(a.clone()), Part::expr(a)]), r#""${a}${a}""#),
            (Expr::template([]), r#""""#),
        ];
        for (expr, printed) in cases {
            assert_eq!(print_expr(&expr).unwrap(), printed);
        }
    }
}
