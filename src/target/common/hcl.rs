//! Values and residual expressions as HCL, and types as OpenTofu writes them.

use crate::artifact::hcl::{Binary, Expr, Object, Part, Unary};
use crate::base::{Text, text};
use crate::eval::text_of;
use crate::ty::Ty;
use crate::value::{InstanceId, Operator, Residual, Value};

/// What HCL cannot say; a message for the person who wrote the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsayable(pub String);

/// Lowers values for one place: what another unit's output is called there, and what bound names are.
#[derive(Default)]
pub struct Lowering<'a> {
    /// `dependency.network.outputs.id` for an output of another unit.
    pub output: Option<&'a dyn Fn(InstanceId, &Text) -> Expr>,
    /// Bound names that are not called by their own name.
    pub locals: Vec<(Text, Expr)>,
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
            Value::Bytes(bytes) => Expr::Int(i64::try_from(*bytes).unwrap_or(i64::MAX)),
            Value::List(list) => Expr::list(self.all(list)?),
            Value::Map(map) => {
                let mut object = Object::new();
                for (key, value) in map.iter() {
                    object.push(key.clone(), self.value(value)?);
                }
                Expr::Object(object)
            }
            Value::Residual(residual) => self.residual(residual)?,
            Value::Instance(_) | Value::Definition(..) | Value::Secret(_) => {
                return Err(Unsayable("an instance, a definition or a secret is no value of OpenTofu".into()));
            }
            value => Expr::Text(text_of(value).unwrap_or_default()),
        })
    }

    fn all(&self, values: &[Value]) -> Result<Vec<Expr>, Unsayable> {
        values.iter().map(|value| self.value(value)).collect()
    }

    fn residual(&self, residual: &Residual) -> Lowered {
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
            Residual::Member(base, field) => match one(base) {
                Some(resource) => Expr::call("one", [Expr::call("values", [resource]).splat().attribute(field.clone())]),
                None => self.value(base)?.attribute(field.clone()),
            },
            Residual::Index(base, at) => self.value(base)?.index(self.value(at)?),
            Residual::Template(parts) => {
                let mut lowered = Vec::with_capacity(parts.len());
                for part in parts {
                    lowered.push(match part {
                        Value::Text(text) => Part::text(text.clone()),
                        value => Part::expr(self.value(value)?),
                    });
                }
                Expr::template(lowered)
            }
            Residual::Call(function, arguments) => self.call(function, arguments)?,
            Residual::For(f) => {
                let over = self.value(&f.source)?;
                let mut lowered = Expr::for_list(f.value.clone(), over, self.value(&f.result)?);
                if let Some(key) = &f.key {
                    lowered = lowered.key(key.clone());
                }
                if let Some(entry) = &f.entry {
                    lowered.result_key = Some(self.value(entry)?);
                }
                if let Some(condition) = &f.condition {
                    lowered = lowered.only_if(self.value(condition)?);
                }
                lowered.into()
            }
            Residual::If(condition, yes, no) => self.value(condition)?.conditional(self.value(yes)?, self.value(no)?),
            Residual::Not(value) => self.value(value)?.negated(),
            Residual::Negate(value) => Expr::Unary(Unary::Negate, Box::new(self.value(value)?)),
            Residual::Binary(operator, left, right) => self.binary(*operator, left, right)?,
            Residual::Fact(_) | Residual::Foreign(_) => {
                return Err(Unsayable("this is known to the compiler alone: lift it by a `let`".into()));
            }
        })
    }

    fn binary(&self, operator: Operator, left: &Value, right: &Value) -> Lowered {
        let (left, right) = (self.value(left)?, self.value(right)?);
        let binary = match operator {
            Operator::Default => return Ok(left.clone().binary(Binary::NotEqual, Expr::Null).conditional(left, right)),
            Operator::In => return Ok(Expr::call("contains", [right, left])),
            Operator::Or => Binary::Or,
            Operator::And => Binary::And,
            Operator::Equal => Binary::Equal,
            Operator::NotEqual => Binary::NotEqual,
            Operator::Less => Binary::Less,
            Operator::LessEqual => Binary::LessOrEqual,
            Operator::Greater => Binary::Greater,
            Operator::GreaterEqual => Binary::GreaterOrEqual,
            Operator::Add => Binary::Add,
            Operator::Subtract => Binary::Subtract,
            Operator::Multiply => Binary::Multiply,
            Operator::Divide => Binary::Divide,
            Operator::Remainder => Binary::Modulo,
        };
        Ok(left.binary(binary, right))
    }

    fn call(&self, function: &Text, arguments: &[Value]) -> Lowered {
        if function == "one" {
            let resource = arguments.first().and_then(resource_of);
            return resource
                .map(|resource| Expr::call("one", [Expr::call("values", [resource])]))
                .ok_or_else(|| Unsayable("`one` is for resources".into()));
        }
        let given: Vec<Expr> = self.all(&arguments.iter().filter(|argument| **argument != Value::None).cloned().collect::<Vec<_>>())?;
        let call = |name: &str| Ok(Expr::call(name, given.clone()));
        let swapped = |name: &str| Ok(Expr::call(name, given.iter().rev().cloned()));
        match function.as_str() {
            "length" | "lower" | "upper" | "replace" | "startswith" | "endswith" | "keys" | "values" | "merge" | "concat" | "flatten"
            | "distinct" | "sort" | "reverse" | "sum" | "min" | "max" | "slice" | "lookup" => call(function),
            "join" if given.len() == 1 => Ok(Expr::call("join", [Expr::from(""), given[0].clone()])),
            "join" | "split" => swapped(function),
            "trim" => call("trimspace"),
            "contains" => call("strcontains"),
            "matches" => {
                // RE2 on both sides; the pattern comes first here.
                let regex = Expr::call("regex", given.iter().rev().cloned());
                Ok(Expr::call("can", [regex]))
            }
            "all" => call("alltrue"),
            "any" => call("anytrue"),
            "first" => Ok(given.into_iter().next().unwrap_or(Expr::Null).index(0i64)),
            "last" => Ok(Expr::call("reverse", given).index(0i64)),
            "indexes" => Ok(Expr::call("range", [Expr::call("length", given)])),
            "int" => call("tonumber"),
            "to_string" => call("tostring"),
            "to_json" => call("jsonencode"),
            "base64" => call("base64encode"),
            "sha256" => call("sha256"),
            "cidr_host" => call("cidrhost"),
            "gib" => Ok(Expr::call("floor", [given.into_iter().next().unwrap_or(Expr::Null).binary(Binary::Divide, 1_073_741_824i64)])),
            _ => Err(Unsayable(format!("OpenTofu has nothing like `{function}`: lift the expression by a `let`"))),
        }
    }
}

