//! One field of one instance: an input, a `let`, an output, an attribute or block of its definition.

use super::frame::Frame;
use super::planner::{PRODUCT, Planner};
use super::refined::Typed;
use super::written::Written;
use crate::base::{Key, Span, Text, similar};
use crate::diag::{Code, Diagnostic};
use crate::eval::{self, Effort, Evaluated, Locals, Mismatch, Stop, conform};
use crate::hir::{self, Assign, Field, FieldId, Input, Kind};
use crate::ty::Ty;
use crate::value::{Entries, InstanceId, Residual, Value};
use std::sync::Arc;

impl Planner<'_> {
    /// Evaluates an expression where an instance's own definition stands.
    pub(super) fn eval(&mut self, expr: &hir::Expr, of: InstanceId) -> Evaluated {
        self.eval_in(expr, of, &mut Locals::new())
    }

    /// The same where some names are bound.
    pub(super) fn eval_in(&mut self, expr: &hir::Expr, of: InstanceId, locals: &mut Locals) -> Evaluated {
        eval::eval_with(expr, &mut Frame { planner: self, of, host: None }, locals)
    }

    /// Evaluates a field for the first time. What asks nothing of an instance is evaluated once for all products.
    pub(super) fn compute(&mut self, id: InstanceId, field: FieldId) -> Evaluated {
        let Some(what) = self.what(id, field) else { return self.of_implementation(id, field) };
        let fields = self.node(id).fields.clone();
        let Some(constant) = fields.constant(field).filter(|_| !self.is_said(id, field, &what)) else {
            return self.evaluate(id, what);
        };
        if let Some(known) = constant.get()
            && self.work.spend(Effort { steps: known.steps, depth: known.depth })
        {
            return Ok(known.value.clone());
        }
        let (measured, asked, found) = (self.work.measure(), self.asked, self.diagnostics.0.len());
        let value = self.evaluate(id, what);
        let effort = self.work.measured(&measured);
        if let (Ok(value), Some(Effort { steps, depth })) = (&value, effort)
            && asked == self.asked
            && found == self.diagnostics.0.len()
        {
            constant.get_or_init(|| hir::Constant { value: value.clone(), steps, depth });
        }
        value
    }

    /// Whether an instance decides a field itself.
    fn is_said(&self, id: InstanceId, field: FieldId, what: &Field) -> bool {
        let node = self.node(id);
        match what {
            Field::OwnBlock(_) => true,
            Field::Input(_) | Field::Common(_) => node.fields.get(field).is_none_or(|(name, _)| {
                let declaration = &node.declaration;
                let overrides = declaration.overrides.iter().flat_map(|(_, attributes)| attributes);
                declaration.attributes.contains_key(name) || overrides.into_iter().any(|attribute| attribute.name.text == *name)
            }),
            Field::Let(_) | Field::Output(_) | Field::Attribute(_) | Field::Block(_) | Field::Unsaid(_) => false,
        }
    }

    fn evaluate(&mut self, id: InstanceId, what: Field) -> Evaluated {
        let definition = self.node(id).definition.clone();
        let kind = definition.as_ref().and_then(|of| self.program.kinds.get(&of.keyword).cloned());
        match (what, &definition, &kind) {
            (Field::Input(at), Some(definition), _) => self.judged(id, &definition.inputs[at]),
            (Field::Common(at), ..) => match self.common_inputs(id) {
                Some(kind) => self.judged(id, &kind.inputs[at]),
                None => Err(Stop),
            },
            (Field::Let(at), Some(definition), _) => {
                let binding = &definition.lets[at];
                let (types, name) = (self.types, &binding.name.text);
                let found = || types.definition_let(&definition.keyword, &definition.name.text, name);
                self.binding(id, binding, definition.let_types.get(name), found)
            }
            (Field::Output(at), Some(definition), _) => self.output(id, &definition.outputs[at]),
            (Field::Attribute(at), Some(definition), _) => {
                let attribute = &definition.attributes[at];
                self.attribute(id, attribute, kind.as_ref().and_then(|kind| kind.inputs.get(&attribute.name.text)))
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

    /// A `let` or an output of the policy that judges; each is evaluated once for all that it judges.
    pub(super) fn of_policy(&mut self, field: FieldId) -> Option<Evaluated> {
        let (policy, known) = self.judging.as_ref()?;
        if let Some(known) = known.get(&field) {
            return Some(known.clone());
        }
        let policy = policy.clone();
        let what = self.program.fields.get(&(policy.keyword.clone(), policy.name.text.clone()))?.get(field)?.1.clone();
        let value = match what {
            Field::Let(at) => {
                let binding = &policy.lets[at];
                let (types, name) = (self.types, &binding.name.text);
                let found = || types.definition_let(&policy.keyword, &policy.name.text, name);
                self.binding(PRODUCT, binding, policy.let_types.get(name), found)
            }
            Field::Output(at) => self.eval(policy.outputs[at].value.as_ref()?, PRODUCT),
            _ => return None,
        };
        if let Some((_, known)) = &mut self.judging {
            known.insert(field, value.clone());
        }
        Some(value)
    }

    /// A `let` of the implementation.
    fn of_implementation(&mut self, id: InstanceId, field: FieldId) -> Evaluated {
        let at = self.in_implementation(id, field);
        let Some((implementation, at)) = self.implementation(id).zip(at) else { return Err(Stop) };
        match implementation.lets.get_index(at) {
            Some((name, binding)) => {
                let types = self.types;
                let found = || types.implementation_let(&implementation.module.text, &implementation.provider.text, name);
                self.binding(id, binding, implementation.let_types.get(name), found)
            }
            None => Err(Stop),
        }
    }

    /// An input of an instance, once its rules hold.
    fn judged(&mut self, id: InstanceId, input: &Input) -> Evaluated {
        let value = self.input(id, input)?;
        self.keeps_input(Typed { id, name: &input.name.text, written: None }, input, &value)?;
        Ok(value)
    }

    fn output(&mut self, id: InstanceId, output: &hir::Output) -> Evaluated {
        self.inputs_hold(id)?;
        match (&output.value, &output.ty) {
            (Some(value), ty) => {
                let found = self.eval(value, id)?;
                let Some(ty) = ty else { return Ok(found) };
                let at = self.place_of_text(id, value.span);
                let found = self.formed(id, found, ty, Written { expr: value, of: id }, [at, output.name.span])?;
                let written = Some(Written { expr: value, of: id });
                self.keeps_type(Typed { id, name: &output.name.text, written }, ty, &found, &mut Vec::new())?;
                Ok(found)
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
            Some(attribute) => Some((self.attribute_value(id, outside, attribute, ty, input)?, attribute.value.span)),
            None => None,
        };
        for (environment, attributes) in &declaration.overrides {
            if environment.text != self.environment {
                continue;
            }
            for attribute in attributes.iter().filter(|attribute| attribute.name.text == input.name.text) {
                let new = self.attribute_value(id, outside, attribute, ty, input)?;
                let span = attribute.value.span;
                value = Some(match (attribute.operator, value) {
                    (Assign::Set, _) => (new, span),
                    (operator, Some((old, _))) => (self.changed(operator, old, new, &attribute.value)?, span),
                    (operator, None) => {
                        let old = self.default(id, input)?;
                        (self.changed(operator, old, new, &attribute.value)?, span)
                    }
                });
            }
        }
        match value {
            Some((value, _)) => Ok(value),
            None => self.default(id, input),
        }
    }

    fn attribute_value(&mut self, id: InstanceId, outside: InstanceId, attribute: &hir::Attribute, ty: &Ty, input: &Input) -> Evaluated {
        let mut bound = self.node(id).bound.clone();
        let value = self.eval_in(&attribute.value, outside, &mut bound)?;
        self.formed(id, value, ty, Written { expr: &attribute.value, of: outside }, [attribute.value.span, input.name.span])
    }

    fn default(&mut self, id: InstanceId, input: &Input) -> Evaluated {
        match &input.default {
            Some(default) => {
                let value = self.eval(&default.clone(), id)?;
                self.formed(id, value, &input.ty, Written { expr: default, of: id }, [default.span, input.name.span])
            }
            None if matches!(input.ty.plain(), Ty::Optional(_)) => Ok(Value::None),
            None => {
                let node = self.node(id);
                let (what, span) = (format!("{} `{}`", node.keyword, node.name), node.declaration.name.span);
                self.report(
                    Diagnostic::error(Code::Missing, span, format!("{what} does not say its `{}`", input.name.text))
                        .related(input.name.span, "it has no default")
                        .help(format!("add `{} = …`{}", input.name.text, input.of_type())),
                );
                Err(Stop)
            }
        }
    }

    /// A value in the form of a type, with the fields that it leaves out: where it stands, and where its type is declared.
    fn formed(&mut self, id: InstanceId, value: Value, ty: &Ty, written: Written<'_>, [at, declared]: [Span; 2]) -> Evaluated {
        let value = self.completed(id, value, ty, written, at)?;
        conform(value, ty).map_err(|why| self.unfit(why, at, declared))
    }

    fn completed(&mut self, id: InstanceId, value: Value, ty: &Ty, written: Written<'_>, at: Span) -> Evaluated {
        let completed = eval::complete(value, ty, &mut Frame { planner: self, of: id, host: None });
        completed.map_err(|incomplete| {
            let mut path = incomplete.path.clone();
            let text = incomplete.said.iter().find_map(|(name, value)| {
                path.push(Key::Name(name.clone()));
                let place = self.origin_of(written, &path, Some(value));
                path.pop();
                place
            });
            let place = text.or_else(|| self.origin_of(written, &path, None)).unwrap_or(at);
            incomplete.at(place).into_iter().for_each(|diagnostic| self.report(diagnostic));
            Stop
        })
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

    /// A `let`, of the type that it says. Where it says none, the type that was found may have defaults for what its records leave out.
    fn binding<'t>(&mut self, id: InstanceId, binding: &hir::Let, ty: Option<&Ty>, found: impl Fn() -> Option<&'t Ty>) -> Evaluated {
        let value = self.eval(&binding.value, id)?;
        let Some(ty) = ty else {
            let found = if matches!(value, Value::List(_) | Value::Map(_)) { found() } else { None };
            return match found {
                Some(found) => self.completed(id, value, found, Written { expr: &binding.value, of: id }, binding.value.span),
                None => Ok(value),
            };
        };
        let at = self.place_of_text(id, binding.value.span);
        let value = self.formed(id, value, ty, Written { expr: &binding.value, of: id }, [at, binding.name.span])?;
        let written = Some(Written { expr: &binding.value, of: id });
        self.keeps_type(Typed { id, name: &binding.name.text, written }, ty, &value, &mut Vec::new())?;
        Ok(value)
    }

    /// An attribute of a definition or block.
    fn attribute(&mut self, id: InstanceId, attribute: &hir::Attribute, input: Option<&Input>) -> Evaluated {
        let value = self.eval(&attribute.value, id)?;
        let Some(input) = input else { return Ok(value) };
        let value =
            self.formed(id, value, &input.ty, Written { expr: &attribute.value, of: id }, [attribute.value.span, attribute.name.span])?;
        let written = Some(Written { expr: &attribute.value, of: id });
        self.keeps_input(Typed { id, name: &attribute.name.text, written }, input, &value)?;
        Ok(value)
    }

    /// The blocks of a kind in a body: one record, or where there may be many, a map by label or a list of records.
    fn blocks(&mut self, id: InstanceId, blocks: &[Arc<hir::Block>], kind: &Arc<Kind>) -> Evaluated {
        let mut records: Vec<(Option<Text>, Value)> = Vec::new();
        for block in blocks.iter().filter(|block| block.keyword.text == kind.name) {
            if let Some(condition) = &block.condition
                && !self.is_there(condition, id, &mut Locals::new())?
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
    pub(super) fn is_there(&mut self, condition: &hir::Expr, of: InstanceId, locals: &mut Locals) -> Result<bool, Stop> {
        if let Value::Bool(holds) = self.eval_in(condition, of, locals)? {
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
                let value = self.attribute(id, attribute, kind.inputs.get(&attribute.name.text))?;
                fields.insert(attribute.name.text.clone(), value);
            }
        }
        for (name, input) in &kind.inputs {
            if !fields.contains_key(name) {
                let value = match &input.default {
                    Some(default) => {
                        let value = self.eval(&default.clone(), id)?;
                        self.formed(id, value, &input.ty, Written { expr: default, of: id }, [default.span, input.name.span])?
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

    /// The place that gave an input its value: the override for this environment, the attribute, or the instance.
    pub(super) fn said_at(&self, id: InstanceId, name: &str) -> Span {
        let declaration = &self.node(id).declaration;
        let of_environment = declaration.overrides.iter().filter(|(environment, _)| environment.text == self.environment);
        let overridden = of_environment.flat_map(|(_, attributes)| attributes).rfind(|attribute| attribute.name.text == name);
        let said = overridden.or_else(|| declaration.attributes.get(name));
        said.map_or(declaration.name.span, |attribute| attribute.value.span)
    }
}
