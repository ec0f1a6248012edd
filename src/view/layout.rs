//! Where everything of a drawing stands. Each group is laid out by itself, as a box in the group around it: what belongs together in layers,
//! by the longest path, with few crossings, and what has no edge to each other side by side. An edge passes the layers between its ends
//! through places of its own, in one of which its label stands.

use super::{Flow, Graph};
use std::collections::{BTreeMap, BTreeSet};

/// The width of a character, in pixels: fonts of one width have less than this at [`FONT_SIZE`].
pub(super) const CHARACTER: i64 = 8;
/// The size of the font in pixels.
pub(super) const FONT_SIZE: i64 = 12;
/// From one line of a text to the next.
pub(super) const LINE: i64 = 17;
/// Around the text of a node, and inside a group.
const PADDING: i64 = 10;
/// The title of a group.
const TITLE: i64 = 24;
/// Between boxes one above the other.
const BELOW: i64 = 14;
/// Between layers.
const BESIDE: i64 = 34;
/// Between what has nothing to do with each other.
const APART: i64 = 22;
/// The height of a label.
const LABEL: i64 = 16;
/// How many characters of a label are drawn; the whole one is told where the pointer rests.
pub(super) const LABEL_CHARACTERS: usize = 34;
/// A height that is the one of the point before: a line leaves its layer level.
const AS_BEFORE: i64 = i64::MIN;
/// A height that is the one of the next point: a line is level where it comes to its layer.
const AS_NEXT: i64 = i64::MAX;
/// How often the order in each layer is improved.
const SWEEPS: usize = 12;

/// A place in the drawing: from the left, from above.
type Point = (i64, i64);

/// What stands beside each cell in the next layer.
type Beside = BTreeMap<Cell, Vec<Cell>>;

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rect {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
}

/// A line with the place of its label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// From the node that an edge begins at to the one that it leads to.
    pub points: Vec<Point>,
    /// The middle of its label.
    pub label: Option<Point>,
}

/// A drawing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    pub width: i64,
    pub height: i64,
    pub nodes: Vec<Rect>,
    pub groups: Vec<Rect>,
    pub edges: Vec<Line>,
}

/// How wide a text is.
pub(super) fn width_of(text: &str) -> i64 {
    // What is not of the Latin, Greek or Cyrillic alphabet may be twice as wide.
    text.chars().map(|character| if (character as u32) < 0x1100 { CHARACTER } else { 2 * CHARACTER }).sum()
}

/// A label as it is drawn.
pub(super) fn short(label: &str) -> String {
    match label.chars().count() > LABEL_CHARACTERS {
        true => label.chars().take(LABEL_CHARACTERS - 1).chain(['…']).collect(),
        false => label.to_owned(),
    }
}

/// What stands in a group: one of its nodes, or a group in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Group(usize),
    Node(usize),
}

/// An edge between two things of a group, from the one that comes first.
#[derive(Clone, Copy, Debug)]
struct Link {
    edge: usize,
    first: Item,
    last: Item,
}

/// An edge that leaves a group, from one of its things to the right, or that enters it from the left.
#[derive(Clone, Copy, Debug)]
struct Exit {
    edge: usize,
    item: Item,
    right: bool,
}

