//! What the library and a project declare, as pages: definitions with what they take and give, types, functions.
//!
//! A page says what stands in the source, in its own words: types, defaults and rules are never put differently from how they were written.

mod pages;
mod products;
mod read;
mod schemas;
mod words;

use crate::base::{Text, Workspace};
use crate::eval::functions;
use crate::syntax;
pub use pages::{book, page};
pub use products::{Written, products};
pub use schemas::Tools;
use serde::Serialize;

/// A definition.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// What it is: `kind`, `block`, `instance`, `implementation`, `type`, `enum`, `function`, or the keyword of a definition.
    pub family: Text,
    /// Its name; of a block, with what it stands in: `service.install.archive`.
    pub name: Text,
    /// How it is declared, on one line.
    pub head: String,
    /// One line about it: the first sentence that is said of it, otherwise what it is made of.
    pub summary: String,
    /// What is said of it, without line breaks; may be empty.
    pub doc: String,
    /// Where it is declared; nothing where it is built in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What it declares.
    pub sections: Vec<Section>,
    /// Its text, with the comments that document it; empty where it is built in.
    #[serde(skip)]
    pub source: String,
}

/// Where a definition is declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The path in the workspace.
    pub path: Text,
    /// The line of its first word, from 1.
    pub line: u32,
    /// Its last line.
    pub end: u32,
}

/// Declarations of one sort.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// `Inputs`
    pub title: &'static str,
    /// In the order of the text.
    pub rows: Vec<Row>,
}

/// A declaration.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    /// Its name; empty for what has none.
    pub name: String,
    /// Its type as it is written.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub ty: Option<String>,
    /// What it is where nothing is said, or what it is at all.
    #[serde(rename = "default", skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The condition that it keeps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What a finding says where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What is said of it; may be empty.
    pub doc: String,
}

impl Entry {
    /// `module compute`
    pub fn title(&self) -> String {
        format!("{} {}", self.family, self.name)
    }

    /// Whether every word stands in the name, the family or the summary; words are in lower case.
    pub fn has(&self, words: &[String]) -> bool {
        let text = format!("{} {}", self.title(), self.summary).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    }
}

impl Section {
    /// The type and the value of a declaration, as the source has them: `: int = 2`.
    pub fn declared(&self, row: &Row) -> String {
        let ty = row.ty.as_ref().map(|ty| format!(": {ty}")).unwrap_or_default();
        // What computes a value is read in the source; what stands in for one that is not said is part of the page.
        let is_shown = matches!(self.title, "Inputs" | "Attributes" | "Types");
        let value = row.value.as_ref().filter(|_| is_shown).map(|value| format!(" = {value}")).unwrap_or_default();
        format!("{ty}{value}")
    }
}

/// Every definition of a workspace, every built-in function and type and every word of the language, sorted by family and name.
pub fn entries(workspace: &Workspace) -> Vec<Entry> {
    let mut entries: Vec<Entry> = functions::all().map(read::built_in).chain(words::words()).collect();
    for (file, source) in workspace.files().filter(|(_, source)| source.path.ends_with(".infra")) {
        let (tree, _) = syntax::parse(file, &source.text);
        read::file(source, &tree, &mut entries);
    }
    entries.sort_by(|a, b| (&a.family, &a.name).cmp(&(&b.family, &b.name)));
    entries
}

/// The definitions of a name: `compute`, `module compute`, `compute on x`, `service.port`.
pub fn find<'e>(entries: &'e [Entry], name: &str) -> Vec<&'e Entry> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let words = match words.as_slice() {
        ["define" | "implement", rest @ ..] if !rest.is_empty() => rest,
        all => all,
    };
    let name = words.join(" ");
    let is_it = |entry: &&Entry| entry.name == name.as_str() || entry.title() == name;
    let found: Vec<&Entry> = entries.iter().filter(is_it).collect();
    match words {
        // A block is called by its own name as well, where nothing else is: `waive`.
        [name] if found.is_empty() => {
            entries.iter().filter(|entry| entry.family == "block" && entry.name.ends_with(&format!(".{name}"))).collect()
        }
        // An enum is a type, too.
        ["type", rest @ ..] if found.is_empty() => {
            let name = rest.join(" ");
            entries.iter().filter(|entry| entry.family == "enum" && entry.name == name.as_str()).collect()
        }
        _ => found,
    }
}

