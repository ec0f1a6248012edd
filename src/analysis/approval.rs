//! Who lets changes in is asked where it counts.
//!
//! An environment in which nothing may be destroyed and whose changes nobody looks at, beside one that waits for a person though nothing
//! in it is protected, is two names in the wrong places. And who asks for a person where the pipeline lets nobody wait gets none.
//!
//! ```infra
//! product shop { environments = [dev, live], protected = [live], approve = [dev], … }
//! ```

use super::Facts;
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic, listed};
use crate::hir::ExprKind;
use crate::shape::pipeline::Task;
use crate::value::Value;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let Some(plan) = facts.plans.first() else { return };
    let names = |setting: &str| -> Vec<&Text> {
        let list = plan.settings.get(setting).and_then(Value::as_list).unwrap_or_default();
        list.iter().filter_map(Value::as_text).collect()
    };
    let (protected, approved) = (names("protected"), names("approve"));
    let unseen: Vec<&str> = protected.iter().filter(|name| !approved.contains(name)).map(|name| name.as_str()).collect();
    if let Some(loose) = approved.iter().find(|name| !protected.contains(name)).filter(|_| !unseen.is_empty()) {
        let message =
            format!("changes of {} go in unseen, and those of `{loose}`, which is not protected, wait for a person", listed(&unseen));
        found.push(
            Diagnostic::error(Code::CheckFailed, element(facts, "approve", loose), message)
                .related(setting(facts, "protected"), "nothing in these is destroyed by a plan")
                .help("let changes of every protected environment wait as well, or of no other"),
        );
    }
    let Some(pipeline) = &facts.shapes.pipeline else { return };
    for stage in pipeline.stages.iter().filter(|stage| stage.does(Task::Apply) && !stage.approve && !approved.is_empty()) {
        let message = format!("changes are to wait for a person, and the stage `{}` lets nobody wait", stage.name);
        found.push(
            Diagnostic::error(Code::CheckFailed, setting(facts, "approve"), message)
                .related(stage.said.place("approve"), "the pipeline applies them here")
                .help("write `approve = true` in the stage, or leave `approve` of the product out"),
        );
    }
}

fn setting(facts: &Facts<'_>, name: &str) -> Span {
    facts.product.block.body.attribute(name).map_or(facts.product.name.span, |said| said.value.span)
}

/// The place of a name in a list of the product; the whole list where it is not written out.
fn element(facts: &Facts<'_>, name: &str, wanted: &Text) -> Span {
    let Some(said) = facts.product.block.body.attribute(name) else { return facts.product.name.span };
    let elements = if let ExprKind::List(elements) = &said.value.kind { &**elements } else { &[] };
    elements.iter().find(|element| element.as_name() == Some(wanted)).map_or(said.value.span, |element| element.span)
}
