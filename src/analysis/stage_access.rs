//! What a stage of a pipeline reads is what its work needs, and nothing that a change which nobody has looked at must not see.
//!
//! Whoever may push a branch writes what a stage at `change` runs. What opens machines or changes clouds is for the main branch. Images are baked
//! there too: for a change they are validated, by a job that reads nothing, so a stage that bakes may run for both, and not for changes alone.
//!
//! ```infra
//! stage drift { when = [change, hourly], per = environment, run = [drift], secrets = inspect }
//! ```

use crate::diag::{Code, Diagnostic, listed};
use crate::shape::Pipeline;
use crate::shape::pipeline::{Access, Event, Stage, Task};
use std::collections::BTreeMap;

/// Whether nothing of a stage may run for a change that nobody has looked at.
fn is_reviewed(stage: &Stage) -> bool {
    match stage.access {
        Access::Inspect | Access::Write => true,
        Access::Image => stage.when.iter().all(|event| *event == Event::Change),
        Access::Nothing | Access::Read => false,
    }
}

pub(super) fn check(pipeline: &Pipeline, found: &mut Vec<Diagnostic>) {
    for stage in &pipeline.stages {
        of_stage(stage, found);
    }
}

fn of_stage(stage: &Stage, found: &mut Vec<Diagnostic>) {
    let (name, access) = (&stage.name, stage.access);
    let place = stage.said.place("secrets");
    let wrong = unlike(stage);
    // Who reads what the work needs, reads what nobody has looked at only where the work itself does.
    if wrong.is_empty()
        && is_reviewed(stage)
        && let Some(at) = stage.when.iter().position(|event| *event == Event::Change)
    {
        found.push(
            Diagnostic::error(Code::StageAccess, place, format!("`{name}` reads `{access}` for changes that nobody has looked at"))
                .related(stage.element("when", at), "it runs for proposed changes")
                .help(match access {
                    Access::Image => "run it at `merge` too: images are baked there, and only validated for a proposed change",
                    _ => "read `read` there, or run it at `merge` only",
                }),
        );
    }
    for (needed, tasks) in wrong {
        let names: Vec<String> = tasks.iter().map(|(_, task)| task.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let reads = if names.len() == 1 { "reads" } else { "read" };
        let message = format!("{} {reads} `{needed}`, and `{name}` may read `{access}`", listed(&names));
        let mut diagnostic = Diagnostic::error(Code::StageAccess, place, message);
        if let Some((at, _)) = tasks.first() {
            diagnostic = diagnostic.related(stage.element("run", *at), format!("`{name}` does it"));
        }
        found.push(diagnostic.help(format!("write `secrets = {needed}`, and let each stage do what reads the same")));
    }
    if let Some(at) = stage.run.iter().position(|task| *task == Task::Cost)
        && !stage.does(Task::Plan)
    {
        found.push(
            Diagnostic::error(Code::StageAccess, stage.element("run", at), format!("`{name}` prices what it does not plan"))
                .help("plan in the same stage: a plan is removed with the job that made it"),
        );
    }
    if access != Access::Nothing && !stage.run.is_empty() && stage.run.iter().all(|task| task.reads() == Access::Nothing) {
        found.push(
            Diagnostic::error(Code::StageAccess, place, format!("`{name}` may read `{access}`, and nothing that it does needs that"))
                .related(stage.said.place("run"), "this reads nothing")
                .help("leave `secrets` out"),
        );
    }
}

/// The work that reads something else than the stage, by what it reads.
fn unlike(stage: &Stage) -> BTreeMap<Access, Vec<(usize, Task)>> {
    let mut wrong: BTreeMap<Access, Vec<(usize, Task)>> = BTreeMap::new();
    for (at, task) in stage.run.iter().enumerate() {
        let (needed, known) = (task.reads(), stage.run.iter().take(at).any(|other| other == task));
        if needed != Access::Nothing && needed != stage.access && !known {
            wrong.entry(needed).or_default().push((at, *task));
        }
    }
    wrong
}
