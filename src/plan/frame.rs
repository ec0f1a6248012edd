//! What a name means where an expression stands: the fields of the instance whose definition it is written in, the instances
//! beside it, and the few names that stand everywhere.

use super::planner::{PRODUCT, Planner};
use crate::base::{Span, Text, similar, text};
use crate::diag::{Code, Diagnostic};
use crate::eval::{self, Evaluated, Scope, Stop, Work, eval};
use crate::hir::items::{Port, View};
use crate::hir::{self, Ambient, Field, FieldId, Place};
use crate::value::{InstanceId, Residual, Value};
use std::sync::Arc;

/// Where an expression stands.
pub(super) struct Frame<'a, 'p> {
    pub planner: &'a mut Planner<'p>,
    /// The instance in whose definition it is written; the product for what stands in the inventory.
    pub of: InstanceId,
    /// The machine, where there is one: in the `let`s of a service.
    pub host: Option<Value>,
}

impl Scope for Frame<'_, '_> {
    fn meaning(&self, name: &hir::FreeName) -> hir::Meaning {
        self.planner.types.meaning(name)
    }

    fn name(&mut self, name: &Text, place: Place, span: Span) -> Option<Evaluated> {
        self.planner.asked += 1;
        match place {
            Place::Field(field) if self.of != PRODUCT => Some(self.field(field, span)),
            Place::Resource(at) => self.resource_at(at as usize),
            Place::Instance => match self.planner.node(self.of).children.get(name) {
                Some(child) => Some(Ok(Value::Instance(*child))),
                None => match self.planner.node(self.of).repeated.get(name) {
                    Some(Some(instances)) => Some(Ok(instances.clone())),
                    Some(None) => Some(Err(self.not_known_yet(name, span))),
                    None => self.absent(name, span).map(Err),
                },
            },
            Place::Product => self.planner.other(name).map(Ok),
            Place::Ambient(ambient) => self.everywhere(ambient, span),
            // What is evaluated for a product as a whole stands in no instance, but may stand in a policy.
            Place::Field(field) => self.planner.of_policy(field),
        }
    }

    fn member(&mut self, base: &Value, field: &hir::Name) -> Evaluated {
        self.planner.asked += 1;
        match base {
            Value::Instance(id) => self.planner.instance_member(*id, &field.text, field.span),
            Value::Definition(keyword, name) => self.planner.definition_member(keyword, name, field),
            Value::Residual(residual) => match &**residual {
                Residual::Foreign(_) => Ok(base.clone()),
                _ => Ok(Value::residual(Residual::Member(base.clone(), field.text.clone()))),
            },
            _ => Err(Stop),
        }
    }

    fn call(&mut self, function: &hir::Name, arguments: &[Value], span: Span) -> Evaluated {
        self.planner.asked += 1;
        self.planner.whole_program(self.of, function, arguments, span)
    }

    fn function(&self, id: hir::FunctionId) -> Option<Arc<hir::Function>> {
        self.planner.program.function(id).cloned()
    }

    fn named_type(&self, name: &Text) -> Option<Arc<hir::NamedType>> {
        self.planner.named_type(self.of, name)
    }

    fn said_of_product(&self, attribute: &Text) -> Option<Span> {
        self.planner.node(PRODUCT).declaration.attributes.contains_key(attribute).then(|| self.planner.said_at(PRODUCT, attribute))
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.planner.report(diagnostic);
    }

    fn work(&mut self) -> &mut Work {
        &mut self.planner.work
    }
}

impl Frame<'_, '_> {
    /// A field of the instance itself.
    fn field(&mut self, field: FieldId, span: Span) -> Evaluated {
        if let (Some(host), Some(Field::Let(at))) = (&self.host, self.planner.what(self.of, field)) {
            // On a machine a `let` may differ from that on another one.
            let host = Some(host.clone());
            let definition = self.planner.node(self.of).definition.clone();
            let binding = definition.as_ref().and_then(|of| of.lets.get_index(at)).map(|(_, binding)| binding);
            let mut frame = Frame { planner: self.planner, of: self.of, host };
            return binding.map_or(Err(Stop), |binding| eval(&binding.value, &mut frame));
        }
        self.planner.field_at(self.of, field, span)
    }

    fn resource_at(&mut self, at: usize) -> Option<Evaluated> {
        let implementation = self.planner.implementation(self.of)?;
        let block = implementation.resources.get(at)?;
        let name = block.word(1)?;
        Some(self.resource(block, name))
    }

