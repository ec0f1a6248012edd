//! A text as a whole: what it declares, its colours, what folds, its layout.

use super::convert::Look;
use super::navigation::text_edit;
use super::requests::Answer;
use super::server::Server;
use crate::base::{FileId, Span};
use crate::ide::names::What;
use crate::ide::symbols::{self, Symbol};
use crate::ide::tokens::{self, Colour, Token};
use crate::ide::{fold, layout};
use gen_lsp_types as types;
use types::{SemanticToken, SymbolKind};

// What is declared.

fn kind(what: What) -> SymbolKind {
    match what {
        What::Product => SymbolKind::Package,
        What::Definition | What::Kind => SymbolKind::Class,
        What::Instance | What::Resource => SymbolKind::Object,
        What::Block | What::Environment => SymbolKind::Namespace,
        What::Input | What::Attribute | What::Open | What::Output => SymbolKind::Property,
        What::Type | What::BuiltinType | What::ResourceType => SymbolKind::Struct,
        What::Enum => SymbolKind::Enum,
        What::Member | What::Word => SymbolKind::EnumMember,
        What::Field => SymbolKind::Field,
        What::Function | What::Builtin => SymbolKind::Function,
        What::Let => SymbolKind::Constant,
        What::Parameter | What::Local | What::Ambient | What::Keyword | What::Unknown => SymbolKind::Variable,
    }
}

#[allow(deprecated, reason = "a field of the protocol that has to be there to be left out")]
fn tree(look: &Look<'_>, symbol: Symbol) -> types::DocumentSymbol {
    let (range, selection_range) = (look.range(symbol.whole), look.range(symbol.span));
    types::DocumentSymbol {
        name: symbol.name.to_string(),
        detail: Some(symbol.detail).filter(|detail| !detail.is_empty()),
        kind: kind(symbol.what),
        tags: None,
        deprecated: None,
        range,
        selection_range,
        children: Some(symbol.children.into_iter().map(|child| tree(look, child)).collect()),
    }
}

fn base(symbol: &Symbol, container: Option<String>) -> types::BaseSymbolInformation {
    types::BaseSymbolInformation { name: symbol.name.to_string(), kind: kind(symbol.what), tags: None, container_name: container }
}

#[allow(deprecated, reason = "a field of the protocol that has to be there to be left out")]
fn list(look: &Look<'_>, symbols: &[Symbol], container: Option<&str>, into: &mut Vec<types::SymbolInformation>) {
    for symbol in symbols {
        let base_symbol_information = base(symbol, container.map(str::to_owned));
        into.extend(look.location(symbol.whole).map(|location| types::SymbolInformation {
            deprecated: None,
            location,
            base_symbol_information,
        }));
        list(look, &symbol.children, Some(&symbol.name), into);
    }
}

/// What a text declares.
pub(super) fn symbols(server: &mut Server, params: &types::DocumentSymbolParams) -> Answer<types::DocumentSymbolRequest> {
    let as_tree = server.client.tree_of_symbols;
    let Some((look, file)) = server.look(&params.text_document.uri)? else { return Ok(None) };
    let found = symbols::of_text(look.analysis, file);
    if as_tree {
        let trees: Vec<types::DocumentSymbol> = found.into_iter().map(|symbol| tree(&look, symbol)).collect();
        return Ok(Some(trees.into()));
    }
    let mut all = Vec::new();
    list(&look, &found, None, &mut all);
    Ok(Some(all.into()))
}

/// What all texts declare.
pub(super) fn all_symbols(server: &mut Server, params: &types::WorkspaceSymbolParams) -> Answer<types::WorkspaceSymbolRequest> {
    let mut found = Vec::new();
    for look in server.looks() {
        for (symbol, container) in symbols::in_all(look.analysis, &params.query) {
            let Some(location) = look.location(symbol.span) else { continue };
            let symbol = types::WorkspaceSymbol {
                location: types::WorkspaceSymbolLocation::Location(location),
                data: None,
                base_symbol_information: base(&symbol, container.map(|container| container.to_string())),
            };
            // What every project shares is said once.
            if !found.contains(&symbol) {
                found.push(symbol);
            }
        }
    }
    Ok(Some(found.into()))
}

// Colours.

/// What a token may be besides, in the order of the bits.
const MODIFIERS: [&str; 3] = ["declaration", "defaultLibrary", "documentation"];

/// The colours and what they may be besides, as the server names them once.
pub(super) fn legend() -> serde_json::Value {
    serde_json::json!({ "tokenTypes": Colour::ALL.map(|(_, name)| name), "tokenModifiers": MODIFIERS })
}

fn encoded(look: &Look<'_>, file: FileId, within: Option<Span>) -> Vec<SemanticToken> {
    let (mut line, mut character) = (0, 0);
    let encode = |token: Token| {
        let range = look.range(token.span);
        let delta_line = range.start.line - line;
        let delta_start = if delta_line == 0 { range.start.character - character } else { range.start.character };
        (line, character) = (range.start.line, range.start.character);
        let flags = [token.declares, token.is_of_library, token.documents];
        SemanticToken {
            delta_line,
            delta_start,
            length: range.end.character - range.start.character,
            token_type: Colour::ALL.iter().position(|(colour, _)| *colour == token.colour).unwrap_or_default() as u32,
            token_modifiers_bitset: flags.iter().enumerate().map(|(bit, is)| u32::from(*is) << bit).sum(),
        }
    };
    tokens::tokens(look.analysis, file, within).into_iter().map(encode).collect()
}

