//! Terratest: constant files that test the whole tree against the data of its products.

use crate::artifact::{Error, Tree, header};
use crate::base::text;
use crate::shape::Pipeline;
use include_dir::{Dir, include_dir};

/// The tests; they find out themselves which modules, units and products there are.
static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/terratest");

/// Writes `tests/terratest`.
pub fn emit_shared(pipeline: &Pipeline, tree: &mut Tree) -> Result<(), Error> {
    for file in FILES.files() {
        let (Some(name), Some(content)) = (file.path().to_str(), file.contents_utf8()) else { continue };
        let mut text = String::with_capacity(content.len() + 80);
        // What Go itself writes has no room for a comment.
        if name != "go.sum" {
            text.push_str("// ");
            text.push_str(&header(&pipeline.source));
            text.push_str("\n\n");
        }
        text.push_str(content);
        tree.insert(text!("tests/terratest/{name}"), text)?;
    }
    Ok(())
}