/// Lays a graph out.
pub(super) fn layout(graph: &Graph) -> Layout {
    let mut layout = Layout {
        nodes: graph.nodes.iter().map(size_of).collect(),
        groups: vec![Rect::default(); graph.groups.len()],
        edges: vec![Line::default(); graph.edges.len()],
        ..Layout::default()
    };
    let mut items: BTreeMap<Option<usize>, Vec<Item>> = BTreeMap::new();
    for (at, group) in graph.groups.iter().enumerate() {
        items.entry(group.parent).or_default().push(Item::Group(at));
    }
    for (at, node) in graph.nodes.iter().enumerate() {
        items.entry(node.group).or_default().push(Item::Node(at));
    }
    let mut links: BTreeMap<Option<usize>, Vec<Link>> = BTreeMap::new();
    let mut exits: BTreeMap<Option<usize>, Vec<Exit>> = BTreeMap::new();
    for (at, edge) in graph.edges.iter().enumerate() {
        let (first, last) = if graph.flow == Flow::Needs { (edge.to, edge.from) } else { (edge.from, edge.to) };
        let (above_first, above_last) = (way(graph, first), way(graph, last));
        let apart = above_first.iter().zip(&above_last).position(|(a, b)| a != b);
        if let Some(apart) = apart {
            let around = match apart.checked_sub(1).map(|above| above_first[above]) {
                Some(Item::Group(group)) => Some(group),
                _ => None,
            };
            links.entry(around).or_default().push(Link { edge: at, first: above_first[apart], last: above_last[apart] });
            for (way, right) in [(&above_first, true), (&above_last, false)] {
                for pair in way[apart..].windows(2) {
                    if let Item::Group(group) = pair[0] {
                        exits.entry(Some(group)).or_default().push(Exit { edge: at, item: pair[1], right });
                    }
                }
            }
        }
    }
    let mut places = BTreeMap::new();
    // Groups stand behind those around them: from the last on, what is inside is known.
    for group in (0..graph.groups.len()).rev().map(Some).chain([None]) {
        let inside = items.get(&group).map(Vec::as_slice).unwrap_or_default();
        let of = |links: &BTreeMap<Option<usize>, Vec<Link>>| links.get(&group).cloned().unwrap_or_default();
        let leaving = exits.get(&group).map(Vec::as_slice).unwrap_or_default();
        let arranged = arrange(graph, &layout, inside, &of(&links), leaving);
        match group {
            Some(at) => {
                let title = width_of(&graph.groups[at].label) + 2 * PADDING;
                layout.groups[at].width = (arranged.width + 2 * PADDING).max(title);
                layout.groups[at].height = arranged.height + TITLE + PADDING;
            }
            None => (layout.width, layout.height) = (arranged.width, arranged.height),
        }
        places.insert(group, arranged);
    }
    let mut turned = BTreeSet::new();
    // From outside in, places inside a group become places of the drawing.
    for group in std::iter::once(None).chain((0..graph.groups.len()).map(Some)) {
        let Some(arranged) = places.remove(&group) else { continue };
        let (x, y) = match group {
            Some(at) => (layout.groups[at].x + PADDING, layout.groups[at].y + TITLE),
            None => (0, 0),
        };
        for (item, (left, top)) in arranged.items {
            let rect = layout.rect(item);
            (rect.x, rect.y) = (x + left, y + top);
        }
        let moved = |point| shifted(point, (x, y));
        for (edge, points, label) in arranged.lines {
            layout.edges[edge].points = points.into_iter().map(moved).collect();
            layout.edges[edge].label = label.map(moved);
        }
        turned.extend(arranged.turned);
        // What leads back leaves groups at their other sides, where no place is kept for it.
        for (exit, points) in arranged.exits.into_iter().filter(|(exit, _)| !turned.contains(&exit.edge)) {
            let known = &mut layout.edges[exit.edge].points;
            let at = if exit.right { 0 } else { known.len() };
            known.splice(at..at, points.into_iter().map(moved));
        }
    }
    ends(graph, &mut layout);
    layout
}

impl Layout {
    fn rect(&mut self, item: Item) -> &mut Rect {
        match item {
            Item::Group(at) => &mut self.groups[at],
            Item::Node(at) => &mut self.nodes[at],
        }
    }

    fn size(&self, item: Item) -> (i64, i64) {
        let rect = match item {
            Item::Group(at) => &self.groups[at],
            Item::Node(at) => &self.nodes[at],
        };
        (rect.width, rect.height)
    }
}

/// A point of a line, moved.
fn shifted((left, top): (i64, i64), (x, y): (i64, i64)) -> (i64, i64) {
    (left + x, if matches!(top, AS_BEFORE | AS_NEXT) { top } else { top + y })
}

fn size_of(node: &super::Node) -> Rect {
    let widest = node.lines.iter().map(|line| width_of(line)).max().unwrap_or(0);
    Rect { width: widest + 2 * PADDING, height: node.lines.len().max(1) as i64 * LINE + PADDING, ..Rect::default() }
}

