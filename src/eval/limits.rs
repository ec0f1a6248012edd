//! How much evaluation may take. Functions cannot recurse, so every program ends; here it ends soon, on the same step in every
//! build and on every thread.
//!
//! A step is what a small operation costs: one for each expression, what a value weighs for each value that is made, and for what
//! looks at values as much as it looks at.

use super::run::{Permit, Run};
use crate::base::Text;
use crate::value::{Value, weight_of_text};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How deep expressions may need each other, through functions and through fields of instances.
pub const MAX_DEPTH: u32 = 1_000;

/// How many steps the evaluation of one product may take in all of its environments, or of one body that all products share.
pub const MAX_STEPS: u64 = 10_000_000;

/// How much one value may weigh, and all arguments of one call: one for each of its parts and keys, and one for every sixteen bytes
/// of text.
pub const MAX_VALUE: u64 = 200_000;

/// The length of a text that is made, in bytes.
pub const MAX_TEXT: usize = 1024 * 1024;

/// With more steps than this a product waits for others that take as many: what they hold at a time is the memory of one.
const HEAVY: u64 = 1_000_000;

/// So many steps are told to the run at once.
const SHARE: u64 = 65_536;

/// So many regular expressions are remembered as paid for; no more stay compiled.
const PATTERNS: usize = 256;

/// What evaluation has taken so far.
#[derive(Debug)]
pub struct Work {
    steps: u64,
    /// How many it may take.
    most: u64,
    depth: u32,
    told: bool,
    /// What all evaluations of the run take together; nothing where there is no run.
    run: Option<Arc<Run>>,
    /// The steps that the run does not know of yet.
    untold: u64,
    permit: Option<Permit>,
    patterns: BTreeSet<Text>,
    /// How often a regular expression was looked for: what that takes depends on what came before.
    asked_patterns: u64,
    /// The greatest depth since the evaluation began that is measured.
    deepest: u32,
}

/// An evaluation whose effort is measured.
#[derive(Debug)]
pub struct Measured {
    steps: u64,
    asked_patterns: u64,
    depth: u32,
    deepest_before: u32,
}

/// What an evaluation takes, whenever it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Its steps.
    pub steps: u64,
    /// How deep expressions need each other in it.
    pub depth: u32,
}

/// Which limit is exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beyond {
    Depth,
    Steps,
    Value,
    /// It was said already, or is said of the whole run.
    Told,
}

impl Default for Work {
    fn default() -> Work {
        Work {
            steps: 0,
            most: MAX_STEPS,
            depth: 0,
            told: false,
            run: None,
            untold: 0,
            permit: None,
            patterns: BTreeSet::new(),
            asked_patterns: 0,
            deepest: 0,
        }
    }
}

impl Work {
    /// An evaluation that is a part of a run.
    pub fn within(run: &Arc<Run>) -> Work {
        let mut work = Work::default();
        work.run = Some(run.clone());
        work
    }

    /// A part of an evaluation that is tried beside its other parts, without waiting for anybody: it may take less than what makes others
    /// wait. See [`Work::join`].
    pub fn beside() -> Work {
        let mut work = Work::default();
        work.most = HEAVY;
        work
    }

    /// Takes what parts have taken that were tried beside each other; false where that is more than they might, so that nothing of them
    /// counts and the whole has to be done, one part after the other.
    pub fn join(&mut self, parts: &[Work]) -> bool {
        let steps = parts.iter().map(|part| part.steps).sum::<u64>();
        // Each part has paid for its own regular expressions: done one after the other, all of them take no more.
        let fits = parts.iter().all(|part| part.steps <= part.most) && self.steps + steps <= HEAVY;
        fits && self.take(steps).is_ok()
    }

    /// Whoever drops the findings of an evaluation calls this, so that the next one says again what is exceeded.
    pub fn forget(&mut self) {
        self.told = false;
    }

    /// Whether others wait until it lets go of what it holds.
    pub fn is_heavy(&self) -> bool {
        self.permit.is_some()
    }

    /// Begins to measure an evaluation.
    pub fn measure(&mut self) -> Measured {
        let deepest_before = std::mem::replace(&mut self.deepest, self.depth);
        Measured { steps: self.steps, asked_patterns: self.asked_patterns, depth: self.depth, deepest_before }
    }

