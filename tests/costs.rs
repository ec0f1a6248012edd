//! What an operation costs is what it is charged: every built-in function and every operator, with one operand that is as large as a
//! value may be, a hundred thousand times over. Each ends soon, with a finding or without one, in little memory.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

#[path = "hostile/project.rs"]
mod project;

use infrac::driver::{Options, compile};
use infrac::eval::functions::{self, Many};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// What the process may ever have held, in KiB, where the system tells.
const MOST_MEMORY: u64 = 512 << 10;

/// How long one may take on a machine that does other things too; a build for release takes no two seconds for any of them.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 120 } else { 20 });

/// Values that are nearly as large as one may be, by name. A case has those that it names, so that its steps are its own.
const OPERANDS: [(&str, &str); 10] = [
    ("list", "indexes(99999)"),
    ("many", "indexes(99999)"),
    ("texts", "[for i in indexes(60000) : \"some text of its own ${i % 7}\"]"),
    ("lists", "[for i in indexes(300) : indexes(300)]"),
    ("truths", "[for i in indexes(99999) : true]"),
    ("text", "join([for i in indexes(60000) : \"0123456789abcdef\"])"),
    ("map", "{ for i in indexes(60000) : \"${i}\" => i }"),
    ("same", "{ for i in indexes(60000) : \"${i}\" => i }"),
    ("maps", "[for i in indexes(30000) : { a = i, b = \"b\" }]"),
    ("keyed", "{ for key in [join([for i in indexes(60000) : \"0123456789abcdef\"])] : key => 1 }"),
];

fn main() {
    let mut trials = Vec::new();
    for function in functions::all() {
        for (at, call) in calls(function).into_iter().enumerate() {
            // Each function once in an ordinary run, and with every operand by `cargo test --test costs -- --include-ignored`.
            trials.push(Trial::test(call.clone(), move || case(&call)).with_ignored_flag(at > 0));
        }
    }
    for expression in expressions() {
        trials.push(Trial::test(expression.clone(), move || case(&expression)));
    }
    let mut arguments = Arguments::from_args();
    // The memory is that of two at a time.
    arguments.test_threads = Some(2);
    libtest_mimic::run(&arguments, trials).exit();
}

/// What may stand for a parameter of a form, as its signature says it.
fn operands(form: &str) -> &'static [&'static str] {
    match form {
        "list(A)" | "list(A?)" | "list(any)" => &["list", "texts", "maps"],
        "list(list(A))" => &["lists"],
        "list(bool)" => &["truths"],
        "list(scalar)" => &["list", "texts"],
        "list(number)" => &["list"],
        "list | map | string" => &["list", "map", "text", "maps"],
        "map(A)" | "map(any)" | "map" => &["map", "keyed"],
        "any" => &["list", "map", "text", "maps", "keyed", "[for k in list : keyed]"],
        "string" => &["text", "\"a${i}\""],
        "scalar" => &["text"],
        "int" => &["7"],
        "A" => &["1"],
        "bytes" => &["3GiB"],
        "duration" => &["3h"],
        "cidr" | "ip | cidr" => &["10.0.0.0/8"],
        "ip" => &["10.0.0.9"],
        "secret(string)" => &["secret(\"env:TOKEN\")"],
        "Arch" => &["arm64"],
        _ => &[],
    }
}

/// Calls of a function in which each argument is one of what its parameter takes.
fn calls(function: &functions::Function) -> Vec<String> {
    let required = function.parameters.iter().filter(|parameter| parameter.many != Many::Optional);
    let mut calls = vec![String::new()];
    for parameter in required {
        let values = operands(&parameter.form.to_string());
        calls = calls.iter().flat_map(|call| values.iter().map(move |value| format!("{call}{value}, "))).collect();
    }
    calls.into_iter().map(|call| format!("{}({})", function.name, call.trim_end_matches(", "))).collect()
}

