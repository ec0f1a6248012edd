//! `cargo +nightly fuzz run compile`
#![no_main]

#[path = "../../tests/hostile/entries.rs"]
mod entries;

libfuzzer_sys::fuzz_target!(|text: &str| entries::compile(text));
