//! A client is asked to ask again where what it shows of one text has become another because of another text.

use super::client::{Client, PRODUCT, Project};
use super::edits;
use serde_json::{Value, json};

const ALL: [&str; 3] = ["workspace/semanticTokens/refresh", "workspace/codeLens/refresh", "workspace/inlayHint/refresh"];

fn capabilities() -> Value {
    let can = json!({ "refreshSupport": true });
    json!({
        "workspace": { "semanticTokens": can, "codeLens": can, "inlayHint": can, "diagnostics": can },
        "textDocument": { "diagnostic": {} },
    })
}

/// What was asked for since the last time, each answered.
fn asked(client: &mut Client) -> Vec<String> {
    client.settle();
    let (asked, rest): (Vec<Value>, Vec<Value>) =
        client.waiting.drain(..).partition(|message| message["method"].as_str().is_some_and(|method| method.ends_with("/refresh")));
    client.waiting.extend(rest);
    for message in &asked {
        client.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
    }
    let mut methods: Vec<String> = asked.iter().map(|message| message["method"].as_str().unwrap().to_owned()).collect();
    methods.sort();
    methods
}

fn sorted(methods: &[&str]) -> Vec<String> {
    let mut methods: Vec<String> = methods.iter().map(|method| (*method).to_owned()).collect();
    methods.sort();
    methods
}

#[test]
fn a_change_of_the_library_reaches_what_is_open() {
    let project = edits::project();
    let (mut client, _) = Client::open(&project.root(), capabilities());
    let [platform, shop, own] = [0, 1, 2].map(|file| edits::address(&project, file));
    for (uri, (_, text)) in [&platform, &shop].into_iter().zip(edits::FILES) {
        client.did_open(uri, text);
    }
    asked(&mut client);
    // A change of one product is nothing to another one.
    client.change(&shop, 2, &format!("{}# More.\n", edits::FILES[1].1));
    assert_eq!(asked(&mut client), [""; 0]);
    let text = edits::FILES[2].1;
    client.did_open(&own, text);
    asked(&mut client);
    client.change(&own, 2, &text.replace("input of: stack", "input off: stack"));
    // In the product that names the input something is found that was not.
    assert_eq!(asked(&mut client), sorted(&[&ALL[..], &["workspace/diagnostic/refresh"]].concat()));
    client.change(&own, 3, text);
    assert_eq!(asked(&mut client), sorted(&[&ALL[..], &["workspace/diagnostic/refresh"]].concat()));
    // What the disk says counts as much.
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": own } }));
    asked(&mut client);
    project.write(edits::FILES[2].0, &text.replace("[1]", "[1, 2]"));
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": own, "type": 2 }] }));
    assert_eq!(asked(&mut client), sorted(&ALL));
    assert!(client.leave().success());
}

#[test]
fn a_change_of_one_file_reaches_the_others_of_its_product() {
    let project = Project::new();
    let more = project.write("inventory/acme/more.infra", "stack compute more { on = eu, keys = [mgmt.keys] }\n");
    let (mut client, _) = Client::open(&project.root(), capabilities());
    client.did_open(&project.product(), PRODUCT);
    asked(&mut client);
    client.change(&project.product(), 2, &format!("{PRODUCT}# Alone.\n"));
    assert_eq!(asked(&mut client), [""; 0]);
    client.did_open(&more, "stack compute more { on = eu, keys = [mgmt.keys] }\n");
    asked(&mut client);
    client.change(&project.product(), 3, PRODUCT);
    assert_eq!(asked(&mut client), sorted(&ALL));
    // A build writes what lenses compare with.
    let manifest = project.write("generated/.infrac/acme.json", "{}");
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": manifest, "type": 1 }] }));
    assert_eq!(asked(&mut client), ["workspace/codeLens/refresh"]);
    assert!(client.leave().success());
    // Who does not understand it is not asked.
    let (mut client, _) = Client::open(&project.root(), json!({}));
    client.did_open(&project.product(), PRODUCT);
    client.did_open(&more, "stack compute more { on = mgmt.provider }\n");
    assert_eq!(asked(&mut client), [""; 0]);
    assert!(client.leave().success());
}

/// Behind a change of the library the product that is open is told of first, and in the end every one.
#[test]
fn what_is_open_comes_first() {
    const MANY: usize = 40;
    let project = edits::project();
    let own = |name: &str| format!("define stack small {{ input {name}: int, let x = {name} + 1 }}\n");
    let library = project.write("library/small.infra", &own("y"));
    let uris: Vec<String> = (0..MANY)
        .map(|number| {
            let text = format!(
                "product many{number} {{\n  domain = \"many{number}.example.com\"\n  owner = \"ops@example.com\"\n  environments = [prod]\n  \
                 ranges = {{ prod = 10.{}.0.0/16 }}\n}}\nprovider hetzner eu {{ region = fsn1 }}\nstack small one {{ on = eu, y = 2 }}\n",
                100 + number
            );
            project.write(&format!("inventory/many{number:02}/product.infra"), &text)
        })
        .collect();
    let progress = json!({ "window": { "workDoneProgress": true } });
    let (mut client, _) = Client::open(&project.root(), progress);
    client.settle();
    // Loading said how far it was, and ended.
    let said = |client: &Client, kind: &str| client.waiting.iter().filter(|message| message["params"]["value"]["kind"] == kind).count();
    assert_eq!((said(&client, "begin"), said(&client, "end")), (1, 1));
    let open = &uris[MANY / 2];
    client.did_open(open, &std::fs::read_to_string(open.strip_prefix("file://").unwrap()).unwrap());
    client.did_open(&library, &own("y"));
    client.settle();
    client.waiting.clear();
    client.change(&library, 2, &own("z"));
    let is_of = |message: &Value, uri: &str| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri;
    let first = client.until(|message| is_of(message, open));
    assert!(first["params"]["diagnostics"].to_string().contains("`y`"), "{first}");
    let before = client.waiting.iter().filter(|message| message["method"] == "textDocument/publishDiagnostics").count();
    assert!(before < MANY / 2, "{before} others came first");
    client.settle();
    for uri in &uris {
        assert!(uri == open || client.waiting.iter().any(|message| is_of(message, uri)), "{uri}");
    }
    assert!(client.leave().success());
}
