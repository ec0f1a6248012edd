//! A stack, a part of one and a service of a product give Ansible groups of different names.
//!
//! Each of them is a group of the inventory, with `_` for `-`. Two of one name would be one group, whose machines have the variables of both.
//!
//! ```infra
//! stack management vault { on = eu }   # which runs the service `vault`
//! ```

use super::{Facts, place};
use crate::base::{Span, Text, text};
use crate::diag::{Code, Diagnostic};
use std::collections::{BTreeMap, BTreeSet};

/// What a group is made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Made {
    Stack(Text),
    Part(Text),
    Service(Text),
}

impl Made {
    fn said(&self) -> Text {
        match self {
            Made::Stack(name) => text!("the stack `{name}`"),
            Made::Part(name) => text!("the part `{name}` of a stack"),
            Made::Service(name) => text!("the service `{name}`"),
        }
    }
}

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut groups: BTreeMap<Text, BTreeMap<Made, Span>> = BTreeMap::new();
    for plan in facts.plans {
        for service in &plan.services {
            let mut add = |name: &Text, made: Made, span: Span| {
                groups.entry(name.replace('-', "_").into()).or_default().entry(made).or_insert(span);
            };
            let named = place::named_at(plan, service.instance);
            add(&service.stack, Made::Stack(service.stack.clone()), named);
            if service.group != service.stack {
                add(&service.group, Made::Part(service.group.clone()), named);
            }
            add(&service.service, Made::Service(service.service.clone()), service.span);
        }
    }
    // The names of what two stacks make tell of them already.
    let makes =
        |made: &Made| matches!(made, Made::Stack(name) if facts.plans.iter().any(|plan| plan.units.iter().any(|unit| unit.stack == *name)));
    let mut blamed = BTreeSet::new();
    for made in groups.values().filter(|made| made.len() > 1) {
        // Who writes the product names its stacks.
        let [(first, at), (second, other), ..] = made.iter().collect::<Vec<_>>()[..] else { continue };
        if makes(first) && makes(second) || !blamed.insert(*at) {
            continue;
        }
        let message = format!("{} and {} would be one group of Ansible", first.said(), second.said());
        let diagnostic = Diagnostic::error(Code::DuplicateName, *at, message);
        let diagnostic = if at == other { diagnostic } else { diagnostic.related(*other, format!("{} stands here", second.said())) };
        found.push(diagnostic.help("give the stack another name"));
    }
}
