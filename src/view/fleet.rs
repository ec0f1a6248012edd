//! What is not as it should be, by product and environment, and by what causes it.

use super::table::Cell;
use super::{Facts, Table};
use crate::base::Text;
use crate::target::common::word;
use std::collections::{BTreeMap, BTreeSet};

/// A way in which something is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// The sources have an error.
    Error,
    /// A person changed a generated file.
    HandEdited,
    /// A file is not what the sources give.
    Stale,
    /// The sources have a warning.
    Warning,
    /// Its state is where no pipeline reaches it.
    NotReady,
    /// A finding is waived.
    Waived,
}

impl Trouble {
    fn name(self) -> &'static str {
        match self {
            Trouble::Error => "error",
            Trouble::HandEdited => "hand-edited",
            Trouble::Stale => "stale",
            Trouble::Warning => "warning",
            Trouble::NotReady => "not ready",
            Trouble::Waived => "waived",
        }
    }
}

/// What something belongs to: an environment, a product as a whole where it names no environment, or what products share where it
/// names neither.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The product.
    pub product: Text,
    /// Its environment.
    pub environment: Text,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    /// In which way.
    pub trouble: Trouble,
    /// What it is, in words that are the same for the same cause.
    pub what: Text,
    /// Where it is.
    pub place: Place,
}

/// A fleet: every environment, with what is not as it should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fleet {
    places: BTreeSet<Place>,
    causes: Vec<Cause>,
}

impl Fleet {
    /// The environments, with what their plans say of them.
    pub fn new(facts: &[Facts]) -> Fleet {
        let mut fleet = Fleet::default();
        for of in facts {
            let place = Place { product: of.product.clone(), environment: of.environment.clone() };
            fleet.places.insert(place.clone());
            if !of.ready {
                fleet.add(Trouble::NotReady, "no pipeline reaches its state".into(), place.clone());
            }
            for (policy, thing) in &of.waived {
                fleet.add(Trouble::Waived, format!("{policy} for {thing}").into(), place.clone());
            }
        }
        fleet
    }

    /// Adds something that is not as it should be.
    pub fn add(&mut self, trouble: Trouble, what: Text, place: Place) {
        self.places.insert(place.clone());
        self.causes.push(Cause { trouble, what, place });
    }

    /// How much of each kind there is in each place.
    pub fn places(&self) -> Table {
        let kinds = [Trouble::Stale, Trouble::HandEdited, Trouble::NotReady, Trouble::Waived, Trouble::Error, Trouble::Warning];
        let mut counts: BTreeMap<(&Place, Trouble), usize> = BTreeMap::new();
        self.causes.iter().for_each(|cause| *counts.entry((&cause.place, cause.trouble)).or_default() += 1);
        let mut table = Table::new(["product", "environment", "stale", "hand_edited", "ready", "waived", "errors", "warnings"]);
        for place in &self.places {
            let shared = place.product.is_empty();
            let mut row: Vec<Cell> = vec![if shared { "(shared)".into() } else { (&place.product).into() }];
            row.push(if place.environment.is_empty() { "(all)".into() } else { (&place.environment).into() });
            for kind in kinds {
                let count = counts.get(&(place, kind)).copied().unwrap_or(0);
                row.push(match kind {
                    Trouble::NotReady if place.environment.is_empty() => "".into(),
                    Trouble::NotReady => (count == 0).into(),
                    _ => count.into(),
                });
            }
            table.rows.push(row);
        }
        table
    }

    /// What causes it, with the places where it does, the worst first.
    pub fn causes(&self) -> Table {
        let mut by_cause: BTreeMap<(Trouble, &Text), BTreeMap<&Place, usize>> = BTreeMap::new();
        for cause in &self.causes {
            *by_cause.entry((cause.trouble, &cause.what)).or_default().entry(&cause.place).or_default() += 1;
        }
        let mut table = Table::new(["state", "cause", "times", "where"]);
        for ((trouble, what), places) in by_cause {
            let names = places.keys().map(|place| match (place.product.is_empty(), place.environment.is_empty()) {
                (true, _) => "(shared)".into(),
                (false, true) => place.product.clone(),
                (false, false) => format!("{}/{}", place.product, place.environment).into(),
            });
            let names: Vec<Text> = names.collect();
            table.row([Cell::from(trouble.name()), what.into(), places.values().sum::<usize>().into(), names.into()]);
        }
        table
    }
}

