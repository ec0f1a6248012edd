//! What the lock remembers beside what was allocated: facts about what exists that a source changes by one word and no tool changes in
//! place. They are compared as texts; of a size alone it is asked whether it became smaller.

use super::{Key, is_word};
use crate::base::{Span, Text, text};

/// A line that remembers something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it says.
    pub says: Text,
    /// Where that stands.
    pub span: Span,
}

/// The key of where a provider instance makes things.
pub fn of_provider(environment: &str, provider: &str) -> Text {
    text!("{environment}@{provider}")
}

/// The key of where the states of an environment are.
pub fn of_state(environment: &str) -> Text {
    text!("{environment}.state")
}

/// Whether a line of this key and value remembers something of the kind, as infrac writes it.
pub(super) fn is_fact(key: &str, value: &str) -> bool {
    let of_provider = || key.split_once('@').is_some_and(|(environment, provider)| is_word(environment) && is_word(provider));
    let of_state = || key.strip_suffix(".state").is_some_and(is_word);
    let of_module = || value.starts_with(|letter: char| letter.is_ascii_alphabetic()) && is_word(value);
    let of_unit = || Key::read(key).is_some_and(|key| key.name.is_none()) && (size(value).is_some() || of_module());
    (of_provider() || of_state() || of_unit()) && is_said(value)
}

/// Whether a value is words with one space between them.
fn is_said(value: &str) -> bool {
    value.split(' ').all(|word| !word.is_empty()) && !value.contains(char::is_control)
}

/// How many bytes a size of the lock has; more may be said behind it.
pub fn size(says: &str) -> Option<u64> {
    let says = says.split(' ').next()?;
    let (number, unit) = says.split_at(says.find(|letter: char| !letter.is_ascii_digit())?);
    let shift = match unit {
        "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        "TiB" => 40,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::{is_fact, size};

    #[test]
    fn knows_its_own_lines() {
        let lines = [
            ("prod@eu", "hetzner account=eu region=fsn1"),
            ("prod.state", "s3 bucket=shop-states region=eu-central-1"),
            ("prod/mgmt.disks@eu", "100GiB"),
            ("prod/mgmt.disks@eu", "100GiB label=objects"),
            ("prod/front.zone@cf", "dns"),
        ];
        for (key, value) in lines {
            assert!(is_fact(key, value), "{key}");
        }
        let others = [
            ("prod@", "hetzner"),
            ("@eu", "hetzner"),
            ("prod@eu", ""),
            ("prod@eu", "hetzner  region=fsn1"),
            ("prod@eu", "hetzner\tregion"),
            ("prod.states", "s3"),
            (".state", "s3"),
            ("prod/mgmt.disks@eu", "10.0.0.0/20"),
            ("prod/mgmt.disks/a@eu", "100GiB"),
            ("prod/mgmt.disks@eu", "100GiB  label=objects"),
            ("prod/mgmt.range@eu", "10"),
            ("prod/front.zone/a@cf", "dns"),
        ];
        for (key, value) in others {
            assert!(!is_fact(key, value), "{key} = {value}");
        }
    }

    #[test]
    fn sizes_are_compared_as_bytes() {
        assert_eq!(size("100GiB"), Some(100 << 30));
        assert_eq!(size("1TiB"), size("1024GiB label=a"));
        assert_eq!((size("7B"), size("GiB"), size("7"), size("7GB"), size("99999999999TiB")), (Some(7), None, None, None, None));
    }
}