/// The groups around a node from outside in, and the node.
fn way(graph: &Graph, node: usize) -> Vec<Item> {
    let mut way = vec![Item::Node(node)];
    let mut group = graph.nodes[node].group;
    while let Some(at) = group {
        way.push(Item::Group(at));
        group = graph.groups[at].parent;
    }
    way.reverse();
    way
}

/// The first and the last point of each line: the middle of the side of a node, spread where several lines meet.
fn ends(graph: &Graph, layout: &mut Layout) {
    let needs = graph.flow == Flow::Needs;
    let mut sides: BTreeMap<(usize, bool), Vec<(i64, usize)>> = BTreeMap::new();
    let mut ends = Vec::new();
    for (at, edge) in graph.edges.iter().enumerate() {
        let (first, last) = if needs { (edge.to, edge.from) } else { (edge.from, edge.to) };
        // Against a circle an edge leads back.
        let back = layout.nodes[first].x > layout.nodes[last].x;
        let (left, right) = if back { (last, first) } else { (first, last) };
        ends.push((left, right, back));
        let towards = |points: &[(i64, i64)], other: usize, at_end: bool| {
            let mut known = points.iter().filter(|(_, y)| !matches!(*y, AS_BEFORE | AS_NEXT));
            let near = if at_end { known.next_back() } else { known.next() };
            near.map_or(layout.nodes[other].y + layout.nodes[other].height / 2, |(_, y)| *y)
        };
        let points = &layout.edges[at].points;
        sides.entry((left, true)).or_default().push((towards(points, right, false), at));
        sides.entry((right, false)).or_default().push((towards(points, left, true), at));
    }
    let mut heights: BTreeMap<(usize, bool), i64> = BTreeMap::new();
    for ((node, is_right), mut lines) in sides {
        lines.sort();
        let rect = layout.nodes[node];
        let step = (rect.height - 8) / (lines.len() as i64 + 1);
        for (place, (_, edge)) in lines.into_iter().enumerate() {
            heights.insert((edge, is_right), rect.y + 4 + step * (place as i64 + 1));
        }
    }
    for (at, (left, right, back)) in ends.into_iter().enumerate() {
        let line = &mut layout.edges[at];
        if graph.edges[at].from == graph.edges[at].to {
            continue;
        }
        let start = (layout.nodes[left].x + layout.nodes[left].width, heights.get(&(at, true)).copied().unwrap_or(0));
        let end = (layout.nodes[right].x, heights.get(&(at, false)).copied().unwrap_or(0));
        line.points.insert(0, start);
        line.points.push(end);
        for place in 1..line.points.len() {
            if line.points[place].1 == AS_BEFORE {
                line.points[place].1 = line.points[place - 1].1;
            }
        }
        for place in (0..line.points.len() - 1).rev() {
            if line.points[place].1 == AS_NEXT {
                line.points[place].1 = line.points[place + 1].1;
            }
        }
        // The points go from left to right; an edge goes where it leads.
        if needs != back {
            line.points.reverse();
        }
    }
}

/// A part of a layer: a thing, or a place through which an edge passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Item(Item),
    Pass { edge: usize, layer: usize },
}

/// What stands where in a group.
#[derive(Debug, Default)]
struct Arranged {
    width: i64,
    height: i64,
    items: Vec<(Item, (i64, i64))>,
    lines: Vec<(usize, Vec<Point>, Option<Point>)>,
    exits: Vec<(Exit, Vec<Point>)>,
    turned: BTreeSet<usize>,
}

fn arrange(graph: &Graph, layout: &Layout, items: &[Item], links: &[Link], exits: &[Exit]) -> Arranged {
    let parts = parts(items, links, exits);
    let mut arranged: Vec<Arranged> = parts.iter().map(|part| layers(graph, layout, part)).collect();
    // Shelves, as wide as makes the whole about half as high as it is wide.
    let area: i64 = arranged.iter().map(|part| (part.width + APART) * (part.height + APART)).sum();
    let widest = arranged.iter().map(|part| part.width).max().unwrap_or(0);
    let room = widest.max(((2 * area).max(0) as u64).isqrt() as i64);
    let mut whole = Arranged::default();
    let (mut x, mut y, mut shelf) = (0, 0, 0);
    for part in &mut arranged {
        if x > 0 && x + part.width > room {
            (x, y, shelf) = (0, y + shelf + APART, 0);
        }
        whole.items.extend(part.items.drain(..).map(|(item, (left, top))| (item, (left + x, top + y))));
        let moved = |point| shifted(point, (x, y));
        whole
            .lines
            .extend(part.lines.drain(..).map(|(edge, points, label)| (edge, points.into_iter().map(moved).collect(), label.map(moved))));
        whole.exits.extend(part.exits.drain(..).map(|(exit, points)| (exit, points.into_iter().map(moved).collect())));
        whole.turned.append(&mut part.turned);
        whole.width = whole.width.max(x + part.width);
        whole.height = whole.height.max(y + part.height);
        shelf = shelf.max(part.height);
        x += part.width + APART;
    }
    whole
}

