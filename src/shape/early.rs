//! Definitions that are the same for every product: pipelines, actions, tools and images. They are evaluated before there is a product,
//! by the one evaluator: a value is known, or there is a finding at its place.

use super::said::{Fields, Said};
use crate::base::{Span, Text, text};
use crate::check::Types;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::eval::{self, Evaluated, Mismatch, Scope, Stop, Work, conform};
use crate::hir::{self, Definition, ExprKind, Function, Input, Kind, NamedType, Program};
use crate::ty::Ty;
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where the body of such a definition stands.
pub(super) struct Early<'a> {
    pub program: &'a Program,
    types: &'a Types,
    pub definition: &'a Definition,
    pub diagnostics: Diagnostics,
    work: Work,
    /// The `let`s that were asked for.
    lets: BTreeMap<Text, Evaluated>,
}

impl<'a> Early<'a> {
    pub(super) fn new(program: &'a Program, types: &'a Types, definition: &'a Definition) -> Early<'a> {
        Early { program, types, definition, diagnostics: Diagnostics::default(), work: Work::default(), lets: BTreeMap::new() }
    }

    /// What the definition says of every input of its kind; nothing where one of them has no value, which was said.
    pub(super) fn own(&mut self) -> Option<Fields> {
        let definition = self.definition;
        let kind = self.program.kinds.get(&definition.keyword)?;
        self.used();
        let attributes = definition.attributes.values().map(|attribute| &**attribute).collect();
        self.fields(kind, definition.name.span, attributes)
    }

    /// What a block says of every input of its kind.
    pub(super) fn block(&mut self, kind: &Kind, block: &hir::Block, name: Span) -> Option<Fields> {
        self.fields(kind, name, block.body.attributes().map(|attribute| &**attribute).collect())
    }

    /// The text of a label.
    pub(super) fn label(&mut self, label: &hir::Label) -> Result<Text, Stop> {
        let value = match &label.value {
            hir::LabelValue::Word(word) => Value::Text(word.clone()),
            hir::LabelValue::Template(parts) => eval::eval_template(parts, self, &mut Vec::new())?,
        };
        let name = conform(value, &Ty::Name).map_err(|why| self.unfit(why, label.span))?;
        name.as_text().cloned().ok_or(Stop)
    }

    /// Evaluates every `let`, so that a mistake in what nothing uses is found too.
    fn used(&mut self) {
        for (name, binding) in &self.definition.lets {
            let _ = self.binding(name, binding);
        }
    }

    fn fields(&mut self, kind: &Kind, at: Span, attributes: Vec<&hir::Attribute>) -> Option<Fields> {
        let mut fields = Fields::new(kind, at);
        let mut whole = true;
        for input in kind.inputs.values() {
            let written = attributes.iter().find(|attribute| attribute.name.text == input.name.text);
            let said = match (written, &input.default) {
                (Some(attribute), _) => self.said(&attribute.value, input),
                (None, Some(default)) => self.said(&default.clone(), input).map(|said| said.by_default(at)),
                (None, None) => Ok(Said::absent(at)),
            };
            match said {
                Ok(said) => fields.insert(input.name.text.clone(), said),
                Err(Stop) => whole = false,
            }
        }
        whole.then_some(fields)
    }

    /// The value of an input, in the form of its type, with the place of each element of a list that is written out.
    fn said(&mut self, expr: &hir::Expr, input: &Input) -> Result<Said, Stop> {
        let element = match input.ty.present() {
            Ty::List(of) => Some(of.clone()),
            _ => None,
        };
        let said = match (&expr.kind, element) {
            (ExprKind::List(elements), Some(of)) => {
                let mut values = Vec::with_capacity(elements.len());
                for element in elements {
                    values.push(self.typed(element, &of)?);
                }
                Said::new(Value::list(values), expr.span, elements.iter().map(|element| element.span).collect())
            }
            _ => Said::new(self.typed(expr, &input.ty)?, expr.span, Vec::new()),
        };
        self.rules_of_type(input, &input.ty, &said.value, expr.span)?;
        if let Some(rule) = &input.rule {
            self.rule(input, rule, &said.value, expr.span)?;
        }
        Ok(said)
    }

    fn typed(&mut self, expr: &hir::Expr, ty: &Ty) -> Evaluated {
        let value = eval::eval(expr, self)?;
        if !value.is_known() {
            let what = &self.definition.keyword;
            let diagnostic = Diagnostic::error(Code::DeferredValue, expr.span, "only a tool will know this value")
                .help(format!("{} is read before a tool runs: say the value here", with_article(what)));
            self.report(diagnostic);
            return Err(Stop);
        }
        let value = eval::complete_at(value, ty, expr.span, self)?;
        conform(value, ty).map_err(|why| self.unfit(why, expr.span))
    }

    fn unfit(&mut self, why: Mismatch, span: Span) -> Stop {
        let mut diagnostic = Diagnostic::error(why.code, span, why.message);
        diagnostic.help = why.help;
        self.report(diagnostic);
        Stop
    }

    /// The rules of a type and of the types in it.
    fn rules_of_type(&mut self, input: &Input, ty: &Ty, value: &Value, span: Span) -> Result<(), Stop> {
        match (ty, value) {
            (Ty::Refined(refined), value) => {
                self.rules_of_type(input, &refined.base, value, span)?;
                match self.named(&refined.name).and_then(|named| named.rule.clone()) {
                    Some(rule) => self.rule(input, &rule, value, span),
                    None => Ok(()),
                }
            }
            (Ty::Optional(of), value) => self.rules_of_type(input, of, value, span),
            (Ty::List(of), Value::List(list)) => list.iter().try_for_each(|value| self.rules_of_type(input, of, value, span)),
            (Ty::Map(of), Value::Map(map)) => map.values().try_for_each(|value| self.rules_of_type(input, of, value, span)),
            (Ty::Record(record), Value::Map(map)) => record.fields.iter().try_for_each(|field| match map.get(&field.name) {
                Some(value) => self.rules_of_type(input, &field.ty, value, span),
                None => Ok(()),
            }),
            _ => Ok(()),
        }
    }

    fn named(&self, name: &Text) -> Option<&'a Arc<NamedType>> {
        self.definition.types.get(name).or_else(|| self.program.types.get(name))
    }

