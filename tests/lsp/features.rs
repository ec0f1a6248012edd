//! Each question once, as a client asks it.

use super::client::{Client, PRODUCT, Project};
use serde_json::{Value, json};

/// The position of a text in another one, in characters.
fn position(text: &str, of: &str) -> Value {
    let at = text.find(of).unwrap_or_else(|| panic!("`{of}` stands in the text"));
    let before = &text[..at];
    let line = before.matches('\n').count();
    json!({ "line": line, "character": before.rsplit('\n').next().unwrap().chars().count() })
}

fn at(uri: &str, text: &str, of: &str) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": position(text, of) })
}

fn with(mut params: Value, more: Value) -> Value {
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

/// The text that a location names.
fn text_of(location: &Value) -> String {
    let path = location["uri"].as_str().unwrap().strip_prefix("file://").unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let (start, end) = (&location["range"]["start"], &location["range"]["end"]);
    assert_eq!(start["line"], end["line"]);
    let line = text.lines().nth(start["line"].as_u64().unwrap() as usize).unwrap();
    let part = |position: &Value| position["character"].as_u64().unwrap() as usize;
    line[part(start)..part(end)].to_owned()
}

#[test]
fn names_lead_to_their_declarations_in_the_library_too() {
    let project = Project::new();
    let (mut client, _) = Client::open(&project.root(), json!({}));
    let uri = project.product();
    let found = client.ask("textDocument/definition", at(&uri, PRODUCT, "compute web_eu")).unwrap();
    let place = found[0]["uri"].as_str().unwrap();
    assert!(place.ends_with("/stdlib/stacks/compute.infra"), "{place}");
    assert_eq!(text_of(&found[0]), "compute");
    // The file of the library can be read and asked about, and not written.
    let path = place.strip_prefix("file://").unwrap();
    assert!(std::fs::metadata(path).unwrap().permissions().readonly());
    let text = std::fs::read_to_string(path).unwrap();
    client.did_open(place, &text);
    let found = client.ask("textDocument/hover", at(place, &text, "servers: int")).unwrap();
    assert!(found["contents"]["value"].as_str().unwrap().contains("How many machines there are"), "{found}");
    let found = client.ask("textDocument/typeDefinition", at(place, &text, "size:   Size")).unwrap();
    assert_eq!(text_of(&found[0]), "Size");
    let found = client.ask("textDocument/implementation", at(place, &text, "compute nodes")).unwrap();
    let providers = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/stdlib/providers")).unwrap();
    let implemented = providers.filter(|provider| provider.as_ref().unwrap().path().join("compute.infra").is_file()).count();
    assert_eq!(found.as_array().unwrap().len(), implemented);
    assert!(client.leave().success());
}

#[test]
fn each_question_has_its_answer() {
    let project = Project::new();
    let more = project.write("inventory/acme/more.infra", "stack compute more { on = mgmt.provider, keys = [mgmt.keys] }\n");
    let documents = json!({
        "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } },
        "workspace": { "workspaceEdit": { "documentChanges": true } },
    });
    let (mut client, _) = Client::open(&project.root(), documents);
    let uri = project.product();
    let uses_of_mgmt = PRODUCT.lines().filter(|line| !line.starts_with('#')).map(|line| line.matches("mgmt").count()).sum::<usize>();
    client.did_open(&uri, PRODUCT);
    let document = json!({ "textDocument": { "uri": uri } });

    let mgmt = at(&uri, PRODUCT, "mgmt {");
    let context = json!({ "context": { "includeDeclaration": false } });
    let found = client.ask("textDocument/references", with(mgmt.clone(), context)).unwrap();
    let uses = found.as_array().unwrap();
    assert_eq!(uses.iter().filter(|location| location["uri"] == more.as_str()).count(), 2, "{found}");
    assert!(uses.iter().all(|location| text_of(location) == "mgmt"));
    let found = client.ask("textDocument/documentHighlight", mgmt.clone()).unwrap();
    assert_eq!(found.as_array().unwrap().len(), uses_of_mgmt);

    let declared = client.ask("textDocument/declaration", at(&uri, PRODUCT, "mgmt.keys")).unwrap();
    assert_eq!(declared, client.ask("textDocument/definition", at(&uri, PRODUCT, "mgmt.keys")).unwrap());
    assert_eq!(declared[0]["range"]["start"], position(PRODUCT, "mgmt {"));

    let found = client.ask("textDocument/hover", at(&uri, PRODUCT, "servers = 3")).unwrap();
    let value = found["contents"]["value"].as_str().unwrap();
    assert!(value.contains("- staging: `1`") && value.contains("- prod: `3`"), "{value}");

    let found = client.ask("textDocument/prepareRename", mgmt.clone()).unwrap();
    assert_eq!(found["placeholder"], "mgmt");
    let found = client.ask("textDocument/rename", with(mgmt.clone(), json!({ "newName": "office" }))).unwrap();
    let changes = found["documentChanges"].as_array().unwrap();
    assert_eq!(changes.len(), 2, "{found}");
    let own = changes.iter().find(|change| change["textDocument"]["uri"] == uri.as_str()).unwrap();
    assert_eq!((own["textDocument"]["version"].clone(), own["edits"].as_array().unwrap().len()), (json!(1), uses_of_mgmt));
    let refused = client.ask("textDocument/rename", with(mgmt, json!({ "newName": "Not a name" }))).unwrap_err();
    assert_eq!(refused["code"], -32803);
    assert!(client.ask("textDocument/prepareRename", at(&uri, PRODUCT, "compute web_eu")).is_err());

    let found = client.ask("textDocument/documentSymbol", document.clone()).unwrap();
    assert_eq!((found[0]["name"].clone(), found[0]["children"][0]["name"].clone()), (json!("acme"), json!("domain")));
    let found = client.ask("workspace/symbol", json!({ "query": "web_eu" })).unwrap();
    assert_eq!(found[0]["name"], "web_eu");

    let full = client.ask("textDocument/semanticTokens/full", document.clone()).unwrap();
    let all = full["data"].as_array().unwrap().len();
    assert!(all % 5 == 0 && all > 500, "{all}");
    let range = json!({ "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 4, "character": 0 } } });
    let part = client.ask("textDocument/semanticTokens/range", with(document.clone(), range)).unwrap();
    assert!(part["data"].as_array().unwrap().len() < all);
    client.change(&uri, 2, &format!("# More.\n{PRODUCT}"));
    let since = with(document.clone(), json!({ "previousResultId": full["resultId"] }));
    let delta = client.ask("textDocument/semanticTokens/full/delta", since).unwrap();
    assert_eq!(delta["edits"].as_array().unwrap().len(), 1, "{delta}");
    assert!(delta["edits"][0]["data"].as_array().unwrap().len() <= 20, "{delta}");
    client.change(&uri, 3, PRODUCT);

    let found = client.ask("textDocument/foldingRange", document.clone()).unwrap();
    assert!(found.as_array().unwrap().iter().any(|fold| fold["startLine"] == 2), "{found}");
    let places = json!({ "positions": [position(PRODUCT, "servers = 3"), position(PRODUCT, "10.20.")] });
    let found = client.ask("textDocument/selectionRange", with(document.clone(), places)).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 2);
    assert!(found[1]["parent"]["parent"]["range"].is_object());

    let options = json!({ "options": { "tabSize": 2, "insertSpaces": true } });
    assert_eq!(client.ask("textDocument/formatting", with(document.clone(), options.clone())), Ok(json!([])));
    client.change(&uri, 4, &PRODUCT.replace("  servers = 3", "servers=3"));
    let edits = client.ask("textDocument/formatting", with(document.clone(), options.clone())).unwrap();
    assert_eq!((edits.as_array().unwrap().len(), edits[0]["newText"].clone()), (1, json!("  servers = 3\n")));
    let range = json!({ "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 1, "character": 0 } } });
    assert_eq!(client.ask("textDocument/rangeFormatting", with(with(document.clone(), options.clone()), range)), Ok(json!([])));
    client.change(&uri, 5, "product acme {\n\n");
    let typed = json!({ "position": { "line": 1, "character": 0 }, "ch": "\n" });
    let edits = client.ask("textDocument/onTypeFormatting", with(with(document, options), typed)).unwrap();
    assert_eq!(edits[0]["newText"], "  ");
    assert!(client.leave().success());
}

/// Umlauts and signs beyond the first plane stand before the place, so that each unit counts another number.
#[test]
fn places_are_counted_in_the_unit_that_was_agreed_on() {
    let text = PRODUCT.replace(
        "  owner        = \"ops@acme.example.com\"",
        "  owner        = \"ops@acme.example.com\" # ü😀 \n  protected = [\"ü😀\", prodd]",
    );
    for (encodings, chosen, column) in [
        (json!([]), "utf-16", 22),
        (json!(["utf-16", "utf-8"]), "utf-8", 25),
        (json!(["utf-32", "utf-16"]), "utf-32", 21),
        (json!(["utf-16", "utf-32"]), "utf-16", 22),
    ] {
        let project = Project::new();
        let (mut client, answer) = Client::open(&project.root(), json!({ "general": { "positionEncodings": encodings } }));
        assert_eq!(answer["capabilities"]["positionEncoding"], chosen);
        let uri = project.product();
        client.did_open(&uri, &text);
        let line = text.lines().position(|line| line.contains("prodd")).unwrap();
        // A change in the middle of the line: behind the place that is counted.
        let range = json!({ "start": { "line": line, "character": column + 4 }, "end": { "line": line, "character": column + 5 } });
        let changes = json!([{ "range": range, "text": "" }]);
        client.tell("textDocument/didChange", json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": changes }));
        let place = json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": column } });
        let found = client.ask("textDocument/documentHighlight", place).unwrap();
        assert!(
            found.as_array().unwrap().iter().any(|found| found["range"]["start"] == json!({ "line": line, "character": column })
                && found["range"]["end"] == json!({ "line": line, "character": column + 4 })),
            "{chosen}: {found}"
        );
        assert!(client.leave().success());
    }
}
