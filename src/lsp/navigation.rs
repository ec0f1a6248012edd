//! From a name to what it means, and to the others that mean the same.

use super::convert::Look;
use super::generated;
use super::requests::Answer;
use super::server::{Server, refuse};
use crate::base::FileId;
use crate::ide::definition::{self, Target};
use crate::ide::names::Role;
use crate::ide::{Analysis, hover, references, rename, settings};
use gen_lsp_types as types;
use lsp_server::{ErrorCode, ResponseError};
use std::collections::{BTreeMap, HashMap};
use types::{Location, TextDocumentPositionParams, Uri};

type Find = fn(Analysis<'_>, FileId, u32) -> Vec<Target>;

fn targets(server: &mut Server, at: &TextDocumentPositionParams, find: Find) -> Result<Vec<Location>, ResponseError> {
    let Some((look, file, offset)) = at_position(server, at)? else { return Ok(Vec::new()) };
    Ok(find(look.analysis, file, offset).iter().filter_map(|target| look.location(target.name)).collect())
}

/// One look at a position, and around it: what other texts have to do with it. Nothing where the text is no source.
fn around_position<'s>(server: &'s mut Server, at: &TextDocumentPositionParams) -> Result<Option<(Look<'s>, FileId, u32)>, ResponseError> {
    Ok(server.look_around(&at.text_document.uri)?.map(|look| positioned(look, at)))
}

/// One look at a position; nothing where the text is no source.
pub(super) fn at_position<'s>(
    server: &'s mut Server,
    at: &TextDocumentPositionParams,
) -> Result<Option<(Look<'s>, FileId, u32)>, ResponseError> {
    Ok(server.look(&at.text_document.uri)?.map(|look| positioned(look, at)))
}

fn positioned<'s>((look, file): (Look<'s>, FileId), at: &TextDocumentPositionParams) -> (Look<'s>, FileId, u32) {
    let offset = look.offset(file, at.position);
    (look, file, offset)
}

/// Where a name is declared; in a generated file, what decides the line.
pub(super) fn definition(server: &mut Server, params: &types::DefinitionParams) -> Answer<types::DefinitionRequest> {
    let at = &params.text_document_position_params;
    if let Some(found) = generated::origin(server, &at.text_document.uri, at.position)? {
        return Ok(Some(types::Definition::LocationList(found).into()));
    }
    let found = targets(server, &params.text_document_position_params, definition::definition)?;
    Ok(Some(types::Definition::LocationList(found).into()))
}

/// Where a name is declared.
pub(super) fn declaration(server: &mut Server, params: &types::DeclarationParams) -> Answer<types::DeclarationRequest> {
    let found = targets(server, &params.text_document_position_params, definition::definition)?;
    Ok(Some(types::Declaration::LocationList(found).into()))
}

/// Where the type of a name is declared.
pub(super) fn type_definition(server: &mut Server, params: &types::TypeDefinitionParams) -> Answer<types::TypeDefinitionRequest> {
    let found = targets(server, &params.text_document_position_params, definition::type_definition)?;
    Ok(Some(types::Definition::LocationList(found).into()))
}

/// The implementations of a contract.
pub(super) fn implementation(server: &mut Server, params: &types::ImplementationParams) -> Answer<types::ImplementationRequest> {
    let found = targets(server, &params.text_document_position_params, definition::implementation)?;
    Ok(Some(types::Definition::LocationList(found).into()))
}

/// Every place that names the same.
pub(super) fn references(server: &mut Server, params: &types::ReferenceParams) -> Answer<types::ReferencesRequest> {
    let Some((look, file, offset)) = around_position(server, &params.text_document_position_params)? else { return Ok(None) };
    let found = references::references(look.analysis, file, offset);
    let wanted = found.iter().filter(|name| params.context.include_declaration || name.role != Role::Declares);
    Ok(Some(wanted.filter_map(|name| look.location(name.span)).collect()))
}

