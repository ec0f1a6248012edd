//! The tree-sitter grammar and the parser are one language: they accept the same texts, read them as the same tree, and cut them
//! into the same tokens.

use crate::damage::{MISTAKES, damaged, damaged_lines, tokens};
use crate::dump::dump;
use crate::sources::{broken, forms, right, root};
use crate::tree::tree;
use infrac::base::FileId;
use infrac::diag::Code;
use infrac::syntax::{Class, classes, parse};
use proptest::prelude::{ProptestConfig, prop_assert, proptest};
use std::ops::Range;
use tree_sitter::{Language, Node, Parser, Query, Tree};

fn language() -> Language {
    tree_sitter_infra::LANGUAGE.into()
}

fn read(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&language()).unwrap();
    parser.parse(text, None).unwrap()
}

/// Compares the two on one text. Domains of literals and limits are no matter of grammar.
fn compare(text: &str) -> Result<(), String> {
    let (file, messages) = parse(FileId(0), text);
    let refused = messages.0.iter().find(|found| !matches!(found.code, Code::InvalidLiteral | Code::LimitExceeded));
    let found = read(text);
    match (found.root_node().has_error(), refused) {
        (false, Some(message)) => Err(format!("only tree-sitter accepts\n{text}\n{}\n{}", message.message, found.root_node())),
        (true, None) => Err(format!("only the parser accepts\n{text}\n{}", found.root_node())),
        (true, Some(_)) => Ok(()),
        (false, None) => {
            let (one, other) = (tree(found.root_node(), text), dump(&file));
            if messages.0.is_empty() && one != other {
                return Err(format!("two trees of\n{text}\ntree-sitter {one}\nparser      {other}"));
            }
            compare_tokens(text, &found)
        }
    }
}

/// The class of a leaf.
fn class(node: Node) -> Option<Class> {
    let inside = |kind: &str| node.parent().is_some_and(|parent| parent.kind() == kind);
    Some(match node.kind() {
        "comment" => Class::Comment,
        "doc_comment" => Class::Documentation,
        "type_name" => Class::TypeName,
        "wildcard" => Class::Wildcard,
        "integer" => Class::Integer,
        "float" => Class::Float,
        "address" => Class::Address,
        "range" => Class::Range,
        "port" => Class::Port,
        "quantity" => Class::Quantity,
        "\"" | "\"\"\"" | "text" | "escape" => Class::String,
        "${" => Class::Interpolation,
        "}" if inside("interpolation") => Class::Interpolation,
        "(" | ")" | "[" | "]" | "{" | "}" => Class::Bracket,
        "," | ":" | "." => Class::Punctuation,
        "=" | "+=" | "-=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%" | "??" | "?" | "=>" | "->" => {
            Class::Operator
        }
        // The key of a map may be a word of any kind.
        "property" => return None,
        kind if kind.chars().all(|c| c.is_ascii_lowercase() || c == '_') => Class::Word,
        kind => panic!("a leaf of no class: {kind}"),
    })
}

fn leaves<'a>(node: Node<'a>, found: &mut Vec<Node<'a>>) {
    if node.child_count() == 0 {
        if !node.byte_range().is_empty() && node.kind() != "file" {
            found.push(node);
        }
        return;
    }
    let mut cursor = node.walk();
    node.children(&mut cursor).for_each(|child| leaves(child, found));
}

/// The tokens with the pieces of a string joined: the lexer cuts it where an interpolation stands, tree-sitter at escapes too.
fn joined(tokens: impl IntoIterator<Item = (Range<usize>, Option<Class>)>) -> Vec<(Range<usize>, Option<Class>)> {
    let mut joined: Vec<(Range<usize>, Option<Class>)> = Vec::new();
    for (range, class) in tokens {
        match joined.last_mut() {
            Some((last, Some(Class::String))) if class == Some(Class::String) && last.end == range.start => last.end = range.end,
            _ => joined.push((range, class)),
        }
    }
    joined
}

fn compare_tokens(text: &str, found: &Tree) -> Result<(), String> {
    let mut nodes = Vec::new();
    leaves(found.root_node(), &mut nodes);
    let ours = joined(classes(text).into_iter().map(|(range, class)| (range, Some(class))));
    let theirs = joined(nodes.into_iter().map(|node| (node.byte_range(), class(node))));
    for (one, other) in ours.iter().zip(&theirs) {
        let is_word = matches!(one.1, Some(Class::Word | Class::TypeName | Class::OtherWord));
        if one.0 != other.0 || one.1 != other.1 && !(other.1.is_none() && is_word) {
            return Err(format!("`{}` is {:?}, but {other:?}\n{text}", &text[one.0.clone()], one));
        }
    }
    if ours.len() == theirs.len() { Ok(()) } else { Err(format!("{} tokens, but {}\n{text}", ours.len(), theirs.len())) }
}

