//! A job that does the work of a stage.

use super::select::{connect, joins, matrix};
use super::steps::{self, BASE, History, action, because, expression};
use crate::artifact::yaml::{Map, Node, Seq};
use crate::artifact::{Error, github};
use crate::shape::pipeline::jobs::{Command, Job, Matrix, role};
use crate::shape::pipeline::{Access, Event, Pipeline, Stage};
use crate::target::common::delivery::place_of;

/// The job.
pub(super) fn job(pipeline: &Pipeline, stage: &Stage, job: &Job) -> Result<Map, Error> {
    let selected = matches!(job.matrix, Matrix::Images | Matrix::Environments);
    let mut map = Map::new().with("name", title(job));
    if selected {
        let some = "needs.select.outputs.rows != '[]'";
        map.push(
            "if",
            whose(pipeline, stage, job).map_or_else(|| expression(some), |whose| Node::from(format!("${{{{ {whose} && {some} }}}}"))),
        );
        map.push("needs", "select");
    }
    if reaches_stores_only(job) {
        map.push("runs-on", expression("matrix.runner"));
    } else {
        map.push("runs-on", github::literal(&pipeline.runner)?);
    }
    map.push("timeout-minutes", job.limit);
    if let Some(environment) = environment(job) {
        map.push("environment", environment);
    }
    map.push("permissions", permissions(job.access));
    if let Some(strategy) = strategy(job) {
        map.push("strategy", strategy);
    }
    let env = variables(job);
    if !env.is_empty() {
        map.push("env", env);
    }
    map.push("steps", work(pipeline, job)?.spaced());
    Ok(map)
}

/// Whose commits a job is for, where a stage has jobs for both: the main branch, or what is proposed.
fn whose(pipeline: &Pipeline, stage: &Stage, job: &Job) -> Option<String> {
    (job.when != stage.when).then(|| on_branch(pipeline, !job.when.contains(&Event::Change)))
}

/// Whether a run is of the main branch, or of none. A branch has no character that ends a text of GitHub.
pub(super) fn on_branch(pipeline: &Pipeline, is: bool) -> String {
    format!("github.ref {} 'refs/heads/{}'", if is { "==" } else { "!=" }, pipeline.branch)
}

/// What it is called in the list of checks.
pub(super) fn title(job: &Job) -> Node {
    match job.matrix {
        Matrix::Once => Node::from(job.title),
        Matrix::Words(variable, _) => Node::from(format!("{} ${{{{ matrix.{} }}}}", job.title, variable.to_ascii_lowercase())),
        Matrix::Images => Node::from(format!(
            "{} ${{{{ matrix.image }}}} on ${{{{ matrix.provider }}}} for ${{{{ matrix.product }}}}/${{{{ matrix.environment }}}}",
            job.title
        )),
        Matrix::Environments => Node::from(format!("{} ${{{{ matrix.product }}}}/${{{{ matrix.environment }}}}", job.name)),
    }
}

/// The environment of the repository whose rules and secrets the job has; its name is in the identity token too.
fn environment(job: &Job) -> Option<Map> {
    let place = place_of(role(job.access)?)?;
    let name = format!("${{{{ matrix.product }}}}/${{{{ matrix.environment }}}}/{place}");
    Some(Map::new().with("name", name).with("deployment", false))
}

/// Whether a job runs for what nobody has looked at and still needs the stores of states and secrets. It gets no way into the private
/// network, so it runs where it reaches them.
fn reaches_stores_only(job: &Job) -> bool {
    job.access == Access::Read && job.matrix == Matrix::Environments
}

/// What the job may do at GitHub.
pub(super) fn permissions(access: Access) -> Map {
    let read = Map::new().with("contents", "read");
    match access {
        Access::Nothing => read,
        Access::Read => because(read, "id-token", "write", "exchanged at the secret store for what only reads"),
        Access::Inspect => because(read, "id-token", "write", "exchanged at the secret store for what looks at this environment"),
        Access::Image => because(read, "id-token", "write", "exchanged at the secret store for what bakes images"),
        Access::Write => because(read, "id-token", "write", "exchanged at the secret store for what may change this environment"),
    }
}

