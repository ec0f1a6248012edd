//! How long an editor waits: the real server over its pipes, with a thousand products open.
//!
//! `cargo bench --bench editor` says the best and the median of many, in milliseconds, from the change that is sent to what comes back, and
//! the median of the processor time that the server takes meanwhile, on all of its threads: other work on the machine is not in that.
//! `INFRAC_PRODUCTS` and `INFRAC_TIMES` say how many products and times, `INFRAC_SERVER` another server than that of this build.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a benchmark that cannot be prepared has nothing to say")]

#[allow(dead_code, reason = "a benchmark asks less than the tests")]
#[path = "../tests/lsp/client.rs"]
mod client;

use client::{Client, Project, uri};
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const ACME: &str = include_str!("../inventory/acme/product.infra");

/// A definition that no product has an instance of.
const OWN: &str = "## A stack of its own.\ndefine stack probe {\n  input size: int = 1\n  let double = size * 2\n}\n";

fn number(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|said| said.parse().ok()).unwrap_or(usual)
}

fn server() -> PathBuf {
    std::env::var_os("INFRAC_SERVER").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_infrac")), PathBuf::from)
}

/// A project of so many products, and a library of its own.
fn fleet(products: usize) -> Project {
    let project = Project { folder: tempfile::tempdir().expect("a temporary folder") };
    project.write("infra.toml", "name = \"fleet\"\nedition = \"2026\"\noutput = \"generated\"\nlibrary = [\"library\"]\n");
    project.write("library/own.infra", OWN);
    for number in 0..products {
        project.write(&format!("inventory/copy{number}/product.infra"), &product(number));
    }
    project
}

fn product(number: usize) -> String {
    ACME.replace("product acme", &format!("product copy{number}"))
        .replace("acme.example.com", &format!("copy{number}.example.com"))
        .replace("10.100.0.0/16", &format!("10.{}.0.0/16", 101 + number % 100))
        .replace("10.20.0.0/16", &format!("10.{}.0.0/16", 21 + number % 79))
}

/// What something takes: by the clock, and of the processors.
type Taken = (Duration, Duration);

/// The best and the median of what something takes.
fn measured(name: &str, times: usize, mut once: impl FnMut(usize) -> Taken) {
    let (mut clock, mut processor): (Vec<Duration>, Vec<Duration>) = (0..times).map(&mut once).unzip();
    clock.sort();
    processor.sort();
    let shown = |time: Duration| time.as_secs_f64() * 1000.0;
    let (best, median, of) = (shown(clock[0]), shown(clock[times / 2]), shown(processor[times / 2]));
    println!("{name:<58} best {best:>9.2} ms   median {median:>9.2} ms   processor {of:>9.2} ms   of {times}");
}

/// What a conversation takes.
fn taken(client: &mut Client, what: impl FnOnce(&mut Client)) -> Taken {
    // What the server is at is not a part of it.
    client.ask("workspace/executeCommand", json!({ "command": "infrac.nothing" })).unwrap_err();
    let (begin, before) = (Instant::now(), client.processor());
    what(client);
    let clock = begin.elapsed();
    (clock, client.processor().saturating_sub(before))
}

/// A change, and the diagnostics of the text.
fn change(client: &mut Client, uri: &str, version: i32, text: &str) {
    client.change(uri, version, text);
    client.until(|message| {
        message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri && message["params"]["version"] == version
    });
}

fn main() {
    let (products, times) = (number("INFRAC_PRODUCTS", 1000), number("INFRAC_TIMES", 30));
    let project = fleet(products);
    let begin = Instant::now();
    let (mut client, _) = Client::open_with(&server(), &project.root(), json!({}));
    client.settle();
    println!("{products} products, opened and judged in {:.1} s; {} MiB", begin.elapsed().as_secs_f64(), client.memory() / 1024);

    let at = products / 2;
    let (text, path) = (product(at), uri(&project.root().join(format!("inventory/copy{at}/product.infra"))));
    client.did_open(&path, &text);
    client.settle();
    let mut version = 1;
    let mut next = || {
        version += 1;
        version
    };
    // Each text has a finding that the one before had not, so that something is said of it.
    let wrong = |turn: usize, broken: &str| text.replacen("servers = 2", &format!("servers = 2\n  wrong{turn} = {turn}{broken}"), 1);
    measured("a product: another finding of names", times, |turn| {
        taken(&mut client, |client| change(client, &path, next(), &wrong(turn, "")))
    });
    measured("a product: broken text", times, |turn| taken(&mut client, |client| change(client, &path, next(), &wrong(turn, " +"))));
    measured("a product: repaired, evaluated and without errors", times, |turn| {
        change(&mut client, &path, next(), &wrong(turn, ""));
        taken(&mut client, |client| change(client, &path, next(), &text))
    });
    client.settle();
    measured("a product: the same with its files, asked for", times, |turn| {
        change(&mut client, &path, next(), &wrong(turn, ""));
        taken(&mut client, |client| {
            client.change(&path, next(), &text);
            client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": path } })).unwrap();
        })
    });
    let above = |turn: usize| format!("# {turn}\n{}", wrong(turn, ""));
    measured("a product: another finding, everything moved by a line", times, |turn| {
        change(&mut client, &path, next(), &wrong(turn, ""));
        taken(&mut client, |client| change(client, &path, next(), &above(turn + times)))
    });
    client.change(&path, next(), &text);
    client.settle();

    let own = uri(&project.root().join("library/own.infra"));
    client.did_open(&own, OWN);
    client.settle();
    let mistake = |turn: usize| OWN.replace("size * 2", &format!("sice{turn} * 2"));
    measured("the library: a mistake", times.min(10), |turn| taken(&mut client, |client| change(client, &own, next(), &mistake(turn))));
    measured("the library: repaired, with the product in front judged", times.min(10), |turn| {
        change(&mut client, &own, next(), &mistake(turn));
        taken(&mut client, |client| change(client, &own, next(), OWN))
    });
    measured("the library: a change, until every product is judged", 1, |turn| {
        taken(&mut client, |client| {
            client.change(&own, next(), &format!("{OWN}# {turn}\n"));
            client.settle();
        })
    });
    let begin = Instant::now();
    client.settle();
    println!("settled after {:.2} s more; {} MiB", begin.elapsed().as_secs_f64(), client.memory() / 1024);

    let place = |of: &str| {
        let before = &text[..text.find(of).expect("a place")];
        json!({ "textDocument": { "uri": path }, "position": {
            "line": before.matches('\n').count(), "character": before.rsplit('\n').next().unwrap_or_default().len() } })
    };
    let document = json!({ "textDocument": { "uri": path } });
    for (method, params) in [
        ("textDocument/hover", place("servers = 2")),
        ("textDocument/completion", place("servers = 2")),
        ("textDocument/definition", place("servers = 2")),
        ("textDocument/semanticTokens/full", document.clone()),
        ("textDocument/documentSymbol", document.clone()),
        ("textDocument/codeLens", document.clone()),
        ("textDocument/inlayHint", {
            let mut params = document.clone();
            params["range"] = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 200, "character": 0 } });
            params
        }),
        ("workspace/symbol", json!({ "query": "web_eu" })),
    ] {
        measured(method, times, |_| taken(&mut client, |client| drop(client.ask(method, params.clone()).expect("an answer"))));
    }
    assert!(client.leave().success());
}
