//! Stacks and units with what they need, as a graph.

use super::facts::kinds;
use super::{Facts, Flow, Graph, Node};
use crate::base::{Text, text};

/// What nodes are shown together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Products.
    Product,
    /// Environments of products.
    Environment,
    /// Stacks in environments.
    Stack,
    /// What may be applied at the same time, in environments.
    Phase,
}

/// The stacks with the stacks that they need.
pub fn stacks(facts: &[Facts], grouping: Grouping) -> Graph {
    let mut graph = Graph { title: "Stacks".into(), flow: Flow::Needs, classes: kinds(facts), ..Graph::default() };
    for of in facts {
        let place = text!("{}/{}", of.product, of.environment);
        for stack in &of.stacks {
            let (group, head) = group(&mut graph, of, grouping, &stack.name, stack.phase);
            let lines = vec![text!("{head}{}", stack.name), text!("{} on {} ({})", stack.definition, stack.provider, stack.kind)];
            let id = text!("{place}/{}", stack.name);
            graph.node(Node { id, name: text!("{head}{}", stack.name), lines, group, class: stack.kind.clone(), ..Node::default() });
        }
    }
    let ids = graph.ids();
    for of in facts {
        let place = text!("{}/{}", of.product, of.environment);
        for stack in &of.stacks {
            for (need, why) in &stack.needs {
                graph.connect(&ids, &text!("{place}/{}", stack.name), &text!("{place}/{need}"), why.join(", ").into());
            }
        }
    }
    graph
}

/// The units with the units whose outputs they read, and those that their providers stand on.
pub fn units(facts: &[Facts], grouping: Grouping) -> Graph {
    let mut graph = Graph { title: "Units".into(), flow: Flow::Needs, classes: kinds(facts), ..Graph::default() };
    for of in facts {
        let place = text!("{}/{}", of.product, of.environment);
        for unit in &of.units {
            let phase = of.stacks.iter().find(|stack| stack.name == unit.stack).map_or(0, |stack| stack.phase);
            let (group, head) = group(&mut graph, of, grouping, &unit.stack, phase);
            let lines = vec![text!("{head}{}", unit.path), text!("{} on {} ({})", unit.module, unit.provider, unit.kind)];
            let id = text!("{place}/{}", unit.path);
            graph.node(Node { id, name: text!("{head}{}", unit.path), lines, group, class: unit.kind.clone(), ..Node::default() });
        }
    }
    let ids = graph.ids();
    for of in facts {
        let place = text!("{}/{}", of.product, of.environment);
        for unit in &of.units {
            for (need, outputs) in &unit.needs {
                graph.connect(&ids, &text!("{place}/{}", unit.path), &text!("{place}/{need}"), outputs.join(", ").into());
            }
            for below in &unit.behind {
                graph.connect(&ids, &text!("{place}/{}", unit.path), &text!("{place}/{below}"), text!("provider {}", unit.provider));
            }
        }
    }
    graph
}

/// The group of a thing, and what is said before its name since no group says it.
fn group(graph: &mut Graph, facts: &Facts, grouping: Grouping, stack: &str, phase: usize) -> (Option<usize>, Text) {
    if grouping == Grouping::Product {
        return (Some(graph.group_of(&facts.product, None)), text!("{}/", facts.environment));
    }
    let environment = graph.group_of(&text!("{}/{}", facts.product, facts.environment), None);
    let group = match grouping {
        Grouping::Stack => graph.group_of(stack, Some(environment)),
        Grouping::Phase => graph.group_of(&text!("phase {}", phase + 1), Some(environment)),
        Grouping::Product | Grouping::Environment => environment,
    };
    (Some(group), Text::default())
}
