//! Another product of the project, as one that refers to it knows it before either is evaluated.

use super::Name;
use crate::base::{Span, Text};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The other products by name.
pub type Others = BTreeMap<Text, Arc<Other>>;

/// What the names of another product mean.
#[derive(Debug, PartialEq)]
pub struct Other {
    /// Its name.
    pub name: Name,
    /// Its folder, relative to the project.
    pub folder: Text,
    /// Its environments, in their order.
    pub environments: Vec<Name>,
    /// Where it says what it exports, if it does.
    pub said: Option<Span>,
    /// Whether that is a list that can be read; where it is not, that is said there.
    pub is_readable: bool,
    /// The definitions of the services that it exports, by the stack and then by the name of each.
    pub exports: BTreeMap<Text, BTreeMap<Text, Text>>,
}

impl Other {
    /// Which of its environments serves the environment of that name in a product that refers to it.
    pub fn serving(&self, environment: &str) -> Option<&Text> {
        serving(self.environments.iter().map(|name| &name.text), environment)
    }

    /// What it exports, as it is written: `platform.mgmt.garage`.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        let services = self.exports.iter().flat_map(|(stack, services)| services.keys().map(move |service| (stack, service)));
        services.map(|(stack, service)| format!("{}.{stack}.{service}", self.name.text))
    }
}

/// Which environment of one product serves an environment of another: the one of the same name, or the only one that there is.
pub fn serving<'e>(environments: impl Iterator<Item = &'e Text> + Clone, environment: &str) -> Option<&'e Text> {
    let mut all = environments.clone();
    let only = all.next().filter(|_| all.next().is_none());
    environments.into_iter().find(|name| *name == environment).or(only)
}

#[cfg(test)]
mod tests {
    use super::serving;
    use crate::base::Text;

    #[test]
    fn the_same_name_serves_and_otherwise_the_only_one() {
        let of = |environments: &[&str], environment: &str| {
            let all: Vec<Text> = environments.iter().map(|name| Text::from(*name)).collect();
            serving(all.iter(), environment).cloned()
        };
        assert_eq!(of(&["staging", "prod"], "prod").as_deref(), Some("prod"));
        assert_eq!(of(&["main"], "prod").as_deref(), Some("main"));
        assert_eq!(of(&["staging", "prod"], "test"), None);
        assert_eq!(of(&[], "test"), None);
    }
}