/// Operators and forms with large operands.
fn expressions() -> Vec<String> {
    let written = [
        "list == many",
        "list != many",
        "maps == maps",
        "text == \"${text}\"",
        "map == same",
        "keyed == keyed",
        "text < \"${text}b\"",
        "text >= text",
        "i in list",
        "\"a${i}\" in texts",
        "maps in [maps]",
        "lists in [lists, lists]",
        "text in map",
        "text in keyed",
        "list + many",
        "list - many",
        "texts - [\"a\"]",
        "maps - maps",
        "list[i]",
        "map[\"${i}\"]",
        "keyed[text]",
        "\"${text}\"",
        "\"${text}${i}\"",
        "[text, text]",
        "{ a = text }",
        "[for j in list : j]",
        "[for j in list, k in list if false : 1]",
        "[for j in many, k in list, l in [] : 1]",
        "{ for k, v in map : k => v }",
        "{ for k, j in texts : \"${k}/${j}\" => 1 }",
        "match text { \"a\" => 1, _ => 2 }",
        "if list == many then 1 else 2",
        "none ?? list",
        "not (list == many)",
        "list == many and true",
        "list == many or true",
        "-i + 1",
        "matches(text, \"(a|b)*a(a|b){90}\")",
        "matches(text, \"^[0-9a-f]+$\")",
        "matches(\"${i}\", \"^a${i}{50}$\")",
        "matches(\"a\", text)",
        "matches(\"a\", \"(\\\\w|${i}){9}\")",
        "replace(text, \"0\", text)",
        "replace(text, \"\", \"ab\")",
        "join(texts, text)",
        "join([text, text], \"${i}\")",
        "split(text, \"0\")",
        "to_json([for k in list : keyed])",
        "concat(list, many, list, many, list, many)",
        "merge(map, keyed)",
        "generated(\"a/b${i}\", bytes = 3)",
        "cidr_host(10.0.0.0/8, i)",
        "sort([for j in list : 99999 - j])",
        "distinct([for j in list : j % 3])",
        "slice(list, 1)",
        "slice(list, i)",
        "allocate_address(10.0.0.0/8, \"x${i}\")",
        "lookup(map, \"${i}\", 0)",
        "length(\"${i}\")",
        "first([list])",
        "last(lists)",
    ];
    written.map(str::to_owned).into()
}

fn case(expression: &str) -> Result<(), Failed> {
    let names: BTreeSet<&str> = expression.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let operands = OPERANDS.iter().filter(|(name, _)| names.contains(name)).map(|(name, value)| format!("  let {name} = {value}\n"));
    let operands: String = operands.collect();
    let text = format!(
        "define stack probe {{\n{operands}  let found = [for i in indexes(99999) if ({expression}) == none : 1]\n}}\nstack probe probe {{ on = eu }}\n"
    );
    let workspace = project::with("inventory/shop/more.infra", &text);
    let start = Instant::now();
    let found = compile(&workspace, &Options { jobs: Some(1), ..Options::default() }).diagnostics;
    let took = start.elapsed();
    let said = found.iter().map(|found| format!("{}: {:.100}", found.code.id(), found.message)).collect::<Vec<_>>().join("; ");
    println!("{took:.1?} {} MiB: {expression}: {said}", held().unwrap_or_default() >> 10);
    // What is refused is refused for what it costs or for what it is, never because the case itself is written wrongly.
    if let Some(wrong) = found.iter().find(|found| {
        !matches!(found.code.id(), "IC0004" | "IC0207" | "IC0106" | "IC0204" | "IC0413" | "IC0415" | "IC0402" | "IC0203" | "IC0405")
    }) {
        return Err(format!("{}: {}", wrong.code.id(), wrong.message).into());
    }
    if took > LONGEST {
        return Err(format!("it took {took:?}").into());
    }
    match held().filter(|held| *held > MOST_MEMORY) {
        Some(held) => Err(format!("the process held {} MiB", held >> 10).into()),
        None => Ok(()),
    }
}

/// The most that the process has held so far, in KiB.
fn held() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
}
