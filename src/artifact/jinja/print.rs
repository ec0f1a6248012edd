//! From expressions to text.

use super::code::{Code, is_name, is_pieced};
use super::{Arguments, Binary, Expr, Part, template};
use crate::artifact::Error;
use crate::base::Text;

/// The expression without braces, as `when`, `that` and `until` take it.
pub fn condition(expr: &Expr) -> Result<Text, Error> {
    let mut code = Code::default();
    code.expr(expr)?;
    Ok(code.finish().into())
}

/// `{{ expr }}`.
pub fn value(expr: &Expr) -> Result<Text, Error> {
    let mut code = Code::default();
    code.tag(expr)?;
    Ok(code.finish().into())
}

/// Text with expressions in it, as the value of an Ansible variable or argument.
pub fn line(parts: &[Part]) -> Result<Text, Error> {
    template::parts(parts).map(Into::into)
}

/// Data as the value of an Ansible variable or argument: as it is, unless Ansible would take it for a template.
pub fn plain(text: &str) -> Result<Text, Error> {
    let template = ["{{", "{%", "{#"].iter().any(|tag| text.contains(tag)) || text.starts_with("#jinja2:");
    if template { value(&Expr::Text(text.into())) } else { Ok(text.into()) }
}

/// How tightly an expression holds together, from the loosest to the indivisible.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tightness {
    Conditional,
    Or,
    And,
    Not,
    Comparison,
    Test,
    Sum,
    Concat,
    Product,
    Unary,
    Filter,
    Whole,
}

impl Expr {
    fn tightness(&self) -> Tightness {
        match self {
            Expr::Conditional(..) => Tightness::Conditional,
            Expr::Not(_) => Tightness::Not,
            Expr::Test(..) => Tightness::Test,
            Expr::Binary(_, operator, _) => operator.tightness(),
            Expr::Negate(_) => Tightness::Unary,
            Expr::Int(value) if *value < 0 => Tightness::Unary,
            Expr::Float(value) if value.is_sign_negative() => Tightness::Unary,
            Expr::Text(text) if is_pieced(text) => Tightness::Concat,
            Expr::Filter(..) => Tightness::Filter,
            _ => Tightness::Whole,
        }
    }
}

impl Binary {
    fn tightness(self) -> Tightness {
        match self {
            Binary::Or => Tightness::Or,
            Binary::And => Tightness::And,
            Binary::Equal
            | Binary::NotEqual
            | Binary::Less
            | Binary::LessOrEqual
            | Binary::Greater
            | Binary::GreaterOrEqual
            | Binary::In
            | Binary::NotIn => Tightness::Comparison,
            Binary::Add | Binary::Subtract => Tightness::Sum,
            Binary::Concat => Tightness::Concat,
            Binary::Multiply | Binary::Divide | Binary::FloorDivide | Binary::Modulo => Tightness::Product,
        }
    }

    fn symbol(self) -> &'static str {
        match self {
            Binary::Or => " or ",
            Binary::And => " and ",
            Binary::Equal => " == ",
            Binary::NotEqual => " != ",
            Binary::Less => " < ",
            Binary::LessOrEqual => " <= ",
            Binary::Greater => " > ",
            Binary::GreaterOrEqual => " >= ",
            Binary::In => " in ",
            Binary::NotIn => " not in ",
            Binary::Add => " + ",
            Binary::Subtract => " - ",
            Binary::Concat => " ~ ",
            Binary::Multiply => " * ",
            Binary::Divide => " / ",
            Binary::FloorDivide => " // ",
            Binary::Modulo => " % ",
        }
    }
}

/// Methods of a dictionary, which an attribute of the same name would find instead of the entry.
const METHODS: [&str; 11] = ["clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"];

impl Code {
    /// `{{ expr }}`.
    pub(in crate::artifact) fn tag(&mut self, expr: &Expr) -> Result<(), Error> {
        self.syntax("{{ ");
        self.expr(expr)?;
        // A closing brace of the expression must not become part of the tag's end.
        self.syntax(" }}");
        Ok(())
    }

    /// `{{ expr | filters }}`, the filters written by the program.
    pub(in crate::artifact) fn filtered_tag(&mut self, expr: &Expr, filters: &'static str) -> Result<(), Error> {
        self.syntax("{{ ");
        self.least(expr, Tightness::Filter)?;
        self.syntax(filters);
        self.syntax(" }}");
        Ok(())
    }

