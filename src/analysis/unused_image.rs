//! An image of the project is one that some machine starts from.
//!
//! Nobody bakes an image that no machine starts from: its definition would do nothing, and mostly another one was meant somewhere.
//!
//! ```infra
//! define image web { … }   # and every machine says `image = base`
//! ```

use crate::base::Text;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::shape::Shapes;
use std::collections::BTreeSet;

/// Judges the images by those that are baked for some product; what the library offers may be left.
pub fn unused_images(shapes: &Shapes, used: &BTreeSet<Text>) -> Diagnostics {
    let unused = shapes.recipes.values().filter(|recipe| !recipe.is_of_library && !used.contains(&recipe.name));
    let found = unused.map(|recipe| {
        Diagnostic::warning(Code::ImageNotBuilt, recipe.span, format!("no machine starts from image `{}`: it is not built", recipe.name))
            .help("name it where machines are made (`image = …`), or remove it")
    });
    Diagnostics(found.collect())
}
