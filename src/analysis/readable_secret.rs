//! A file with a secret is for its owner and its group alone.
//!
//! Everybody who has an account on the machine, and every service there that is broken into, reads what the mode lets others read.
//!
//! ```infra
//! file "/etc/agent/token.json" { format = json, mode = "0644", content = { token = token } }
//! ```

use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::hir::{Block, Definition, Expr, Program};
use crate::shape::role::{Role, Step};
use crate::value::{Residual, Value};

/// What a mode lets others do.
const OTHERS: u32 = 0o007;

pub(super) fn check(program: &Program, role: &Role, found: &mut Vec<Diagnostic>) {
    let definition = program.definitions.get(&("service".into(), role.name.clone()));
    for step in role.configure.iter().filter(|step| step.word == "file") {
        let Some(mode) = step.arguments.get("mode").and_then(Value::as_text) else { continue };
        let open = u32::from_str_radix(mode, 8).is_ok_and(|mode| mode & OTHERS != 0);
        if !open || !step.arguments.get("content").is_some_and(|content| holds_secret(role, content)) {
            continue;
        }
        let written = definition.and_then(|definition| Some((definition, block_of(definition, step)?)));
        let said = written.and_then(|(_, block)| Some(block.body.attribute("mode")?.value.span));
        // Where no mode is said, what makes the usual one wrong is the secret.
        let secret = written.and_then(|(definition, block)| secret_in(definition, &block.body.attribute("content")?.value));
        let finding = Diagnostic::error(
            Code::SecretExposed,
            said.or(secret).unwrap_or(step.span),
            format!("a file with a secret has the mode {mode}: everybody on the machine may read it"),
        )
        .shown();
        let finding = match (said, secret) {
            (Some(_), Some(secret)) => finding.related(secret, "the secret stands here"),
            (Some(_), None) => finding.related(step.span, "the file is written here"),
            (None, Some(_)) => finding.label("the secret stands here").related(step.span, "no mode is said, and this is the usual one"),
            (None, None) => finding.label("no mode is said, and this is the usual one"),
        };
        found.push(finding.help("write `mode = \"0600\"`, or `mode = \"0640\"` with the `group` that needs it"));
    }
}

/// Whether a value holds a reference to a secret, or a variable that does.
fn holds_secret(role: &Role, value: &Value) -> bool {
    let mut found = has_reference(value);
    value.walk(&mut |residual| {
        if let Residual::Variable(name) = residual {
            found |= role.holes.iter().any(|hole| hole.name == *name && hole.ty.holds_secret());
        }
    });
    found
}

fn has_reference(value: &Value) -> bool {
    match value {
        Value::Secret(_) => true,
        Value::List(list) => list.iter().any(has_reference),
        Value::Map(map) => map.values().any(has_reference),
        _ => false,
    }
}

/// The block that a step was written as.
fn block_of<'d>(definition: &'d Definition, step: &Step) -> Option<&'d Block> {
    let mut parts = definition.blocks.iter().flat_map(|block| block.body.blocks());
    parts.find(|block| block.labels.first().is_some_and(|label| label.span == step.span)).map(AsRef::as_ref)
}

/// The name of an input in an expression that is given a secret.
fn secret_in(definition: &Definition, content: &Expr) -> Option<Span> {
    let mut found = None;
    content.walk(&mut |part| {
        let input = part.as_name().and_then(|name| definition.inputs.get(name));
        if found.is_none() && input.is_some_and(|input| input.ty.holds_secret()) {
            found = Some(part.span);
        }
    });
    found
}
