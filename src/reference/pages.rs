//! Pages in Markdown: one for a definition, and the book of all, a file for each sort.

use super::{Entry, Section};
use crate::base::LIBRARY;

/// The files of the book: the name, the title, what is said of all that it lists, the families that it holds.
const FILES: [(&str, &str, &str, &[&str]); 14] = [
    (
        "kinds.md",
        "Kinds and blocks",
        "What may stand in the body of a definition, of a product, and of an instance.",
        &["kind", "instance", "block"],
    ),
    ("words.md", "Words of the language", "What the words mean that no library declares; `docs/language.md` has the whole.", &["word"]),
    ("functions.md", "Functions", "What is built in, and what the library defines.", &["function"]),
    ("types.md", "Types", "Types and enums that every source knows; those within a definition are known in it alone.", &["type", "enum"]),
    ("modules.md", "Modules", "What each module takes and gives, and how each provider implements it.", &["module", "implementation"]),
    ("services.md", "Services", "Software on machines.", &["service"]),
    ("stacks.md", "Stacks", "Modules and services that belong together: what a product is made of.", &["stack"]),
    ("interfaces.md", "Interfaces", "What an instance is asked for by what it has.", &["interface"]),
    ("providers.md", "Providers", "Where things are made, and what each place can do.", &["provider"]),
    ("stores.md", "Stores", "What holds states and is no service of any product.", &["store"]),
    ("images.md", "Images", "What machines start from.", &["image"]),
    (
        "pipelines.md",
        "Pipelines",
        "Pipelines, the actions that they use, and the tools that they install.",
        &["pipeline", "action", "tool"],
    ),
    ("policies.md", "Policies", "Rules over a whole product.", &["policy"]),
    ("credentials.md", "Credentials", "Forms of secrets by which text is known that must not stand in a source.", &["credential"]),
];

/// The page of a definition.
pub fn page(entry: &Entry) -> String {
    below(entry, 1, None)
}

/// Every file of the book with its text, `README.md` first, which leads to the others.
pub fn book(entries: &[Entry]) -> Vec<(String, String)> {
    const MADE: &str = "What stands here is made from the library's own comments; `CONTRIBUTING.md` says how.\n";
    let mut index = format!(
        "# Reference\n\nEverything that the library declares and every function that is built in. `infrac doc NAME` prints the same of one name, \
         of a project's own library too. {MADE}\n"
    );
    let mut files = Vec::new();
    for (file, title, about, families) in FILES {
        let mut chosen: Vec<&Entry> = entries.iter().filter(|entry| families.contains(&entry.family.as_str())).collect();
        // What implements a module stands behind it, blocks behind their kind.
        chosen.sort_by_key(|entry| place(entry, families));
        index.push_str(&format!("- [{title}]({file}) ({}): {about}\n", chosen.len()));
        let mut text = format!("# {title}\n\n{about} {MADE}\n");
        for entry in &chosen {
            let summary = if entry.summary.is_empty() { String::new() } else { format!(": {}", entry.summary) };
            text.push_str(&format!("- [`{}`](#{}){summary}\n", entry.title(), anchor(&entry.title())));
        }
        for entry in chosen {
            let source = entry.place.as_ref().and_then(|place| place.path.strip_prefix(LIBRARY)).map(|path| format!("stdlib/{path}"));
            text.push_str(&format!("\n{}", below(entry, 2, source.as_deref())));
        }
        files.push((file.to_owned(), text));
    }
    files.insert(0, ("README.md".to_owned(), index));
    files
}

/// Where an entry stands among those of its file.
fn place<'e>(entry: &'e Entry, families: &[&str]) -> (usize, &'e str, usize, &'e str) {
    let name = entry.name.as_str();
    let at = families.iter().position(|family| *family == entry.family.as_str()).unwrap_or_default();
    match entry.family.as_str() {
        "block" => (0, name.split('.').next().unwrap_or(name), at, name),
        "implementation" => (0, name.split(' ').next().unwrap_or(name), at, name),
        "kind" | "instance" | "module" => (0, name, at, name),
        _ => (at, name, 0, name),
    }
}

/// The part of an address behind `#` that leads to a heading, as GitHub and GitLab make it.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// An entry below a heading of a level, with where its text is.
fn below(entry: &Entry, level: usize, source: Option<&str>) -> String {
    let marks = "#".repeat(level);
    let mut text = format!("{marks} {}\n\n```infra\n{}\n```\n", entry.title(), entry.head);
    if !entry.doc.is_empty() {
        text.push_str(&format!("\n{}\n", entry.doc));
    }
    if let Some(source) = source {
        text.push_str(&format!("\nDeclared in [`{source}`](../../{source}).\n"));
    }
    for section in &entry.sections {
        text.push_str(&format!("\n{marks}# {}\n\n", section.title));
        rows(section, &mut text);
    }
    text
}

fn rows(section: &Section, text: &mut String) {
    for row in &section.rows {
        let parts: Vec<String> = [
            (!row.name.is_empty()).then(|| format!("`{}{}`", row.name, section.declared(row))),
            (!row.doc.is_empty()).then(|| row.doc.clone()),
            row.message.clone(),
            row.rule.as_ref().map(|rule| format!("Where `{rule}`")),
        ]
        .into_iter()
        .flatten()
        .collect();
        text.push_str(&format!("- {}\n", parts.join(" — ")));
    }
}
