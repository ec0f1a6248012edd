//! A graph as lines for people: groups as headings, below them each node with what its edges lead to.

use super::{Flow, Graph};
use std::collections::BTreeMap;

/// The lines.
pub fn outline(graph: &Graph) -> String {
    let mut by_group: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        by_group.entry(node.group).or_default().push(at);
    }
    let mut inside: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (at, group) in graph.groups.iter().enumerate() {
        inside.entry(group.parent).or_default().push(at);
    }
    let targets = graph.targets();
    let mut lines = Lines { graph, by_group, inside, targets, text: String::new() };
    lines.group(None, 0);
    lines.text
}

struct Lines<'g> {
    graph: &'g Graph,
    by_group: BTreeMap<Option<usize>, Vec<usize>>,
    inside: BTreeMap<Option<usize>, Vec<usize>>,
    targets: Vec<Vec<(usize, &'g crate::base::Text)>>,
    text: String,
}

impl Lines<'_> {
    fn group(&mut self, group: Option<usize>, depth: usize) {
        let indent = "  ".repeat(depth);
        let nodes = self.by_group.get(&group).cloned().unwrap_or_default();
        let width = |of: &dyn Fn(usize) -> usize| nodes.iter().map(|at| of(*at)).max().unwrap_or(0);
        let names = width(&|at| self.graph.nodes[at].name.chars().count() + usize::from(self.graph.nodes[at].focus));
        let said = width(&|at| self.said(at).chars().count());
        for at in nodes {
            let node = &self.graph.nodes[at];
            let mark = if node.focus { "*" } else { "" };
            let mut line = format!("{indent}{:<names$}  {:<said$}", format!("{mark}{}", node.name), self.said(at));
            let needs: Vec<String> = self.targets[at]
                .iter()
                .map(|(to, label)| match label.is_empty() {
                    true => self.graph.nodes[*to].name.to_string(),
                    false => format!("{} ({label})", self.graph.nodes[*to].name),
                })
                .collect();
            if !needs.is_empty() {
                let word = if self.graph.flow == Flow::Needs { "needs" } else { "reaches" };
                line.push_str(&format!("  {word} {}", needs.join(", ")));
            }
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
        for inner in self.inside.get(&group).cloned().unwrap_or_default() {
            if depth == 0 && !self.text.is_empty() {
                self.text.push('\n');
            }
            self.text.push_str(&format!("{indent}{}\n", self.graph.groups[inner].label));
            self.group(Some(inner), depth + 1);
        }
    }

    /// What is said of a node behind its name.
    fn said(&self, at: usize) -> String {
        let node = &self.graph.nodes[at];
        node.lines.iter().filter(|line| **line != node.name).map(|line| line.as_str()).collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::small;
    use super::outline;

    #[test]
    fn groups_are_headings_and_names_are_aligned() {
        let wanted = "acme/prod\n  mgmt\n    mgmt/net  hetzner\n  web\n    web/nodes  aws  needs mgmt/net (id \"<&>\"), web/fw\n    web/fw     aws\n";
        assert_eq!(outline(&small()), wanted);
    }
}
