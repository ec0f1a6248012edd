//! What `infra.toml` says: the name of the project and where its parts lie.

use super::setting::SETTINGS;
use crate::base::similar::nearest;
use crate::base::{FileId, Span, Text};
use crate::diag::{Code, Diagnostic, Diagnostics};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The name of the file that marks a project.
pub const FILE: &str = "infra.toml";

/// The editions of the language that this compiler knows, the newest last.
pub const EDITIONS: &[&str] = &["2026"];

/// What a project can have written for it.
pub const TARGETS: &[&str] = &["opentofu", "terragrunt", "ansible", "packer", "github", "gitlab", "terratest", "molecule"];

/// The keys that there are.
static KEYS: LazyLock<Vec<&str>> = LazyLock::new(|| SETTINGS.iter().map(|setting| setting.key).collect());

/// The ways in which pipelines get the compiler, as mise names them.
pub const SOURCES: &[&str] = &["github", "gitlab", "cargo"];

/// The settings of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The name of the project.
    pub name: Text,
    /// The edition of the language.
    pub edition: Text,
    /// The folder of the products, relative to the project.
    pub inventory: Text,
    /// The folders of the project's own definitions, relative to the project.
    pub library: Vec<Text>,
    /// The folder that generated files are written into, relative to the project; `.` is the project itself.
    pub output: Text,
    /// What is written; never empty.
    pub targets: Vec<Text>,
    /// Where pipelines get the compiler, as mise names it: `github:owner/name`; nothing where the library's own place is meant.
    pub compiler: Option<Text>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            name: Text::default(),
            edition: EDITIONS.last().map(Text::new).unwrap_or_default(),
            inventory: "inventory".into(),
            library: Vec::new(),
            output: ".".into(),
            targets: TARGETS.iter().map(Text::new).collect(),
            compiler: None,
        }
    }
}

/// Reads `infra.toml`. What is wrong keeps its default, so that the rest of a project can be read too.
pub fn read(file: FileId, text: &str) -> (Settings, Diagnostics) {
    let mut reader = Reader { file, source: text, settings: Settings::default(), diagnostics: Diagnostics::default() };
    let (table, errors) = DeTable::parse_recoverable(text);
    // What follows from the first mistake of a file that no parser takes is no news.
    for error in errors.into_iter().take(1) {
        let span = error.span().unwrap_or_default();
        reader.report(span, error.message().to_lowercase(), None);
    }
    if reader.diagnostics.0.is_empty() {
        reader.table(table.get_ref());
    }
    (reader.settings, reader.diagnostics)
}

/// The place of a value in the text of `infra.toml`, or of the element with this index where it is a list; empty where it is a default.
pub(super) fn span_of(file: FileId, text: &str, key: &str, index: usize) -> Span {
    let (table, _) = DeTable::parse_recoverable(text);
    let value = table.get_ref().get(key);
    let element = value.and_then(|value| value.get_ref().as_array()?.get(index));
    let span = element.or(value).map(Spanned::span).unwrap_or_default();
    Span::new(file, span.start as u32, span.end as u32)
}

/// Targets that are nothing without another one: what they write names its files.
pub(super) const NEEDS: &[(&str, &str, &str)] =
    &[("molecule", "ansible", "tests of roles need the roles"), ("packer", "ansible", "images are baked with playbooks and roles")];

struct Reader<'s> {
    file: FileId,
    source: &'s str,
    settings: Settings,
    diagnostics: Diagnostics,
}

