//! What is shown while somebody types, what can be done about a finding, and what stands beside the text.

use super::client::{Client, PRODUCT, Project};
use serde_json::{Value, json};

fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    json!({ "line": before.matches('\n').count(), "character": before.rsplit('\n').next().unwrap().chars().count() })
}

/// The text without its mark, and the position of the mark.
fn marked(text: &str) -> (String, Value) {
    let at = text.find("$0").expect("a mark");
    let text = text.replacen("$0", "", 1);
    let place = position(&text, at);
    (text, place)
}

fn whole(uri: &str, text: &str) -> Value {
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": position(text, text.len()) });
    json!({ "textDocument": { "uri": uri }, "range": range, "context": { "diagnostics": [] } })
}

/// Applies the edit of an action to a text.
fn applied(text: &str, action: &Value, uri: &str) -> String {
    let mut edits: Vec<&Value> = action["edit"]["changes"][uri].as_array().unwrap().iter().collect();
    let offset = |position: &Value| {
        let line = position["line"].as_u64().unwrap() as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + position["character"].as_u64().unwrap() as usize
    };
    edits.sort_by_key(|edit| std::cmp::Reverse(offset(&edit["range"]["start"])));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(offset(&edit["range"]["start"])..offset(&edit["range"]["end"]), edit["newText"].as_str().unwrap());
    }
    text
}

#[test]
fn completion_goes_by_what_is_typed_and_says_more_when_asked() {
    let project = Project::new();
    let snippets = json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } });
    let (mut client, answer) = Client::open(&project.root(), snippets);
    assert_eq!(answer["capabilities"]["completionProvider"]["resolveProvider"], true);
    let uri = project.product();
    client.did_open(&uri, PRODUCT);
    let (text, place) = marked(&format!("{PRODUCT}\nstack compute more {{\n  on = eu\n  $0\n}}\n"));
    client.change(&uri, 2, &text);
    let found = client.ask("textDocument/completion", json!({ "textDocument": { "uri": uri }, "position": place })).unwrap();
    let items = found["items"].as_array().unwrap();
    let servers = items.iter().find(|item| item["label"] == "servers").expect("the input");
    assert_eq!(servers["textEdit"]["newText"], "servers = $0");
    assert_eq!(servers["insertTextFormat"], 2);
    let resolved = client.ask("completionItem/resolve", servers.clone()).unwrap();
    assert_eq!(resolved["documentation"]["value"], "How many machines there are.");
    // As it is typed: a dot and nothing behind it.
    let (text, place) = marked(&format!("{PRODUCT}\nstack compute more {{\n  on = mgmt.$0\n}}\n"));
    client.change(&uri, 3, &text);
    let found = client.ask("textDocument/completion", json!({ "textDocument": { "uri": uri }, "position": place })).unwrap();
    assert!(found["items"].as_array().unwrap().iter().any(|item| item["label"] == "provider"), "{found}");
    let (text, place) = marked(&format!("{PRODUCT}\nstack compute more {{\n  on = eu, keys = concat([mgmt.keys], $0\n}}\n"));
    client.change(&uri, 4, &text);
    let found = client.ask("textDocument/signatureHelp", json!({ "textDocument": { "uri": uri }, "position": place })).unwrap();
    assert!(found["signatures"][0]["label"].as_str().unwrap().starts_with("concat("), "{found}");
    assert!(client.leave().success());
}

#[test]
fn actions_remove_the_findings_that_they_are_for() {
    let project = Project::new();
    let (mut client, _) = Client::open(&project.root(), json!({}));
    let uri = project.product();
    let named = PRODUCT.replace("  inside   = [mgmt]\n", "  inside   = [mgmt]\n  records  = more.records\n");
    assert_ne!(named, PRODUCT);
    let text = format!("{named}\nstack compute more {{ on = eu, serverz = 2, public = true, keys = [mgmt.keys] }}\n");
    client.did_open(&uri, &text);
    let found = client.ask("textDocument/codeAction", whole(&uri, &text)).unwrap();
    let actions = found.as_array().unwrap();
    let fix = actions.iter().find(|action| action["title"] == "write `servers`").unwrap_or_else(|| panic!("{found}"));
    assert_eq!((fix["kind"].clone(), fix["diagnostics"][0]["code"].clone()), (json!("quickfix"), json!("IC0103")));
    assert!(actions.iter().any(|action| action["kind"] == "source.fixAll.infrac"), "{found}");
    let mut only = whole(&uri, &text);
    only["context"]["only"] = json!(["source.fixAll"]);
    let all = client.ask("textDocument/codeAction", only).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
    let repaired = applied(&text, &all[0], &uri);
    client.change(&uri, 2, &repaired);
    let left = client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } })).unwrap();
    assert_eq!(left["items"], json!([]), "{repaired}");
    assert!(client.leave().success());
}

