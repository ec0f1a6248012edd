//! What a name means in a body that is shared by all products: an input or `let` is a hole, what the library alone says is a
//! constant, and what only a product knows is foreign.

use super::holes::{Holes, foreign_in};
use super::{Hole, Source};
use crate::base::{Span, Text};
use crate::check::Types;
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::{Evaluated, Run, Scope, Stop, Work, eval};
use crate::hir::{self, Ambient, Definition, Function, Implementation, Program};

use crate::ty::Ty;
use crate::value::{Residual, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a body of a module or role stands.
pub(super) struct Frame<'a> {
    pub program: &'a Program,
    pub types: &'a Types,
    pub definition: &'a Arc<Definition>,
    /// How the module is made, for a module.
    pub implementation: Option<&'a Arc<Implementation>>,
    /// The provider's definition, for a module.
    pub provider: Option<Arc<Definition>>,
    pub holes: Holes,
    pub diagnostics: Diagnostics,
    /// What evaluation has taken so far.
    work: Work,
    /// What has been found out of the `let`s and known outputs.
    bindings: BTreeMap<Text, Evaluated>,
}

/// A place to go back to where something turns out not to be needed.
pub(super) struct Mark {
    holes: Holes,
    bindings: BTreeMap<Text, Evaluated>,
    findings: usize,
}

impl<'a> Frame<'a> {
    pub(super) fn new(program: &'a Program, types: &'a Types, definition: &'a Arc<Definition>, run: &Arc<Run>) -> Self {
        Frame {
            program,
            types,
            definition,
            implementation: None,
            provider: None,
            holes: Holes::default(),
            diagnostics: Diagnostics::default(),
            work: Work::within(run),
            bindings: BTreeMap::new(),
        }
    }

    /// Where the frame stands now.
    pub(super) fn mark(&self) -> Mark {
        Mark { holes: self.holes.clone(), bindings: self.bindings.clone(), findings: self.diagnostics.0.len() }
    }