    /// A resource of the implementation, with the keys that it will have.
    fn resource(&mut self, block: &hir::Block, name: &Text) -> Evaluated {
        let ty = block.word(0).cloned().unwrap_or_default();
        let resource = Value::residual(Residual::Resource { data: block.keyword.text == "data", ty, name: name.clone() });
        let Some(repeat) = &block.repeat else {
            let Some(condition) = &block.condition else { return Ok(resource) };
            return Ok(if eval(condition, self)? == Value::Bool(false) { Value::None } else { resource });
        };
        let (Some(binding), Some(by)) = (repeat.bindings.first(), &repeat.by) else { return Ok(resource) };
        let source = eval(&binding.source, self)?;
        let elements = source.elements().unwrap_or_default();
        let mut keys = Vec::with_capacity(elements.len());
        for (at, element) in elements {
            let mut locals: Vec<Value> = binding.key.is_some().then(|| at.into()).into_iter().chain([element]).collect();
            keys.extend(crate::eval::text_of(&crate::eval::eval_with(by, self, &mut locals)?));
        }
        let of = |key: &Text| Value::residual(Residual::Index(resource.clone(), Value::Text(key.clone())));
        Ok(Value::map(keys.iter().map(|key| (key.clone(), of(key)))))
    }

    /// Says that an instance is declared and not there, by its own condition or in this environment.
    fn absent(&mut self, name: &Text, span: Span) -> Option<Stop> {
        let planner = &mut *self.planner;
        let declared = match &planner.node(self.of).definition {
            Some(definition) => definition.instances.iter().find(|instance| instance.name.text == *name).cloned(),
            None => planner.product.instances.iter().find(|instance| instance.name.text == *name).cloned(),
        }?;
        let (message, at) = match (&declared.condition, declared.attributes.get("only")) {
            (Some(condition), _) => (format!("`{name}` is there only if its condition holds, and here it does not"), condition.span),
            (None, Some(only)) => (format!("`{name}` is not there in {}", planner.environment), only.value.span),
            (None, None) => return None,
        };
        planner.report(
            Diagnostic::error(Code::OptionalValue, span, message)
                .related(at, "this decides whether it is there")
                .help(format!("ask for `{name}` only where it is there: `if … then {name} else …`, or `only` in the same environments")),
        );
        Some(Stop)
    }

    /// Says that what there is depends on itself.
    fn not_known_yet(&mut self, name: &Text, span: Span) -> Stop {
        let message = format!("which `{name}` there are is not known where it is decided which instances there are");
        self.planner.report(
            Diagnostic::error(Code::AttributeCycle, span, message)
                .help("repeat over inputs of the stack, not over what its instances give"),
        );
        Stop
    }

    /// Says that a service asks for its machine where it has no one machine.
    fn of_a_machine(&mut self, name: &Text, span: Span) -> Stop {
        let message = format!("`{name}` is asked for where the value must be the same on every machine");
        self.planner.report(
            Diagnostic::error(Code::UnknownName, span, message).help("use it in `configure`, or in a `let` that only `configure` needs"),
        );
        Stop
    }

    /// What stands in every body.
    fn everywhere(&mut self, ambient: Ambient, span: Span) -> Option<Evaluated> {
        let (of, planner) = (self.of, &mut *self.planner);
        Some(Ok(match ambient {
            Ambient::Product => Value::Instance(PRODUCT),
            Ambient::Environment => Value::Text(planner.environment.clone()),
            Ambient::Services => Value::list(planner.of("service").into_iter().map(Value::Instance)),
            Ambient::Modules => Value::list(planner.of("module").into_iter().map(Value::Instance)),
            Ambient::Stores => Value::list(planner.of("store").into_iter().map(Value::Instance)),
            Ambient::Hosts => Value::list(planner.machines.values().map(|machine| machine.record.clone())),
            Ambient::Stages => return Some(planner.stages_judged(span)),
            Ambient::Providers => Value::list(planner.of("provider").into_iter().map(Value::Instance)),
            Ambient::Stacks => Value::list(planner.of("stack").into_iter().map(Value::Instance)),
            // The architecture of a machine is a fact that it knows of itself.
            Ambient::Host | Ambient::Arch => match &self.host {
                Some(host) if ambient == Ambient::Host => host.clone(),
                _ => return Some(Err(self.of_a_machine(&ambient.name().into(), span))),
            },
            Ambient::Stack | Ambient::Provider | Ambient::Name | Ambient::Labels if of == PRODUCT => return None,
            Ambient::Stack => Value::Instance(planner.node(of).stack.unwrap_or(of)),
            Ambient::Provider => match planner.provider(of) {
                Some(provider) => Value::Instance(provider),
                None => return Some(Err(Stop)),
            },
            Ambient::Name => Value::Text(planner.full_name(of)),
            Ambient::Labels => planner.labels(of),
        }))
    }
}