/// A client that asks for edits when an action is chosen gets them then, and of a text that has changed since none.
#[test]
fn edits_of_an_action_are_told_when_it_is_chosen() {
    let project = Project::new();
    let resolves = json!({ "textDocument": { "codeAction": { "dataSupport": true, "resolveSupport": { "properties": ["edit"] } } } });
    let (mut client, answer) = Client::open(&project.root(), resolves);
    assert_eq!(answer["capabilities"]["codeActionProvider"]["resolveProvider"], true);
    let uri = project.product();
    let text = format!("{PRODUCT}\nstack compute more {{ on = eu, serverz = 2, public = true, keys = [mgmt.keys] }}\n");
    client.did_open(&uri, &text);
    let found = client.ask("textDocument/codeAction", whole(&uri, &text)).unwrap();
    let actions = found.as_array().unwrap();
    assert!(!actions.is_empty() && actions.iter().all(|action| action.get("edit").is_none()), "{found}");
    let fix = actions.iter().find(|action| action["title"] == "write `servers`").unwrap().clone();
    let chosen = client.ask("codeAction/resolve", fix.clone()).unwrap();
    assert_eq!((&chosen["title"], &chosen["diagnostics"]), (&fix["title"], &fix["diagnostics"]));
    assert_eq!(applied(&text, &chosen, &uri), text.replace("serverz", "servers"));
    client.change(&uri, 2, &format!("# More.\n{text}"));
    assert_eq!(client.ask("codeAction/resolve", fix).unwrap_err()["code"], -32801);
    assert_eq!(client.ask("codeAction/resolve", json!({ "title": "write `servers`" })).unwrap_err()["code"], -32602);
    assert!(client.leave().success());
}

#[test]
fn what_the_compiler_decided_stands_beside_the_text() {
    let project = Project::new();
    let (mut client, _) = Client::open(&project.root(), json!({}));
    let uri = project.product();
    client.did_open(&uri, PRODUCT);
    let found = client.ask("textDocument/inlayHint", whole(&uri, PRODUCT)).unwrap();
    assert!(found.as_array().unwrap().iter().any(|hint| hint["label"].as_str().unwrap().contains("10.20.")), "{found}");
    let document = json!({ "textDocument": { "uri": uri } });
    let links = client.ask("textDocument/documentLink", document.clone()).unwrap();
    assert!(links.is_array());

    let lenses = client.ask("textDocument/codeLens", document.clone()).unwrap();
    let lens =
        lenses.as_array().unwrap().iter().find(|lens| lens["data"]["instance"] == "web_eu" && lens["data"]["of"] == "files").unwrap();
    let lens = client.ask("codeLens/resolve", lens.clone()).unwrap();
    let title = lens["command"]["title"].as_str().unwrap();
    assert!(title.ends_with("files in prod, staging, not built"), "{title}");
    let files = client.ask("workspace/executeCommand", lens["command"].clone()).unwrap();
    assert!(files.as_array().unwrap().iter().any(|file| file["path"] == "live/acme/prod/web_eu/nodes/terragrunt.hcl"), "{files}");

    let at = PRODUCT.find("mgmt {").unwrap();
    let item = client
        .ask("textDocument/prepareCallHierarchy", json!({ "textDocument": { "uri": uri }, "position": position(PRODUCT, at) }))
        .unwrap();
    assert_eq!(item[0]["name"], "mgmt");
    let users = client.ask("callHierarchy/incomingCalls", json!({ "item": item[0] })).unwrap();
    assert!(users.as_array().unwrap().iter().any(|user| user["from"]["name"] == "acme"), "{users}");
    let used = client.ask("callHierarchy/outgoingCalls", json!({ "item": item[0] })).unwrap();
    assert!(used.as_array().unwrap().iter().any(|used| used["to"]["name"] == "eu"), "{used}");
    let unknown = client.ask("workspace/executeCommand", json!({ "command": "infrac.nothing", "arguments": [uri] })).unwrap_err();
    assert_eq!(unknown["code"], -32602);
    assert!(client.leave().success());
}

