//! The names of a module with their types: its variables, the entry that a resource is repeated for, and what blocks bind.

use crate::artifact::hcl::Expr;
use crate::base::Text;
use crate::eval::infer::{elements, infer};
use crate::shape::module::Repeat;
use crate::shape::{Hole, Module};
use crate::target::common::hcl::{Lowering, Unsayable};
use crate::ty::Ty;
use crate::value::{Residual, Value};

/// What names are at one place of a module.
#[derive(Clone)]
pub(super) struct Names<'m> {
    holes: &'m [Hole],
    /// The type of the entry that the resource is repeated for.
    each: Option<Ty>,
    bound: Vec<Bound>,
}

/// A name that a block binds.
#[derive(Clone)]
struct Bound {
    name: Text,
    said: Expr,
    ty: Option<Ty>,
}

impl<'m> Names<'m> {
    /// Those of the module.
    pub(super) fn of(module: &'m Module) -> Names<'m> {
        Names { holes: &module.holes, each: None, bound: Vec::new() }
    }

    /// Those in a resource.
    pub(super) fn within(&self, repeat: &Repeat) -> Names<'m> {
        let Repeat::Each(source) = repeat else { return self.clone() };
        Names { each: self.element(source), ..self.clone() }
    }

    /// Those in a block that is repeated over a source: what the name of the element is there.
    pub(super) fn with(&self, name: &Text, source: &Value, said: Expr) -> Names<'m> {
        let mut names = self.clone();
        names.bound.push(Bound { name: name.clone(), said, ty: self.element(source) });
        names
    }

    /// A value as an expression.
    pub(super) fn value(&self, value: &Value) -> Result<Expr, Unsayable> {
        let locals = self.bound.iter().map(|bound| (bound.name.clone(), bound.said.clone())).collect();
        Lowering { output: None, locals, types: Some(&|residual| self.ty(residual)) }.value(value)
    }

    fn element(&self, source: &Value) -> Option<Ty> {
        elements(&infer(source, &|residual| self.ty(residual))?).1
    }

    fn ty(&self, residual: &Residual) -> Option<Ty> {
        match residual {
            Residual::Variable(name) => self.holes.iter().find(|hole| hole.name == *name).map(|hole| hole.ty.clone()),
            Residual::Local(name) => self.bound.iter().rev().find(|bound| bound.name == *name)?.ty.clone(),
            Residual::EachKey => Some(Ty::String),
            Residual::EachValue => self.each.clone(),
            _ => None,
        }
    }
}
