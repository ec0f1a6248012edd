//! From a name to what it means.

use super::convert::Look;
use super::requests::Answer;
use super::server::Server;
use crate::base::FileId;
use crate::ide::Analysis;
use crate::ide::definition::{self, Target};
use gen_lsp_types as types;
use types::{Location, TextDocumentPositionParams};

fn targets(
    server: &mut Server,
    at: &TextDocumentPositionParams,
    find: fn(Analysis<'_>, FileId, u32) -> Vec<Target>,
) -> Result<Vec<Location>, lsp_server::ResponseError> {
    let Some((look, file)) = server.look(&at.text_document.uri)? else { return Ok(Vec::new()) };
    let found = find(look.analysis, file, look.offset(file, at.position));
    Ok(found.iter().filter_map(|target| location(&look, target)).collect())
}

fn location(look: &Look<'_>, target: &Target) -> Option<Location> {
    look.location(target.name)
}

/// Where a name is declared.
pub(super) fn definition(server: &mut Server, params: &types::DefinitionParams) -> Answer<types::DefinitionRequest> {
    let found = targets(server, &params.text_document_position_params, definition::definition)?;
    Ok(Some(types::Definition::LocationList(found).into()))
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
