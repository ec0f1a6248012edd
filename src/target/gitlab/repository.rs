//! The pipeline of the repository: what stands once in it, and the triggers of what stands in products.

use super::job::{FINDINGS, default, script, timeout};
use super::purpose;
use crate::artifact::header;
use crate::artifact::yaml::{Document, Map, Node, Seq};
use crate::artifact::{Error, gitlab};
use crate::base::{Text, text};
use crate::shape::Pipeline;
use crate::shape::pipeline::jobs::{self, Job, Matrix};
use crate::shape::pipeline::{Event, Per, Stage};

/// What every job is called by, so that none is another one of the repository's own.
const OURS: &str = "infrac";

/// The file with the jobs. What it says holds of them alone, in stages that GitLab has where nobody names any: a repository with a
/// pipeline of its own includes it.
pub(super) fn jobs(pipeline: &Pipeline, roles: &[Text]) -> Result<Document, Error> {
    let own: Vec<(&Stage, Vec<Job>)> = pipeline
        .stages
        .iter()
        .filter(|stage| matches!(stage.per, Per::Once | Per::Role))
        .map(|stage| (stage, jobs::jobs(stage, roles)))
        .collect();
    let branch = gitlab::quoted(&pipeline.branch)?;
    let mut root = Map::new().with(TEMPLATE, default(pipeline)?.with("inherit", Map::new().with("default", false)));
    for (stage, jobs) in &own {
        for job in jobs {
            root.push(name(job), work(stage, job, &branch));
        }
    }
    let select = root.push(select_name(), select(pipeline, &branch));
    select.comment = Some("What a pipeline reaches is known only now, so the rest is a pipeline of its own.".into());
    for event in [Event::Change, Event::Merge, Event::Hourly] {
        if jobs::of_products(pipeline).any(|stage| stage.runs_at(event)) {
            root.push(trigger_name(event), trigger(pipeline, event, &own, &branch));
        }
    }
    Ok(Document::new(root.spaced()).header(header(&pipeline.source)))
}

/// What our jobs are by: a hidden job, as `default` would be everybody's.
const TEMPLATE: &str = ".infrac";

/// The pipeline of a repository that has none of its own: one for a change, never one for its branch beside one for its merge request.
pub(super) fn whole(pipeline: &Pipeline) -> Result<Document, Error> {
    let branch = gitlab::quoted(&pipeline.branch)?;
    let events = [Event::Change, Event::Merge, Event::Hourly];
    let rules = Seq::new(events.map(|event| Map::new().with("if", condition(event, &branch))));
    let workflow = Map::new().with("auto_cancel", Map::new().with("on_new_commit", "interruptible")).with("rules", rules);
    let include = Seq::new([Map::new().with("local", super::JOBS)]);
    let root = Map::new().with("workflow", workflow).with("include", include);
    Ok(Document::new(root.spaced()).header(header(&pipeline.source)))
}

/// What makes an event of a pipeline. A schedule is of a branch, too.
fn condition(event: Event, branch: &str) -> String {
    match event {
        Event::Change => r#"$CI_PIPELINE_SOURCE == "merge_request_event""#.into(),
        Event::Merge => format!(r#"$CI_COMMIT_BRANCH == {branch} && $CI_PIPELINE_SOURCE != "schedule""#),
        Event::Hourly => r#"$CI_PIPELINE_SOURCE == "schedule""#.into(),
    }
}

/// The commit that a change is compared with.
fn base(event: Event) -> Option<&'static str> {
    match event {
        Event::Change => Some("$CI_MERGE_REQUEST_DIFF_BASE_SHA"),
        Event::Merge => Some("$CI_COMMIT_BEFORE_SHA"),
        Event::Hourly => None,
    }
}