    /// What the evaluation has taken; nothing where it would take something else another time.
    pub fn measured(&mut self, since: &Measured) -> Option<Effort> {
        let depth = self.deepest.saturating_sub(since.depth);
        self.deepest = self.deepest.max(since.deepest_before);
        (self.asked_patterns == since.asked_patterns).then(|| Effort { steps: self.steps - since.steps, depth })
    }

    /// Takes what an evaluation takes whose value is known; false where that is more than may be taken, so that it has to be done.
    pub fn spend(&mut self, effort: Effort) -> bool {
        let fits = self.depth + effort.depth <= MAX_DEPTH && self.steps + effort.steps <= self.most;
        if !fits || self.take(effort.steps).is_err() {
            return false;
        }
        self.deepest = self.deepest.max(self.depth + effort.depth);
        true
    }

    /// Begins an expression.
    pub(super) fn enter(&mut self) -> Result<(), Beyond> {
        if self.depth >= MAX_DEPTH {
            return Err(self.tell(Beyond::Depth));
        }
        self.take(1)?;
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        Ok(())
    }

    /// Ends an expression.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Takes so many steps.
    pub(super) fn take(&mut self, steps: u64) -> Result<(), Beyond> {
        // What is beyond the limit is not done: the run need not know how much that would have been.
        let steps = steps.min(MAX_STEPS + 1);
        self.steps = self.steps.saturating_add(steps);
        if self.steps > self.most {
            return Err(self.tell(Beyond::Steps));
        }
        self.untold += steps;
        if self.untold >= SHARE { self.share() } else { Ok(()) }
    }

    /// Takes as many steps as a value weighs.
    pub(super) fn hold(&mut self, value: &Value) -> Result<(), Beyond> {
        match value {
            // What has no parts weighs the same, whatever it is.
            Value::None | Value::Bool(_) | Value::Int(_) | Value::Instance(_) | Value::Ip(_) | Value::Cidr(_) => return self.take(1),
            Value::Text(text) => return self.hold_text(text.len()),
            _ => {}
        }
        match weight(value) {
            Some(weight) => self.take(weight),
            None => Err(self.tell(Beyond::Value)),
        }
    }

    /// Takes as many steps as the arguments of a call weigh together, with `more` beside each of them.
    pub(super) fn hold_all(&mut self, values: &[Value]) -> Result<u64, Beyond> {
        let mut left = MAX_VALUE;
        let fits = values.iter().try_for_each(|value| weigh(value, &mut left));
        if fits.is_none() {
            return Err(self.tell(Beyond::Value));
        }
        self.take(MAX_VALUE - left)?;
        Ok(MAX_VALUE - left)
    }

    /// Something becomes a part of a value that is being made, in which so much room is left: what is too large is not made first.
    pub(super) fn put(&mut self, value: &Value, room: &mut u64) -> Result<(), Beyond> {
        weigh(value, room).ok_or_else(|| self.tell(Beyond::Value))
    }

    /// Whether a regular expression is new here, so that compiling it has to be paid for.
    pub(super) fn is_new_pattern(&mut self, pattern: &Text) -> bool {
        self.asked_patterns += 1;
        if self.patterns.contains(pattern) {
            return false;
        }
        if self.patterns.len() == PATTERNS {
            self.patterns.clear();
        }
        self.patterns.insert(pattern.clone())
    }

    /// Tells the run what was taken, and waits while another one holds much.
    fn share(&mut self) -> Result<(), Beyond> {
        let Some(run) = &self.run else {
            self.untold = 0;
            return Ok(());
        };
        if self.steps > HEAVY && self.permit.is_none() {
            self.permit = Some(run.wait());
        }
        if run.take(std::mem::take(&mut self.untold)) { Ok(()) } else { Err(Beyond::Told) }
    }

    /// The same of a text of this length.
    pub(super) fn hold_text(&mut self, length: usize) -> Result<(), Beyond> {
        if length > MAX_TEXT { Err(self.tell(Beyond::Value)) } else { self.take(weight_of_text(length)) }
    }

    fn tell(&mut self, beyond: Beyond) -> Beyond {
        if std::mem::replace(&mut self.told, true) { Beyond::Told } else { beyond }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Some(run) = &self.run {
            run.take(self.untold);
        }
    }
}

/// What a value weighs; none if that is too much.
pub(super) fn weight(value: &Value) -> Option<u64> {
    let measure = value.measure(MAX_DEPTH)?;
    (measure.weight <= MAX_VALUE && measure.longest <= MAX_TEXT).then_some(measure.weight)
}