#[test]
fn hints_are_switched_off_by_kind() {
    let project = Project::new();
    let mut client = Client::start();
    let folders = json!([{ "uri": super::client::uri(&project.root()), "name": "project" }]);
    let off = json!({ "inlayHints": { "ranges": false, "addresses": false, "ports": false, "sizes": false } });
    let params =
        json!({ "processId": null, "rootUri": null, "capabilities": {}, "workspaceFolders": folders, "initializationOptions": off });
    client.ask("initialize", params).unwrap();
    client.tell("initialized", json!({}));
    let uri = project.product();
    client.did_open(&uri, PRODUCT);
    assert_eq!(client.ask("textDocument/inlayHint", whole(&uri, PRODUCT)), Ok(json!([])));
    // Settings that change later count at once.
    let on = json!({ "settings": { "infrac": { "inlayHints": { "addresses": false, "ports": true } } } });
    client.tell("workspace/didChangeConfiguration", on);
    let found = client.ask("textDocument/inlayHint", whole(&uri, PRODUCT)).unwrap();
    assert!(found.as_array().unwrap().iter().any(|hint| hint["label"].as_str().unwrap().contains("22/tcp")), "{found}");
    client.tell("workspace/didChangeConfiguration", json!({ "settings": null }));
    assert_eq!(client.ask("textDocument/inlayHint", whole(&uri, PRODUCT)), Ok(found));
    assert!(client.leave().success());
}

/// The files are really built, so that a lens and a line of them are about what lies on the disk.
#[test]
fn generated_files_lead_back_and_changes_are_shown_before_they_are_saved() {
    let project = Project::new();
    let built = std::process::Command::new(env!("CARGO_BIN_EXE_infrac"))
        .arg("build")
        .current_dir(project.root())
        .env("XDG_CACHE_HOME", project.root().join("cache"))
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let (mut client, _) = Client::open(&project.root(), json!({}));
    let uri = project.product();
    client.did_open(&uri, PRODUCT);
    let path = project.root().join("generated/live/acme/prod/web_eu/nodes/terragrunt.hcl");
    let text = std::fs::read_to_string(&path).unwrap();
    let line = text.lines().position(|line| line.contains("acme-prod-web-eu-nodes-0 =")).unwrap();
    let place = json!({ "textDocument": { "uri": super::client::uri(&path) }, "position": { "line": line, "character": 3 } });
    let found = client.ask("textDocument/definition", place).unwrap();
    assert!(found.as_array().unwrap().iter().any(|place| place["uri"] == uri.as_str()), "{found}");

    let lens = |client: &mut Client| {
        let lenses = client.ask("textDocument/codeLens", json!({ "textDocument": { "uri": uri } })).unwrap();
        let lenses = lenses.as_array().unwrap();
        let lens = lenses.iter().find(|lens| lens["data"]["instance"] == "web_eu" && lens["data"]["of"] == "files").unwrap().clone();
        client.ask("codeLens/resolve", lens).unwrap()["command"]["title"].as_str().unwrap().to_owned()
    };
    assert!(lens(&mut client).ends_with(", up to date"));
    let lenses = client.ask("textDocument/codeLens", json!({ "textDocument": { "uri": uri } })).unwrap();
    let of_product = client.ask("codeLens/resolve", lenses[0].clone()).unwrap();
    let title = of_product["command"]["title"].as_str().unwrap();
    assert!(title.ends_with(" files in prod, staging, up to date"), "{title}");
    // What the playbooks of a stack read is of the stack as well.
    let machine = project.root().join("generated/ansible/inventory/acme/prod/host_vars/acme-prod-web-eu-nodes-0.yml");
    let kept = std::fs::read(&machine).unwrap();
    std::fs::remove_file(&machine).unwrap();
    assert!(lens(&mut client).ends_with(", 1 stale"));
    std::fs::write(&machine, kept).unwrap();
    let document = json!({ "textDocument": { "uri": uri } });
    let found = client.ask("infrac/changes", document.clone()).unwrap();
    assert_eq!(found, json!({ "diff": "", "files": [] }));

    let at = PRODUCT.find("stack compute web_eu {").unwrap() + "stack compute web_eu {".len();
    let text = format!("{}\n  size = large{}", &PRODUCT[..at], &PRODUCT[at..].replacen("  size ", "  # size ", 1));
    client.change(&uri, 2, &text);
    let found = client.ask("infrac/changes", document).unwrap();
    let diff = found["diff"].as_str().unwrap();
    assert!(diff.contains("-  server_type = \"cx33\"\n+  server_type = \"cx43\""), "{diff}");
    assert!(found["files"].as_array().unwrap().iter().all(|file| file.as_str().unwrap().contains("/web_eu/")), "{found}");
    let by_command = client.ask("workspace/executeCommand", json!({ "command": "infrac.changes", "arguments": [uri] })).unwrap();
    assert_eq!(by_command["files"], found["files"]);
    assert!(lens(&mut client).ends_with(" stale"));
    client.change(&uri, 3, "product acme {");
    let refused = client.ask("infrac/changes", json!({ "textDocument": { "uri": uri } })).unwrap_err();
    assert_eq!(refused["code"], -32803);
    assert!(client.leave().success());
}
