//! Openings for programs: what a table shortens is whole.

use super::reach::{Difference, Opening, Verdict};
use serde_json::{Value, json};

/// A list of objects, one for each opening.
pub fn reach_json(openings: &[Opening]) -> Value {
    openings.iter().map(opening).collect()
}

/// The same of what is reached now and was not before, and of what is no longer reached; `change` says which.
pub fn difference_json(difference: &Difference) -> Value {
    let of = |change: &str, of: &Opening| {
        let mut object = opening(of);
        object["change"] = json!(change);
        object
    };
    difference.new.iter().map(|new| of("opened", new)).chain(difference.closed.iter().map(|closed| of("closed", closed))).collect()
}

fn opening(of: &Opening) -> Value {
    json!({
        "product": of.product.as_str(),
        "environment": of.environment.as_str(),
        "host": of.host.as_str(),
        "unit": of.unit.as_str(),
        "port": of.port().as_str(),
        "protocol": if of.protocol.is_empty() { Value::Null } else { json!(of.protocol.as_str()) },
        "ports": of.ports.map(|(first, last)| json!({ "first": first, "last": last })),
        "source": of.source.name().as_str(),
        "addresses": of.ranges.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "cloud_firewall": word(&of.cloud),
        "cloud_rules": rules(&of.cloud),
        "host_firewall": word(&of.own),
        "host_rules": rules(&of.own),
        "way": of.route,
        "reaches": of.reaches(),
    })
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Open(_) => "open",
        Verdict::Closed => "closed",
        Verdict::Unseen => "not seen",
        Verdict::Absent => "none",
    }
}

fn rules(verdict: &Verdict) -> Vec<&str> {
    match verdict {
        Verdict::Open(rules) => rules.iter().map(|rule| rule.as_str()).collect(),
        _ => Vec::new(),
    }
}
