//! The requests that are answered, and what the server says that it can do: a feature is a line in each.

use super::actions;
use super::lenses;
use super::navigation;
use super::position::Encoding;
use super::server::{Server, read, refuse};
use super::text;
use super::typing;
use gen_lsp_types as types;
use gen_lsp_types::Request;
use lsp_server::{ErrorCode, ResponseError};
use serde_json::{Value, json};

/// An answer, or why there is none.
pub(super) type Answer<R> = Result<<R as Request>::Result, ResponseError>;

/// What the server can do.
pub(super) fn capabilities(encoding: Encoding) -> Value {
    json!({
        "positionEncoding": match encoding {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16 => "utf-16",
            Encoding::Utf32 => "utf-32",
        },
        "textDocumentSync": { "openClose": true, "change": 2, "save": { "includeText": false } },
        "workspace": { "workspaceFolders": { "supported": true, "changeNotifications": true } },
        "definitionProvider": true,
        "declarationProvider": true,
        "typeDefinitionProvider": true,
        "implementationProvider": true,
        "referencesProvider": true,
        "documentHighlightProvider": true,
        "hoverProvider": true,
        "renameProvider": { "prepareProvider": true },
        "documentSymbolProvider": true,
        "workspaceSymbolProvider": true,
        "semanticTokensProvider": { "legend": text::legend(), "full": { "delta": true }, "range": true },
        "completionProvider": { "triggerCharacters": [".", "=", "[", "\"", ":", " "], "resolveProvider": true },
        "signatureHelpProvider": { "triggerCharacters": ["(", ","], "retriggerCharacters": [",", "="] },
        "codeActionProvider": { "codeActionKinds": actions::KINDS, "resolveProvider": true },
        "inlayHintProvider": true,
        "codeLensProvider": { "resolveProvider": true },
        "documentLinkProvider": { "resolveProvider": false },
        "callHierarchyProvider": true,
        "executeCommandProvider": { "commands": lenses::COMMANDS },
        "experimental": { "changes": true },
        "foldingRangeProvider": true,
        "selectionRangeProvider": true,
        "documentFormattingProvider": true,
        "documentRangeFormattingProvider": true,
        "documentOnTypeFormattingProvider": { "firstTriggerCharacter": "}", "moreTriggerCharacter": ["\n"] },
        "diagnosticProvider": { "identifier": "infrac", "interFileDependencies": true, "workspaceDiagnostics": true },
    })
}

