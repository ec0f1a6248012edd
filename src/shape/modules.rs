//! From `implement module on provider` to the module that all products share.

use super::frame::{Frame, ordered};
use super::holes::{foreign_in, lift, said};
use super::keyed::{self, Candidate, Parts};
use super::module::{Block, Body, Module, Output, Plugin, Repeat, Resource};
use super::usage::Uses;
use super::{Source, Validation, example, words};
use crate::base::{FileId, Text, Workspace};
use crate::check::Types;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::eval::{self, Run, Scope, Stop};
use crate::hir::{self, Definition, ExprKind, Implementation, Program};
use crate::schema::{self, Schemas};
use crate::ty::Ty;
use crate::value::{Residual, ResidualFor, Value};
use std::sync::Arc;

/// Makes the module of one implementation.
pub(super) fn module(
    program: &Program,
    schemas: &Schemas,
    types: &Types,
    workspace: &Workspace,
    contract: &Arc<Definition>,
    implementation: &Arc<Implementation>,
    run: &Arc<Run>,
) -> (Option<Module>, Diagnostics) {
    let mut frame = Frame::new(program, types, contract, run);
    frame.implementation = Some(implementation);
    frame.provider = program.definitions.get(&("provider".into(), implementation.provider.text.clone())).cloned();
    let built = Builder { frame: &mut frame, schemas, candidates: Vec::new() }.module(workspace);
    let diagnostics = std::mem::take(&mut frame.diagnostics);
    (built.filter(|_| !diagnostics.has_errors()), diagnostics)
}

struct Builder<'a, 'f> {
    frame: &'f mut Frame<'a>,
    schemas: &'f Schemas,
    /// Lists that could be maps.
    candidates: Vec<Candidate>,
}

impl Builder<'_, '_> {
    fn module(mut self, workspace: &Workspace) -> Option<Module> {
        let (contract, implementation) = (self.frame.definition, self.frame.implementation?);
        let mut resources = Vec::new();
        let mut data = Vec::new();
        for block in &implementation.resources {
            if let Ok(resource) = self.resource(block) {
                if block.keyword.text == "data" { data.push(resource) } else { resources.push(resource) }
            }
        }
        let mut outputs = Vec::new();
        for (name, declared) in &contract.outputs {
            if declared.value.is_some() {
                continue;
            }
            let Some(value) = implementation.outputs.get(name).and_then(|output| output.value.clone()) else {
                self.frame.report(
                    Diagnostic::error(Code::Missing, implementation.module.span, format!("the output `{name}` is missing"))
                        .related(declared.name.span, "the contract promises it")
                        .help(format!("add `output {name} = …`")),
                );
                continue;
            };
            let Ok(value_of) = self.sayable(&value, &format!("the output `{name}`")) else { continue };
            let doc = super::holes::sentence(declared.doc.as_ref(), name);
            let ty = declared.ty.clone().unwrap_or(Ty::String);
            let ty = match ty {
                Ty::Deferred(ty) => (*ty).clone(),
                ty => ty,
            };
            let sensitive = ty.holds_secret();
            outputs.push(Output { name: name.clone(), doc, ty, value: value_of, sensitive });
        }
        let preconditions = self.preconditions(implementation);
        self.rules();
        let mut parts = Parts { data: &mut data, resources: &mut resources, outputs: &outputs, preconditions: &preconditions };
        keyed::settle(&self.candidates, &mut self.frame.holes, &mut parts);
        self.words(implementation);
        self.reduce(&data, &resources, &outputs, &preconditions);
        let holes = std::mem::take(&mut self.frame.holes);
        let whole = format!("the module `{}` on `{}`", contract.name.text, implementation.provider.text);
        let example = example::variables(self.frame, &holes, &implementation.examples, &whole);
        let mocked = example::mocked(self.frame, &data, &resources, &implementation.examples);
        let group = contract.attributes.get("group").and_then(|attribute| match &attribute.value.kind {
            ExprKind::Name(name) => Some(name.text.clone()),
            _ => None,
        });
        Some(Module {
            name: contract.name.text.clone(),
            group: group.unwrap_or_else(|| "infra".into()),
            provider: implementation.provider.text.clone(),
            doc: contract.doc.clone().unwrap_or_default(),
            source: workspace.file(implementation.span.file).path.clone(),
            plugins: self.plugins(),
            holes: ordered(holes),
            data,
            resources,
            outputs,
            preconditions,
            example,
            mocked,
        })
    }

