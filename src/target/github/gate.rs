//! The job that a branch rule requires: it stands for all jobs of its stage.

use super::job::on_branch;
use super::steps::{expression, run};
use crate::artifact::yaml::{Map, Node, Seq};
use crate::artifact::{Error, github};
use crate::base::Text;
use crate::shape::pipeline::{Event, Per, Pipeline, Stage, Task};

/// All jobs of a stage without a selection have to succeed.
const ALL: &str = r#"for result in $RESULTS; do
  test "$result" = success
done
"#;

/// Nothing to do is as good as done, but only if it was looked at: a selection that did not run says nothing.
const SELECTED: &str = r#"test "$SELECTED" = success
test "$ROWS" = "[]" || test "$RESULT" = success
"#;

/// The same for the places in the order of environments: one without environments is skipped.
const IN_ORDER: &str = r#"test "$SELECTED" = success
for result in $RESULTS; do
  case $result in
    success | skipped) ;;
    *) exit 1 ;;
  esac
done
"#;

/// The same in a merge queue, where the stage itself has nothing to say.
const SELECTED_OR_QUEUED: &str = r#"if [ "$EVENT" != merge_group ]; then
  [ "$SELECTED" != skipped ] || echo "::error::a change from another repository gets no credentials: push its commits to a branch of this one"
  test "$SELECTED" = success
  test "$ROWS" = "[]" || test "$RESULT" = success
fi
"#;

/// What the job said that the run was for: one of the main branch, or the one of what is proposed.
fn result(pipeline: &Pipeline, jobs: &[Text]) -> String {
    match jobs {
        [own, proposed] => {
            let is_own = on_branch(pipeline, true);
            format!("${{{{ {is_own} && needs.{own}.result || needs.{proposed}.result }}}}")
        }
        [only] => format!("${{{{ needs.{only}.result }}}}"),
        _ => String::new(),
    }
}

/// The job.
pub(super) fn gate(pipeline: &Pipeline, stage: &Stage, name: &Text, jobs: &[Text]) -> Result<Map, Error> {
    let selected = matches!(stage.per, Per::Image | Per::Environment);
    let mut needs = jobs.to_vec();
    if selected {
        needs.push("select".into());
    }
    needs.sort();
    let step = if stage.does(Task::Apply) {
        let env = Map::new().with("RESULTS", expression("join(needs.*.result, ' ')")).with("SELECTED", expression("needs.select.result"));
        run("Fail unless every place that was selected succeeded", env, IN_ORDER)
    } else if selected {
        let queued = stage.runs_at(Event::Change) && !stage.runs_at(Event::Merge);
        let mut env = Map::new();
        if queued {
            env.push("EVENT", expression("github.event_name"));
        }
        env.push("RESULT", result(pipeline, jobs));
        env.push("ROWS", expression("needs.select.outputs.rows"));
        env.push("SELECTED", expression("needs.select.result"));
        run("Fail unless everything that was selected succeeded", env, if queued { SELECTED_OR_QUEUED } else { SELECTED })
    } else {
        let results = Map::new().with("RESULTS", expression("join(needs.*.result, ' ')"));
        run("Fail unless everything succeeded", results, ALL)
    };
    Ok(Map::new()
        .with("name", github::literal(name)?)
        .with("if", expression("always()"))
        .with("needs", Node::flow(needs))
        .with("runs-on", github::literal(&pipeline.runner)?)
        .with("timeout-minutes", 5)
        .with("permissions", Map::new())
        .with("steps", Seq::new([step])))
}
