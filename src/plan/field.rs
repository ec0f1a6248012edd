//! One field of one instance: an input, a `let`, an output, an attribute or block of its definition.

use super::frame::Frame;
use super::planner::{PRODUCT, Planner};
use crate::base::{Span, Text, similar, text};
use crate::diag::{Code, Diagnostic};
use crate::eval::{self, Evaluated, Mismatch, Stop, conform};
use crate::hir::{self, Assign, Field, FieldId, Input, Kind};
use crate::ty::Ty;
use crate::value::{Entries, InstanceId, Residual, Value};
use std::sync::Arc;

impl Planner<'_> {
    /// Evaluates an expression where an instance's own definition stands.
    pub(super) fn eval(&mut self, expr: &hir::Expr, of: InstanceId) -> Evaluated {
        eval::eval(expr, &mut Frame { planner: self, of, host: None })
    }

    /// Evaluates a field for the first time.
    pub(super) fn compute(&mut self, id: InstanceId, field: FieldId) -> Evaluated {
        let Some(what) = self.what(id, field) else { return self.of_implementation(id, field) };
        let definition = self.node(id).definition.clone();
        let kind = definition.as_ref().and_then(|of| self.program.kinds.get(&of.keyword).cloned());
        match (what, &definition, &kind) {
            (Field::Input(at), Some(definition), _) => self.judged(id, &definition.inputs[at]),
            (Field::Common(at), ..) => match self.common_inputs(id) {
                Some(kind) => self.judged(id, &kind.inputs[at]),
                None => Err(Stop),
            },
            (Field::Let(at), Some(definition), _) => self.eval(&definition.lets[at].value, id),
            (Field::Output(at), Some(definition), _) => self.output(id, &definition.outputs[at]),
            (Field::Attribute(at), Some(definition), _) => {
                let attribute = &definition.attributes[at];
                let ty = kind.as_ref().and_then(|kind| kind.inputs.get(&attribute.name.text)).map(|input| &input.ty);
                self.attribute(id, attribute, ty)
            }
            (Field::Block(block), Some(definition), _) => self.blocks(id, &definition.blocks, &block),
            (Field::Unsaid(at), _, Some(kind)) => match &kind.inputs[at].default {
                Some(default) => self.eval(default, id),
                None => Ok(Value::None),
            },
            (Field::OwnBlock(block), ..) => {
                let declaration = self.node(id).declaration.clone();
                self.blocks(id, &declaration.blocks, &block)
            }
            _ => Err(Stop),
        }
    }

    /// A `let` of the implementation.
    fn of_implementation(&mut self, id: InstanceId, field: FieldId) -> Evaluated {
        let at = self.in_implementation(id, field);
        let Some((implementation, at)) = self.implementation(id).zip(at) else { return Err(Stop) };
        match implementation.lets.get_index(at) {
            Some((_, binding)) => self.eval(&binding.value, id),
            None => Err(Stop),
        }
    }

    /// An input of an instance, once its rules hold.
    fn judged(&mut self, id: InstanceId, input: &Input) -> Evaluated {
        let value = self.input(id, input)?;
        self.rules(id, input, value)
    }

    fn output(&mut self, id: InstanceId, output: &hir::Output) -> Evaluated {
        self.inputs_hold(id)?;
        match (&output.value, &output.ty) {
            (Some(value), ty) => {
                let found = self.eval(value, id)?;
                match ty {
                    Some(ty) => conform(found, ty).map_err(|why| self.unfit(why, value.span, output.name.span)),
                    None => Ok(found),
                }
            }
            (None, _) => Ok(Value::residual(Residual::Output(id, output.name.text.clone()))),
        }
    }

    /// What every instance of the keyword may set.
    fn common_inputs(&self, id: InstanceId) -> Option<Arc<Kind>> {
        let keyword = &self.node(id).declaration.keyword;
        let kind = if id == PRODUCT { self.program.kinds.get(keyword) } else { self.program.instances.get(keyword) };
        kind.cloned()
    }

    pub(super) fn unknown_field(&mut self, id: InstanceId, name: &Text, asked: Span) -> Evaluated {
        let node = self.node(id);
        let what = format!("{} `{}`", node.keyword, node.name);
        let mut diagnostic = Diagnostic::error(Code::UnknownField, asked, format!("{what} has no field `{name}`"));
        if let Some(definition) = &node.definition {
            let known = definition.inputs.keys().chain(definition.lets.keys()).chain(definition.outputs.keys());
            let known = known.chain(definition.attributes.keys()).chain(node.children.keys()).map(Text::as_str);
            if let Some(nearest) = similar::nearest(name, known) {
                diagnostic = diagnostic.help(format!("did you mean `{nearest}`?")).fix(format!("write `{nearest}`"), asked, nearest);
            }
            diagnostic = diagnostic.related(definition.name.span, "it is defined here");
        }
        self.report(diagnostic);
        Err(Stop)
    }

    /// What an instance says of an input, with what it says for this environment; its default otherwise.
    fn input(&mut self, id: InstanceId, input: &Input) -> Evaluated {
        let declaration = self.node(id).declaration.clone();
        let outside = if id == PRODUCT { PRODUCT } else { self.node(id).stack.unwrap_or(PRODUCT) };
        let ty = &input.ty;
        let mut value = match declaration.attributes.get(&input.name.text) {
            Some(attribute) => Some((self.attribute_value(outside, attribute, ty, input)?, attribute.value.span)),
            None => None,
        };
        for (environment, attributes) in &declaration.overrides {
            if environment.text != self.environment {
                continue;
            }
            for attribute in attributes.iter().filter(|attribute| attribute.name.text == input.name.text) {
                let new = self.attribute_value(outside, attribute, ty, input)?;
                let span = attribute.value.span;
                value = Some(match (attribute.operator, value) {
                    (Assign::Set, _) => (new, span),
                    (operator, Some((old, _))) => (self.changed(operator, old, new, span)?, span),
                    (operator, None) => {
                        let old = self.default(id, input)?;
                        (self.changed(operator, old, new, span)?, span)
                    }
                });
            }
        }
        match value {
            Some((value, _)) => Ok(value),
            None => self.default(id, input),
        }
    }

    fn attribute_value(&mut self, outside: InstanceId, attribute: &hir::Attribute, ty: &Ty, input: &Input) -> Evaluated {
        let value = self.eval(&attribute.value, outside)?;
        conform(value, ty).map_err(|why| self.unfit(why, attribute.value.span, input.name.span))
    }

    fn default(&mut self, id: InstanceId, input: &Input) -> Evaluated {
        match &input.default {
            Some(default) => {
                let value = self.eval(&default.clone(), id)?;
                conform(value, &input.ty).map_err(|why| self.unfit(why, default.span, input.name.span))
            }
            None if matches!(input.ty.plain(), Ty::Optional(_)) => Ok(Value::None),
            None => {
                let node = self.node(id);
                let (what, span) = (format!("{} `{}`", node.keyword, node.name), node.declaration.name.span);
                self.report(
                    Diagnostic::error(Code::Missing, span, format!("{what} does not say its `{}`", input.name.text))
                        .related(input.name.span, "it has no default")
                        .help(format!("add `{} = …`, of type `{}`", input.name.text, input.ty)),
                );
                Err(Stop)
            }
        }
    }

    /// `+=` and `-=` of lists and maps.
    fn changed(&mut self, operator: Assign, old: Value, new: Value, span: Span) -> Evaluated {
        match (operator, &old, &new) {
            (Assign::Add, Value::List(a), Value::List(b)) => Ok(Value::list(a.iter().chain(b.iter()).cloned())),
            (Assign::Remove, Value::List(a), Value::List(b)) => match b.iter().find(|value| !a.contains(value)) {
                Some(absent) => {
                    let shown = eval::text_of(absent).map_or_else(|| "one of these values".into(), |text| text!("`{text}`"));
                    self.report(
                        Diagnostic::error(Code::DanglingReference, span, format!("{shown} is to be taken away, and is not there"))
                            .help("write what is there without this environment, or remove the line"),
                    );
                    Err(Stop)
                }
                None => Ok(Value::list(a.iter().filter(|value| !b.contains(value)).cloned())),
            },
            (Assign::Add, Value::Map(a), Value::Map(b)) => {
                Ok(Value::map(a.iter().chain(b.iter()).map(|(key, value)| (key.clone(), value.clone()))))
            }
            _ => {
                self.report(
                    Diagnostic::error(Code::TypeMismatch, span, "`+=` and `-=` change lists and maps only")
                        .help("write `=` to replace the value"),
                );
                Err(Stop)
            }
        }
    }

    pub(super) fn unfit(&mut self, why: Mismatch, span: Span, declared: Span) -> Stop {
        let mut diagnostic = Diagnostic::error(why.code, span, why.message);
        if declared != span {
            diagnostic = diagnostic.related(declared, "declared here");
        }
        if let Some(help) = why.help {
            diagnostic = diagnostic.help(help);
        }
        self.report(diagnostic);
        Stop
    }

    /// An attribute of a definition.
    fn attribute(&mut self, id: InstanceId, attribute: &hir::Attribute, ty: Option<&Ty>) -> Evaluated {
        let value = self.eval(&attribute.value, id)?;
        match ty {
            Some(ty) => conform(value, ty).map_err(|why| self.unfit(why, attribute.value.span, attribute.name.span)),
            None => Ok(value),
        }
    }

    /// The blocks of a kind in a body: one record, or where there may be many, a map by label or a list of records.
    fn blocks(&mut self, id: InstanceId, blocks: &[Arc<hir::Block>], kind: &Arc<Kind>) -> Evaluated {
        let mut records: Vec<(Option<Text>, Value)> = Vec::new();
        for block in blocks.iter().filter(|block| block.keyword.text == kind.name) {
            if let Some(condition) = &block.condition
                && !self.is_there(condition, id)?
            {
                continue;
            }
            let label = match block.labels.first().map(|label| &label.value) {
                Some(hir::LabelValue::Word(text)) => Some(text.clone()),
                Some(hir::LabelValue::Template(parts)) => {
                    let value = eval::eval_template(parts, &mut Frame { planner: self, of: id, host: None }, &mut Vec::new())?;
                    value.as_text().cloned()
                }
                None => None,
            };
            let record = self.record(id, &block.body, kind, label.as_ref())?;
            records.push((label, record));
        }
        if !kind.many {
            if let Some((_, record)) = records.into_iter().next() {
                return Ok(record);
            }
            // A block in which nothing must be said need not be written.
            let unsaid = !kind.open && !kind.inputs.is_empty() && kind.inputs.values().all(|input| input.default.is_some());
            let nothing = hir::Body { span: kind.span, items: Vec::new() };
            return if unsaid { self.record(id, &nothing, kind, None) } else { Ok(Value::None) };
        }
        if kind.labels.0 > 0 {
            return Ok(Value::map(records.into_iter().filter_map(|(label, record)| Some((label?, record)))));
        }
        Ok(Value::list(records.into_iter().map(|(_, record)| record)))
    }

    /// Whether a condition holds, which decides what the plan is made of.
    pub(super) fn is_there(&mut self, condition: &hir::Expr, of: InstanceId) -> Result<bool, Stop> {
        if let Value::Bool(holds) = self.eval(condition, of)? {
            return Ok(holds);
        }
        self.report(
            Diagnostic::error(Code::DeferredValue, condition.span, "whether it is there must be known to the compiler")
                .help("use a condition over inputs, not over what only a tool knows"),
        );
        Err(Stop)
    }

    /// A block's body as a record: what it sets, its defaults, its own blocks.
    pub(super) fn record(&mut self, id: InstanceId, body: &hir::Body, kind: &Kind, label: Option<&Text>) -> Evaluated {
        let mut fields = Entries::new();
        if let Some(label) = label {
            fields.insert("name".into(), Value::Text(label.clone()));
        }
        for item in &body.items {
            if let hir::Item::Attribute(attribute) = item {
                let ty = kind.inputs.get(&attribute.name.text).map(|input| &input.ty);
                let value = self.attribute(id, attribute, ty)?;
                fields.insert(attribute.name.text.clone(), value);
            }
        }
        for (name, input) in &kind.inputs {
            if !fields.contains_key(name) {
                let value = match &input.default {
                    Some(default) => {
                        let value = self.eval(&default.clone(), id)?;
                        conform(value, &input.ty).map_err(|why| self.unfit(why, default.span, input.name.span))?
                    }
                    None => Value::None,
                };
                fields.insert(name.clone(), value);
            }
        }
        let blocks: Vec<Arc<hir::Block>> = body.blocks().cloned().collect();
        for (name, inner) in &kind.blocks {
            let value = self.blocks(id, &blocks, inner)?;
            fields.insert(name.clone(), value);
        }
        Ok(Value::Map(fields.into()))
    }

    /// The rules of an input and of its type.
    fn rules(&mut self, id: InstanceId, input: &Input, value: Value) -> Evaluated {
        if !value.is_known() {
            return Ok(value);
        }
        self.rules_of_type(id, input, &input.ty, &value)?;
        if let Some(rule) = &input.rule {
            self.rule(id, input, rule, &value)?;
        }
        Ok(value)
    }

    /// The rules of a type and of the types in it.
    fn rules_of_type(&mut self, id: InstanceId, input: &Input, ty: &Ty, value: &Value) -> Result<(), Stop> {
        match (ty, value) {
            (Ty::Refined(refined), value) => {
                self.rules_of_type(id, input, &refined.base, value)?;
                let own = self.node(id).definition.as_ref().and_then(|definition| definition.types.get(&refined.name).cloned());
                let named = own.or_else(|| self.program.types.get(&refined.name).cloned());
                match named.as_ref().and_then(|named| named.rule.as_ref()) {
                    Some(rule) => self.rule(id, input, rule, value),
                    None => Ok(()),
                }
            }
            (Ty::Optional(ty), value) => self.rules_of_type(id, input, ty, value),
            (Ty::List(ty), Value::List(list)) => list.iter().try_for_each(|value| self.rules_of_type(id, input, ty, value)),
            (Ty::Map(ty), Value::Map(map)) => map.values().try_for_each(|value| self.rules_of_type(id, input, ty, value)),
            (Ty::Record(record), Value::Map(map)) => record.fields.iter().try_for_each(|field| match map.get(&field.name) {
                Some(value) => self.rules_of_type(id, input, &field.ty, value),
                None => Ok(()),
            }),
            _ => Ok(()),
        }
    }

    fn rule(&mut self, id: InstanceId, input: &Input, rule: &hir::Refinement, value: &Value) -> Result<(), Stop> {
        if *value == Value::None {
            return Ok(());
        }
        let mut locals = vec![value.clone()];
        let holds = eval::eval_with(&rule.condition, &mut Frame { planner: self, of: id, host: None }, &mut locals)?;
        if holds != Value::Bool(false) {
            return Ok(());
        }
        let said = |planner: &mut Self, expr: &Option<Arc<hir::Expr>>| -> Option<Text> {
            let expr = expr.as_ref()?;
            let mut locals = vec![value.clone()];
            let value = eval::eval_with(expr, &mut Frame { planner, of: id, host: None }, &mut locals).ok()?;
            value.as_text().cloned()
        };
        let shown = eval::text_of(value).map_or_else(|| text!("`{}`", input.name.text), |value| text!("`{} = {value}`", input.name.text));
        let message = said(self, &rule.message).unwrap_or_else(|| text!("{shown} breaks its rule"));
        let mut diagnostic = Diagnostic::error(Code::CheckFailed, self.inventory_place(id, Some(&input.name.text)), message)
            .related(rule.condition.span, "the rule stands here");
        if let Some(help) = said(self, &rule.help) {
            diagnostic = diagnostic.help(help);
        }
        self.report(diagnostic);
        Err(Stop)
    }

    /// The place that gave an input its value: the override for this environment, the attribute, or the instance.
    pub(super) fn said_at(&self, id: InstanceId, name: &str) -> Span {
        let declaration = &self.node(id).declaration;
        let of_environment = declaration.overrides.iter().filter(|(environment, _)| environment.text == self.environment);
        let overridden = of_environment.flat_map(|(_, attributes)| attributes).rfind(|attribute| attribute.name.text == name);
        let said = overridden.or_else(|| declaration.attributes.get(name));
        said.map_or(declaration.name.span, |attribute| attribute.value.span)
    }
}