    /// An expression.
    pub(in crate::artifact) fn expr(&mut self, expr: &Expr) -> Result<(), Error> {
        match expr {
            Expr::None => self.syntax("none"),
            Expr::Bool(true) => self.syntax("true"),
            Expr::Bool(false) => self.syntax("false"),
            Expr::Int(value) => self.int(*value),
            Expr::Float(value) => self.float(*value)?,
            Expr::Text(text) => self.literal(text),
            Expr::Variable(name) => self.name(name)?,
            Expr::Attribute(value, name) => {
                self.least(value, Tightness::Whole)?;
                if is_name(name) && !METHODS.contains(&name.as_str()) {
                    self.syntax(".");
                    self.name(name)?;
                } else {
                    self.syntax("[");
                    self.literal(name);
                    self.syntax("]");
                }
            }
            Expr::Index(value, index) => {
                self.least(value, Tightness::Whole)?;
                self.syntax("[");
                self.expr(index)?;
                self.syntax("]");
            }
            Expr::Call(name, arguments) => {
                self.qualified(name)?;
                self.arguments(arguments)?;
            }
            Expr::Method(value, name, arguments) => {
                self.least(value, Tightness::Whole)?;
                self.syntax(".");
                self.name(name)?;
                self.arguments(arguments)?;
            }
            Expr::Filter(value, name, arguments) => {
                self.least(value, Tightness::Filter)?;
                self.syntax(" | ");
                self.qualified(name)?;
                if !arguments.is_empty() {
                    self.arguments(arguments)?;
                }
            }
            Expr::Test(value, negated, name, arguments) => {
                self.least(value, Tightness::Filter)?;
                self.syntax(if *negated { " is not " } else { " is " });
                self.test(name)?;
                if !arguments.is_empty() {
                    self.arguments(arguments)?;
                }
            }
            Expr::List(values) => {
                self.syntax("[");
                for (at, value) in values.iter().enumerate() {
                    self.syntax(if at == 0 { "" } else { ", " });
                    self.expr(value)?;
                }
                self.syntax("]");
            }
            Expr::Dict(entries) => {
                self.syntax("{");
                for (at, (key, value)) in entries.iter().enumerate() {
                    self.syntax(if at == 0 { "" } else { ", " });
                    self.expr(key)?;
                    self.syntax(": ");
                    self.expr(value)?;
                }
                self.syntax("}");
            }
            Expr::Not(operand) => {
                self.syntax("not ");
                self.least(operand, Tightness::Not)?;
            }
            Expr::Negate(operand) => {
                self.syntax("-");
                self.least(operand, Tightness::Whole)?;
            }
            Expr::Binary(left, operator, right) => {
                let own = operator.tightness();
                // Comparisons chain, and a test takes the word that follows it for its argument.
                let left_least = if own == Tightness::Comparison { Tightness::Sum } else { own };
                self.least(left, left_least)?;
                self.syntax(operator.symbol());
                let same = matches!((operator, right.as_ref()), (Binary::And | Binary::Or, Expr::Binary(_, inner, _)) if inner == operator);
                match right.tightness() {
                    tightness if same || tightness > own && tightness != Tightness::Test => self.expr(right)?,
                    Tightness::Test if own < Tightness::Comparison => self.expr(right)?,
                    _ => self.parenthesised(right)?,
                }
            }
            Expr::Conditional(condition, yes, no) => {
                self.least(yes, Tightness::Sum)?;
                self.syntax(" if ");
                self.least(condition, Tightness::Or)?;
                self.syntax(" else ");
                self.least(no, Tightness::Or)?;
            }
        }
        Ok(())
    }

    /// The expression, in parentheses unless it holds together at least so tightly.
    fn least(&mut self, expr: &Expr, least: Tightness) -> Result<(), Error> {
        if expr.tightness() >= least { self.expr(expr) } else { self.parenthesised(expr) }
    }

    fn parenthesised(&mut self, expr: &Expr) -> Result<(), Error> {
        self.syntax("(");
        self.expr(expr)?;
        self.syntax(")");
        Ok(())
    }

    fn arguments(&mut self, arguments: &Arguments) -> Result<(), Error> {
        self.syntax("(");
        for (at, argument) in arguments.positional.iter().enumerate() {
            self.syntax(if at == 0 { "" } else { ", " });
            self.expr(argument)?;
        }
        for (at, (name, argument)) in arguments.named.iter().enumerate() {
            self.syntax(if at == 0 && arguments.positional.is_empty() { "" } else { ", " });
            self.name(name)?;
            self.syntax("=");
            self.expr(argument)?;
        }
        self.syntax(")");
        Ok(())
    }
}
