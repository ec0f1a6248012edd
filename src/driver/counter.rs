//! How far a compilation is, for who waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts products while they are compiled; clones count together.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<[AtomicUsize; 2]>);

/// How far the work is tells no two compilations apart.
impl PartialEq for Counter {
    fn eq(&self, _: &Counter) -> bool {
        true
    }
}

impl Eq for Counter {}

impl Counter {
    /// So many are to be compiled.
    pub(super) fn begin(&self, total: usize) {
        self.0[0].store(0, Ordering::Relaxed);
        self.0[1].store(total, Ordering::Relaxed);
    }

    /// One more is done.
    pub(super) fn step(&self) {
        self.0[0].fetch_add(1, Ordering::Relaxed);
    }

    /// How many are done, and of how many; nothing while there is nothing to count.
    pub fn read(&self) -> Option<(usize, usize)> {
        let [done, total] = [0, 1].map(|at| self.0[at].load(Ordering::Relaxed));
        (total > 0).then_some((done.min(total), total))
    }
}
