//! Functions of the program may call each other, but never come back to themselves: every program ends.

use super::{Checker, report};
use crate::base::Text;
use crate::base::graph::Graph;
use crate::syntax::ast::{Comprehension, Expr, ExprKind, Part};

impl Checker<'_> {
    pub(super) fn recursion(&mut self) {
        let program = self.program;
        let mut graph: Graph<Text> = Graph::default();
        for (name, function) in &program.functions {
            graph.node(name.clone());
            calls(&function.syntax.value, &mut |called| {
                if program.functions.contains_key(called) {
                    graph.edge(name.clone(), called.clone());
                }
            });
        }
        if let Err(circle) = graph.ranks() {
            let names = circle.iter().filter_map(|name| program.functions.get(name)).map(|function| &function.syntax.name);
            let names: Vec<_> = names.collect();
            self.error(report::recursive(&names));
        }
    }
}

/// Calls `visit` with the name of every function that an expression calls.
fn calls(expr: &Expr, visit: &mut dyn FnMut(&Text)) {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Error => {}
        ExprKind::Template(parts) => {
            for part in parts {
                if let Part::Expr(expr) = part {
                    calls(expr, visit);
                }
            }
        }
        ExprKind::Member(base, _) | ExprKind::Unary(_, base) | ExprKind::Paren(base) => calls(base, visit),
        ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => {
            calls(a, visit);
            calls(b, visit);
        }
        ExprKind::Call(name, arguments) => {
            visit(&name.text);
            arguments.iter().for_each(|argument| calls(&argument.value, visit));
        }
        ExprKind::List(elements) => elements.iter().for_each(|element| calls(element, visit)),
        ExprKind::Map(entries) => entries.iter().for_each(|(_, value)| calls(value, visit)),
        ExprKind::ListFor(comprehension) | ExprKind::MapFor(comprehension) => in_comprehension(comprehension, visit),
        ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|expr| calls(expr, visit)),
        ExprKind::Match(subject, arms) => {
            calls(subject, visit);
            arms.iter().for_each(|arm| calls(&arm.value, visit));
        }
    }
}

fn in_comprehension(comprehension: &Comprehension, visit: &mut dyn FnMut(&Text)) {
    comprehension.bindings.iter().for_each(|binding| calls(&binding.source, visit));
    let others = [comprehension.condition.as_ref(), comprehension.key.as_ref(), Some(&comprehension.value)];
    others.into_iter().flatten().for_each(|expr| calls(expr, visit));
}