/// Things that are connected, with what connects them.
#[derive(Debug, Default)]
struct Part {
    items: Vec<Item>,
    links: Vec<Link>,
    exits: Vec<Exit>,
}

/// What is connected, in the order of the first thing of each part. What edges leave the group from is connected by what is outside.
fn parts(items: &[Item], links: &[Link], exits: &[Exit]) -> Vec<Part> {
    let mut beside: BTreeMap<Item, Vec<Item>> = BTreeMap::new();
    let outside = exits.windows(2).map(|pair| (pair[0].item, pair[1].item));
    for (one, other) in links.iter().map(|link| (link.first, link.last)).chain(outside) {
        beside.entry(one).or_default().push(other);
        beside.entry(other).or_default().push(one);
    }
    let mut part_of: BTreeMap<Item, usize> = BTreeMap::new();
    let mut parts: Vec<Part> = Vec::new();
    for item in items {
        if !part_of.contains_key(item) {
            let mut open = vec![*item];
            while let Some(next) = open.pop() {
                if part_of.insert(next, parts.len()).is_none() {
                    open.extend(beside.get(&next).into_iter().flatten().filter(|other| !part_of.contains_key(other)));
                }
            }
            parts.push(Part::default());
        }
        parts[part_of[item]].items.push(*item);
    }
    links.iter().for_each(|link| parts[part_of[&link.first]].links.push(*link));
    exits.iter().for_each(|exit| parts[part_of[&exit.item]].exits.push(*exit));
    parts
}

