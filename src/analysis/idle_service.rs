//! A service that a stack declares runs on some machine, in some environment.
//!
//! ```infra
//! service agent { hosts = [for h in nodes.hosts if h.arch == arm64 : h] }   # and all of them are amd64
//! ```

use super::{Facts, place};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Expr, ExprKind};
use std::collections::BTreeMap;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    // What an environment without a plan would run cannot be told.
    if facts.plans.len() < facts.product.environments.len() {
        return;
    }
    let mut declared: BTreeMap<Span, (&Text, Span, bool)> = BTreeMap::new();
    for plan in facts.plans {
        for service in &plan.services {
            let Some(instance) = plan.instance(service.instance) else { continue };
            let declaration = &instance.declaration;
            // No machines at all may be meant: something of somebody else's has none.
            let Some(hosts) = declaration.attributes.get("hosts").filter(|hosts| is_filtered(&hosts.value)) else { continue };
            let said = Some(hosts.value.span).filter(|span| place::is_of_project(facts.program, *span));
            let at = said.unwrap_or_else(|| place::named_at(plan, service.instance));
            let entry = declared.entry(declaration.span).or_insert((&service.service, at, false));
            entry.2 |= !service.hosts.is_empty();
        }
    }
    for (declaration, (service, at, _)) in declared.into_iter().filter(|(_, (_, _, runs))| !runs) {
        let message = format!("`{service}` runs on no machine in any environment");
        found.push(
            Diagnostic::error(Code::DanglingReference, at, message)
                .related(declaration, "it is declared here")
                .help("give it machines, or remove it"),
        );
    }
}

/// Whether an expression chooses among machines.
fn is_filtered(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |expr| found |= matches!(expr.kind, ExprKind::For(_)));
    found
}
