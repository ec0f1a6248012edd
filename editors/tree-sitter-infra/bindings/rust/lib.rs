//! The tree-sitter grammar of `.infra` files.

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_infra() -> *const ();
}

/// The grammar, for `tree_sitter::Parser::set_language`.
// SAFETY: the generated parser of this folder, which has no state.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_infra) };

/// What highlights a file.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");
/// What can be folded.
pub const FOLDS_QUERY: &str = include_str!("../../queries/folds.scm");
/// How lines are indented.
pub const INDENTS_QUERY: &str = include_str!("../../queries/indents.scm");
/// Where names are bound.
pub const LOCALS_QUERY: &str = include_str!("../../queries/locals.scm");
