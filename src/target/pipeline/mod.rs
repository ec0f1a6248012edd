//! What every system of CI shares: the scripts, the tools, and for each product the data that they read.

mod account;
mod credentials;
mod data;
mod grant;
mod made;
mod origin;
mod repository;

pub use origin::origin;

use crate::artifact::{Entry, Error, Tree, header};
use crate::base::text;
use crate::shape::Pipeline;
use crate::target::common::delivery::Product;
use include_dir::{Dir, include_dir};

/// The logic of all pipelines. It knows no product: data reaches it by `pipeline.json`, arguments and the environment.
static SCRIPTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/ci");

/// Every system of CI that a product may name.
const SYSTEMS: [&str; 2] = ["github", "gitlab"];

/// Writes what is the same for every product.
pub fn emit_shared(pipeline: &Pipeline, tree: &mut Tree) -> Result<(), Error> {
    for file in SCRIPTS.files() {
        let (Some(name), Some(content)) = (file.path().to_str(), file.contents_utf8()) else { continue };
        let entry = Entry::new(headed(content, &pipeline.source))?;
        let entry = if content.starts_with("#!") { entry.executable() } else { entry };
        tree.insert_entry(text!("ci/{name}"), entry)?;
    }
    repository::repository(pipeline, tree)
}

/// Writes what the jobs of a product read.
pub fn emit_product(product: &Product, pipeline: &Pipeline, tree: &mut Tree) -> Result<(), Error> {
    tree.insert(text!("live/{}/pipeline.json", product.name), data::data(product, &pipeline.runner))?;
    credentials::credentials(product, tree)?;
    made::made(product, tree)?;
    grant::grants(product, &pipeline.branch, tree)?;
    account::accounts(product, &pipeline.branch, tree)
}

/// A constant file with the header of a generated one, behind the line that names its interpreter.
fn headed(content: &str, source: &str) -> String {
    let (interpreter, rest) = match content.split_once('\n') {
        Some((first, rest)) if first.starts_with("#!") => (Some(first), rest),
        _ => (None, content),
    };
    let mut text = String::with_capacity(content.len() + 80);
    if let Some(interpreter) = interpreter {
        text.push_str(interpreter);
        text.push('\n');
    }
    text.push_str("# ");
    text.push_str(&header(source));
    text.push_str("\n#\n");
    text.push_str(rest);
    text
}
