//! Texts that lie on no disk yet, and the settings of a project.

use super::client::{Client, Project};
use serde_json::json;

const TEXT: &str = "define stack own {\n  input servers: int =  2\n  module compute nodes { size = tiny }\n  \n";

/// A text of no file is read as one that is not saved, whatever the client calls it.
#[test]
fn a_text_without_a_file_is_told_of_shown_completed_and_formatted() {
    let project = Project::new();
    let (mut client, _) = Client::open(&project.root(), json!({}));
    for uri in ["untitled:Untitled-1", "untitled:Untitled-2.infra"] {
        client.did_open(uri, TEXT);
        let found = client.published(uri).expect("what is wrong");
        let codes: Vec<&str> = found.as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["IC0003"], "{found}");
        let text = format!("{TEXT}}}\n");
        client.change(uri, 2, &text);
        assert_eq!(client.published(uri), Some(json!([])));
        let at =
            |line: u32, character: u32| json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } });
        let hover = client.ask("textDocument/hover", at(2, 11)).unwrap();
        assert!(hover["contents"]["value"].as_str().unwrap().contains("define module compute"), "{hover}");
        let items = client.ask("textDocument/completion", at(3, 2)).unwrap();
        assert!(items["items"].as_array().unwrap().iter().any(|item| item["label"] == "output"), "{items}");
        let options = json!({ "tabSize": 2, "insertSpaces": true });
        let edits = client.ask("textDocument/formatting", json!({ "textDocument": { "uri": uri }, "options": options })).unwrap();
        assert!(!edits.as_array().unwrap().is_empty());
        client.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }
    assert!(client.leave().success());
}

#[test]
fn settings_are_shown_and_completed() {
    let project = Project::new();
    let (mut client, _) = Client::open(&project.root(), json!({}));
    let uri = project.write("infra.toml", "name = \"test\"\nedition = \"2026\"\noutput = \"generated\"\n\n");
    client.did_open(&uri, "name = \"test\"\nedition = \"2026\"\noutput = \"generated\"\n\n");
    let at = |line: u32, character: u32| json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } });
    let hover = client.ask("textDocument/hover", at(2, 3)).unwrap();
    assert!(hover["contents"]["value"].as_str().unwrap().contains("The folder that generated files are written into"), "{hover}");
    assert_eq!(hover["range"]["end"]["character"], 6);
    let items = client.ask("textDocument/completion", at(3, 0)).unwrap();
    let labels: Vec<&str> = items["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["compiler", "inventory", "library", "targets"]);
    assert!(client.leave().success());
}

/// A definition may read a file of any name that lies beside it.
#[test]
fn what_a_definition_reads_is_watched() {
    let project = Project::new();
    project.write("infra.toml", "name = \"test\"\nedition = \"2026\"\noutput = \"generated\"\nlibrary = [\"lib\"]\n");
    let own = project.write("lib/own.infra", "define stack own {\n  let text = file(\"greeting.sh\")\n}\n");
    let watches = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let (mut client, _) = Client::open(&project.root(), watches);
    let asked = client.until(|message| message["params"]["registrations"][0]["id"] == "library lib");
    assert_eq!(asked["params"]["registrations"][0]["registerOptions"]["watchers"][0]["globPattern"], "**/lib/**");
    let found = client.published(&own).expect("what is wrong");
    assert_eq!(found[0]["code"], "IC0101", "{found}");
    let greeting = project.write("lib/greeting.sh", "echo hello\n");
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": greeting, "type": 1 }] }));
    assert_eq!(client.published(&own), Some(json!([])));
    assert!(client.leave().success());
}

/// What turns the order of a text around is written out in messages, as on the command line.
#[test]
fn messages_command_no_reader() {
    let project = Project::new();
    let (mut client, _) = Client::open(&project.root(), json!({}));
    let uri = project.product();
    client.did_open(&uri, &super::client::PRODUCT.replace("region = fsn1", "region = \"fsn\u{202e}1\""));
    let found = client.published(&uri).expect("what is wrong").to_string();
    assert!(found.contains("202e") && !found.contains('\u{202e}'), "{found}");
    assert!(client.leave().success());
}

/// A source that is not in UTF-8 says so, and nothing else follows; once it is open, its text is what the editor has.
#[test]
fn what_cannot_be_read_is_told_once() {
    let project = Project::new();
    let path = project.root().join("inventory/acme/product.infra");
    std::fs::write(&path, [b"\xff\xfe# ".as_slice(), super::client::PRODUCT.as_bytes()].concat()).unwrap();
    let stacks = project.write("inventory/acme/more.infra", "stack compute more { on = eu }\n");
    let (mut client, _) = Client::open(&project.root(), json!({}));
    let product = project.product();
    let found = client.published(&product).expect("what is wrong");
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    assert!(found[0]["message"].as_str().unwrap().contains("is not UTF-8"));
    assert!(client.published(&stacks).is_none_or(|found| found == json!([])));
    client.did_open(&product, "nothing = 1\n");
    let found = client.published(&stacks).expect("what follows");
    assert_eq!(found[0]["code"], "IC0102", "{found}");
    assert!(client.leave().success());
}
