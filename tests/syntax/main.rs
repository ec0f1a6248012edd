//! The language from the outside: what is read, what is said of mistakes, how it is laid out.

#![allow(clippy::unwrap_used)]

mod damage;
mod declarations;
mod differential;
mod dump;
mod format;
mod generate;
mod generated;
mod hostile;
mod limits;
mod messages;
#[allow(dead_code, reason = "letters are enough here")]
#[path = "../hostile/mutate.rs"]
mod mutate;
mod recovery;
mod watch;

use infrac::base::FileId;
use infrac::diag::Diagnostic;
use infrac::syntax::ast::File;

/// Reads a text.
fn parse(text: &str) -> (File, Vec<Diagnostic>) {
    let (file, diagnostics) = infrac::syntax::parse(FileId(0), text);
    (file, diagnostics.0)
}

/// The files of the corpus with their names, sorted; each once with LF and once with CRLF.
fn corpus() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "infra"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() >= 6);
    files
}

/// The sources that the project itself stands on: the library and the products of the repository.
fn library() -> Vec<(String, String)> {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut files: Vec<(String, String)> = ["stdlib", "inventory", "examples"]
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(format!("{root}/{folder}")))
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|e| e == "infra"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() >= 20);
    files
}

/// Every source of the repository: the corpus, the library and the products.
fn sources() -> Vec<(String, String)> {
    corpus().into_iter().chain(library()).collect()
}

#[test]
fn the_corpus_has_no_mistakes() {
    for (name, text) in corpus() {
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let (_, messages) = parse(&text);
            assert!(messages.is_empty(), "{name}: {messages:#?}");
        }
    }
}