    /// Forgets what was tried since a mark: its holes, what stands on them, and its findings.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.diagnostics.0.truncate(mark.findings);
        self.forget_since(mark);
    }

    /// Forgets the holes since a mark, together with the values that stand on them: who needs one of these again makes its hole again.
    fn forget_since(&mut self, mark: Mark) {
        self.holes = mark.holes;
        self.bindings = mark.bindings;
    }

    /// An expression of the body.
    pub(super) fn eval(&mut self, expr: &hir::Expr) -> Evaluated {
        eval(expr, self)
    }

    fn input(&mut self, name: &Text, span: Span) -> Option<Evaluated> {
        let definition = self.definition;
        let input = definition.inputs.get(name)?;
        Some(Ok(match input.ty.present() {
            // The instance itself is not a value of the tool: its fields are, one hole each.
            Ty::Instance(..) => Value::residual(Residual::Variable(name.clone())),
            Ty::Definition(_) => foreign(span),
            Ty::List(of) | Ty::Map(of) if matches!(of.present(), Ty::Instance(..) | Ty::Definition(_)) => foreign(span),
            _ => {
                let value = self.holes.variable(name, input.doc.as_ref(), &input.ty, Source::Field(name.clone()), input.span);
                if let Some(default) = &input.default
                    && self.holes.0.get(name).is_some_and(|hole| hole.default.is_none())
                {
                    let constant = self.constant(default, Some(&input.ty));
                    if let Some(hole) = self.holes.0.get_mut(name) {
                        hole.default = constant;
                    }
                }
                value
            }
        }))
    }

    /// The value of an expression that needs no hole and nothing foreign.
    pub(super) fn constant(&mut self, expr: &hir::Expr, expected: Option<&Ty>) -> Option<Value> {
        let mark = self.mark();
        let value = self.eval(expr).ok().filter(Value::is_known);
        self.back_to(mark);
        self.work.forget();
        let value = value?;
        match expected {
            Some(ty) => crate::eval::conform(crate::eval::complete(value, ty, self).ok()?, ty).ok(),
            None => Some(value),
        }
    }

    /// A `let` or known output: a constant, an expression over what only the tool knows, or a hole.
    fn binding(&mut self, name: &Text, span: Span) -> Option<Evaluated> {
        if let Some(done) = self.bindings.get(name) {
            return Some(done.clone());
        }
        let definition = self.definition;
        let of_implementation = self.implementation.and_then(|implementation| implementation.lets.get(name));
        let output = definition
            .outputs
            .get(name)
            .and_then(|output| Some((output.value.as_ref()?, output.doc.as_ref(), output.ty.clone()?, output.span)));
        let (expr, doc, ty, declared) = match (of_implementation, definition.lets.get(name), output) {
            (Some(binding), ..) => {
                let provider = self.implementation.map(|of| of.provider.text.clone()).unwrap_or_default();
                let ty = self.types.implementation_let(&definition.name.text, &provider, name).cloned();
                (&binding.value, binding.doc.as_ref(), ty, binding.span)
            }
            (_, Some(binding), _) => {
                let ty = self.types.definition_let(&definition.keyword, &definition.name.text, name).cloned();
                (&binding.value, binding.doc.as_ref(), ty, binding.span)
            }
            (_, _, Some((expr, doc, ty, span))) => (expr, doc, Some(ty), span),
            _ => return None,
        };
        // Until it is known what it is, another look at it would not end.
        self.bindings.insert(name.clone(), Err(Stop));
        let mark = self.mark();
        let value = self.eval(expr);
        let value = match value {
            Ok(value) if value.is_known() => Ok(value),
            Ok(value) if foreign_in(&value).is_none() && self.is_deferred(&value) => Ok(value),
            Ok(_) => {
                self.forget_since(mark);
                Ok(self.holes.variable(name, doc, &ty.unwrap_or(Ty::String), Source::Field(name.clone()), declared))
            }
            Err(Stop) => Err(Stop),
        };
        let _ = span;
        self.bindings.insert(name.clone(), value.clone());
        Some(value)
    }

    /// Whether a value needs a resource or an output of another unit.
    fn is_deferred(&self, value: &Value) -> bool {
        let mut found = false;
        value.walk(&mut |residual| match residual {
            Residual::Resource { .. } | Residual::Fact(_) => found = true,
            Residual::Variable(name) => found |= self.holes.0.get(name).is_some_and(|hole| matches!(hole.source, Source::Deferred(..))),
            _ => {}
        });
        found
    }

    /// A resource or data source of the body.
    fn resource(&self, name: &str) -> Option<Value> {
        let block = self.implementation?.resource(name)?;
        let ty = block.word(0)?.clone();
        let resource = Value::residual(Residual::Resource { data: block.keyword.text == "data", ty, name: name.into() });
        Some(match (&block.repeat, &block.condition) {
            (None, Some(_)) => Value::residual(Residual::Call("one".into(), vec![resource])),
            _ => resource,
        })
    }

    /// A field of an instance that an input names: deferred ones are holes.
    fn instance_field(&mut self, input: &Text, field: &hir::Name) -> Option<Evaluated> {
        let definition = self.definition;
        let declared = definition.inputs.get(input)?;
        let Ty::Instance(keyword, of) = declared.ty.present() else { return None };
        let of = self.program.definitions.get(&(keyword.clone(), of.clone()?))?.clone();
        // What an interface gives is known to the compiler unless its type says otherwise.
        let waits = |output: &&hir::Output| match of.keyword.as_str() {
            "interface" => output.ty.as_ref().is_some_and(Ty::is_deferred),
            _ => output.value.is_none(),
        };
        let Some(output) = of.outputs.get(&field.text).filter(waits) else {
            return Some(Ok(foreign(field.span)));
        };
        // No variable of a tool holds what leads on to an instance.
        let leads_on = |part: &Ty| matches!(part, Ty::Instance(..) | Ty::Definition(_));
        if output.ty.as_ref().is_some_and(|ty| ty.has_part(&leads_on)) {
            return Some(Ok(foreign(field.span)));
        }
        let hole = crate::base::text!("{input}_{}", field.text);
        let source = Source::Deferred(input.clone(), field.text.clone());
        let ty = output.ty.clone().unwrap_or(Ty::String);
        Some(Ok(self.holes.variable(&hole, output.doc.as_ref(), &ty, source, declared.span)))
    }

    fn everywhere(&mut self, ambient: Ambient, span: Span) -> Option<Evaluated> {
        let name = &Text::from(ambient.name());
        let labels = Ty::String.map();
        Some(Ok(match ambient {
            Ambient::Name if self.implementation.is_some() => {
                let doc = Text::from("Name of what the module creates, unique in the product and environment.");
                self.holes.variable(name, Some(&doc), &Ty::String, Source::Builtin("name".into()), span)
            }
            Ambient::Labels if self.implementation.is_some() => {
                let doc = Text::from("Labels of every resource.");
                self.holes.variable(name, Some(&doc), &labels, Source::Builtin("labels".into()), span)
            }
            Ambient::Provider => match &self.provider {
                Some(provider) => Value::Definition("provider".into(), provider.name.text.clone()),
                None => foreign(span),
            },
            Ambient::Arch if self.implementation.is_none() => Value::residual(Residual::Fact("arch".into())),
            Ambient::Arch => return None,
            _ => foreign(span),
        }))
    }

    /// A field of the provider, where it does not depend on what an instance sets.
    pub(super) fn of_provider(&mut self, field: &str, span: Span) -> Option<Value> {
        let provider = self.provider.clone()?;
        let work = std::mem::take(&mut self.work);
        let mut frame =
            ProviderFrame { program: self.program, types: self.types, provider: &provider, diagnostics: Diagnostics::default(), work };
        let value = frame.field(field, span);
        self.work = frame.work;
        self.work.forget();
        value.filter(Value::is_known)
    }

    /// A field of the provider: a constant where it does not depend on what an instance sets.
    fn provider_field(&mut self, field: &hir::Name) -> Evaluated {
        match &self.provider {
            Some(provider) if field.text == "kind" => Ok(Value::Text(provider.name.text.clone())),
            _ => Ok(self.of_provider(&field.text, field.span).unwrap_or_else(|| foreign(field.span))),
        }
    }
}

