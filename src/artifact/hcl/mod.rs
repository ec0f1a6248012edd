//! HCL as OpenTofu, Terragrunt and Packer read it, in the layout of `tofu fmt`.
//!
//! ```
//! use infrac::artifact::hcl::{Body, Expr, Object};
//!
//! let body = Body::new().block(
//!     "resource",
//!     ["example_server", "this"],
//!     Body::new()
//!         .attribute("for_each", Expr::path("var.hosts"))
//!         .blank()
//!         .attribute("name", Expr::path("each.key"))
//!         .attribute("tags", Expr::call("merge", [Expr::path("var.tags"), Object::new().with("a", "b").into()])),
//! );
//! ```

mod body;
mod check;
mod code;
mod expr;
mod flat;
mod layout;
mod object;
mod print;
mod template;
#[cfg(test)]
pub(in crate::artifact) mod tests;

pub use body::{Attribute, Block, Body, Item};
pub(in crate::artifact) use code::is_identifier;
pub use expr::{Binary, Expr, For, Part, Step, Unary};
pub use object::{Key, Layout, List, Object, ObjectItem};
pub use print::{print, print_expr};
pub use template::{json, json_text};
