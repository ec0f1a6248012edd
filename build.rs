//! Rebuilds the crate when a file of the standard library comes or goes: the macro that embeds them sees only changes.

fn main() {
    println!("cargo:rerun-if-changed=stdlib");
}
