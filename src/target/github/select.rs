//! The job that says what a run is about, after what has to be true first.

use super::steps::{self, BASE, History, because, expression, run, token};
use crate::artifact::shell::Word;
use crate::artifact::yaml::{Map, Node, Seq};
use crate::artifact::{Error, github};
use crate::shape::pipeline::jobs::{RANKS, rank_name};
use crate::shape::pipeline::{Access, Event, Per, Pipeline, Stage, Task};

/// Jobs of a proposed change from another repository get no credentials, so nothing is selected for them. To validate images needs none.
const OWN_CHANGE: &str = "github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository";
const OWN: &str = "github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository";

/// The job `select`.
pub(super) fn select(pipeline: &Pipeline, stage: &Stage) -> Result<Map, Error> {
    let gates = pipeline.gates_before(stage);
    let images = stage.per == Per::Image;
    let mut permissions = Map::new();
    if !gates.is_empty() {
        permissions = because(permissions, "checks", "read", "to wait for the gates of this commit");
    }
    let condition = match (stage.runs_at(Event::Change), stage.runs_at(Event::Merge)) {
        (true, _) if images => None,
        (true, true) => Some(expression(OWN)),
        (true, false) => Some(expression(OWN_CHANGE)),
        (false, _) => None,
    };
    let history = if stage.changed_only { History::All } else { History::Commit };
    let mut steps = Seq::new([steps::checkout(pipeline, history)?, selection(stage)]);
    if !gates.is_empty() {
        steps.push(wait(stage, &gates)?);
    }
    // Waiting is as long as the stages that are waited for, one after the other.
    let waits: u16 = stage.after.iter().filter_map(|name| pipeline.stage(name)).map(|before| before.limit).sum();
    Ok(Map::new()
        .with("name", if images { "select images" } else { "select environments" })
        .maybe("if", condition)
        .with("runs-on", github::literal(&pipeline.runner)?)
        .with("timeout-minutes", i64::from(waits) + 10)
        .with("permissions", permissions.with("contents", "read"))
        .with("outputs", outputs(stage))
        .with("steps", steps.spaced()))
}

fn outputs(stage: &Stage) -> Map {
    if stage.does(Task::Apply) {
        return (0..RANKS).map(|rank| (rank_name(rank), format!("${{{{ steps.select.outputs.rank-{rank} }}}}"))).collect();
    }
    Map::new().with("rows", expression("steps.select.outputs.rows"))
}

fn selection(stage: &Stage) -> Map {
    let images = stage.per == Per::Image;
    let name = match (images, stage.changed_only) {
        (true, true) => "Select the images that this change reaches",
        (true, false) => "Select every image",
        (false, true) => "Select the environments that this change reaches",
        (false, false) if stage.runs_at(Event::Hourly) => "Select the share of this hour, or all if asked by hand",
        (false, false) => "Select every environment",
    };
    let script = match (images, stage.does(Task::Apply), stage.changed_only) {
        (true, _, true) => SELECT_IMAGES,
        (false, false, true) if stage.runs_at(Event::Change) => SELECT_PROPOSED,
        (true, _, false) => SELECT_ALL_IMAGES,
        (false, true, true) => SELECT_RANKS,
        (false, true, false) => SELECT_ALL_RANKS,
        (false, false, true) => SELECT_CHANGED,
        (false, false, false) if stage.runs_at(Event::Hourly) => SELECT_SLOT,
        (false, false, false) => SELECT_ALL,
    };
    let mut env = Map::new();
    if stage.changed_only {
        env.push("BASE", expression(BASE));
    } else if stage.runs_at(Event::Hourly) {
        env.push("EVENT", expression("github.event_name"));
    }
    let mut step = Map::new().with("name", name).with("id", "select");
    if !env.is_empty() {
        step.push("env", env);
    }
    step.with("run", script)
}

