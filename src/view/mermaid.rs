//! A graph for Mermaid, as GitHub and GitLab show it in Markdown.

use super::graph::plain;
use super::svg::Palette;
use super::{Flow, Graph, Shape};
use crate::base::Text;

/// The text of the graph.
pub fn mermaid(graph: &Graph) -> String {
    let direction = if graph.flow == Flow::Needs { "RL" } else { "LR" };
    let mut text = format!("flowchart {direction}\n");
    let palette = Palette::of(graph);
    group(graph, &palette, None, 1, &mut text);
    for edge in &graph.edges {
        let label = if edge.label.is_empty() { String::new() } else { format!("|{}|", quote(&edge.label)) };
        text.push_str(&format!("  n{} -->{label} n{}\n", edge.from, edge.to));
    }
    if !palette.legend().is_empty() {
        text.push_str("  subgraph legend[\"colours\"]\n");
        for (at, class) in palette.legend().iter().enumerate() {
            text.push_str(&format!("    l{at}[{}]{}\n", quote(class), of_class(&palette, class)));
        }
        text.push_str("  end\n");
    }
    for class in palette.used() {
        let (Some(place), (fill, border)) = (palette.place(class), palette.colours(class)) else { continue };
        text.push_str(&format!("  classDef c{place} fill:{fill},stroke:{border},color:#111111\n"));
    }
    for (at, _) in graph.nodes.iter().enumerate().filter(|(_, node)| node.focus) {
        text.push_str(&format!("  style n{at} stroke-width:4px\n"));
    }
    text
}

fn group(graph: &Graph, palette: &Palette<'_>, group: Option<usize>, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    for (at, node) in graph.nodes.iter().enumerate().filter(|(_, node)| node.group == group) {
        let lines: Vec<&str> = node.lines.iter().map(|line| line.as_str()).collect();
        let label = quote(&lines.join("\n"));
        let (open, close) = match node.shape {
            Shape::Box => ("[", "]"),
            Shape::Round => ("(", ")"),
            Shape::Wall => ("[[", "]]"),
        };
        let class = of_class(palette, &node.class);
        text.push_str(&format!("{indent}n{at}{open}{label}{close}{class}\n"));
    }
    for (at, inner) in graph.groups.iter().enumerate().filter(|(_, inner)| inner.parent == group) {
        text.push_str(&format!("{indent}subgraph g{at}[{}]\n", quote(&inner.label)));
        self::group(graph, palette, Some(at), depth + 1, text);
        text.push_str(&format!("{indent}end\n"));
    }
}

fn of_class(palette: &Palette<'_>, class: &Text) -> String {
    palette.place(class).map(|place| format!(":::c{place}")).unwrap_or_default()
}

/// Mermaid has entities and no escapes; the sign that begins one is written as one.
fn quote(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let mut quoted = String::new();
        for character in plain(line).chars() {
            match character {
                '"' | '#' | '<' | '>' | '&' | '`' | ';' | '\\' => quoted.push_str(&format!("#{};", character as u32)),
                _ => quoted.push(character),
            }
        }
        quoted
    });
    format!("\"{}\"", lines.collect::<Vec<_>>().join("<br/>"))
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::small;
    use super::mermaid;

    #[test]
    fn what_mermaid_would_read_is_an_entity() {
        let text = mermaid(&small());
        assert!(
            text.starts_with(
                "flowchart RL\n  subgraph g0[\"acme/prod\"]\n    subgraph g1[\"mgmt\"]\n      n0[\"mgmt/net<br/>hetzner\"]:::c1\n"
            ),
            "{text}"
        );
        assert!(text.contains("  n1 -->|\"id #34;#60;#38;#62;#34;\"| n0\n  n1 --> n2\n"), "{text}");
    }
}
