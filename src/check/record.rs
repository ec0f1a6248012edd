//! What the checker saw of each expression, for who looks at a place of the text: an editor.

use super::{Types, of_library, of_products};
use crate::base::Span;
use crate::hir::{Expr, ExprKind, Meaning, Program};
use crate::schema::Schemas;
use crate::ty::Ty;
use std::collections::BTreeMap;

/// What was seen of an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The type that it has; `Ty::Error` where it has a mistake.
    pub ty: Ty,
    /// The type that it is for; `Ty::Error` where anything may stand.
    pub expected: Ty,
    /// What it means, where it is a name that nothing around it binds.
    pub meaning: Meaning,
}

/// What was seen of the expressions of a program, by their places.
#[derive(Clone, Debug, Default)]
pub struct Record(BTreeMap<Span, Seen>);

impl Record {
    /// What was seen of the expression that covers a place exactly, without the parentheses around it.
    pub fn get(&self, span: Span) -> Option<&Seen> {
        self.0.get(&span)
    }

    /// Adds what was seen elsewhere. What is known already stays.
    pub fn extend(&mut self, other: Record) {
        for (span, seen) in other.0 {
            self.0.entry(span).or_insert(seen);
        }
    }

    /// Of what is looked at more than once, what says more counts.
    pub(super) fn add(&mut self, expr: &Expr, ty: &Ty, expected: &Ty, types: &Types) {
        let meaning = match &expr.kind {
            ExprKind::Name(name) => types.meaning(name),
            _ => Meaning::Undecided,
        };
        let seen = Seen { ty: ty.clone(), expected: expected.clone(), meaning };
        match self.0.get_mut(&expr.span) {
            Some(before) if before.meaning != Meaning::Undecided || before.ty != Ty::Error && seen.meaning == Meaning::Undecided => {}
            Some(before) => *before = seen,
            None => drop(self.0.insert(expr.span, seen)),
        }
    }
}

/// What is to be seen in the library of a program.
pub fn record_library(program: &Program, schemas: &Schemas) -> Record {
    of_library(program, schemas, Some(Record::default())).record.unwrap_or_default()
}

/// What is to be seen in the products of a program, whose library was checked before.
pub fn record_products(program: &Program, schemas: &Schemas, library: &Types) -> Record {
    of_products(program, schemas, library, Some(Record::default())).record.unwrap_or_default()
}
