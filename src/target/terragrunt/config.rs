//! The arguments of a backend, as the library says them: texts with the names of settings and of what a unit is called.

use crate::artifact::hcl::{Expr, Object, Part};
use crate::base::Text;
use crate::hir::items::StateStore;
use crate::target::common::hcl::{Lowering, Unsayable};
use crate::value::Value;

/// What stands in a text beside the settings.
pub(super) struct Names<'a> {
    /// The store, whose settings have names.
    pub store: StateStore<'a>,
    /// What stands before the path of a unit, where the store holds the states of other products too.
    pub prefix: Option<&'a Text>,
}

impl Names<'_> {
    /// The value of an argument as an expression of `root.hcl`.
    pub(super) fn lowered(&self, value: &Value) -> Result<Expr, Unsayable> {
        Ok(match value {
            Value::Text(text) => self.text(text)?,
            Value::List(list) => Expr::list(list.iter().map(|value| self.lowered(value)).collect::<Result<Vec<_>, _>>()?),
            Value::Map(map) => {
                let entries = map.iter().map(|(key, value)| Ok((key.clone(), self.lowered(value)?)));
                Expr::Object(entries.collect::<Result<Object, Unsayable>>()?.line())
            }
            value => Lowering::default().value(value)?,
        })
    }

    fn text(&self, text: &str) -> Result<Expr, Unsayable> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, name, behind)) = placeholder(rest) {
            if !before.is_empty() {
                parts.push(Part::text(before));
            }
            parts.extend(self.named(name)?);
            rest = behind;
        }
        if !rest.is_empty() || parts.is_empty() {
            parts.push(Part::text(rest));
        }
        Ok(match <[Part; 1]>::try_from(parts) {
            Ok([Part::Expr(expr)]) => expr,
            Ok([Part::Text(text)]) => Expr::from(text),
            Err(parts) => Expr::template(parts),
        })
    }

    fn named(&self, name: &str) -> Result<Vec<Part>, Unsayable> {
        let unit = || Expr::path("local.unit");
        let before = |sign: &str| self.prefix.map(|prefix| Part::text(format!("{prefix}{sign}")));
        Ok(match name {
            "unit" => before("/").into_iter().chain([Part::expr(unit())]).collect(),
            "state" => {
                let dotted = Expr::call("replace", [unit(), "/".into(), ".".into()]);
                before(".").into_iter().chain([Part::expr(dotted)]).collect()
            }
            "authority" => vec![Part::expr(Expr::path("local.authority"))],
            name if self.store.settings().any(|(setting, _)| setting == name) => {
                vec![Part::expr(Expr::path("local.environment.state").attribute(name))]
            }
            name => return Err(Unsayable(format!("`{{{name}}}` in `config` of `state_store` is no setting"))),
        })
    }
}

/// The first word in braces, with what stands before and behind it.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('{').map(|at| from + at) {
        let rest = &text[open + 1..];
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_');
        match end {
            Some(end) if end > 0 && rest[end..].starts_with('}') => return Some((&text[..open], &rest[..end], &rest[end + 1..])),
            _ => from = open + 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Names, placeholder};
    use crate::artifact::hcl::{Body, print};
    use crate::hir::items::{StateStore, View};
    use crate::value::Value;

    fn printed(config: &str, prefix: Option<&str>) -> Result<String, String> {
        let said = Value::map([("settings", Value::map([("bucket", Value::text("states"))]))]);
        let prefix = prefix.map(Into::into);
        let names = Names { store: StateStore::of(&said).unwrap(), prefix: prefix.as_ref() };
        let lowered = names.lowered(&Value::text(config)).map_err(|error| error.0)?;
        Ok(print(&Body::new().attribute("x", lowered)).unwrap().trim_end().to_owned())
    }

    #[test]
    fn a_word_in_braces_is_what_it_names() {
        assert_eq!(printed("{bucket}", None).as_deref(), Ok("x = local.environment.state.bucket"));
        assert_eq!(printed("{unit}/tofu.tfstate", None).as_deref(), Ok("x = \"${local.unit}/tofu.tfstate\""));
        assert_eq!(printed("{unit}/tofu.tfstate", Some("shop")).as_deref(), Ok("x = \"shop/${local.unit}/tofu.tfstate\""));
        assert_eq!(printed("a/{state}/lock", None).as_deref(), Ok("x = \"a/${replace(local.unit, \"/\", \".\")}/lock\""));
        assert_eq!(printed("{authority}", None).as_deref(), Ok("x = local.authority"));
        assert_eq!(printed("plain", None).as_deref(), Ok("x = \"plain\""));
        assert_eq!(printed("", None).as_deref(), Ok("x = \"\""));
    }

    #[test]
    fn what_names_nothing_is_refused_and_what_is_no_name_stays() {
        assert!(printed("{buckets}", None).is_err());
        assert_eq!(printed("{ bucket } {}", None).as_deref(), Ok("x = \"{ bucket } {}\""));
        assert_eq!(placeholder("{a{bucket}"), Some(("{a", "bucket", "")));
        assert_eq!(placeholder("{bucket"), None);
    }
}