    fn plugins(&mut self) -> Vec<Plugin> {
        let mut plugins = Vec::new();
        for block in self.plugin_blocks() {
            let texts = ["source", "version"].map(|name| self.text(&block, name));
            if let (Some(name), [Some(source), Some(version)]) = (block.word(0).cloned(), texts) {
                plugins.push(Plugin { name, source, version });
            }
        }
        plugins.sort();
        plugins
    }

    fn plugin_blocks(&self) -> Vec<Arc<hir::Block>> {
        let blocks = self.frame.provider.iter().flat_map(|provider| &provider.blocks);
        blocks.filter(|block| block.keyword.text == "plugin").cloned().collect()
    }

    /// A constant text in a block.
    fn text(&mut self, block: &hir::Block, name: &str) -> Option<Text> {
        let attribute = block.body.attribute(name)?;
        self.frame.constant(&attribute.value, None)?.as_text().cloned()
    }

    /// What the plugins of the provider say of a resource or data source.
    fn schema(&mut self, source: FileId, data: bool, ty: &str) -> Option<Arc<schema::Block>> {
        let files: Vec<Text> = self.plugin_blocks().iter().filter_map(|block| self.text(block, "schema")).collect();
        files.iter().find_map(|file| self.schemas.plugin(source, file)?.find(data, ty).cloned())
    }

    /// A value that the tool can say; what is foreign in it must be lifted.
    fn sayable(&mut self, expr: &hir::Expr, what: &str) -> Result<Value, Stop> {
        let value = self.frame.eval(expr)?;
        match foreign_in(&value) {
            Some(span) => {
                let span = if span.file == expr.span.file { span } else { expr.span };
                self.frame.report(lift(span, what));
                Err(Stop)
            }
            None => Ok(value),
        }
    }

    fn resource(&mut self, block: &Arc<hir::Block>) -> Result<Resource, Stop> {
        let (ty, name) = (block.word(0).cloned().unwrap_or_default(), block.word(1).cloned().unwrap_or_default());
        let mut locals = Vec::new();
        let mut key = None;
        let repeat = match (&block.repeat, &block.condition) {
            (Some(repeat), _) => {
                let (each, by) = self.each(repeat, block)?;
                if let Some(binding) = repeat.bindings.first() {
                    locals = each_locals(binding);
                }
                key = Some(by);
                each
            }
            (None, Some(condition)) => match self.sayable(condition, "whether the resource is there")? {
                Value::Bool(true) => Repeat::Once,
                condition => Repeat::If(condition),
            },
            (None, None) => Repeat::Once,
        };
        let mut body = self.body(&block.body, &mut locals)?;
        if let Some(by) = key {
            rekey(&mut body, &by);
        }
        let schema = self.schema(block.span.file, block.keyword.text == "data", &ty);
        Ok(Resource { ty, name, doc: block.doc.clone(), repeat, body, schema, span: block.span })
    }

