//! What an editor asks about a place of `infra.toml`: what a setting means, and what could stand there. Its text may be broken.

use super::Analysis;
use super::completion::{Completion, Completions, Rank};
use super::names::What;
use crate::base::{FileId, Span};
use crate::host::Settings;
use crate::host::setting::{Form, SETTINGS, Setting};
use crate::host::settings::{EDITIONS, FILE, SOURCES, TARGETS};
use serde_json::Value;

/// Whether a file is the settings of its project.
pub fn are(analysis: Analysis<'_>, file: FileId) -> bool {
    analysis.path(file) == FILE
}

/// What the setting at an offset means: where its key stands, and what is said of it in Markdown.
pub fn hover(analysis: Analysis<'_>, file: FileId, offset: u32) -> Option<(Span, String)> {
    let text = analysis.text(file);
    let key = scan(text, text.len()).into_iter().rfind(|key| key.start <= offset as usize)?;
    let line_ends = text.get(key.end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| key.end + at);
    let is_in = offset as usize <= line_ends;
    let setting = setting(&text[key.start..key.end]).filter(|_| is_in)?;
    let default = (setting.value)(&Settings::default());
    let default = match (setting.required, default) {
        (true, _) => "It has to be there.".to_owned(),
        (false, Value::Null) => String::new(),
        (false, default) => format!("Where nothing is said: `{default}`."),
    };
    let said = format!("**{}**: {}\n\n{}\n\n{default}", setting.key, setting.form.words(), setting.meaning);
    Some((Span::new(file, key.start as u32, key.end as u32), said.trim_end().to_owned()))
}

/// What could stand at an offset.
pub fn complete(analysis: Analysis<'_>, file: FileId, offset: u32) -> Completions {
    let text = analysis.text(file);
    let Some(before) = text.get(..offset as usize) else { return Completions::default() };
    let keys = scan(text, before.len());
    let place = Place::at(before, keys.last());
    let known = scan(text, text.len());
    let rest = text[before.len()..].split('\n').next().unwrap_or_default();
    let (word, items) = match place {
        Place::Comment => return Completions::default(),
        Place::Key(start) => {
            let end = before.len() + rest.len() - rest.trim_start_matches(goes_on).len();
            let is_said = |setting: &&Setting| known.iter().any(|key| key.start != start && text[key.start..key.end] == *setting.key);
            let has_value = text[end..].split('\n').next().is_some_and(|rest| rest.contains('='));
            let item = |setting: &Setting| {
                let rank = if setting.required { Rank::Needed } else { Rank::Fits };
                let written = if has_value { setting.key.to_owned() } else { written(setting) };
                Completion::new(setting.key, What::Attribute, rank).detail(setting.form.words()).snippet(written)
            };
            ((start, end), SETTINGS.iter().filter(|setting| !is_said(setting)).map(item).collect::<Vec<_>>())
        }
        Place::Value { start, is_quoted, in_list } => {
            let Some(key) = keys.last() else { return Completions::default() };
            let Some(setting) = setting(&text[key.start..key.end]) else { return Completions::default() };
            let end = before.len() + rest.len() - rest.trim_start_matches(|c| goes_on(c) || is_quoted && c == ':').len();
            let said = &text[key.end..start];
            let has = |word: &str| {
                said.contains(&format!("\"{word}\""))
                    || text[end..].split(']').next().is_some_and(|rest| rest.contains(&format!("\"{word}\"")))
            };
            let words: Vec<String> = match setting.form {
                Form::Edition => EDITIONS.iter().map(ToString::to_string).collect(),
                Form::Targets => TARGETS.iter().filter(|target| !has(target)).map(ToString::to_string).collect(),
                Form::Compiler => SOURCES.iter().map(|source| format!("{source}:")).collect(),
                Form::Name | Form::Folder | Form::Folders => Vec::new(),
            };
            let item = |word: String| {
                let quoted = if is_quoted { word.clone() } else { format!("\"{word}\"") };
                let is_list = matches!(setting.form, Form::Targets) && !in_list;
                Completion::new(word, What::Member, Rank::Fits).snippet(if is_list { format!("[{quoted}]") } else { quoted })
            };
            ((start, end), words.into_iter().map(item).collect())
        }
    };
    let mut items: Vec<Completion> = items;
    items.sort_by(|a, b| (a.rank, &a.label).cmp(&(b.rank, &b.label)));
    Completions { word: Some(Span::new(file, word.0 as u32, word.1 as u32)), items }
}