    fn rule(&mut self, input: &Input, rule: &hir::Refinement, value: &Value, span: Span) -> Result<(), Stop> {
        if *value == Value::None {
            return Ok(());
        }
        let mut locals = vec![value.clone()];
        if eval::eval_with(&rule.condition, self, &mut locals)? != Value::Bool(false) {
            return Ok(());
        }
        let mut said = |text: &Option<Arc<hir::Expr>>| {
            let value = eval::eval_with(text.as_ref()?, self, &mut vec![value.clone()]).ok()?;
            value.as_text().cloned()
        };
        let shown = eval::text_of(value).map_or_else(|| text!("`{}`", input.name.text), |value| text!("`{} = {value}`", input.name.text));
        let message = said(&rule.message).unwrap_or_else(|| text!("{shown} breaks its rule"));
        let help = said(&rule.help);
        let mut diagnostic = Diagnostic::error(Code::CheckFailed, span, message).related(rule.condition.span, "the rule stands here");
        if let Some(help) = help {
            diagnostic = diagnostic.help(help);
        }
        self.report(diagnostic);
        Err(Stop)
    }

    fn binding(&mut self, name: &Text, binding: &hir::Let) -> Evaluated {
        if let Some(done) = self.lets.get(name) {
            return done.clone();
        }
        // The checker refuses circles.
        self.lets.insert(name.clone(), Err(Stop));
        let value = match self.definition.let_types.get(name) {
            Some(ty) => self.typed(&binding.value, ty),
            None => eval::eval(&binding.value, self),
        };
        self.lets.insert(name.clone(), value.clone());
        value
    }
}

impl Scope for Early<'_> {
    fn meaning(&self, name: &hir::FreeName) -> hir::Meaning {
        self.types.meaning(name)
    }

    fn name(&mut self, name: &Text, _: hir::Place, _: Span) -> Option<Evaluated> {
        let binding = self.definition.lets.get(name)?;
        Some(self.binding(name, binding))
    }

    fn member(&mut self, _: &Value, field: &hir::Name) -> Evaluated {
        let what = with_article(&self.definition.keyword);
        self.report(
            Diagnostic::error(Code::NotExpressible, field.span, format!("`{}` is not known where {what} is read", field.text))
                .help("say the value itself"),
        );
        Err(Stop)
    }

    fn call(&mut self, function: &hir::Name, _: &[Value], _: Span) -> Evaluated {
        let what = with_article(&self.definition.keyword);
        self.report(
            Diagnostic::error(Code::NotExpressible, function.span, format!("`{}` needs a product, and {what} has none", function.text))
                .help("it is the same for every product: say the value itself"),
        );
        Err(Stop)
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

/// `a pipeline`, `an image`.
fn with_article(keyword: &str) -> String {
    let article = if keyword.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {keyword}")
}
