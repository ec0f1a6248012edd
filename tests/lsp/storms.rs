//! What no client should send, and more changes than anybody types.

use super::client::{Client, PRODUCT, Project};
use infrac::base::{LineIndex, Workspace};
use infrac::driver::{Files, Options, compile};
use serde_json::{Value, json};

/// Numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.roll(from.len())]
    }
}

/// How many rounds: `INFRAC_ROUNDS` says more.
fn rounds(few: usize) -> usize {
    std::env::var("INFRAC_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(few)
}

const METHODS: [&str; 32] = [
    "textDocument/definition",
    "textDocument/typeDefinition",
    "textDocument/implementation",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/hover",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/documentSymbol",
    "workspace/symbol",
    "textDocument/semanticTokens/full",
    "textDocument/semanticTokens/full/delta",
    "textDocument/semanticTokens/range",
    "textDocument/foldingRange",
    "textDocument/selectionRange",
    "textDocument/formatting",
    "textDocument/rangeFormatting",
    "textDocument/onTypeFormatting",
    "textDocument/diagnostic",
    "textDocument/completion",
    "completionItem/resolve",
    "textDocument/signatureHelp",
    "textDocument/codeAction",
    "textDocument/inlayHint",
    "textDocument/codeLens",
    "codeLens/resolve",
    "textDocument/documentLink",
    "textDocument/prepareCallHierarchy",
    "callHierarchy/incomingCalls",
    "workspace/executeCommand",
    "infrac/changes",
    "no/such/thing",
];

fn value(dice: &mut Dice, depth: usize, uri: &str) -> Value {
    match dice.roll(if depth == 0 { 6 } else { 9 }) {
        0 => Value::Null,
        1 => json!(dice.roll(2) == 0),
        2 => json!(dice.roll(100) as i64 - 20),
        3 => json!(dice.roll(1 << 40) as u64 * 4096),
        4 => json!(dice.pick(&["", "x", "utf-8", "file:///", "infrac:", "😀", "file:///nowhere/a.infra"])),
        5 => json!(uri),
        6 => Value::Array((0..dice.roll(4)).map(|_| value(dice, depth - 1, uri)).collect()),
        _ => {
            let names = [
                "textDocument",
                "uri",
                "position",
                "line",
                "character",
                "range",
                "start",
                "end",
                "newName",
                "query",
                "context",
                "id",
                "text",
                "contentChanges",
                "version",
                "changes",
                "event",
                "added",
                "removed",
                "options",
                "ch",
                "positions",
                "previousResultId",
                "data",
                "of",
                "item",
                "selectionRange",
                "command",
                "arguments",
                "diagnostics",
            ];
            let fields = (0..dice.roll(6)).map(|_| (dice.pick(&names).to_owned(), value(dice, depth - 1, uri)));
            Value::Object(fields.collect())
        }
    }
}

#[test]
fn whatever_comes_is_answered_and_ends_nothing() {
    let project = Project::new();
    let (mut client, _) = Client::open(&project.root(), json!({}));
    let uri = project.product();
    client.did_open(&uri, PRODUCT);
    let mut dice = Dice(0x1dea);
    let mut asked = Vec::new();
    for _ in 0..rounds(300) {
        let params = value(&mut dice, 4, &uri);
        match dice.roll(6) {
            0 => {
                let method = dice.pick(&[
                    "textDocument/didChange",
                    "textDocument/didOpen",
                    "textDocument/didClose",
                    "textDocument/didSave",
                    "workspace/didChangeWatchedFiles",
                    "workspace/didChangeWorkspaceFolders",
                    "$/cancelRequest",
                    "initialized",
                    "$/setTrace",
                    "",
                ]);
                client.tell(method, params);
            }
            1 => client.send(&params),
            2 => client.send(&json!({ "jsonrpc": "2.0", "id": "x", "result": params })),
            3 => client.raw(b"Content-Length: 4\r\n\r\n{\"a\""),
            _ => {
                let method = METHODS[dice.roll(METHODS.len())];
                asked.push(client.request(method, params));
            }
        }
    }
    for id in asked {
        let _ = client.answer(id);
    }
    assert!(!client.waiting.iter().any(|message| message["id"].is_i64() && message.get("method").is_none()), "an answer to nothing");
    assert!(client.waiting.iter().all(|message| message["error"]["code"] != -32603), "a mistake of ours");
    client.did_open(&uri, PRODUCT);
    let place = json!({ "textDocument": { "uri": uri }, "position": { "line": 2, "character": 9 } });
    assert!(client.ask("textDocument/hover", place).unwrap()["contents"].is_object());
    assert!(client.leave().success());
}

/// Every change is a part of a text, as an editor sends it; at the end nothing but the text counts. Between them every question is asked
/// of whatever stands there then.
#[test]
fn a_storm_of_changes_ends_where_a_fresh_compilation_does() {
    let project = Project::new();
    let (mut client, _) = Client::open(&project.root(), json!({ "general": { "positionEncodings": ["utf-16"] } }));
    let uri = project.product();
    client.did_open(&uri, PRODUCT);
    let mut text = PRODUCT.to_owned();
    let mut dice = Dice(0x5eed);
    let parts = [
        "}",
        "{",
        "\"",
        "\n",
        "servers",
        "= ",
        "😀",
        "ü",
        "[",
        "]",
        "${",
        "mgmt",
        "define module x {\n",
        "stack compute y { on = eu }\n",
        "#",
        "\"\"\"",
        ".",
        "\r\n",
        "\r",
    ];
    let (mut asked, mut internal) = (Vec::new(), 0);
    for round in 0..rounds(250) {
        let borders: Vec<usize> =
            text.char_indices().map(|(at, _)| at).filter(|at| !text[..*at].ends_with('\r')).chain([text.len()]).collect();
        let start = borders[dice.roll(borders.len())];
        let behind: Vec<usize> = borders.iter().copied().filter(|at| *at >= start).take(40).collect();
        let end = if dice.roll(3) == 0 { behind[dice.roll(behind.len())] } else { start };
        let new = if dice.roll(4) == 0 { "" } else { dice.pick(&parts) };
        let place = |offset: usize| {
            let before = &text[..offset];
            // A line ends with a line feed, a carriage return, or both.
            let ends: Vec<usize> = before
                .char_indices()
                .filter(|(at, c)| *c == '\n' || *c == '\r' && !text[at + 1..].starts_with('\n'))
                .map(|(at, _)| at + 1)
                .collect();
            let line = ends.last().copied().unwrap_or(0);
            json!({ "line": ends.len(), "character": before[line..].encode_utf16().count() })
        };
        let change = json!({ "range": { "start": place(start), "end": place(end) }, "text": new });
        let version = json!({ "uri": uri, "version": round + 2 });
        client.tell("textDocument/didChange", json!({ "textDocument": version, "contentChanges": [change] }));
        text.replace_range(start..end, new);
        if round % 3 == 0 {
            let method = METHODS[dice.roll(METHODS.len())];
            let (command, start) = (dice.pick(&["infrac.generated", "infrac.references", "infrac.changes"]), dice.roll(9000));
            let at = json!({ "line": dice.roll(120), "character": dice.roll(60) });
            let whole = json!({ "start": at, "end": { "line": 200, "character": 0 } });
            let params = json!({
                "textDocument": { "uri": uri }, "position": at, "positions": [at], "range": whole, "newName": "other", "query": "a", "ch": "}",
                "previousResultId": "1", "context": { "includeDeclaration": true, "diagnostics": [] }, "options": { "tabSize": 2, "insertSpaces": true },
                "label": "join", "data": { "uri": uri, "text": uri, "path": "inventory/acme/product.infra", "of": "files", "instance": "web_eu",
                "start": start, "end": start + 4 }, "item": { "uri": uri, "selectionRange": whole }, "command": command,
                "arguments": [uri, start, start],
            });
            asked.push(client.request(method, params));
        }
        // The text is put right again now and then, so that not all of the storm is about one broken text.
        if round % 40 == 39 {
            text = PRODUCT.to_owned();
            client.change(&uri, round as i32 + 2, &text);
        }
    }
    for id in asked {
        internal += usize::from(client.answer(id).is_err_and(|error| error["code"] == -32603));
    }
    assert_eq!(internal, 0);
    let found = client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } })).unwrap();
    let loaded = infrac::host::load(&project.root()).unwrap().workspace;
    let files = loaded.files().map(|(_, file)| (file.path.clone(), file.text.clone()));
    let typed = files.map(|(path, disk)| if path == "inventory/acme/product.infra" { (path, text.as_str().into()) } else { (path, disk) });
    let fresh = Workspace::new(typed);
    let outcome = compile(&fresh, &Options { files: Files::LetGo, ..Options::default() });
    let (file, _) = fresh.find("inventory/acme/product.infra").unwrap();
    let lines = LineIndex::new(&text);
    let own = outcome.diagnostics.iter().filter(|found| found.primary.span.file == file);
    let mut wanted: Vec<(String, String)> = own.map(|found| (found.code.id().to_owned(), found.message.clone())).collect();
    let said =
        |found: &Value| (found["code"].as_str().unwrap().to_owned(), found["message"].as_str().unwrap().lines().next().unwrap().to_owned());
    let mut found: Vec<(String, String)> = found["items"].as_array().unwrap().iter().map(said).collect();
    found.sort();
    wanted.sort();
    assert!(!wanted.is_empty() && lines.start(1).is_some());
    assert_eq!(found, wanted, "{text}");
    assert!(client.leave().success());
}
