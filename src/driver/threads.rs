//! The threads that compile. Each has room for the deepest program that the limits allow, so that none depends on who calls.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::LazyLock;

/// What the deepest expressions that there may be take in a build for debugging, twice.
const STACK: usize = 32 * 1024 * 1024;

/// One thread for each core, for all who do not say how many.
static ALL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| pool(0));

fn pool(threads: usize) -> Option<ThreadPool> {
    ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build().ok()
}

/// Does something on so many threads; one for each core if absent. Without threads to be had, the caller's has to do.
pub fn on<T: Send>(jobs: Option<usize>, work: impl FnOnce() -> T + Send) -> T {
    let own = jobs.and_then(|jobs| pool(jobs.max(1)));
    match own.as_ref().or_else(|| ALL.as_ref()) {
        Some(pool) => pool.install(work),
        None => work(),
    }
}
