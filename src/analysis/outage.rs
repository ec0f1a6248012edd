//! What takes over when something is away: what `infrac check --without` asks.
//!
//! A provider takes its units with it, a unit its machines, machines the services that they alone run, or more than half the members of.
//! A stack that is away is replaced by what one of its `standby` blocks names, by another one that such a block of a stack which stays
//! names beside it, or by what takes over for its services: for each of those that decide by majority, keep the state, its locks or the
//! secrets, or say it themselves.

use super::place;
use crate::base::{Text, text};
use crate::diag::{Code, Diagnostic};
use crate::hir::items::{Fallback, Standby, View};
use crate::hir::{Definition, Program};
use crate::plan::{Instance, Plan};
use crate::value::InstanceId;
use std::collections::{BTreeMap, BTreeSet};

/// What takes over in a product's environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outage {
    /// The product's name.
    pub product: Text,
    /// The environment's name.
    pub environment: Text,
    /// What may be away, by every name that it can be asked by.
    pub known: BTreeSet<Text>,
    /// What is away, in the order of the text, with what takes over for it.
    pub away: Vec<Away>,
}

/// Something that is away, and something takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Away {
    /// `mgmt.vault`
    pub what: Text,
    /// The instance that takes over; nothing where the reason alone says it.
    pub instead: Option<Text>,
    /// Why that is enough.
    pub because: Text,
}

/// What takes over in a plan without what is called so, and a finding for each thing that nothing takes over for.
pub(super) fn of(program: &Program, plan: &Plan, names: &[Text]) -> (Outage, Vec<Diagnostic>) {
    let mut loss = Loss { program, plan, keepers: plan.keepers().collect(), asked: BTreeSet::new(), away: BTreeSet::new() };
    let known = plan.instances.iter().flat_map(|of| loss.names(of)).collect();
    loss.spread(names);
    let (mut away, mut found) = (Vec::new(), Vec::new());
    for id in loss.wanted() {
        match loss.cover(id) {
            Ok(covers) => away.extend(covers),
            Err(tried) => found.push(loss.uncovered(id, names, &tried)),
        }
    }
    (Outage { product: plan.product.name.text.clone(), environment: plan.environment.clone(), known, away }, found)
}

/// What is away.
struct Loss<'a> {
    program: &'a Program,
    plan: &'a Plan,
    /// What keeps the state, its locks or the secrets.
    keepers: BTreeSet<InstanceId>,
    /// What was named.
    asked: BTreeSet<InstanceId>,
    /// The same with what it takes along.
    away: BTreeSet<InstanceId>,
}

/// Something that takes over.
struct Said {
    because: Text,
    /// The instance that does.
    to: Option<InstanceId>,
    /// Those of which each does for the others.
    among: Vec<InstanceId>,
}

/// The blocks in which a definition says what takes over.
const SAID_IN: [&str; 2] = [Standby::NAME, Fallback::NAME];

