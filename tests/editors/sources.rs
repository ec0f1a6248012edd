//! The texts that grammars are compared on.

use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where `tests/tools/install` puts what tests need.
pub fn tools() -> PathBuf {
    std::env::var_os("INFRAC_TOOLS").map_or_else(|| root().join(".tools"), PathBuf::from)
}

/// Every `.infra` file below some folders, with its path, sorted.
fn below(folders: &[&str]) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = folders
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(root().join(folder)))
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "infra"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Texts without a mistake: the small ones that have every form, and what the project stands on.
pub fn right() -> Vec<(String, String)> {
    let files = below(&["tests", "stdlib", "inventory", "examples"]);
    let files: Vec<_> = files.into_iter().filter(|(_, text)| infrac::syntax::parse(infrac::base::FileId(0), text).1.0.is_empty()).collect();
    assert!(files.len() > 150, "{}", files.len());
    files
}

/// The small texts that have every form.
pub fn forms() -> Vec<(String, String)> {
    let files = below(&["tests/corpus"]);
    assert!(files.len() >= 6);
    files
}

/// Texts with mistakes: whole files that are broken, and every one of `mutations`.
pub fn broken() -> Vec<(String, String)> {
    let mut texts = below(&["tests/editors/broken"]);
    assert!(texts.len() >= 10, "{}", texts.len());
    for entry in std::fs::read_dir(root().join("tests/mutations")).unwrap() {
        let path = entry.unwrap().path();
        let Ok(table) = std::fs::read_to_string(&path).unwrap().parse::<toml::Table>() else { continue };
        let strings = table.values().flat_map(strings).filter(|text| text.contains('\n'));
        texts.extend(strings.enumerate().map(|(at, text)| (format!("{}#{at}", path.display()), text)));
    }
    texts
}

fn strings(value: &toml::Value) -> Vec<String> {
    match value {
        toml::Value::String(text) => vec![text.clone()],
        toml::Value::Array(values) => values.iter().flat_map(strings).collect(),
        toml::Value::Table(table) => table.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}
