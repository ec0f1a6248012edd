//! The function whose call is being typed, and the parameter that stands at a place.

use super::Analysis;
use super::node::{Node, item_doc, path_at};
use crate::base::{FileId, Span, Text};
use crate::eval::functions::{self, Many};
use crate::syntax::messages::Messages;
use crate::syntax::token::Kind;
use crate::syntax::{ast, lexer};

/// A function as it is shown while it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// `join(list: list(scalar), separator: string?) -> string`
    pub label: String,
    /// The parameters as they stand in the label.
    pub parameters: Vec<String>,
    /// The parameter at the place, by its number; nothing where there are more arguments than parameters.
    pub active: Option<usize>,
    /// What is said of it.
    pub doc: Option<String>,
}

/// The innermost call whose arguments an offset lies in.
pub fn signature(analysis: Analysis<'_>, file: FileId, offset: u32) -> Option<Signature> {
    let text = analysis.text(file);
    analysis.tree(file)?;
    let call = open_call(file, text, offset)?;
    if let Some(function) = functions::find(&call.name) {
        let label = function.signature();
        let names: Vec<&str> = function.parameters.iter().map(|parameter| parameter.name).collect();
        let many = function.parameters.last().is_some_and(|last| last.many == Many::Rest);
        let parameters = function.parameters.iter().map(|parameter| match parameter.many {
            Many::One => format!("{}: {}", parameter.name, parameter.form),
            Many::Optional => format!("{}: {}?", parameter.name, parameter.form),
            Many::Rest => format!("{}...: {}", parameter.name, parameter.form),
        });
        return Some(Signature {
            label,
            parameters: parameters.collect(),
            active: call.active(&names, many),
            doc: Some(function.doc.to_owned()),
        });
    }
    let item = declared(analysis, file, offset, &call.name)?;
    let ast::Item::Function(function) = item else { return None };
    let line = |span: Span| analysis.workspace().text(span).split_whitespace().collect::<Vec<_>>().join(" ");
    let parameters: Vec<String> = function.parameters.iter().map(|(name, ty)| format!("{}: {}", name.text, line(ty.span))).collect();
    let names: Vec<&str> = function.parameters.iter().map(|(name, _)| name.text.as_str()).collect();
    let label = format!("{}({}) -> {}", function.name.text, parameters.join(", "), line(function.result.span));
    Some(Signature { label, parameters, active: call.active(&names, false), doc: item_doc(item).map(Text::to_string) })
}

/// A function of the definition around, or of the program.
fn declared<'s>(analysis: Analysis<'s>, file: FileId, offset: u32, name: &str) -> Option<&'s ast::Item> {
    let is_it = |item: &&ast::Item| matches!(item, ast::Item::Function(function) if function.name.text == name);
    let own = path_at(analysis.tree(file)?, offset).into_iter().find_map(|node| match node {
        Node::Body(body) => body.items.iter().find(is_it),
        _ => None,
    });
    own.or_else(|| {
        let mut known = analysis.program()?.functions.values().filter(|function| function.name.text == name);
        known.find_map(|function| analysis.tree(function.name.span.file)?.items.iter().find(is_it))
    })
}

/// A call that is open at a place.
struct Call {
    name: String,
    /// How many arguments end before the place.
    before: usize,
    /// The name that the argument at the place is given by.
    named: Option<String>,
}

impl Call {
    fn active(&self, names: &[&str], many: bool) -> Option<usize> {
        match &self.named {
            Some(named) => names.iter().position(|name| name == named),
            None if many => names.len().checked_sub(1).map(|last| self.before.min(last)),
            None => Some(self.before).filter(|before| *before < names.len()),
        }
    }
}

/// The innermost bracket that is open at an offset and stands behind a word. It goes by the words of the text alone: what is being typed
/// is no tree yet.
fn open_call(file: FileId, text: &str, offset: u32) -> Option<Call> {
    let lexed = lexer::lex(file, text, &mut Messages::default());
    // What is open: the word before each bracket, the arguments that have ended in it, where the last one begins.
    let mut open: Vec<(Option<usize>, usize, usize)> = Vec::new();
    for (at, token) in lexed.tokens.iter().enumerate().take_while(|(_, token)| token.end <= offset && token.kind != Kind::End) {
        if token.kind.closer().is_some() || token.kind == Kind::Interpolation {
            let is_call = token.kind == Kind::LeftParen;
            let before = at.checked_sub(1).filter(|before| is_call && lexed.tokens[*before].kind == Kind::Name);
            open.push((before.filter(|before| lexed.tokens[*before].end == token.start), 0, at + 1));
        } else if token.kind.is_closer() || token.kind == Kind::InterpolationEnd {
            open.pop();
        } else if token.kind == Kind::Comma
            && let Some((_, before, begin)) = open.last_mut()
        {
            (*before, *begin) = (*before + 1, at + 1);
        }
    }
    let (name, before, begin) = open.into_iter().rev().find_map(|(name, before, begin)| Some((name?, before, begin)))?;
    let word = |at: usize| lexed.tokens.get(at).and_then(|token| text.get(token.start as usize..token.end as usize));
    let is_named = lexed.tokens.get(begin + 1).is_some_and(|token| token.kind == Kind::Assign && token.end <= offset);
    Some(Call { name: word(name)?.to_owned(), before, named: word(begin).filter(|_| is_named).map(ToOwned::to_owned) })
}

#[cfg(test)]
mod tests {
    use super::super::tests::project;
    use super::*;

    fn shown(text: &str) -> Option<(String, Option<usize>)> {
        let project = project(&[("library/own.infra", text)]);
        let (file, offset) = project.marks[0];
        signature(project.analysis(), file, offset).map(|found| (found.label, found.active))
    }

    #[test]
    fn the_innermost_open_call_is_shown_with_its_parameter() {
        let join = "join(list: list(scalar), separator: string?) -> string";
        let with = |text: &str| shown(&format!("fn twice(x: int, y: string) -> int = x\ndefine stack own {{\n  let a = {text}\n}}\n"));
        assert_eq!(with("join($0)"), Some((join.to_owned(), Some(0))));
        assert_eq!(with("join([1, 2], $0"), Some((join.to_owned(), Some(1))));
        assert_eq!(
            with("join([length([1]$0)])").map(|found| found.0.split('(').next().map(ToOwned::to_owned)),
            Some(Some("length".into()))
        );
        assert_eq!(with("join(separator = \"a\", list = $0)"), Some((join.to_owned(), Some(0))));
        assert_eq!(with("twice(1, \"${join($0)}\")"), Some((join.to_owned(), Some(0))));
        assert_eq!(with("twice(1, $0)"), Some(("twice(x: int, y: string) -> int".to_owned(), Some(1))));
        assert_eq!(with("twice(1, 2, $0)").map(|found| found.1), Some(None));
        assert_eq!(with("concat([1], [2], [3$0])").map(|found| found.1), Some(Some(0)));
        assert_eq!(with("1 + $0(2)"), None);
    }
}