/// Fails with the first of the texts that the two read in two ways.
fn assert_alike(texts: impl IntoIterator<Item = String>) {
    let texts: Vec<String> = texts.into_iter().collect();
    let failed: Vec<String> = texts.iter().filter_map(|text| compare(text).err()).collect();
    assert!(failed.is_empty(), "{} of {} texts, the first:\n{}", failed.len(), texts.len(), failed[..failed.len().min(6)].join("\n\n"));
}

#[test]
fn right_texts_are_read_alike() {
    let texts = right().into_iter().map(|(_, text)| text);
    assert_alike(texts.flat_map(|text| [text.replace('\n', "\r\n"), text]));
}

/// Other texts, by hand: `INFRAC_TEXTS` names a folder.
#[test]
#[ignore = "reads a folder that the caller names"]
fn texts_elsewhere_are_read_alike() {
    let folder = std::env::var("INFRAC_TEXTS").unwrap();
    let files = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.unwrap().into_path());
    assert_alike(files.filter(|path| path.extension().is_some_and(|e| e == "infra")).map(|path| std::fs::read_to_string(path).unwrap()));
}

#[test]
fn broken_texts_are_refused_alike() {
    assert_alike(broken().into_iter().map(|(_, text)| text));
}

/// Every line of the forms with one character too few or twice.
#[test]
fn damaged_lines_are_judged_alike() {
    let texts: Vec<String> = forms().iter().flat_map(|(_, text)| damaged_lines(text)).collect();
    assert!(texts.len() > 5_000, "{}", texts.len());
    assert_alike(texts);
}

/// Every token of the forms gone, doubled, behind a sign too much, or the last one of its file.
#[test]
fn mistakes_at_every_token_are_judged_alike() {
    let mut texts = Vec::new();
    for (_, text) in forms() {
        let tokens = tokens(&text);
        let places = (0..tokens.len()).flat_map(|at| MISTAKES.map(|mistake| damaged(&text, &tokens, at, mistake).text));
        texts.extend(places);
    }
    assert!(texts.len() > 5_000, "{}", texts.len());
    assert_alike(texts);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_programs_are_read_alike(text in crate::generate::program()) {
        if let Err(why) = compare(&text) {
            prop_assert!(false, "{why}");
        }
    }
}

/// Every query names nodes that there are, and what a query is for is found in the forms.
#[test]
fn queries_fit_the_grammar() {
    let queries = [
        ("highlights", tree_sitter_infra::HIGHLIGHTS_QUERY),
        ("folds", tree_sitter_infra::FOLDS_QUERY),
        ("indents", tree_sitter_infra::INDENTS_QUERY),
        ("locals", tree_sitter_infra::LOCALS_QUERY),
    ];
    for (name, query) in queries {
        Query::new(&language(), query).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// `parser.c` is what `grammar.js` gives; Node.js reads the latter.
#[test]
fn the_parser_is_generated() {
    let grammar = root().join("editors/tree-sitter-infra");
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("tree-sitter-infra");
    std::fs::create_dir_all(&folder).unwrap();
    for file in ["grammar.js", "tree-sitter.json"] {
        std::fs::copy(grammar.join(file), folder.join(file)).unwrap();
    }
    let mut notes = Vec::new();
    let none = None::<&str>;
    let done = tree_sitter_generate::generate_parser_in_directory(
        &folder,
        none,
        none,
        15,
        None,
        Some("node"),
        true,
        Default::default(),
        &mut notes,
    );
    done.unwrap_or_else(|error| panic!("needs Node.js 20 or newer on PATH (tests/tools/install says how to get it): {error}"));
    for file in ["parser.c", "tree_sitter/parser.h", "tree_sitter/alloc.h", "tree_sitter/array.h"] {
        let read = |folder: &std::path::Path| std::fs::read_to_string(folder.join("src").join(file)).unwrap();
        assert!(read(&folder) == read(&grammar), "{file} is old: cp -r {}/src/* {}/src", folder.display(), grammar.display());
    }
}
