//! A stage of a pipeline runs as often as its work knows, and each thing that it says has an effect.
//!
//! A role is tested once for each role, and an environment applied once for each environment: otherwise a job would have nothing to work
//! on, or work on nothing in silence.
//!
//! ```infra
//! stage apply { when = [merge], per = once, run = [apply], … }   # which environment?
//! ```

use crate::base::Span;
use crate::diag::{Code, Diagnostic, listed};
use crate::shape::Pipeline;
use crate::shape::pipeline::{Event, Per, Stage, Task};
use std::fmt::Display;

pub(super) fn check(pipeline: &Pipeline, found: &mut Vec<Diagnostic>) {
    for stage in &pipeline.stages {
        twice(stage, "when", &stage.when, found);
        twice(stage, "run", &stage.run, found);
        if often(stage, found) {
            continue;
        }
        match events(stage) {
            Some(wrong) => found.push(wrong),
            None => found.extend(scope(stage)),
        }
        found.extend(told(stage));
    }
}

/// An element that stands in a list already says nothing.
fn twice<T: PartialEq + Display>(stage: &Stage, field: &str, list: &[T], found: &mut Vec<Diagnostic>) {
    for (at, element) in list.iter().enumerate() {
        let Some(first) = list.iter().take(at).position(|other| other == element) else { continue };
        let place = stage.element(field, at);
        found.push(
            Diagnostic::error(Code::Duplicate, place, format!("`{element}` stands twice"))
                .related(stage.element(field, first), "it stands here first")
                .remove("remove the second", place)
                .repaired_if(stage.said.get(field).is_some_and(|said| said.is_written_out())),
        );
    }
}

/// Work that cannot be done so often.
fn often(stage: &Stage, found: &mut Vec<Diagnostic>) -> bool {
    let wrong: Vec<(usize, &Task)> = stage.run.iter().enumerate().filter(|(_, task)| !task.per().contains(&stage.per)).collect();
    let Some((at, first)) = wrong.first() else { return false };
    let names: Vec<String> = wrong.iter().map(|(_, task)| task.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let task_place = stage.element("run", *at);
    let said = stage.said.get("per").filter(|said| said.is_written);
    let is = if names.len() == 1 { "is" } else { "are" };
    let frequency = match stage.per {
        Per::Once => "once",
        Per::Role => "for each role",
        Per::Image => "for each image",
        Per::Environment => "for each environment",
    };
    let message = format!("{} {is} not done {frequency}", listed(&names));
    let usual = first.per().first().map(ToString::to_string).unwrap_or_default();
    let fits_all = stage.run.iter().all(|task| task.per().iter().any(|per| per.to_string() == usual));
    let help = if fits_all { format!("write `per = {usual}`") } else { "let each stage do what is done equally often".to_owned() };
    let diagnostic = Diagnostic::error(Code::InvalidPipeline, said.map_or(task_place, |said| said.span), message).help(help);
    found.push(if said.is_some() { diagnostic.related(task_place, format!("`{}` does it", stage.name)) } else { diagnostic });
    true
}

/// What is applied is what was merged.
fn events(stage: &Stage) -> Option<Diagnostic> {
    let at = stage.when.iter().position(|event| *event != Event::Merge).filter(|_| stage.does(Task::Apply))?;
    let event = stage.when.get(at)?;
    // What reads a proposed change is said by the rule of what stages read.
    (*event == Event::Hourly).then(|| {
        let message = format!("`{}` applies what was merged, and runs at `{event}`", stage.name);
        Diagnostic::error(Code::InvalidPipeline, stage.element("when", at), message).help("run it at `merge` only")
    })
}

/// `scope = changed` needs a change, and something that it leaves out.
fn scope(stage: &Stage) -> Option<Diagnostic> {
    if !stage.changed_only {
        return None;
    }
    let place = stage.said.place("scope");
    if let Some(at) = stage.when.iter().position(|event| *event == Event::Hourly) {
        let message = format!("`{}` leaves out what no change reaches, and runs by the clock, where nothing changes", stage.name);
        return Some(
            Diagnostic::error(Code::InvalidPipeline, place, message)
                .related(stage.element("when", at), "it runs hourly")
                .help("write `scope = all`, or leave it out"),
        );
    }
    let selects = matches!(stage.per, Per::Image | Per::Environment) || stage.does(Task::Molecule);
    (!selects).then(|| {
        let message = format!("`{}` does everything it does for every change: `scope` leaves nothing out", stage.name);
        Diagnostic::error(Code::InvalidPipeline, place, message).help("leave `scope` out")
    })
}

/// What is written below a change, kept as an issue, or waited for, is of work that has it.
fn told(stage: &Stage) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut refuse = |said: bool, holds: bool, place: Span, message: &str, help: &str| {
        if said && !holds {
            found.push(Diagnostic::error(Code::InvalidPipeline, place, format!("`{}` {message}", stage.name)).help(help));
        }
    };
    let only_changes = stage.when.iter().all(|event| *event == Event::Change);
    refuse(
        stage.comment,
        (stage.does(Task::Plan) || stage.does(Task::Cost)) && only_changes,
        stage.said.place("comment"),
        "has nothing to write below a proposed change",
        "`comment` is for a stage that runs `plan`, at `change` only",
    );
    refuse(
        stage.report,
        stage.does(Task::Drift),
        stage.said.place("report"),
        "finds nothing that could be kept as an issue",
        "`report` is for a stage that runs `drift`",
    );
    refuse(
        stage.approve,
        stage.does(Task::Apply),
        stage.said.place("approve"),
        "changes nothing that a person could let in",
        "`approve` is for a stage that runs `apply`",
    );
    found
}
