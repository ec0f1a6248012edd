//! The conversation: its beginning, its end, and what is no part of it.

use super::client::{Client, PRODUCT, Project};
use serde_json::{Value, json};

fn code(answer: Result<Value, Value>) -> i64 {
    answer.unwrap_err()["code"].as_i64().unwrap()
}

#[test]
fn a_conversation_has_a_beginning_and_an_end() {
    let project = Project::new();
    let mut client = Client::start();
    assert_eq!(code(client.ask("textDocument/hover", json!({}))), -32002);
    assert_eq!(code(client.ask("initialize", json!({ "capabilities": 7 }))), -32602);
    let folders = json!([{ "uri": format!("file://{}", project.root().display()), "name": "x" }]);
    let answer = client.ask("initialize", json!({ "capabilities": {}, "workspaceFolders": folders })).unwrap();
    assert_eq!(answer["serverInfo"]["name"], "infrac");
    assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(code(client.ask("initialize", json!({ "capabilities": {} }))), -32600);
    client.tell("initialized", json!({}));
    client.tell("$/setTrace", json!({ "value": "verbose" }));
    client.tell("some/notification", json!([1, 2]));
    assert_eq!(code(client.ask("some/request", json!({}))), -32601);
    assert_eq!(code(client.ask("textDocument/definition", json!({ "position": 3 }))), -32602);
    assert_eq!(client.ask("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(code(client.ask("textDocument/definition", json!({}))), -32600);
    client.tell("exit", Value::Null);
    assert_eq!(client.gone().code(), Some(0));
}

#[test]
fn who_leaves_without_a_word_is_not_waited_for() {
    let project = Project::new();
    let (mut client, _) = Client::open(&project.root(), json!({}));
    client.did_open(&project.product(), PRODUCT);
    assert_eq!(client.gone().code(), Some(1));
    let (mut client, _) = Client::open(&project.root(), json!({}));
    client.tell("exit", Value::Null);
    assert_eq!(client.gone().code(), Some(1));
}

#[test]
fn what_waits_can_be_cancelled_and_everything_is_answered_once() {
    let project = Project::new();
    let (mut client, _) = Client::open(&project.root(), json!({}));
    // The first load takes longer than these need to arrive.
    let at = json!({ "textDocument": { "uri": project.product() }, "position": { "line": 0, "character": 0 } });
    let asked: Vec<i32> = (0..50).map(|_| client.request("textDocument/definition", at.clone())).collect();
    for id in &asked[10..] {
        client.tell("$/cancelRequest", json!({ "id": id }));
    }
    client.tell("$/cancelRequest", json!({ "id": "nobody" }));
    client.tell("$/cancelRequest", json!({}));
    let cancelled = asked.iter().filter(|id| client.answer(**id).is_err_and(|error| error["code"] == -32800)).count();
    assert!(cancelled <= 40);
    client.settle();
    assert!(!client.waiting.iter().any(|message| message.get("id").is_some() && message.get("method").is_none()));
    assert!(client.leave().success());
}

#[test]
fn which_projects_are_open_is_said_by_the_client_alone() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_infrac")).args(["lsp", "--project", "."]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("leave `--project` out"));
}

/// The pipe stays open, as it does where another child of the client has inherited it.
#[test]
fn a_client_that_is_killed_is_not_waited_for() {
    let mut process = std::process::Command::new("sleep").arg("600").spawn().unwrap();
    let mut client = Client::start();
    client.ask("initialize", json!({ "processId": process.id(), "capabilities": {} })).unwrap();
    client.tell("initialized", json!({}));
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!(client.ask("workspace/symbol", json!({ "query": "" })), Ok(json!([])), "the client is alive");
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(client.left().code(), Some(1));
}