fn setting(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// What is written for a setting that is chosen.
fn written(setting: &Setting) -> String {
    match setting.form {
        Form::Edition => format!("{} = \"{}\"", setting.key, EDITIONS.last().copied().unwrap_or_default()),
        Form::Folders | Form::Targets => format!("{} = [\"$0\"]", setting.key),
        Form::Name | Form::Folder | Form::Compiler => format!("{} = \"$0\"", setting.key),
    }
}

fn goes_on(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// Where a key stands.
#[derive(Debug)]
struct Key {
    start: usize,
    end: usize,
}

/// The keys with a value that begin before an offset. A value ends with its line, and a list with its bracket.
fn scan(text: &str, until: usize) -> Vec<Key> {
    let (mut keys, mut at) = (Vec::new(), 0);
    let mut state = Reading::default();
    for line in text.split_inclusive('\n') {
        if at >= until {
            break;
        }
        let name = line.trim_start();
        let start = at + line.len() - name.len();
        let length = name.len() - name.trim_start_matches(goes_on).len();
        if state.depth == 0 && length > 0 && name[length..].trim_start().starts_with('=') && start < until {
            keys.push(Key { start, end: start + length });
        }
        state.read(line);
        at += line.len();
    }
    keys
}

/// How far a text is read.
#[derive(Debug, Default)]
struct Reading {
    /// How many brackets are open.
    depth: usize,
    /// The quote of the string that is open, with where it begins in the line.
    string: Option<(char, usize)>,
    in_comment: bool,
}

impl Reading {
    /// Reads a line, or the beginning of one: a string and a comment end with it.
    fn read(&mut self, line: &str) {
        (self.string, self.in_comment) = (None, false);
        let mut escaped = false;
        for (at, c) in line.char_indices() {
            match (self.string, c) {
                (Some(('"', _)), '\\') if !escaped => escaped = true,
                (Some((quote, _)), c) => {
                    if c == quote && !escaped {
                        self.string = None;
                    }
                    escaped = false;
                }
                (None, '"' | '\'') => self.string = Some((c, at)),
                (None, '#') => {
                    self.in_comment = true;
                    return;
                }
                (None, '[') => self.depth += 1,
                (None, ']') => self.depth = self.depth.saturating_sub(1),
                (None, _) => {}
            }
        }
    }
}

/// What an offset is in.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    Comment,
    /// A key, which may be empty, with where it begins.
    Key(usize),
    /// A value, with where its word begins.
    Value {
        start: usize,
        is_quoted: bool,
        in_list: bool,
    },
}

impl Place {
    /// The place behind a text of which the last key is known.
    fn at(before: &str, key: Option<&Key>) -> Place {
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let mut state = Reading::default();
        let lines = before[..line_start].split_inclusive('\n');
        lines.for_each(|line| state.read(line));
        let outer = state.depth;
        state.read(&before[line_start..]);
        let word = before.len() - before.len().min(before[line_start..].chars().rev().take_while(|c| goes_on(*c)).count());
        let is_value = outer > 0 || key.is_some_and(|key| key.start >= line_start && key.end < before.len());
        match state.string {
            _ if state.in_comment => Place::Comment,
            Some((_, at)) if is_value => Place::Value { start: line_start + at + 1, is_quoted: true, in_list: state.depth > 0 },
            None if is_value => Place::Value { start: word, is_quoted: false, in_list: state.depth > 0 },
            _ => Place::Key(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{PRODUCT, Project, project};
    use super::*;

    fn of(text: &str) -> Project {
        project(&[("infra.toml", text), ("inventory/acme/product.infra", PRODUCT)])
    }

    fn completed(text: &str) -> Vec<String> {
        let project = of(text);
        let (file, at) = project.marks[0];
        complete(project.analysis(), file, at).items.into_iter().map(|item| item.snippet).collect()
    }

    #[test]
    fn keys_that_are_not_said_are_offered_the_needed_first() {
        let found = completed("# What it is.\nedition = \"2026\"\n$0\noutput = \".\"\n");
        assert_eq!(found, ["name = \"$0\"", "compiler = \"$0\"", "inventory = \"$0\"", "library = [\"$0\"]", "targets = [\"$0\"]"]);
        // What is there is chosen anew.
        assert!(completed("na$0me = \"acme\"\n").contains(&"name".to_owned()));
        assert!(completed("name = \"acme\" # na$0\n").is_empty());
    }

    #[test]
    fn values_are_offered_as_they_are_written() {
        assert_eq!(completed("edition = $0\n"), ["\"2026\""]);
        assert_eq!(completed("edition = \"$0\"\n"), ["2026"]);
        assert_eq!(completed("compiler = \"$0\"\n"), ["cargo:", "github:", "gitlab:"]);
        assert_eq!(completed("name = \"$0\"\n"), Vec::<String>::new());
        let found = completed("targets = [\n  \"opentofu\",\n  \"ter$0\",\n  \"ansible\",\n]\n");
        assert_eq!(found, ["github", "gitlab", "molecule", "packer", "terragrunt", "terratest"]);
        assert!(completed("targets = $0\n").contains(&"[\"packer\"]".to_owned()));
    }

    #[test]
    fn a_setting_says_what_it_means() {
        let project = of("name = \"a$0cme\"\noutp$0ut = \"generated\"\n\n$0unknown = 1\n");
        let said = |at: usize| {
            let (file, offset) = project.marks[at];
            hover(project.analysis(), file, offset).map(|(_, said)| said)
        };
        assert!(
            said(0).is_some_and(|said| said.starts_with("**name**: name: lower-case letters") && said.ends_with("It has to be there."))
        );
        assert!(said(1).is_some_and(|said| said.contains("generated files") && said.ends_with("Where nothing is said: `\".\"`.")));
        assert_eq!(said(2), None);
    }
}