fn strategy(job: &Job) -> Option<Map> {
    let map = Map::new().with("fail-fast", false);
    match &job.matrix {
        Matrix::Once => None,
        Matrix::Words(variable, words) => {
            let words = Node::flow(words.iter().cloned());
            Some(map.with("matrix", Map::new().with(variable.to_ascii_lowercase(), words)))
        }
        Matrix::Images | Matrix::Environments => {
            let rows = expression("fromJSON(needs.select.outputs.rows)");
            Some(map.with("max-parallel", 20).with("matrix", matrix(rows)))
        }
    }
}

/// The matrix as variables: no expression stands in a script.
pub(super) fn variables(job: &Job) -> Map {
    let mut map = Map::new();
    if job.access != Access::Nothing {
        map.push("AUTHORITY", expression("vars.AUTHORITY"));
    }
    match job.matrix {
        Matrix::Once => {}
        Matrix::Words(variable, _) => {
            map.push(variable, format!("${{{{ matrix.{} }}}}", variable.to_ascii_lowercase()));
        }
        Matrix::Environments => {
            map.push("ENVIRONMENT", expression("matrix.environment"));
            map.push("PRODUCT", expression("matrix.product"));
        }
        Matrix::Images => {
            map.push("ENVIRONMENT", expression("matrix.environment"));
            map.push("IMAGE", expression("matrix.image"));
            map.push("PRODUCT", expression("matrix.product"));
            map.push("PROVIDER", expression("matrix.provider"));
        }
    }
    map
}

fn work(pipeline: &Pipeline, job: &Job) -> Result<Seq, Error> {
    let history = if job.commands.iter().any(|command| command.base) { History::All } else { History::Commit };
    let only = job.commands.iter().all(|command| command.findings).then(|| pipeline.compiler.clone());
    let mut steps = Seq::new([steps::checkout(pipeline, history)?, steps::install(pipeline, only)?]);
    if joins(job.access) {
        steps.push(connect());
    }
    for command in &job.commands {
        steps.push(step(job, command));
    }
    if let Some(kept) = job.keeps {
        steps.push(keep(pipeline, job, kept)?);
    }
    Ok(steps)
}

/// A command as a step. What CI itself keeps for an environment reaches the steps that read something, and no other.
pub(super) fn step(job: &Job, command: &Command) -> Map {
    let mut env = if command.base { Map::new().with("BASE", expression(BASE)) } else { Map::new() };
    if job.access != Access::Nothing {
        env.push("CREDENTIALS", expression("secrets.CREDENTIALS"));
    }
    let mut script = String::from(command.script);
    if command.findings {
        script.push_str(" --output=github --output=markdown=\"$GITHUB_STEP_SUMMARY\"");
    }
    let step = Map::new().with("name", command.name);
    let step = if env.is_empty() { step } else { step.with("env", env) };
    step.with("run", script)
}

fn keep(pipeline: &Pipeline, job: &Job, kept: crate::shape::pipeline::jobs::Kept) -> Result<Map, Error> {
    let name = format!("{}.${{{{ matrix.product }}}}.${{{{ matrix.environment }}}}", job.name);
    let with = Map::new().with("name", name).with("path", kept.path).with("if-no-files-found", "error").with("retention-days", kept.days);
    let mut step = action(pipeline, "Keep the summary", "upload-artifact", with)?;
    if let Some(file) = kept.if_there {
        let condition = crate::artifact::yaml::Entry {
            key: "if".into(),
            value: Node::from(format!("${{{{ hashFiles('{file}') != '' }}}}")),
            ..Default::default()
        };
        step.entries.insert(1, condition);
    }
    Ok(step)
}
