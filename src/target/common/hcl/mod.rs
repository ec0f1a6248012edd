//! Values and residual expressions as HCL, and types as OpenTofu writes them.

mod functions;
mod types;

use crate::artifact::hcl::{Binary, Expr, Object, Part, Step, Unary};
use crate::base::{Text, text};
use crate::eval::infer::{Known, bare, infer};
use crate::eval::text_of;
use crate::ty::Ty;
use crate::value::{InstanceId, Operator, Residual, ResidualFor, Value};

pub use types::ty;

/// Which releases of OpenTofu read what is written.
pub const OPENTOFU: &str = "~> 1.12";

/// What HCL cannot say; a message for the person who wrote the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsayable(pub String);

/// What the output of another unit is called where a value is lowered.
pub type OutputName<'a> = &'a dyn Fn(InstanceId, &Text) -> Expr;

/// Lowers values for one place: what another unit's output is called there, what bound names are, and of which types all of them are.
#[derive(Default)]
pub struct Lowering<'a> {
    /// `dependency.network.outputs.id` for an output of another unit; only Terragrunt, which lacks the newest functions, has them.
    pub output: Option<OutputName<'a>>,
    /// Bound names that are not called by their own name.
    pub locals: Vec<(Text, Expr)>,
    /// The types of variables, outputs and bound names; of what is not known, a value is written as it stands.
    pub types: Option<Known<'a>>,
}

type Lowered = Result<Expr, Unsayable>;

