//! Steps that many jobs have.

use crate::artifact::yaml::{Map, Node};
use crate::artifact::{Error, Problem};
use crate::base::Text;
use crate::shape::pipeline::Pipeline;

/// How much of the history a job needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum History {
    /// One commit.
    Commit,
    /// All of it, to compare commits.
    All,
}

/// Checks the commit out; the token does not stay behind.
pub(super) fn checkout(pipeline: &Pipeline, history: History) -> Result<Map, Error> {
    let with = match history {
        History::Commit => Map::new(),
        History::All => Map::new().with("fetch-depth", 0),
    };
    action(pipeline, "Check out", "checkout", with.with("persist-credentials", false))
}

/// Installs the tools of the pipeline, or one of them. No cache: what a job of one branch wrote, a job with credentials would run.
pub(super) fn install(pipeline: &Pipeline, only: Option<Text>) -> Result<Map, Error> {
    action(pipeline, "Install tools", "mise", Map::new().with("cache", false).maybe("install_args", only))
}

/// A step that uses an action of the library, with inputs that it has: a commit instead of a tag switches off everybody
/// else's check of them.
pub(super) fn action(pipeline: &Pipeline, name: &'static str, action: &'static str, with: Map) -> Result<Map, Error> {
    let Some(pinned) = pipeline.actions.get(action) else {
        return Err(Problem::Shape("the library has no action of that name").into()).map_err(|error: Error| error.within(action));
    };
    if let Some(entry) = with.entries.iter().find(|entry| !pinned.inputs.contains(&entry.key)) {
        return Err(Error::new(Problem::Shape("the action has no such input")).within(entry.key.clone()).within(action));
    }
    let step = Map::new().with("name", name).with("uses", format!("{}@{}", pinned.uses, pinned.sha)).trailing(pinned.version.clone());
    Ok(if with.is_empty() { step } else { step.with("with", with) })
}

/// A step that runs a script, with its variables.
pub(super) fn run(name: &'static str, env: Map, script: &'static str) -> Map {
    let step = Map::new().with("name", name);
    let step = if env.is_empty() { step } else { step.with("env", env) };
    step.with("run", script)
}

/// The variables of a script that speaks to GitHub.
pub(super) fn token() -> Map {
    Map::new().with("GH_TOKEN", expression("github.token"))
}

/// An expression of GitHub; the text comes from the program alone.
pub(super) fn expression(text: &'static str) -> Node {
    let mut expression = String::from("${{ ");
    expression.push_str(text);
    expression.push_str(" }}");
    Node::from(expression)
}

/// Adds a permission with the reason for it, which auditors ask for.
pub(super) fn because(permissions: Map, name: &'static str, level: &'static str, reason: &'static str) -> Map {
    permissions.with(name, level).trailing(reason)
}

/// The commit that a run is compared with, whatever made it run.
pub(super) const BASE: &str = "github.event.pull_request.base.sha || github.event.merge_group.base_sha || github.event.before";