    /// What a resource is repeated over: a map, with the expression that is its key in the body.
    fn each(&mut self, repeat: &hir::Repeat, block: &hir::Block) -> Result<(Repeat, Value), Stop> {
        let [binding] = repeat.bindings.as_slice() else {
            self.frame.report(
                Diagnostic::error(Code::NotExpressible, block.keyword.span, "a resource is repeated over one list")
                    .help("lift the combinations: `let NAME = flatten([for … : [for … : { … }]])`, and repeat over `NAME`"),
            );
            return Err(Stop);
        };
        let source = self.sayable(&binding.source, "what the resource is repeated over")?;
        let Some(by) = &repeat.by else {
            // A map brings its own keys.
            return Ok((Repeat::Each(source), Value::residual(Residual::EachKey)));
        };
        let mut locals = each_locals(binding);
        if let Some(elements) = source.elements() {
            let mut entries = crate::value::Entries::new();
            for (at, value) in elements {
                let at = binding.key.is_some().then(|| Value::from(at));
                let mut locals: Vec<Value> = at.into_iter().chain([value.clone()]).collect();
                let key = eval::eval_with(by, self.frame, &mut locals)?;
                let key = eval::text_of(&key).unwrap_or_default();
                if entries.insert(key.clone(), value).is_some() {
                    self.frame.report(
                        Diagnostic::error(Code::Duplicate, by.span, format!("two elements have the key `{key}`"))
                            .related(binding.source.span, "the resource is repeated over these")
                            .help("repeat it by something that tells them apart"),
                    );
                    return Err(Stop);
                }
            }
            entries.sort_keys();
            let key = eval::eval_with(by, self.frame, &mut locals)?;
            return Ok((Repeat::Each(Value::Map(entries.into())), key));
        }
        let key = eval::eval_with(by, self.frame, &mut locals)?;
        // A map that is repeated over by its own keys is taken as it is.
        if key == Value::residual(Residual::EachKey) {
            return Ok((Repeat::Each(source), key));
        }
        let local = Value::residual(Residual::Local(binding.value.text.clone()));
        let entry = key.rewrite(&|residual| matches!(residual, Residual::EachValue).then(|| local.clone()));
        let result = local.clone();
        let value = binding.value.text.clone();
        let map = ResidualFor {
            key: binding.key.as_ref().map(|name| name.text.clone()),
            value,
            source: source.clone(),
            condition: None,
            entry: Some(entry),
            result,
        };
        let map = Value::residual(Residual::For(Box::new(map)));
        if let Value::Residual(residual) = &source
            && let Residual::Variable(hole) = &**residual
            && let Some(path) = fields_of(&key)
        {
            self.candidates.push(Candidate { hole: hole.clone(), path, map: map.clone() });
        }
        Ok((Repeat::Each(map), key))
    }

    fn body(&mut self, written: &hir::Body, locals: &mut eval::Locals) -> Result<Body, Stop> {
        let mut body = Body::default();
        let mut failed = false;
        for item in &written.items {
            match item {
                hir::Item::Attribute(attribute) => match self.argument(attribute, locals) {
                    Ok(value) => body.arguments.push((attribute.name.text.clone(), value)),
                    Err(Stop) => failed = true,
                },
                hir::Item::Block(block) => match self.block(block, locals) {
                    Ok(block) => body.blocks.extend(block),
                    Err(Stop) => failed = true,
                },
                _ => {}
            }
        }
        if failed { Err(Stop) } else { Ok(body) }
    }

    fn argument(&mut self, attribute: &hir::Attribute, locals: &mut eval::Locals) -> Result<Value, Stop> {
        // The names of arguments, not values.
        if attribute.name.text == "ignore_changes"
            && let ExprKind::List(list) = &attribute.value.kind
        {
            let words = list.iter().filter_map(|element| element.as_name().cloned());
            return Ok(Value::list(words.map(Value::Text)));
        }
        let value = eval::eval_with(&attribute.value, self.frame, locals)?;
        if let Some(span) = foreign_in(&value) {
            let span = if span.file == attribute.span.file && attribute.span.start <= span.start && span.end <= attribute.span.end {
                span
            } else {
                attribute.value.span
            };
            self.frame.report(lift(span, &format!("`{}`", attribute.name.text)));
            return Err(Stop);
        }
        Ok(value)
    }

