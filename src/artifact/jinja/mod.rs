//! Jinja as Ansible reads it: expressions, text with expressions in it, and templates of files.
//!
//! Data becomes a literal that no reader evaluates: raw characters in `'…'`, with the quote, the backslash and the
//! carriage return as pieces of their own, because the lexer unescapes backslashes and rewrites line ends.
//!
//! ```
//! use infrac::artifact::jinja::{self, Expr, Part};
//!
//! let url = [Part::text("https://"), Part::from(Expr::variable("address")), Part::text(":8501")];
//! assert_eq!(jinja::line(&url).unwrap(), "https://{{ address }}:8501");
//! assert_eq!(jinja::plain("100% {{ }}").unwrap(), "{{ '100% {{ }}' }}");
//! ```

mod code;
mod expr;
mod print;
mod template;
#[cfg(test)]
mod tests;

pub(in crate::artifact) use code::Code;
pub use expr::{Arguments, Binary, Expr};
pub use print::{condition, line, plain, value};
pub use template::{Part, Piece, template};
