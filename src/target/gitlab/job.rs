//! What the jobs of both pipelines have in common.

use crate::artifact::Error;
use crate::artifact::gitlab::literal;
use crate::artifact::yaml::{Map, Node, Seq};
use crate::shape::Pipeline;
use crate::shape::pipeline::jobs::{Command, Job};

/// What every job of ours has unless it says otherwise. Its tools are those that mise installs.
pub(super) fn default(pipeline: &Pipeline) -> Result<Map, Error> {
    let image = Map::new().with("name", literal(&pipeline.container)?).with("entrypoint", Node::flow([""]));
    let failures = Node::flow(["runner_system_failure", "stuck_or_timeout_failure"]);
    Ok(Map::new()
        .with("image", image)
        .with("before_script", Seq::new(["mise install --yes"]))
        .with("interruptible", true)
        .with("retry", Map::new().with("max", 2).with("when", failures)))
}

/// The commands of a job.
pub(super) fn script(job: &Job) -> Seq {
    Seq::new(job.commands.iter().map(line))
}

/// The report that GitLab shows beside a change.
pub(super) const FINDINGS: &str = "gl-code-quality-report.json";

fn line(command: &Command) -> String {
    let mut script = String::from(command.script);
    if command.findings {
        script.push_str(" --output=text --output=gitlab=");
        script.push_str(FINDINGS);
    }
    script
}

/// How long a job may take.
pub(super) fn timeout(job: &Job) -> String {
    format!("{} minutes", job.limit)
}