    /// A nested block; one for each element where the list is a constant.
    fn block(&mut self, block: &hir::Block, locals: &mut eval::Locals) -> Result<Vec<Block>, Stop> {
        let name = block.keyword.text.clone();
        let doc = block.doc.clone();
        let Some(repeat) = &block.repeat else {
            let body = self.body(&block.body, locals)?;
            let Some(condition) = &block.condition else { return Ok(vec![Block { name, doc, repeat: None, body }]) };
            return Ok(match eval::eval_with(condition, self.frame, locals)? {
                Value::Bool(true) => vec![Block { name, doc, repeat: None, body }],
                Value::Bool(false) => Vec::new(),
                condition => vec![Block { name: name.clone(), doc, repeat: Some((name, once_if(condition))), body }],
            });
        };
        let [binding] = repeat.bindings.as_slice() else {
            self.frame.report(
                Diagnostic::error(Code::NotExpressible, block.keyword.span, "a block is repeated over one list")
                    .help("lift the combinations: `let NAME = [for …, … : { … }]`, and repeat over `NAME`"),
            );
            return Err(Stop);
        };
        let source = eval::eval_with(&binding.source, self.frame, locals)?;
        if let Some(span) = foreign_in(&source) {
            self.frame
                .report(lift(if span.file == block.span.file { span } else { binding.source.span }, "what the block is repeated over"));
            return Err(Stop);
        }
        let depth = locals.len();
        if let Value::List(list) = &source {
            let mut blocks = Vec::new();
            for (at, element) in list.iter().enumerate() {
                locals.extend(binding.key.is_some().then_some(Value::Int(at as i64)));
                locals.push(element.clone());
                let kept = block.condition.as_ref().map(|condition| eval::eval_with(condition, self.frame, locals)).transpose();
                let body = self.body(&block.body, locals);
                locals.truncate(depth);
                let repeat = match kept? {
                    None | Some(Value::Bool(true)) => None,
                    Some(Value::Bool(false)) => continue,
                    Some(condition) => Some((name.clone(), once_if(condition))),
                };
                blocks.push(Block { name: name.clone(), doc: doc.clone(), repeat, body: body? });
            }
            return Ok(blocks);
        }
        let local = Value::residual(Residual::Local(binding.value.text.clone()));
        locals.extend(binding.key.as_ref().map(|name| Value::residual(Residual::Local(name.text.clone()))));
        locals.push(local.clone());
        let condition = block.condition.as_ref().map(|condition| eval::eval_with(condition, self.frame, locals)).transpose();
        let body = self.body(&block.body, locals);
        locals.truncate(depth);
        let body = body?;
        if let Some(key) = binding.key.as_ref().filter(|key| mentions(&body, &key.text)) {
            let message = format!("`{}` is not known in a block that a tool repeats: it has the element alone", key.text);
            self.frame.report(
                Diagnostic::error(Code::NotExpressible, key.span, message).help(format!(
                    "go through elements that hold it: `let NAME = [for {}, {} in … : {{ … }}]`",
                    key.text, binding.value.text
                )),
            );
            return Err(Stop);
        }
        let source = match condition? {
            None | Some(Value::Bool(true)) => source,
            Some(condition) => Value::residual(Residual::For(Box::new(ResidualFor {
                key: None,
                value: binding.value.text.clone(),
                source,
                condition: Some(condition),
                entry: None,
                result: local,
            }))),
        };
        Ok(vec![Block { name, doc, repeat: Some((binding.value.text.clone(), source)), body }])
    }

    /// Rules over what only the tool knows.
    fn preconditions(&mut self, implementation: &Implementation) -> Vec<Validation> {
        let mut found = Vec::new();
        for check in &implementation.checks {
            let mark = self.frame.mark();
            let condition = self.frame.eval(&check.condition);
            let message = check.message.as_ref().and_then(|message| self.frame.eval(message).ok());
            match condition {
                Ok(condition) if !condition.is_known() && foreign_in(&condition).is_none() => {
                    let message = said(message, "a rule of the module does not hold");
                    found.push(Validation { condition, message });
                }
                _ => {
                    self.frame.back_to(mark);
                }
            }
        }
        found
    }

    /// The rules of the holes' types and inputs, where the tool can say them over the holes that are there.
    fn rules(&mut self) {
        let holes: Vec<(Text, Ty)> = self.frame.holes.0.iter().map(|(name, hole)| (name.clone(), hole.ty.clone())).collect();
        for (name, _) in holes {
            let declared = self.frame.definition.inputs.get(&name).map(|input| (input.ty.clone(), input.rule.clone()));
            let output = self.frame.definition.outputs.get(&name).and_then(|output| Some((output.ty.clone()?, None)));
            let Some((ty, own)) = declared.or(output) else { continue };
            let of_type = match &ty {
                Ty::Refined(refined) => {
                    self.frame.definition.types.get(&refined.name).or_else(|| self.frame.program.types.get(&refined.name))
                }
                _ => None,
            };
            let of_type = of_type.and_then(|named| named.rule.clone());
            for rule in [of_type, own].into_iter().flatten() {
                self.rule(&name, &rule);
            }
        }
    }

    /// The words of the holes that `let`s fill.
    fn words(&mut self, implementation: &Implementation) {
        let mut holes = std::mem::take(&mut self.frame.holes);
        let contract = self.frame.definition;
        let frame = std::cell::RefCell::new(&mut *self.frame);
        let tables = |field: &str| frame.borrow_mut().of_provider(field, contract.span);
        let finder = words::Finder { contract, implementation, tables: &tables };
        for hole in holes.0.values_mut() {
            if let Source::Field(name) | Source::Keyed(name, _) = &hole.source {
                hole.words = finder.of(name);
            }
        }
        self.frame.holes = holes;
    }