/// A rule for each event, with the variables that the job needs then.
fn rules(events: &[Event], branch: &str, variables: impl Fn(Event) -> Map) -> Seq {
    Seq::new(events.iter().map(|event| {
        let variables = variables(*event);
        // The next change takes nothing away from one that was merged.
        let stays = (*event == Event::Merge).then_some(false);
        Map::new()
            .with("if", condition(*event, branch))
            .maybe("interruptible", stays)
            .maybe("variables", (!variables.is_empty()).then_some(variables))
    }))
}

fn name(job: &Job) -> Text {
    text!("{OURS} {}", if job.title.is_empty() { job.name.as_str() } else { job.title })
}

fn select_name() -> Text {
    text!("{OURS} select")
}

fn work(stage: &Stage, job: &Job, branch: &str) -> Map {
    let compares = job.commands.iter().any(|command| command.base);
    let variables = |event: Event| Map::new().maybe("BASE", base(event).filter(|_| compares));
    let mut map = Map::new()
        .with("extends", TEMPLATE)
        .with("stage", "test")
        .with("needs", Node::flow::<Node>([]))
        .with("rules", rules(&stage.when, branch, variables));
    if let Matrix::Words(variable, words) = &job.matrix {
        let cells = Map::new().with(*variable, Node::flow(words.iter().cloned()));
        map.push("parallel", Map::new().with("matrix", Seq::new([cells])));
    }
    if compares {
        map.push("variables", Map::new().with("GIT_DEPTH", "0"));
    }
    map.push("timeout", timeout(job));
    map.push("script", script(job));
    if job.commands.iter().any(|command| command.findings) {
        let reports = Map::new().with("codequality", FINDINGS);
        map.push("artifacts", Map::new().with("when", "always").with("reports", reports));
    }
    map
}

fn select(pipeline: &Pipeline, branch: &str) -> Map {
    let events = [Event::Change, Event::Merge, Event::Hourly];
    let events: Vec<Event> = events.into_iter().filter(|event| jobs::of_products(pipeline).any(|stage| stage.runs_at(*event))).collect();
    let validates = jobs::of_products(pipeline).any(|stage| stage.per == Per::Image && stage.runs_at(Event::Change));
    let variables = |event: Event| {
        let images = (event == Event::Change && validates).then_some("true");
        Map::new().maybe("BASE", base(event)).maybe("IMAGES_OF_CHANGES", images).with("PURPOSE", purpose(event))
    };
    Map::new()
        .with("extends", TEMPLATE)
        .with("stage", "test")
        .with("needs", Node::flow::<Node>([]))
        .with("rules", rules(&events, branch, variables))
        .with("variables", Map::new().with("GIT_DEPTH", "0"))
        .with("timeout", "10 minutes")
        .with("script", Seq::new(["./ci/gitlab-select.sh > products.yml"]))
        .with("artifacts", Map::new().with("paths", Node::flow(["products.yml"])).with("expire_in", "1 day"))
}

fn trigger_name(event: Event) -> String {
    format!("{OURS} {} products", purpose(event))
}

/// Products wait for those stages of the repository that one of their own comes after.
fn trigger(pipeline: &Pipeline, event: Event, own: &[(&Stage, Vec<Job>)], branch: &str) -> Map {
    let waits =
        |stage: &Stage| jobs::of_products(pipeline).filter(|later| later.runs_at(event)).any(|later| later.after.contains(&stage.name));
    let jobs = own.iter().filter(|(stage, _)| waits(stage)).flat_map(|(_, jobs)| jobs.iter().map(name));
    let mut needs: Vec<Text> = jobs.chain([select_name()]).collect();
    needs.sort();
    let include = Map::new().with("artifact", "products.yml").with("job", select_name());
    Map::new()
        .with("stage", "deploy")
        .with("needs", Seq::new(needs.into_iter().map(|job| Map::new().with("job", job))))
        .with("rules", rules(&[event], branch, |_| Map::new()))
        .with("trigger", Map::new().with("include", Seq::new([include])).with("strategy", "mirror"))
}
