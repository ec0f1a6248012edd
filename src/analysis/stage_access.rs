//! What a stage of a pipeline reads is what its work needs, and nothing that a change which nobody has looked at must not see.
//!
//! Whoever may push a branch writes what a stage at `change` runs. What opens machines or changes clouds is for the main branch.
//!
//! ```infra
//! stage drift { when = [change, hourly], per = environment, run = [drift], secrets = inspect }
//! ```

use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Block, Expr, ExprKind, LabelValue, Program};
use crate::shape::reads;

/// What each kind of work reads. Work that is not listed reads nothing.
const READS: &[(&str, &str)] = &[("plan", "read"), ("cost", "read"), ("drift", "inspect"), ("apply", "write"), ("bake", "image")];

/// What a change that nobody has looked at must not read.
const REVIEWED: &[&str] = &["inspect", "write"];

pub(super) fn check(program: &Program, found: &mut Vec<Diagnostic>) {
    let pipelines = program.definitions.values().filter(|definition| definition.keyword == "pipeline");
    for block in pipelines.flat_map(|definition| &definition.blocks).filter(|block| block.keyword.text == "stage") {
        stage(block, found);
    }
}

fn stage(block: &Block, found: &mut Vec<Diagnostic>) {
    let Some(LabelValue::Word(name)) = block.labels.first().map(|label| &label.value) else { return };
    let secrets = value(block, "secrets");
    let said = secrets.and_then(|of| words(of).into_iter().next()).map_or_else(|| "nothing".into(), |(word, _)| word);
    let tasks = value(block, "run").map(words).unwrap_or_default();
    let access = reads(&said, &tasks.iter().map(|(task, _)| task.clone()).collect::<Vec<_>>());
    let place = secrets.map_or(block.keyword.span, |of| of.span);
    let events = value(block, "when").map(words).unwrap_or_default();
    if let Some((_, at)) = events.iter().find(|(event, _)| event == "change")
        && REVIEWED.contains(&access)
    {
        found.push(
            Diagnostic::error(Code::StageAccess, place, format!("`{name}` reads `{access}` for changes that nobody has looked at"))
                .related(*at, "it runs for proposed changes")
                .help("read `read` or `image` there, or run it at `merge` only"),
        );
    }
    for (task, at) in &tasks {
        let Some((_, needed)) = READS.iter().find(|(known, _)| task == known) else { continue };
        if access != *needed {
            found.push(
                Diagnostic::error(Code::StageAccess, place, format!("`{task}` reads `{needed}`, and `{name}` may read `{access}`"))
                    .related(*at, format!("`{name}` does it"))
                    .help(format!("write `secrets = {needed}`, and let each stage do what reads the same")),
            );
        }
        if task == "cost" && !tasks.iter().any(|(other, _)| other == "plan") {
            found.push(
                Diagnostic::error(Code::StageAccess, *at, format!("`{name}` prices what it does not plan"))
                    .help("plan in the same stage: a plan is removed with the job that made it"),
            );
        }
    }
}

fn value<'a>(block: &'a Block, name: &str) -> Option<&'a Expr> {
    block.body.attribute(name).map(|attribute| &*attribute.value)
}

/// The names of an expression with their places.
fn words(expr: &Expr) -> Vec<(Text, Span)> {
    match &expr.kind {
        ExprKind::Name(name) => vec![(name.text.clone(), expr.span)],
        ExprKind::List(list) => list.iter().flat_map(words).collect(),
        _ => Vec::new(),
    }
}
