//! The exact writer: what it writes, what it leaves alone, how it goes on after a stop, and that it does nothing else.
//!
//! `support` writes trees made by hand with the library; `program` runs the command itself on a project of its own.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

mod build;
mod interruption;
mod locking;
mod ownership;
mod support;

#[cfg(unix)]
mod canaries;
#[cfg(unix)]
mod clones;
#[cfg(unix)]
mod links;
#[cfg(unix)]
mod lock;
#[cfg(unix)]
mod matrix;
#[cfg(unix)]
mod memory;
mod merges;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod variations;

#[cfg(target_os = "linux")]
mod edits;
#[cfg(target_os = "linux")]
mod faults;
#[cfg(target_os = "linux")]
mod isolation;
#[cfg(target_os = "linux")]
mod strace;
