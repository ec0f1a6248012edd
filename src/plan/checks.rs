//! The `check`s of definitions and policies, evaluated where they stand for every instance.

use super::planner::{PRODUCT, Planner};
use super::written::Written;
use crate::base::{Key, Span, Text, similar};
use crate::diag::{Code, Diagnostic};
use crate::eval::{Locals, Stop};
use crate::hir::items::{View, Waiver};
use crate::hir::{self, Definition, ExprKind};
use crate::value::{InstanceId, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is done with a check that fails.
#[derive(Clone, Copy)]
enum Judged<'d> {
    /// It is reported, as one of that policy.
    Aloud(Option<&'d Text>),
    /// What is made of the inputs of that definition is not evaluated; the finding comes later.
    Quietly(&'d Definition),
    /// It is reported, and only what is made of the inputs of that definition is evaluated: the inputs were judged, and hold.
    Rest(&'d Definition),
}

impl Judged<'_> {
    /// Whether a check is evaluated now.
    fn takes(self, check: &hir::Check) -> bool {
        match self {
            Judged::Aloud(_) => true,
            Judged::Quietly(definition) => !needs_results(&check.condition, definition),
            Judged::Rest(definition) => needs_results(&check.condition, definition),
        }
    }
}

/// What loops around a check bind.
#[derive(Default)]
struct Around {
    locals: Locals,
    /// For each of them what is gone through, and which element it is; nothing for keys.
    trail: Vec<Option<(Arc<hir::Expr>, Key)>>,
}

impl Around {
    fn bind(&mut self, value: Value, from: Option<(Arc<hir::Expr>, Key)>) {
        self.locals.push(value);
        self.trail.push(from);
    }

    /// What a bound name, or a field of one, is a part of, and the way to it: nothing for what no loop binds.
    fn way_to(&self, expr: &hir::Expr) -> Option<(Arc<hir::Expr>, Vec<Key>)> {
        match &expr.kind {
            ExprKind::Local(place) => {
                let (source, step) = self.trail.get(place.0 as usize)?.as_ref()?;
                let (source, mut path) = self.way_to(source).unwrap_or_else(|| (source.clone(), Vec::new()));
                path.push(step.clone());
                Some((source, path))
            }
            ExprKind::Member(base, field) => {
                let (source, mut path) = self.way_to(base)?;
                path.push(Key::Name(field.text.clone()));
                Some((source, path))
            }
            _ => None,
        }
    }

    fn value_of(&self, expr: &hir::Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Local(place) => self.locals.get(place.0 as usize).cloned(),
            ExprKind::Member(base, field) => self.value_of(base)?.field(&field.text).cloned(),
            _ => None,
        }
    }

    fn truncate(&mut self, depth: usize) {
        self.locals.truncate(depth);
        self.trail.truncate(depth);
    }
}

impl Planner<'_> {
    /// Evaluates every check of every instance, then the policies.
    pub(super) fn checks(&mut self) {
        for id in self.ids() {
            let Some(definition) = self.node(id).definition.clone() else { continue };
            if !self.is_implemented(id) {
                continue;
            }
            let judged = if self.held.get(&id) == Some(&Ok(())) { Judged::Rest(&definition) } else { Judged::Aloud(None) };
            for check in definition.checks.iter().filter(|check| judged.takes(check)) {
                let _ = self.check(id, check, &mut Around::default(), None);
            }
            for repeat in definition.loops.iter().filter(|repeat| takes_any(judged, repeat)) {
                let _ = self.turns(id, &repeat.bindings, repeat, &mut Around::default(), judged);
            }
            // What an implementation says of inputs that its contract refuses is no news.
            if self.inputs_hold(id).is_ok()
                && let Some(implementation) = self.implementation(id)
            {
                for check in &implementation.checks {
                    let _ = self.check(id, check, &mut Around::default(), None);
                }
            }
        }
        // Policies judge products. A test is about definitions: it is judged by the policies that it names.
        let named = self.product.expected.as_ref().map(|expected| expected.policies().map(|name| name.text).collect::<Vec<_>>());
        let policies = self.program.definitions.iter().filter(|((keyword, _), _)| keyword == "policy");
        let policies = policies.filter(|((_, name), _)| named.as_ref().is_none_or(|named| named.contains(name)));
        let policies: Vec<_> = policies.map(|(_, policy)| policy.clone()).collect();
        for policy in policies {
            self.judging = Some((policy.clone(), BTreeMap::new()));
            for check in &policy.checks {
                let _ = self.check(PRODUCT, check, &mut Around::default(), Some(&policy.name.text));
            }
            for repeat in &policy.loops {
                let judged = Judged::Aloud(Some(&policy.name.text));
                let _ = self.turns(PRODUCT, &repeat.bindings, repeat, &mut Around::default(), judged);
            }
        }
        self.judging = None;
    }

    /// Judges what a module gets before anything is made of it: what would follow from a wrong input is no news.
    pub(super) fn inputs_hold(&mut self, id: InstanceId) -> Result<(), Stop> {
        self.asked += 1;
        if let Some(held) = self.held.get(&id) {
            return *held;
        }
        let held = self.judge_inputs(id);
        self.held.insert(id, held);
        held
    }

    fn judge_inputs(&mut self, id: InstanceId) -> Result<(), Stop> {
        let Some(definition) = self.node(id).definition.clone() else { return Ok(()) };
        if !self.is_implemented(id) {
            return Err(Stop);
        }
        let judged = Judged::Quietly(&definition);
        for check in definition.checks.iter().filter(|check| judged.takes(check)) {
            if self.eval(&check.condition, id)? == Value::Bool(false) {
                return Err(Stop);
            }
        }
        for repeat in definition.loops.iter().filter(|repeat| takes_any(judged, repeat)) {
            self.turns(id, &repeat.bindings, repeat, &mut Around::default(), judged)?;
        }
        Ok(())
    }

    /// Whether a module has an implementation for where it runs; what is no module needs none.
    fn is_implemented(&mut self, id: InstanceId) -> bool {
        self.node(id).keyword != "module" || self.implementation(id).is_some()
    }

    fn turns(
        &mut self,
        id: InstanceId,
        bindings: &[hir::Binding],
        repeat: &hir::For,
        around: &mut Around,
        judged: Judged<'_>,
    ) -> Result<(), Stop> {
        let Some((binding, inner)) = bindings.split_first() else {
            if let Some(condition) = &repeat.condition
                && self.eval_in(condition, id, &mut around.locals)? != Value::Bool(true)
            {
                return Ok(());
            }
            for item in &repeat.body.items {
                match item {
                    hir::Item::Check(check) if judged.takes(check) => match judged {
                        Judged::Aloud(policy) => drop(self.check(id, check, around, policy)),
                        Judged::Rest(_) => drop(self.check(id, check, around, None)),
                        Judged::Quietly(_) => {
                            if self.eval_in(&check.condition, id, &mut around.locals)? == Value::Bool(false) {
                                return Err(Stop);
                            }
                        }
                    },
                    hir::Item::For(nested) => {
                        let done = self.turns(id, &nested.bindings, nested, around, judged);
                        if matches!(judged, Judged::Quietly(_)) {
                            done?;
                        }
                    }
                    _ => {}
                }
            }
            return Ok(());
        };
        let source = self.eval_in(&binding.source, id, &mut around.locals)?;
        for (key, value) in source.elements().unwrap_or_default() {
            let depth = around.locals.len();
            if binding.key.is_some() {
                around.bind(key.clone().into(), None);
            }
            around.bind(value, Some((binding.source.clone(), key)));
            let done = self.turns(id, inner, repeat, around, judged);
            around.truncate(depth);
            done?;
        }
        Ok(())
    }

    fn check(&mut self, id: InstanceId, check: &hir::Check, around: &mut Around, policy: Option<&Text>) -> Result<(), Stop> {
        if self.eval_in(&check.condition, id, &mut around.locals)? != Value::Bool(false) {
            return Ok(());
        }
        let mut said = |planner: &mut Self, expr: &Option<Arc<hir::Expr>>| -> Option<Text> {
            planner.eval_in(expr.as_ref()?, id, &mut around.locals).ok()?.as_text().cloned()
        };
        let message = said(self, &check.message).unwrap_or_else(|| "a rule of the library does not hold".into());
        let help = said(self, &check.help);
        if let Some(policy) = policy
            && self.waived(policy, around)
        {
            return Ok(());
        }
        if let Some(policy) = policy
            && let Some(beside) = self.waived_around(policy, around)
        {
            self.report(beside);
            return Ok(());
        }
        let said = check.at.as_deref().and_then(|at| self.said_by(id, at, around));
        // Who changes what is said there is told the rest, if anything is left.
        if let Some(said) = said
            && !self.blamed.insert(said)
        {
            return Ok(());
        }
        let place = said.unwrap_or_else(|| self.place(id, check.at.as_deref(), &around.locals));
        let code = match policy {
            Some(policy) => self.code_of(policy),
            None => code_of_rule(&check.condition),
        };
        let mut diagnostic = Diagnostic::error(code, place, message).related(
            check.condition.span,
            match policy {
                Some(policy) => format!("the policy `{policy}` stands here"),
                None => "the rule stands here".to_owned(),
            },
        );
        if let Some(help) = help {
            diagnostic = diagnostic.help(help);
        }
        self.report(diagnostic);
        Ok(())
    }

    /// Whether the product says that a policy does not hold for the thing that it blames.
    fn waived(&mut self, policy: &Text, around: &Around) -> bool {
        let Ok(waivers) = self.field(PRODUCT, &Waiver::NAME.into(), self.product.name.span) else { return false };
        let Some(waiver) = waivers.field(policy).or_else(|| self.misspelt(&waivers, policy)).and_then(Waiver::of) else { return false };
        let sources = around.trail.iter().map(|from| from.as_ref().map(|(source, _)| source));
        let blamed: Vec<Text> = around
            .locals
            .iter()
            .zip(sources)
            .flat_map(|(value, source)| match value {
                Value::Instance(id) => vec![self.node(*id).declaration.definition.text.clone(), self.node(*id).name.clone()],
                Value::Text(word) => vec![word.clone()],
                Value::Map(stage) if source.is_some_and(|source| self.is_stages(source)) => {
                    stage.get("name").and_then(Value::as_text).cloned().into_iter().collect()
                }
                _ => Vec::new(),
            })
            .collect();
        let waived: Vec<&Text> = waiver.on().filter(|name| blamed.contains(name)).collect();
        self.used_waivers.extend(waived.iter().map(|name| (policy.clone(), (*name).clone())));
        !waived.is_empty()
    }

    /// A waiver of the policy for the stack of what it blames, which is too much: what is waived is named itself.
    fn waived_around(&self, policy: &Text, around: &Around) -> Option<Diagnostic> {
        let blocks = self.product.block.body.blocks().filter(|block| block.keyword.text == "waive" && block.word(0) == Some(policy));
        let named = blocks.filter_map(|block| block.body.attribute("on")).filter_map(|on| match &on.value.kind {
            ExprKind::List(elements) => Some(elements.iter()),
            _ => None,
        });
        let named: Vec<&hir::Expr> = named.flatten().collect();
        around.locals.iter().find_map(|value| {
            let Value::Instance(id) = value else { return None };
            let stack = &self.node(self.node(*id).stack?).name;
            let place = named.iter().find(|name| name.as_name() == Some(stack) || name.as_text().as_ref() == Some(stack))?.span;
            let (blamed, keyword) = (&self.node(*id).name, &self.node(*id).keyword);
            let message = format!("`{policy}` blames the {keyword} `{blamed}` of `{stack}`, and is waived for the stack");
            Some(Diagnostic::error(Code::UnusedWaiver, place, message).help(format!("name what is blamed: `on = [{blamed}]`")))
        })
    }

    /// The waiver of a policy that is not there, whose name is nearly that of this one: that it is misspelt is told, and explains what
    /// this one would find.
    fn misspelt<'w>(&self, waivers: &'w Value, policy: &Text) -> Option<&'w Value> {
        let is_policy = |name: &Text| self.program.definitions.contains_key(&("policy".into(), name.clone()));
        let policies = || self.program.definitions.keys().filter(|(keyword, _)| keyword == "policy").map(|(_, name)| name.as_str());
        let mut unknown = waivers.as_map()?.iter().filter(|(name, _)| !is_policy(name));
        unknown.find(|(name, _)| similar::nearest(name, policies()) == Some(policy.as_str())).map(|(_, waiver)| waiver)
    }

    /// The code that a policy gives its findings.
    fn code_of(&self, policy: &Text) -> Code {
        let definition = self.program.definitions.get(&("policy".into(), policy.clone()));
        match definition.and_then(|policy| policy.attributes.get("code")).map(|code| &code.value.kind) {
            Some(ExprKind::Name(name)) => Code::ALL.iter().copied().find(|code| code.name() == name.text).unwrap_or(Code::CheckFailed),
            _ => Code::CheckFailed,
        }
    }

    /// The text of the project that says what a check blames, where it can be told.
    fn said_by(&self, id: InstanceId, at: &hir::Expr, around: &Around) -> Option<Span> {
        if let ExprKind::Member(base, field) = &at.kind
            && let Some(of) = instance_of(base, &around.locals)
        {
            return self.origin_of_field(of, &field.text, &[], None);
        }
        if let Some((source, path)) = around.way_to(at) {
            if let Some(said) = self.stage_said(&source, &path) {
                return Some(said);
            }
            let value = around.value_of(at).filter(|value| !matches!(value, Value::Instance(_)))?;
            return self.origin_of(Written { expr: &source, of: id }, &path, Some(&value));
        }
        if let ExprKind::Name(name) = &at.kind {
            let value = self.evaluated_field(id, &name.text).filter(|value| !matches!(value, Value::List(_) | Value::Map(_)));
            if let Some(found) = self.origin_of_field(id, &name.text, &[], value) {
                return Some(found);
            }
        }
        self.origin_of(Written { expr: at, of: id }, &[], None)
    }

    /// The place that a check blames: where the inventory says what is wrong, as near to it as can be told.
    fn place(&mut self, id: InstanceId, at: Option<&hir::Expr>, locals: &Locals) -> Span {
        match at.map(|at| &at.kind) {
            Some(ExprKind::Local(place)) => match locals.get(place.0 as usize) {
                Some(Value::Instance(of)) => self.inventory_place(*of, None),
                Some(value) => self.port_place(locals, value).unwrap_or_else(|| self.inventory_place(id, None)),
                None => self.inventory_place(id, None),
            },
            Some(ExprKind::Name(name)) => self.inventory_place(id, Some(&name.text)),
            Some(ExprKind::Member(base, _)) => self.inventory_place(instance_of(base, locals).unwrap_or(id), None),
            _ => self.inventory_place(id, None),
        }
    }

    /// Follows an input of an instance in a stack to the attribute of the stack that it comes from.
    pub(super) fn inventory_place(&self, id: InstanceId, input: Option<&Text>) -> Span {
        let node = self.node(id);
        let Some(input) = input else {
            return match node.stack {
                Some(stack) => self.node(stack).declaration.name.span,
                None => node.declaration.name.span,
            };
        };
        let Some(stack) = node.stack else { return self.said_at(id, input) };
        match node.declaration.attributes.get(input).map(|attribute| &attribute.value.kind) {
            Some(ExprKind::Name(outer)) if self.node(stack).definition.as_ref().is_some_and(|of| of.inputs.contains_key(&outer.text)) => {
                self.said_at(stack, &outer.text)
            }
            Some(_) => {
                let written = &node.declaration.attributes[input].value;
                let place = self.stack_place(stack, written).or_else(|| self.product_place(written));
                place.unwrap_or(self.node(stack).declaration.name.span)
            }
            None => self.node(stack).declaration.name.span,
        }
    }

    /// Where a stack in the inventory sets an input that an expression of its definition is made of.
    fn stack_place(&self, stack: InstanceId, expr: &hir::Expr) -> Option<Span> {
        let (declaration, mut found) = (&self.node(stack).declaration, None);
        expr.walk(&mut |expr| {
            if let Some(name) = expr.as_name()
                && declaration.attributes.contains_key(name)
            {
                found.get_or_insert_with(|| name.clone());
            }
        });
        found.map(|name| self.said_at(stack, &name))
    }

    /// Where the product says what an expression is made of.
    fn product_place(&self, expr: &hir::Expr) -> Option<Span> {
        let mut found = None;
        expr.walk(&mut |expr| {
            if let ExprKind::Member(base, field) = &expr.kind
                && base.as_name().is_some_and(|name| name == "product")
            {
                found.get_or_insert_with(|| field.text.clone());
            }
        });
        found.map(|field| self.said_at(PRODUCT, &field))
    }

    /// Where the port of a service is declared.
    fn port_place(&self, locals: &Locals, port: &Value) -> Option<Span> {
        let name = port.field("name")?.as_text()?;
        let service = locals.iter().find_map(|value| if let Value::Instance(id) = value { Some(*id) } else { None })?;
        let definition = self.node(service).definition.as_ref()?;
        let block = definition.blocks.iter().find(|block| block.keyword.text == "port" && block.word(0) == Some(name))?;
        Some(block.keyword.span.to(block.labels.first()?.span))
    }
}

