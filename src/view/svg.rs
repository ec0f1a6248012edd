//! A graph as a drawing: one file that needs no other, and is read on white and on dark alike.

use super::graph::plain;
use super::layout::{FONT_SIZE, LINE, Layout, Line, Rect, layout, short, width_of};
use super::{Graph, Shape};
use crate::base::Text;
use std::collections::BTreeSet;

/// What is drawn on the page itself: it has the same contrast on white and on black.
pub(super) const INK: &str = "#76797d";

/// The fill and the border of what belongs together. The fills are light, for dark text.
const COLOURS: [(&str, &str); 8] = [
    ("#cfe8ff", "#1b6ec2"),
    ("#ffe0b8", "#b86a00"),
    ("#d4f0d0", "#2f8a2b"),
    ("#ead9fb", "#7a3fc0"),
    ("#ffd6dc", "#c02f4d"),
    ("#d0f0ee", "#148a83"),
    ("#f4edb5", "#877a00"),
    ("#e3e3e3", "#5f5f5f"),
];
/// What belongs to nothing.
const NONE: (&str, &str) = ("#f3f3f3", "#5f5f5f");

/// Around the drawing.
const MARGIN: i64 = 16;
/// The legend's row.
const LEGEND: i64 = 28;

/// The colours of a graph.
pub(super) struct Palette<'g> {
    all: &'g [Text],
    used: Vec<&'g Text>,
}

impl<'g> Palette<'g> {
    /// One for each class.
    pub(super) fn of(graph: &'g Graph) -> Palette<'g> {
        let used: BTreeSet<&Text> = graph.nodes.iter().map(|node| &node.class).filter(|class| !class.is_empty()).collect();
        Palette { all: &graph.classes, used: used.into_iter().collect() }
    }

    /// The classes of a legend; none where all is of one.
    pub(super) fn legend(&self) -> &[&'g Text] {
        if self.used.len() > 1 { &self.used } else { &[] }
    }

    /// Every class that a node is of.
    pub(super) fn used(&self) -> &[&'g Text] {
        &self.used
    }

    /// Which of the classes this is.
    pub(super) fn place(&self, class: &Text) -> Option<usize> {
        self.all.iter().position(|known| known == class)
    }

    /// The fill and the border of a class.
    pub(super) fn colours(&self, class: &Text) -> (&'static str, &'static str) {
        self.place(class).map_or(NONE, |place| COLOURS[place % COLOURS.len()])
    }
}

/// The drawing.
pub fn svg(graph: &Graph) -> String {
    let layout = layout(graph);
    let palette = Palette::of(graph);
    let legend: i64 = palette.legend().iter().map(|class| width_of(class) + 40).sum();
    let has_legend = legend > 0;
    let width = layout.width.max(legend) + 2 * MARGIN;
    let height = layout.height + 2 * MARGIN + if has_legend { LEGEND } else { 0 };
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, Liberation Mono, monospace\" font-size=\"{FONT_SIZE}\">\n<title>{}</title>\n\
         <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
         <path d=\"M0 0L8 4L0 8z\" fill=\"{INK}\"/></marker></defs>\n<g transform=\"translate({MARGIN} {MARGIN})\">\n",
        escape(&graph.title)
    );
    groups(graph, &layout, &mut text);
    for (at, line) in layout.edges.iter().enumerate() {
        edge(graph, at, line, &mut text);
    }
    for (at, rect) in layout.nodes.iter().enumerate() {
        node(graph, at, rect, palette.colours(&graph.nodes[at].class), &mut text);
    }
    text.push_str("</g>\n");
    if has_legend {
        let y = layout.height + MARGIN + LEGEND / 2;
        let mut x = MARGIN;
        for class in palette.legend() {
            let (fill, border) = palette.colours(class);
            text.push_str(&format!(
                "<rect x=\"{x}\" y=\"{y}\" width=\"16\" height=\"12\" rx=\"2\" fill=\"{fill}\" stroke=\"{border}\"/>\
                 <text x=\"{}\" y=\"{}\" fill=\"{INK}\">{}</text>\n",
                x + 22,
                y + 11,
                escape(class)
            ));
            x += width_of(class) + 40;
        }
    }
    text.push_str("</svg>\n");
    text
}