/// What a generated file or a source belongs to.
pub fn of_path(facts: &[Facts], path: &str) -> Place {
    let parts: Vec<&str> = path.split('/').collect();
    let place = |product: &str, environment: Option<&str>| {
        let of_product = |of: &&Facts| of.product == product || word(&of.product) == product;
        let Some(of) = facts.iter().find(of_product) else { return Place::default() };
        let of_both =
            |of: &&Facts| of_product(of) && environment.is_some_and(|name| of.environment == name || word(&of.environment) == name);
        let environment = facts.iter().find(of_both).map(|of| of.environment.clone()).unwrap_or_default();
        Place { product: of.product.clone(), environment }
    };
    match parts.as_slice() {
        ["live", product, environment, ..] | ["ansible", "inventory", product, environment, ..] => place(product, Some(environment)),
        ["ansible", "playbooks", product, ..] => place(product, None),
        _ => {
            let below = |of: &&Facts| {
                of.source.rsplit_once('/').is_some_and(|(folder, _)| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
            };
            facts.iter().find(below).map(|of| Place { product: of.product.clone(), ..Place::default() }).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::TableFormat;
    use super::*;

    fn facts() -> Vec<Facts> {
        let of = |product: &str, environment: &str, ready| Facts {
            product: product.into(),
            environment: environment.into(),
            source: format!("inventory/{product}/product.infra").into(),
            ready,
            waived: vec![("quorum".into(), "mgmt".into())],
            ..Facts::default()
        };
        vec![of("web-shop", "staging", true), of("web-shop", "prod", false)]
    }

    #[test]
    fn files_belong_to_an_environment_a_product_or_all() {
        let of = |path: &str| {
            let place = of_path(&facts(), path);
            (place.product.to_string(), place.environment.to_string())
        };
        let both = |product: &str, environment: &str| (product.to_owned(), environment.to_owned());
        assert_eq!(of("live/web-shop/prod/web/fw/terragrunt.hcl"), both("web-shop", "prod"));
        assert_eq!(of("ansible/inventory/web_shop/prod/hosts.yml"), both("web-shop", "prod"));
        assert_eq!(of("live/web-shop/root.hcl"), both("web-shop", ""));
        assert_eq!(of("ansible/playbooks/web_shop/site.yml"), both("web-shop", ""));
        assert_eq!(of("inventory/web-shop/infra.lock"), both("web-shop", ""));
        assert_eq!(of("modules/infra/compute/aws/main.tf"), both("", ""));
    }

    #[test]
    fn causes_are_told_once_with_their_places() {
        let mut fleet = Fleet::new(&facts());
        fleet.add(Trouble::Stale, "changed".into(), of_path(&facts(), "live/web-shop/prod/a"));
        fleet.add(Trouble::Stale, "changed".into(), of_path(&facts(), "live/web-shop/prod/b"));
        fleet.add(Trouble::Error, "IC0202 check-failed".into(), of_path(&facts(), "modules/x"));
        assert_eq!(
            fleet.causes().print(TableFormat::Csv),
            "state,cause,times,where\nerror,IC0202 check-failed,1,(shared)\nstale,changed,2,web-shop/prod\n\
             not ready,no pipeline reaches its state,1,web-shop/prod\nwaived,quorum for mgmt,2,\"web-shop/prod, web-shop/staging\"\n"
        );
        assert_eq!(
            fleet.places().print(TableFormat::Csv),
            "product,environment,stale,hand_edited,ready,waived,errors,warnings\n(shared),(all),0,0,,0,1,0\n\
             web-shop,prod,2,0,no,1,0,0\nweb-shop,staging,0,0,yes,1,0,0\n"
        );
    }
}