fn resource(data: bool, ty: &Text, name: &Text) -> Expr {
    let path = Expr::variable(if data { Text::from("data") } else { ty.clone() });
    if data { path.attribute(ty.clone()).attribute(name.clone()) } else { path.attribute(name.clone()) }
}

fn resource_of(value: &Value) -> Option<Expr> {
    match value {
        Value::Residual(residual) => match &**residual {
            Residual::Resource { data, ty, name } => Some(resource(*data, ty, name)),
            _ => None,
        },
        _ => None,
    }
}

/// The resource of which there is one or none.
fn one(value: &Value) -> Option<Expr> {
    match value {
        Value::Residual(residual) => match &**residual {
            Residual::Call(function, arguments) if function == "one" => arguments.first().and_then(resource_of),
            _ => None,
        },
        _ => None,
    }
}

/// A type as a variable declares it.
pub fn ty(of: &Ty) -> Expr {
    match of.plain() {
        Ty::Bool => Expr::variable("bool"),
        Ty::Int | Ty::Float | Ty::Port | Ty::Bytes | Ty::Duration | Ty::Money => Expr::variable("number"),
        Ty::List(element) => Expr::call("list", [ty(element)]),
        Ty::Map(element) => Expr::call("map", [ty(element)]),
        Ty::Optional(inner) => ty(inner),
        Ty::Record(record) => {
            let fields = record.fields.iter().map(|field| {
                let of = ty(&field.ty);
                let of = if matches!(field.ty.plain(), Ty::Optional(_)) { Expr::call("optional", [of]) } else { of };
                (field.name.clone(), of)
            });
            Expr::call("object", [Expr::Object(fields.collect())])
        }
        Ty::Error => Expr::variable("any"),
        _ => Expr::variable("string"),
    }
}

/// A name as an HCL identifier of infrac's own making.
pub fn identifier(name: &str) -> Text {
    text!("{}", name.replace(['-', '.', '/', ' '], "_"))
}
