//! What differs by environment: `in prod { servers = 5, ports += [8443/tcp] }`.

use super::instances::OF_ENVIRONMENTS;
use super::others::EXPORTS;
use super::{Checker, report};
use crate::base::Text;
use crate::hir::{Assign, Attribute, Name};
use std::collections::{BTreeMap, BTreeSet};

impl Checker<'_> {
    /// An attribute outside of `in` has nothing to add to and nothing to take from.
    pub(super) fn set_once(&mut self, attribute: &Attribute) {
        if attribute.operator != Assign::Set {
            self.error(report::nothing_to_change(attribute));
        }
    }

    /// One block says what differs in an environment. Where two of them say the same thing, that is said of the thing.
    pub(super) fn override_blocks<'o>(&mut self, blocks: impl Iterator<Item = (&'o Name, BTreeSet<&'o Text>)>) {
        let mut seen: BTreeMap<&Text, (&Name, BTreeSet<&Text>)> = BTreeMap::new();
        for (environment, attributes) in blocks {
            match seen.get_mut(&environment.text) {
                Some((first, said)) => {
                    if said.is_disjoint(&attributes) {
                        self.error(report::environment_again(environment, first.span));
                    }
                    said.extend(attributes);
                }
                None => {
                    seen.insert(&environment.text, (environment, attributes));
                }
            }
        }
    }

    /// What is overridden may differ by environment, and each environment says it once.
    pub(super) fn overrides<'o>(&mut self, overrides: impl Iterator<Item = (&'o Name, &'o Attribute)>) {
        let mut seen: BTreeMap<(&Text, &Text), &Attribute> = BTreeMap::new();
        for (environment, attribute) in overrides {
            let name = &attribute.name;
            if let Some(first) = seen.insert((&environment.text, &name.text), attribute) {
                let what = format!("`{}` in `{}`", name.text, environment.text);
                self.error(match first.operator == attribute.operator && first.value.says_the_same(&attribute.value) {
                    true => report::repeated(&what, name.span, first.name.span, attribute.span),
                    false => report::twice(&what, name.span, first.name.span),
                });
            }
            if name.text == "environments" || name.text == EXPORTS || OF_ENVIRONMENTS.contains(&name.text.as_str()) {
                self.error(report::same_everywhere(name));
            }
        }
    }
}
