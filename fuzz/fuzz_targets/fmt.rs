//! `cargo +nightly fuzz run fmt`
#![no_main]

#[path = "../../tests/hostile/entries.rs"]
mod entries;

libfuzzer_sys::fuzz_target!(|text: &str| entries::fmt(text));
