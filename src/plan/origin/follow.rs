//! Follows a part of a value backwards through the expressions that make it.

use super::{How, Origin};
use crate::base::{Key, Path, Span, Text, text};
use crate::eval::{self, Evaluated};
use crate::hir::{self, Ambient, Assign, Binary, ExprKind, Meaning, Part};
use crate::plan::frame::Frame;
use crate::plan::planner::{PRODUCT, Planner};
use crate::value::{InstanceId, Residual, Value};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// How deep a value is followed: far behind what a person reads, and before the stack ends.
const DEEPEST: usize = 120;

pub(super) struct Follower<'f, 'p> {
    planner: &'f mut Planner<'p>,
    /// The machine, where a service is asked on one.
    host: Option<Value>,
    /// What was followed already.
    seen: BTreeSet<(InstanceId, Text, Vec<Key>)>,
    depth: usize,
    /// Whether a bound name was read.
    used_bound: bool,
}

/// Where an expression stands.
#[derive(Clone)]
struct Place {
    of: InstanceId,
    bound: Rc<Vec<Bound>>,
}

/// What a bound name stands for, and where it comes from.
#[derive(Clone)]
struct Bound {
    value: Value,
    from: Option<Rc<From>>,
}

/// The expression that a bound name is a part of.
struct From {
    expr: hir::Expr,
    place: Place,
    path: Vec<Key>,
}

impl Place {
    fn of(of: InstanceId) -> Place {
        Place { of, bound: Rc::default() }
    }

    fn with(&self, bound: impl IntoIterator<Item = Bound>) -> Place {
        Place { of: self.of, bound: Rc::new(self.bound.iter().cloned().chain(bound).collect()) }
    }
}

impl<'f, 'p> Follower<'f, 'p> {
    /// Follows values as they are, or as they are on one machine.
    pub(super) fn new(planner: &'f mut Planner<'p>, host: Option<Value>) -> Self {
        Follower { planner, host, seen: BTreeSet::new(), depth: 0, used_bound: false }
    }

    /// Where a part of a field comes from.
    pub(super) fn field(&mut self, id: InstanceId, field: &Text, path: &[Key]) -> Option<Origin> {
        if self.depth >= DEEPEST || !self.seen.insert((id, field.clone(), path.to_vec())) {
            return None;
        }
        self.depth += 1;
        let found = self.said(id, field, path);
        self.depth -= 1;
        found
    }

    /// Where a part of the record of a machine comes from: the field of the unit that holds the record.
    pub(super) fn machine(&mut self, host: &Text, path: &[Key]) -> Option<Origin> {
        let unit = self.planner.machines.get(host)?.unit;
        let named = |value: &Value| value.field("name").and_then(Value::as_text) == Some(host);
        for (field, value) in self.planner.evaluated(unit) {
            let key = match &value {
                Value::List(list) => list.iter().position(named).map(Key::At),
                Value::Map(map) => map.iter().find(|(_, value)| named(value)).map(|(key, _)| Key::Name(key.clone())),
                _ => None,
            };
            if let Some(key) = key {
                let path: Vec<Key> = std::iter::once(key).chain(path.iter().cloned()).collect();
                return self.field(unit, &field, &path);
            }
        }
        None
    }

