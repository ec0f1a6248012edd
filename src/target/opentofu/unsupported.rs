//! What of a module OpenTofu has no form for, each part at the expression that says it.

use super::names::Names;
use crate::base::Span;
use crate::hir::{Block, Body, Expr, Implementation};
use crate::shape::Module;
use crate::shape::module::{self, Repeat};
use crate::target::common::unsupported::{Unsupported, call_in, lacking};
use crate::value::Value;

/// The parts of a module that cannot be said, sorted by place, each once.
pub fn unsupported(module: &Module, implementation: &Implementation) -> Vec<Unsupported> {
    let names = Names::of(module);
    let mut parts = Parts { implementation, found: Vec::new() };
    for resource in module.data.iter().chain(&module.resources) {
        let Some(block) = implementation.resource(&resource.name) else { continue };
        parts.repeat(&resource.repeat, block, &names);
        parts.body(&resource.body, &block.body, &names.within(&resource.repeat));
    }
    for output in &module.outputs {
        let said = implementation.outputs.get(&output.name);
        if let Some(said) = said.and_then(|said| said.value.as_deref()) {
            parts.value(&output.value, said, &names);
        }
    }
    parts.found.sort();
    parts.found.dedup();
    parts.found
}

struct Parts<'a> {
    implementation: &'a Implementation,
    found: Vec<Unsupported>,
}

impl Parts<'_> {
    fn value(&mut self, value: &Value, said: &Expr, names: &Names<'_>) {
        let Err(why) = names.value(value) else { return };
        let function = lacking(value, &|value| names.value(value).is_ok());
        let span: Option<Span> = function.and_then(|function| call_in(said, self.implementation.lets.values(), &function));
        self.found.push(Unsupported { span: span.unwrap_or(said.span), why: why.0 });
    }

    fn repeat(&mut self, repeat: &Repeat, block: &Block, names: &Names<'_>) {
        let said = match repeat {
            Repeat::Once => None,
            Repeat::If(value) => block.condition.as_deref().map(|said| (value, said)),
            Repeat::Each(value) => {
                let bindings = block.repeat.as_ref().and_then(|repeat| repeat.bindings.first());
                bindings.map(|binding| (value, &*binding.source))
            }
        };
        if let Some((value, said)) = said {
            self.value(value, said, names);
        }
    }

    fn body(&mut self, body: &module::Body, said: &Body, names: &Names<'_>) {
        for (name, value) in &body.arguments {
            if let Some(attribute) = said.attribute(name) {
                self.value(value, &attribute.value, names);
            }
        }
        for (at, block) in body.blocks.iter().enumerate() {
            let before = body.blocks.iter().take(at).filter(|other| other.name == block.name).count();
            // Where one block is made of several places, the last of them says the rest.
            let Some(said) = said.blocks().filter(|of| of.keyword.text == block.name).take(before + 1).last() else { continue };
            if let (Some((_, value)), Some(binding)) = (&block.repeat, said.repeat.as_ref().and_then(|of| of.bindings.first())) {
                self.value(value, &binding.source, names);
            }
            let inner = block.repeat.as_ref().map(|(name, source)| names.with(name, source, crate::artifact::hcl::Expr::path(name)));
            self.body(&block.body, &said.body, inner.as_ref().unwrap_or(names));
        }
    }
}
