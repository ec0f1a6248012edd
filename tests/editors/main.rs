//! What editors get: two grammars that read every text as infrac does, and set-ups that are run in the editors themselves.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

#[allow(dead_code, reason = "damaged lines are enough here")]
#[path = "../syntax/damage.rs"]
mod damage;
#[path = "../syntax/dump.rs"]
mod dump;
#[allow(dead_code, reason = "whole programs are enough here")]
#[path = "../syntax/generate.rs"]
mod generate;
mod server;
mod setups;
mod sources;
mod textmate;
mod tree;
mod treesitter;