    fn said(&mut self, id: InstanceId, field: &Text, path: &[Key]) -> Option<Origin> {
        let definition = self.planner.node(id).definition.clone();
        let kind = self.kind(id);
        let input = definition.as_ref().and_then(|of| of.inputs.get(field));
        if let Some(input) = input.or_else(|| kind.as_ref().and_then(|kind| kind.inputs.get(field))) {
            return Some(self.input(id, input, path));
        }
        if let Some(definition) = &definition {
            if let Some(binding) = definition.lets.get(field) {
                return Some(self.origin(id, field, How::Let, &binding.value, path));
            }
            if let Some(output) = definition.outputs.get(field) {
                if let Some(value) = &output.value {
                    return Some(self.origin(id, field, How::Output, value, path));
                }
                let given = self.planner.implementation(id).and_then(|of| of.outputs.get(field)?.value.clone());
                return Some(match given {
                    Some(value) => self.origin(id, field, How::Deferred, &value, path),
                    None => self.leaf(id, field, How::Deferred, output.name.span),
                });
            }
        }
        if let Some(implementation) = self.planner.implementation(id)
            && let Some(binding) = implementation.lets.get(field)
        {
            return Some(self.origin(id, field, How::Let, &binding.value, path));
        }
        if let Some(definition) = &definition {
            if let Some(attribute) = definition.attributes.get(field) {
                return Some(self.origin(id, field, How::Attribute, &attribute.value, path));
            }
            let of_definition = self.planner.program.kinds.get(&definition.keyword).cloned();
            if let Some(of_kind) = of_definition {
                if of_kind.blocks.contains_key(field) {
                    return Some(self.block(id, id, field, &definition.blocks, &of_kind.blocks[field].clone(), path));
                }
                if let Some(default) = of_kind.inputs.get(field).and_then(|input| input.default.clone()) {
                    return Some(self.origin(id, field, How::Default, &default, path));
                }
            }
        }
        if let Some(kind) = kind
            && let Some(of) = kind.blocks.get(field)
        {
            let blocks = self.planner.node(id).declaration.blocks.clone();
            return Some(self.block(id, self.outside(id), field, &blocks, &of.clone(), path));
        }
        let declared = self.planner.node(id).declaration.name.span;
        matches!(field.as_str(), "name" | "kind" | "labels").then(|| self.leaf(id, field, How::Name, declared))
    }

    /// What every instance of the keyword may set beside the inputs of its definition.
    fn kind(&self, id: InstanceId) -> Option<Arc<hir::Kind>> {
        let keyword = &self.planner.node(id).keyword;
        let program = self.planner.program;
        if id == PRODUCT { program.kinds.get(keyword).cloned() } else { program.instances.get(keyword).cloned() }
    }

    fn outside(&self, id: InstanceId) -> InstanceId {
        if id == PRODUCT { PRODUCT } else { self.planner.node(id).stack.unwrap_or(PRODUCT) }
    }

    /// What an instance says of an input, with what it says for this environment; its default otherwise.
    fn input(&mut self, id: InstanceId, input: &hir::Input, path: &[Key]) -> Origin {
        let name = &input.name.text;
        let (declaration, outside) = (self.planner.node(id).declaration.clone(), self.outside(id));
        let of_environment = declaration.overrides.iter().filter(|(of, _)| of.text == self.planner.environment);
        let overrides: Vec<Arc<hir::Attribute>> =
            of_environment.flat_map(|(_, attributes)| attributes).filter(|of| of.name.text == *name).cloned().collect();
        let replaced = overrides.iter().rposition(|of| of.operator == Assign::Set);
        let mut found: Option<Origin> = None;
        let environment = self.planner.environment.clone();
        // The last word first: what it changes stands below it.
        for attribute in overrides[replaced.unwrap_or(0)..].iter().rev() {
            let origin = self.at(outside, id, name, How::InEnvironment(environment.clone()), &attribute.value, path);
            match &mut found {
                Some(last) => last.from.push(origin),
                None => found = Some(origin),
            }
        }
        if replaced.is_none() {
            let base = match (declaration.attributes.get(name), &input.default) {
                (Some(attribute), _) => self.at(outside, id, name, How::Said, &attribute.value, path),
                (None, Some(default)) => self.origin(id, name, How::Default, &default.clone(), path),
                (None, None) => self.leaf(id, name, How::Default, input.name.span),
            };
            match &mut found {
                Some(last) => last.from.push(base),
                None => found = Some(base),
            }
        }
        found.unwrap_or_else(|| self.leaf(id, name, How::Default, input.name.span))
    }