impl Lowering<'_> {
    /// A value as an expression.
    pub fn value(&self, value: &Value) -> Lowered {
        Ok(match value {
            Value::None => Expr::Null,
            Value::Bool(bool) => Expr::Bool(*bool),
            Value::Int(int) => Expr::Int(*int),
            Value::Float(float) => Expr::Float(*float),
            // A type that OpenTofu lacks is a number in its smallest unit.
            Value::Bytes(amount) | Value::Duration(amount) => {
                Expr::Int(i64::try_from(*amount).map_err(|_| Unsayable(format!("{amount} is larger than any number of OpenTofu")))?)
            }
            Value::Money(amount, _) => Expr::Int(*amount),
            Value::List(list) => Expr::list(self.all(list)?),
            Value::Map(map) => {
                let entries = map.iter().map(|(key, value)| Ok((key.clone(), self.value(value)?)));
                Expr::Object(entries.collect::<Result<Object, Unsayable>>()?)
            }
            Value::Residual(residual) => self.residual(value, residual)?,
            Value::Instance(_) | Value::Definition(..) | Value::Secret(_) => {
                return Err(Unsayable("an instance, a definition or a secret is no value of OpenTofu".into()));
            }
            value => Expr::Text(text_of(value).unwrap_or_default()),
        })
    }

    fn all(&self, values: &[Value]) -> Result<Vec<Expr>, Unsayable> {
        values.iter().map(|value| self.value(value)).collect()
    }

    fn residual(&self, value: &Value, residual: &Residual) -> Lowered {
        Ok(match residual {
            Residual::Variable(name) => Expr::path("var").attribute(name.clone()),
            Residual::Local(name) => match self.locals.iter().rev().find(|(local, _)| local == name) {
                Some((_, expr)) => expr.clone(),
                None => Expr::variable(name.clone()),
            },
            Residual::EachKey => Expr::path("each.key"),
            Residual::EachValue => Expr::path("each.value"),
            Residual::Resource { data, ty, name } => resource(*data, ty, name),
            Residual::Output(unit, name) => match self.output {
                Some(output) => output(*unit, name),
                None => return Err(Unsayable(format!("the output `{name}` of another unit must arrive by a variable"))),
            },
            Residual::Member(base, field) => match self.perhaps(value)? {
                Some(expr) => expr,
                None if self.is(base, Ty::is_scalar) => {
                    return Err(Unsayable(format!("OpenTofu has a text or number for it, which has no `{field}`")));
                }
                None => self.value(base)?.attribute(field.clone()),
            },
            Residual::Index(base, at) => match self.perhaps(value)? {
                Some(expr) => expr,
                None => self.value(base)?.index(self.value(at)?),
            },
            Residual::Template(parts) => {
                let part = |part: &Value| match part {
                    Value::Text(text) => Ok(Part::text(text.clone())),
                    value if self.is(value, is_bare_number) => Err(Unsayable(NO_UNIT.into())),
                    value => self.value(value).map(Part::expr),
                };
                let said = Expr::template(parts.iter().map(part).collect::<Result<Vec<_>, Unsayable>>()?);
                match parts.as_slice() {
                    // An expression alone is no text there: it stays what it is.
                    [one @ Value::Residual(_)] if self.is(one, |of| !of.is_text() && !is_address(of)) => Expr::call("tostring", [said]),
                    _ => said,
                }
            }
            Residual::Call(function, arguments) => match one(value) {
                Some(resource) => Expr::call("one", [Expr::call("values", [resource])]),
                None => self.call(function, arguments)?,
            },
            Residual::For(f) => self.comprehension(f, None)?,
            Residual::If(condition, yes, no) => self.conditional(condition, yes, no)?,
            Residual::Not(value) => self.value(value)?.negated(),
            Residual::Negate(value) => Expr::Unary(Unary::Negate, Box::new(self.value(value)?)),
            Residual::Binary(operator, left, right) => self.binary(*operator, left, right)?,
            Residual::Fact(_) | Residual::Foreign(_) => {
                return Err(Unsayable("this is known to the compiler alone".into()));
            }
        })
    }

    /// The way into a resource of which there is one or none, as a whole: nothing has no attributes, a splat of it is empty.
    fn perhaps(&self, value: &Value) -> Result<Option<Expr>, Unsayable> {
        let mut steps = Vec::new();
        let mut base = value;
        loop {
            if let Some(resource) = one(base) {
                let splat = Expr::call("values", [resource]).splat();
                let way = steps.into_iter().rev().fold(splat, Expr::step);
                return Ok(Some(Expr::call("one", [way])));
            }
            let Value::Residual(residual) = base else { return Ok(None) };
            base = match &**residual {
                Residual::Member(inner, field) => {
                    steps.push(Step::Attribute(field.clone()));
                    inner
                }
                Residual::Index(inner, at) => {
                    steps.push(Step::Index(self.value(at)?));
                    inner
                }
                _ => return Ok(None),
            };
        }
    }

    fn comprehension(&self, f: &ResidualFor, also: Option<Expr>) -> Lowered {
        let mut lowered = Expr::for_list(f.value.clone(), self.value(&f.source)?, self.value(&f.result)?);
        lowered.key = f.key.clone();
        lowered.result_key = f.entry.as_ref().map(|entry| self.value(entry)).transpose()?;
        let own = f.condition.as_ref().map(|condition| self.value(condition)).transpose()?;
        lowered.condition = match (also, own) {
            (Some(also), Some(own)) => Some(also.and(own)),
            (also, own) => also.or(own),
        };
        Ok(lowered.into())
    }

    /// Both results must have one type there, and an object without attributes is of no map's type: entries that may be absent are
    /// filtered out.
    fn conditional(&self, condition: &Value, yes: &Value, no: &Value) -> Lowered {
        let decided = self.value(condition)?;
        match (yes, no) {
            (yes, Value::Map(none)) if none.is_empty() => self.entries_if(decided, yes),
            (Value::Map(none), no) if none.is_empty() => self.entries_if(decided.negated(), no),
            _ => Ok(decided.conditional(self.value(yes)?, self.value(no)?)),
        }
    }

    fn entries_if(&self, condition: Expr, map: &Value) -> Lowered {
        if let Value::Residual(residual) = map
            && let Residual::For(f) = &**residual
        {
            return self.comprehension(f, Some(condition));
        }
        let (key, value) = (Expr::variable("key"), Expr::variable("value"));
        Ok(Expr::for_object("key", "value", self.value(map)?, key, value).only_if(condition).into())
    }

    /// The type of a value, as far as it is known.
    fn type_of(&self, value: &Value) -> Option<Ty> {
        infer(value, self.types?)
    }

    /// Whether the type of a value is known, and is so.
    fn is(&self, value: &Value, is_so: impl Fn(&Ty) -> bool) -> bool {
        self.type_of(value).is_some_and(|of| is_so(bare(&of)))
    }

    /// Whether a value is in a network, which Terragrunt cannot say.
    fn in_network(&self, left: &Value, right: &Value) -> Lowered {
        if self.output.is_some() {
            return Err(Unsayable("Terragrunt does not know whether a network holds an address".into()));
        }
        Ok(Expr::call("cidrcontains", [self.value(right)?, self.value(left)?]))
    }

    fn binary(&self, operator: Operator, left: &Value, right: &Value) -> Lowered {
        if operator == Operator::Add && (self.is_list(left) || self.is_list(right)) {
            return Ok(Expr::call("concat", [self.value(left)?, self.value(right)?]));
        }
        if operator == Operator::In {
            if self.is(right, |of| *of == Ty::Cidr) {
                return self.in_network(left, right);
            }
            if self.is(right, |of| *of == Ty::Protocol) {
                return Err(Unsayable("OpenTofu does not know whether a span holds a port".into()));
            }
            let all = self.value(right)?;
            let among = if matches!(right, Value::Map(_)) || self.is(right, |of| matches!(of, Ty::Map(_) | Ty::Record(_))) {
                Expr::call("keys", [all])
            } else if self.is_list(right) {
                all
            } else {
                // Either: the keys where there are keys.
                Expr::call("try", [Expr::call("keys", [all.clone()]), all])
            };
            return Ok(Expr::call("contains", [among, self.value(left)?]));
        }
        // A list and a tuple are never equal there, nor are a map and an object: their texts are.
        if matches!(operator, Operator::Equal | Operator::NotEqual) && (is_written_out(left) || is_written_out(right)) {
            let [left, right] = [self.value(left)?, self.value(right)?].map(|side| Expr::call("jsonencode", [side]));
            return Ok(left.binary(if operator == Operator::Equal { Binary::Equal } else { Binary::NotEqual }, right));
        }
        let float = [left, right].into_iter().any(|side| matches!(side, Value::Float(_)) || self.is(side, |of| *of == Ty::Float));
        let ordered = matches!(operator, Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual);
        if ordered && [left, right].into_iter().any(|side| self.is(side, |of| of.is_text() || is_address(of))) {
            return Err(Unsayable("OpenTofu knows an order of numbers alone".into()));
        }
        let (left, right) = (self.value(left)?, self.value(right)?);
        let binary = match operator {
            Operator::Default => return Ok(left.clone().binary(Binary::NotEqual, Expr::Null).conditional(left, right)),
            // There every quotient is a fraction; that of integers goes towards zero.
            Operator::Divide if !float => {
                let whole = left.clone().binary(Binary::Subtract, left.binary(Binary::Modulo, right.clone()));
                return Ok(whole.binary(Binary::Divide, right));
            }
            Operator::Or => Binary::Or,
            Operator::And => Binary::And,
            Operator::Equal => Binary::Equal,
            Operator::NotEqual => Binary::NotEqual,
            Operator::Less => Binary::Less,
            Operator::LessEqual => Binary::LessOrEqual,
            Operator::Greater => Binary::Greater,
            Operator::GreaterEqual => Binary::GreaterOrEqual,
            Operator::Add | Operator::In => Binary::Add,
            Operator::Subtract => Binary::Subtract,
            Operator::Multiply => Binary::Multiply,
            Operator::Divide => Binary::Divide,
            Operator::Remainder => Binary::Modulo,
        };
        Ok(left.binary(binary, right))
    }
}

