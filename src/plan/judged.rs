//! The pipeline as policies see it: its stages, with what they do in one environment of a product.

use super::planner::{PRODUCT, Planner};
use crate::base::{IndexMap, Key, Span, Text};
use crate::eval::{Evaluated, Stop};
use crate::hir::items::{Credential, View};
use crate::hir::{Ambient, Expr, ExprKind, Meaning, Place};
use crate::shape::pipeline::{Access, Per, Stage};
use crate::value::Value;

impl Planner<'_> {
    /// The stages of the pipeline, in the order of the text; none where there is no pipeline.
    pub(super) fn stages_judged(&mut self, asked: Span) -> Evaluated {
        let shapes = self.shapes;
        let stages = shapes.pipeline.iter().flat_map(|pipeline| &pipeline.stages);
        let stages: Vec<Value> = stages.map(|stage| self.stage_judged(stage, asked)).collect::<Result<_, Stop>>()?;
        Ok(Value::list(stages))
    }

    fn stage_judged(&mut self, stage: &Stage, asked: Span) -> Evaluated {
        let mut all: IndexMap<Text, Value> = stage.said.values().map(|(name, value)| (name.clone(), value.clone())).collect();
        let approve = self.field(PRODUCT, &"approve".into(), asked)?;
        let asks = approve.as_list().is_some_and(|list| list.iter().any(|of| of.as_text() == Some(&self.environment)));
        let waits = stage.approve && stage.per == Per::Environment && asks;
        let credentials = if stage.access == Access::Nothing { Vec::new() } else { self.variables(asked)? };
        all.insert("name".into(), Value::Text(stage.name.clone()));
        all.insert("secrets".into(), Value::text(stage.access.to_string()));
        all.insert("waits".into(), Value::Bool(waits));
        all.insert("credentials".into(), Value::list(credentials.into_iter().map(Value::Text)));
        Ok(Value::map(all))
    }

    /// The variables from which the plugins of all accounts read, each once.
    fn variables(&mut self, asked: Span) -> Result<Vec<Text>, Stop> {
        let mut found: Vec<Text> = Vec::new();
        for provider in self.of("provider") {
            let said = self.field(provider, &Credential::NAME.into(), asked)?;
            let credentials = said.as_map().into_iter().flat_map(|map| map.values()).filter_map(Credential::of);
            for variable in credentials.filter_map(|credential| credential.env()) {
                if !found.contains(variable) {
                    found.push(variable.clone());
                }
            }
        }
        Ok(found)
    }

    /// Whether an expression is all stages.
    pub(super) fn is_stages(&self, expr: &Expr) -> bool {
        matches!(&expr.kind, ExprKind::Name(name) if self.types.meaning(name) == Meaning::Place(Place::Ambient(Ambient::Stages)))
    }

    /// The text of the project that says something of a stage that a policy goes through.
    pub(super) fn stage_said(&self, source: &Expr, path: &[Key]) -> Option<Span> {
        let [Key::At(at), rest @ ..] = path else { return None };
        if !self.is_stages(source) {
            return None;
        }
        let stage = self.shapes.pipeline.as_ref()?.stages.get(*at)?;
        let span = match rest {
            [Key::Name(field), Key::At(element), ..] => stage.element(field, *element),
            [Key::Name(field), ..] => stage.said.place(field),
            _ => stage.said.name,
        };
        self.is_of_project(span).then_some(span)
    }
}
