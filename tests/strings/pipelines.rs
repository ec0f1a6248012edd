//! Data in pipelines: GitHub evaluates `${{ … }}` in what its YAML reader found, GitLab and its runner replace variables.

use crate::compare::{list, parse, same};
use crate::generate::{distinct, texts};
use crate::tools::Folder;
use infrac::artifact::json::Value;
use infrac::artifact::shell::{Command, Word};
use infrac::artifact::yaml::{Document, Map, Node, Seq};
use infrac::artifact::{Entry, Problem, github, gitlab, verify};

crate::sizes!(of_github, of_gitlab);

const BATCH: usize = 2500;

/// What GitHub makes of a value: text between `'` is the only expression that ours may hold.
fn evaluated(text: &str) -> String {
    let mut value = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${{") {
        let found = behind.strip_prefix(" '").and_then(|behind| behind.split_once("' }}"));
        let Some((literal, end)) = found else { panic!("{text:?} holds an expression that is no literal") };
        assert!(!literal.contains('\''), "{text:?}");
        value += before;
        value += literal;
        rest = end;
    }
    value + rest
}

fn texts_of(value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) => vec![text.to_string()],
        Value::List(values) => values.iter().flat_map(texts_of).collect(),
        Value::Object(entries) => entries.iter().flat_map(|(_, value)| texts_of(value)).collect(),
        _ => Vec::new(),
    }
}

fn number(at: usize) -> String {
    ["V", &at.to_string()].concat()
}

fn of_github(count: usize) {
    let texts = texts(51, count);
    let (held, refused): (Vec<&str>, Vec<&str>) = distinct(&texts).into_iter().partition(|text| github::literal(text).is_ok());
    assert!(refused.iter().all(|text| text.contains('\0')));
    for batch in held.chunks(BATCH) {
        let literal = |text: &&str| github::literal(text).unwrap();
        let all = || batch.iter().enumerate().map(|(at, text)| (number(at), literal(text)));
        let numbers: Map = all().collect();
        let action = Map::new()
            .with("name", "Use")
            .with("uses", "some/action@0123456789abcdef0123456789abcdef01234567")
            .with("with", numbers.clone());
        let step = Map::new().with("name", "Run").with("env", numbers.clone()).with("run", "true");
        let job = Map::new()
            .with("runs-on", "ubuntu-24.04")
            .with("strategy", Map::new().with("matrix", Map::new().with("value", Seq::new(batch.iter().map(literal)))))
            .with("env", numbers.clone())
            .with("steps", Seq::new([action, step]));
        let root =
            Map::new().with("on", Map::new().with("push", Node::Null)).with("env", numbers).with("jobs", Map::new().with("job", job));
        let entry = Entry::new(Document::new(root).header(batch[0]).bare_on()).unwrap();
        verify(&entry).unwrap();
        let folder = Folder::new();
        folder.write("values.yml", &entry.text());
        let read = parse(&folder.reader(&["node"], "read_yaml.js", &["1.2"]));
        let values = texts_of(&read).into_iter().filter(|text| !CONSTANT.contains(&text.as_str())).map(|text| evaluated(&text));
        let meant = std::iter::repeat_n(batch, 5).flatten().copied().filter(|text| !CONSTANT.contains(text));
        same("", &sorted(meant.map(str::to_owned)), &sorted(values));
        folder.run(&["actionlint", "-no-color", "-shellcheck=", "-pyflakes=", "-ignore", "duplicate value", "values.yml"]);
    }
}

/// What else is text in the workflow.
const CONSTANT: [&str; 5] = ["ubuntu-24.04", "Use", "some/action@0123456789abcdef0123456789abcdef01234567", "Run", "true"];

fn sorted(texts: impl Iterator<Item = String>) -> Value {
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    list(texts.iter().map(String::as_str))
}

/// What the runner makes of a value, as `os.Expand` of Go does it, where no variable has a value.
fn expanded(text: &str) -> String {
    let mut value = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('$', Some('$')) => {
                characters.next();
                value.push('$');
            }
            ('$', Some(next)) if next.is_ascii_alphanumeric() || "_{*#@!?-".contains(*next) => panic!("{text:?} names a variable"),
            _ => value.push(character),
        }
    }
    value
}

/// Whether the server finds a variable: its expression, as the source of GitLab has it.
fn on_server(text: &str) -> bool {
    let variable = regex::Regex::new(r"\$[a-zA-Z_][a-zA-Z0-9_]*|\$\{[a-zA-Z_]?[a-zA-Z0-9_]*\}?|%[a-zA-Z_][a-zA-Z0-9_]*%").unwrap();
    variable.is_match(text)
}

fn of_gitlab(count: usize) {
    let texts = texts(52, count);
    let percent = |text: &str| regex::Regex::new("%[a-zA-Z_][a-zA-Z0-9_]*%").unwrap().is_match(text);
    let (held, refused): (Vec<&str>, Vec<&str>) = distinct(&texts).into_iter().partition(|text| gitlab::literal(text).is_ok());
    for text in refused {
        assert!(percent(text), "{text:?} is refused without a reason");
        assert_eq!(gitlab::literal(text).unwrap_err().problem, Problem::Syntax(text.into()));
    }
    for text in distinct(&texts) {
        match gitlab::on_server(text) {
            Ok(kept) => assert!(kept == text && !on_server(text), "{text:?} is replaced"),
            Err(error) => assert!(error.problem == Problem::Syntax(text.into()) && on_server(text), "{text:?} is refused without a reason"),
        }
    }
    for batch in held.chunks(BATCH) {
        let literal = |text: &&str| gitlab::literal(text).unwrap();
        let variables: Map = batch.iter().enumerate().map(|(at, text)| (number(at), literal(text))).collect();
        let cells = Map::new().with("VALUE", Seq::new(batch.iter().map(literal)));
        let words: Vec<&str> = batch.iter().copied().filter(|text| !text.contains('\0')).collect();
        let script = words.iter().map(|text| {
            let word = Word::join([Word::literal("-").unwrap(), Word::literal(text).unwrap()]);
            Command::new("printf '%s\\0'").operand(word).print().replace("printf '%s\\0' -- -", "printf '%s\\0' -")
        });
        let job = Map::new()
            .with("variables", variables)
            .with("parallel", Map::new().with("matrix", Seq::new([cells])))
            .with("script", Seq::new(script.collect::<Vec<_>>()));
        let entry = Entry::new(Document::new(Map::new().with("job", job)).header(batch[0])).unwrap();
        verify(&entry).unwrap();
        let folder = Folder::new();
        folder.write("values.yml", &entry.text());
        let read = parse(&folder.reader(&["ruby", "--disable-gems"], "read_yaml.rb", &[]));
        let job = crate::compare::field(&read, "job");
        let field = |name: &str| texts_of(&crate::compare::field(&job, name));
        let meant = || list(batch.iter().copied());
        let values = |name: &str| list(field(name).iter().map(|text| expanded(text)).collect::<Vec<_>>().iter().map(String::as_str));
        same("variables", &meant(), &values("variables"));
        same("matrix", &meant(), &values("parallel"));
        // A shell, and nobody else, reads the lines of a script.
        folder.write("script", &field("script").join("\n"));
        for shell in ["sh", "bash"] {
            let said = String::from_utf8(folder.run(&[shell, "script"])).unwrap();
            let said: Vec<&str> = said.strip_suffix('\0').unwrap().split('\0').map(|text| text.strip_prefix('-').unwrap()).collect();
            same(shell, &list(words.iter().copied()), &Value::from(said));
        }
    }
}
