//! What a test expects of its product, evaluated in one environment: whether its checks hold, with what they were about, and what its
//! `expect` blocks say.

use super::frame::Frame;
use super::planner::{PRODUCT, Planner};
use super::written::Written;
use super::{Lock, Unit};
use crate::base::{Span, Text};
use crate::check::Types;
use crate::diag::Diagnostic;
use crate::eval::{self, Work};
use crate::hir::{self, Binary, ExprKind};
use crate::shape::Shapes;
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The attribute of an expectation that says where a finding stands.
const AT: &str = "at";

/// What a test expects in one environment.
#[derive(Debug, Default)]
pub struct Judged {
    /// The checks that do not hold, in the order of the text.
    pub failed: Vec<Failed>,
    /// What the `expect` blocks hold, in the order of the text.
    pub expected: Vec<Expectation>,
    /// The units with what they are given, where an expectation is about one.
    pub units: Vec<Unit>,
    /// Why something of it could not be evaluated.
    pub diagnostics: Vec<Diagnostic>,
}

/// A check that does not hold.
#[derive(Debug)]
pub struct Failed {
    /// The condition.
    pub span: Span,
    /// What the check itself says of it.
    pub message: Option<Text>,
    /// What the check itself advises.
    pub help: Option<Text>,
    /// Whether the condition has a value before an apply.
    pub is_known: bool,
    /// The parts of the condition that are no literals, each with its value and the place that says it, where one does.
    pub parts: Vec<(Span, Value, Option<Span>)>,
}

/// A block in `expect`.
#[derive(Debug)]
pub struct Expectation {
    /// `finding`, `file` …
    pub keyword: hir::Name,
    /// What the labels say.
    pub labels: Vec<Text>,
    /// The attributes, and the usual values of those that are left out; nothing for what could not be evaluated.
    pub values: BTreeMap<Text, Option<Said>>,
    /// Where the values of the attributes stand that are not left out.
    pub said_at: BTreeMap<Text, Span>,
}

/// An attribute of an expectation.
#[derive(Debug)]
pub enum Said {
    /// A value.
    Value(Value),
    /// An instance: its path, such as `mgmt.nodes`, its declaration, and its definition.
    Instance(Text, Span, Option<Span>),
    /// What else stands in a place of its own: an attribute (`a.agent.licence`), a stage of a pipeline.
    Place(Text, Span),
}

impl Expectation {
    /// A text.
    pub fn text(&self, name: &str) -> Option<&Text> {
        self.value(name)?.as_text()
    }

    /// A list of texts.
    pub fn texts(&self, name: &str) -> Vec<&Text> {
        let list = self.value(name).and_then(Value::as_list);
        list.into_iter().flat_map(|list| list.iter()).filter_map(Value::as_text).collect()
    }

    /// Where an attribute is said; the word of the expectation where it is left out.
    pub fn place(&self, name: &str) -> Span {
        self.said_at.get(name).copied().unwrap_or(self.keyword.span)
    }

    /// A value that is there.
    pub fn value(&self, name: &str) -> Option<&Value> {
        match self.values.get(name)?.as_ref()? {
            Said::Value(Value::None) | Said::Instance(..) | Said::Place(..) => None,
            Said::Value(value) => Some(value),
        }
    }

    /// An instance: its path and its declaration.
    pub fn instance(&self, name: &str) -> Option<(&Text, Span)> {
        match self.values.get(name)?.as_ref()? {
            Said::Instance(path, span, _) => Some((path, *span)),
            Said::Value(_) | Said::Place(..) => None,
        }
    }

    /// Where a finding is to stand: how that is named, and the places. What its definition says is said of an instance, too.
    pub fn places(&self, name: &str) -> Option<(&Text, Vec<Span>)> {
        match self.values.get(name)?.as_ref()? {
            Said::Instance(path, declared, defined) => Some((path, std::iter::once(*declared).chain(*defined).collect())),
            Said::Place(path, span) => Some((path, vec![*span])),
            Said::Value(_) => None,
        }
    }

    /// Whether it says where a finding is to stand, and that is no place.
    pub fn is_nowhere(&self, name: &str) -> bool {
        match self.values.get(name) {
            Some(None) => true,
            Some(Some(Said::Value(value))) => *value != Value::None,
            _ => false,
        }
    }
}

/// Evaluates what a test expects of its product in one environment; `work` is what the test has taken so far. Of a product that is not
/// sound, in which the checker has found something, no more is evaluated than what the expectations name.
pub fn expected(
    program: &hir::Program,
    types: &Types,
    shapes: &Shapes,
    product: &Arc<hir::Product>,
    environment: &Text,
    work: &mut Work,
    is_sound: bool,
) -> Judged {
    let Some(expected) = &product.expected else { return Judged::default() };
    let lock = Lock::default();
    let mut planner = Planner::new(program, types, shapes, product, environment, (&lock).into(), std::mem::take(work));
    let mut units = Vec::new();
    if is_sound {
        planner.everything();
        if expected.expectations().any(|block| block.keyword.text == "resource") {
            units = planner.units();
        }
    }
    let before = planner.diagnostics.0.len();
    let failed = expected.checks.iter().filter_map(|check| planner.failed(check)).collect();
    let expected = expected.expectations().map(|block| planner.expectation(block)).collect();
    *work = std::mem::take(&mut planner.work);
    let diagnostics = planner.diagnostics.0.split_off(before.min(planner.diagnostics.0.len()));
    Judged { failed, expected, units, diagnostics }
}

