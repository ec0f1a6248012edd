//! Pipelines can install the compiler from where its repository is.
//!
//! Releases are installed from GitHub and GitLab. A repository elsewhere would be left out without a word, and pipelines would install the
//! compiler from another place than the one that is written.
//!
//! ```infra
//! define pipeline standard { compiler = "https://git.example.com/infrac" }
//! ```

use crate::diag::{Code, Diagnostic};
use crate::hir::{ExprKind, Program, plain_text};
use crate::shape::releases_of;

pub(super) fn check(program: &Program, found: &mut Vec<Diagnostic>) {
    let pipelines = program.definitions.values().filter(|definition| definition.keyword == "pipeline");
    for said in pipelines.filter_map(|definition| definition.attributes.get("compiler")) {
        let text = match &said.value.kind {
            ExprKind::Template(parts) => plain_text(parts),
            _ => None,
        };
        if text.as_ref().is_none_or(|url| releases_of(url).is_none()) {
            let message = "pipelines install releases from a repository on GitHub or GitLab, and this is none".to_owned();
            found.push(
                Diagnostic::error(Code::InvalidLiteral, said.value.span, message)
                    .help("write `https://github.com/OWNER/NAME`, or leave it out and say `compiler` in `infra.toml`"),
            );
        }
    }
}
