//! Every limit of the compiler: `docs/limits.md` says what the code says, and each limit that a source can reach is reached here:
//! what is as large as it may be passes, one more is told, in the same words on every thread.

use crate::entries::project;
use crate::root;
use infrac::base::Workspace;
use infrac::diag::Diagnostic;
use infrac::driver::{Options, compile};
use regex::Regex;
use std::collections::BTreeMap;

/// A limit: the file and the name of its constant.
type Limit = (String, String);

/// The limits in the code: what is called one, with its value.
fn in_the_code() -> BTreeMap<Limit, u64> {
    let constant = Regex::new(r"const (\w*(?:MAX|MOST|LIMIT|LONGEST|LARGEST)\w*): \w+ = ([^;]+);").unwrap();
    let mut found = BTreeMap::new();
    for path in crate::files("src") {
        let text = std::fs::read_to_string(&path).unwrap();
        let path = path.strip_prefix(root()).unwrap().to_str().unwrap();
        for parts in constant.captures_iter(&text) {
            found.insert((path.to_owned(), parts[1].to_owned()), value(&parts[2]));
        }
    }
    found
}

/// `4 * 1024 * 1024`, `64 << 20`, `10_000_000`
fn value(written: &str) -> u64 {
    let number = |text: &str| text.trim().replace('_', "").parse::<u64>().unwrap_or_else(|_| panic!("{written} is no plain number"));
    match written.split_once("<<") {
        Some((number_, shift)) => number(number_) << number(shift),
        None => written.split('*').map(number).product(),
    }
}

/// A row of the document: how it names the value, and the code that it promises.
struct Row {
    value: u64,
    code: Option<String>,
}

/// The rows of the document: `| what | value | what happens | `src/…` `NAME` |`.
fn in_the_document() -> BTreeMap<Limit, Row> {
    let row = Regex::new(r"^\| [^|]+ \| ([0-9,]+)( KiB| MiB)? \| ([^|]+) \| `(src/[^`]+)` `(\w+)` \|$").unwrap();
    let code = Regex::new(r"IC\d{4}").unwrap();
    let text = std::fs::read_to_string(root().join("docs/limits.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| ") && line.contains("`src/"));
    let rows = rows.map(|line| {
        let parts = row.captures(line).unwrap_or_else(|| panic!("no row of the table: {line}"));
        let unit = match parts.get(2).map(|unit| unit.as_str()) {
            Some(" KiB") => 1 << 10,
            Some(_) => 1 << 20,
            None => 1,
        };
        let value = parts[1].replace(',', "").parse::<u64>().unwrap() * unit;
        let code = code.find(&parts[3]).map(|code| code.as_str().to_owned());
        ((parts[4].to_owned(), parts[5].to_owned()), Row { value, code })
    });
    rows.collect()
}

#[test]
fn the_document_says_what_the_code_says() {
    let code = in_the_code();
    let document: BTreeMap<Limit, u64> = in_the_document().into_iter().map(|(limit, row)| (limit, row.value)).collect();
    assert!(code.len() > 20, "{code:#?}");
    assert_eq!(document, code);
}

/// The project with a further source.
fn beside(text: impl AsRef<str>) -> Workspace {
    project::with("inventory/shop/more.infra", text.as_ref())
}

/// The project with another value of an attribute of its stack, and a further source.
fn with_label(value: &str, more: &str) -> Workspace {
    let product = project::FILES[0].1.replace("label = none ?? \"test\"", &format!("label = {value}"));
    assert_ne!(*product, *project::FILES[0].1);
    let others = beside(more);
    let others = others.files().map(|(_, file)| (file.path.clone(), file.text.clone())).filter(|(path, _)| path != project::PRODUCT);
    Workspace::new(others.chain([(project::PRODUCT.into(), product.into())]))
}

/// Functions that call each other in a row.
fn chain(length: usize) -> String {
    let calls = (1..length).map(|at| format!("fn f{at}(x: string) -> string = f{}(x)\n", at + 1));
    calls.collect::<String>() + &format!("fn f{length}(x: string) -> string = x\n")
}

/// How much is tried, for a limit: what must pass, and what must not.
type Amounts = fn(usize) -> [usize; 2];

const EXACTLY: Amounts = |limit| [limit, limit + 1];

/// What stands around the chain, and what is evaluated for it, counts too.
const ABOUT: Amounts = |limit| [limit / 2, limit + 1];

/// Makes a project that takes so much.
type Program = fn(usize) -> Workspace;