impl Planner<'_> {
    fn failed(&mut self, check: &hir::Check) -> Option<Failed> {
        let value = self.eval(&check.condition, PRODUCT);
        if value == Ok(Value::Bool(true)) {
            return None;
        }
        let said = |planner: &mut Self, expr: &Option<Arc<hir::Expr>>| planner.eval(expr.as_ref()?, PRODUCT).ok()?.as_text().cloned();
        let (message, help) = (said(self, &check.message), said(self, &check.help));
        let mut parts = Vec::new();
        let decisive = self.decisive(&check.condition);
        for part in parts_of(decisive) {
            let Ok(value) = self.eval(part, PRODUCT) else { continue };
            let place = self.origin_of(Written { expr: part, of: PRODUCT }, &[], Some(&value));
            parts.push((part.span, value, place.filter(|place| *place != part.span)));
        }
        Some(Failed { span: check.condition.span, message, help, is_known: value == Ok(Value::Bool(false)), parts })
    }

    /// The part of a condition that makes it fail: of several that must all hold, the first that does not.
    fn decisive<'e>(&mut self, condition: &'e hir::Expr) -> &'e hir::Expr {
        match &condition.kind {
            ExprKind::Binary(Binary::And, left, right) => match self.eval(left, PRODUCT) {
                Ok(Value::Bool(true)) => self.decisive(right),
                _ => self.decisive(left),
            },
            _ => condition,
        }
    }

    fn expectation(&mut self, block: &hir::Block) -> Expectation {
        let labels = block.labels.iter().filter_map(|label| match &label.value {
            hir::LabelValue::Word(word) => Some(word.clone()),
            hir::LabelValue::Template(parts) => {
                let mut frame = Frame { planner: self, of: PRODUCT, host: None };
                eval::eval_template(parts, &mut frame, &mut Vec::new()).ok()?.as_text().cloned()
            }
        });
        let labels = labels.collect();
        let mut said: BTreeMap<Text, Arc<hir::Expr>> = BTreeMap::new();
        let kind = self.program.kinds.get("test").and_then(|kind| kind.blocks.get("expect")?.blocks.get(&block.keyword.text));
        let usual =
            kind.into_iter().flat_map(|kind| kind.inputs.values()).filter_map(|input| Some((&input.name.text, input.default.as_ref()?)));
        said.extend(usual.map(|(name, default)| (name.clone(), default.clone())));
        said.extend(block.body.attributes().map(|attribute| (attribute.name.text.clone(), attribute.value.clone())));
        let said_at = block.body.attributes().map(|attribute| (attribute.name.text.clone(), attribute.value.span)).collect();
        let values = said.into_iter().map(|(name, written)| {
            let value = self.eval(&written, PRODUCT).ok().map(|value| match value {
                Value::Instance(id) => {
                    let node = self.node(id);
                    let defined = node.definition.as_ref().map(|definition| definition.span);
                    Said::Instance(self.path(id), node.declaration.span, defined)
                }
                value if name == AT => self.place_of(&written, value),
                value => Said::Value(value),
            });
            (name, value)
        });
        let values = values.collect();
        Expectation { keyword: block.keyword.clone(), labels, values, said_at }
    }
}

impl Planner<'_> {
    /// The place that an expectation names which is no instance.
    fn place_of(&self, written: &hir::Expr, value: Value) -> Said {
        let stages = self.program.definitions.values().filter(|of| of.keyword == "pipeline").flat_map(|of| &of.blocks);
        let mut stages = stages.filter(|block| block.keyword.text == "stage");
        let named = written.as_name().cloned().or_else(|| written.as_text());
        if let Some(name) = &named
            && let Some(stage) = stages.find(|stage| stage.word(0) == Some(name))
        {
            return Said::Place(name.clone(), stage.span);
        }
        match (path_of(written), self.origin_of(Written { expr: written, of: PRODUCT }, &[], Some(&value))) {
            (Some(path), Some(span)) if span != written.span => Said::Place(path, span),
            _ => Said::Value(value),
        }
    }
}

/// `a.agent.licence`
fn path_of(expr: &hir::Expr) -> Option<Text> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.text.clone()),
        ExprKind::Member(base, field) => Some(format!("{}.{}", path_of(base)?, field.text).into()),
        _ => None,
    }
}

/// What a reader of a failed condition wants to know: both sides of a comparison, what a call is given; no literals.
fn parts_of(condition: &hir::Expr) -> Vec<&hir::Expr> {
    match &condition.kind {
        ExprKind::Binary(_, left, right) | ExprKind::Sum(_, _, left, right) => {
            [left, right].into_iter().flat_map(|side| side_of(side)).collect()
        }
        ExprKind::Unary(_, inner) => parts_of(inner),
        ExprKind::Call(_, arguments) => arguments.iter().flat_map(|argument| side_of(&argument.value)).collect(),
        _ => side_of(condition).into_iter().collect(),
    }
}

/// A part of a condition, where it is no literal.
fn side_of(expr: &hir::Expr) -> Option<&hir::Expr> {
    let mut has_name = false;
    expr.walk(&mut |inner| has_name |= matches!(inner.kind, ExprKind::Member(..) | ExprKind::Call(..) | ExprKind::Index(..)));
    has_name.then_some(expr)
}
