//! A stage as a workflow: when it runs, what may run beside it, its jobs.

use super::{gate, job, order, report, select};
use crate::artifact::yaml::{Document, Map, Node, Seq};
use crate::artifact::{Error, header};
use crate::base::Text;
use crate::shape::pipeline::jobs;
use crate::shape::pipeline::{Access, Event, Per, Pipeline, Stage, Task};

/// The file of a stage.
pub(super) fn workflow(pipeline: &Pipeline, stage: &Stage, roles: &[Text]) -> Result<Document, Error> {
    let root = Map::new()
        .with("name", stage.name.clone())
        .with("on", on(pipeline, stage))
        .with("permissions", Map::new())
        .with("concurrency", concurrency(stage))
        .with("jobs", jobs_of(pipeline, stage, roles)?.spaced())
        .spaced();
    Ok(Document::new(first_together(root)).header(header(&stage.source)).bare_on())
}

/// The name stands directly below the header.
fn first_together(mut root: Map) -> Map {
    if let Some(name) = root.entries.first_mut() {
        name.blank = false;
    }
    root
}

/// A gate that a branch rule requires has to be there for a merge queue too, whatever else the stage runs for. One that is of no proposed
/// change is for stages that come after it.
fn on(pipeline: &Pipeline, stage: &Stage) -> Map {
    let branch = || Map::new().with("branches", Node::flow([pipeline.branch.clone()]));
    let mut on = Map::new();
    if stage.gate.is_some() && stage.runs_at(Event::Change) {
        on.push("merge_group", Node::Null);
    }
    if stage.runs_at(Event::Change) {
        on.push("pull_request", branch());
    }
    if stage.runs_at(Event::Merge) {
        on.push("push", branch());
    }
    if stage.runs_at(Event::Hourly) {
        let cron = format!("{} * * * *", pipeline.minute);
        on.push("schedule", Seq::new([Map::new().with("cron", cron)]));
    }
    if !stage.runs_at(Event::Change) || stage.access == Access::Image {
        on.push("workflow_dispatch", Node::Null);
    }
    on
}

/// What only reads is given up for a newer change; what writes is never interrupted.
fn concurrency(stage: &Stage) -> Map {
    let reads = matches!(stage.access, Access::Nothing | Access::Read | Access::Inspect);
    let group = match (stage.runs_at(Event::Hourly), stage.does(Task::Apply)) {
        (true, _) => stage.name.to_string(),
        (false, true) => format!("{}-${{{{ github.sha }}}}", stage.name),
        // What was merged is waited for by its commit: a group of the branch would give up all but the first and the last.
        (false, false) if stage.runs_at(Event::Merge) && stage.access != Access::Image => {
            format!("{}-${{{{ github.event_name == 'push' && github.sha || github.ref }}}}", stage.name)
        }
        (false, false) => format!("{}-${{{{ github.ref }}}}", stage.name),
    };
    let cancel = match (reads && stage.runs_at(Event::Change), stage.runs_at(Event::Merge)) {
        (true, true) => Node::from("${{ github.event_name == 'pull_request' }}"),
        (true, false) => Node::Bool(true),
        (false, _) => Node::Bool(false),
    };
    let map = Map::new().with("group", group).with("cancel-in-progress", cancel);
    if stage.access == Access::Image { map.with("queue", "max") } else { map }
}

fn jobs_of(pipeline: &Pipeline, stage: &Stage, roles: &[Text]) -> Result<Map, Error> {
    let mut map = Map::new();
    let selects = matches!(stage.per, Per::Image | Per::Environment);
    if selects {
        map.push("select", select::select(pipeline, stage)?);
    }
    let mut names = Vec::new();
    for job in jobs::jobs(stage, roles) {
        if stage.does(Task::Apply) && selects {
            order::ranks(pipeline, stage, &job, &mut map)?;
            names.extend((0..jobs::RANKS).map(|rank| Text::from(jobs::rank_name(rank))));
        } else {
            map.push(job.name.clone(), job::job(pipeline, stage, &job)?);
            names.push(job.name);
        }
    }
    if stage.comment {
        map.push("comment", report::comment(pipeline, stage)?);
    }
    if stage.report {
        map.push("report", report::issue(pipeline, stage)?);
    }
    if let Some(gate) = &stage.gate {
        let entry = map.push(gate.clone(), gate::gate(pipeline, stage, gate, &names)?);
        entry.comment = Some("The name to require in the rules of the branch: it stays when jobs come and go.".into());
    }
    Ok(map)
}
