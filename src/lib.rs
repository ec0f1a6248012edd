//! infrac compiles typed `.infra` files into the trees that stock tools execute.
//!
//! ```text
//! Workspace ─parse→ ast ─resolve→ hir ─check→ Types ─shape→ Shapes ─┐
//!                                               └─evaluate→ Plan ────┴─analyse→ diagnostics ─lower→ Tree
//! ```
//!
//! `Workspace` (path → text) and `Tree` (path → bytes) are values: everything between them touches no disk, clock,
//! environment or network. Every pass returns a value *and* diagnostics.

pub mod analysis;
pub mod artifact;
pub mod base;
pub mod check;
pub mod cli;
pub mod diag;
pub mod driver;
pub mod eval;
pub mod fmt;
pub mod hir;
pub mod host;
pub mod ide;
pub mod lsp;
pub mod plan;
pub mod reference;
pub mod render;
pub mod resolve;
pub mod schema;
pub mod shape;
pub mod syntax;
pub mod target;
pub mod ty;
pub mod value;
pub mod view;
