//! Types: those of the language, those with a name, and the keywords whose instances are values.

use super::super::names::What;
use super::{At, Completion, Rank};
use crate::resolve::type_words;
use crate::syntax::ast;

pub(super) fn at(at: &At<'_>, ty: &ast::Type, name: &ast::Name) -> Vec<Completion> {
    let Some(program) = at.analysis.program() else { return Vec::new() };
    if let ast::TypeKind::Named { name: keyword, of: Some(of), .. } = &ty.kind
        && of.span == name.span
    {
        return super::labels::definitions(at, &keyword.text);
    }
    let words = type_words().map(|(word, is_made)| {
        let item = Completion::new(word, What::BuiltinType, Rank::Word);
        if is_made { item.snippet(format!("{word}($1)$0")) } else { item }
    });
    let named = program.types.iter().map(|(name, of)| Completion::new(name.clone(), What::Type, Rank::Known).declared(Some(of.span)));
    let own = at.around.own.iter().filter_map(|item| match item {
        ast::Item::Enum(item) => Some(Completion::new(item.name.text.clone(), What::Enum, Rank::Fits).declared(Some(item.name.span))),
        ast::Item::Type(item) => Some(Completion::new(item.name.text.clone(), What::Type, Rank::Fits).declared(Some(item.name.span))),
        _ => None,
    });
    let kinds = program.kinds.iter().chain(&program.instances);
    let kinds = kinds.map(|(name, kind)| Completion::new(name.clone(), What::Kind, Rank::Known).declared(Some(kind.span)));
    words.chain(named).chain(own).chain(kinds).collect()
}
