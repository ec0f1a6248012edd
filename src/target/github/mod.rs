//! GitHub Actions: one workflow for each stage, the same for every product; what a run is about is a matrix that it
//! reads from `pipeline.json`.

mod gate;
mod job;
mod order;
mod report;
mod select;
mod steps;
mod workflow;

use crate::artifact::yaml::{Document, Map};
use crate::artifact::{Error, Tree, header};
use crate::base::Text;
use crate::shape::pipeline::jobs;
use crate::shape::pipeline::{Access, Per, Pipeline};

/// Writes the workflows; `roles` are those with a scenario of their own.
pub fn emit_shared(pipeline: &Pipeline, roles: &[Text], tree: &mut Tree) -> Result<(), Error> {
    let mut queued = Vec::new();
    for stage in &pipeline.stages {
        let path = Text::from(format!(".github/workflows/{}.yml", stage.name));
        tree.insert(path.clone(), workflow::workflow(pipeline, stage, roles).map_err(|error| error.within(path.clone()))?)?;
        if matches!(stage.access, Access::Write | Access::Image) && !jobs::jobs(stage, roles).is_empty() && stage.per != Per::Once {
            queued.push(path);
        }
    }
    tree.insert(".github/actionlint.yaml", actionlint(pipeline, &queued))
}

/// What actionlint does not know yet.
fn actionlint(pipeline: &Pipeline, queued: &[Text]) -> Document {
    let ignore = || {
        crate::artifact::yaml::Seq::default().commented(
            "GitHub knows `queue` since May 2026, actionlint 1.7.12 does not.",
            r#"unexpected key "queue" for "concurrency" section"#,
        )
    };
    let paths: Map = queued.iter().map(|path| (path.clone(), Map::new().with("ignore", ignore()))).collect();
    Document::new(Map::new().with("paths", paths)).header(header(&pipeline.source))
}
