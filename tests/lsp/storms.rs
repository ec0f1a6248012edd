//! What no client should send, and more changes than anybody types.
//!
//! The ordinary tests do a little of it. The long form, which takes an hour in a release:
//!
//! ```text
//! cargo build --release
//! INFRAC_SERVER=target/release/infrac INFRAC_SESSIONS=10000 INFRAC_EDITS=100000 cargo test --release --test lsp storms
//! ```

use super::client::{Client, PRODUCT, Project};
use super::dice::{Dice, rounds};
use super::edits::{self, Edited, Unit, server};
use serde_json::{Value, json};

const METHODS: [&str; 36] = [
    "textDocument/declaration",
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
    "codeAction/resolve",
    "workspace/diagnostic",
    "textDocument/inlayHint",
    "textDocument/codeLens",
    "codeLens/resolve",
    "textDocument/documentLink",
    "textDocument/prepareCallHierarchy",
    "callHierarchy/incomingCalls",
    "callHierarchy/outgoingCalls",
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
    let mut dice = Dice::new(0x1dea);
    let mut asked = Vec::new();
    for _ in 0..rounds("INFRAC_MESSAGES", 300) {
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

/// Every question, at a random place of a file.
fn question(dice: &mut Dice, uri: &str) -> (&'static str, Value) {
    let method = METHODS[dice.roll(METHODS.len())];
    let (command, start) = (dice.pick(&["infrac.generated", "infrac.references", "infrac.changes"]), dice.roll(9000));
    let at = json!({ "line": dice.roll(120), "character": dice.roll(60) });
    let whole = json!({ "start": at, "end": { "line": 200, "character": 0 } });
    let params = json!({
        "textDocument": { "uri": uri }, "position": at, "positions": [at], "range": whole, "newName": "other", "query": "a", "ch": "}",
        "previousResultId": "1", "previousResultIds": [], "context": { "includeDeclaration": true, "diagnostics": [] },
        "options": { "tabSize": 2, "insertSpaces": true }, "label": "join", "title": "extract into a `let`", "kind": "refactor.extract",
        "data": { "uri": uri, "text": uri, "path": "inventory/acme/product.infra", "of": "files", "instance": "web_eu", "range": whole,
        "version": 1, "start": start, "end": start + 4 }, "item": { "uri": uri, "selectionRange": whole }, "command": command,
        "arguments": [uri, start, start],
    });
    (method, params)
}

/// A request has an answer, and no mistake of ours is it.
fn answered(client: &mut Client, id: i32) {
    let refused = client.answer(id).err().unwrap_or_default();
    assert_ne!(refused["code"], -32603, "{refused}");
}

/// Edits of products and of the library, in each unit of positions, with questions between them: what is found in the end, and now and then
/// on the way, is what a fresh check finds. Memory does not grow with them.
#[test]
fn a_storm_of_changes_ends_where_a_fresh_compilation_does() {
    let edits = rounds("INFRAC_EDITS", 240);
    for (number, unit) in Unit::ALL.into_iter().enumerate() {
        let project = edits::project();
        let capabilities = json!({ "general": { "positionEncodings": [unit.name()] } });
        let (mut client, answer) = Client::open_with(&server(), &project.root(), capabilities);
        assert_eq!(answer["capabilities"]["positionEncoding"], unit.name());
        let mut edited = Edited::open(&mut client, &project, unit, 0x5eed + number as u64);
        edited.agree(&mut client, "as it is");
        let (mut asked, mut early) = (Vec::new(), 0);
        for round in 0..edits / 3 {
            let file = edited.edit(&mut client);
            // Each edit is judged by itself in three of four cases; the others wait for the next one.
            if round % 4 != 3 {
                drop(edited.said(&mut client, file));
            }
            if round % 3 == 0 {
                let (method, params) = question(&mut edited.dice, &edits::address(&project, file));
                asked.push(client.request(method, params));
            }
            if round % 20 == 19 {
                edited.agree(&mut client, &format!("edit {round}"));
                asked.drain(..).for_each(|id| answered(&mut client, id));
                client.waiting.clear();
            }
            if round == 1000 {
                early = client.memory();
            }
        }
        edited.agree(&mut client, "in the end");
        asked.into_iter().for_each(|id| answered(&mut client, id));
        assert!(!client.waiting.iter().any(|message| message["id"].is_i64() && message.get("method").is_none()), "an answer to nothing");
        if early > 0 {
            let late = client.memory();
            println!("{}: {early} KiB after 1,000 edits, {late} KiB after {}", unit.name(), edits / 3);
            assert!(late * 10 <= early * 12, "{late} KiB after {} edits, {early} KiB after 1,000", edits / 3);
        }
        assert!(client.leave().success());
    }
}

/// What a session may say before, between and behind what it should.
fn chatter(dice: &mut Dice, uri: &str, client: &mut Client, asked: &mut Vec<i32>) {
    let params = value(dice, 4, uri);
    match dice.roll(14) {
        0 => client.throw(b"Content-Length: 4\r\n\r\n{\"a\""),
        1 => client.throw(b"rubbish\r\n\r\nContent-Type: x\r\nContent-Length: 2\r\n\r\n\xff\xfe"),
        2 => client.throw(b"Content-Length: -1\r\n\r\n"),
        3 => {
            let deep = "[".repeat(2000);
            client.throw(format!("Content-Length: {}\r\n\r\n{deep}", deep.len()).as_bytes());
        }
        4 => client.throw(format!("Content-Length: {}\r\n\r\n{params}", params.to_string().len()).as_bytes()),
        5 => {
            let capabilities = if dice.roll(2) == 0 { params } else { json!({ "window": { "workDoneProgress": true } }) };
            asked.push(client.request("initialize", json!({ "capabilities": capabilities, "workspaceFolders": value(dice, 2, uri) })));
        }
        6 => client.tell(dice.pick(&["initialized", "$/setTrace", "$/cancelRequest", "x"]), params),
        7 => {
            let text: String = (0..dice.roll(40)).map(|_| *dice.pick(&[&'}', &'{', &'"', &'😀', &'\n', &'a', &'=', &'$'])).collect();
            client.did_open(uri, &text);
        }
        8 => client.change(uri, dice.roll(9) as i32, &format!("{PRODUCT}{params}")),
        9 => {
            if let Some(id) = asked.last() {
                client.tell("$/cancelRequest", json!({ "id": id }));
            }
        }
        _ => {
            let (method, random) = (METHODS[dice.roll(METHODS.len())], dice.roll(2) == 0);
            let (method, params) = if random { (method, params) } else { question(dice, uri) };
            asked.push(client.request(method, params));
        }
    }
}

/// Whole conversations: begun well, badly or never, with rubbish in between, and ended by the book, by `exit`, or by a client that is gone.
/// Each request has one answer, and no server stays behind.
#[test]
fn sessions_of_every_kind_end() {
    let (project, program) = (Project::new(), server());
    let (uri, root) = (project.product(), super::client::uri(&project.root()));
    for number in 0..rounds("INFRAC_SESSIONS", 24) {
        let mut dice = Dice::new(0xacce55 + number as u64);
        let mut client = Client::of(&program);
        let mut asked = Vec::new();
        for _ in 0..dice.roll(4) {
            chatter(&mut dice, &uri, &mut client, &mut asked);
        }
        if dice.roll(5) > 0 {
            let folders = if dice.roll(3) > 0 { json!([{ "uri": root, "name": "x" }]) } else { Value::Null };
            asked.push(client.request("initialize", json!({ "processId": null, "capabilities": {}, "workspaceFolders": folders })));
            client.tell("initialized", json!({}));
        }
        for _ in 0..dice.roll(30) {
            chatter(&mut dice, &uri, &mut client, &mut asked);
        }
        let ending = dice.roll(4);
        if ending < 2 {
            asked.push(client.request("shutdown", Value::Null));
        }
        if ending < 3 {
            client.throw(b"Content-Length: 33\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}");
        }
        let (status, answers, codes) = client.rest();
        assert!(matches!(status.code(), Some(0 | 1)), "session {number}: {status}");
        assert!(!codes.contains(&-32603), "session {number}: a mistake of ours");
        for id in &asked {
            assert_eq!(answers.get(&id.to_string()), Some(&1), "session {number}: request {id}, {answers:?}");
        }
        let known =
            |id: &String| id == "null" || asked.iter().any(|asked| asked.to_string() == *id) || !id.parse::<i32>().is_ok_and(|id| id > 0);
        assert!(answers.keys().all(known), "session {number}: an answer to nothing, {answers:?}");
    }
}