/// The instance that a bound name stands for.
fn instance_of(expr: &hir::Expr, locals: &Locals) -> Option<InstanceId> {
    match &expr.kind {
        ExprKind::Local(place) => match locals.get(place.0 as usize)? {
            Value::Instance(id) => Some(*id),
            _ => None,
        },
        _ => None,
    }
}

/// A rule over what the provider offers (`provider.zones`) is about a capability, one over builds about images.
fn code_of_rule(condition: &hir::Expr) -> Code {
    let mut code = Code::CheckFailed;
    condition.walk(&mut |expr| match &expr.kind {
        ExprKind::Member(base, _) if base.as_name().is_some_and(|name| name == "provider") => code = Code::MissingCapability,
        ExprKind::Call(function, _) if function.name.text == "builds" => code = Code::ImageNotBuilt,
        _ => {}
    });
    code
}

/// Whether a check somewhere in a loop is evaluated now.
fn takes_any(judged: Judged<'_>, repeat: &hir::For) -> bool {
    repeat.body.items.iter().any(|item| match item {
        hir::Item::Check(check) => judged.takes(check),
        hir::Item::For(nested) => takes_any(judged, nested),
        _ => false,
    })
}

/// Whether an expression needs what the instance makes of its inputs.
fn needs_results(condition: &hir::Expr, definition: &Definition) -> bool {
    let mut found = false;
    condition.walk(&mut |expr| {
        if let Some(name) = expr.as_name() {
            found |= definition.outputs.contains_key(name) || definition.lets.contains_key(name);
        }
    });
    found
}