/// For each limit that a source can reach: the file and name of its constant, and a program.
const REACHED: [(&str, &str, Amounts, Program); 15] = [
    ("src/syntax/limits.rs", "MAX_NESTING", ABOUT, |n| beside(format!("fn f() -> int = {}1{}\n", "(".repeat(n), ")".repeat(n)))),
    ("src/syntax/limits.rs", "MAX_FILE", EXACTLY, |n| beside(format!("#{}", "a".repeat(n - 1)))),
    ("src/syntax/limits.rs", "MAX_STRING", EXACTLY, |n| beside(format!("fn f() -> string = \"{}\"\n", "a".repeat(n - 2)))),
    ("src/syntax/limits.rs", "MAX_MESSAGES", EXACTLY, |n| beside("fn f() -> list(int) = [?]\n".repeat(n))),
    ("src/hir/mod.rs", "MOST_ENVIRONMENTS", EXACTLY, |n| {
        let names: Vec<String> = (0..n).map(|at| format!("e{at}")).collect();
        let text = project::FILES[0].1.replace("environments = [test, prod]", &format!("environments = [{}]", names.join(", ")));
        project::with(project::PRODUCT, &text)
    }),
    ("src/resolve/spread.rs", "MAX_CONDITION", ABOUT, |n| {
        beside(format!("define stack spread {{\n  if length([{}]) > 0 {{\n    check true else \"\"\n  }}\n}}\n", "1, ".repeat(n)))
    }),
    ("src/resolve/types.rs", "MAX_CHAIN", EXACTLY, |n| {
        let types = (1..n).map(|at| format!("type T{at:03} = T{:03}\n", at + 1));
        beside(types.collect::<String>() + &format!("type T{n:03} = int\n"))
    }),
    // The record itself is a part, too.
    ("src/ty/mod.rs", "MAX_PARTS", EXACTLY, |n| {
        let fields: Vec<String> = (1..n).map(|at| format!("f{at}: int")).collect();
        beside(format!("type Large = {{ {} }}\n", fields.join(", ")))
    }),
    ("src/eval/limits.rs", "MAX_DEPTH", ABOUT, |n| with_label("f1(\"a\")", &chain(n))),
    // A list weighs as much as it holds, once where it is made and once where it is asked for its length.
    ("src/eval/limits.rs", "MAX_STEPS", ABOUT, |n| {
        with_label(&format!("to_string(length([for i in indexes({}) : length(indexes(99999))]))", n / 200_000), "")
    }),
    // A list of lists: itself, and for each of them one more than it holds.
    ("src/eval/limits.rs", "MAX_VALUE", EXACTLY, |n| {
        with_label(&format!("to_string(length([for i in indexes({}) : indexes(999)]))", (n - 1) / 1000), "")
    }),
    ("src/eval/limits.rs", "MAX_TEXT", EXACTLY, |n| {
        let function = format!("fn f(x: string) -> string = \"{}{}\"\n", "${x}".repeat(32), "a".repeat(n % 32));
        with_label(&format!("to_string(length(f(\"{}\")))", "a".repeat(n / 32)), &function)
    }),
    ("src/base/pattern.rs", "MAX_PATTERN", EXACTLY, |n| {
        with_label(&format!("f(\"{}\")", "a".repeat(n)), "fn f(x: string) -> string = to_string(matches(\"a\", x))\n")
    }),
    ("src/eval/functions/lists.rs", "MOST", EXACTLY, |n| with_label(&format!("to_string(length(indexes({n})))"), "")),
    ("src/eval/functions/text.rs", "LONGEST_PIECE", EXACTLY, |n| with_label(&format!("join(pieces(\"a\", {n}), \"\")"), "")),
];

/// What a project on the disk reaches (`what_lies_on_the_disk_is_bounded`), what the own tests of writers, patterns and evaluations
/// reach, and what would take a test half a gigabyte.
const ELSEWHERE: [(&str, &str); 12] = [
    ("src/artifact/tree.rs", "LONGEST_PART"),
    ("src/artifact/tree.rs", "LONGEST_PATH"),
    ("src/artifact/yaml/print.rs", "LONGEST_KEY"),
    ("src/base/pattern.rs", "MAX_COMPILED"),
    ("src/eval/run.rs", "MAX_RUN_STEPS"),
    ("src/eval/run.rs", "MAX_RUN_STEPS_EACH"),
    ("src/host/load.rs", "COUNT_LIMIT"),
    ("src/host/load.rs", "DATA_LIMIT"),
    ("src/host/load.rs", "DEPTH_LIMIT"),
    ("src/host/load.rs", "SOURCE_LIMIT"),
    ("src/host/load.rs", "TOTAL_LIMIT"),
    ("src/plan/functions.rs", "LONGEST_NAME"),
];

