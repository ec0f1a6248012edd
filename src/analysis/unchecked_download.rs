//! A release that comes with checksums has one for each architecture of the machines that install it.
//!
//! Nothing is downloaded unchecked, so the installation of a machine of another architecture stops halfway.
//!
//! ```infra
//! archive tool { url = "https://example.org/tool-${arch}.tar.gz", checksums = { arm64 = "…" }, to = "/opt/tool" }
//! ```

use super::Facts;
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Definition, ExprKind};
use std::collections::BTreeSet;

pub(super) fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut blamed: BTreeSet<(Span, Text)> = BTreeSet::new();
    for plan in facts.plans {
        for service in &plan.services {
            let Some(definition) = facts.program.definitions.get(&("service".into(), service.service.clone())) else { continue };
            let hosts = plan.hosts.iter().filter(|host| service.hosts.contains(&host.name));
            let arches: BTreeSet<&Text> = hosts.filter_map(|host| host.said()?.arch()).collect();
            for (name, known, span) in checksums(definition) {
                for arch in arches.iter().filter(|arch| !known.contains(**arch)) {
                    if !blamed.insert((span, (*arch).clone())) {
                        continue;
                    }
                    found.push(
                        Diagnostic::error(
                            Code::DanglingReference,
                            span,
                            format!("`{name}` has no checksum for {arch}, which machines of {} have", service.service),
                        )
                        .related(service.span, "they are here")
                        .help(format!("add `{arch} = \"…\"`, the SHA-256 of the release for it")),
                    );
                }
            }
        }
    }
}

/// The releases of a service that are told by checksums that are written out: name, architectures, place.
fn checksums(definition: &Definition) -> Vec<(Text, BTreeSet<&Text>, Span)> {
    let archives = definition.blocks.iter().flat_map(|block| block.body.blocks()).filter(|block| block.keyword.text == "archive");
    archives
        .filter(|archive| archive.body.attribute("signed").is_none())
        .filter_map(|archive| {
            let checksums = archive.body.attribute("checksums")?;
            let ExprKind::Map(entries) = &checksums.value.kind else { return None };
            let known = entries.iter().map(|(key, _)| &key.text).collect();
            Some((archive.word(0)?.clone(), known, checksums.value.span))
        })
        .collect()
}
