//! Two owners of one place: what a merge of two branches gives of which each took the first free one. Nobody but a person knows which
//! of them runs, so neither is moved before somebody says which may be.

use super::{Held, Key, Lock, Renumber};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic, Diagnostics};
use ipnet::Ipv4Net;
use std::collections::{BTreeMap, BTreeSet};

/// Of so many lines that two owners share is said what they are.
const SHOWN: usize = 8;

/// Two lines that hold one address, and which of them goes, where somebody has said so.
type Pair<'a> = (&'a Text, &'a Text, Option<Loser>);

impl Lock {
    /// Says which lines of the lock of `product` hold one address or ranges that overlap: an error, unless `renumber` names the owner
    /// of one of them. That line is left out then.
    pub fn settle(mut self, product: &str, renumber: &Renumber) -> (Lock, Diagnostics) {
        let mut found = Diagnostics::default();
        let mut left_out = BTreeSet::new();
        let may_move = |key: &Text| Key::read(key).is_some_and(|of| renumber.stack(product, of.environment, of.stack()));
        let mut environments = BTreeMap::<&str, Vec<&Text>>::new();
        for key in self.entries.keys() {
            environments.entry(key.split('/').next().unwrap_or_default()).or_default().push(key);
        }
        for (environment, keys) in environments {
            let mut pairs = Vec::new();
            // Which of two lines stays: the first, unless it alone may move. Without anybody's word both are told of.
            let mut judge = |first, second| {
                let loser = match (may_move(first), may_move(second)) {
                    (_, true) => Some(Loser::Second),
                    (true, false) => Some(Loser::First),
                    (false, false) => None,
                };
                pairs.push((first, second, loser));
                loser.unwrap_or(Loser::Second)
            };
            left_out.extend(self.singles(&keys, &mut judge));
            left_out.extend(self.ranges(environment, &keys, &mut judge));
            self.report(product, environment, &pairs, &mut found);
        }
        let left_out: Vec<Text> = left_out.into_iter().cloned().collect();
        for key in left_out {
            self.entries.remove(&key);
            self.moved.insert(key);
        }
        (self, found)
    }