    fn rule(&mut self, name: &Text, rule: &hir::Refinement) {
        let (mark, holes) = (self.frame.mark(), self.frame.holes.0.len());
        let variable = Value::residual(Residual::Variable(name.clone()));
        let condition = eval::eval_with(&rule.condition, self.frame, &mut vec![variable.clone()]);
        let message = rule.message.as_ref().and_then(|message| eval::eval_with(message, self.frame, &mut vec![variable]).ok());
        let same = self.frame.holes.0.len() == holes;
        self.frame.back_to(mark);
        if let Ok(condition) = condition
            && same
            && !condition.is_known()
            && foreign_in(&condition).is_none()
        {
            let message = said(message, &format!("the value of {name} breaks its rule"));
            self.frame.holes.validate(name, Validation { condition, message });
        }
    }

    /// Reduces the types of the holes to what is used of them.
    fn reduce(&mut self, data: &[Resource], resources: &[Resource], outputs: &[Output], preconditions: &[Validation]) {
        let mut uses = Uses::default();
        for resource in data.iter().chain(resources) {
            match &resource.repeat {
                Repeat::Once => used_in(&resource.body, &mut uses),
                Repeat::If(condition) => {
                    uses.visit(condition);
                    used_in(&resource.body, &mut uses);
                }
                Repeat::Each(source) => uses.each(source, |uses| used_in(&resource.body, uses)),
            }
        }
        outputs.iter().for_each(|output| uses.visit(&output.value));
        preconditions.iter().for_each(|rule| uses.visit(&rule.condition));
        for hole in self.frame.holes.0.values() {
            hole.validations.iter().for_each(|rule| uses.visit(&rule.condition));
        }
        for (name, hole) in &mut self.frame.holes.0 {
            if let Some(used) = uses.of(name) {
                hole.ty = used.reduce(&hole.ty);
            }
        }
        // What only a rule or a comparison of the compiler asked for is no variable of the module.
        self.frame.holes.0.retain(|name, _| uses.of(name).is_some());
    }
}

fn used_in(body: &Body, uses: &mut Uses) {
    body.arguments.iter().for_each(|(_, value)| uses.visit(value));
    for block in &body.blocks {
        match &block.repeat {
            Some((name, source)) => uses.bind(name.clone(), source, |uses| used_in(&block.body, uses)),
            None => used_in(&block.body, uses),
        }
    }
}

/// The fields from the element of a repetition to its key.
fn fields_of(key: &Value) -> Option<Vec<Text>> {
    let Value::Residual(residual) = key else { return None };
    match &**residual {
        Residual::EachValue => Some(Vec::new()),
        Residual::Member(base, field) => {
            let mut path = fields_of(base)?;
            path.push(field.clone());
            Some(path)
        }
        _ => None,
    }
}

/// One element where a condition holds, and none where it does not.
fn once_if(condition: Value) -> Value {
    Value::residual(Residual::If(condition, Value::list([Value::Int(1)]), Value::list([])))
}

/// Whether a body says a name that a repetition binds.
fn mentions(body: &Body, name: &Text) -> bool {
    let mut found = false;
    let mut visit = |residual: &Residual| found |= matches!(residual, Residual::Local(local) if local == name);
    body.arguments.iter().for_each(|(_, value)| value.walk(&mut visit));
    body.blocks.iter().flat_map(|block| &block.repeat).for_each(|(_, source)| source.walk(&mut visit));
    found || body.blocks.iter().any(|block| mentions(&block.body, name))
}

/// What the names of a repetition stand for in the body that is repeated.
fn each_locals(binding: &hir::Binding) -> Vec<Value> {
    let key = binding.key.is_some().then(|| Value::residual(Residual::EachKey));
    key.into_iter().chain([Value::residual(Residual::EachValue)]).collect()
}

/// Writes `each.key` where the body says what the key is made of.
fn rekey(body: &mut Body, key: &Value) {
    let replace = |residual: &Residual| match key {
        Value::Residual(key) if **key == *residual => Some(Value::residual(Residual::EachKey)),
        _ => None,
    };
    for (_, value) in &mut body.arguments {
        *value = value.rewrite(&replace);
    }
    for block in &mut body.blocks {
        if let Some((_, source)) = &mut block.repeat {
            *source = source.rewrite(&replace);
        }
        rekey(&mut block.body, key);
    }
}
