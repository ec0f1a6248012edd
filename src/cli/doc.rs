//! `infrac doc`.

use super::output::{BOLD, NOTE, print, screen, two_columns};
use super::{Exit, Global, candidates, markdown, open, place};
use crate::base::similar::nearest;
use crate::base::{LIBRARY, Text, Workspace, text};
use crate::host::{Failure, find, library, load};
use crate::reference::{self, Entry, Row, Section, Tools};
use crate::render::{self, Screen, fill, sanitise};
use clap::ValueEnum;
use clap_complete::ArgValueCandidates;
use serde_json::json;

/// Print what a definition takes and gives, or list every definition
///
/// Kinds and their blocks, modules and their implementations, services, stacks, providers, images, pipelines, types, enums and functions:
/// those of the library inside infrac, and those of the project that the current folder lies in. Words of the language too, and what the
/// schemas of providers and of Ansible have.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac doc                               every definition\n  \
    infrac doc compute                       everything of that name\n  \
    infrac doc module compute                one of them\n  \
    infrac doc service.install.archive       a block of a kind\n  \
    infrac doc hcloud_server                 a resource of a provider, or a module of Ansible\n  \
    infrac doc match                         a word of the language\n  \
    infrac doc --source module compute       its text in the library\n  \
    infrac doc --source core.infra:12        what a finding points to\n  \
    infrac doc --source core.infra           a whole file of the library")]
pub(super) struct Doc {
    /// A name, with its kind before it where several things have it; a file of the library with `--source`
    #[arg(value_name = "NAME", add = ArgValueCandidates::new(candidates::definitions))]
    name: Vec<String>,

    /// Print the text instead
    #[arg(long, requires = "name", conflicts_with = "format")]
    source: bool,

    /// The form of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: DocFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DocFormat {
    /// For people
    Text,
    /// For pages
    Markdown,
    /// For programs
    Json,
}

impl Doc {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        let workspace = workspace(global)?;
        let entries = reference::entries(&workspace);
        let name = self.name.join(" ");
        if self.source {
            print(&sanitise(&source(&name, &entries, &workspace)?));
            return Ok(Exit::Clean);
        }
        let tools = if reference::find(&entries, &name).is_empty() && !name.is_empty() { Some(Tools::of(&workspace)) } else { None };
        let of_tools = tools.as_ref().map(|tools| tools.find(&name)).unwrap_or_default();
        let chosen = match name.is_empty() {
            true => entries.iter().collect(),
            false if !of_tools.is_empty() => of_tools.iter().collect(),
            false => named(&name, &entries, tools.as_ref())?,
        };
        print(&match self.format {
            DocFormat::Json => format!("{:#}\n", json!(chosen)),
            DocFormat::Markdown => chosen.iter().map(|entry| markdown::sanitised(&reference::page(entry))).collect::<Vec<_>>().join("\n"),
            DocFormat::Text if name.is_empty() => format!("{}\n`infrac doc NAME` says more.\n", listed(chosen)),
            DocFormat::Text => {
                let prefix = shown_prefix(global);
                chosen.iter().map(|entry| shown(entry, &prefix, &screen())).collect::<Vec<_>>().join("\n")
            }
        });
        Ok(Exit::Clean)
    }
}

/// The library, and where the current folder lies in a project, or one is named, its sources too.
fn workspace(global: &Global) -> Result<Workspace, Failure> {
    let here = place::current_folder()?;
    if global.project.is_some() || find(&here).is_ok() {
        return Ok(load(&open::root(global)?)?.workspace);
    }
    Ok(library_alone())
}

/// The library without a project.
pub(super) fn library_alone() -> Workspace {
    Workspace::new(library::files().into_iter().map(|(path, file)| (text!("{LIBRARY}{path}"), file.into())))
}

/// Every definition that there is.
pub(super) fn entries(global: &Global) -> Result<Vec<Entry>, Failure> {
    Ok(reference::entries(&workspace(global)?))
}

/// From the current folder to the project; what is no project needs none.
fn shown_prefix(global: &Global) -> String {
    let root = open::root(global).ok();
    root.and_then(|root| place::prefix(&root, render::Format::Text).ok()).unwrap_or_default()
}

/// Definitions with their summaries, a line each.
pub(super) fn listed(entries: Vec<&Entry>) -> String {
    let rows: Vec<(String, &str)> = entries.iter().map(|entry| (entry.title(), entry.summary.as_str())).collect();
    two_columns(rows.iter().map(|(title, summary)| (title.as_str(), *summary)), &screen())
}

