//! Compiles the generated parser.

use std::path::Path;

fn main() {
    let folder = Path::new("src");
    let mut build = cc::Build::new();
    build.include(folder).std("c11").warnings(false);
    for file in ["parser.c", "scanner.c"] {
        let path = folder.join(file);
        println!("cargo:rerun-if-changed={}", path.display());
        build.file(path);
    }
    build.compile("tree-sitter-infra");
}
