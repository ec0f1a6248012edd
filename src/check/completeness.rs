//! What the definition of a service, a stack or a provider cannot be without, and what it says for nothing.

use super::Checker;
use crate::base::Text;
use crate::diag::{Code, Diagnostic};
use crate::hir::items::{Credential, Fallback, Standby, View};
use crate::hir::{Block, Definition};
use std::collections::BTreeMap;

/// The blocks in which a service or a stack says what takes over when it is away, with what they say it by.
const TAKES_OVER: [(&str, &[&str]); 2] = [(Fallback::NAME, &["to", "because"]), (Standby::NAME, &["to", "among", "because"])];

impl<'a> Checker<'a> {
    pub(super) fn completeness(&mut self, definition: &'a Definition) {
        match definition.keyword.as_str() {
            "service" => self.takes_over(definition),
            "stack" => {
                self.have_machines(definition);
                self.takes_over(definition);
            }
            "provider" => self.one_credential_a_variable(definition),
            _ => {}
        }
    }

    /// The order of roles and what machines let in ask each service for its machines.
    fn have_machines(&mut self, stack: &Definition) {
        for instance in stack.instances.iter().filter(|instance| instance.keyword == "service") {
            let Some(service) = self.program.definitions.get(&("service".into(), instance.definition.text.clone())) else { continue };
            if !service.inputs.contains_key("hosts") && !service.lets.contains_key("hosts") {
                let message = format!("`service {}` does not say on which machines it runs: it has no `hosts`", service.name.text);
                let diagnostic = Diagnostic::error(Code::Missing, service.name.span, message);
                self.error(diagnostic.related(instance.name.span, "it is to run here").help("add `input hosts: list(host)`"));
            }
        }
    }

    fn takes_over(&mut self, definition: &Definition) {
        for block in &definition.blocks {
            let Some((_, by)) = TAKES_OVER.iter().find(|(keyword, _)| block.keyword.text == *keyword) else { continue };
            if !by.iter().any(|name| block.body.attribute(name).is_some()) {
                let keyword = &block.keyword;
                let message = format!("this `{}` names nothing that takes over, and does not say why nobody has to", keyword.text);
                self.error(
                    Diagnostic::error(Code::Missing, keyword.span, message)
                        .help("say `because = \"…\"`, and `to = …` where an instance takes over"),
                );
            }
        }
    }

    /// A variable that two credentials are in has one of them.
    fn one_credential_a_variable(&mut self, provider: &'a Definition) {
        let mut first: BTreeMap<Text, &Block> = BTreeMap::new();
        for block in provider.blocks.iter().filter(|block| block.keyword.text == Credential::NAME) {
            let Some(attribute) = block.body.attribute("env") else { continue };
            let Some(variable) = attribute.value.as_text() else { continue };
            match first.get(&variable) {
                Some(before) => {
                    let message = format!("`{variable}` is the variable of another credential: it holds one of the two");
                    let diagnostic = Diagnostic::error(Code::Duplicate, attribute.value.span, message);
                    self.error(diagnostic.related(before.keyword.span, "it stands here first").help("give each a variable of its own"));
                }
                None => drop(first.insert(variable, block)),
            }
        }
    }
}
