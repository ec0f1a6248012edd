//! Addresses that are taken, as spans: where the next free place is takes no longer with everything that is taken.

use ipnet::Ipv4Net;
use std::collections::BTreeMap;

/// A set of addresses.
#[derive(Debug, Default)]
pub(super) struct Occupied {
    /// First address → last address of spans that neither overlap nor touch.
    spans: BTreeMap<u32, u32>,
}

impl Occupied {
    /// Adds every address of a network.
    pub(super) fn add(&mut self, net: &Ipv4Net) {
        let (mut start, mut end) = (u32::from(net.network()), u32::from(net.broadcast()));
        // Every span that overlaps this one or touches it becomes part of it.
        while let Some((&from, &to)) = self.spans.range(..=end.saturating_add(1)).next_back() {
            if to < start.saturating_sub(1) {
                break;
            }
            self.spans.remove(&from);
            (start, end) = (start.min(from), end.max(to));
        }
        self.spans.insert(start, end);
    }

    /// Where the last span that shares an address with `start..=end` ends; nothing where all of them are free.
    pub(super) fn end_of(&self, start: u32, end: u32) -> Option<u32> {
        let (_, &to) = self.spans.range(..=end).next_back()?;
        (to >= start).then_some(to)
    }

    /// The first free network of `prefix` bits within `whole`, whose prefix is not longer. The search begins at the network of number
    /// `first`, counted on from the beginning where there are fewer, and comes round.
    pub(super) fn free(&self, whole: Ipv4Net, prefix: u8, first: u64) -> Option<Ipv4Net> {
        let networks = 1_u64 << u32::from(prefix.min(32).saturating_sub(whole.prefix_len()));
        let size = 1_u64 << (32 - u32::from(prefix.min(32)));
        let (start, end) = (u64::from(u32::from(whole.network())), u64::from(u32::from(whole.broadcast())));
        let begin = start + first % networks * size;
        let behind = self.free_between(begin, end, prefix, size);
        behind.or_else(|| if begin > start { self.free_between(start, begin - 1, prefix, size) } else { None })
    }

    fn free_between(&self, start: u64, last: u64, prefix: u8, size: u64) -> Option<Ipv4Net> {
        let mut at = start;
        while at + size - 1 <= last {
            let (start, end) = (u32::try_from(at).ok()?, u32::try_from(at + size - 1).ok()?);
            match self.end_of(start, end) {
                None => return Ipv4Net::new(start.into(), prefix).ok(),
                Some(to) => at = (u64::from(to) / size + 1) * size,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Occupied;

    #[test]
    fn spans_become_one() {
        let mut occupied = Occupied::default();
        for net in ["10.0.2.0/24", "10.0.0.0/24", "10.0.1.0/24", "10.0.0.0/30", "0.0.0.0/32", "255.255.255.255/32"] {
            occupied.add(&net.parse().unwrap());
        }
        assert_eq!(occupied.spans.len(), 3);
        let free = |whole: &str, prefix| occupied.free(whole.parse().unwrap(), prefix, 0).map(|net| net.to_string());
        assert_eq!(free("10.0.0.0/16", 24).as_deref(), Some("10.0.3.0/24"));
        assert_eq!(free("10.0.0.0/16", 23).as_deref(), Some("10.0.4.0/23"));
        assert_eq!(free("10.0.0.0/22", 23), None);
        assert_eq!(free("255.255.255.254/31", 32).as_deref(), Some("255.255.255.254/32"));
        assert_eq!(free("255.255.255.255/32", 32), None);
        assert_eq!(free("0.0.0.0/0", 1).as_deref(), None);
        let from = |first| occupied.free("10.0.0.0/22".parse().unwrap(), 24, first).map(|net| net.to_string());
        for first in [0, 1, 2, 3, 4, u64::MAX] {
            assert_eq!(from(first).as_deref(), Some("10.0.3.0/24"), "{first}");
        }
        let from = |first| occupied.free("10.0.0.0/16".parse().unwrap(), 24, first).map(|net| net.to_string());
        assert_eq!((from(200).as_deref(), from(256 + 1).as_deref()), (Some("10.0.200.0/24"), Some("10.0.3.0/24")));
    }
}
