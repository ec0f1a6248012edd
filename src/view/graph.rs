//! A graph as data: nodes in groups, edges with what they stand for, and what is around a node.

use crate::base::Text;
use std::collections::{BTreeMap, BTreeSet};

/// Which end of an edge comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// An edge leads to what is needed, which comes first.
    #[default]
    Needs,
    /// An edge leads to what is reached, which comes last.
    Reaches,
}

/// A graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// What it shows.
    pub title: Text,
    /// Which end of an edge comes first.
    pub flow: Flow,
    /// What colours stand for. A class keeps its colour in each part of the graph.
    pub classes: Vec<Text>,
    /// Groups, each behind the one around it.
    pub groups: Vec<Group>,
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Edges.
    pub edges: Vec<Edge>,
}

/// Nodes that are shown together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// What it is called.
    pub label: Text,
    /// The group around it, by its place.
    pub parent: Option<usize>,
}

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// A name that no other node has: `acme/prod/mgmt/nodes`.
    pub id: Text,
    /// What it is called inside its groups.
    pub name: Text,
    /// What is said of it, a line each.
    pub lines: Vec<Text>,
    /// The group that it is in, by its place.
    pub group: Option<usize>,
    /// What the colour stands for, such as the kind of a provider; empty where it has none.
    pub class: Text,
    /// What it looks like.
    pub shape: Shape,
    /// Whether the graph is about it.
    pub focus: bool,
}

/// What a node looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// A box.
    #[default]
    Box,
    /// Rounded: who comes from elsewhere.
    Round,
    /// With a double border: a firewall.
    Wall,
}

/// An edge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    /// Where it begins, by the node's place.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What it stands for, such as the outputs that are read; may be empty.
    pub label: Text,
}

impl Graph {
    /// Adds a group.
    pub fn group(&mut self, label: impl Into<Text>, parent: Option<usize>) -> usize {
        self.groups.push(Group { label: label.into(), parent });
        self.groups.len() - 1
    }

    /// The group of that name inside another one, added where it is not there.
    pub fn group_of(&mut self, label: &str, parent: Option<usize>) -> usize {
        let known = self.groups.iter().rposition(|group| group.label == label && group.parent == parent);
        known.unwrap_or_else(|| self.group(label, parent))
    }