/// Takes what a value weighs from what is left; none if that is too much.
fn weigh(value: &Value, left: &mut u64) -> Option<()> {
    *left = left.checked_sub(weight(value)?)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::run::Run;
    use super::{Beyond, MAX_DEPTH, MAX_STEPS, MAX_TEXT, MAX_VALUE, Work, weight};
    use crate::value::Value;

    #[test]
    fn shared_parts_weigh_as_often_as_they_are_reached() {
        let pair = |value: Value, times: usize| (0..times).fold(value, |value, _| Value::list([value.clone(), value]));
        assert_eq!(weight(&pair(Value::Int(1), 3)), Some(15));
        assert_eq!(weight(&pair(Value::Int(1), 60)), None);
        assert!(weight(&Value::list((1..MAX_VALUE).map(|_| Value::None))).is_some());
        assert_eq!(weight(&Value::list((0..MAX_VALUE).map(|_| Value::None))), None);
        assert_eq!(weight(&Value::text("a".repeat(MAX_TEXT))), Some(1 + MAX_TEXT as u64 / 16));
        assert_eq!(weight(&Value::text("a".repeat(MAX_TEXT + 1))), None);
        let deep = |times: u32| (1..times).fold(Value::None, |value, _| Value::list([value]));
        assert_eq!((weight(&deep(MAX_DEPTH)), weight(&deep(MAX_DEPTH + 1))), (Some(u64::from(MAX_DEPTH)), None));
    }

    #[test]
    fn what_is_known_takes_what_it_took() {
        let mut work = Work::default();
        let measured = work.measure();
        work.enter().unwrap();
        work.enter().unwrap();
        work.take(10).unwrap();
        work.leave();
        work.leave();
        let effort = work.measured(&measured).unwrap();
        assert_eq!((effort.steps, effort.depth), (12, 2));
        let mut other = Work::default();
        assert!(other.spend(effort));
        assert_eq!(other.steps, 12);
        other.depth = MAX_DEPTH - 1;
        assert!(!other.spend(effort));
        let measured = work.measure();
        work.is_new_pattern(&"a".into());
        assert_eq!(work.measured(&measured), None);
    }

    #[test]
    fn parts_beside_each_other_take_little_or_count_for_nothing() {
        let part = |steps: u64| {
            let mut work = Work::beside();
            (work.take(steps).is_ok(), work)
        };
        let ((little, first), (much, second)) = (part(1_000), part(super::HEAVY + 1));
        assert!(little && !much);
        let mut whole = Work::default();
        assert!(!whole.join(&[part(1_000).1, second]) && whole.steps == 0);
        assert!(!whole.join(&[part(super::HEAVY).1, part(1).1]));
        assert!(whole.join(&[first, part(500).1]) && whole.steps == 1_500);
        // Nobody waits for what has been put together of parts.
        assert!(!whole.is_heavy());
    }

    #[test]
    fn keys_weigh_too() {
        let map = |length: usize| Value::map([("a".repeat(length), Value::Int(1))]);
        assert_eq!(weight(&map(1)), Some(3));
        assert_eq!(weight(&map(16_000)), Some(1_003));
        assert_eq!(weight(&Value::list((0..300).map(|_| map(16_000)))), None);
    }

    #[test]
    fn evaluations_of_a_run_take_from_one_budget() {
        let run = Run::new(0);
        let all = |work: &mut Work| (0..).find_map(|_| work.take(100_000).err());
        assert_eq!(all(&mut Work::within(&run)), Some(Beyond::Steps));
        assert!(!run.is_exceeded());
        assert_eq!(all(&mut Work::within(&run)), Some(Beyond::Steps));
        // What is taken beyond the budget ends an evaluation, and nothing is said of it: the run is to blame.
        assert_eq!(all(&mut Work::within(&run)), Some(Beyond::Told));
        assert!(run.is_exceeded());
        // Without a run there is no such budget.
        assert_eq!(Work::default().take(MAX_STEPS), Ok(()));
    }

    #[test]
    fn one_that_holds_much_waits_for_the_other() {
        let run = Run::new(100);
        let (first, second) = (Work::within(&run), Work::within(&run));
        let heavy = |mut work: Work| {
            for _ in 0..30 {
                work.take(100_000).unwrap();
            }
            work
        };
        let first = heavy(first);
        let other = std::thread::spawn(move || drop(heavy(second)));
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(!other.is_finished());
        drop(first);
        other.join().unwrap();
    }
}
