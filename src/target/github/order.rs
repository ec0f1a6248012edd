//! The jobs that change environments, one for each place in the order of environments.

use super::job::{permissions, step, title, variables};
use super::select::{connect, matrix, refusals};
use super::steps::{self, History, because};
use crate::artifact::yaml::{Map, Node, Seq};
use crate::artifact::{Error, github};
use crate::shape::pipeline::jobs::{Job, RANKS, rank_name};
use crate::shape::pipeline::{Pipeline, Stage};

/// Adds the jobs. Each waits for all before it: a place without environments is skipped, and a skipped job stops nobody.
pub(super) fn ranks(pipeline: &Pipeline, stage: &Stage, job: &Job, map: &mut Map) -> Result<(), Error> {
    for rank in 0..RANKS {
        map.push(rank_name(rank), place(pipeline, stage, job, rank)?);
    }
    Ok(())
}

fn place(pipeline: &Pipeline, stage: &Stage, job: &Job, rank: usize) -> Result<Map, Error> {
    let name = rank_name(rank);
    let some = format!("needs.select.outputs.{name} != '[]'");
    let condition = if rank == 0 { some } else { format!("!cancelled() && !failure() && {some}") };
    let needs =
        if rank == 0 { Node::from("select") } else { Node::flow(std::iter::once("select".to_owned()).chain((0..rank).map(rank_name))) };
    let mut permissions = permissions(job.access);
    if stage.approve {
        permissions = because(permissions, "actions", "read", "to see who has to approve");
    }
    permissions = because(permissions, "deployments", "read", "to see which commit is deployed");
    permissions.entries.sort_by(|a, b| a.key.cmp(&b.key));

    let mut work = Seq::new([steps::checkout(pipeline, History::All)?, steps::install(pipeline, None)?]);
    let [back, approval] = refusals();
    work.push(back);
    if stage.approve {
        work.push(approval);
    }
    work.push(connect());
    for command in &job.commands {
        work.push(step(job, command));
    }

    Ok(Map::new()
        .with("name", title(job))
        .with("if", format!("${{{{ {condition} }}}}"))
        .with("needs", needs)
        .with("runs-on", github::literal(&pipeline.runner)?)
        .with("timeout-minutes", job.limit)
        .with("environment", "${{ matrix.product }}/${{ matrix.environment }}")
        .with("permissions", permissions)
        .with(
            "strategy",
            Map::new()
                .with("fail-fast", false)
                .with("matrix", matrix(Node::from(format!("${{{{ fromJSON(needs.select.outputs.{name}) }}}}")))),
        )
        .with("concurrency", turn(stage))
        .comment("Every change takes its turn: without `queue: max` a third one cancels the second, which is then lost.")
        .with("env", variables(job))
        .with("steps", work.spaced()))
}

fn turn(stage: &Stage) -> Map {
    Map::new()
        .with("group", format!("{}/${{{{ matrix.product }}}}/${{{{ matrix.environment }}}}", stage.name))
        .with("cancel-in-progress", false)
        .with("queue", "max")
}