    /// Adds a node.
    pub fn node(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Adds an edge between nodes that are called so; nothing where one of them is not there.
    pub fn connect(&mut self, ids: &BTreeMap<Text, usize>, from: &str, to: &str, label: Text) {
        if let (Some(from), Some(to)) = (ids.get(from), ids.get(to)) {
            self.edges.push(Edge { from: *from, to: *to, label });
        }
    }

    /// The places of nodes by their names.
    pub fn ids(&self) -> BTreeMap<Text, usize> {
        self.nodes.iter().enumerate().map(|(at, node)| (node.id.clone(), at)).collect()
    }

    /// What edges lead to from each node, with what they stand for.
    pub fn targets(&self) -> Vec<Vec<(usize, &Text)>> {
        let mut targets = vec![Vec::new(); self.nodes.len()];
        self.edges.iter().for_each(|edge| targets[edge.from].push((edge.to, &edge.label)));
        targets
    }

    /// Whether a node is a part of what has this name: by its own name, or by the groups that it is in.
    fn is_part_of(&self, node: &Node, name: &str) -> bool {
        let parts: Vec<&str> = name.split('/').collect();
        let id: Vec<&str> = node.id.split('/').collect();
        let around = std::iter::successors(node.group, |at| self.groups[*at].parent).map(|at| &self.groups[at].label);
        id.windows(parts.len()).any(|of| of == parts) || around.into_iter().any(|label| label.split([' ', ':']).any(|word| word == name))
    }

    /// What is at most `depth` edges away from a node, whichever way they lead. The node is named as it is called inside its groups, with as
    /// many of their names before it as tell it from others; where several are called so, the graph is about all of them, and where none
    /// is, about those that are parts of what is called so. The error is the names that there are.
    pub fn around(&self, name: &str, depth: usize) -> Result<Graph, Vec<Text>> {
        let is_meant =
            |node: &Node| node.id == name || node.name == name || node.id.strip_suffix(name).is_some_and(|head| head.ends_with('/'));
        let found = |is_meant: &dyn Fn(&Node) -> bool| -> BTreeSet<usize> {
            self.nodes.iter().enumerate().filter(|(_, node)| is_meant(node)).map(|(at, _)| at).collect()
        };
        let mut centre = found(&is_meant);
        if centre.is_empty() {
            // What nodes are part of: a stack of its units, an environment, a stage.
            centre = found(&|node| self.is_part_of(node, name));
        }
        if centre.is_empty() {
            let names: BTreeSet<Text> = self.nodes.iter().flat_map(|node| [node.name.clone(), node.id.clone()]).collect();
            return Err(names.into_iter().collect());
        }
        let mut beside = vec![Vec::new(); self.nodes.len()];
        for edge in &self.edges {
            beside[edge.from].push(edge.to);
            beside[edge.to].push(edge.from);
        }
        let mut kept = centre.clone();
        let mut border: Vec<usize> = centre.iter().copied().collect();
        for _ in 0..depth {
            let next: BTreeSet<usize> = border.iter().flat_map(|at| &beside[*at]).copied().filter(|at| !kept.contains(at)).collect();
            if next.is_empty() {
                break;
            }
            kept.extend(&next);
            border = next.into_iter().collect();
        }
        Ok(self.only(&kept, &centre))
    }

    /// The graph of some of its nodes.
    fn only(&self, kept: &BTreeSet<usize>, focus: &BTreeSet<usize>) -> Graph {
        let mut groups = BTreeSet::new();
        for at in kept {
            let mut group = self.nodes[*at].group;
            while let Some(of) = group {
                groups.insert(of);
                group = self.groups[of].parent;
            }
        }
        let place = |of: &BTreeSet<usize>| of.iter().enumerate().map(|(new, old)| (*old, new)).collect::<BTreeMap<usize, usize>>();
        let (nodes, of_groups) = (place(kept), place(&groups));
        let group = |of: Option<usize>| of.and_then(|of| of_groups.get(&of).copied());
        let edge = |edge: &Edge| Some(Edge { from: *nodes.get(&edge.from)?, to: *nodes.get(&edge.to)?, label: edge.label.clone() });
        Graph {
            title: self.title.clone(),
            flow: self.flow,
            classes: self.classes.clone(),
            groups: groups.iter().map(|at| Group { parent: group(self.groups[*at].parent), ..self.groups[*at].clone() }).collect(),
            nodes: kept
                .iter()
                .map(|at| Node { group: group(self.nodes[*at].group), focus: focus.contains(at), ..self.nodes[*at].clone() })
                .collect(),
            edges: self.edges.iter().filter_map(edge).collect(),
        }
    }
}

/// A text without what no file of a drawing may hold.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Two stacks in one environment; the unit of one reads an output of the other's.
    pub(in crate::view) fn small() -> Graph {
        let mut graph = Graph { title: "units".into(), classes: vec!["aws".into(), "hetzner".into()], ..Graph::default() };
        let environment = graph.group("acme/prod", None);
        for (stack, unit, class) in [("mgmt", "net", "hetzner"), ("web", "nodes", "aws"), ("web", "fw", "aws")] {
            let group = graph.group_of(stack, Some(environment));
            let name: Text = format!("{stack}/{unit}").into();
            graph.node(Node {
                id: format!("acme/prod/{name}").into(),
                lines: vec![name.clone(), class.into()],
                name,
                group: Some(group),
                class: class.into(),
                ..Node::default()
            });
        }
        graph.edges.push(Edge { from: 1, to: 0, label: "id \"<&>\"".into() });
        graph.edges.push(Edge { from: 1, to: 2, label: Text::default() });
        graph
    }

    #[test]
    fn what_is_around_a_node_keeps_its_groups() {
        let near = small().around("web/fw", 1).unwrap();
        assert_eq!(near.nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(), ["web/nodes", "web/fw"]);
        assert_eq!(near.groups.iter().map(|group| group.label.as_str()).collect::<Vec<_>>(), ["acme/prod", "web"]);
        assert_eq!((near.groups[1].parent, near.nodes[0].group, near.nodes[1].focus), (Some(0), Some(1), true));
        assert_eq!(near.edges, [Edge { from: 0, to: 1, label: Text::default() }]);
        assert_eq!(small().around("prod/web/fw", 2).unwrap().nodes.len(), 3);
        assert_eq!(small().around("web/fw", 0).unwrap().nodes.len(), 1);
        for (whole, nodes) in [("web", 2), ("acme/prod/web", 2), ("prod", 3), ("acme/prod", 3)] {
            let graph = small().around(whole, 0).unwrap();
            assert_eq!((graph.nodes.len(), graph.nodes.iter().all(|node| node.focus)), (nodes, true), "{whole}");
        }
        assert!(small().around("fv", 1).is_err_and(|names| names.contains(&"web/fw".into())));
    }
}