impl Planner<'_> {
    /// A value that stays in the plan takes what it weighs, even where it was made once and shared.
    pub(super) fn hold(&mut self, value: Value, asked: Span) -> Evaluated {
        let mut frame = Frame { planner: self, of: PRODUCT, host: None };
        eval::hold(&value, asked, &mut frame)?;
        Ok(value)
    }

    /// A field of an instance, or what every instance has.
    pub(super) fn instance_member(&mut self, id: InstanceId, field: &Text, span: Span) -> Evaluated {
        if let Some(child) = self.node(id).children.get(field).filter(|_| id != PRODUCT) {
            return Ok(Value::Instance(*child));
        }
        if let Some(repeated) = self.node(id).repeated.get(field).filter(|_| id != PRODUCT) {
            return repeated.clone().ok_or(Stop);
        }
        if let Some(declared) = self.declared(id, field) {
            return self.field_at(id, declared, span);
        }
        if self.node(id).elsewhere.is_some() && !matches!(field.as_str(), "name" | "kind" | "ports") {
            return self.field(id, field, span);
        }
        match field.as_str() {
            "name" if matches!(self.node(id).keyword.as_str(), "module") => Ok(Value::Text(self.full_name(id))),
            "name" => Ok(Value::Text(self.node(id).name.clone())),
            "kind" => Ok(Value::Text(self.node(id).declaration.definition.text.clone())),
            "provider" => self.provider(id).map(Value::Instance).ok_or(Stop),
            "stack" => self.node(id).stack.map(Value::Instance).ok_or(Stop),
            "ports" if self.node(id).keyword == "service" => {
                let ports = self.field(id, &"port".into(), span)?;
                Ok(Value::list(ports.as_map().into_iter().flat_map(|map| map.values()).map(listening)))
            }
            "lacks" if self.node(id).keyword == "provider" => {
                let lacks = self.field(id, &"lacks".into(), span)?;
                Ok(Value::list(lacks.as_map().into_iter().flat_map(|map| map.keys().cloned().map(Value::Text))))
            }
            _ => self.field(id, field, span),
        }
    }

    /// A field of a definition: its name, its revision, an attribute.
    fn definition_member(&mut self, keyword: &Text, name: &Text, field: &hir::Name) -> Evaluated {
        let Some(definition) = self.definition(keyword, name) else { return Err(Stop) };
        if field.text == "name" {
            return Ok(Value::Text(name.clone()));
        }
        if keyword == "image"
            && let Some(recipe) = self.shapes.recipes.get(name)
        {
            if field.text == "revision" {
                return Ok(Value::Text(recipe.revision.clone()));
            }
            if let Some(said) = recipe.said.get(&field.text) {
                return Ok(said.value.clone());
            }
        }
        let kind = self.program.kinds.get(keyword).cloned();
        let input = kind.as_ref().and_then(|kind| kind.inputs.get(&field.text));
        if let Some(attribute) = definition.attributes.get(&field.text) {
            return self.eval(&attribute.value.clone(), PRODUCT);
        }
        if let Some(input) = input {
            return match &input.default {
                Some(default) => self.eval(&default.clone(), PRODUCT),
                None => Ok(Value::None),
            };
        }
        let known = kind.iter().flat_map(|kind| kind.inputs.keys()).map(Text::as_str).chain(["name", "revision"]);
        let mut diagnostic = Diagnostic::error(Code::UnknownField, field.span, format!("{keyword} `{name}` has no field `{}`", field.text))
            .related(definition.name.span, "it is defined here");
        if let Some(nearest) = similar::nearest(&field.text, known) {
            diagnostic = diagnostic.help(format!("did you mean `{nearest}`?")).fix(format!("write `{nearest}`"), field.span, nearest);
        }
        self.report(diagnostic);
        Err(Stop)
    }

    /// `<product>-<environment>-<stack>-<instance>`, with `-` for `_`.
    pub(super) fn full_name(&self, id: InstanceId) -> Text {
        let node = self.node(id);
        let product = &self.product.name.text;
        let name = match node.stack {
            Some(stack) => text!("{product}-{}-{}-{}", self.environment, self.node(stack).name, node.name),
            None => text!("{product}-{}-{}", self.environment, node.name),
        };
        name.replace('_', "-").into()
    }

    /// What every resource is marked with.
    pub(super) fn labels(&self, id: InstanceId) -> Value {
        let stack = self.node(id).stack.unwrap_or(id);
        let entries = [
            ("environment", self.environment.clone()),
            ("managed-by", "infrac".into()),
            ("product", self.product.name.text.clone()),
            ("stack", self.node(stack).name.replace('_', "-").into()),
        ];
        Value::map(entries.into_iter().map(|(key, value)| (key, Value::Text(value))))
    }
}

/// A port of a service as others see it: all that it listens on stands in one list, and it has a number where that is one.
fn listening(port: &Value) -> Value {
    match (port.as_map(), Port::of(port)) {
        (Some(entries), Some(view)) => {
            let mut entries = entries.clone();
            let listened = view.listened();
            let number =
                listened.first().and_then(|of| of.number()).filter(|number| listened.iter().all(|of| of.number() == Some(*number)));
            match number {
                Some(number) => drop(entries.insert("number".into(), Value::Int(number.into()))),
                None => drop(entries.shift_remove("number")),
            }
            entries.insert("single".into(), Value::Bool(number.is_some()));
            entries.insert("listens".into(), Value::list(listened.into_iter().map(Value::Port)));
            Value::Map(entries.into())
        }
        _ => port.clone(),
    }
}
