//! Allocation of ranges, addresses and numbers: what the lock file says stays, everything new takes the first free place.
//!
//! A network that comes to others that are there begins its search at a place that follows from its name, so that two branches rarely
//! take the same one. Only the largest networks of a range do: a smaller one would break up the room of a larger one.

mod numbers;
mod occupied;

use super::lock::{Held, Lock};
use crate::base::{Span, Text};
use ipnet::{IpNet, Ipv4Net};
use numbers::Numbers;
use occupied::Occupied;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

/// What a key got in this build, and what the lock has to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// What it got.
    pub value: Held,
    /// The range or subnet that it was taken from; a number comes from none.
    pub from: Option<Ipv4Net>,
    /// Why it is not what the lock holds; nothing where it is, or where the lock holds nothing.
    pub misfit: Option<Misfit>,
    /// Where the definition asks for it.
    pub asked: Span,
}

/// Why what the lock holds cannot stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// It lies outside the range or subnet that it is taken from now.
    Outside,
    /// It is a number outside of these two, which are the least and the greatest that may be given now.
    Span(i64, i64),
    /// It is a network of another size than the one that is asked for, whose length of prefix this is.
    Size(u8),
    /// It is an address that is kept for something else: by the provider, or by the network itself.
    Reserved,
    /// What has this key has it already.
    Taken(Text),
}

/// Which addresses of a range are given.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usable<'a> {
    /// How many at the start are not.
    pub first: u32,
    /// How many at the end are not.
    pub last: u32,
    /// Others that are not.
    pub reserved: &'a [IpNet],
}

/// Allocates for one product in one environment.
#[derive(Debug)]
pub(super) struct Allocator<'a> {
    lock: &'a Lock,
    /// The ranges that the lock holds, by their first address.
    locked: BTreeSet<Ipv4Net>,
    /// What was taken, by the range that it was taken from.
    pools: BTreeMap<Ipv4Net, Pool>,
    /// Addresses that somebody has, or had in the last build.
    addresses: Occupied,
    /// Who has an address in this build.
    owners: BTreeMap<Ipv4Addr, Text>,
    /// Numbers, by the name of their pool.
    numbers: BTreeMap<Text, Numbers>,
    /// Where the search for the next address begins, by the range and the lowest address that is given: what lies before is taken.
    next: BTreeMap<(Ipv4Net, u32), u32>,
    /// Ranges that the source says itself.
    written: Vec<Ipv4Net>,
    /// Whether the lock holds something of the environment.
    grows: bool,
    /// What was allocated in this build.
    pub(super) made: BTreeMap<Text, Allocation>,
}

/// A range that networks are taken from.
#[derive(Debug, Default)]
struct Pool {
    /// The length of prefix of the largest network that it has; nothing where it has none.
    largest: Option<u8>,
    /// What nothing new may take.
    occupied: Occupied,
    /// Who has a network, by its first address; they do not overlap.
    taken: BTreeMap<Ipv4Addr, (Ipv4Net, Text)>,
}