fn resource(data: bool, ty: &Text, name: &Text) -> Expr {
    let root = if data { Expr::variable("data").attribute(ty.clone()) } else { Expr::variable(ty.clone()) };
    root.attribute(name.clone())
}

/// The resource of which there is one or none.
fn one(value: &Value) -> Option<Expr> {
    let Value::Residual(call) = value else { return None };
    let Residual::Call(function, arguments) = &**call else { return None };
    let Some(Value::Residual(argument)) = arguments.first().filter(|_| function == "one") else { return None };
    match &**argument {
        Residual::Resource { data, ty, name } => Some(resource(*data, ty, name)),
        _ => None,
    }
}

/// Whether its type is made of what it holds, as that of a variable is not.
fn is_written_out(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Map(_) => true,
        Value::Residual(residual) => match &**residual {
            Residual::For(_) => true,
            Residual::If(_, yes, no) => is_written_out(yes) || is_written_out(no),
            _ => false,
        },
        _ => false,
    }
}

impl Lowering<'_> {
    /// Whether it is certainly a list.
    fn is_list(&self, value: &Value) -> bool {
        match value {
            Value::List(_) => true,
            Value::Residual(residual) => match &**residual {
                Residual::For(f) => f.entry.is_none(),
                Residual::Call(function, _) if functions::gives_list(function) => true,
                _ => self.is(value, |of| matches!(of, Ty::List(_))),
            },
            _ => false,
        }
    }
}

/// Whether values are written there as text without being one.
fn is_address(ty: &Ty) -> bool {
    matches!(ty, Ty::Ip | Ty::Cidr | Ty::Protocol)
}

/// Whether a value is written there as a number alone, without the unit that its text has.
fn is_bare_number(ty: &Ty) -> bool {
    matches!(ty, Ty::Bytes | Ty::Duration | Ty::Money)
}

const NO_UNIT: &str = "an amount is a bare number in OpenTofu, which has not the unit that its text has here";

/// A name as an HCL identifier of infrac's own making.
pub fn identifier(name: &str) -> Text {
    text!("{}", name.replace(['-', '.', '/', ' '], "_"))
}

#[cfg(test)]
mod tests;
