//! What can be done about a place.

use super::navigation::workspace_edit;
use super::server::Server;
use crate::ide::actions::{Sort, actions};
use gen_lsp_types as types;
use lsp_server::ResponseError;
use serde_json::{Value, json};

/// The kinds of actions, as the protocol calls them.
pub(super) const KINDS: [&str; 3] = ["quickfix", "refactor.extract", "source.fixAll.infrac"];

/// What can be done about a part of a text.
pub(super) fn code_actions(server: &mut Server, params: &types::CodeActionParams) -> Result<Value, ResponseError> {
    let Some((look, file)) = server.look(&params.text_document.uri)? else { return Ok(json!([])) };
    let only: Option<Vec<String>> = serde_json::to_value(&params.context.only).ok().and_then(|only| serde_json::from_value(only).ok());
    let is_wanted = |kind: &str| {
        only.as_ref()
            .is_none_or(|only| only.iter().any(|of| kind == of || kind.strip_prefix(of.as_str()).is_some_and(|rest| rest.starts_with('.'))))
    };
    let found = look.findings(file);
    let within = look.span(file, params.range);
    let made = actions(look.analysis, file, within, found).into_iter().filter_map(|action| {
        let kind = match action.sort {
            Sort::Repair | Sort::Suggestion => KINDS[0],
            Sort::Rewrite => KINDS[1],
            Sort::All => KINDS[2],
        };
        if !is_wanted(kind) {
            return None;
        }
        let edit = workspace_edit(&look, &action.edits);
        let mut made = json!({ "title": action.title, "kind": kind, "edit": edit });
        if let Some(found) = action.finding.and_then(|at| found.get(at)) {
            made["diagnostics"] = json!([look.diagnostic(found)]);
        }
        if action.sort == Sort::Repair {
            made["isPreferred"] = json!(true);
        }
        Some(made)
    });
    Ok(Value::Array(made.collect()))
}