/// The definition of a file that holds a line, from 1: the innermost one.
pub fn at<'e>(entries: &'e [Entry], path: &str, line: u32) -> Option<&'e Entry> {
    let holds = |place: &Place| place.path == path && place.line <= line && line <= place.end;
    let holding = entries.iter().filter_map(|entry| Some((entry.place.as_ref().filter(|place| holds(place))?, entry)));
    holding.min_by_key(|(place, _)| place.end - place.line).map(|(_, entry)| entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "## Machines of one kind.\n## In one network.\ndefine module compute {\n  group = infra\n\n  ## How many.\n  \
        input servers: int = 2 where 1 <= it\n    else \"too few\"\n  ## Their names.\n  output names: list(string)\n\n  \
        check servers > 0 at servers\n    else \"none\"\n}\n\n## What it holds.\ndefine kind module {\n  input group: Group = infra\n  \
        ## A part.\n  block part {\n    labels = [1, 1]\n    block inner { open = true }\n  }\n}\nimplement compute on nowhere {\n  \
        ## A machine.\n  resource some_server node for h in hosts by h.name { name = h }\n}\nenum Group { infra, services }\n\
        ## A pair.\ntype pair = {\n  ## The first.\n  a: int\n  b: string\n}\nfn twice(n: int) -> int = n * 2\n";

    fn all() -> Vec<Entry> {
        entries(&Workspace::new([("<stdlib>/x.infra".into(), SOURCE.into())]))
    }

    fn one<'e>(entries: &'e [Entry], name: &str) -> &'e Entry {
        let found = find(entries, name);
        assert_eq!(found.len(), 1, "{name}");
        found[0]
    }

    #[test]
    fn a_module_says_what_it_takes_and_gives() {
        let all = all();
        let module = one(&all, "compute");
        assert_eq!((module.title().as_str(), module.summary.as_str()), ("module compute", "Machines of one kind."));
        assert_eq!(module.place, Some(Place { path: "<stdlib>/x.infra".into(), line: 3, end: 14 }));
        assert!(module.source.starts_with("## Machines of one kind.\n") && module.source.ends_with("\"none\"\n}\n"), "{}", module.source);
        let titles: Vec<_> = module.sections.iter().map(|section| section.title).collect();
        assert_eq!(titles, ["Inputs", "Outputs", "Attributes", "Rules"]);
        let servers = &module.sections[0].rows[0];
        assert_eq!((servers.name.as_str(), servers.ty.as_deref(), servers.value.as_deref()), ("servers", Some("int"), Some("2")));
        assert_eq!(
            (servers.rule.as_deref(), servers.message.as_deref(), servers.doc.as_str()),
            (Some("1 <= it"), Some("too few"), "How many.")
        );
        assert_eq!(module.sections[3].rows[0].rule.as_deref(), Some("servers > 0"));
    }

    #[test]
    fn blocks_types_functions_and_implementations_have_pages() {
        let all = all();
        assert_eq!(one(&all, "module.part").doc, "A part.");
        assert_eq!(one(&all, "block module.part.inner").family, "block");
        assert_eq!(one(&all, "implement compute on nowhere").sections[0].rows[0].name, "some_server node");
        assert_eq!(one(&all, "compute on nowhere").summary, "The module `compute` by means of `nowhere`.");
        assert_eq!((one(&all, "Group").sections[0].rows.len(), one(&all, "Group").summary.as_str()), (2, "infra, services"));
        assert_eq!(one(&all, "define kind module").summary, "What it holds.");
        assert_eq!(one(&all, "pair").sections[0].rows[0].doc, "The first.");
        assert_eq!(one(&all, "type Group").title(), "enum Group");
        assert_eq!(one(&all, "twice").head, "fn twice(n: int) -> int");
        assert!(one(&all, "function join").head.starts_with("join("));
        assert_eq!(one(&all, "define kind module").sections[1].rows[0].name, "part");
    }

    #[test]
    fn a_line_is_of_the_innermost_definition() {
        let all = all();
        assert_eq!(at(&all, "<stdlib>/x.infra", 7).map(Entry::title).as_deref(), Some("module compute"));
        assert_eq!(at(&all, "<stdlib>/x.infra", 22).map(Entry::title).as_deref(), Some("block module.part.inner"));
        assert!(at(&all, "<stdlib>/x.infra", 15).is_none() && at(&all, "other", 7).is_none());
    }
}
