//! What a name is in a role: a variable with the role's name before it, or the element of a loop.

use super::names::variable;
use crate::artifact::jinja::Expr;
use crate::base::Text;
use crate::shape::{Hole, Role};
use crate::value::{Residual, Value};

/// The names of a role, and those of the loops around an expression.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    role: &'a Role,
    locals: Vec<(Text, Expr)>,
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

    /// The same with the element of a loop.
    pub fn with(&self, name: &Text, value: Expr) -> Scope<'a> {
        let mut scope = self.clone();
        scope.locals.push((name.clone(), value));
        scope
    }

    /// The variable of a hole or of what the role computes.
    pub fn variable(&self, name: &str) -> Expr {
        Expr::variable(variable(&self.role.name, name))
    }

    /// The element of a loop.
    pub fn local(&self, name: &str) -> Expr {
        let found = self.locals.iter().rev().find(|(local, _)| local == name);
        found.map_or_else(|| Expr::variable(name.replace('-', "_")), |(_, value)| value.clone())
    }

    /// The hole of that name.
    pub fn hole(&self, name: &str) -> Option<&'a Hole> {
        self.role.holes.iter().find(|hole| hole.name == name)
    }

    /// Whether a value holds a secret: what is done with it is not shown.
    pub fn has_secret(&self, value: &Value) -> bool {
        let mut found = matches!(value, Value::Secret(_));
        value.walk(&mut |residual| {
            if let Residual::Variable(name) = residual {
                found |= self.hole(name).is_some_and(|hole| hole.ty.holds_secret());
            }
        });
        found
    }
}
