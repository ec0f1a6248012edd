//! What says a part of the files of pipelines.

use crate::target::common::origin::{Part, Said};

/// What the attributes of a stage or pipeline are called by the systems of CI.
const NAMES: &[(&str, &str)] = &[
    ("timeout-minutes", "limit"),
    ("timeout", "limit"),
    ("cron", "minute"),
    ("runs-on", "runner"),
    ("image", "container"),
    ("branches", "branch"),
    ("needs", "after"),
    ("on", "when"),
    ("rules", "when"),
];

/// What says a part of a workflow, of `.gitlab-ci.yml` or of what jobs run.
pub fn origin(part: &Part<'_>) -> Vec<Said> {
    let is_pipeline = matches!(part.folders()[..], [".github", "workflows", _] | [".gitlab-ci.yml"] | ["ci", ..]);
    let Some(name) = part.shapes.pipeline.as_ref().map(|pipeline| &pipeline.name).filter(|_| is_pipeline) else { return Vec::new() };
    let Some(definition) = part.program.definitions.get(&("pipeline".into(), name.clone())) else { return Vec::new() };
    let names = part.names();
    let file = part.folders().last().and_then(|file| file.split('.').next()).unwrap_or_default();
    let stage = definition.blocks.iter().filter(|block| block.keyword.text == "stage").find(|block| {
        block
            .word(0)
            .is_some_and(|stage| stage == file || names.iter().any(|name| name == stage || name.split(['-', ':']).next() == Some(stage)))
    });
    let asked = NAMES.iter().filter(|(foreign, _)| names.contains(foreign)).map(|(_, own)| *own);
    let mut said = Vec::new();
    for attribute in asked {
        let of_stage = stage.and_then(|stage| stage.body.attribute(attribute));
        said.extend(
            of_stage.or_else(|| definition.attributes.get(attribute)).map(|of| Said::Place { what: attribute.into(), span: of.value.span }),
        );
    }
    if let Some(stage) = stage {
        let name = stage.word(0).cloned().unwrap_or_default();
        said.push(Said::Place {
            what: format!("stage {name}").into(),
            span: stage.keyword.span.to(stage.labels.last().map_or(stage.span, |of| of.span)),
        });
    }
    said.extend(part.definition("pipeline", name));
    said
}
