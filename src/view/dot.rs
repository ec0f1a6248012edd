//! A graph for Graphviz.

use super::graph::plain;
use super::svg::{INK, Palette};
use super::{Flow, Graph, Shape};

/// The text of the graph.
pub fn dot(graph: &Graph) -> String {
    // What an edge of needs leads to comes first, and so stands to the left.
    let direction = if graph.flow == Flow::Needs { "RL" } else { "LR" };
    let mut text = format!(
        "digraph infrac {{\n  rankdir = {direction}\n  bgcolor = transparent\n  graph [fontname = monospace, color = \"{INK}\", fontcolor = \"{INK}\"]\n  \
         node [shape = box, style = filled, fillcolor = \"#eeeeee\", color = \"#444444\", fontcolor = \"#111111\", fontname = monospace]\n  \
         edge [color = \"{INK}\", fontcolor = \"{INK}\", fontname = monospace, fontsize = 10]\n"
    );
    let palette = Palette::of(graph);
    group(graph, &palette, None, 1, &mut text);
    for edge in &graph.edges {
        let label = if edge.label.is_empty() { String::new() } else { format!(" [label = {}]", quote(&edge.label)) };
        text.push_str(&format!("  {} -> {}{label}\n", quote(&graph.nodes[edge.from].id), quote(&graph.nodes[edge.to].id)));
    }
    if !palette.legend().is_empty() {
        text.push_str("  subgraph cluster_legend {\n    label = \"colours\"\n");
        for class in palette.legend() {
            let (fill, border) = palette.colours(class);
            text.push_str(&format!(
                "    {} [label = {}, fillcolor = \"{fill}\", color = \"{border}\"]\n",
                quote(&format!("legend {class}")),
                quote(class)
            ));
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    text
}

fn group(graph: &Graph, palette: &Palette<'_>, group: Option<usize>, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    for node in graph.nodes.iter().filter(|node| node.group == group) {
        let lines: Vec<&str> = node.lines.iter().map(|line| line.as_str()).collect();
        let mut said = format!("label = {}", quote(&lines.join("\n")));
        if !node.class.is_empty() {
            let (fill, border) = palette.colours(&node.class);
            said.push_str(&format!(", fillcolor = \"{fill}\", color = \"{border}\""));
        }
        match node.shape {
            Shape::Box => {}
            Shape::Round => said.push_str(", style = \"filled,rounded\""),
            Shape::Wall => said.push_str(", peripheries = 2"),
        }
        if node.focus {
            said.push_str(", penwidth = 3");
        }
        text.push_str(&format!("{indent}{} [{said}]\n", quote(&node.id)));
    }
    for (at, inner) in graph.groups.iter().enumerate().filter(|(_, inner)| inner.parent == group) {
        text.push_str(&format!("{indent}subgraph cluster_{at} {{\n{indent}  label = {}\n", quote(&inner.label)));
        self::group(graph, palette, Some(at), depth + 1, text);
        text.push_str(&format!("{indent}}}\n"));
    }
}

fn quote(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| plain(line).replace('\\', "\\\\").replace('"', "\\\"")).collect();
    format!("\"{}\"", lines.join("\\n"))
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::small;
    use super::{dot, quote};

    #[test]
    fn names_are_quoted_and_groups_are_clusters() {
        let text = dot(&small());
        assert!(
            text.contains("  subgraph cluster_0 {\n    label = \"acme/prod\"\n    subgraph cluster_1 {\n      label = \"mgmt\"\n"),
            "{text}"
        );
        assert!(text.contains("\"acme/prod/web/nodes\" -> \"acme/prod/mgmt/net\" [label = \"id \\\"<&>\\\"\"]\n"), "{text}");
        assert!(text.contains("\"legend aws\""));
        assert_eq!(quote("a\"b\\c\nd\u{1b}"), "\"a\\\"b\\\\c\\nd\u{fffd}\"");
    }
}