    /// A block, or the attribute in it that is asked for.
    fn block(
        &mut self,
        id: InstanceId,
        of: InstanceId,
        field: &Text,
        blocks: &[Arc<hir::Block>],
        kind: &hir::Kind,
        path: &[Key],
    ) -> Origin {
        let mut named: Vec<&Arc<hir::Block>> = blocks.iter().filter(|block| block.keyword.text == *field).collect();
        let mut path = path;
        if kind.many {
            named = match path.first() {
                Some(Key::Name(label)) => named.into_iter().filter(|block| self.label(of, block).as_ref() == Some(label)).collect(),
                Some(Key::At(at)) => named.into_iter().skip(*at).take(1).collect(),
                None => named,
            };
            path = path.get(1..).unwrap_or_default();
        }
        let Some(first) = named.first() else {
            let default = match path.first() {
                Some(Key::Name(name)) => kind.inputs.get(name).and_then(|input| input.default.clone()),
                _ => None,
            };
            return match default {
                Some(default) => self.at(id, id, field, How::Default, &default, &path[1..]),
                None => self.leaf(id, field, How::Default, kind.span),
            };
        };
        if let [Key::Name(name), rest @ ..] = path {
            if let Some(attribute) = first.body.attribute(name) {
                return self.at(of, id, field, How::Attribute, &attribute.value, rest);
            }
            if let Some(inner) = kind.blocks.get(name) {
                let blocks: Vec<Arc<hir::Block>> = first.body.blocks().cloned().collect();
                return self.block(id, of, name, &blocks, &inner.clone(), rest);
            }
            if let Some(default) = kind.inputs.get(name).and_then(|input| input.default.clone()) {
                return self.at(id, id, field, How::Default, &default, rest);
            }
        }
        let mut origin = self.leaf(id, field, How::Attribute, first.keyword.span);
        for block in named {
            for attribute in block.body.attributes() {
                self.expr(&attribute.value, &Place::of(of), &[], &mut origin.from);
            }
        }
        origin
    }

    fn label(&mut self, of: InstanceId, block: &hir::Block) -> Option<Text> {
        match block.labels.first().map(|label| &label.value) {
            Some(hir::LabelValue::Word(text)) => Some(text.clone()),
            Some(hir::LabelValue::Template(parts)) => {
                let mut frame = Frame { planner: self.planner, of, host: None };
                eval::eval_template(parts, &mut frame, &mut Vec::new()).ok()?.as_text().cloned()
            }
            None => None,
        }
    }

    fn origin(&mut self, id: InstanceId, field: &Text, how: How, expr: &hir::Expr, path: &[Key]) -> Origin {
        self.at(id, id, field, how, expr, path)
    }

    /// A field of `id` that an expression says which stands where `of` does.
    fn at(&mut self, of: InstanceId, id: InstanceId, field: &Text, how: How, expr: &hir::Expr, path: &[Key]) -> Origin {
        let mut from = Vec::new();
        let place = self.expr(expr, &Place::of(of), path, &mut from);
        let mut origin = self.leaf(id, field, how, place);
        origin.what = text!("{}{}", origin.what, Path(path));
        origin.value = self.value_of(id, field).and_then(|value| part(&value, path).cloned());
        origin.from.splice(0..0, from);
        origin
    }

    fn value_of(&mut self, id: InstanceId, field: &Text) -> Option<Value> {
        let span = self.planner.node(id).declaration.name.span;
        let binding = self.planner.node(id).definition.as_ref().and_then(|of| of.lets.get(field).cloned());
        match (binding, self.host.clone()) {
            (Some(binding), Some(host)) => eval::eval(&binding.value, &mut Frame { planner: self.planner, of: id, host: Some(host) }).ok(),
            _ => self.planner.field(id, field, span).ok(),
        }
    }

