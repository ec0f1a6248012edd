//! Allocation of ranges and addresses: what the lock file says stays, everything new takes the first free place.

use super::lock::Lock;
use crate::base::{Text, text};
use ipnet::{IpNet, Ipv4Net};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

/// Allocates for one product in one environment.
#[derive(Debug)]
pub(super) struct Allocator<'a> {
    lock: &'a Lock,
    /// Ranges that are used, by the range they were taken from.
    ranges: BTreeMap<IpNet, BTreeSet<IpNet>>,
    /// Addresses that are used.
    addresses: BTreeSet<IpAddr>,
    /// Ranges that the source says itself.
    written: Vec<IpNet>,
    /// Ranges that the lock file holds.
    locked: BTreeSet<IpNet>,
    /// What was allocated in this build.
    pub(super) made: BTreeMap<Text, Text>,
}

/// Why nothing could be allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No room is left.
    Full,
    /// The prefix does not fit into the range, or the range is not IPv4.
    Prefix,
}

impl<'a> Allocator<'a> {
    /// An allocator that leaves what the lock file holds for `environment` and what the source says where it is.
    pub(super) fn new(lock: &'a Lock, environment: &str, written: Vec<IpNet>) -> Allocator<'a> {
        let locked = lock.below("").filter_map(|(_, value)| value.parse().ok()).collect();
        let (ranges, addresses, made) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        let mut allocator = Allocator { lock, ranges, addresses, written, locked, made };
        let prefix = text!("{environment}/");
        for (_, value) in lock.below(&prefix) {
            if let Ok(address) = value.parse() {
                allocator.addresses.insert(address);
            }
        }
        allocator
    }

    /// A network of `prefix` bits within `pool`.
    pub(super) fn range(&mut self, key: Text, pool: IpNet, prefix: u8) -> Result<IpNet, Refusal> {
        let IpNet::V4(whole) = pool else { return Err(Refusal::Prefix) };
        if prefix < whole.prefix_len() || prefix > 32 {
            return Err(Refusal::Prefix);
        }
        let (written, locked) = (&self.written, &self.locked);
        let taken = self.ranges.entry(pool).or_default();
        let kept = self
            .lock
            .get(&key)
            .and_then(|value| value.parse::<IpNet>().ok())
            .filter(|net| pool.contains(net) && net.prefix_len() == prefix && !taken.iter().any(|other| overlap(other, net)));
        let free = |net: &IpNet| {
            !taken.iter().any(|other| overlap(other, net))
                && !written.iter().any(|other| *other != pool && pool.contains(other) && overlap(other, net))
                && !locked.iter().any(|other| *other != pool && !other.contains(&pool) && overlap(other, net))
        };
        let found = match kept {
            Some(net) => net,
            None => subnets(whole, prefix).find(free).ok_or(Refusal::Full)?,
        };
        taken.insert(found);
        self.made.insert(key, text!("{found}"));
        Ok(found)
    }

    /// An address within `range`, of which the first and last ones are reserved, and those in `reserved`.
    pub(super) fn address(&mut self, key: Text, range: IpNet, first: u32, last: u32, reserved: &[IpNet]) -> Result<IpAddr, Refusal> {
        let IpNet::V4(net) = range else { return Err(Refusal::Prefix) };
        let usable = |address: &Ipv4Addr| {
            let offset = u32::from(*address) - u32::from(net.network());
            let behind = u32::from(net.broadcast()) - u32::from(*address);
            offset >= first.max(1) && behind >= last.max(1) && !reserved.iter().any(|net| net.contains(&IpAddr::V4(*address)))
        };
        let kept = self.lock.get(&key).and_then(|value| value.parse::<Ipv4Addr>().ok());
        let kept = kept.filter(|address| net.contains(address) && usable(address)).filter(|address| {
            let address = text!("{address}");
            !self.made.values().any(|made| *made == address)
        });
        let found = match kept {
            Some(address) => address,
            None => net.hosts().find(|address| usable(address) && !self.addresses.contains(&IpAddr::V4(*address))).ok_or(Refusal::Full)?,
        };
        self.addresses.insert(IpAddr::V4(found));
        self.made.insert(key, text!("{found}"));
        Ok(IpAddr::V4(found))
    }
}

fn subnets(whole: Ipv4Net, prefix: u8) -> impl Iterator<Item = IpNet> {
    whole.subnets(prefix).into_iter().flatten().map(IpNet::V4)
}

/// Whether two networks share an address.
pub(super) fn overlap(a: &IpNet, b: &IpNet) -> bool {
    a.contains(b) || b.contains(a)
}

#[cfg(test)]
mod tests {
    use super::{Allocator, Lock, Refusal};
    use ipnet::IpNet;

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    #[test]
    fn keeps_what_is_locked_and_fills_the_gaps() {
        let lock = Lock::new([("prod/b@eu".into(), "10.0.16.0/20".into())].into());
        let mut allocator = Allocator::new(&lock, "prod", vec![net("10.0.0.0/20")]);
        assert_eq!(allocator.range("prod/a@eu".into(), net("10.0.0.0/16"), 20), Ok(net("10.0.32.0/20")));
        assert_eq!(allocator.range("prod/b@eu".into(), net("10.0.0.0/16"), 20), Ok(net("10.0.16.0/20")));
        assert_eq!(allocator.range("prod/c@eu".into(), net("10.0.0.0/30"), 20), Err(Refusal::Prefix));
    }

    #[test]
    fn leaves_reserved_addresses_out() {
        let lock = Lock::default();
        let mut allocator = Allocator::new(&lock, "prod", Vec::new());
        let mut next = |key: &str| allocator.address(key.into(), net("10.0.0.0/29"), 4, 1, &[net("10.0.0.5/32")]).map(|ip| ip.to_string());
        assert_eq!(next("prod/x").as_deref(), Ok("10.0.0.4"));
        assert_eq!(next("prod/y").as_deref(), Ok("10.0.0.6"));
        assert_eq!(next("prod/z"), Err(Refusal::Full));
    }
}
