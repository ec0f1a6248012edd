//! What all evaluations of a run may take together, whatever thread they are on.

use super::limits::MAX_STEPS;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How many steps all evaluations of a run may take together, beside what its products add.
pub const MAX_RUN_STEPS: u64 = 20_000_000;

/// How many more steps a run may take for each of its products.
pub const MAX_RUN_STEPS_EACH: u64 = 1_000_000;

/// What the evaluations of one run share. Whether they take more than they may depends on no thread: each takes what it takes.
#[derive(Debug)]
pub struct Run {
    limit: u64,
    taken: AtomicU64,
    /// Whether somebody holds much at the moment.
    busy: Mutex<bool>,
    freed: Condvar,
}

/// The right to hold much, which one evaluation has at a time.
#[derive(Debug)]
pub(super) struct Permit(Arc<Run>);

impl Run {
    /// A run that compiles so many products.
    pub fn new(products: usize) -> Arc<Run> {
        let limit = MAX_RUN_STEPS + MAX_RUN_STEPS_EACH * products as u64;
        Arc::new(Run { limit, taken: AtomicU64::new(0), busy: Mutex::new(false), freed: Condvar::new() })
    }

    /// The steps that it may take.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Whether its evaluations took more than they may together. What each of them found is then half of the truth.
    pub fn is_exceeded(&self) -> bool {
        self.taken.load(Ordering::Relaxed) > self.limit
    }

    /// Takes so many steps; false if that is too much.
    pub(super) fn take(&self, steps: u64) -> bool {
        debug_assert!(steps <= MAX_STEPS);
        self.taken.fetch_add(steps, Ordering::Relaxed) + steps <= self.limit
    }

    /// Waits until nobody else holds much.
    pub(super) fn wait(self: &Arc<Self>) -> Permit {
        let mut busy = self.busy();
        while *busy {
            busy = self.freed.wait(busy).unwrap_or_else(PoisonError::into_inner);
        }
        *busy = true;
        Permit(self.clone())
    }

    fn busy(&self) -> MutexGuard<'_, bool> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        *self.0.busy() = false;
        self.0.freed.notify_one();
    }
}