fn groups(graph: &Graph, layout: &Layout, text: &mut String) {
    for (group, rect) in graph.groups.iter().zip(&layout.groups) {
        text.push_str(&format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"{INK}\" fill-opacity=\"0.07\" stroke=\"{INK}\"/>\
             <text x=\"{}\" y=\"{}\" fill=\"{INK}\" font-weight=\"bold\">{}</text>\n",
            rect.x,
            rect.y,
            rect.width,
            rect.height,
            rect.x + 10,
            rect.y + 16,
            escape(&group.label)
        ));
    }
}

fn edge(graph: &Graph, at: usize, line: &Line, text: &mut String) {
    let edge = &graph.edges[at];
    let Some((first, rest)) = line.points.split_first() else { return };
    let mut path = format!("M{} {}", first.0, first.1);
    let mut last = *first;
    for point in rest {
        // Level where it begins and ends, so that it leaves and enters boxes at their sides.
        let middle = (last.0 + point.0) / 2;
        path.push_str(&match last.1 == point.1 {
            true => format!("L{} {}", point.0, point.1),
            false => format!("C{middle} {} {middle} {} {} {}", last.1, point.1, point.0, point.1),
        });
        last = *point;
    }
    let title = match edge.label.is_empty() {
        true => format!("{} → {}", graph.nodes[edge.from].name, graph.nodes[edge.to].name),
        false => format!("{} → {}: {}", graph.nodes[edge.from].name, graph.nodes[edge.to].name, edge.label),
    };
    text.push_str(&format!(
        "<g class=\"edge\" data-from=\"{}\" data-to=\"{}\"><title>{}</title><path d=\"{path}\" fill=\"none\" stroke=\"{INK}\" stroke-width=\"1.3\" marker-end=\"url(#arrow)\"/>",
        edge.from,
        edge.to,
        escape(&title)
    ));
    if let Some((x, y)) = line.label {
        text.push_str(&format!(
            "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" fill=\"{INK}\" font-size=\"11\">{}</text>",
            y - 5,
            escape(&short(&edge.label))
        ));
    }
    text.push_str("</g>\n");
}

fn node(graph: &Graph, at: usize, rect: &Rect, (fill, border): (&str, &str), text: &mut String) {
    let node = &graph.nodes[at];
    let round = if node.shape == Shape::Round { 16 } else { 3 };
    let thick = if node.focus { "3" } else { "1.2" };
    text.push_str(&format!(
        "<g class=\"node\" data-node=\"{at}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{round}\" fill=\"{fill}\" stroke=\"{border}\" stroke-width=\"{thick}\"/>",
        escape(&node.id),
        rect.x,
        rect.y,
        rect.width,
        rect.height
    ));
    if node.shape == Shape::Wall {
        text.push_str(&format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"2\" fill=\"none\" stroke=\"{border}\"/>",
            rect.x + 3,
            rect.y + 3,
            rect.width - 6,
            rect.height - 6
        ));
    }
    for (line, said) in node.lines.iter().enumerate() {
        let weight = if line == 0 { " font-weight=\"bold\"" } else { "" };
        text.push_str(&format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#111111\"{weight}>{}</text>",
            rect.x + rect.width / 2,
            rect.y + 17 + line as i64 * LINE,
            escape(said)
        ));
    }
    text.push_str("</g>\n");
}

/// A text as it stands in XML.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in plain(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::small;
    use super::{escape, svg};

    #[test]
    fn what_xml_would_read_is_an_entity() {
        assert_eq!(escape("<a href=\"x\">&\u{1}\u{ffff}"), "&lt;a href=&quot;x&quot;&gt;&amp;\u{fffd}\u{fffd}");
        let drawing = svg(&small());
        assert!(drawing.contains(">id &quot;&lt;&amp;&gt;&quot;</text>"), "{drawing}");
        assert!(drawing.contains(">hetzner</text>") && drawing.contains(">acme/prod</text>"));
        assert_eq!(drawing, svg(&small()));
    }
}