impl<'a> Loss<'a> {
    fn instance(&self, id: InstanceId) -> &'a Instance {
        &self.plan.instances[id.0 as usize]
    }

    fn ids(&self, keyword: &'static str) -> impl Iterator<Item = InstanceId> + use<'a> {
        let all = self.plan.instances.iter().zip(0..);
        all.filter(move |(of, _)| of.keyword == keyword).map(|(_, at)| InstanceId(at))
    }

    /// `front`, `front.spare`
    fn path(&self, of: &Instance) -> Text {
        of.stack.map_or_else(|| of.name.clone(), |stack| text!("{}.{}", self.instance(stack).name, of.name))
    }

    fn path_of(&self, id: InstanceId) -> Text {
        self.path(self.instance(id))
    }

    /// Every name by which somebody may ask.
    fn names(&self, of: &Instance) -> Vec<Text> {
        match of.keyword.as_str() {
            "provider" => vec![of.name.clone(), of.definition.clone()],
            "stack" => vec![of.name.clone()],
            "service" => vec![of.name.clone(), of.definition.clone(), self.path(of)],
            _ => Vec::new(),
        }
    }

    /// Finds what goes away with what is named.
    fn spread(&mut self, names: &[Text]) {
        let all = ["provider", "stack", "service"].into_iter().flat_map(|keyword| self.ids(keyword));
        self.asked = all.filter(|id| self.names(self.instance(*id)).iter().any(|name| names.contains(name))).collect();
        self.away = self.asked.clone();
        let has = |of: Option<InstanceId>, among: &BTreeSet<InstanceId>| of.is_some_and(|id| among.contains(&id));
        let units = self.ids("module").filter(|id| {
            let of = self.instance(*id);
            has(of.provider, &self.asked) || has(of.stack, &self.asked)
        });
        let stacks = self.ids("stack").filter(|id| has(self.instance(*id).provider, &self.asked));
        let gone: Vec<InstanceId> = units.chain(stacks).collect();
        self.away.extend(gone);
        let made: BTreeMap<(&Text, &Text), InstanceId> =
            self.plan.units.iter().map(|unit| ((&unit.stack, &unit.name), unit.instance)).collect();
        let is_up = |name: &Text| {
            let unit = self.plan.host(name).and_then(|host| made.get(&(&host.stack, &host.unit)));
            unit.is_none_or(|unit| !self.away.contains(unit))
        };
        let services = self.plan.services.iter().filter(|service| {
            let up = service.hosts.iter().filter(|host| is_up(host)).count();
            let least = if self.decides(service.instance) { service.hosts.len() / 2 + 1 } else { 1 };
            has(self.instance(service.instance).stack, &self.asked) || up < least
        });
        let gone: Vec<InstanceId> = services.map(|service| service.instance).collect();
        self.away.extend(gone);
    }

    /// Whether a service decides by majority.
    fn decides(&self, id: InstanceId) -> bool {
        self.definition(id).is_some_and(|definition| definition.attributes.contains_key("quorum"))
    }

    /// Whether the product cannot be without a service.
    fn is_needed(&self, id: InstanceId) -> bool {
        self.decides(id) || self.keepers.contains(&id)
    }

    /// What something must take over for: the stacks, and services of stacks that stay.
    fn wanted(&self) -> Vec<InstanceId> {
        let stays = |id: &InstanceId| self.instance(*id).stack.is_none_or(|stack| !self.away.contains(&stack));
        let services = self.ids("service").filter(|id| stays(id) && (self.asked.contains(id) || self.is_needed(*id)));
        self.ids("stack").chain(services).filter(|id| self.away.contains(id)).collect()
    }

    /// What takes over; what would, and is away too.
    fn cover(&self, id: InstanceId) -> Result<Vec<Away>, Vec<Text>> {
        let mut tried = Vec::new();
        for said in self.said(id) {
            match said.to {
                Some(to) if self.away.contains(&to) || to == id => tried.push(self.path_of(to)),
                // What is there for others of a list takes over for none but those.
                None if !said.among.is_empty() => {}
                to => return Ok(vec![self.row(id, to, &said)]),
            }
        }
        for stack in self.ids("stack").filter(|of| self.leads(*of)) {
            for said in self.said(stack).into_iter().filter(|said| said.among.contains(&id)) {
                match said.among.iter().find(|other| !self.away.contains(other)) {
                    Some(other) => return Ok(vec![self.row(id, Some(*other), &said)]),
                    None => tried.extend(said.among.iter().filter(|other| **other != id).map(|other| self.path_of(*other))),
                }
            }
        }
        // A stack that says itself what takes over is more than its services.
        let is_sum = !self.definition(id).is_some_and(|of| of.blocks.iter().any(|block| block.keyword.text == Standby::NAME));
        let counts =
            |of: &InstanceId| is_sum && self.instance(*of).stack == Some(id) && (self.is_needed(*of) || !self.said(*of).is_empty());
        let services = self.ids("service").filter(counts);
        let (mut covers, mut lacks) = (Vec::new(), false);
        for service in services {
            match self.cover(service) {
                Ok(of) => covers.extend(of),
                Err(of) => {
                    lacks = true;
                    tried.push(self.path_of(service));
                    tried.extend(of);
                }
            }
        }
        if covers.is_empty() || lacks { Err(tried) } else { Ok(covers) }
    }

    /// Whether a stack still leads to others: it stays, or a part of it takes over that does.
    fn leads(&self, stack: InstanceId) -> bool {
        let stays = |said: &Said| said.to.is_some_and(|to| !self.away.contains(&to));
        !self.away.contains(&stack) || self.said(stack).iter().any(stays)
    }

    fn definition(&self, id: InstanceId) -> Option<&'a Definition> {
        let of = self.instance(id);
        self.program.definitions.get(&(of.keyword.clone(), of.definition.clone())).map(AsRef::as_ref)
    }

    /// What an instance says that takes over, where the condition of it holds.
    fn said(&self, id: InstanceId) -> Vec<Said> {
        let of = self.instance(id);
        let because = |because: Option<&Text>| because.cloned().unwrap_or_default();
        match of.keyword.as_str() {
            "stack" => {
                let said = of.said().labelled::<Standby<'_>>().map(|(_, said)| said);
                said.map(|said| Said { because: because(said.because()), to: said.to(), among: said.among().collect() }).collect()
            }
            "service" => {
                let said = of.said().labelled::<Fallback<'_>>().map(|(_, said)| said);
                said.map(|said| Said { because: because(said.because()), to: said.to(), among: Vec::new() }).collect()
            }
            _ => Vec::new(),
        }
    }

    fn row(&self, id: InstanceId, to: Option<InstanceId>, said: &Said) -> Away {
        Away { what: self.path_of(id), instead: to.map(|to| self.path_of(to)), because: said.because.clone() }
    }

    fn uncovered(&self, id: InstanceId, names: &[Text], tried: &[Text]) -> Diagnostic {
        let of = self.instance(id);
        let all: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let chain: String = tried.iter().map(|name| format!(" → `{name}`")).collect();
        let message = match chain.is_empty() {
            true => format!("nothing takes over for `{}` without {}", self.path_of(id), all.join(", ")),
            false => {
                format!("nothing takes over for `{}` without {}: `{}`{chain} → nothing", self.path_of(id), all.join(", "), self.path_of(id))
            }
        };
        let mut diagnostic = Diagnostic::error(Code::FallbackMissing, place::named_at(self.plan, id), message);
        let Some(definition) = self.definition(id) else { return diagnostic };
        let mut idle = definition.blocks.iter().filter(|block| SAID_IN.contains(&block.keyword.text.as_str()));
        match idle.find_map(|block| block.condition.as_ref()) {
            Some(condition) if tried.is_empty() => {
                diagnostic = diagnostic.related(condition.span, "something takes over where this holds");
                diagnostic.help(format!("give `{}` what makes that condition hold", self.path_of(id)))
            }
            _ if !tried.is_empty() => diagnostic.help("let one of them stand on another provider, or in another stack"),
            _ => {
                let block = if of.keyword == "stack" { Standby::NAME } else { Fallback::NAME };
                diagnostic =
                    diagnostic.related(definition.name.span, format!("`{}` says by no block `{block}` what takes over", of.definition));
                diagnostic.help(format!(
                    "say it there: `{block} NAME {{ because = … }}`; or put another one beside it that a stack leads to, such as an edge to its origins"
                ))
            }
        }
    }
}