/// Answers a request of a client that has said who it is.
pub(super) fn answer(server: &mut Server, method: &str, params: Value) -> Result<Value, ResponseError> {
    match method {
        "textDocument/definition" => with::<types::DefinitionRequest>(params, |params| navigation::definition(server, &params)),
        // What a name means is declared where it is defined: a contract in its module, everything else once.
        "textDocument/declaration" => with::<types::DeclarationRequest>(params, |params| navigation::declaration(server, &params)),
        "textDocument/typeDefinition" => {
            with::<types::TypeDefinitionRequest>(params, |params| navigation::type_definition(server, &params))
        }
        "textDocument/implementation" => with::<types::ImplementationRequest>(params, |params| navigation::implementation(server, &params)),
        "textDocument/references" => with::<types::ReferencesRequest>(params, |params| navigation::references(server, &params)),
        "textDocument/documentHighlight" => {
            with::<types::DocumentHighlightRequest>(params, |params| navigation::highlights(server, &params))
        }
        "textDocument/hover" => with::<types::HoverRequest>(params, |params| navigation::hover(server, &params)),
        "textDocument/prepareRename" => with::<types::PrepareRenameRequest>(params, |params| navigation::prepare_rename(server, &params)),
        "textDocument/rename" => with::<types::RenameRequest>(params, |params| navigation::rename(server, &params)),
        "textDocument/documentSymbol" => with::<types::DocumentSymbolRequest>(params, |params| text::symbols(server, &params)),
        "workspace/symbol" => with::<types::WorkspaceSymbolRequest>(params, |params| text::all_symbols(server, &params)),
        "textDocument/semanticTokens/full" => with::<types::SemanticTokensRequest>(params, |params| text::tokens(server, &params)),
        "textDocument/semanticTokens/full/delta" => {
            with::<types::SemanticTokensDeltaRequest>(params, |params| text::tokens_since(server, &params))
        }
        "textDocument/semanticTokens/range" => {
            with::<types::SemanticTokensRangeRequest>(params, |params| text::tokens_within(server, &params))
        }
        "textDocument/foldingRange" => with::<types::FoldingRangeRequest>(params, |params| text::folds(server, &params)),
        "textDocument/selectionRange" => with::<types::SelectionRangeRequest>(params, |params| text::selections(server, &params)),
        "textDocument/formatting" => with::<types::DocumentFormattingRequest>(params, |params| text::format(server, &params)),
        "textDocument/rangeFormatting" => {
            with::<types::DocumentRangeFormattingRequest>(params, |params| text::format_within(server, &params))
        }
        "textDocument/onTypeFormatting" => {
            with::<types::DocumentOnTypeFormattingRequest>(params, |params| text::format_typed(server, &params))
        }
        "textDocument/completion" => typing::completion(server, &read(params)?),
        "completionItem/resolve" => typing::resolve(server, params),
        "textDocument/signatureHelp" => typing::signature_help(server, &read(params)?),
        "textDocument/codeAction" => actions::code_actions(server, &read(params)?),
        "codeAction/resolve" => actions::resolve(server, params),
        "textDocument/inlayHint" => lenses::inlay_hints(server, &read(params)?),
        "textDocument/codeLens" => lenses::lenses(server, &read(params)?),
        "codeLens/resolve" => lenses::resolve_lens(server, params),
        "textDocument/documentLink" => lenses::document_links(server, &read(params)?),
        "textDocument/prepareCallHierarchy" => lenses::prepare_calls(server, &read(params)?),
        "callHierarchy/incomingCalls" => lenses::calls_of(server, &params, true),
        "callHierarchy/outgoingCalls" => lenses::calls_of(server, &params, false),
        "workspace/executeCommand" => lenses::execute(server, read(params)?),
        "infrac/changes" => lenses::changes(server, &params),
        "textDocument/diagnostic" => with::<types::DocumentDiagnosticRequest>(params, |params| diagnostics(server, &params)),
        "workspace/diagnostic" => with::<types::WorkspaceDiagnosticRequest>(params, |params| all_diagnostics(server, &params)),
        _ => Err(refuse(ErrorCode::MethodNotFound, format!("`{method}` is not known"))),
    }
}

fn with<R: Request>(params: Value, answer: impl FnOnce(R::Params) -> Answer<R>) -> Result<Value, ResponseError> {
    let answer = answer(read(params)?)?;
    serde_json::to_value(answer).map_err(|error| refuse(ErrorCode::InternalError, error.to_string()))
}

fn diagnostics(server: &mut Server, params: &types::DocumentDiagnosticParams) -> Answer<types::DocumentDiagnosticRequest> {
    let Some((look, file)) = server.look_for_findings(&params.text_document.uri)? else {
        return Ok(types::RelatedFullDocumentDiagnosticReport::default().into());
    };
    let (items, number) = look.found(file);
    let result_id = number.to_string();
    if params.previous_result_id.as_ref() == Some(&result_id) {
        let unchanged_document_diagnostic_report = types::UnchangedDocumentDiagnosticReport { result_id };
        let report = types::RelatedUnchangedDocumentDiagnosticReport { related_documents: None, unchanged_document_diagnostic_report };
        return Ok(report.into());
    }
    let full_document_diagnostic_report = types::FullDocumentDiagnosticReport { result_id: Some(result_id), items };
    Ok(types::RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report }.into())
}

fn all_diagnostics(server: &mut Server, params: &types::WorkspaceDiagnosticParams) -> Answer<types::WorkspaceDiagnosticRequest> {
    let mut items = Vec::new();
    for look in server.looks() {
        for (file, number) in look.all_found() {
            let Some(uri) = look.uri(file) else { continue };
            let (version, result_id) = (look.version(file), number.to_string());
            let is_known = params.previous_result_ids.iter().any(|known| known.uri == uri && known.value == result_id);
            items.push(match is_known {
                true => {
                    let unchanged_document_diagnostic_report = types::UnchangedDocumentDiagnosticReport { result_id };
                    types::WorkspaceUnchangedDocumentDiagnosticReport { uri, version, unchanged_document_diagnostic_report }.into()
                }
                false => {
                    let (items, _) = look.found(file);
                    let full_document_diagnostic_report = types::FullDocumentDiagnosticReport { result_id: Some(result_id), items };
                    types::WorkspaceFullDocumentDiagnosticReport { uri, version, full_document_diagnostic_report }.into()
                }
            });
        }
    }
    Ok(types::WorkspaceDiagnosticReport { items })
}