/// The exit status of a command in `x=$(…)` counts, that of one inside of another command's argument does not.
const SELECT_CHANGED: &str = r#"rows=$(./ci/select.sh environments changed "$BASE" HEAD)
echo "rows=$rows" >> "$GITHUB_OUTPUT"
"#;
const SELECT_PROPOSED: &str = r#"rows=$(./ci/select.sh environments proposed "$BASE" HEAD)
echo "rows=$rows" >> "$GITHUB_OUTPUT"
"#;
const SELECT_IMAGES: &str = r#"rows=$(./ci/select.sh images changed "$BASE" HEAD)
echo "rows=$rows" >> "$GITHUB_OUTPUT"
"#;
const SELECT_ALL: &str = r#"rows=$(./ci/select.sh environments all)
echo "rows=$rows" >> "$GITHUB_OUTPUT"
"#;
const SELECT_ALL_IMAGES: &str = r#"rows=$(./ci/select.sh images all)
echo "rows=$rows" >> "$GITHUB_OUTPUT"
"#;
const SELECT_SLOT: &str = r#"if [ "$EVENT" = schedule ]; then
  hour=$(date -u +%H)
  rows=$(./ci/select.sh environments slot "${hour#0}" 24)
else
  rows=$(./ci/select.sh environments all)
fi
echo "rows=$rows" >> "$GITHUB_OUTPUT"
"#;
const SELECT_ALL_RANKS: &str = r#"rows=$(./ci/select.sh environments all)
for rank in 0 1 2 3; do
  part=$(echo "$rows" | jq --compact-output --argjson rank "$rank" 'map(select(.rank == $rank))')
  echo "rank-$rank=$part" >> "$GITHUB_OUTPUT"
done
"#;
const SELECT_RANKS: &str = r#"rows=$(./ci/select.sh environments changed "$BASE" HEAD)
for rank in 0 1 2 3; do
  part=$(echo "$rows" | jq --compact-output --argjson rank "$rank" 'map(select(.rank == $rank))')
  echo "rank-$rank=$part" >> "$GITHUB_OUTPUT"
done
"#;

fn wait(stage: &Stage, gates: &[crate::base::Text]) -> Result<Map, Error> {
    let commit = if stage.runs_at(Event::Change) {
        expression("github.event.pull_request.head.sha || github.sha")
    } else {
        expression("github.sha")
    };
    let nothing = if stage.does(Task::Apply) { None } else { Some(expression("steps.select.outputs.rows != '[]'")) };
    let mut script = String::from(r#"./ci/github-wait.sh "$COMMIT""#);
    for gate in gates {
        script.push(' ');
        script.push_str(&github::literal(Word::literal(gate)?.as_str())?);
    }
    Ok(Map::new()
        .with("name", "Wait for what must be true first")
        .maybe("if", nothing)
        .with("env", Map::new().with("COMMIT", commit).with("GH_TOKEN", expression("github.token")))
        .with("run", script))
}

/// Whether a job comes into the private network: what reads states and clouds only may run for a change that nobody has
/// looked at, and gets no way in.
pub(super) fn joins(access: Access) -> bool {
    !matches!(access, Access::Nothing | Access::Read)
}

/// A list of rows as a matrix.
pub(super) fn matrix(rows: Node) -> Map {
    Map::new().with("include", rows)
}

/// Joins the private network, where the environment has one.
pub(super) fn connect() -> Map {
    run(
        "Join the private network",
        Map::new().with("NETWORK_KEY", expression("secrets.NETWORK_KEY")),
        r#"./ci/connect.sh "$PRODUCT" "$ENVIRONMENT""#,
    )
}

/// Refuses what would take an environment back, or let a change in without the person who was to look at it.
pub(super) fn refusals() -> [Map; 2] {
    [
        run("Refuse to go back", token(), r#"./ci/github-forward-only.sh "$PRODUCT/$ENVIRONMENT""#),
        Map::new()
            .with("name", "Refuse to go without approval")
            .with("if", expression("matrix.approve"))
            .with("env", token())
            .with("run", r#"./ci/github-approved.sh "$PRODUCT/$ENVIRONMENT""#),
    ]
}