/// One connected part in layers.
fn layers(graph: &Graph, layout: &Layout, part: &Part) -> Arranged {
    let items = &part.items;
    let (links, turned) = forward(items, &part.links);
    // Things stand in even layers, so that there is one for labels between any two.
    let mut layer_of: BTreeMap<Item, usize> = items.iter().map(|item| (*item, 0)).collect();
    for item in in_order(items, &links) {
        let from = layer_of[&item];
        for link in links.iter().filter(|link| link.first == item) {
            let place = layer_of.entry(link.last).or_default();
            *place = (*place).max(from + 2);
        }
    }
    // What nothing comes before stands as near to what it leads to as it can.
    for item in items.iter().filter(|item| !links.iter().any(|link| link.last == **item)) {
        if let Some(nearest) = links.iter().filter(|link| link.first == *item).map(|link| layer_of[&link.last]).min() {
            layer_of.insert(*item, nearest - 2);
        }
    }
    let count = layer_of.values().max().map_or(0, |last| last + 1);
    // What only leads out stands where it leaves.
    let leads_out = |item: &Item| part.exits.iter().any(|exit| exit.item == *item && exit.right);
    let stays = |item: &Item| links.iter().any(|link| link.first == *item || link.last == *item);
    for item in items.iter().filter(|item| leads_out(item) && !stays(item)) {
        layer_of.insert(*item, count.saturating_sub(1));
    }
    let mut rows: Vec<Vec<Cell>> = vec![Vec::new(); count];
    items.iter().for_each(|item| rows[layer_of[item]].push(Cell::Item(*item)));
    let mut before: Beside = BTreeMap::new();
    let mut behind: Beside = BTreeMap::new();
    for link in &links {
        let (first, last) = (layer_of[&link.first], layer_of[&link.last]);
        let passed = (first + 1..last).map(|layer| (layer, Cell::Pass { edge: link.edge, layer }));
        passed.clone().for_each(|(layer, cell)| rows[layer].push(cell));
        let mut cell = Cell::Item(link.first);
        for next in passed.map(|(_, cell)| cell).chain([Cell::Item(link.last)]) {
            before.entry(next).or_default().push(cell);
            behind.entry(cell).or_default().push(next);
            cell = next;
        }
    }
    for exit in &part.exits {
        let own = layer_of[&exit.item];
        let passed: Vec<usize> = if exit.right { (own + 1..count).collect() } else { (0..own).rev().collect() };
        let mut cell = Cell::Item(exit.item);
        for layer in passed {
            let next = Cell::Pass { edge: exit.edge, layer };
            rows[layer].push(next);
            let (left, right) = if exit.right { (cell, next) } else { (next, cell) };
            before.entry(right).or_default().push(left);
            behind.entry(left).or_default().push(right);
            cell = next;
        }
    }
    for sweep in 0..SWEEPS {
        let forward = sweep % 2 == 0;
        let order: Vec<usize> = if forward { (1..count).collect() } else { (0..count.saturating_sub(1)).rev().collect() };
        for at in order {
            let (beside, near) = if forward { (&rows[at - 1], &before) } else { (&rows[at + 1], &behind) };
            let places: BTreeMap<Cell, usize> = beside.iter().enumerate().map(|(place, cell)| (*cell, place)).collect();
            let mut keyed: Vec<(f64, usize, Cell)> = rows[at]
                .iter()
                .enumerate()
                .map(|(place, cell)| {
                    let of: Vec<usize> = near.get(cell).into_iter().flatten().filter_map(|other| places.get(other)).copied().collect();
                    let centre = match of.is_empty() {
                        true => place as f64,
                        false => of.iter().sum::<usize>() as f64 / of.len() as f64,
                    };
                    (centre, place, *cell)
                })
                .collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            rows[at] = keyed.into_iter().map(|(_, _, cell)| cell).collect();
        }
    }
    let mut arranged = stand(graph, layout, (&links, &part.exits), &rows, &layer_of, (&before, &behind));
    arranged.turned = turned;
    arranged
}

