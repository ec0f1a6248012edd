//! Directed graphs over sorted names: order and cycles.

use std::collections::{BTreeMap, BTreeSet};

/// A directed graph: node → the nodes that must come before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph<N> {
    edges: BTreeMap<N, BTreeSet<N>>,
}

impl<N> Default for Graph<N> {
    fn default() -> Self {
        Graph { edges: BTreeMap::new() }
    }
}

impl<N: Ord + Clone> Graph<N> {
    /// Adds a node without edges; nothing if it is there.
    pub fn node(&mut self, node: N) {
        self.edges.entry(node).or_default();
    }

    /// `node` needs `before`.
    pub fn edge(&mut self, node: N, before: N) {
        self.node(before.clone());
        self.edges.entry(node).or_default().insert(before);
    }

    /// The nodes in sorted order, with what each needs.
    pub fn iter(&self) -> impl Iterator<Item = (&N, &BTreeSet<N>)> {
        self.edges.iter()
    }

    /// Groups of nodes in which each needs only nodes of earlier groups; the same for every order of insertion.
    /// The error is one cycle: each node needs the next, the last needs the first.
    pub fn ranks(&self) -> Result<Vec<Vec<N>>, Vec<N>> {
        let mut left = self.edges.clone();
        let mut done = BTreeSet::new();
        let mut ranks = Vec::new();
        while !left.is_empty() {
            let ready: Vec<N> = left.iter().filter(|(_, needs)| needs.iter().all(|n| done.contains(n))).map(|(n, _)| n.clone()).collect();
            if ready.is_empty() {
                return Err(cycle(&left));
            }
            for node in &ready {
                left.remove(node);
                done.insert(node.clone());
            }
            ranks.push(ready);
        }
        Ok(ranks)
    }

    /// The nodes one after the other, each behind what it needs.
    pub fn order(&self) -> Result<Vec<N>, Vec<N>> {
        Ok(self.ranks()?.into_iter().flatten().collect())
    }

    /// Every node that `from` needs, directly or through others; `from` only where it lies on a cycle.
    pub fn reachable(&self, from: &N) -> BTreeSet<N> {
        let mut found = BTreeSet::new();
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            for next in self.edges.get(node).into_iter().flatten() {
                if found.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        found
    }
}

/// Follows needs among the nodes left until one repeats: every node left needs another one left.
fn cycle<N: Ord + Clone>(left: &BTreeMap<N, BTreeSet<N>>) -> Vec<N> {
    let mut path: Vec<N> = left.keys().take(1).cloned().collect();
    while let Some(next) = path.last().and_then(|node| left[node].iter().find(|n| left.contains_key(n))) {
        if let Some(at) = path.iter().position(|seen| seen == next) {
            return path.split_off(at);
        }
        path.push(next.clone());
    }
    path
}

#[cfg(test)]
mod tests {
    use super::Graph;

    #[test]
    fn ranks_and_cycles() {
        let mut graph = Graph::default();
        graph.edge("compute", "network");
        graph.edge("dns", "compute");
        graph.node("ssh");
        assert_eq!(graph.ranks(), Ok(vec![vec!["network", "ssh"], vec!["compute"], vec!["dns"]]));
        graph.edge("network", "dns");
        assert_eq!(graph.ranks(), Err(vec!["compute", "network", "dns"]));
        assert!(graph.reachable(&"compute").contains("compute"));
    }
}
