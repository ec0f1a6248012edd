//! Functions of the program may call each other, but never come back to themselves: every program ends.

use super::{Checker, report};
use crate::base::graph::Graph;
use crate::hir::{ExprKind, FunctionId};

impl Checker<'_> {
    pub(super) fn recursion(&mut self) {
        let program = self.program;
        let mut graph: Graph<FunctionId> = Graph::default();
        for (id, function) in &program.functions {
            graph.node(*id);
            function.value.walk(&mut |expr| {
                if let ExprKind::Call(callee, _) = &expr.kind
                    && let Some(called) = callee.declared
                {
                    graph.edge(*id, called);
                }
            });
        }
        if let Err(circle) = graph.ranks() {
            let names: Vec<_> = circle.iter().filter_map(|id| program.function(*id)).map(|function| &function.name).collect();
            self.error(report::recursive(&names));
        }
    }
}
