//! What can be done about a place.
//!
//! A client that asks again for what is chosen is told the edits then, of the text as it is then.

use super::convert::Look;
use super::navigation::workspace_edit;
use super::server::{Server, read, refuse};
use crate::base::FileId;
use crate::ide::actions::{Action, Sort, actions};
use gen_lsp_types as types;
use gen_lsp_types::{Range, Uri};
use lsp_server::{ErrorCode, ResponseError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The kinds of actions, as the protocol calls them.
pub(super) const KINDS: [&str; 3] = ["quickfix", "refactor.extract", "source.fixAll.infrac"];

fn kind(action: &Action) -> &'static str {
    match action.sort {
        Sort::Repair | Sort::Suggestion => KINDS[0],
        Sort::Rewrite => KINDS[1],
        Sort::All => KINDS[2],
    }
}

/// What leads from an action of a list to its edits.
#[derive(Debug, Serialize, Deserialize)]
struct Origin {
    /// The text that was asked about.
    uri: Uri,
    /// The part of it.
    range: Range,
    /// Which version of it that was; nothing where it was not open.
    version: Option<i32>,
}

/// What can be done about a part of a text.
pub(super) fn code_actions(server: &mut Server, params: &types::CodeActionParams) -> Result<Value, ResponseError> {
    let resolves = server.client.resolves_actions;
    let uri = &params.text_document.uri;
    let Some((look, file)) = server.look_around(uri)? else { return Ok(json!([])) };
    let only: Option<Vec<String>> = serde_json::to_value(&params.context.only).ok().and_then(|only| serde_json::from_value(only).ok());
    let is_wanted = |kind: &str| {
        only.as_ref()
            .is_none_or(|only| only.iter().any(|of| kind == of || kind.strip_prefix(of.as_str()).is_some_and(|rest| rest.starts_with('.'))))
    };
    let found = look.findings(file);
    let made = of(&look, file, params.range).into_iter().filter(|action| is_wanted(kind(action))).map(|action| {
        let mut made = json!({ "title": action.title, "kind": kind(&action) });
        if resolves {
            made["data"] = json!(Origin { uri: uri.clone(), range: params.range, version: look.version(file) });
        } else {
            made["edit"] = json!(workspace_edit(&look, &action.edits));
        }
        if let Some(found) = action.finding.and_then(|at| found.get(at)) {
            made["diagnostics"] = json!([look.diagnostic(found)]);
        }
        if action.sort == Sort::Repair {
            made["isPreferred"] = json!(true);
        }
        made
    });
    Ok(Value::Array(made.collect()))
}

fn of(look: &Look<'_>, file: FileId, range: Range) -> Vec<Action> {
    actions(look.analysis, file, look.span(file, range), look.findings(file))
}

/// The edits of an action that was chosen.
pub(super) fn resolve(server: &mut Server, mut action: Value) -> Result<Value, ResponseError> {
    let text = |name: &str| action.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (title, of_kind) = (text("title"), text("kind"));
    let origin: Origin = read(action.get("data").cloned().unwrap_or_default())?;
    let gone = || refuse(ErrorCode::ContentModified, "the text has changed since this was offered");
    let (look, file) = server.look_around(&origin.uri)?.ok_or_else(gone)?;
    if look.version(file) != origin.version {
        return Err(gone());
    }
    let chosen = of(&look, file, origin.range).into_iter().find(|action| action.title == title && kind(action) == of_kind);
    let edit = json!(workspace_edit(&look, &chosen.ok_or_else(gone)?.edits));
    if let Some(action) = action.as_object_mut() {
        action.insert("edit".to_owned(), edit);
    }
    Ok(action)
}
