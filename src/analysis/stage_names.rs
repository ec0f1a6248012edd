//! The stages, gates and jobs of a pipeline have different names.
//!
//! A stage is a workflow at GitHub, and a job there has a name of its own; at GitLab all jobs of the repository stand in one file. Of two
//! with one name, one would be lost.
//!
//! ```infra
//! stage a { run = [lint], gate = done, … }
//! stage b { run = [lint], gate = done, … }   # the branch rule cannot tell the gates apart
//! ```

use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::shape::Pipeline;
use crate::shape::pipeline::jobs::{self, RANKS, rank_name};
use crate::shape::pipeline::{Per, Stage, Task};
use std::collections::BTreeMap;

pub(super) fn check(pipeline: &Pipeline, found: &mut Vec<Diagnostic>) {
    if pipeline.stages.is_empty() {
        found.push(
            Diagnostic::error(
                Code::InvalidPipeline,
                pipeline.span(),
                format!("pipeline `{}` has no stage: it does nothing", pipeline.name),
            )
            .help("add a `stage`, or leave the pipeline out to have the one of the library"),
        );
    }
    let mut stages: BTreeMap<&Text, Span> = BTreeMap::new();
    let mut gates: BTreeMap<&Text, Span> = BTreeMap::new();
    let mut tasks: BTreeMap<Task, (&Text, Span)> = BTreeMap::new();
    for stage in &pipeline.stages {
        if let Some(first) = stages.insert(&stage.name, stage.said.name) {
            found.push(twice(&format!("stage `{}`", stage.name), stage.said.name, first));
            continue;
        }
        gate(stage, &mut gates, found);
        for (at, task) in stage.run.iter().enumerate() {
            let at = stage.element("run", at);
            if let Some((other, first)) = tasks.insert(*task, (&stage.name, at))
                && *other != stage.name
            {
                let why = match stage.per {
                    Per::Environment => "GitLab would do it once for both, and GitHub twice",
                    _ => "GitLab would have two jobs of one name",
                };
                let message = format!("`{task}` is done by `{other}` already: {why}");
                found.push(
                    Diagnostic::error(Code::InvalidPipeline, at, message)
                        .related(first, format!("`{other}` does it here"))
                        .help("let one stage do it, for all events"),
                );
            }
        }
    }
}

fn gate<'p>(stage: &'p Stage, gates: &mut BTreeMap<&'p Text, Span>, found: &mut Vec<Diagnostic>) {
    let Some(gate) = &stage.gate else { return };
    let place = stage.said.place("gate");
    if let Some(first) = gates.insert(gate, place) {
        found.push(twice(&format!("the gate `{gate}`"), place, first));
        return;
    }
    // A gate that stands for a role that there is no scenario of has a name too.
    let roles = [Text::new_static("role")];
    let mut jobs: Vec<Text> = jobs::jobs(stage, &roles).into_iter().map(|job| job.name).collect();
    jobs.extend(["select", "comment", "report"].map(Text::new_static));
    jobs.extend((0..RANKS).map(|rank| rank_name(rank).into()));
    if jobs.contains(gate) {
        let message = format!("a gate of `{}` cannot be called `{gate}`: a job of its workflow is", stage.name);
        found.push(
            Diagnostic::error(Code::ReservedName, place, message).help("choose a name that says what is true then, such as `tested`"),
        );
    }
}

fn twice(what: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Code::Duplicate, again, format!("{what} is there twice"))
        .related(first, "it is here first")
        .help("give one of the two another name")
}
