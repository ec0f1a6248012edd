//! The TextMate grammar, read by the engine of VS Code, gives every token of a text the scope that its class has, and every
//! keyword that of a keyword.

use crate::sources::{right, root, tools};
use infrac::syntax::{Class, classes};
use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};
use tree_sitter::{Node, Parser};

/// What the innermost scopes of a token of a class begin with.
fn scopes(class: Class) -> &'static [&'static str] {
    match class {
        Class::Word => &["variable.", "keyword.", "entity.name", "storage.type", "constant.language"],
        // The key of a map may begin with a capital too.
        Class::TypeName => &["entity.name", "variable.other.property", "variable.other.member"],
        Class::OtherWord => &["variable.", "entity.name"],
        Class::Wildcard => &["constant.language.wildcard"],
        Class::Integer => &["constant.numeric.integer"],
        Class::Float => &["constant.numeric.float"],
        Class::Address => &["constant.other.address"],
        Class::Range => &["constant.other.range"],
        Class::Port => &["constant.other.port"],
        Class::Quantity => &["constant.numeric.quantity", "keyword.other.unit"],
        Class::String => &["string.", "constant.character.escape"],
        Class::Interpolation => &["punctuation.section.interpolation"],
        Class::Comment => &["comment.line.number-sign"],
        Class::Documentation => &["comment.line.documentation"],
        Class::Operator => &["keyword.operator.infra"],
        Class::Bracket => &["punctuation.section.braces", "punctuation.section.brackets"],
        Class::Punctuation => &["punctuation.separator", "punctuation.accessor"],
        Class::Broken => &[],
    }
}

/// The scopes of every UTF-16 unit of some texts.
fn tokenized(files: &[String]) -> Vec<Vec<(usize, usize, Vec<String>)>> {
    let mut child = Command::new("node")
        .arg(root().join("tests/editors/node/textmate.mjs"))
        .arg(root().join("editors/textmate/infra.tmLanguage.json"))
        .env("INFRAC_TOOLS", tools())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("needs Node.js 20 or newer on PATH: {error}"));
    let mut input = child.stdin.take().unwrap();
    let names = files.join("\n");
    let writer = std::thread::spawn(move || input.write_all(names.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "run tests/tools/install: `vscode-textmate` is missing in {}", tools().display());
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The words that tree-sitter reads as keywords, by where they begin.
fn keywords(text: &str) -> HashMap<usize, &str> {
    fn walk<'a>(node: Node, text: &'a str, found: &mut HashMap<usize, &'a str>) {
        if !node.is_named() && node.kind().starts_with(|c: char| c.is_ascii_lowercase()) {
            found.insert(node.start_byte(), &text[node.byte_range()]);
        }
        let mut cursor = node.walk();
        node.children(&mut cursor).for_each(|child| walk(child, text, found));
    }
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_infra::LANGUAGE.into()).unwrap();
    let mut found = HashMap::new();
    walk(parser.parse(text, None).unwrap().root_node(), text, &mut found);
    found
}

#[test]
fn scopes_agree_with_the_lexer() {
    let files = right();
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let all = tokenized(&names);
    assert_eq!(all.len(), files.len());
    let mut wrong = Vec::new();
    let mut seen = 0;
    for ((name, text), tokens) in files.iter().zip(all) {
        let mut units: Vec<&[String]> = vec![&[]; text.encode_utf16().count()];
        for (start, end, scopes) in &tokens {
            units[*start..*end].fill(scopes);
        }
        let keywords = keywords(text);
        let mut at = (0, 0);
        for (range, class) in classes(text) {
            at = (range.start, at.1 + text[at.0..range.start].encode_utf16().count());
            let length = text[range.clone()].encode_utf16().count();
            let mut previous = None;
            for (unit, scopes_here) in text[range.clone()].encode_utf16().zip(&units[at.1..at.1 + length]) {
                // A line break within a text has no scope of its own.
                if unit == u16::from(b'\n') || previous == Some(*scopes_here) {
                    continue;
                }
                previous = Some(*scopes_here);
                seen += 1;
                let innermost = scopes_here.last().map_or("", String::as_str);
                let fits = scopes(class).iter().any(|prefix| innermost.starts_with(prefix));
                let is_keyword = innermost.starts_with("keyword.") || innermost.starts_with("constant.language");
                let keyword = class != Class::Word || keywords.contains_key(&range.start) == is_keyword;
                if !fits || !keyword {
                    let line = text[..range.start].matches('\n').count() + 1;
                    wrong.push(format!("{name}:{line}: `{}` is {class:?}, but {innermost}", &text[range.clone()]));
                }
            }
        }
    }
    assert!(seen > 20_000, "{seen}");
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}