impl Pool {
    fn owner(&self, net: &Ipv4Net) -> Option<&Text> {
        let (_, (other, key)) = self.taken.range(..=net.broadcast()).next_back()?;
        overlap(other, net).then_some(key)
    }
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
    pub(super) fn new(lock: &'a Lock, environment: &str, written: &[IpNet]) -> Allocator<'a> {
        let mut addresses = Occupied::default();
        for (_, entry) in lock.of(environment) {
            if let Held::Address(address) = entry.value {
                addresses.add(&Ipv4Net::from(address));
            }
        }
        let written = written.iter().filter_map(|net| if let IpNet::V4(net) = net { Some(net.trunc()) } else { None }).collect();
        let locked = lock.entries().filter_map(|(_, entry)| if let Held::Range(net) = entry.value { Some(net) } else { None }).collect();
        let (pools, owners, numbers) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (next, made) = (BTreeMap::new(), BTreeMap::new());
        let grows = lock.of(environment).next().is_some();
        Allocator { lock, locked, pools, addresses, owners, numbers, next, written, grows, made }
    }

    /// A pool in which everything is taken that the source says itself or the lock holds.
    fn pool(&self, whole: Ipv4Net) -> Pool {
        let mut pool = Pool::default();
        for net in self.written.iter().filter(|net| **net != whole && whole.contains(*net)) {
            pool.occupied.add(net);
        }
        for net in self.locked.range(whole..).take_while(|net| net.network() <= whole.broadcast()) {
            if whole.contains(net) && *net != whole {
                pool.occupied.add(net);
                pool.largest = Some(pool.largest.map_or(net.prefix_len(), |largest| largest.min(net.prefix_len())));
            }
        }
        pool
    }

    /// A network of `prefix` bits within `pool`.
    pub(super) fn range(&mut self, key: Text, pool: IpNet, prefix: u8, asked: Span) -> Result<IpNet, Refusal> {
        let IpNet::V4(whole) = pool else { return Err(Refusal::Prefix) };
        let whole = whole.trunc();
        if prefix < whole.prefix_len() || prefix > 32 {
            return Err(Refusal::Prefix);
        }
        if !self.pools.contains_key(&whole) {
            self.pools.insert(whole, self.pool(whole));
        }
        let pool = self.pools.entry(whole).or_default();
        let kept = match self.lock.get(&key).map(|entry| entry.value) {
            Some(Held::Range(net)) if !whole.contains(&net) => Some(Err(Misfit::Outside)),
            Some(Held::Range(net)) if net.prefix_len() != prefix => Some(Err(Misfit::Size(prefix))),
            Some(Held::Range(net)) => Some(match pool.owner(&net) {
                Some(owner) => Err(Misfit::Taken(owner.clone())),
                None => Ok(net),
            }),
            _ => None,
        };
        let (found, misfit) = match kept {
            Some(Ok(net)) => (net, None),
            Some(Err(misfit)) => (pool.occupied.free(whole, prefix, 0).ok_or(Refusal::Full)?, Some(misfit)),
            None => {
                let first = if self.grows && pool.largest.is_some_and(|largest| prefix <= largest) { place_of(&key) } else { 0 };
                (pool.occupied.free(whole, prefix, first).ok_or(Refusal::Full)?, None)
            }
        };
        pool.occupied.add(&found);
        pool.taken.insert(found.network(), (found, key.clone()));
        self.made.insert(key, Allocation { value: Held::Range(found), from: Some(whole), misfit, asked });
        Ok(IpNet::V4(found))
    }

    /// An address within `range`, of which the network's own first and last one are never given.
    pub(super) fn address(&mut self, key: Text, range: IpNet, usable: Usable<'_>, asked: Span) -> Result<IpAddr, Refusal> {
        let IpNet::V4(net) = range else { return Err(Refusal::Prefix) };
        let net = net.trunc();
        let (start, end) = (u32::from(net.network()), u32::from(net.broadcast()));
        let lowest = start.saturating_add(usable.first.max(1));
        let highest = end.saturating_sub(usable.last.max(1));
        let is_usable = |address: Ipv4Addr| {
            let number = u32::from(address);
            number >= lowest && number <= highest && !usable.reserved.iter().any(|net| net.contains(&IpAddr::V4(address)))
        };
        let kept = match self.lock.get(&key).map(|entry| entry.value) {
            Some(Held::Address(address)) if !net.contains(&address) => Some(Err(Misfit::Outside)),
            Some(Held::Address(address)) if !is_usable(address) => Some(Err(Misfit::Reserved)),
            Some(Held::Address(address)) => Some(match self.owners.get(&address) {
                Some(owner) => Err(Misfit::Taken(owner.clone())),
                None => Ok(address),
            }),
            _ => None,
        };
        let (found, misfit) = match kept {
            Some(Ok(address)) => (address, None),
            other => {
                let from = self.next.get(&(net, lowest)).copied().unwrap_or(lowest);
                let found = self.free_address(from, highest, is_usable).ok_or(Refusal::Full)?;
                self.next.insert((net, lowest), u32::from(found).saturating_add(1));
                (found, other.and_then(Result::err))
            }
        };
        self.addresses.add(&Ipv4Net::from(found));
        self.owners.insert(found, key.clone());
        self.made.insert(key, Allocation { value: Held::Address(found), from: Some(net), misfit, asked });
        Ok(IpAddr::V4(found))
    }

    fn free_address(&self, from: u32, highest: u32, is_usable: impl Fn(Ipv4Addr) -> bool) -> Option<Ipv4Addr> {
        let mut at = from;
        while at <= highest {
            match self.addresses.end_of(at, at) {
                Some(end) => at = end.checked_add(1)?,
                None if is_usable(at.into()) => return Some(at.into()),
                None => at = at.checked_add(1)?,
            }
        }
        None
    }
}

/// A number that follows from a key without its environment: FNV-1a, the same on every machine and in every release.
fn place_of(key: &str) -> u64 {
    let name = key.split_once('/').map_or(key, |(_, name)| name);
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^ (hash >> 32)
}

/// Whether two networks share an address.
fn overlap(a: &Ipv4Net, b: &Ipv4Net) -> bool {
    a.contains(b) || b.contains(a)
}

#[cfg(test)]
mod tests {
    use super::{Allocator, Misfit, Refusal, Usable};
    use crate::base::{FileId, Span};
    use crate::plan::lock::{Held, Lock, print, read};
    use ipnet::IpNet;

    const HERE: Span = Span::new(FileId(0), 0, 0);

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    fn lock(entries: &[(&str, &str)]) -> Lock {
        let value = |text: &str| text.parse().map(Held::Range).unwrap_or_else(|_| Held::Address(text.parse().unwrap()));
        let values = entries.iter().map(|(key, text)| ((*key).into(), value(text))).collect();
        read(FileId(0), &print(&values, &Default::default(), &Default::default())).0
    }

