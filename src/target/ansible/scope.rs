//! What a name is in a role: a variable with the role's name before it, or the element of a loop.

use super::names::variable;
use crate::artifact::jinja::Expr;
use crate::base::Text;
use crate::eval::infer::{self, infer};
use crate::shape::{Hole, Role};
use crate::ty::Ty;
use crate::value::{Residual, Value};

/// The names of a role, and those of the loops around an expression.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    role: &'a Role,
    locals: Vec<Local>,
}

/// A name that is bound around an expression.
#[derive(Clone, Debug)]
struct Local {
    name: Text,
    /// What it is in Jinja.
    said: Expr,
    /// Its type, where that is known: nothing says what a task answers.
    ty: Option<Ty>,
}

impl<'a> Scope<'a> {
    /// The names of a role.
    pub fn new(role: &'a Role) -> Scope<'a> {
        Scope { role, locals: Vec::new() }
    }

    /// The role.
    pub fn role(&self) -> &'a Role {
        self.role
    }

    /// The same with a name that is bound: what it is there, and its type where that is known.
    pub fn with(&self, name: &Text, said: Expr, ty: Option<Ty>) -> Scope<'a> {
        let mut scope = self.clone();
        scope.locals.push(Local { name: name.clone(), said, ty });
        scope
    }

    /// The variable of a hole or of what the role computes.
    pub fn variable(&self, name: &str) -> Expr {
        Expr::variable(variable(&self.role.name, name))
    }

    /// What a bound name is there.
    pub fn local(&self, name: &str) -> Expr {
        self.bound(name).map_or_else(|| Expr::variable(name.replace('-', "_")), |local| local.said.clone())
    }

    fn bound(&self, name: &str) -> Option<&Local> {
        self.locals.iter().rev().find(|local| local.name == name)
    }

    /// The type of a value, where it is known.
    pub fn type_of(&self, value: &Value) -> Option<Ty> {
        infer(value, &|residual| match residual {
            Residual::Variable(name) => self.hole(name).map(|hole| hole.ty.clone()),
            Residual::Local(name) => self.bound(name)?.ty.clone(),
            Residual::Fact(_) => Some(Ty::String),
            _ => None,
        })
    }

    /// The types of the keys and elements of what is gone through.
    pub fn elements_of(&self, source: &Value) -> (Option<Ty>, Option<Ty>) {
        self.type_of(source).map_or((None, None), |of| infer::elements(&of))
    }

    /// The hole of that name.
    pub fn hole(&self, name: &str) -> Option<&'a Hole> {
        self.role.holes.iter().find(|hole| hole.name == name)
    }

    /// Whether a value holds a secret: what is done with it is not shown.
    pub fn has_secret(&self, value: &Value) -> bool {
        let mut found = matches!(value, Value::Secret(_));
        value.walk(&mut |residual| {
            found |= match residual {
                Residual::Variable(name) => self.hole(name).is_some_and(|hole| hole.ty.holds_secret()),
                Residual::Local(name) => self.bound(name).and_then(|local| local.ty.as_ref()).is_some_and(Ty::holds_secret),
                _ => false,
            }
        });
        found
    }
}
