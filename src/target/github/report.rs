//! Jobs that tell people what others found. They check nothing out: what they run is in the workflow, and they see no credentials.

use super::steps::{action, because, expression};
use crate::artifact::yaml::{Map, Seq};
use crate::artifact::{Error, github};
use crate::shape::pipeline::{Pipeline, Stage};

const COMMENT: &str = include_str!("../../../assets/steps/comment.sh");
const ISSUE: &str = include_str!("../../../assets/steps/issue.sh");

/// Keeps one comment below a pull request.
pub(super) fn comment(pipeline: &Pipeline, stage: &Stage) -> Result<Map, Error> {
    let env = repository().with("NUMBER", expression("github.event.pull_request.number"));
    let steps =
        Seq::new([fetch(pipeline, stage)?, Map::new().with("name", "Write the comment").with("env", env).with("run", body(COMMENT))]);
    Ok(Map::new()
        .with("name", "comment")
        .with("needs", stage.name.clone())
        .with("runs-on", github::literal(&pipeline.runner)?)
        .with("timeout-minutes", 10)
        .with("permissions", because(Map::new(), "pull-requests", "write", "to write the one comment"))
        .with("steps", steps.spaced()))
}

/// Keeps one issue for each environment that is not as described.
pub(super) fn issue(pipeline: &Pipeline, stage: &Stage) -> Result<Map, Error> {
    let steps = Seq::new([
        fetch(pipeline, stage)?,
        Map::new()
            .with("name", "Open or update one issue for each environment that differs")
            .with("env", repository().with("LABEL", stage.name.clone()))
            .with("run", body(ISSUE)),
    ]);
    Ok(Map::new()
        .with("name", "report")
        .with("if", expression("!cancelled() && needs.select.outputs.rows != '[]'"))
        .with("needs", crate::artifact::yaml::Node::flow([stage.name.clone(), "select".into()]))
        .with("runs-on", github::literal(&pipeline.runner)?)
        .with("timeout-minutes", 10)
        .with("permissions", because(Map::new(), "issues", "write", "to keep the issues"))
        .with("steps", steps.spaced()))
}

fn fetch(pipeline: &Pipeline, stage: &Stage) -> Result<Map, Error> {
    let with = Map::new().with("path", "summaries").with("pattern", format!("{}.*", stage.name));
    action(pipeline, "Fetch the summaries", "download-artifact", with)
}

fn repository() -> Map {
    Map::new().with("GH_REPO", expression("github.repository")).with("GH_TOKEN", expression("github.token"))
}

/// A script without the lines that make it one: a step has its own shell.
fn body(script: &'static str) -> &'static str {
    script.split_once("\n\n").map_or(script, |(_, body)| body)
}
