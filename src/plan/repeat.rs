//! Instances that are there once for each of something: `module bucket b for p in purposes by p { … }`.

use super::planner::Planner;
use super::written::Written;
use crate::base::{Text, text};
use crate::diag::{Code, Diagnostic};
use crate::eval::{Locals, Stop, text_of};
use crate::hir;
use crate::value::InstanceId;
use std::sync::Arc;

impl Planner<'_> {
    /// Makes the instances of what is repeated in a stack, each with its key.
    pub(super) fn repeat(&mut self, stack: InstanceId, declared: &Arc<hir::Instance>) -> Result<Vec<(Text, InstanceId)>, Stop> {
        let Some((binding, by)) = declared.repeat.as_ref().and_then(|repeat| repeat.bindings.first().zip(repeat.by.as_ref())) else {
            return Err(Stop);
        };
        let source = self.eval(&binding.source, stack)?;
        let Some(elements) = source.elements() else {
            self.report(
                Diagnostic::error(
                    Code::DeferredValue,
                    binding.source.span,
                    format!("how many `{}` there are must be known to the compiler", declared.name.text),
                )
                .help("go through inputs, not through what only a tool knows"),
            );
            return Err(Stop);
        };
        let definition = self.definition(&declared.keyword, &declared.definition.text);
        let mut instances: Vec<(Text, InstanceId)> = Vec::with_capacity(elements.len());
        for (key, element) in elements {
            let path = [key.clone()];
            let of = element.clone();
            let mut bound: Locals = binding.key.is_some().then(|| key.into()).into_iter().chain([element]).collect();
            if let Some(condition) = &declared.condition
                && !self.is_there(condition, stack, &mut bound)?
            {
                continue;
            }
            let key = self.key_of_repeated(stack, declared, by, &mut bound)?;
            let name = text!("{}-{key}", declared.name.text);
            if self.node(stack).children.contains_key(&name) {
                // What the project says twice is wrong there; what cannot be told is wrong in the definition, once for all that are made of it.
                let mut is_of_element = false;
                by.walk(&mut |part| is_of_element |= matches!(part.kind, hir::ExprKind::Local(_)));
                let written = Written { expr: &binding.source, of: stack };
                let said = is_of_element.then(|| self.origin_of(written, &path, Some(&of))).flatten();
                let message = format!("two of `{}` would have the key `{key}`", declared.name.text);
                let diagnostic = Diagnostic::error(Code::Duplicate, said.unwrap_or(by.span), message)
                    .related(declared.name.span, "it is repeated here")
                    .help("make the key of something that tells each from the others");
                self.report(diagnostic);
                return Err(Stop);
            }
            let id = self.push_as(name.clone(), declared.keyword.clone(), Some(stack), definition.clone(), declared.clone());
            self.nodes[id.0 as usize].bound = bound;
            self.nodes[stack.0 as usize].children.insert(name, id);
            instances.push((key, id));
        }
        Ok(instances)
    }

    /// The key of one of them: a part of its name.
    fn key_of_repeated(&mut self, stack: InstanceId, declared: &hir::Instance, by: &hir::Expr, bound: &mut Locals) -> Result<Text, Stop> {
        let value = self.eval_in(by, stack, bound)?;
        let is_name = |text: &&Text| {
            let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            plain && !text.is_empty() && !text.starts_with('-') && !text.ends_with('-') && !text.contains("--")
        };
        match text_of(&value).as_ref().filter(is_name) {
            Some(key) => Ok(key.clone()),
            None => {
                let said = text_of(&value).map(|text| format!(", and this is `{text}`")).unwrap_or_default();
                let message = format!("the key of `{}` becomes a part of its name{said}", declared.name.text);
                self.report(
                    Diagnostic::error(Code::CheckFailed, by.span, message)
                        .help("use lower-case letters, digits and single hyphens: `slug(…)` makes them"),
                );
                Err(Stop)
            }
        }
    }
}
