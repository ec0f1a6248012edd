//! What the server finds is what `infrac check` finds, whatever is typed, saved, opened and closed.

use super::client::{Client, PRODUCT, Project, uri};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Findings by text: code, severity, range, message, other places.
type Found = BTreeMap<String, Vec<String>>;

fn line(code: &Value, severity: &str, start: (u64, u64), end: (u64, u64), message: &str, related: &[String]) -> String {
    format!("{} {severity} {start:?}-{end:?} {message} {related:?}", code.as_str().unwrap())
}

/// What the command says of the folder as it lies on the disk.
fn checked(root: &Path) -> Found {
    let output = Command::new(env!("CARGO_BIN_EXE_infrac"))
        .current_dir(root)
        .args(["check", "--no-cache", "--output", "json", "--project"])
        .arg(root)
        .output()
        .unwrap();
    let mut found = Found::new();
    for text in String::from_utf8(output.stdout).unwrap().lines() {
        let value: Value = serde_json::from_str(text).unwrap();
        let at = |value: &Value, end: &str| {
            let position = &value["range"][end];
            (position["line"].as_u64().unwrap() - 1, position["column"].as_u64().unwrap() - 1)
        };
        let related: Vec<String> = value["related"]
            .as_array()
            .unwrap()
            .iter()
            .map(|of| format!("{:?} {}", at(of, "start"), of["label"].as_str().unwrap()))
            .collect();
        let path = uri(&root.join(value["path"].as_str().unwrap()));
        let message = value["message"].as_str().unwrap();
        let said = line(&value["code"], value["severity"].as_str().unwrap(), at(&value, "start"), at(&value, "end"), message, &related);
        found.entry(path).or_default().push(said);
    }
    found.values_mut().for_each(|found| found.sort());
    found
}

fn shown(diagnostics: &Value) -> Vec<String> {
    let at = |range: &Value, end: &str| (range[end]["line"].as_u64().unwrap(), range[end]["character"].as_u64().unwrap());
    let one = |found: &Value| {
        let related: Vec<String> = found["relatedInformation"]
            .as_array()
            .unwrap()
            .iter()
            .map(|of| format!("{:?} {}", at(&of["location"]["range"], "start"), of["message"].as_str().unwrap()))
            .collect();
        let page = found["codeDescription"]["href"].as_str().unwrap();
        assert!(
            page.ends_with(&format!("/codes/{}.md", found["code"].as_str().unwrap()))
                && Path::new(page.strip_prefix("file://").unwrap()).is_file()
        );
        let severity = if found["severity"] == 1 { "error" } else { "warning" };
        let message = found["message"].as_str().unwrap().lines().next().unwrap();
        line(&found["code"], severity, at(&found["range"], "start"), at(&found["range"], "end"), message, &related)
    };
    let mut shown: Vec<String> = diagnostics.as_array().unwrap().iter().map(one).collect();
    shown.sort();
    shown
}

/// What was published last of each text.
fn published(client: &mut Client) -> Found {
    client.settle();
    let mut found = Found::new();
    for message in client.waiting.iter().filter(|message| message["method"] == "textDocument/publishDiagnostics") {
        let params = &message["params"];
        found.insert(params["uri"].as_str().unwrap().to_owned(), shown(&params["diagnostics"]));
    }
    found.retain(|_, found| !found.is_empty());
    found
}

#[test]
fn what_is_pushed_is_what_check_says() {
    let project = Project::new();
    let broken =
        PRODUCT.replace("servers = 2", "serverz = 2").replace("on      = us", "on      = su").replace("zones   = 2", "zones   = 99");
    project.write("inventory/acme/product.infra", &broken);
    project.write("inventory/acme/more.infra", "stack compute web_eu { on = eu }\n");
    let (mut client, _) = Client::open(&project.root(), json!({ "general": { "positionEncodings": ["utf-32"] } }));
    let wanted = checked(&project.root());
    assert!(wanted.values().flatten().count() > 3, "{wanted:#?}");
    assert_eq!(published(&mut client), wanted);
    // What is typed counts, and what is closed does not.
    let uri = project.product();
    client.did_open(&uri, &broken);
    client.change(&uri, 2, PRODUCT);
    assert_eq!(published(&mut client).keys().count(), 1);
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(published(&mut client), wanted);
    // What others write counts where it is told.
    let more = project.write("inventory/acme/more.infra", "");
    project.write("inventory/acme/product.infra", PRODUCT);
    let changes = json!([{ "uri": more, "type": 2 }, { "uri": uri, "type": 2 }]);
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    assert_eq!(published(&mut client), checked(&project.root()));
    assert!(client.leave().success());
}