/// Gives the cells of layers their places.
fn stand(
    graph: &Graph,
    layout: &Layout,
    (links, exits): (&[Link], &[Exit]),
    rows: &[Vec<Cell>],
    layer_of: &BTreeMap<Item, usize>,
    (before, behind): (&Beside, &Beside),
) -> Arranged {
    // The label stands in the layer in front of what the edge comes from last, where most room is.
    let labelled: BTreeMap<usize, usize> = links
        .iter()
        .filter(|link| !graph.edges[link.edge].label.is_empty())
        .map(|link| (link.edge, layer_of[&link.last].saturating_sub(1)))
        .collect();
    let size = |cell: &Cell| match cell {
        Cell::Item(item) => layout.size(*item),
        Cell::Pass { edge, layer } if labelled.get(edge) == Some(layer) => (width_of(&short(&graph.edges[*edge].label)), LABEL),
        Cell::Pass { .. } => (0, 6),
    };
    let mut tops: BTreeMap<Cell, i64> = BTreeMap::new();
    let below = |row: &[Cell], tops: &mut BTreeMap<Cell, i64>, wanted: &dyn Fn(&Cell) -> i64| {
        // The nearest places to the wanted ones that keep the order: as far down as needed, then as far up, and the middle of both.
        let wanted: Vec<i64> = row.iter().map(|cell| wanted(cell) - size(cell).1 / 2).collect();
        let mut down = wanted.clone();
        for at in 1..row.len() {
            down[at] = down[at].max(down[at - 1] + size(&row[at - 1]).1 + BELOW);
        }
        let mut up = wanted;
        for at in (0..row.len().saturating_sub(1)).rev() {
            up[at] = up[at].min(up[at + 1] - size(&row[at]).1 - BELOW);
        }
        let middle: Vec<i64> = down.iter().zip(&up).map(|(down, up)| (down + up).div_euclid(2)).collect();
        let mut next = i64::MIN / 2;
        for (cell, top) in row.iter().zip(middle) {
            let top = top.max(next);
            tops.insert(*cell, top);
            next = top + size(cell).1 + BELOW;
        }
    };
    for row in rows {
        let height: i64 = row.iter().map(|cell| size(cell).1 + BELOW).sum();
        let mut top = -height / 2;
        for cell in row {
            tops.insert(*cell, top);
            top += size(cell).1 + BELOW;
        }
    }
    for sweep in 0..6 {
        let order: Vec<usize> = if sweep % 2 == 0 { (0..rows.len()).collect() } else { (0..rows.len()).rev().collect() };
        for at in order {
            let known = tops.clone();
            let centre = |cell: &Cell| known.get(cell).map_or(0, |top| top + size(cell).1 / 2);
            let wanted = |cell: &Cell| {
                let near: Vec<i64> = before.get(cell).into_iter().chain(behind.get(cell)).flatten().map(centre).collect();
                if near.is_empty() { centre(cell) } else { near.iter().sum::<i64>() / near.len() as i64 }
            };
            below(&rows[at], &mut tops, &wanted);
        }
    }
    let top = tops.values().min().copied().unwrap_or(0);
    let mut arranged = Arranged::default();
    let mut x = 0;
    let mut middles: BTreeMap<(usize, usize), (i64, i64, i64)> = BTreeMap::new();
    let mut sides = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let width = row.iter().map(|cell| size(cell).0).max().unwrap_or(0);
        for cell in row {
            let (wide, high) = size(cell);
            let y = tops[cell] - top;
            arranged.height = arranged.height.max(y + high);
            match cell {
                Cell::Item(item) => arranged.items.push((*item, (x + (width - wide) / 2, y))),
                Cell::Pass { edge, layer } => {
                    middles.insert((*edge, *layer), (x, x + width, y + high / 2));
                }
            }
        }
        sides.push((x, x + width));
        // Between a layer of things and one of labels half of the gap is enough.
        x += width + if at + 1 < rows.len() { BESIDE / 2 } else { 0 };
    }
    arranged.width = x;
    for link in links {
        let (first, last) = (layer_of[&link.first], layer_of[&link.last]);
        let mut points = vec![(sides[first].1, AS_BEFORE)];
        let mut label = None;
        for layer in first + 1..last {
            let Some((left, right, y)) = middles.get(&(link.edge, layer)) else { continue };
            points.extend([(*left, *y), (*right, *y)]);
            if labelled.get(&link.edge) == Some(&layer) {
                label = Some(((left + right) / 2, *y));
            }
        }
        points.push((sides[last].0, AS_NEXT));
        points.dedup();
        arranged.lines.push((link.edge, points, label));
    }
    for exit in exits {
        let own = layer_of[&exit.item];
        let passed = if exit.right { own + 1..rows.len() } else { 0..own };
        let places = passed.filter_map(|layer| middles.get(&(exit.edge, layer)));
        let mut points: Vec<Point> = places.flat_map(|(left, right, y)| [(*left, *y), (*right, *y)]).collect();
        match exit.right {
            true => points.insert(0, (sides[own].1, AS_BEFORE)),
            false => points.push((sides[own].0, AS_NEXT)),
        }
        arranged.exits.push((*exit, points));
    }
    arranged
}

/// The links without circles: what leads back to where the way came from is turned around, and named.
fn forward(items: &[Item], links: &[Link]) -> (Vec<Link>, BTreeSet<usize>) {
    let mut leads: BTreeMap<Item, Vec<usize>> = BTreeMap::new();
    links.iter().enumerate().for_each(|(at, link)| leads.entry(link.first).or_default().push(at));
    let mut done: BTreeSet<Item> = BTreeSet::new();
    let mut turned: BTreeSet<usize> = BTreeSet::new();
    for item in items {
        if done.contains(item) {
            continue;
        }
        // A way of its own instead of calls: a chain may be long.
        let mut open: BTreeSet<Item> = BTreeSet::from([*item]);
        let mut way = vec![(*item, 0)];
        while let Some((at, next)) = way.pop() {
            match leads.get(&at).and_then(|leads| leads.get(next)) {
                Some(link) => {
                    way.push((at, next + 1));
                    let to = links[*link].last;
                    if open.contains(&to) {
                        turned.insert(*link);
                    } else if !done.contains(&to) {
                        open.insert(to);
                        way.push((to, 0));
                    }
                }
                None => {
                    open.remove(&at);
                    done.insert(at);
                }
            }
        }
    }
    let turn = |(at, link): (usize, &Link)| match turned.contains(&at) {
        true => Link { first: link.last, last: link.first, ..*link },
        false => *link,
    };
    (links.iter().enumerate().map(turn).collect(), turned.iter().map(|at| links[*at].edge).collect())
}