    /// Addresses, of which an environment has each once, and numbers, of which a pool does.
    fn singles<'a>(&'a self, keys: &[&'a Text], judge: &mut dyn FnMut(&'a Text, &'a Text) -> Loser) -> Vec<&'a Text> {
        let mut owners: BTreeMap<(Held, &str), &Text> = BTreeMap::new();
        let mut losers = Vec::new();
        for key in keys {
            let Some(value) = self.entries.get(*key).map(|entry| entry.value) else { continue };
            let pool = match value {
                Held::Range(_) => continue,
                Held::Address(_) => "",
                Held::Number(_) => Key::read(key).and_then(|key| key.pool()).unwrap_or_default(),
            };
            let owner = owners.entry((value, pool)).or_insert(key);
            if *owner == *key {
                continue;
            }
            match judge(owner, key) {
                Loser::First => losers.push(std::mem::replace(owner, key)),
                Loser::Second => losers.push(key),
            }
        }
        losers
    }

    /// Ranges either lie in each other or apart, so sorted by where they begin, one that another lies in is the last one still open.
    fn ranges<'a>(&'a self, environment: &str, keys: &[&'a Text], judge: &mut dyn FnMut(&'a Text, &'a Text) -> Loser) -> Vec<&'a Text> {
        let mut ranges: Vec<(Ipv4Net, &Text)> = Vec::new();
        for key in keys {
            if let Some(Held::Range(range)) = self.entries.get(*key).map(|entry| entry.value) {
                ranges.push((range, key));
            }
        }
        ranges.sort_by_key(|(range, key)| (range.network(), range.prefix_len(), *key));
        let pools = self.pools.get(environment).map(|pools| pools.ranges.as_slice());
        // A network that is cut into networks is meant; who does not say what was cut is judged where the program asks for them.
        let is_cut = |outer: &Ipv4Net, inner: &Ipv4Net| outer != inner && pools.is_none_or(|pools| pools.contains(outer));
        let mut open: Vec<(Ipv4Net, &Text)> = Vec::new();
        let mut losers = Vec::new();
        for (range, key) in ranges {
            while open.last().is_some_and(|(outer, _)| !outer.contains(&range)) {
                open.pop();
            }
            match open.last() {
                Some((outer, owner)) if !is_cut(outer, &range) => {
                    let owner = *owner;
                    // Told in the order of keys, whichever of the two is larger.
                    let (first, second) = if owner <= key { (owner, key) } else { (key, owner) };
                    let loser = match judge(first, second) {
                        Loser::First => first,
                        Loser::Second => second,
                    };
                    losers.push(loser);
                    if loser == owner {
                        open.pop();
                        open.push((range, key));
                    }
                }
                _ => open.push((range, key)),
            }
        }
        losers
    }

    /// One finding for each two owners, with every line that they share.
    fn report(&self, product: &str, environment: &str, pairs: &[Pair<'_>], found: &mut Diagnostics) {
        let stack = |key: &Text| Key::read(key).map(|key| Text::new(key.stack())).unwrap_or_default();
        let mut owners = BTreeMap::<(Text, Text, Option<Loser>), Vec<Pair<'_>>>::new();
        for pair in pairs {
            owners.entry((stack(pair.0), stack(pair.1), pair.2)).or_default().push(*pair);
        }
        for ((a, b, loser), mut pairs) in owners {
            // A network says more than the machines in it.
            pairs.sort_by_key(|(_, second, _)| (Key::read(second).is_some_and(|key| key.name.is_some()), self.span(second)));
            let value = |key: &Text| self.entries.get(key).map(|entry| entry.value.to_string()).unwrap_or_default();
            let (first, second, _) = pairs[0];
            let more = if pairs.len() > 1 { format!(", and {} more", pairs.len() - 1) } else { String::new() };
            let (one, other) = (value(first), value(second));
            let what = if one == other { format!("both {one}") } else { format!("{one} and {other}, which overlap") };
            let both = match a == b {
                true => format!("two lines of `{a}` in {environment} hold {what}{more}"),
                false => format!("`{a}` and `{b}` of {environment} hold {what}{more}"),
            };
            let mut diagnostic = match loser {
                None => Diagnostic::error(Code::LockConflict, self.span(second), both).help(help(product, environment, &a, &b)),
                Some(loser) => {
                    let moves = if loser == Loser::First { &a } else { &b };
                    Diagnostic::warning(Code::Renumbered, self.span(second), format!("{both}; `{moves}` gets another place"))
                }
            };
            diagnostic = diagnostic.label(format!("`{b}` has it")).related(self.span(first), format!("`{a}` has it"));
            for (first, second, _) in pairs.iter().skip(1).take(SHOWN) {
                diagnostic = diagnostic.related(self.span(second), format!("`{b}` has it"));
                diagnostic = diagnostic.related(self.span(first), format!("`{a}` has it"));
            }
            found.push(diagnostic);
        }
    }

    fn span(&self, key: &Text) -> Span {
        let none = Span::new(crate::base::FileId(0), 0, 0);
        self.entries.get(key).map_or(none, |entry| entry.span)
    }
}

/// What to do about two owners.
fn help(product: &str, environment: &str, a: &str, b: &str) -> String {
    let name = |stack: &str| format!("`infrac build --renumber {product}/{environment}/{stack}`");
    match a == b {
        true => format!("keep the line of what runs and delete the other, or let infrac move one of them: {}", name(a)),
        false => format!(
            "two branches may each have taken the first free place: name the one that does not run yet, and it moves: {} or {}",
            name(b),
            name(a)
        ),
    }
}

/// Which of two lines goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Loser {
    First,
    Second,
}

#[cfg(test)]
mod tests {
    use super::super::{HEAD, Lock, Renumber, read};
    use crate::base::FileId;

    fn lock(lines: &str) -> Lock {
        let (lock, found) = read(FileId(0), &format!("{HEAD}\n{lines}"));
        assert!(found.0.is_empty(), "{found:?}");
        lock
    }

    /// What is said of a lock, and the keys that are left.
    fn settled(lines: &str, names: &[&str]) -> (Vec<String>, Vec<String>) {
        let (lock, found) = lock(lines).settle("acme", &Renumber::new(names.iter().map(|name| (*name).into())));
        let keys = lock.entries().map(|(key, _)| key.to_string()).collect();
        (found.0.into_iter().map(|found| found.message).collect(), keys)
    }

    const MERGED: &str = "prod/alpha.nodes/a-0@eu = 10.0.16.2\nprod/alpha.range@eu = 10.0.16.0/20\n\
                          prod/zeta.nodes/z-0@eu = 10.0.16.2\nprod/zeta.range@eu = 10.0.16.0/20\n";

    #[test]
    fn two_owners_are_one_finding() {
        assert_eq!(settled(MERGED, &[]).0, ["`alpha` and `zeta` of prod hold both 10.0.16.0/20, and 1 more"]);
        assert_eq!(settled("a/x.r@e = 10.0.0.0/20\nb/x.r@e = 10.0.0.0/20\n", &[]).0, Vec::<String>::new());
        let third = format!("{MERGED}prod/zoo.range@eu = 10.0.16.0/20\n");
        assert_eq!(settled(&third, &[]).0.len(), 2);
    }

    #[test]
    fn a_number_has_one_owner_in_its_pool() {
        let lines = "prod/a.tags/vlan.x@eu = 7\nprod/b.tags/vlan.y@eu = 7\nprod/b.tags/z@eu = 7\nstaging/a.tags/vlan.x@eu = 7\n";
        assert_eq!(settled(lines, &[]).0, ["`a` and `b` of prod hold both 7"]);
        let (found, keys) = settled(lines, &["acme/prod/b"]);
        assert_eq!((found, keys.len()), (vec!["`a` and `b` of prod hold both 7; `b` gets another place".to_owned()], 3));
    }

    #[test]
    fn the_one_that_is_named_moves() {
        let (found, keys) = settled(MERGED, &["acme/prod/zeta"]);
        let moves = |stack| vec![format!("`alpha` and `zeta` of prod hold both 10.0.16.0/20, and 1 more; `{stack}` gets another place")];
        assert_eq!((found, keys), (moves("zeta"), vec!["prod/alpha.nodes/a-0@eu".to_owned(), "prod/alpha.range@eu".to_owned()]));
        let (found, keys) = settled(MERGED, &["acme/prod/alpha"]);
        assert_eq!((found, keys), (moves("alpha"), vec!["prod/zeta.nodes/z-0@eu".to_owned(), "prod/zeta.range@eu".to_owned()]));
        let (found, keys) = settled(MERGED, &["acme"]);
        assert_eq!((found, keys.len()), (moves("zeta"), 2));
        assert_eq!(settled(MERGED, &["acme/staging", "other"]).0.len(), 1);
    }

    #[test]
    fn a_range_lies_in_another_only_where_that_is_cut() {
        let inside = "prod/a.range@eu = 10.0.0.0/20\nprod/b.range@eu = 10.0.8.0/24\n";
        let said = ["`a` and `b` of prod hold 10.0.0.0/20 and 10.0.8.0/24, which overlap"];
        assert_eq!(settled(&format!("prod = 10.0.0.0/16\n{inside}"), &[]).0, said);
        assert_eq!(settled(&format!("prod = 10.0.0.0/16, 10.0.0.0/20\n{inside}"), &[]).0, Vec::<String>::new());
        assert_eq!(settled(inside, &[]).0, Vec::<String>::new());
        let larger_second = "prod = 10.0.0.0/16\nprod/a.range@eu = 10.0.8.0/24\nprod/b.range@eu = 10.0.0.0/20\n";
        assert_eq!(settled(larger_second, &[]).0, ["`a` and `b` of prod hold 10.0.8.0/24 and 10.0.0.0/20, which overlap"]);
    }

    #[test]
    fn ten_thousand_owners_take_no_time_with_their_square() {
        let lines: String = (0..10_000).map(|at| format!("prod/s{at:05}.range@eu = 10.{}.{}.0/24\n", at / 256, at % 256)).collect();
        assert_eq!(settled(&lines, &[]).0, Vec::<String>::new());
        let one: String = (0..10_000).map(|at| format!("prod/s.n/s{at:05}@eu = 10.0.0.1\n")).collect();
        assert_eq!(settled(&one, &[]).0, ["two lines of `s` in prod hold both 10.0.0.1, and 9998 more"]);
    }
}
