//! Which neighbours on one line have a space between them.

use super::atoms::{Atom, Source};
use crate::syntax::token::Kind;

/// Whether a space stands before the atom, which is not the first of its line.
pub(super) fn spaced(source: &Source, index: usize) -> bool {
    let atoms = &source.atoms;
    let (before, atom) = (&atoms[index - 1], &atoms[index]);
    if before.opens.is_some() && before.opens == atom.closes {
        return false;
    }
    match before.kind {
        Kind::LeftParen | Kind::LeftBracket | Kind::Dot => return false,
        Kind::Minus if is_prefix(source, index - 1) => return false,
        _ => {}
    }
    match atom.kind {
        Kind::RightParen | Kind::RightBracket | Kind::Comma | Kind::Dot | Kind::Question => false,
        // In a comprehension it parts what is gone through from what is given.
        Kind::Colon => source.groups[atom.group].comprehension,
        Kind::LeftParen => !is_name(source, index - 1),
        Kind::LeftBracket => !ends_operand(source, index - 1) || atom.newline,
        _ => true,
    }
}

/// Whether a `-` stands before its only operand.
fn is_prefix(source: &Source, index: usize) -> bool {
    index == 0 || source.atoms[index].element || !ends_operand(source, index - 1)
}

/// Whether an operand may end with the atom.
fn ends_operand(source: &Source, index: usize) -> bool {
    let atom = &source.atoms[index];
    match atom.kind {
        Kind::True | Kind::False | Kind::None => true,
        Kind::RightParen | Kind::RightBracket | Kind::RightBrace | Kind::String => true,
        Kind::Int | Kind::Float | Kind::Ip | Kind::Cidr | Kind::Port | Kind::Quantity => true,
        kind => kind.is_word() && is_name(source, index),
    }
}

/// Whether a word is a name, and no keyword where it stands.
fn is_name(source: &Source, index: usize) -> bool {
    let atom = &source.atoms[index];
    let member = || index > 0 && source.atoms[index - 1].kind == Kind::Dot;
    atom.kind.is_word() && (!atom.kind.is_reserved() || member()) && !begins_check(atom, source)
}

fn begins_check(atom: &Atom, source: &Source) -> bool {
    let group = &source.groups[atom.group];
    atom.kind == Kind::Check && atom.element && (group.body || group.kind == Kind::End)
}
