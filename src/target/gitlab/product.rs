//! The pipeline of a product: the jobs of its environments, each there only if the run is about it.

use super::any_of;
use super::job::{default, script, timeout};
use crate::artifact::header;
use crate::artifact::yaml::{Document, Map, Node, Seq};
use crate::artifact::{Error, gitlab};
use crate::base::{Text, text};
use crate::shape::Pipeline;
use crate::shape::pipeline::jobs::{self, Job};
use crate::shape::pipeline::{Access, Per, Stage, Task};
use crate::target::common::delivery::{Credential, Environment, Image, Product, action, short_role};

/// The file; nothing where the jobs of no environment could read what they need.
pub(super) fn product(pipeline: &Pipeline, product: &Product) -> Result<Option<Document>, Error> {
    let stages = jobs::of_products(pipeline).map(|stage| stage.name.clone());
    let elsewhere =
        product.environments.iter().filter_map(|of| of.network.as_ref()).map(|network| &network.of).find(|of| **of != product.name);
    let (tag, where_) = match elsewhere {
        Some(of) => (of, "a runner in the private network of the stores"),
        None => (&product.name, "a runner in the product's private network"),
    };
    // Where nothing lies in a private network, any runner does.
    let is_inside = product.environments.iter().any(|of| of.store.is_some() || of.network.is_some());
    let defaults = default(pipeline)?;
    let defaults = if is_inside { defaults.with("tags", Node::flow([tag.clone()])).trailing(where_) } else { defaults };
    let mut root = Map::new()
        .with("stages", Node::flow(stages))
        .with("default", defaults)
        .with("variables", Map::new().with("PRODUCT", product.name.clone()));
    let before = root.entries.len();
    for (rank, environment) in product.environments.iter().enumerate() {
        if !environment.is_served() {
            continue;
        }
        for stage in jobs::of_products(pipeline) {
            let place = Place { pipeline, product, environment, rank, stage };
            for job in jobs::jobs(stage, &[]) {
                place.push(&job, &mut root)?;
            }
        }
    }
    let some = root.entries.len() > before;
    Ok(some.then(|| Document::new(root.spaced()).header(header(&product.source))))
}

/// Where a job stands.
struct Place<'a> {
    pipeline: &'a Pipeline,
    product: &'a Product,
    environment: &'a Environment,
    rank: usize,
    stage: &'a Stage,
}