    fn leaf(&mut self, id: InstanceId, field: &Text, how: How, place: Span) -> Origin {
        let path = if id == PRODUCT { self.planner.product.name.text.clone() } else { self.planner.path(id) };
        let key = text!("{}/{}.{field}", self.planner.environment, self.planner.path(id));
        let made = self.planner.allocator.made.iter().filter(|(made, _)| {
            made.strip_prefix(key.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['@', '[', '/', '#']))
        });
        let from = made.map(|(key, made)| Origin {
            what: key.clone(),
            how: How::Lock(key.clone()),
            place: made.asked,
            value: Some(Value::Text(made.value.to_string().into())),
            from: Vec::new(),
        });
        let from = from.collect();
        Origin { what: text!("{path}.{field}"), how, place, value: self.value_of(id, field), from }
    }

    fn evaluate(&mut self, expr: &hir::Expr, place: &Place) -> Evaluated {
        let mut locals = place.bound.iter().map(|bound| bound.value.clone()).collect();
        let host = self.host.clone();
        eval::eval_with(expr, &mut Frame { planner: self.planner, of: place.of, host }, &mut locals)
    }

    /// Adds what a part of an expression's value is read from. Gives the smallest expression that says the part.
    fn expr(&mut self, expr: &hir::Expr, place: &Place, path: &[Key], into: &mut Vec<Origin>) -> Span {
        if self.depth >= DEEPEST {
            return expr.span;
        }
        self.depth += 1;
        let span = self.form(expr, place, path, into);
        self.depth -= 1;
        span
    }

    fn form(&mut self, expr: &hir::Expr, place: &Place, path: &[Key], into: &mut Vec<Origin>) -> Span {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Word(_) | ExprKind::Error => {}
            ExprKind::Template(parts) => {
                for part in parts {
                    if let Part::Expr(inner) = part {
                        self.expr(inner, place, &[], into);
                    }
                }
            }
            ExprKind::Local(local) => {
                self.used_bound = true;
                if let Some(from) = place.bound.get(local.0 as usize).and_then(|bound| bound.from.clone()) {
                    let path: Vec<Key> = from.path.iter().chain(path).cloned().collect();
                    self.expr(&from.expr, &from.place, &path, into);
                }
            }
            ExprKind::Name(name) => into.extend(self.name(name, place.of, path)),
            ExprKind::Member(base, field) | ExprKind::Maybe(base, field) => match self.evaluate(base, place) {
                Ok(Value::Instance(id)) => {
                    // The way to the instance is read too: a stack's input may say which one it is.
                    if !matches!(base.kind, ExprKind::Name(_)) || !self.is_fixed(base) {
                        self.expr(base, place, &[], into);
                    }
                    into.extend(self.member(id, &field.text, path));
                }
                Ok(Value::Definition(keyword, name)) => {
                    if let Some(definition) = self.planner.definition(&keyword, &name) {
                        let place = definition.attributes.get(&field.text).map_or(definition.name.span, |of| of.value.span);
                        let what = text!("{keyword} {name}.{}", field.text);
                        into.push(Origin { what, how: How::Attribute, place, value: None, from: Vec::new() });
                    }
                }
                _ => {
                    let path: Vec<Key> = std::iter::once(Key::Name(field.text.clone())).chain(path.iter().cloned()).collect();
                    let said = self.expr(base, place, &path, into);
                    // A field of what has a name is said by both.
                    return if matches!(base.kind, ExprKind::Name(_) | ExprKind::Member(..)) { expr.span } else { said };
                }
            },
            ExprKind::Index(base, index) => {
                let key = match self.evaluate(index, place) {
                    Ok(Value::Int(at)) => usize::try_from(at).ok().map(Key::At),
                    Ok(value) => eval::text_of(&value).map(Key::Name),
                    Err(_) => None,
                };
                self.expr(index, place, &[], into);
                let path: Vec<Key> = key.into_iter().chain(path.iter().cloned()).collect();
                return self.expr(base, place, &path, into);
            }
            ExprKind::Call(callee, arguments) => return self.call(callee, arguments, expr.span, place, path, into),
            ExprKind::List(elements) => match path {
                [Key::At(at), rest @ ..] if *at < elements.len() => return self.expr(&elements[*at], place, rest, into),
                _ => elements.iter().for_each(|element| {
                    self.expr(element, place, &[], into);
                }),
            },
            ExprKind::Map(entries) => match path {
                [Key::Name(name), rest @ ..] if entries.iter().any(|(key, _)| key.text == *name) => {
                    if let Some((_, value)) = entries.iter().find(|(key, _)| key.text == *name) {
                        return self.expr(value, place, rest, into);
                    }
                }
                _ => entries.iter().for_each(|(_, value)| {
                    self.expr(value, place, &[], into);
                }),
            },
            ExprKind::For(comprehension) => return self.comprehension(comprehension, expr.span, place, path, into),
            ExprKind::Unary(_, operand) => {
                self.expr(operand, place, &[], into);
            }
            ExprKind::Binary(operator, left, right) | ExprKind::Sum(_, operator, left, right) => {
                return self.binary(*operator, [left, right], expr.span, place, path, into);
            }
            ExprKind::If(condition, yes, no) => {
                let holds = self.evaluate(condition, place);
                let span = match holds {
                    Ok(Value::Bool(true)) => self.expr(yes, place, path, into),
                    Ok(Value::Bool(false)) => self.expr(no, place, path, into),
                    _ => {
                        self.expr(yes, place, path, into);
                        self.expr(no, place, path, into);
                        expr.span
                    }
                };
                self.expr(condition, place, &[], into);
                return span;
            }
            ExprKind::Match(subject, arms) => {
                let value = self.evaluate(subject, place);
                let mut span = expr.span;
                for arm in arms {
                    let taken = match &arm.pattern {
                        None => true,
                        Some(pattern) => value.is_ok() && self.evaluate(pattern, place) == value,
                    };
                    if taken {
                        span = self.expr(&arm.value, place, path, into);
                        break;
                    }
                }
                self.expr(subject, place, &[], into);
                return span;
            }
        }
        expr.span
    }

    /// Whether a name stands for one instance wherever it is read: what is beside it, the product, its stack.
    fn is_fixed(&self, base: &hir::Expr) -> bool {
        base.as_name().is_some_and(|name| {
            let beside = |id: InstanceId| self.planner.node(id).children.contains_key(name);
            matches!(name.as_str(), "product" | "stack") || self.planner.ids().any(beside)
        })
    }

    fn name(&mut self, name: &hir::FreeName, of: InstanceId, path: &[Key]) -> Option<Origin> {
        let Meaning::Place(place) = self.planner.types.meaning(name) else { return None };
        match place {
            hir::Place::Field(_) => self.field(of, &name.text, path),
            hir::Place::Instance => {
                let child = self.planner.node(of).children.get(&name.text).copied()?;
                self.instance(child, path)
            }
            hir::Place::Resource(_) => self.resource(of, &name.text),
            hir::Place::Product => self.elsewhere(&name.text, path),
            hir::Place::Ambient(ambient) => self.ambient(ambient, of, path),
        }
    }

    /// What another product exports comes from there.
    fn elsewhere(&self, product: &Text, path: &[Key]) -> Option<Origin> {
        let [Key::Name(first), rest @ ..] = path else { return None };
        let second = if let [Key::Name(second), ..] = rest { Some(second.clone()) } else { None };
        let of = self.planner.others.get(product)?;
        let paths = [(first.clone(), second), (first.clone(), None)];
        let (path, (value, place)) = paths.iter().find_map(|path| of.get_key_value(path))?;
        let what = Text::new(hir::written(product, path));
        let environment = self.planner.imports.get(product)?.serving(&self.planner.environment)?.environment.clone();
        let how = if matches!(value, Value::Instance(_)) { How::Name } else { How::Exported(environment) };
        Some(Origin { what, how, place: *place, value: Some(value.clone()), from: Vec::new() })
    }

    fn ambient(&mut self, ambient: Ambient, of: InstanceId, path: &[Key]) -> Option<Origin> {
        let declared = self.planner.node(of).declaration.name.span;
        let named =
            |what: Text, place: Span, value: Value| Some(Origin { what, how: How::Name, place, value: Some(value), from: Vec::new() });
        match ambient {
            Ambient::Product => self.instance(PRODUCT, path),
            Ambient::Stack => self.instance(self.planner.node(of).stack.unwrap_or(of), path),
            Ambient::Provider => {
                let provider = self.planner.provider(of)?;
                self.instance(provider, path)
            }
            Ambient::Environment => {
                let environment = self.planner.environment.clone();
                let place = self.planner.product.environments.iter().find(|of| of.text == environment)?.span;
                named("environment".into(), place, Value::Text(environment))
            }
            Ambient::Name => named(text!("{}.name", self.planner.path(of)), declared, Value::Text(self.planner.full_name(of))),
            Ambient::Labels => named(text!("{}.labels", self.planner.path(of)), declared, self.planner.labels(of)),
            Ambient::Host => {
                let host = self.host.as_ref()?.field("name")?.as_text()?.clone();
                self.machine(&host, path)
            }
            Ambient::Services
            | Ambient::Stacks
            | Ambient::Providers
            | Ambient::Arch
            | Ambient::Modules
            | Ambient::Stores
            | Ambient::Hosts
            | Ambient::Stages => None,
        }
    }

    /// A resource of the implementation: which there are is said by what it is repeated over, or by its condition.
    fn resource(&mut self, id: InstanceId, name: &Text) -> Option<Origin> {
        let implementation = self.planner.implementation(id)?;
        let block = implementation.resource(name)?;
        let what = text!("{} {}.{name}", self.planner.path(id), block.word(0)?);
        if !self.seen.insert((id, name.clone(), Vec::new())) {
            return None;
        }
        let mut from = Vec::new();
        let sources = block.repeat.iter().flat_map(|repeat| &repeat.bindings).map(|binding| &binding.source);
        for expr in sources.chain(&block.condition) {
            self.expr(expr, &Place::of(id), &[], &mut from);
        }
        Some(Origin { what, how: How::Attribute, place: block.keyword.span, value: None, from })
    }

    /// An instance as a value: what is asked of it, or where it is declared.
    fn instance(&mut self, id: InstanceId, path: &[Key]) -> Option<Origin> {
        if let [Key::Name(field), rest @ ..] = path {
            return self.member(id, field, rest);
        }
        if !self.seen.insert((id, Text::default(), Vec::new())) {
            return None;
        }
        let place = self.planner.node(id).declaration.name.span;
        let what = if id == PRODUCT { self.planner.product.name.text.clone() } else { self.planner.path(id) };
        Some(Origin { what, how: How::Name, place, value: None, from: Vec::new() })
    }

    fn member(&mut self, id: InstanceId, field: &Text, path: &[Key]) -> Option<Origin> {
        if id != PRODUCT
            && let Some(child) = self.planner.node(id).children.get(field).copied()
        {
            return self.instance(child, path);
        }
        match field.as_str() {
            "provider" => {
                let provider = self.planner.provider(id)?;
                self.instance(provider, path)
            }
            "stack" => self.instance(self.planner.node(id).stack?, path),
            "ports" if self.planner.node(id).keyword == "service" => self.field(id, &"port".into(), &[]),
            _ => self.field(id, field, path),
        }
    }

    fn call(
        &mut self,
        callee: &hir::Callee,
        arguments: &[hir::Argument],
        span: Span,
        place: &Place,
        path: &[Key],
        into: &mut Vec<Origin>,
    ) -> Span {
        if let Some(function) = callee.declared.and_then(|id| self.planner.program.function(id)).cloned() {
            let mut bound = Vec::with_capacity(arguments.len());
            for argument in arguments {
                let value = self.evaluate(&argument.value, place).unwrap_or(Value::None);
                let from = From { expr: argument.value.clone(), place: place.clone(), path: Vec::new() };
                bound.push(Bound { value, from: Some(Rc::new(from)) });
            }
            let inside = Place { of: place.of, bound: Rc::new(bound) };
            self.expr(&function.value, &inside, path, into);
            return span;
        }
        // What gives one of its arguments, or their entries, is followed into the one that gave it.
        if let ([key, rest @ ..], "merge") = (path, callee.name.text.as_str()) {
            for argument in arguments.iter().rev() {
                let value = self.evaluate(&argument.value, place);
                if value.is_ok_and(|value| part(&value, std::slice::from_ref(key)).is_some()) {
                    let path: Vec<Key> = std::iter::once(key.clone()).chain(rest.iter().cloned()).collect();
                    return self.expr(&argument.value, place, &path, into);
                }
            }
        }
        if let ([Key::At(at), rest @ ..], "concat") = (path, callee.name.text.as_str()) {
            let mut before = 0;
            for argument in arguments {
                let Ok(Value::List(list)) = self.evaluate(&argument.value, place) else { break };
                if *at < before + list.len() {
                    let path: Vec<Key> = std::iter::once(Key::At(at - before)).chain(rest.iter().cloned()).collect();
                    return self.expr(&argument.value, place, &path, into);
                }
                before += list.len();
            }
        }
        if callee.name.text == "host" && path.first().and_then(Key::as_name).is_none_or(|field| field == "fqdn") {
            into.extend(self.field(PRODUCT, &"domain".into(), &[]));
        }
        if let ("host" | "subnet", [Key::Name(field), rest @ ..]) = (callee.name.text.as_str(), path) {
            let of = ["name", "subnet", "arch"].iter().position(|name| name == field);
            let of = if callee.name.text == "host" { of } else { ["key", "zone", "range"].iter().position(|name| name == field) };
            if let Some(argument) = of.and_then(|at| arguments.get(at)) {
                return self.expr(&argument.value, place, rest, into);
            }
        }
        for argument in arguments {
            self.expr(&argument.value, place, &[], into);
        }
        span
    }

    fn comprehension(&mut self, of: &hir::Comprehension, span: Span, place: &Place, path: &[Key], into: &mut Vec<Origin>) -> Span {
        let mut turns = Vec::new();
        self.turns(&of.bindings, of, place, &mut turns);
        if let [first, rest @ ..] = path {
            for (at, inside) in turns.iter().enumerate() {
                let is_it = match (&of.key, first) {
                    (None, Key::At(wanted)) => at == *wanted,
                    (Some(key), Key::Name(wanted)) => {
                        self.evaluate(key, inside).ok().as_ref().and_then(eval::text_of).as_ref() == Some(wanted)
                    }
                    _ => false,
                };
                if is_it {
                    let outer = std::mem::take(&mut self.used_bound);
                    let span = self.expr(&of.value, inside, rest, into);
                    for expr in of.key.iter().chain(&of.condition) {
                        self.expr(expr, inside, &[], into);
                    }
                    // That there is such an element is all that it takes from what is gone through.
                    if !std::mem::replace(&mut self.used_bound, outer) {
                        of.bindings.iter().take(1).for_each(|binding| {
                            self.expr(&binding.source, place, &[], into);
                        });
                    }
                    return span;
                }
            }
        }
        for binding in of.bindings.iter().take(1) {
            self.expr(&binding.source, place, &[], into);
        }
        for inside in turns.iter().take(1) {
            for expr in of.condition.iter().chain(&of.key).chain([&of.value]) {
                self.expr(expr, inside, &[], into);
            }
        }
        span
    }

    /// The turns of a comprehension that its condition keeps, each with what is bound in it.
    fn turns(&mut self, bindings: &[hir::Binding], of: &hir::Comprehension, place: &Place, found: &mut Vec<Place>) {
        let Some((binding, inner)) = bindings.split_first() else {
            let kept = of.condition.as_ref().is_none_or(|condition| self.evaluate(condition, place) == Ok(Value::Bool(true)));
            found.extend(kept.then(|| place.clone()));
            return;
        };
        let elements: Vec<(Value, Key, Value)> = match self.evaluate(&binding.source, place) {
            Ok(Value::Residual(_)) => {
                let local = |name: &hir::Name| Value::residual(Residual::Local(name.text.clone()));
                vec![(local(binding.key.as_ref().unwrap_or(&binding.value)), Key::At(0), local(&binding.value))]
            }
            Ok(source) => {
                let elements = source.elements().unwrap_or_default().into_iter();
                elements.map(|(key, value)| (key.clone().into(), key, value)).collect()
            }
            Err(_) => Vec::new(),
        };
        for (key, step, value) in elements {
            let from = Rc::new(From { expr: (*binding.source).clone(), place: place.clone(), path: vec![step] });
            let key = binding.key.is_some().then(|| Bound { value: key, from: Some(from.clone()) });
            let inside = place.with(key.into_iter().chain([Bound { value, from: Some(from) }]));
            self.turns(inner, of, &inside, found);
        }
    }

    fn binary(
        &mut self,
        operator: Binary,
        [left, right]: [&hir::Expr; 2],
        span: Span,
        place: &Place,
        path: &[Key],
        into: &mut Vec<Origin>,
    ) -> Span {
        match operator {
            Binary::Default => {
                let first = self.evaluate(left, place);
                if first == Ok(Value::None) {
                    self.expr(left, place, &[], into);
                    return self.expr(right, place, path, into);
                }
                return self.expr(left, place, path, into);
            }
            Binary::Add => {
                if let ([Key::At(at), rest @ ..], Ok(Value::List(list))) = (path, self.evaluate(left, place)) {
                    let (side, at) = if *at < list.len() { (left, *at) } else { (right, at - list.len()) };
                    let path: Vec<Key> = std::iter::once(Key::At(at)).chain(rest.iter().cloned()).collect();
                    return self.expr(side, place, &path, into);
                }
            }
            _ => {}
        }
        self.expr(left, place, &[], into);
        self.expr(right, place, &[], into);
        span
    }
}

/// The part of a value.
fn part<'v>(value: &'v Value, path: &[Key]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| match (value, key) {
        (Value::List(list), Key::At(at)) => list.get(*at),
        (Value::Map(map), Key::Name(name)) => map.get(name),
        _ => None,
    })
}
