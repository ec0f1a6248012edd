//! `open` and `closed` in a test: who reaches a port of the machines of a stack, through every firewall.

use super::{Compiled, fail};
use crate::base::{Ports, Text};
use crate::diag::Diagnostic;
use crate::plan::expected::Expectation;
use crate::value::Value;
use crate::view::{self, Facts};
use ipnet::IpNet;
use std::collections::BTreeSet;

/// Whether somebody reaches a port of the machines of a stack.
pub(super) fn opening(expected: &Expectation, compiled: &Compiled, environment: &Text, is_wanted: bool) -> Option<Diagnostic> {
    let span = expected.keyword.span;
    let Some((to, _)) = expected.instance("to") else {
        return Some(fail(span, "`to` names no stack of the product"));
    };
    let (Some(Value::Port(asked)), Some(from)) = (expected.value("port"), expected.text("from")) else {
        return Some(fail(span, "`port` and `from` could not be read"));
    };
    let of_environment = || compiled.facts.iter().filter(|facts| facts.environment == *environment);
    let to_stack = |unit: &Text| unit.strip_prefix(to.as_str()).is_some_and(|rest| rest.starts_with('/'));
    let openings: Vec<view::Opening> = of_environment().flat_map(view::openings).filter(|opening| to_stack(&opening.unit)).collect();
    if of_environment().next().is_none() {
        return Some(fail(span, "nobody can tell who reaches what: the product has no plan"));
    }
    if let Some(wrong) = unknown(expected, from, of_environment(), environment) {
        return Some(wrong);
    }
    let range: Option<IpNet> = from.parse().ok();
    let on_port = |opening: &&view::Opening| {
        opening.protocol.is_empty() || Ports { span: opening.ports, protocol: opening.protocol.clone() }.overlaps(asked)
    };
    let on_port: Vec<&view::Opening> = openings.iter().filter(on_port).filter(|opening| opening.reaches()).collect();
    // Open is what lets in by this name, closed what lets nobody in who has it, under no name.
    let is_let_in = |opening: &&view::Opening| {
        let is_within = || range.as_ref().is_some_and(|range| view::meets(range, &opening.ranges));
        let holds = || is_within() || of_environment().any(|facts| opening.source.holds(from, facts));
        if is_wanted { opening.source.name() == *from } else { holds() }
    };
    let by_source: Vec<&view::Opening> = on_port.iter().copied().filter(is_let_in).collect();
    // Open is a span of which every port is, closed one of which none is.
    let is_as_said = if is_wanted { covered(&by_source, asked) } else { by_source.is_empty() };
    if is_as_said {
        return None;
    }
    let mut sources: Vec<Text> = on_port.iter().map(|opening| opening.source.name()).collect();
    sources.dedup();
    let who = if sources.is_empty() { "nobody reaches it".to_owned() } else { format!("it is reached by {}", sources.join(", ")) };
    let verb = if is_wanted { "does not reach" } else { "reaches" };
    Some(fail(span, format!("{from} {verb} {asked} of `{to}` in {environment}")).label(who))
}

/// Whether openings, which may each hold a part of a span only, hold all of it on some machine.
fn covered(openings: &[&view::Opening], asked: &Ports) -> bool {
    let hosts: BTreeSet<&Text> = openings.iter().map(|opening| &opening.host).collect();
    hosts.into_iter().any(|host| {
        let on_host = openings.iter().filter(|opening| opening.host == *host);
        let Some((first, last)) = asked.span else { return true };
        let mut spans: Vec<(u16, u16)> = on_host.map(|opening| opening.ports.unwrap_or((1, u16::MAX))).collect();
        spans.sort_unstable();
        let next = spans.into_iter().fold(
            u32::from(first),
            |next, (from, to)| {
                if u32::from(from) <= next { next.max(u32::from(to) + 1) } else { next }
            },
        );
        next > u32::from(last)
    })
}

/// A name that nobody has: that nobody of that name is let in would always hold.
fn unknown<'f>(expected: &Expectation, from: &Text, facts: impl Iterator<Item = &'f Facts>, environment: &Text) -> Option<Diagnostic> {
    let known: BTreeSet<Text> = facts.flat_map(view::sources).collect();
    if known.contains(from) || from.parse::<IpNet>().is_ok() {
        return None;
    }
    let place = expected.place("from");
    Some(
        fail(place, format!("nobody in {environment} is called `{from}`"))
            .did_you_mean(from, place, known.iter().map(Text::as_str))
            .repaired_if(false),
    )
}