impl Place<'_> {
    fn push(&self, job: &Job, root: &mut Map) -> Result<(), Error> {
        if self.stage.per == Per::Image {
            for image in &self.environment.images {
                root.push(image_name(job, self.environment, image), self.job(job, Some(image))?);
            }
        } else {
            root.push(name(self.stage, self.environment), self.job(job, None)?);
        }
        Ok(())
    }

    fn job(&self, job: &Job, image: Option<&Image>) -> Result<Map, Error> {
        let mut variables = Map::new().with("ENVIRONMENT", self.environment.name.clone());
        if let Some(image) = image {
            variables = variables.with("IMAGE", image.image.clone()).with("PROVIDER", image.provider.clone());
        }
        let mut map = Map::new()
            .with("stage", self.stage.name.clone())
            .with("needs", Seq::new(self.needs()))
            .with("rules", Seq::new([self.rule(job, image)]));
        match jobs::role(job.access) {
            Some(role) => {
                let tokens = self.tokens(role, image)?;
                if !tokens.is_empty() {
                    map.push("id_tokens", tokens);
                }
                map.push("variables", variables);
                map.push("environment", Map::new().with("name", self.path()).with("action", action(role)));
            }
            // What reads nothing has nothing to do in the private network, so it takes no runner there.
            None => {
                map.push("inherit", Map::new().with("default", Node::flow(["image", "before_script", "interruptible", "retry"])));
                map.push("variables", variables);
            }
        }
        if job.access == Access::Write {
            map.push("resource_group", self.path());
        }
        if matches!(job.access, Access::Write | Access::Image) {
            map.push("interruptible", false);
        }
        map.push("timeout", timeout(job));
        let mut script = script(job);
        if self.stage.report {
            // The failure is the report: GitLab tells those who asked to be told, and the token of a job may not write issues.
            script.push("test ! -e out/changed");
        }
        map.push("script", script);
        if let Some(artifacts) = self.artifacts(job) {
            map.push("artifacts", artifacts);
        }
        Ok(map)
    }

    /// The tokens of a job, one for each that knows it by one: no other can use what it is given.
    fn tokens(&self, role: &str, image: Option<&Image>) -> Result<Map, Error> {
        let mut tokens = Map::new();
        if let Some(store) = &self.environment.store {
            tokens.push("CI_IDENTITY_TOKEN", Map::new().with("aud", gitlab::on_server(&store.audience)?));
        }
        let role = image.map_or(role.into(), |image| text!("{role}-{}", image.provider));
        for credential in self.environment.roles.get(&role).into_iter().flatten() {
            let Credential::Token { account, .. } = credential else { continue };
            let Some(of) = self.environment.accounts.get(account) else { continue };
            let short = short_role(&self.product.name, self.environment, &role, "gitlab");
            let audience = of.audience.replace("{system}", "gitlab").replace("{short}", &short);
            let name = text!("CI_IDENTITY_TOKEN_{}", account.replace('-', "_").to_ascii_uppercase());
            tokens.push(name, Map::new().with("aud", gitlab::on_server(&audience)?));
        }
        Ok(tokens)
    }

    fn path(&self) -> String {
        format!("{}/{}", self.product.name, self.environment.name)
    }

    /// The stages before it in this environment, and itself in the environment before: each only if it is there at all.
    fn needs(&self) -> Vec<Map> {
        let earlier = self.pipeline.stages.iter().filter(|stage| self.stage.after.contains(&stage.name));
        let mut names: Vec<Text> = Vec::new();
        for stage in earlier {
            match stage.per {
                Per::Image => {
                    for job in jobs::jobs(stage, &[]).iter().filter(|job| job.when.iter().any(|event| self.stage.runs_at(*event))) {
                        names.extend(self.environment.images.iter().map(|image| image_name(job, self.environment, image)));
                    }
                }
                Per::Environment => names.push(name(stage, self.environment)),
                Per::Once | Per::Role => {}
            }
        }
        if self.stage.does(Task::Apply) {
            let before = self.product.environments.iter().take(self.rank).filter(|environment| environment.is_served());
            names.extend(before.map(|environment| name(self.stage, environment)));
        }
        names.into_iter().map(|job| Map::new().with("job", job).with("optional", true)).collect()
    }

    fn rule(&self, job: &Job, image: Option<&Image>) -> Map {
        let events = any_of(&job.when);
        let events = if job.when.len() > 1 { format!("({events})") } else { events };
        let environment = &self.environment.name;
        // A word boundary would find `prod` in `prod-eu` too.
        let selected = match image {
            Some(image) => format!(r"$IMAGES =~ /(^| ){environment}\/{}\/{}( |$)/", image.image, image.provider),
            None => format!("$ENVIRONMENTS =~ /(^| ){environment}( |$)/"),
        };
        let rule = Map::new().with("if", format!("{events} && {selected}"));
        if self.stage.approve && self.environment.approve {
            return rule.with("when", "manual").with("allow_failure", false);
        }
        rule
    }

    fn artifacts(&self, job: &Job) -> Option<Map> {
        let kept = job.keeps?;
        let mut map = Map::new()
            .with("when", "always")
            .with("access", "developer")
            .with("expire_in", format!("{} days", kept.days))
            .with("paths", Node::flow([kept.path]));
        if self.stage.comment {
            map.push("reports", Map::new().with("terraform", "out/counts.json"));
        }
        Some(map)
    }
}

fn name(stage: &Stage, environment: &Environment) -> Text {
    format!("{} {}", stage.name, environment.name).into()
}

fn image_name(job: &Job, environment: &Environment, image: &Image) -> Text {
    format!("{} {} on {} for {}", job.title, image.image, image.provider, environment.name).into()
}