    #[test]
    fn keeps_what_is_locked_and_fills_the_gaps() {
        let lock = lock(&[("prod/b.range@eu", "10.0.16.0/20")]);
        let mut allocator = Allocator::new(&lock, "prod", &[net("10.0.0.0/20")]);
        assert_eq!(allocator.range("prod/a.range@eu".into(), net("10.0.0.0/16"), 24, HERE), Ok(net("10.0.32.0/24")));
        assert_eq!(allocator.range("prod/b.range@eu".into(), net("10.0.0.0/16"), 20, HERE), Ok(net("10.0.16.0/20")));
        assert_eq!(allocator.range("prod/c.range@eu".into(), net("10.0.0.0/30"), 20, HERE), Err(Refusal::Prefix));
        assert!(allocator.made.values().all(|made| made.misfit.is_none()));
    }

    #[test]
    fn says_why_something_cannot_stay() {
        let lock = lock(&[
            ("prod/a.n/a-0@eu", "10.0.0.0"),
            ("prod/a.n/a-1@eu", "10.1.0.2"),
            ("prod/a.n/a-2@eu", "10.0.0.2"),
            ("prod/a.n/a-3@eu", "10.0.0.2"),
            ("prod/a.range@eu", "10.9.0.0/20"),
            ("prod/b.range@eu", "10.0.16.0/21"),
            ("prod/c.range@eu", "10.0.32.0/20"),
            ("prod/d.range@eu", "10.0.32.0/20"),
        ]);
        let mut allocator = Allocator::new(&lock, "prod", &[]);
        for name in ["a", "b", "c", "d"] {
            allocator.range(format!("prod/{name}.range@eu").into(), net("10.0.0.0/16"), 20, HERE).unwrap();
        }
        for number in 0..4 {
            allocator.address(format!("prod/a.n/a-{number}@eu").into(), net("10.0.0.0/20"), Usable::default(), HERE).unwrap();
        }
        let said: Vec<_> = allocator.made.into_values().map(|made| (made.value.to_string(), made.misfit)).collect();
        let wanted = [
            ("10.0.0.1", Some(Misfit::Reserved)),
            ("10.0.0.3", Some(Misfit::Outside)),
            ("10.0.0.2", None),
            ("10.0.0.4", Some(Misfit::Taken("prod/a.n/a-2@eu".into()))),
            ("10.0.0.0/20", Some(Misfit::Outside)),
            ("10.0.48.0/20", Some(Misfit::Size(20))),
            ("10.0.32.0/20", None),
            ("10.0.64.0/20", Some(Misfit::Taken("prod/c.range@eu".into()))),
        ];
        assert_eq!(said, wanted.map(|(value, misfit)| (value.to_owned(), misfit)));
    }

    #[test]
    fn what_comes_later_rarely_meets_what_another_branch_adds() {
        let lock = lock(&[("prod/a.range@eu", "10.0.0.0/20")]);
        let place = |lock: &Lock, name: &str| {
            let mut allocator = Allocator::new(lock, "prod", &[]);
            allocator.range(format!("prod/{name}.range@eu").into(), net("10.0.0.0/16"), 20, HERE).unwrap()
        };
        let names: Vec<String> = (0..64).map(|at| format!("stack{at}")).collect();
        let places: Vec<IpNet> = names.iter().map(|name| place(&lock, name)).collect();
        let pairs = names.len() * (names.len() - 1) / 2;
        let same = (0..places.len()).flat_map(|a| (0..a).map(move |b| (a, b))).filter(|(a, b)| places[*a] == places[*b]).count();
        assert!(same * 10 < pairs, "{same} of {pairs}");
        // A product that is built for the first time is compact.
        assert_eq!(place(&Lock::default(), "stack1"), net("10.0.0.0/20"));
    }

    #[test]
    fn leaves_reserved_addresses_out() {
        let lock = Lock::default();
        let mut allocator = Allocator::new(&lock, "prod", &[]);
        let reserved = [net("10.0.0.5/32")];
        let usable = Usable { first: 4, last: 1, reserved: &reserved };
        let mut next = |key: &str| allocator.address(key.into(), net("10.0.0.0/29"), usable, HERE).map(|ip| ip.to_string());
        assert_eq!(next("prod/x.n/x@eu").as_deref(), Ok("10.0.0.4"));
        assert_eq!(next("prod/x.n/y@eu").as_deref(), Ok("10.0.0.6"));
        assert_eq!(next("prod/x.n/z@eu"), Err(Refusal::Full));
    }

    #[test]
    fn ten_thousand_allocations_take_no_time_with_their_square() {
        let lock = Lock::default();
        let mut allocator = Allocator::new(&lock, "prod", &[]);
        for at in 0..10_000 {
            allocator.range(format!("prod/s{at}.range@eu").into(), net("10.0.0.0/8"), 24, HERE).unwrap();
            allocator.address(format!("prod/s.n/s{at}@eu").into(), net("172.16.0.0/16"), Usable::default(), HERE).unwrap();
        }
        assert_eq!(allocator.made["prod/s9999.range@eu"].value.to_string(), "10.39.15.0/24");
    }
}
