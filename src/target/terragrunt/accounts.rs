//! Several accounts of one cloud in an environment: the plugins of each unit read the credentials of its own provider instance.

use super::state::WITH_STATE;
use crate::artifact::hcl::{Body, Expr, Object};
use crate::base::Text;
use crate::plan::{Instance, Plan};
use crate::target::common::hcl::identifier;
use std::collections::BTreeSet;

/// The provider instances, by their identifiers, of which a plugin reads a variable in some environment that other accounts read, too.
pub(super) struct Accounts(BTreeSet<Text>);

impl Accounts {
    /// Those of a product.
    pub(super) fn of(plans: &[Plan]) -> Accounts {
        let of_plan = |plan: &Plan| -> Vec<Text> {
            let is_one_of_several = |provider: &&Instance| variables(plan, provider).any(|(read, held)| held != read);
            plan.providers().filter(is_one_of_several).map(|provider| identifier(&provider.name)).collect()
        };
        Accounts(plans.iter().flat_map(of_plan).collect())
    }

    /// What stands in `environment.hcl`: the variables of each of them, with their values. A value that is not there stays empty, so
    /// that the one of another account never takes its place.
    pub(super) fn of_environment(&self, plan: &Plan) -> Body {
        let mut credentials = Object::new();
        for provider in plan.providers().filter(|provider| self.0.contains(&identifier(&provider.name))) {
            let value = |held: Text| Expr::call("get_env", [Expr::from(held), "".into()]);
            let variables: Object = variables(plan, provider).map(|(read, held)| (read, value(held))).collect();
            credentials.push(identifier(&provider.name), Expr::Object(variables.lines()));
        }
        match credentials.items.is_empty() {
            true => Body::new(),
            false => Body::new()
                .blank()
                .comment("What the plugins of each provider read: several accounts have a variable of the same name.")
                .attribute("credentials", credentials.lines()),
        }
    }

    /// What stands in the file of a provider instance.
    pub(super) fn of_provider(&self, instance: &str) -> Body {
        if !self.0.contains(instance) {
            return Body::new();
        }
        let credentials = Body::new()
            .attribute("commands", Expr::list(WITH_STATE))
            .attribute("arguments", Expr::list([] as [&str; 0]))
            .attribute("env_vars", Expr::path("local.environment.credentials").attribute(instance));
        Body::new().blank().nested("terraform", Body::new().block("extra_arguments", ["credentials"], credentials))
    }
}

/// What the plugins of a provider instance may read, with the variables that hold it: people have some, jobs of CI the others.
fn variables(plan: &Plan, provider: &Instance) -> impl Iterator<Item = (Text, Text)> {
    let own = plan.credentials(provider).into_iter().map(|of| (of.read, of.held));
    own.chain(plan.job_variables(provider).into_iter().map(|of| (of.read, of.held)))
}
