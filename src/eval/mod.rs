//! The one evaluator: an expression in a scope gives a value. What the compiler knows is computed, the rest is left as a
//! residual expression for the tool that will know it. The plan evaluates with everything known but other units' outputs, a
//! shape evaluates with its holes left open; both are the same code.

mod broken;
mod complete;
mod comprehension;
mod conform;
mod effort;
mod expression;
pub mod fields;
mod fold;
mod foreign;
pub mod functions;
pub mod infer;
pub mod limits;
mod operators;
pub mod run;
mod typed;

use crate::base::{Span, Text};
use crate::diag::Diagnostic;
use crate::hir;
use crate::value::Value;
use std::sync::Arc;

pub use broken::broken;
pub use complete::{Incomplete, complete, complete_at};
pub use conform::{Mismatch, conform};
pub use fold::{fold, fold_with};
pub use functions::text::to_text as text_of;
pub use limits::{Effort, Work};
pub use run::Run;

/// An error was reported; there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;

/// A value, or a reported error.
pub type Evaluated = Result<Value, Stop>;

/// What names, fields of instances and functions of the whole program mean where an expression stands.
pub trait Scope {
    /// What a name means, as the checker decided.
    fn meaning(&self, name: &hir::FreeName) -> hir::Meaning;

    /// The value of a name that means this place here.
    fn name(&mut self, name: &Text, place: hir::Place, span: Span) -> Option<Evaluated>;

    /// A field of an instance, a definition or something that a tool will know.
    fn member(&mut self, base: &Value, field: &hir::Name) -> Evaluated;

    /// A built-in function that needs the whole program, with its arguments in the order of its parameters.
    fn call(&mut self, function: &hir::Name, arguments: &[Value], span: Span) -> Evaluated;

    /// A function that the program declares.
    fn function(&self, id: hir::FunctionId) -> Option<Arc<hir::Function>>;

    /// A type that is declared, by its name.
    fn named_type(&self, name: &Text) -> Option<Arc<hir::NamedType>>;

    /// Where the product says an attribute, where there is a product.
    fn said_of_product(&self, _attribute: &Text) -> Option<Span> {
        None
    }

    /// Takes a finding.
    fn report(&mut self, diagnostic: Diagnostic);

    /// What evaluation has taken so far.
    fn work(&mut self) -> &mut Work;
}

/// What the bound names around an expression stand for, the innermost last: `hir::Local` is the place in it.
pub type Locals = Vec<Value>;

/// Evaluates an expression.
pub fn eval(expr: &hir::Expr, scope: &mut dyn Scope) -> Evaluated {
    eval_with(expr, scope, &mut Vec::new())
}

/// Evaluates an expression in which some names are bound.
pub fn eval_with(expr: &hir::Expr, scope: &mut dyn Scope, locals: &mut Locals) -> Evaluated {
    expression::Evaluator { scope, locals }.expr(expr)
}

/// Evaluates the parts of a string or label.
pub fn eval_template(parts: &[hir::Part], scope: &mut dyn Scope, locals: &mut Locals) -> Evaluated {
    expression::Evaluator { scope, locals }.template(parts)
}

/// Takes as many steps as a value weighs, for who keeps it.
pub fn hold(value: &Value, span: Span, scope: &mut dyn Scope) -> Result<(), Stop> {
    expression::Evaluator { scope, locals: &mut Vec::new() }.hold(value, span)
}
