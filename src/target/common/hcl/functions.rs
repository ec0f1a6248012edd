//! The built-in functions of the language as functions of HCL.

use super::{Lowered, Lowering, NO_UNIT, Unsayable, is_bare_number};
use crate::artifact::hcl::{Binary, Expr};
use crate::ty::Ty;
use crate::value::Value;

const GIB: i64 = 1 << 30;
const MIB: i64 = 1 << 20;

/// How a function is said there.
enum Form {
    /// By another name.
    Named(&'static str),
    /// By another name, with the two arguments changed round.
    Swapped(&'static str),
    /// With the list spread over the arguments.
    Spread(&'static str),
    /// The first argument in units of so many, rounded up.
    Units(i64),
}

/// What has the same meaning there.
fn form(function: &str) -> Option<Form> {
    use Form::{Named, Spread, Swapped, Units};
    Some(match function {
        "all" => Named("alltrue"),
        "any" => Named("anytrue"),
        "base64" => Named("base64encode"),
        "cidr_contains" => Named("cidrcontains"),
        "cidr_host" => Named("cidrhost"),
        "cidr_subnet" => Named("cidrsubnet"),
        "concat" => Named("concat"),
        "contains" => Named("strcontains"),
        "count_bytes" | "milliseconds" => Units(1),
        "days" => Units(86_400_000),
        "distinct" => Named("distinct"),
        "endswith" => Named("endswith"),
        "flatten" => Named("flatten"),
        "gib" => Units(GIB),
        "hours" => Units(3_600_000),
        "indexes" => Named("range"),
        "int" => Named("tonumber"),
        "join" => Swapped("join"),
        "keys" => Named("keys"),
        "length" => Named("length"),
        "lookup" => Named("lookup"),
        "lower" => Named("lower"),
        "max" => Spread("max"),
        "merge" => Named("merge"),
        "mib" => Units(MIB),
        "min" => Spread("min"),
        "minutes" => Units(60_000),
        "replace" => Named("replace"),
        "reverse" => Named("reverse"),
        "seconds" => Units(1000),
        "sort" => Named("sort"),
        "split" => Swapped("split"),
        "startswith" => Named("startswith"),
        "to_json" => Named("jsonencode"),
        "to_string" => Named("tostring"),
        "trim" => Named("trimspace"),
        "upper" => Named("upper"),
        "values" => Named("values"),
        _ => return None,
    })
}

/// Whether a function gives a list, whatever it takes.
pub(super) fn gives_list(function: &str) -> bool {
    matches!(
        function,
        "compact" | "concat" | "distinct" | "flatten" | "indexes" | "keys" | "pieces" | "reverse" | "slice" | "sort" | "split" | "values"
    )
}

impl Lowering<'_> {
    pub(super) fn call(&self, function: &str, arguments: &[Value]) -> Lowered {
        let given: Vec<&Value> = arguments.iter().filter(|argument| **argument != Value::None).collect();
        let lowered = given.iter().map(|argument| self.value(argument)).collect::<Result<Vec<_>, _>>()?;
        let unsayable = || Unsayable(format!("OpenTofu has nothing like `{function}`"));
        let of = given.first().and_then(|first| self.type_of(first));
        let has_part = |is: &dyn Fn(&Ty) -> bool| of.as_ref().is_some_and(|of| of.has_part(is));
        let mut each = lowered.iter().cloned();
        let mut next = || each.next().ok_or_else(unsayable);
        match function {
            // Terragrunt has the functions of an older release.
            "cidr_contains" | "cidr_overlaps" if self.output.is_some() => Err(unsayable()),
            // Of two networks that overlap one holds the other.
            "cidr_overlaps" => {
                let (a, b) = (next()?, next()?);
                Ok(Expr::call("cidrcontains", [a.clone(), b.clone()]).or(Expr::call("cidrcontains", [b, a])))
            }
            "compact" => {
                let present = Expr::variable("value").binary(Binary::NotEqual, Expr::Null);
                Ok(Expr::for_list("value", next()?, Expr::variable("value")).only_if(present).into())
            }
            // What is there where the key is not may be nothing, which is a value.
            "lookup" if arguments.len() == 3 => {
                let arguments = arguments.iter().map(|argument| self.value(argument)).collect::<Result<Vec<_>, _>>()?;
                Ok(Expr::call("lookup", arguments))
            }
            "join" | "to_json" | "to_string" if has_part(&is_bare_number) => Err(Unsayable(NO_UNIT.into())),
            // It takes everything for text.
            "sort" if has_part(&|part| part.is_scalar() && !part.is_text()) => Err(unsayable()),
            "first" => Ok(next()?.index(0i64)),
            "last" => Ok(Expr::call("reverse", [next()?]).index(0i64)),
            "join" if lowered.len() == 1 => Ok(Expr::call("join", [Expr::from(""), next()?])),
            // RE2 on both sides.
            "matches" => {
                let (text, pattern) = (next()?, next()?);
                Ok(Expr::call("can", [Expr::call("regex", [pattern, text])]))
            }
            "pieces" => {
                let length = given.get(1).and_then(|length| length.as_int()).ok_or_else(unsayable)?;
                let pattern = format!("(?s).{{1,{length}}}");
                Ok(Expr::call("regexall", [Expr::from(pattern), next()?]))
            }
            // What stands between slashes is a pattern there.
            "replace" if given.get(1).and_then(|from| from.as_text()).is_none_or(|from| from.starts_with('/') && from.ends_with('/')) => {
                Err(unsayable())
            }
            "sha256" => {
                let hash = Expr::call("sha256", [next()?]);
                Ok(next().map_or(hash.clone(), |length| Expr::call("substr", [hash, Expr::Int(0), length])))
            }
            // A space is a plus there.
            "url_encode" => Ok(Expr::call("replace", [Expr::call("urlencode", [next()?]), "+".into(), "%20".into()])),
            "slice" if lowered.len() == 2 => {
                let (list, from) = (next()?, next()?);
                Ok(Expr::call("slice", [list.clone(), from, Expr::call("length", [list])]))
            }
            "slice" => Ok(Expr::call("slice", lowered)),
            "slug" => {
                let words = Expr::call("replace", [next()?, "/[^A-Za-z0-9]+/".into(), "-".into()]);
                Ok(Expr::call("lower", [Expr::call("trim", [words, "-".into()])]))
            }
            // Nothing at all has a sum here.
            "sum" => Ok(Expr::call("sum", [Expr::call("concat", [Expr::list([0i64]), next()?])])),
            _ => match form(function).ok_or_else(unsayable)? {
                Form::Named(name) => Ok(Expr::call(name, lowered)),
                Form::Swapped(name) => Ok(Expr::call(name, lowered.into_iter().rev())),
                Form::Spread(name) => Ok(Expr::call_expanding(name, lowered)),
                Form::Units(1) => next(),
                Form::Units(unit) => Ok(Expr::call("ceil", [next()?.binary(Binary::Divide, unit)])),
            },
        }
    }
}
