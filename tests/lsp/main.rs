//! The language server as an editor drives it: the real program over standard input and output.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper of a test fails like the test")]

mod again;
mod client;
mod diagnostics;
mod dice;
mod edits;
mod features;
mod lifecycle;
mod storms;
mod typing;
mod unsaved;
