//! GitLab CI: the jobs of the repository, a pipeline that has nothing else, and one for each product that the first one triggers for what it has selected.

mod job;
mod product;
mod repository;

use crate::artifact::{Error, Tree};
use crate::base::Text;
use crate::shape::Pipeline;
use crate::shape::pipeline::Event;
use crate::target::common::delivery::Product;

/// What a repository with a pipeline of its own includes.
const JOBS: &str = "ci/gitlab-ci.yml";

/// Writes the pipeline of the repository; `roles` are those with a scenario of their own.
pub fn emit_shared(pipeline: &Pipeline, roles: &[Text], tree: &mut Tree) -> Result<(), Error> {
    tree.insert(JOBS, repository::jobs(pipeline, roles)?)?;
    tree.insert(".gitlab-ci.yml", repository::whole(pipeline)?)
}

/// Writes the pipeline of a product; none while no job could read anything.
pub fn emit_product(pipeline: &Pipeline, product: &Product, tree: &mut Tree) -> Result<(), Error> {
    match product::product(pipeline, product)? {
        Some(document) => tree.insert(format!("live/{}/gitlab-ci.yml", product.name), document),
        None => Ok(()),
    }
}

/// What a pipeline is for, in the variable `PURPOSE`: the source of a pipeline is not known to those that it triggers.
fn purpose(event: Event) -> &'static str {
    match event {
        Event::Change => "plan",
        Event::Merge => "apply",
        Event::Hourly => "drift",
    }
}

/// The condition that one of the events holds.
fn any_of(events: &[Event]) -> String {
    let conditions: Vec<String> = events.iter().map(|event| format!("$PURPOSE == {:?}", purpose(*event))).collect();
    conditions.join(" || ")
}