/// The things in an order in which each stands behind what leads to it.
fn in_order(items: &[Item], links: &[Link]) -> Vec<Item> {
    let mut waits: BTreeMap<Item, usize> = items.iter().map(|item| (*item, 0)).collect();
    let mut leads: BTreeMap<Item, Vec<Item>> = BTreeMap::new();
    for link in links {
        *waits.entry(link.last).or_default() += 1;
        leads.entry(link.first).or_default().push(link.last);
    }
    let mut ready: Vec<Item> = items.iter().rev().filter(|item| waits[item] == 0).copied().collect();
    let mut order = Vec::new();
    while let Some(item) = ready.pop() {
        order.push(item);
        for next in leads.get(&item).into_iter().flatten() {
            if let Some(left) = waits.get_mut(next) {
                *left -= 1;
                if *left == 0 {
                    ready.push(*next);
                }
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::small;
    use super::super::{Edge, Graph, Node};
    use super::{Rect, layout};
    use crate::base::Text;

    fn apart(a: &Rect, b: &Rect) -> bool {
        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
    }

    fn inside(inner: &Rect, outer: &Rect) -> bool {
        inner.x >= outer.x
            && inner.y >= outer.y
            && inner.x + inner.width <= outer.x + outer.width
            && inner.y + inner.height <= outer.y + outer.height
    }

    fn sound(graph: &Graph) {
        let layout = layout(graph);
        let whole = Rect { width: layout.width, height: layout.height, ..Rect::default() };
        for (at, node) in layout.nodes.iter().enumerate() {
            assert!(inside(node, &whole), "{node:?}");
            assert!(layout.nodes[..at].iter().all(|other| apart(node, other)));
            if let Some(group) = graph.nodes[at].group {
                assert!(inside(node, &layout.groups[group]), "{node:?} {:?}", layout.groups[group]);
            }
        }
        for (at, group) in layout.groups.iter().enumerate() {
            assert!(inside(group, &whole));
            for (before, other) in
                layout.groups[..at].iter().enumerate().filter(|(before, _)| graph.groups[*before].parent == graph.groups[at].parent)
            {
                assert!(apart(group, other), "{before} {at}");
            }
        }
        for (at, edge) in graph.edges.iter().enumerate().filter(|(_, edge)| edge.from != edge.to) {
            let points = &layout.edges[at].points;
            let on_side = |(x, y): (i64, i64), node: usize| {
                let rect = layout.nodes[node];
                (x == rect.x || x == rect.x + rect.width) && y >= rect.y && y <= rect.y + rect.height
            };
            assert!(on_side(points[0], edge.from) && on_side(points[points.len() - 1], edge.to), "{points:?}");
            assert_eq!(layout.edges[at].label.is_some(), !edge.label.is_empty());
        }
        assert_eq!(layout, super::layout(graph));
    }

    #[test]
    fn boxes_lie_in_their_groups_and_not_on_each_other() {
        sound(&small());
        sound(&Graph::default());
    }

    #[test]
    fn circles_within_and_between_groups_end() {
        let mut graph = small();
        graph.edges.push(Edge { from: 0, to: 1, label: "back".into() });
        graph.edges.push(Edge { from: 2, to: 1, label: Text::default() });
        sound(&graph);
        graph.edges.push(Edge { from: 2, to: 2, label: Text::default() });
        layout(&graph);
    }

    #[test]
    fn a_long_chain_and_many_that_stand_alone() {
        let mut graph = Graph::default();
        for at in 0..2_000 {
            graph.node(Node { id: format!("{at}").into(), lines: vec![format!("node {at}").into()], ..Node::default() });
        }
        graph.edges.extend((1..300).map(|at| Edge { from: at, to: at - 1, label: Text::default() }));
        let layout = layout(&graph);
        assert!(layout.nodes[299].x > layout.nodes[0].x);
    }
}
