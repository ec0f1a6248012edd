//! What a stage of a pipeline reads is what its work needs, and nothing that a change which nobody has looked at must not see.
//!
//! Whoever may push a branch writes what a stage at `change` runs. What opens machines or changes clouds is for the main branch.
//!
//! ```infra
//! stage drift { when = [change, hourly], per = environment, run = [drift], secrets = inspect }
//! ```

use crate::diag::{Code, Diagnostic};
use crate::shape::Pipeline;
use crate::shape::pipeline::{Access, Event, Stage, Task};

/// What a change that nobody has looked at must not read.
const REVIEWED: [Access; 2] = [Access::Inspect, Access::Write];

pub(super) fn check(pipeline: &Pipeline, found: &mut Vec<Diagnostic>) {
    for stage in &pipeline.stages {
        of_stage(stage, found);
    }
}

fn of_stage(stage: &Stage, found: &mut Vec<Diagnostic>) {
    let (name, access) = (&stage.name, stage.access);
    let place = stage.said.place("secrets");
    if let Some(at) = stage.when.iter().position(|event| *event == Event::Change)
        && REVIEWED.contains(&access)
    {
        found.push(
            Diagnostic::error(Code::StageAccess, place, format!("`{name}` reads `{access}` for changes that nobody has looked at"))
                .related(stage.element("when", at), "it runs for proposed changes")
                .help("read `read` or `image` there, or run it at `merge` only"),
        );
    }
    for (at, task) in stage.run.iter().enumerate() {
        let (at, needed) = (stage.element("run", at), task.reads());
        if access != needed && needed != Access::Nothing {
            found.push(
                Diagnostic::error(Code::StageAccess, place, format!("`{task}` reads `{needed}`, and `{name}` may read `{access}`"))
                    .related(at, format!("`{name}` does it"))
                    .help(format!("write `secrets = {needed}`, and let each stage do what reads the same")),
            );
        }
        if *task == Task::Cost && !stage.does(Task::Plan) {
            found.push(
                Diagnostic::error(Code::StageAccess, at, format!("`{name}` prices what it does not plan"))
                    .help("plan in the same stage: a plan is removed with the job that made it"),
            );
        }
    }
    if access != Access::Nothing && !stage.run.is_empty() && stage.run.iter().all(|task| task.reads() == Access::Nothing) {
        found.push(
            Diagnostic::error(Code::StageAccess, place, format!("`{name}` may read `{access}`, and nothing that it does needs that"))
                .related(stage.said.place("run"), "this reads nothing")
                .help("leave `secrets` out"),
        );
    }
}
