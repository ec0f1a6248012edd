//! Numbers that stay with what they were given to: priorities of rules, networks by their tag, ports of tenants.

use super::super::lock::{Held, Key, Lock};
use super::{Allocation, Allocator, Misfit, Refusal};
use crate::base::{Span, Text};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// Numbers of which none is given twice.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// What somebody has, or had in the last build.
    occupied: BTreeSet<i64>,
    /// Who has a number in this build.
    owners: BTreeMap<i64, Text>,
    /// Where the search for the next one begins, by the lowest one that is given: what lies before is taken.
    next: BTreeMap<i64, i64>,
}

impl Numbers {
    /// What the lock holds of a pool in an environment.
    fn locked(lock: &Lock, environment: &str, pool: &str) -> Numbers {
        let of_pool = lock.of(environment).filter_map(|(key, entry)| match entry.value {
            Held::Number(number) => (Key::read(key)?.pool()? == pool).then_some(number),
            _ => None,
        });
        Numbers { occupied: of_pool.collect(), ..Numbers::default() }
    }

    fn free(&mut self, span: &RangeInclusive<i64>) -> Option<i64> {
        let mut at = self.next.get(span.start()).copied().unwrap_or(*span.start());
        for taken in self.occupied.range(at..) {
            if *taken != at {
                break;
            }
            at = at.checked_add(1)?;
        }
        self.next.insert(*span.start(), at);
        span.contains(&at).then_some(at)
    }
}

impl Allocator<'_> {
    /// A number of `span` that nothing else of its pool has; the key says which pool that is.
    pub(in crate::plan) fn number(&mut self, key: Text, span: RangeInclusive<i64>, asked: Span) -> Result<i64, Refusal> {
        let pool = Key::read(&key).and_then(|key| key.pool().map(Text::from)).unwrap_or_default();
        let environment = key.split('/').next().unwrap_or_default();
        let numbers = self.numbers.entry(pool).or_insert_with_key(|pool| Numbers::locked(self.lock, environment, pool));
        let kept = match self.lock.get(&key).map(|entry| entry.value) {
            Some(Held::Number(number)) if !span.contains(&number) => Some(Err(Misfit::Span(*span.start(), *span.end()))),
            Some(Held::Number(number)) => Some(match numbers.owners.get(&number) {
                Some(owner) => Err(Misfit::Taken(owner.clone())),
                None => Ok(number),
            }),
            _ => None,
        };
        let (found, misfit) = match kept {
            Some(Ok(number)) => (number, None),
            other => (numbers.free(&span).ok_or(Refusal::Full)?, other.and_then(Result::err)),
        };
        numbers.occupied.insert(found);
        numbers.owners.insert(found, key.clone());
        self.made.insert(key, Allocation { value: Held::Number(found), from: None, misfit, asked });
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Allocator;
    use super::{Held, Lock, Misfit, Refusal};
    use crate::base::{FileId, Span};
    use crate::plan::lock::{print, read};

    const HERE: Span = Span::new(FileId(0), 0, 0);

    fn lock(entries: &[(&str, i64)]) -> Lock {
        let values = entries.iter().map(|(key, number)| ((*key).into(), Held::Number(*number))).collect();
        let (lock, found) = read(FileId(0), &print(&values, &Default::default(), &Default::default()));
        assert!(found.0.is_empty(), "{found:?}");
        lock
    }

    #[test]
    fn a_number_stays_and_gaps_of_what_left_are_not_given_in_the_same_build() {
        let lock = lock(&[("prod/a.tags/gone@eu", 100), ("prod/a.tags/here@eu", 101)]);
        let mut allocator = Allocator::new(&lock, "prod", &[]);
        assert_eq!(allocator.number("prod/a.tags/new@eu".into(), 100..=103, HERE), Ok(102));
        assert_eq!(allocator.number("prod/a.tags/here@eu".into(), 100..=103, HERE), Ok(101));
        assert_eq!(allocator.number("prod/a.tags/next@eu".into(), 100..=103, HERE), Ok(103));
        assert_eq!(allocator.number("prod/a.tags/more@eu".into(), 100..=103, HERE), Err(Refusal::Full));
        assert!(allocator.made.values().all(|made| made.misfit.is_none()));
    }

    #[test]
    fn a_pool_has_a_name_or_is_that_of_its_field() {
        let lock = Lock::default();
        let mut allocator = Allocator::new(&lock, "prod", &[]);
        assert_eq!(allocator.number("prod/a.tags/vlan.x@eu".into(), 1..=9, HERE), Ok(1));
        assert_eq!(allocator.number("prod/b.other/vlan.x@us".into(), 1..=9, HERE), Ok(2));
        assert_eq!(allocator.number("prod/b.other/x@us".into(), 1..=9, HERE), Ok(1));
    }

    #[test]
    fn says_why_a_number_cannot_stay() {
        let lock = lock(&[("prod/a.tags/low@eu", 5), ("prod/a.tags/one@eu", 12), ("prod/a.tags/two@eu", 12)]);
        let mut allocator = Allocator::new(&lock, "prod", &[]);
        for name in ["low", "one", "two"] {
            allocator.number(format!("prod/a.tags/{name}@eu").into(), 10..=20, HERE).unwrap();
        }
        let said: Vec<_> = allocator.made.into_values().map(|made| (made.value, made.misfit)).collect();
        let taken = Misfit::Taken("prod/a.tags/one@eu".into());
        let wanted = [(10, Some(Misfit::Span(10, 20))), (12, None), (11, Some(taken))];
        assert_eq!(said, wanted.map(|(number, misfit)| (Held::Number(number), misfit)));
    }

    #[test]
    fn ten_thousand_numbers_take_no_time_with_their_square() {
        let lock = Lock::default();
        let mut allocator = Allocator::new(&lock, "prod", &[]);
        for at in 0..10_000 {
            assert_eq!(allocator.number(format!("prod/a.tags/n{at}@eu").into(), 0..=99_999, HERE), Ok(at));
        }
    }
}