#[test]
fn what_did_not_change_is_not_said_again() {
    let project = Project::new();
    let other = PRODUCT
        .replace("acme", "other")
        .replace("10.20.0.0", "10.21.0.0")
        .replace("10.100.0.0", "10.101.0.0")
        .replace("servers = 2", "serverz = 2");
    let other = project.write("inventory/other/product.infra", &other);
    let (mut client, _) = Client::open(&project.root(), json!({}));
    client.did_open(&project.product(), PRODUCT);
    assert!(client.published(&other).is_some());
    client.waiting.clear();
    client.change(&project.product(), 2, &PRODUCT.replace("servers = 2", "servers = two"));
    let own = client.published(&project.product()).unwrap();
    assert!(!own.as_array().unwrap().is_empty());
    assert_eq!(client.published(&other), None);
    assert!(client.leave().success());
}

#[test]
fn what_is_asked_for_is_not_pushed() {
    let project = Project::new();
    project.write("inventory/acme/product.infra", &PRODUCT.replace("servers = 2", "serverz = 2"));
    let capabilities = json!({
        "general": { "positionEncodings": ["utf-32"] },
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    });
    let (mut client, _) = Client::open(&project.root(), capabilities);
    let document = json!({ "textDocument": { "uri": project.product() } });
    let found = client.ask("textDocument/diagnostic", document.clone()).unwrap();
    assert_eq!(shown(&found["items"]), checked(&project.root())[&project.product()]);
    let mut again = document.clone();
    again["previousResultId"] = found["resultId"].clone();
    assert_eq!(client.ask("textDocument/diagnostic", again).unwrap()["kind"], "unchanged");
    let all = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
    let known = json!([{ "uri": project.product(), "value": found["resultId"] }]);
    let all = client.ask("workspace/diagnostic", json!({ "previousResultIds": known })).unwrap();
    assert_eq!(all["items"][0]["kind"], "unchanged");
    client.did_open(&project.product(), PRODUCT);
    assert_eq!(client.ask("textDocument/diagnostic", document).unwrap()["items"], json!([]));
    client.until(|message| message["method"] == "workspace/diagnostic/refresh");
    assert!(!client.waiting.iter().any(|message| message["method"] == "textDocument/publishDiagnostics"));
    assert!(client.leave().success());
}

#[test]
fn each_folder_is_a_project_of_its_own() {
    let (one, two) = (Project::new(), Project::new());
    two.write("inventory/acme/product.infra", &PRODUCT.replace("servers = 2", "serverz = 2"));
    let capabilities =
        json!({ "window": { "workDoneProgress": true }, "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let (mut client, _) = Client::open(&one.root(), capabilities);
    let asked = client.until(|message| message["method"] == "client/registerCapability");
    assert_eq!(asked["params"]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    for kind in ["begin", "end"] {
        client.until(|message| message["method"] == "$/progress" && message["params"]["value"]["kind"] == kind);
    }
    assert_eq!(client.published(&two.product()), None);
    let folder = json!({ "uri": uri(&two.root()), "name": "two" });
    client.tell("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [folder], "removed": [] } }));
    assert!(!client.published(&two.product()).unwrap().as_array().unwrap().is_empty());
    client.tell("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [], "removed": [folder] } }));
    assert_eq!(client.published(&two.product()), Some(json!([])));
    assert!(client.leave().success());
}
