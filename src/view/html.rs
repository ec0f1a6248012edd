//! A graph as one page: the drawing, what everything needs as a table, and a search. It loads nothing.

use super::svg::{escape, svg};
use super::{Flow, Graph};

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{margin:0;font:14px/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}\
header{position:sticky;top:0;display:flex;gap:1em;align-items:center;padding:.6em 1em;background:Canvas;border-bottom:1px solid #76797d}\
h1{font-size:1.1em;margin:0}\
input{font:inherit;padding:.2em .5em;min-width:16em}\
main{overflow:auto;padding:0 1em}\
table{border-collapse:collapse;margin:1em 0}\
th,td{text-align:left;vertical-align:top;padding:.2em .8em .2em 0;border-bottom:1px solid #76797d55}\
code{font-family:ui-monospace,monospace}\
.node{cursor:pointer}\
.dim{opacity:.12}";

const SCRIPT: &str = "\
const nodes=[...document.querySelectorAll('.node')],edges=[...document.querySelectorAll('.edge')],rows=[...document.querySelectorAll('tbody tr')];\
const show=(kept)=>{\
nodes.forEach((node)=>node.classList.toggle('dim',!!kept&&!kept.has(node.dataset.node)));\
edges.forEach((edge)=>edge.classList.toggle('dim',!!kept&&!(kept.has(edge.dataset.from)&&kept.has(edge.dataset.to))));\
rows.forEach((row)=>row.hidden=!!kept&&!kept.has(row.dataset.node))};\
const around=(start)=>{const kept=new Set(start);edges.forEach((edge)=>{\
if(start.has(edge.dataset.from))kept.add(edge.dataset.to);if(start.has(edge.dataset.to))kept.add(edge.dataset.from)});return kept};\
const search=document.querySelector('input');\
search.addEventListener('input',()=>{const word=search.value.trim().toLowerCase();\
show(word?around(new Set(nodes.filter((node)=>node.textContent.toLowerCase().includes(word)).map((node)=>node.dataset.node))):null)});\
nodes.forEach((node)=>node.addEventListener('click',(event)=>{event.stopPropagation();show(around(new Set([node.dataset.node])))}));\
document.querySelector('main').addEventListener('click',()=>{search.value='';show(null)});";

/// The page.
pub fn html(graph: &Graph) -> String {
    let title = escape(&graph.title);
    let word = if graph.flow == Flow::Needs { "Needs" } else { "Reaches" };
    let mut rows = String::new();
    let targets = graph.targets();
    for (at, node) in graph.nodes.iter().enumerate() {
        let leads = targets[at].iter().map(|(to, label)| {
            let name = format!("<code>{}</code>", escape(&graph.nodes[*to].id));
            if label.is_empty() { name } else { format!("{name} ({})", escape(label)) }
        });
        let said: Vec<String> = node.lines.iter().filter(|line| **line != node.name).map(|line| escape(line)).collect();
        rows.push_str(&format!(
            "<tr data-node=\"{at}\"><td><code>{}</code></td><td>{}</td><td>{}</td></tr>\n",
            escape(&node.id),
            said.join("<br>"),
            leads.collect::<Vec<_>>().join("<br>")
        ));
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header><h1>{title}</h1><input type=\"search\" aria-label=\"Search\" placeholder=\"Search; click a box to see what is around it\"></header>\n\
         <main>\n{}<table>\n<thead><tr><th>Name</th><th>What it is</th><th>{word}</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</main>\n\
         <script>{SCRIPT}</script>\n</body>\n</html>\n",
        svg(graph)
    )
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::small;
    use super::html;

    #[test]
    fn a_page_loads_nothing() {
        let page = html(&small());
        let outside = page.replace("http://www.w3.org/2000/svg", "");
        assert!(
            !outside.contains("http://") && !outside.contains("https://") && !outside.contains("src=\"") && !outside.contains("@import")
        );
        assert!(page.contains("<td><code>acme/prod/mgmt/net</code> (id &quot;&lt;&amp;&gt;&quot;)<br>"), "{page}");
    }
}
