//! What is shown beside a text: hints, lenses, links, who uses what; and the commands behind them.

use super::convert::Look;
use super::generated::{self, State};
use super::navigation::at_position;
use super::server::{Server, read, refuse};
use crate::base::{FileId, Span};
use crate::ide::hints::{About, hints};
use crate::ide::links::{Target, links};
use crate::ide::{calls, node};
use crate::syntax::ast;
use gen_lsp_types as types;
use lsp_server::{ErrorCode, ResponseError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use types::Uri;

/// The commands that the server carries out, and what each gives.
pub(super) const COMMANDS: [&str; 3] = [
    // The files that a product generates, or one instance of it.
    "infrac.generated",
    // Where something is named.
    "infrac.references",
    // What the texts that are not saved make different in the generated files.
    "infrac.changes",
];

/// The hints that a client wants: all of them, but for those that `inlayHints` of its options switches off.
pub(super) fn wanted_hints(options: Option<&Value>) -> Vec<About> {
    let is_on = |name: &str| options.and_then(|options| options.get("inlayHints")?.get(name)) != Some(&Value::Bool(false));
    About::ALL.iter().filter(|(name, _)| is_on(name)).map(|(_, about)| *about).collect()
}

/// The hints in a part of a text.
pub(super) fn inlay_hints(server: &mut Server, params: &types::InlayHintParams) -> Result<Value, ResponseError> {
    let wanted = server.hints.clone();
    let Some((look, file)) = server.look(&params.text_document.uri)? else { return Ok(json!([])) };
    let within = look.span(file, params.range);
    let hint = |hint: crate::ide::hints::Hint| {
        let is_type = hint.about == About::Type;
        let position = look.range(hint.place).end;
        let mut made = json!({ "position": position, "label": hint.label, "paddingLeft": !is_type });
        if is_type {
            made["kind"] = json!(1);
        }
        if let Some(more) = hint.more {
            made["tooltip"] = json!(more);
        }
        made
    };
    Ok(hints(look.analysis, file, within, &wanted).into_iter().map(hint).collect())
}

/// What a lens is about, until it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Of {
    Files,
    References,
}

/// What is needed to say what a lens says.
#[derive(Debug, Serialize, Deserialize)]
struct Lens {
    uri: Uri,
    of: Of,
    /// The name of the instance; of a product, none.
    instance: Option<String>,
    start: u32,
    end: u32,
}

/// The lenses of a text, without what they say.
pub(super) fn lenses(server: &mut Server, params: &types::CodeLensParams) -> Result<Value, ResponseError> {
    let uri = &params.text_document.uri;
    let Some((look, file)) = server.look(uri)? else { return Ok(json!([])) };
    let Some(tree) = look.analysis.tree(file) else { return Ok(json!([])) };
    let mut found = Vec::new();
    for item in &tree.items {
        let (place, generates, instance) = match item {
            ast::Item::Block(block) => {
                let keyword = block.keyword.text.as_str();
                let name = if keyword == "define" { block.labels.get(1) } else { block.labels.get(1).or(block.labels.first()) };
                let Some(name) = name.filter(|_| !matches!(keyword, "implement" | "extend")) else { continue };
                let text = name.word().map(ToString::to_string);
                (name.span, matches!(keyword, "product" | "stack"), text.filter(|_| keyword != "product"))
            }
            item => match node::item_name(item) {
                Some(name) => (name.span, false, None),
                None => continue,
            },
        };
        let is_of_product = look.analysis.session().is_of_product(file);
        let kinds = [(Of::Files, generates && is_of_product), (Of::References, true)];
        for (of, _) in kinds.into_iter().filter(|(_, is)| *is) {
            let data = Lens { uri: uri.clone(), of, instance: instance.clone(), start: place.start, end: place.end };
            found.push(json!({ "range": look.range(place), "data": data }));
        }
    }
    Ok(Value::Array(found))
}

/// What a lens says.
pub(super) fn resolve_lens(server: &mut Server, mut lens: Value) -> Result<Value, ResponseError> {
    let data: Lens = read(lens.get("data").cloned().unwrap_or_default())?;
    let command = match data.of {
        Of::Files => {
            let title = place(server, &data.uri)?.and_then(|(at, file)| {
                let files = generated::files(server.projects.get(at)?, file, data.instance.as_deref())?;
                Some(files_title(&files))
            });
            let title = title.unwrap_or_else(|| "generates nothing while there are mistakes".to_owned());
            json!({ "title": title, "command": COMMANDS[0], "arguments": [data.uri, data.instance] })
        }
        Of::References => {
            let found = server.look_around(&data.uri)?;
            let count = found.map_or(0, |(look, file)| calls::count(look.analysis, Span::new(file, data.start, data.end.max(data.start))));
            let position = lens.pointer("/range/start").cloned().unwrap_or_default();
            let title = if count == 1 { "1 reference".to_owned() } else { format!("{count} references") };
            json!({ "title": title, "command": COMMANDS[1], "arguments": [data.uri, data.start, data.end, position] })
        }
    };
    if let Some(lens) = lens.as_object_mut() {
        lens.insert("command".to_owned(), command);
    }
    Ok(lens)
}