fn named<'e>(name: &str, entries: &'e [Entry], tools: Option<&Tools>) -> Result<Vec<&'e Entry>, Failure> {
    let found = reference::find(entries, name);
    if !found.is_empty() {
        return Ok(found);
    }
    let failure = Failure::new(format!("nothing is called `{name}`"));
    let titles: Vec<String> = entries.iter().map(Entry::title).collect();
    let names = || entries.iter().map(|entry| entry.name.as_str());
    let of_tools = || tools.and_then(|tools| nearest(name, tools.names()));
    let wanted = [name.to_lowercase()];
    Err(match nearest(name, names()).or_else(|| nearest(name, titles.iter().map(String::as_str))).or_else(of_tools) {
        Some(known) => failure.help(format!("did you mean `{known}`?")),
        None if entries.iter().any(|entry| entry.has(&wanted)) => {
            failure.help(format!("`infrac explain {name}` shows what has to do with it"))
        }
        None => failure.help("`infrac doc` lists every definition"),
    })
}

/// The text of what is named: a definition, a file, or what stands at a line of one.
fn source(name: &str, entries: &[Entry], workspace: &Workspace) -> Result<String, Failure> {
    let found = reference::find(entries, name);
    let texts: Vec<&str> = found.iter().map(|entry| entry.source.as_str()).filter(|text| !text.is_empty()).collect();
    if !texts.is_empty() {
        return Ok(texts.join("\n"));
    }
    if let Some(built_in) = found.first() {
        let message = format!("the {} `{}` is built in", built_in.family, built_in.name);
        return Err(Failure::new(message).help(format!("`infrac doc {}` says what it is", built_in.name)));
    }
    let mut parts = name.split(':');
    let file = parts.next().unwrap_or_default();
    let below = file.trim_start_matches(LIBRARY).trim_start_matches("stdlib/");
    let paths = [text!("{LIBRARY}{below}"), Text::new(file)];
    let Some((_, found)) = paths.iter().find_map(|path| workspace.find(path)) else {
        named(name, entries, None)?;
        return Ok(String::new());
    };
    match parts.next().map(str::parse::<u32>) {
        None => Ok(found.text.to_string()),
        Some(Ok(line)) if line > 0 => match reference::at(entries, &found.path, line) {
            Some(entry) => Ok(entry.source.clone()),
            None => Err(Failure::new(format!("no definition stands at line {line} of `{}`", found.path))
                .help(format!("`infrac doc --source {file}` prints the whole file"))),
        },
        Some(_) => Err(Failure::new(format!("`{name}` names no line")).help("lines count from 1: `infrac doc --source core.infra:12`")),
    }
}

/// A page for a terminal.
fn shown(entry: &Entry, prefix: &str, screen: &Screen) -> String {
    let mut text = format!("{BOLD}{}{BOLD:#}\n", sanitise(&entry.title()));
    match &entry.place {
        Some(place) if place.path.starts_with(LIBRARY) => {
            text.push_str(&format!("{NOTE}{}:{}{NOTE:#}, read it with `infrac doc --source {}`\n", place.path, place.line, entry.title()));
        }
        Some(place) => text.push_str(&format!("{NOTE}{}{NOTE:#}\n", sanitise(&format!("{prefix}{}:{}", place.path, place.line)))),
        None => text.push_str(&format!("{NOTE}built in{NOTE:#}\n")),
    }
    text.push_str(&format!("\n  {}\n", sanitise(&entry.head)));
    if !entry.doc.is_empty() {
        text.push_str(&format!("\n{}\n", fill(&sanitise(&entry.doc), screen.width, 0, "")));
    }
    for section in &entry.sections {
        text.push_str(&format!("\n{BOLD}{}{BOLD:#}\n", section.title));
        section.rows.iter().for_each(|row| text.push_str(&shown_row(section, row, screen)));
    }
    text
}

fn shown_row(section: &Section, row: &Row, screen: &Screen) -> String {
    const INDENT: &str = "      ";
    let mut text = String::new();
    if !row.name.is_empty() {
        text.push_str(&format!("  {NOTE}{}{NOTE:#}{}\n", sanitise(&row.name), sanitise(&section.declared(row))));
    }
    let mut line = |words: &str| text.push_str(&format!("{INDENT}{}\n", fill(&sanitise(words), screen.width, INDENT.len(), INDENT)));
    if !row.doc.is_empty() {
        line(&row.doc);
    }
    if let Some(message) = &row.message {
        line(message);
    }
    if let Some(rule) = &row.rule {
        // Code, which is not parted.
        text.push_str(&format!("{INDENT}where {}\n", sanitise(rule)));
    }
    text
}
