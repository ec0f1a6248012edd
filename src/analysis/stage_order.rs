//! What a stage of a pipeline comes after is a stage of it, runs when it runs, and can be waited for.
//!
//! A stage that waits for nothing that there is would run at once, before what was to hold it back.
//!
//! ```infra
//! stage apply { after = [plann], … }   # the stage is called `plan`
//! ```

use crate::base::graph::Graph;
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic, listed};
use crate::shape::Pipeline;
use crate::shape::pipeline::{Event, Per, Stage, Task};
use std::collections::BTreeMap;

pub(super) fn check(pipeline: &Pipeline, found: &mut Vec<Diagnostic>) {
    if circle(pipeline, found) {
        return;
    }
    for stage in &pipeline.stages {
        let Some(said) = stage.said.get("after") else { continue };
        if matches!(stage.per, Per::Once | Per::Role) && !stage.after.is_empty() {
            // Where its work is not done so often, `per` is what is wrong.
            if !stage.run.iter().all(|task| task.per().contains(&stage.per)) {
                continue;
            }
            let message = format!("`{}` stands once in the repository and begins at once: it waits for nothing", stage.name);
            found.push(
                Diagnostic::error(Code::InvalidPipeline, said.span, message)
                    .help("leave `after` out: only what runs for environments or images comes after something"),
            );
            continue;
        }
        // What applies runs for what was merged, which is said of its events.
        if !(stage.does(Task::Apply) && stage.runs_at(Event::Hourly)) {
            found.extend(missed(pipeline, stage));
        }
        let mut seen: BTreeMap<&Text, Span> = BTreeMap::new();
        for (name, at) in said.texts() {
            match (seen.insert(name, at), pipeline.stage(name)) {
                (Some(first), _) => found.push(
                    Diagnostic::error(Code::Duplicate, at, format!("`{name}` stands twice"))
                        .related(first, "it stands here first")
                        .remove("remove the second", at)
                        .repaired_if(said.is_written_out()),
                ),
                (None, Some(before)) if lacks(stage, before) => {}
                (None, Some(before)) => found.extend(waits(before, at)),
                (None, None) => found.push(
                    Diagnostic::error(Code::UnknownName, at, format!("pipeline `{}` has no stage `{name}`", pipeline.name))
                        .related(pipeline.span(), "it is defined here")
                        .did_you_mean(name, at, pipeline.stages.iter().map(|stage| stage.name.as_str()))
                        .repaired_if(said.is_written_out()),
                ),
            }
        }
    }
}

/// Whether a stage runs at an event that another one does not run at.
fn lacks(stage: &Stage, before: &Stage) -> bool {
    stage.when.iter().any(|event| !before.runs_at(*event))
}

/// Stages that do not run when the one that comes after them does.
fn missed(pipeline: &Pipeline, stage: &Stage) -> Option<Diagnostic> {
    let before: Vec<(&Stage, Span)> = stage
        .said
        .get("after")?
        .texts()
        .filter_map(|(name, at)| Some((pipeline.stage(name)?, at)))
        .filter(|(of, _)| lacks(stage, of))
        .collect();
    let (first, at) = before.first()?;
    let events: Vec<String> = stage.when.iter().filter(|event| !first.runs_at(**event)).map(ToString::to_string).collect();
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let names: Vec<&str> = before.iter().map(|(of, _)| of.name.as_str()).collect();
    let does = if names.len() == 1 { "does" } else { "do" };
    let message = format!("`{}` runs at {}, and {} {does} not: it would wait for nothing", stage.name, listed(&events), listed(&names));
    Some(
        Diagnostic::error(Code::InvalidPipeline, *at, message)
            .related(first.said.place("when"), format!("`{}` runs then", first.name))
            .help("leave it out of `after`, or let both run at the same events"),
    )
}

/// Whether a stage can be waited for.
fn waits(before: &Stage, at: Span) -> Option<Diagnostic> {
    before.gate.is_none().then(|| {
        Diagnostic::error(Code::InvalidPipeline, at, format!("GitHub waits for gates, and `{}` has none", before.name))
            .related(before.said.name, "this stage has no gate")
            .help(format!("give it one, such as `gate = {}-done`", before.name))
    })
}

/// Stages that wait for each other never begin.
fn circle(pipeline: &Pipeline, found: &mut Vec<Diagnostic>) -> bool {
    let mut graph: Graph<Text> = Graph::default();
    for stage in &pipeline.stages {
        graph.node(stage.name.clone());
        for name in stage.after.iter().filter(|name| pipeline.stage(name).is_some()) {
            graph.edge(stage.name.clone(), name.clone());
        }
    }
    let Err(circle) = graph.order() else { return false };
    let words: Vec<String> = circle.iter().chain(circle.first()).map(|name| format!("`{name}`")).collect();
    let stage = circle.first().and_then(|name| pipeline.stage(name));
    let next = circle.get(1).or(circle.first());
    let place = stage.and_then(|stage| {
        let said = stage.said.get("after")?;
        said.texts()
            .find(|(name, _)| circle.contains(name) && Some(*name) == next)
            .or_else(|| said.texts().find(|(name, _)| circle.contains(name)))
    });
    let Some((_, at)) = place else { return true };
    let message = match circle.as_slice() {
        [one] => format!("`{one}` comes after itself, and would never begin"),
        _ => format!("stages come after each other, and none of them would begin: {}", words.join(" → ")),
    };
    found.push(Diagnostic::error(Code::InvalidPipeline, at, message).help("leave one of them out of `after`"));
    true
}