impl Reader<'_> {
    fn report(&mut self, at: Range<usize>, message: impl Into<String>, help: Option<String>) {
        let mut diagnostic = Diagnostic::error(Code::InvalidProject, self.span(at), message);
        diagnostic.help = help;
        self.diagnostics.push(diagnostic);
    }

    /// A word that is nearly one of the known ones; `written` is how that one stands in the file.
    fn misspelt(&mut self, at: Range<usize>, message: String, known: &str, written: String) {
        let span = self.span(at);
        let diagnostic = Diagnostic::error(Code::InvalidProject, span, message).help(format!("did you mean `{known}`?"));
        self.diagnostics.push(diagnostic.fix(format!("write `{known}`"), span, written));
    }

    fn span(&self, at: Range<usize>) -> Span {
        Span::new(self.file, at.start as u32, at.end as u32)
    }

    fn table(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "name" => self.name(value),
                "edition" => self.edition(value),
                "inventory" => {
                    if let Some(folder) = self.folder(value) {
                        self.settings.inventory = folder;
                    }
                }
                "output" => {
                    if let Some(folder) = self.folder(value) {
                        self.settings.output = folder;
                    }
                }
                "library" => {
                    for item in self.list(value) {
                        let Some(folder) = self.folder(item) else { continue };
                        if self.settings.library.contains(&folder) {
                            self.report(item.span(), format!("the folder `{folder}` stands twice"), Some("name it once".to_owned()));
                        } else {
                            self.settings.library.push(folder);
                        }
                    }
                }
                "targets" => self.targets(value),
                "compiler" => self.compiler(value),
                unknown => {
                    let message = format!("unknown key `{unknown}`");
                    match nearest(unknown, KEYS.iter().copied()) {
                        Some(known) => self.misspelt(key.span(), message, known, known.to_owned()),
                        None => self.report(key.span(), message, Some(format!("`{FILE}` has the keys {}", names(&KEYS)))),
                    }
                }
            }
        }
        for required in ["name", "edition"] {
            // A name that is nearly the one that is needed was reported as that.
            let is_meant = |key: &str| key == required || !KEYS.contains(&key) && nearest(key, KEYS.iter().copied()) == Some(required);
            if !table.iter().any(|(key, _)| is_meant(key.get_ref())) {
                let help = match required {
                    "name" => "add a line like `name = \"acme\"`".to_owned(),
                    _ => format!("add the line `edition = \"{}\"`", Settings::default().edition),
                };
                self.report(0..0, format!("`{FILE}` has no `{required}`"), Some(help));
            }
        }
    }

    /// A tool of mise: who publishes it, and its name there.
    fn compiler(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(text) = self.text(value) else { return };
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
        match text.split_once(':') {
            Some((source, name)) if SOURCES.contains(&source) && !name.is_empty() && name.chars().all(plain) => {
                self.settings.compiler = Some(text.into());
            }
            _ => {
                let help = format!("write `github:owner/name`; what stands before the colon is one of {}", names(SOURCES));
                self.report(value.span(), format!("`{text}` says no place of the compiler"), Some(help));
            }
        }
    }

    fn text<'v>(&mut self, value: &'v Spanned<DeValue<'_>>) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            let found = value.get_ref().type_str();
            let is_single = value.get_ref().as_array().is_none() && value.get_ref().as_table().is_none();
            let help = self.source.get(value.span()).filter(|_| is_single).map(|written| format!("write it in quotes: `\"{written}\"`"));
            self.report(value.span(), format!("expected a string, found {found}"), help);
        }
        text
    }

    fn list<'v, 'i>(&mut self, value: &'v Spanned<DeValue<'i>>) -> Vec<&'v Spanned<DeValue<'i>>> {
        match value.get_ref().as_array() {
            Some(array) => array.iter().collect(),
            None => {
                let found = value.get_ref().type_str();
                self.report(
                    value.span(),
                    format!("expected a list of strings, found {found}"),
                    Some("write it in brackets: `[\"…\"]`".to_owned()),
                );
                Vec::new()
            }
        }
    }

    fn name(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(name) = self.text(value) else { return };
        if is_name(name) {
            self.settings.name = name.into();
        } else {
            self.report(
                value.span(),
                format!("`{name}` is not a name"),
                Some("a name has lower-case letters, digits, `-` and `_`, and begins with a letter".to_owned()),
            );
        }
    }

    fn edition(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(edition) = self.text(value) else {
            return;
        };
        if EDITIONS.contains(&edition) {
            self.settings.edition = edition.into();
        } else {
            self.report(value.span(), format!("unknown edition `{edition}`"), Some(format!("this infrac knows {}", names(EDITIONS))));
        }
    }

    /// A folder inside the project: only then can a source never choose a place outside it.
    fn folder(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Text> {
        let folder = self.text(value)?;
        let trimmed = folder.trim_end_matches('/');
        let inside = trimmed == "."
            || trimmed.split('/').all(|part| {
                !part.is_empty()
                    && part != "."
                    && part != ".."
                    && !part.contains(['\\', ':', '<', '>'])
                    && !part.chars().any(char::is_control)
            });
        if !inside {
            self.report(
                value.span(),
                format!("`{folder}` is not a folder inside the project"),
                Some("write a relative path with `/`, without `..`".to_owned()),
            );
        }
        inside.then(|| trimmed.into())
    }

    fn targets(&mut self, value: &Spanned<DeValue<'_>>) {
        let mut targets = BTreeSet::new();
        let mut places = Vec::new();
        for item in self.list(value) {
            let Some(target) = self.text(item) else {
                continue;
            };
            if !TARGETS.contains(&target) {
                let message = format!("unknown target `{target}`");
                match nearest(target, TARGETS.iter().copied()) {
                    Some(known) => self.misspelt(item.span(), message, known, format!("\"{known}\"")),
                    None => self.report(item.span(), message, Some(format!("the targets are {}", names(TARGETS)))),
                }
            } else if !targets.insert(Text::new(target)) {
                self.report(item.span(), format!("target `{target}` stands twice"), None);
            }
            places.push((target, item.span()));
        }
        for (target, needed, why) in NEEDS {
            if let Some((_, at)) = places.iter().find(|(name, _)| name == target)
                && !targets.contains(*needed)
                && self.diagnostics.0.is_empty()
            {
                self.report(
                    at.clone(),
                    format!("`{target}` needs the target `{needed}`: {why}"),
                    Some(format!("add `\"{needed}\"` to `targets`")),
                );
            }
        }
        if targets.is_empty() && self.diagnostics.0.is_empty() {
            self.report(
                value.span(),
                "no target is left to write",
                Some("name at least one, or leave `targets` out to write all of them".to_owned()),
            );
        } else {
            self.settings.targets = targets.into_iter().collect();
        }
    }
}