impl Scope for Frame<'_> {
    fn meaning(&self, name: &hir::FreeName) -> hir::Meaning {
        self.types.meaning(name)
    }

    fn name(&mut self, name: &Text, place: hir::Place, span: Span) -> Option<Evaluated> {
        match place {
            hir::Place::Field(_) => {}
            hir::Place::Resource(_) => return self.resource(name).map(Ok),
            hir::Place::Ambient(ambient) => return self.everywhere(ambient, span),
            hir::Place::Instance | hir::Place::Product => return None,
        }
        if let Some(value) = self.input(name, span).or_else(|| self.binding(name, span)) {
            return Some(value);
        }
        if self.implementation.is_none()
            && let Some(attribute) = self.definition.attributes.get(name).cloned()
        {
            if name == "version" {
                // The version is a variable with a default, so that one product can hold back another release.
                let doc = Text::from("The release to install.");
                return Some(Ok(self.holes.variable(name, Some(&doc), &Ty::Version, Source::Field(name.clone()), attribute.span)));
            }
            return Some(self.eval(&attribute.value));
        }
        None
    }

    fn member(&mut self, base: &Value, field: &hir::Name) -> Evaluated {
        match base {
            Value::Definition(keyword, _) if keyword == "provider" => self.provider_field(field),
            Value::Residual(residual) => match &**residual {
                Residual::Foreign(_) => Ok(base.clone()),
                Residual::Variable(name) => match self.instance_field(name, field) {
                    Some(value) => value,
                    None => Ok(Value::residual(Residual::Member(base.clone(), field.text.clone()))),
                },
                _ => Ok(Value::residual(Residual::Member(base.clone(), field.text.clone()))),
            },
            _ => Ok(foreign(field.span)),
        }
    }

    fn call(&mut self, _: &hir::Name, _: &[Value], span: Span) -> Evaluated {
        Ok(foreign(span))
    }

    fn function(&self, id: hir::FunctionId) -> Option<Arc<Function>> {
        self.program.function(id).cloned()
    }

    fn named_type(&self, name: &Text) -> Option<Arc<hir::NamedType>> {
        self.program.types.get(name).cloned()
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn work(&mut self) -> &mut Work {
        &mut self.work
    }
}

/// The body of a provider's definition, where nothing is known of an instance of it.
struct ProviderFrame<'a> {
    program: &'a Program,
    types: &'a Types,
    provider: &'a Arc<Definition>,
    diagnostics: Diagnostics,
    work: Work,
}

impl ProviderFrame<'_> {
    fn field(&mut self, name: &str, span: Span) -> Option<Value> {
        let provider = self.provider;
        if provider.inputs.contains_key(name) {
            return Some(foreign(span));
        }
        if name == "lacks" {
            let lacks = provider.blocks.iter().filter(|block| block.keyword.text == "lacks");
            return Some(Value::list(lacks.filter_map(|block| block.word(0).cloned().map(Value::Text))));
        }
        if let Some(binding) = provider.lets.get(name) {
            return eval(&binding.value, self).ok();
        }
        if let Some(attribute) = provider.attributes.get(name) {
            return eval(&attribute.value, self).ok();
        }
        let block = provider.blocks.iter().find(|block| block.keyword.text == name)?;
        let mut fields = Vec::new();
        for item in &block.body.items {
            if let hir::Item::Attribute(attribute) = item {
                fields.push((attribute.name.text.clone(), eval(&attribute.value, self).ok()?));
            }
        }
        Some(Value::map(fields))
    }
}

impl Scope for ProviderFrame<'_> {
    fn meaning(&self, name: &hir::FreeName) -> hir::Meaning {
        self.types.meaning(name)
    }

    fn name(&mut self, name: &Text, _: hir::Place, span: Span) -> Option<Evaluated> {
        self.field(name, span).map(Ok)
    }

    fn member(&mut self, base: &Value, _: &hir::Name) -> Evaluated {
        Ok(base.clone())
    }

    fn call(&mut self, _: &hir::Name, _: &[Value], span: Span) -> Evaluated {
        Ok(foreign(span))
    }

    fn function(&self, id: hir::FunctionId) -> Option<Arc<Function>> {
        self.program.function(id).cloned()
    }

    fn named_type(&self, name: &Text) -> Option<Arc<hir::NamedType>> {
        self.program.types.get(name).cloned()
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn work(&mut self) -> &mut Work {
        &mut self.work
    }
}

/// What is known to the compiler, but differs between products.
pub(super) fn foreign(span: Span) -> Value {
    Value::residual(Residual::Foreign(span))
}

/// The holes in the order in which a reader expects them: the name, what is required, what has a default, the labels.
pub(super) fn ordered(holes: Holes) -> Vec<Hole> {
    let mut holes: Vec<Hole> = holes.0.into_values().collect();
    holes.sort_by_key(|hole| match &hole.source {
        Source::Builtin(name) if name == "name" => (0, 0, 0),
        Source::Builtin(_) => (3, 0, 0),
        _ => (if hole.default.is_some() { 2 } else { 1 }, hole.span.file.0, hole.span.start),
    });
    holes
}
