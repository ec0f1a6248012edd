//! The pipeline of the repository: what stands once in it, and the triggers of what stands in products.

use super::job::{FINDINGS, default, script, timeout};
use super::{any_of, purpose};
use crate::artifact::header;
use crate::artifact::yaml::{Document, Map, Node, Seq};
use crate::artifact::{Error, gitlab};
use crate::base::{Text, text};
use crate::shape::Pipeline;
use crate::shape::pipeline::jobs::{self, Job, Matrix};
use crate::shape::pipeline::{Event, Per, Stage};

/// The file.
pub(super) fn repository(pipeline: &Pipeline, roles: &[Text]) -> Result<Document, Error> {
    let own: Vec<(&Stage, Vec<Job>)> = pipeline
        .stages
        .iter()
        .filter(|stage| matches!(stage.per, Per::Once | Per::Role))
        .map(|stage| (stage, jobs::jobs(stage, roles)))
        .collect();
    let names = own.iter().map(|(stage, _)| stage.name.clone()).chain(["select".into(), "products".into()]);
    let mut root = Map::new().with("stages", Node::flow(names)).with("workflow", workflow(pipeline)?).with("default", default(pipeline)?);
    for (stage, jobs) in &own {
        for job in jobs {
            root.push(name(job), work(stage, job));
        }
    }
    root.push("select", select()).comment = Some("What a pipeline reaches is known only now, so the rest is a pipeline of its own.".into());
    for event in [Event::Change, Event::Merge, Event::Hourly] {
        if jobs::of_products(pipeline).any(|stage| stage.runs_at(event)) {
            root.push(trigger_name(event), trigger(pipeline, event, &own));
        }
    }
    Ok(Document::new(root.spaced()).header(header(&pipeline.source)))
}

/// One pipeline for a change, never one for its branch beside one for its merge request.
fn workflow(pipeline: &Pipeline) -> Result<Map, Error> {
    let branch = text!("$CI_COMMIT_BRANCH == {}", gitlab::quoted(&pipeline.branch)?);
    let rules = Seq::new([
        rule(r#"$CI_PIPELINE_SOURCE == "schedule""#, Event::Hourly, None),
        rule(r#"$CI_PIPELINE_SOURCE == "merge_request_event""#, Event::Change, Some("$CI_MERGE_REQUEST_DIFF_BASE_SHA")),
        rule(&branch, Event::Merge, Some("$CI_COMMIT_BEFORE_SHA")),
    ]);
    Ok(Map::new().with("auto_cancel", Map::new().with("on_new_commit", "interruptible")).with("rules", rules))
}

fn rule(condition: &str, event: Event, base: Option<&'static str>) -> Map {
    let variables = Map::new().maybe("BASE", base).with("PURPOSE", purpose(event));
    Map::new().with("if", condition).with("variables", variables)
}

fn name(job: &Job) -> Text {
    if job.title.is_empty() { job.name.clone() } else { job.title.into() }
}

fn work(stage: &Stage, job: &Job) -> Map {
    let mut map = Map::new()
        .with("stage", stage.name.clone())
        .with("needs", Node::flow::<Node>([]))
        .with("rules", Seq::new([Map::new().with("if", any_of(&stage.when))]));
    if let Matrix::Words(variable, words) = &job.matrix {
        let cells = Map::new().with(*variable, Node::flow(words.iter().cloned()));
        map.push("parallel", Map::new().with("matrix", Seq::new([cells])));
    }
    if job.commands.iter().any(|command| command.base) {
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

fn select() -> Map {
    Map::new()
        .with("stage", "select")
        .with("needs", Node::flow::<Node>([]))
        .with("variables", Map::new().with("GIT_DEPTH", "0"))
        .with("timeout", "10 minutes")
        .with("script", Seq::new(["./ci/gitlab-select.sh > products.yml"]))
        .with("artifacts", Map::new().with("paths", Node::flow(["products.yml"])).with("expire_in", "1 day"))
}

fn trigger_name(event: Event) -> String {
    format!("{} products", purpose(event))
}

/// Products wait for those stages of the repository that one of their own comes after.
fn trigger(pipeline: &Pipeline, event: Event, own: &[(&Stage, Vec<Job>)]) -> Map {
    let waits =
        |stage: &Stage| jobs::of_products(pipeline).filter(|later| later.runs_at(event)).any(|later| later.after.contains(&stage.name));
    let jobs = own.iter().filter(|(stage, _)| waits(stage)).flat_map(|(_, jobs)| jobs.iter().map(name));
    let mut needs: Vec<Text> = jobs.chain(["select".into()]).collect();
    needs.sort();
    let include = Map::new().with("artifact", "products.yml").with("job", "select");
    Map::new()
        .with("stage", "products")
        .with("needs", Seq::new(needs.into_iter().map(|job| Map::new().with("job", job))))
        .with("rules", Seq::new([Map::new().with("if", any_of(&[event]))]))
        .with("trigger", Map::new().with("include", Seq::new([include])).with("strategy", "mirror"))
}
