//! `infrac graph`.

use super::output::{BOLD, print, show, tally, tell};
use super::selection::Selection;
use super::{Exit, Global, open, place};
use crate::driver::{Files, Memory, ProductGraph};
use crate::host::Failure;
use crate::render::{Format, sanitise};
use clap::ValueEnum;

/// Show what depends on what
///
/// For each product and environment, every stack with the stacks that it needs, or every unit with the units that are
/// applied before it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac graph --env prod\n  \
    infrac graph --format dot --units | dot -Tsvg > units.svg")]
pub(super) struct Graph {
    /// The form of the graph
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: GraphFormat,

    /// Show units instead of stacks
    #[arg(long)]
    units: bool,

    #[command(flatten)]
    selection: Selection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GraphFormat {
    /// A list for people
    Text,
    /// For Graphviz
    Dot,
}

impl Graph {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        let root = open::root(global)?;
        let compiled = open::compile(&root, &self.selection, Memory::default(), Files::LetGo)?;
        // Standard output is for the graph alone.
        let prefix = place::prefix(&root, Format::Text)?;
        show(&compiled.findings().reports(&prefix));
        if let (true, Some(tally)) = (compiled.has_errors(), tally(&compiled.diagnostics)) {
            tell(&format!("{tally}\n"));
            return Ok(Exit::Findings);
        }
        let graphs = &compiled.outcome.graphs;
        print(&match self.format {
            GraphFormat::Text => graphs.iter().map(|graph| text(graph, self.units)).collect::<Vec<_>>().join("\n"),
            GraphFormat::Dot => dot(graphs, self.units),
        });
        Ok(Exit::Clean)
    }
}

/// The nodes of a graph with what each needs.
fn nodes(graph: &ProductGraph, units: bool) -> Vec<(&str, Vec<&str>)> {
    if units {
        graph.units.iter().map(|(unit, needs)| (unit.as_str(), needs.iter().map(String::as_str).collect())).collect()
    } else {
        graph.stacks.iter().map(|(stack, needs)| (stack.as_str(), needs.iter().map(|need| need.as_str()).collect())).collect()
    }
}

fn text(graph: &ProductGraph, units: bool) -> String {
    let nodes = nodes(graph, units);
    let width = nodes.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = format!("{BOLD}{} {}{BOLD:#}\n", graph.product, graph.environment);
    for (name, needs) in nodes {
        let line = match needs.is_empty() {
            true => format!("  {name}"),
            false => format!("  {name:<width$}  needs {}", needs.join(", ")),
        };
        text.push_str(&sanitise(&line));
        text.push('\n');
    }
    text
}

fn dot(graphs: &[ProductGraph], units: bool) -> String {
    let mut text = String::from("digraph infrac {\n  rankdir = LR\n  node [shape = box]\n");
    for graph in graphs {
        let place = format!("{}/{}", graph.product, graph.environment);
        text.push_str(&format!("  subgraph {} {{\n    label = {}\n", quote(&format!("cluster_{place}")), quote(&place)));
        for (name, needs) in nodes(graph, units) {
            let node = |name: &str| quote(&format!("{place}/{name}"));
            text.push_str(&format!("    {} [label = {}]\n", node(name), quote(name)));
            for need in needs {
                text.push_str(&format!("    {} -> {}\n", node(name), node(need)));
            }
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    text
}

fn quote(text: &str) -> String {
    format!("\"{}\"", sanitise(text).replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> ProductGraph {
        ProductGraph {
            product: "acme".into(),
            environment: "prod".into(),
            units: vec![("mgmt/compute".into(), vec!["mgmt/network".into()]), ("mgmt/network".into(), vec![])],
            stacks: vec![("front".into(), vec!["mgmt".into(), "web".into()]), ("mgmt".into(), vec![]), ("web".into(), vec![])],
            machines: Default::default(),
        }
    }

    #[test]
    fn the_list_is_aligned() {
        let text = anstream::adapter::strip_str(&text(&graph(), false)).to_string();
        assert_eq!(text, "acme prod\n  front  needs mgmt, web\n  mgmt\n  web\n");
    }

    #[test]
    fn dot_is_quoted() {
        let text = dot(&[graph()], true);
        assert!(text.contains("\"acme/prod/mgmt/compute\" -> \"acme/prod/mgmt/network\""), "{text}");
        assert_eq!(quote("a\"b\\c"), "\"a\\\"b\\\\c\"");
    }
}