/// The places of a text that name the same.
pub(super) fn highlights(server: &mut Server, params: &types::DocumentHighlightParams) -> Answer<types::DocumentHighlightRequest> {
    let Some((look, file, offset)) = at_position(server, &params.text_document_position_params)? else { return Ok(None) };
    let highlight = |name: &crate::ide::names::Name| {
        let kind = match name.role {
            Role::Declares | Role::Sets => types::DocumentHighlightKind::Write,
            Role::Reads => types::DocumentHighlightKind::Read,
        };
        types::DocumentHighlight { range: look.range(name.span), kind: Some(kind) }
    };
    Ok(Some(references::highlights(look.analysis, file, offset).iter().map(highlight).collect()))
}

/// What stands at a place.
pub(super) fn hover(server: &mut Server, params: &types::HoverParams) -> Answer<types::HoverRequest> {
    let Some((look, file, offset)) = at_position(server, &params.text_document_position_params)? else { return Ok(None) };
    let found = match settings::are(look.analysis, file) {
        true => settings::hover(look.analysis, file, offset),
        false => hover::hover(look.analysis, file, offset).map(|found| (found.span, found.markdown())),
    };
    Ok(found.map(|(span, value)| {
        let contents = types::MarkupContent { kind: types::MarkupKind::Markdown, value };
        types::Hover { contents: types::Contents::MarkupContent(contents), range: Some(look.range(span)) }
    }))
}

/// The name that would be given another; an error says why it would not.
pub(super) fn prepare_rename(server: &mut Server, params: &types::PrepareRenameParams) -> Answer<types::PrepareRenameRequest> {
    let Some((look, file, offset)) = at_position(server, &params.text_document_position_params)? else { return Ok(None) };
    let name = rename::prepare(look.analysis, file, offset).map_err(|why| refuse(ErrorCode::RequestFailed, why))?;
    let placeholder = types::PrepareRenamePlaceholder { range: look.range(name.span), placeholder: name.text.to_string() };
    Ok(Some(types::PrepareRenameResult::PrepareRenamePlaceholder(placeholder)))
}

/// Another name for something; an error says why not.
pub(super) fn rename(server: &mut Server, params: &types::RenameParams) -> Answer<types::RenameRequest> {
    let Some((look, file, offset)) = around_position(server, &params.text_document_position_params)? else { return Ok(None) };
    let edits = rename::rename(look.analysis, file, offset, &params.new_name).map_err(|why| refuse(ErrorCode::RequestFailed, why))?;
    Ok(Some(workspace_edit(&look, &edits)))
}

/// Edits of several files. Those of texts that are open say of which version they are, where the client reads that.
pub(super) fn workspace_edit(look: &Look<'_>, edits: &[rename::Edit]) -> types::WorkspaceEdit {
    let mut by_file: BTreeMap<FileId, Vec<types::TextEdit>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(edit.span.file).or_default().push(text_edit(look, edit));
    }
    let named = by_file.into_iter().filter_map(|(file, edits)| Some((file, look.uri(file)?, edits)));
    if !look.reads_versions {
        let changes: HashMap<Uri, Vec<types::TextEdit>> = named.map(|(_, uri, edits)| (uri, edits)).collect();
        return types::WorkspaceEdit { changes: Some(changes), ..types::WorkspaceEdit::default() };
    }
    let changes = named.map(|(file, uri, edits)| {
        let text_document = types::OptionalVersionedTextDocumentIdentifier {
            version: look.version(file),
            text_document_identifier: types::TextDocumentIdentifier { uri },
        };
        types::DocumentChange::TextDocumentEdit(types::TextDocumentEdit {
            text_document,
            edits: edits.into_iter().map(Into::into).collect(),
        })
    });
    types::WorkspaceEdit { document_changes: Some(changes.collect()), ..types::WorkspaceEdit::default() }
}

/// One edit.
pub(super) fn text_edit(look: &Look<'_>, edit: &rename::Edit) -> types::TextEdit {
    types::TextEdit { range: look.range(edit.span), new_text: edit.text.clone() }
}