#[test]
fn every_limit_with_a_code_is_reached() {
    let coded = in_the_document().into_iter().filter(|(_, row)| row.code.is_some()).map(|(limit, _)| limit);
    let reached = REACHED.iter().map(|(path, name, ..)| (*path, *name)).chain(ELSEWHERE);
    let mut reached: Vec<Limit> = reached.map(|(path, name)| (path.to_owned(), name.to_owned())).collect();
    reached.sort();
    assert_eq!(coded.collect::<Vec<Limit>>(), reached);
}

/// The findings of a compilation that begins on a thread with a small stack.
fn found(workspace: Workspace, jobs: Option<usize>) -> Vec<Diagnostic> {
    let options = Options { jobs, ..Options::default() };
    let thread = std::thread::Builder::new().stack_size(128 * 1024);
    thread.spawn(move || compile(&workspace, &options).diagnostics).unwrap().join().unwrap()
}

#[test]
fn one_more_than_a_limit_is_one_diagnostic() {
    let document = in_the_document();
    for (path, name, amounts, program) in REACHED {
        let row = &document[&(path.to_owned(), name.to_owned())];
        let code = row.code.as_deref().unwrap();
        let [fits, exceeds] = amounts(row.value as usize);
        let is_said = |found: &Diagnostic| found.code.id() == code;
        let within = found(program(fits), None);
        assert!(!within.iter().any(is_said), "{name}: {within:#?}");
        let beyond = found(program(exceeds), Some(1));
        let said: Vec<&str> = beyond.iter().filter(|found| is_said(found)).map(|found| found.message.as_str()).collect();
        assert!(matches!(said[..], [message] if message.contains(&row.value.to_string())), "{name}: {said:#?}");
        assert_eq!(found(program(exceeds), Some(8)), beyond, "{name}");
    }
}

/// Values that grow without a long text: each of these would take more memory or time than there is.
#[test]
fn no_program_grows_without_bound() {
    let each = |line: &dyn Fn(usize) -> String| (0..60).map(line).collect::<String>();
    let programs = [
        // Two calls in each of sixty functions.
        each(&|at| format!("fn f{at}(x: string) -> string = if length([f{}(x), f{}(x)]) == 2 then x else \"\"\n", at + 1, at + 1)),
        each(&|at| format!("fn f{at}(x: string) -> string = f{}(\"${{x}}${{x}}\")\n", at + 1)),
        each(&|at| format!("fn f{at}(x: string) -> string = f{}(replace(x, \"a\", \"aa\"))\n", at + 1)),
        each(&|at| format!("fn f{at}(x: string) -> string = f{}(join([x, x], x))\n", at + 1)),
        each(&|at| format!("type T{at:02} = {{ a: T{:02}, b: T{:02} }}\n", at + 1, at + 1))
            + "type T60 = int\nfn f0(x: string) -> string = x\n",
    ];
    for program in programs {
        let last = "fn f60(x: string) -> string = x\n";
        let found = found(with_label("f0(\"a\")", &(program + last)), None);
        let refused = found.iter().any(|found| matches!(found.code.id(), "IC0004" | "IC0207"));
        assert!(refused, "{found:#?}");
    }
}

#[test]
fn what_lies_on_the_disk_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: String, length: u64| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::File::create(path).unwrap().set_len(length).unwrap();
    };
    let limits = in_the_code();
    let limit = |name: &str| limits[&("src/host/load.rs".to_owned(), name.to_owned())];
    let deep = |depth: u64| format!("inventory/{}source.infra", "a/".repeat(depth as usize));
    std::fs::write(folder.path().join("infra.toml"), "name = \"a\"\nedition = \"2026\"\n").unwrap();
    put("inventory/source.infra".into(), limit("SOURCE_LIMIT"));
    put("inventory/infra.lock".into(), limit("DATA_LIMIT"));
    put(deep(limit("DEPTH_LIMIT") - 1), 0);
    let found = |folder: &std::path::Path| -> Vec<(&str, String)> {
        let found = infrac::host::load(folder).unwrap().diagnostics;
        found.into_iter().map(|found| (found.code.id(), found.message)).collect()
    };
    assert_eq!(found(folder.path()), []);
    put("inventory/source.infra".into(), limit("SOURCE_LIMIT") + 1);
    put("inventory/infra.lock".into(), limit("DATA_LIMIT") + 1);
    put(deep(limit("DEPTH_LIMIT")), 0);
    let found = found(folder.path());
    assert!(found.len() == 3 && found.iter().all(|(code, _)| *code == "IC0004"), "{found:#?}");
}
