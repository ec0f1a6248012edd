//! `cargo +nightly fuzz run parse`
#![no_main]

#[path = "../../tests/hostile/entries.rs"]
mod entries;

libfuzzer_sys::fuzz_target!(|text: &str| entries::parse(text));
