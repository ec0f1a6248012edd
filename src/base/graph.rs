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
        let mut users: BTreeMap<&N, Vec<&N>> = BTreeMap::new();
        for (node, needs) in &self.edges {
            needs.iter().for_each(|need| users.entry(need).or_default().push(node));
        }
        let mut open: BTreeMap<&N, usize> = self.edges.iter().map(|(node, needs)| (node, needs.len())).collect();
        let mut ready: BTreeSet<&N> = open.iter().filter(|(_, needs)| **needs == 0).map(|(node, _)| *node).collect();
        let mut ranks = Vec::new();
        while !ready.is_empty() {
            let mut next = BTreeSet::new();
            for node in &ready {
                open.remove(node);
                for user in users.get(node).into_iter().flatten() {
                    if let Some(needs) = open.get_mut(user) {
                        *needs -= 1;
                        next.extend((*needs == 0).then_some(*user));
                    }
                }
            }
            ranks.push(ready.into_iter().cloned().collect());
            ready = next;
        }
        if open.is_empty() { Ok(ranks) } else { Err(self.cycle(&open)) }
    }

    /// Follows needs among the nodes left until one repeats: every node left needs another one left.
    fn cycle(&self, left: &BTreeMap<&N, usize>) -> Vec<N> {
        let mut path: Vec<&N> = left.keys().take(1).copied().collect();
        let mut places: BTreeMap<&N, usize> = BTreeMap::new();
        while let Some(node) = path.last().copied() {
            if let Some(at) = places.insert(node, path.len() - 1) {
                path.pop();
                return path.split_off(at).into_iter().cloned().collect();
            }
            path.extend(self.edges[node].iter().find(|need| left.contains_key(need)));
        }
        Vec::new()
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
