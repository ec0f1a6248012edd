//! Every string survives: generated values through the writers and back through the tools that read them, equal in value and
//! type, or refused before anything is written.
//!
//! An ordinary run asks each reader about 500 strings. `cargo test --test strings -- --ignored` asks about 20,000.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

mod ansible;
mod compare;
mod config;
mod generate;
mod opentofu;
mod packer;
mod pipelines;
mod shell;
mod terragrunt;
mod tools;
mod yaml;

/// The two sizes of a test: `judge` is asked about this many strings.
macro_rules! sizes {
    ($($judge:ident),* $(,)?) => {
        $(mod $judge {
            #[test]
            fn some() {
                super::$judge(500);
            }

            #[test]
            #[ignore = "takes minutes"]
            fn many() {
                super::$judge(20_000);
            }
        })*
    };
}
use sizes;