/// The colours of a text, with the name by which a later question may ask for what changed.
pub(super) fn tokens(server: &mut Server, params: &types::SemanticTokensParams) -> Answer<types::SemanticTokensRequest> {
    let uri = &params.text_document.uri;
    let Some((look, file)) = server.look(uri)? else { return Ok(None) };
    let data = encoded(&look, file, None);
    let result_id = Some(server.keep_tokens(uri, data.clone()));
    Ok(Some(types::SemanticTokens { result_id, data }))
}

/// The colours of a part of a text.
pub(super) fn tokens_within(server: &mut Server, params: &types::SemanticTokensRangeParams) -> Answer<types::SemanticTokensRangeRequest> {
    let Some((look, file)) = server.look(&params.text_document.uri)? else { return Ok(None) };
    let within = look.span(file, params.range);
    Ok(Some(types::SemanticTokens { result_id: None, data: encoded(&look, file, Some(within)) }))
}

/// What changed of the colours of a text.
pub(super) fn tokens_since(server: &mut Server, params: &types::SemanticTokensDeltaParams) -> Answer<types::SemanticTokensDeltaRequest> {
    let uri = &params.text_document.uri;
    let before = server.kept_tokens(uri, &params.previous_result_id);
    let Some((look, file)) = server.look(uri)? else { return Ok(None) };
    let data = encoded(&look, file, None);
    let result_id = Some(server.keep_tokens(uri, data.clone()));
    let Some(before) = before else { return Ok(Some(types::SemanticTokens { result_id, data }.into())) };
    let same = before.iter().zip(&data).take_while(|(a, b)| a == b).count();
    let (old, new) = (&before[same..], &data[same..]);
    let same_behind = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - same_behind], &new[..new.len() - same_behind]);
    let numbers =
        |token: &SemanticToken| [token.delta_line, token.delta_start, token.length, token.token_type, token.token_modifiers_bitset];
    let edit = types::SemanticTokensEdit {
        start: same as u32 * 5,
        delete_count: old.len() as u32 * 5,
        data: Some(new.iter().flat_map(numbers).collect()),
    };
    let edits = if old.is_empty() && new.is_empty() { Vec::new() } else { vec![edit] };
    Ok(Some(types::SemanticTokensDelta { result_id, edits }.into()))
}

// What folds, and what is selected.

/// What of a text folds.
pub(super) fn folds(server: &mut Server, params: &types::FoldingRangeParams) -> Answer<types::FoldingRangeRequest> {
    let Some((look, file)) = server.look(&params.text_document.uri)? else { return Ok(None) };
    let folded = |fold: fold::Fold| {
        let range = look.range(fold.span);
        // The line of the closing bracket stays.
        let end = if fold.is_comment { range.end.line } else { range.end.line.saturating_sub(1).max(range.start.line) };
        (end > range.start.line).then(|| types::FoldingRange {
            start_line: range.start.line,
            end_line: end,
            kind: fold.is_comment.then_some(types::FoldingRangeKind::Comment),
            ..types::FoldingRange::default()
        })
    };
    Ok(Some(fold::folds(look.analysis, file).into_iter().filter_map(folded).collect()))
}

/// What is selected around places.
pub(super) fn selections(server: &mut Server, params: &types::SelectionRangeParams) -> Answer<types::SelectionRangeRequest> {
    let Some((look, file)) = server.look(&params.text_document.uri)? else { return Ok(None) };
    let grown = |position: &types::Position| {
        let spans = fold::selections(look.analysis, file, look.offset(file, *position));
        let outer =
            spans.iter().rev().fold(None, |parent, span| Some(Box::new(types::SelectionRange { range: look.range(*span), parent })));
        // There is the whole text at the least.
        outer.map(|selection| *selection).unwrap_or_default()
    };
    Ok(Some(params.positions.iter().map(grown).collect()))
}

// Layout.

/// The layout of a text.
pub(super) fn format(server: &mut Server, params: &types::DocumentFormattingParams) -> Answer<types::DocumentFormattingRequest> {
    let Some((look, file)) = server.look(&params.text_document.uri)? else { return Ok(None) };
    Ok(Some(layout::layout(look.analysis, file, None).iter().map(|edit| text_edit(&look, edit)).collect()))
}

/// The layout of a part of a text.
pub(super) fn format_within(
    server: &mut Server,
    params: &types::DocumentRangeFormattingParams,
) -> Answer<types::DocumentRangeFormattingRequest> {
    let Some((look, file)) = server.look(&params.text_document.uri)? else { return Ok(None) };
    let within = look.span(file, params.range);
    Ok(Some(layout::layout(look.analysis, file, Some(within)).iter().map(|edit| text_edit(&look, edit)).collect()))
}

/// The layout behind what was typed.
pub(super) fn format_typed(
    server: &mut Server,
    params: &types::DocumentOnTypeFormattingParams,
) -> Answer<types::DocumentOnTypeFormattingRequest> {
    let Some((look, file)) = server.look(&params.text_document.uri)? else { return Ok(None) };
    let offset = look.offset(file, params.position);
    Ok(Some(layout::typed(look.analysis, file, offset, &params.ch).iter().map(|edit| text_edit(&look, edit)).collect()))
}
