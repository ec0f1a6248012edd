//! A project has one pipeline.
//!
//! A second one would be for nothing: branch rules, gates and the files of both systems of CI belong to the first.
//!
//! ```infra
//! define pipeline delivery { … }
//! define pipeline nightly { … }   # nobody would run it
//! ```

use crate::base::Workspace;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::hir::Program;
use crate::shape::pipeline::choose;

/// Refuses every pipeline behind the one that counts.
pub fn second_pipeline(program: &Program, workspace: &Workspace) -> Diagnostics {
    let found = choose(program, workspace);
    let Some((first, others)) = found.split_first() else { return Diagnostics::default() };
    let refused = others.iter().map(|second| {
        let message = format!("`{}` is the pipeline of this project, and `{}` is a second one", first.name.text, second.name.text);
        Diagnostic::error(Code::InvalidPipeline, second.name.span, message)
            .related(first.name.span, "this one counts")
            .help("make its stages stages of the first one, or remove one of the two")
    });
    Diagnostics(refused.collect())
}