/// How many files there are, in which environments, and whether they are as they would be built.
fn files_title(files: &[(crate::base::Text, crate::base::Text, State)]) -> String {
    let mut environments: Vec<&str> =
        files.iter().map(|(_, environment, _)| environment.as_str()).filter(|name| !name.is_empty()).collect();
    environments.sort_unstable();
    environments.dedup();
    let count = |state: State| files.iter().filter(|(.., of)| *of == state).count();
    let (stale, missing) = (count(State::Stale), count(State::NotBuilt));
    let state = match (stale, missing) {
        (0, 0) => "up to date".to_owned(),
        (0, missing) if missing == files.len() => "not built".to_owned(),
        (stale, missing) => format!("{} stale", stale + missing),
    };
    let noun = if files.len() == 1 { "file" } else { "files" };
    let place = if environments.is_empty() { String::new() } else { format!(" in {}", environments.join(", ")) };
    format!("{} {noun}{place}, {state}", files.len())
}

/// The project of a text, and the file in it.
pub(super) fn place(server: &mut Server, uri: &Uri) -> Result<Option<(usize, FileId)>, ResponseError> {
    let found = server.look(uri)?;
    Ok(found.map(|(look, file)| (look.project(), file)))
}

/// The links of a text.
pub(super) fn document_links(server: &mut Server, params: &types::DocumentLinkParams) -> Result<Value, ResponseError> {
    let Some((look, file)) = server.look(&params.text_document.uri)? else { return Ok(json!([])) };
    let link = |(span, target): (Span, Target)| {
        let uri = match target {
            Target::Code(code) => look.page(code)?,
            Target::File(path) => look.beside(&path)?,
            Target::Url(url) => Uri(url),
        };
        Some(json!({ "range": look.range(span), "target": uri }))
    };
    Ok(links(look.analysis, file).into_iter().filter_map(link).collect())
}

fn call_item(look: &Look<'_>, user: &calls::User) -> Option<Value> {
    let uri = look.uri(user.place.file)?;
    let kind = if user.is_function { 12 } else { 5 };
    Some(json!({
        "name": user.name.as_str(),
        "detail": user.detail.as_str(),
        "kind": kind,
        "uri": uri,
        "range": look.range(user.whole),
        "selectionRange": look.range(user.place),
    }))
}

/// What stands at a place, as something that uses and is used.
pub(super) fn prepare_calls(server: &mut Server, params: &types::CallHierarchyPrepareParams) -> Result<Value, ResponseError> {
    let Some((look, file, offset)) = at_position(server, &params.text_document_position_params)? else { return Ok(Value::Null) };
    let item = calls::at(look.analysis, file, offset).and_then(|user| call_item(&look, &user));
    Ok(item.map_or(Value::Null, |item| json!([item])))
}

#[derive(Debug, Deserialize)]
struct Item {
    uri: Uri,
    #[serde(rename = "selectionRange")]
    selection_range: types::Range,
}

/// Who uses something (`from`), or what it uses (`to`).
pub(super) fn calls_of(server: &mut Server, params: &Value, is_incoming: bool) -> Result<Value, ResponseError> {
    let item: Item = read(params.get("item").cloned().unwrap_or_default())?;
    let Some((look, file)) = server.look_around(&item.uri)? else { return Ok(Value::Null) };
    let of = look.span(file, item.selection_range);
    let (name, uses) = match is_incoming {
        true => ("from", calls::incoming(look.analysis, of)),
        false => ("to", calls::outgoing(look.analysis, of)),
    };
    let one = |(user, places): &(calls::User, Vec<Span>)| {
        let mut made = json!({ "fromRanges": places.iter().map(|place| look.range(*place)).collect::<Vec<_>>() });
        made[name] = call_item(&look, user)?;
        Some(made)
    };
    Ok(uses.iter().filter_map(one).collect())
}

/// Carries out a command.
pub(super) fn execute(server: &mut Server, params: types::ExecuteCommandParams) -> Result<Value, ResponseError> {
    let arguments = params.arguments.map(serde_json::to_value).transpose().ok().flatten().unwrap_or_else(|| json!([]));
    let argument = |at: usize| arguments.get(at).cloned().unwrap_or_default();
    let uri: Uri = match argument(0) {
        Value::String(uri) => Uri(uri),
        _ => return Err(refuse(ErrorCode::InvalidParams, "the first argument is the address of a text")),
    };
    match params.command.as_str() {
        "infrac.generated" => {
            let Some((at, file)) = place(server, &uri)? else { return Ok(Value::Null) };
            let instance = argument(1);
            Ok(generated::listed(&server.projects, at, file, instance.as_str()).unwrap_or_default())
        }
        "infrac.references" => {
            let (start, end) = (read::<u32>(argument(1))?, read::<u32>(argument(2))?);
            let Some((look, file)) = server.look_around(&uri)? else { return Ok(Value::Null) };
            let found = calls::incoming(look.analysis, Span::new(file, start, end.max(start)));
            let places = found.iter().flat_map(|(_, places)| places).filter_map(|place| look.location(*place));
            serde_json::to_value(places.collect::<Vec<_>>()).map_err(|error| refuse(ErrorCode::InternalError, error.to_string()))
        }
        "infrac.changes" => changes(server, &json!({ "textDocument": { "uri": uri } })),
        other => Err(refuse(ErrorCode::InvalidParams, format!("`{other}` is no command of infrac"))),
    }
}

/// What the texts of a project that are not saved make different in the generated files.
pub(super) fn changes(server: &mut Server, params: &Value) -> Result<Value, ResponseError> {
    let document: types::TextDocumentIdentifier = read(params.get("textDocument").cloned().unwrap_or_default())?;
    match place(server, &document.uri)? {
        Some((at, _)) => generated::changes(server, at),
        None => Ok(Value::Null),
    }
}
