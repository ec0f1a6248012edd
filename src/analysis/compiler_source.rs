//! Pipelines can install the compiler from where its repository is.
//!
//! Releases are installed from GitHub and GitLab. A repository elsewhere would be left out without a word, and pipelines would install the
//! compiler from another place than the one that is written.
//!
//! ```infra
//! define pipeline standard { compiler = "https://git.example.com/infrac" }
//! ```

use crate::diag::{Code, Diagnostic};
use crate::shape::Pipeline;
use crate::shape::pipeline::releases_of;

pub(super) fn check(pipeline: &Pipeline, found: &mut Vec<Diagnostic>) {
    let Some(url) = &pipeline.repository else { return };
    if releases_of(url).is_none() {
        let message = "pipelines install releases from a repository on GitHub or GitLab, and this is none";
        found.push(
            Diagnostic::error(Code::InvalidLiteral, pipeline.place("compiler"), message)
                .help("write `https://github.com/OWNER/NAME`, or leave it out and say `compiler` in `infra.toml`"),
        );
    }
}