/// Whether `name` is a name of the language: `[a-z][a-z0-9_-]*`.
pub fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
}

fn names(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<(String, String)> {
        let (_, diagnostics) = read(FileId(0), text);
        diagnostics
            .sorted()
            .into_iter()
            .map(|d| {
                let span = d.primary.span;
                (text[span.start as usize..span.end as usize].to_owned(), d.message)
            })
            .collect()
    }

    #[test]
    fn everything_has_a_default_but_name_and_edition() {
        let (settings, diagnostics) = read(FileId(0), "name = \"acme\"\nedition = \"2026\"\n");
        assert!(diagnostics.0.is_empty(), "{diagnostics:?}");
        let expected = Settings { name: "acme".into(), ..Settings::default() };
        assert_eq!(settings, expected);
        assert_eq!(messages("").len(), 2);
    }

    #[test]
    fn every_key_is_read() {
        let text = "name = \"a\"\nedition = \"2026\"\ninventory = \"products/\"\nlibrary = [\"lib\", \"more/lib\"]\n\
                    output = \"generated\"\ntargets = [\"terragrunt\", \"opentofu\"]\n";
        let (settings, diagnostics) = read(FileId(0), text);
        assert!(diagnostics.0.is_empty(), "{diagnostics:?}");
        assert_eq!(settings.inventory, "products");
        assert_eq!(settings.library, ["lib", "more/lib"]);
        assert_eq!(settings.output, "generated");
        assert_eq!(settings.targets, ["opentofu", "terragrunt"]);
    }

    #[test]
    fn each_mistake_is_told_at_its_place() {
        let text = "nmae = \"a\"\nname = 3\nedition = \"1999\"\noutput = \"../up\"\nlibrary = \"lib\"\n\
                    targets = [\"opentofoo\", \"ansible\", \"ansible\"]\ninventory = \"/etc\"\n";
        let expected = [
            ("nmae", "unknown key `nmae`"),
            ("3", "expected a string, found integer"),
            ("\"1999\"", "unknown edition `1999`"),
            ("\"../up\"", "`../up` is not a folder inside the project"),
            ("\"lib\"", "expected a list of strings, found string"),
            ("\"opentofoo\"", "unknown target `opentofoo`"),
            ("\"ansible\"", "target `ansible` stands twice"),
            ("\"/etc\"", "`/etc` is not a folder inside the project"),
        ];
        let expected: Vec<(String, String)> = expected.iter().map(|(at, message)| ((*at).to_owned(), (*message).to_owned())).collect();
        assert_eq!(messages(text), expected);
    }

    #[test]
    fn a_target_comes_with_what_it_stands_on() {
        let with = |targets: &str| messages(&format!("name = \"a\"\nedition = \"2026\"\ntargets = [{targets}]\n"));
        let alone = with("\"molecule\"");
        assert_eq!(alone.len(), 1, "{alone:?}");
        assert!(alone[0].0 == "\"molecule\"" && alone[0].1.contains("`ansible`"), "{alone:?}");
        assert_eq!(with("\"packer\", \"opentofu\"").len(), 1);
        assert!(with("\"molecule\", \"packer\", \"ansible\"").is_empty());
    }

    #[test]
    fn what_lacks_quotes_is_shown_with_them() {
        let (_, found) = read(FileId(0), "name = \"a\"\nedition = 2026\n");
        let help: Vec<_> = found.0.iter().filter_map(|finding| finding.help.as_deref()).collect();
        assert_eq!(help, ["write it in quotes: `\"2026\"`"]);
    }

    #[test]
    fn syntax_errors_are_told_with_a_place() {
        assert_eq!(messages("name = \"acme\nedition = \"2026\"\n").len(), 1);
        assert_eq!(messages("name = \"acme\"\nlibrary = [\"lib\"\nedition = \"2026\"\n").len(), 1);
    }

    #[test]
    fn a_folder_is_named_once() {
        let found = messages("name = \"a\"\nedition = \"2026\"\nlibrary = [\"lib\", \"lib/\"]\n");
        assert_eq!(found, [("\"lib/\"".to_owned(), "the folder `lib` stands twice".to_owned())]);
    }
}
