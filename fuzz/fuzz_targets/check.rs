//! `cargo +nightly fuzz run check`
#![no_main]

#[path = "../../tests/hostile/entries.rs"]
mod entries;

libfuzzer_sys::fuzz_target!(|text: &str| entries::check(text));
