//! What a stage of a pipeline comes after is a stage of it.
//!
//! A stage that waits for nothing that there is would run at once, before what was to hold it back.
//!
//! ```infra
//! stage apply { after = [plann], … }   # the stage is called `plan`
//! ```

use crate::base::similar;
use crate::diag::{Code, Diagnostic};
use crate::hir::{ExprKind, Program};

pub(super) fn check(program: &Program, found: &mut Vec<Diagnostic>) {
    for pipeline in program.definitions.values().filter(|definition| definition.keyword == "pipeline") {
        let stages = || pipeline.blocks.iter().filter(|block| block.keyword.text == "stage");
        let names = || stages().filter_map(|stage| stage.word(0)).map(|name| name.as_str());
        for after in stages().filter_map(|stage| stage.body.attribute("after")) {
            let ExprKind::List(list) = &after.value.kind else { continue };
            for name in list {
                let Some(word) = name.as_name().filter(|word| !names().any(|stage| stage == word.as_str())) else { continue };
                let message = format!("pipeline `{}` has no stage `{word}`", pipeline.name.text);
                let diagnostic = Diagnostic::error(Code::UnknownName, name.span, message).related(pipeline.name.span, "it is defined here");
                found.push(match similar::nearest(word, names()) {
                    Some(nearest) => {
                        diagnostic.help(format!("did you mean `{nearest}`?")).fix(format!("write `{nearest}`"), name.span, nearest)
                    }
                    None => diagnostic.help(format!("there are {}", names().collect::<Vec<_>>().join(", "))),
                });
            }
        }
    }
}
