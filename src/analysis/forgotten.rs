//! A line of the lock that is gone renumbers what it was of, and the lock alone cannot tell.
//!
//! What has no line and is given a place now is new, or its line was lost: of the second, an earlier build left files. Which files those
//! are is said here; whether they are there, only the host can see.
//!
//! ```infra
//! stack compute web { on = eu }   # built before, and `infra.lock` has no `prod/web.range@eu` any more
//! ```

use crate::base::{Text, text};
use crate::diag::{Code, Diagnostic};
use crate::plan::Plan;
use crate::plan::lock::{FILE, Key, Lock, Renumber};
use std::collections::{BTreeMap, BTreeSet};

/// A finding that holds if a build has left one of some files.
#[derive(Clone, Debug)]
pub struct IfBuilt {
    /// Whose files they are.
    pub product: Text,
    /// Generated files, relative to the output folder.
    pub paths: Vec<Text>,
    /// What is wrong then.
    pub finding: Diagnostic,
}

impl IfBuilt {
    /// The findings of those whose files an earlier build has left, as `has_built` knows of a product and some paths.
    pub fn findings<'s, E>(
        suspects: impl IntoIterator<Item = &'s IfBuilt>,
        mut has_built: impl FnMut(&Text, &[Text]) -> Result<bool, E>,
    ) -> Result<Vec<Diagnostic>, E> {
        let mut found = Vec::new();
        for suspect in suspects {
            if has_built(&suspect.product, &suspect.paths)? {
                found.push(suspect.finding.clone());
            }
        }
        Ok(found)
    }
}

/// What is given a place without a line in the lock, by stack, unless somebody says that it may be renumbered.
pub fn forgotten(plan: &Plan, lock: &Lock, renumber: &Renumber) -> Vec<IfBuilt> {
    let product = &plan.product.name.text;
    let keys = || lock.of(&plan.environment).filter_map(|(key, _)| Key::read(key));
    // What moves to another provider keeps its path and name.
    let known: BTreeSet<(&str, Option<&str>)> = keys().map(|key| (key.path, key.name)).collect();
    let stacks: BTreeSet<&str> = keys().map(|key| key.stack()).collect();
    let mut lost: BTreeMap<&str, Vec<Text>> = BTreeMap::new();
    for key in plan.allocations.keys().filter_map(|key| Key::read(key)).filter(|key| !known.contains(&(key.path, key.name))) {
        if renumber.stack(product, &plan.environment, key.stack()) {
            continue;
        }
        let paths = lost.entry(key.stack()).or_default();
        match key.name.filter(|name| plan.hosts.iter().any(|host| host.name == *name)) {
            Some(host) => paths.push(text!("ansible/inventory/{product}/{}/host_vars/{host}.yml", plan.environment)),
            // A stack of which the lock knows something may have got a further network.
            None if !stacks.contains(key.stack()) => {
                let units = plan.units.iter().filter(|unit| unit.stack == key.stack());
                paths.extend(units.map(|unit| text!("live/{product}/{}/{}/terragrunt.hcl", plan.environment, unit.path)));
            }
            None => {}
        }
    }
    let finding = |stack: &str| {
        let declared = plan.instances.iter().find(|instance| instance.stack.is_none() && instance.name == stack);
        let span = declared.map_or(plan.product.name.span, |instance| instance.declaration.name.span);
        let message = format!("`{stack}` of {} was built, and lines of it are lost in `{}/{FILE}`", plan.environment, plan.product.folder);
        Diagnostic::error(Code::LockMissing, span, message).help(format!(
            "take them back from version control; without them it gets other places, which `infrac build --renumber {product}/{}/{stack}` allows",
            plan.environment
        ))
    };
    let lost = lost.into_iter().filter(|(_, paths)| !paths.is_empty());
    lost.map(|(stack, paths)| IfBuilt { product: product.clone(), paths, finding: finding(stack) }).collect()
}
