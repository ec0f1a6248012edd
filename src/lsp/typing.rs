//! What is shown while somebody types: what could stand at a place, and the parameters of the call around it.

use super::convert::Look;
use super::navigation::at_position;
use super::server::{Server, read};
use crate::base::Span;
use crate::ide::completion::{Completion, complete};
use crate::ide::hover::{documentation, of_function};
use crate::ide::names::What;
use crate::ide::settings;
use crate::ide::signature::signature;
use gen_lsp_types as types;
use lsp_server::ResponseError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use types::Uri;

/// What leads from an item of a list to its documentation.
#[derive(Debug, Serialize, Deserialize)]
struct Origin {
    /// The text that was asked about.
    text: Uri,
    /// The file that declares it, in the project.
    path: String,
    start: u32,
    end: u32,
}

/// What could stand at a place.
pub(super) fn completion(server: &mut Server, params: &types::CompletionParams) -> Result<Value, ResponseError> {
    let has_snippets = server.client.snippets;
    let at = &params.text_document_position_params;
    let Some((look, file, offset)) = at_position(server, at)? else { return Ok(Value::Null) };
    let found = match settings::are(look.analysis, file) {
        true => settings::complete(look.analysis, file, offset),
        false => complete(look.analysis, file, offset),
    };
    let Some(word) = found.word else { return Ok(Value::Null) };
    let range = look.range(word);
    let item = |(place, item): (usize, &Completion)| {
        let is_snippet = has_snippets && item.snippet.contains('$');
        let text = if has_snippets { item.snippet.as_str() } else { item.plain() };
        let mut made = json!({
            "label": item.label.as_str(),
            "kind": kind(item.what),
            "sortText": format!("{place:04}"),
            "filterText": item.label.as_str(),
            "insertTextFormat": if is_snippet { 2 } else { 1 },
            "textEdit": { "range": range, "newText": text },
        });
        if let Some(detail) = &item.detail {
            made["detail"] = json!(detail);
        }
        if let Some(Span { file, start, end }) = item.declared {
            let path = look.analysis.path(file).to_string();
            made["data"] = json!(Origin { text: at.text_document.uri.clone(), path, start, end });
        }
        made
    };
    let items: Vec<Value> = found.items.iter().enumerate().map(item).collect();
    Ok(json!({ "isIncomplete": false, "items": items }))
}

/// The documentation of an item of a list.
pub(super) fn resolve(server: &mut Server, mut item: Value) -> Result<Value, ResponseError> {
    let label = item.get("label").and_then(Value::as_str).unwrap_or_default().to_owned();
    let said = match item.get("data").filter(|data| !data.is_null()) {
        Some(data) => {
            let origin: Origin = read(data.clone())?;
            server.look(&origin.text)?.and_then(|(look, _)| documented(&look, &origin))
        }
        None => of_function(&label).map(ToOwned::to_owned),
    };
    if let (Some(said), Some(item)) = (said, item.as_object_mut()) {
        item.insert("documentation".to_owned(), json!({ "kind": "markdown", "value": said }));
    }
    Ok(item)
}

fn documented(look: &Look<'_>, origin: &Origin) -> Option<String> {
    let (file, _) = look.analysis.workspace().find(&origin.path)?;
    documentation(look.analysis, Span::new(file, origin.start, origin.end.max(origin.start)))
}

/// The parameters of the call around a place.
pub(super) fn signature_help(server: &mut Server, params: &types::SignatureHelpParams) -> Result<Value, ResponseError> {
    let Some((look, file, offset)) = at_position(server, &params.text_document_position_params)? else { return Ok(Value::Null) };
    let Some(found) = signature(look.analysis, file, offset) else { return Ok(Value::Null) };
    let parameters: Vec<Value> = found.parameters.iter().map(|label| json!({ "label": label })).collect();
    // A number behind the last one marks none.
    let active = found.active.unwrap_or(parameters.len());
    let mut signature = json!({ "label": found.label, "parameters": parameters });
    if let Some(doc) = found.doc {
        signature["documentation"] = json!({ "kind": "markdown", "value": doc });
    }
    Ok(json!({ "signatures": [signature], "activeSignature": 0, "activeParameter": active }))
}

/// What a name is, in the numbers of the protocol.
fn kind(what: What) -> u32 {
    match what {
        What::Keyword => 14,
        What::Kind | What::Block => 9,
        What::Definition | What::Product | What::ResourceType => 7,
        What::Environment | What::Member => 20,
        What::Instance | What::Resource | What::Let | What::Local | What::Parameter | What::Output => 6,
        What::Attribute | What::Open | What::Input => 10,
        What::Type | What::BuiltinType => 22,
        What::Enum => 13,
        What::Field => 5,
        What::Function | What::Builtin => 3,
        What::Ambient => 21,
        What::Word | What::Unknown => 1,
    }
}
