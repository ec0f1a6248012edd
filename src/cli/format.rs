//! `infrac fmt`.

use super::chosen::text_of;
use super::output::{BAD, GOOD, count, print, print_exactly, show, tally, tell};
use super::{Exit, Global, difference, open, place};
use crate::base::{FileId, Text, Workspace};
use crate::diag::Diagnostic;
use crate::fmt;
use crate::host::{Failure, load, rewrite};
use crate::render::{self, resolve, sanitise};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Write the sources in their one canonical layout
///
/// Without files, all sources of the project. There are no options for the layout. A file with a syntax error is left
/// as it is, and told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac fmt                        format every source of the project\n  \
    infrac fmt --check                say which files are not formatted, as CI does\n  \
    infrac fmt - < product.infra      format standard input, as editors do")]
pub(super) struct Format {
    /// Write nothing; say which files are not formatted
    #[arg(long)]
    check: bool,

    /// Write nothing; show what would change
    #[arg(long, conflicts_with = "check")]
    diff: bool,

    /// Exit with 1 when a file was written, as hooks of version control want it
    #[arg(long, conflicts_with_all = ["check", "diff"])]
    exit_code: bool,

    /// Files, or folders of them; `-` is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The name of what is read from standard input, for what is said of it
    #[arg(long, value_name = "NAME")]
    stdin_filename: Option<PathBuf>,
}

/// A source, and where it is to be written.
struct Source {
    /// As a message shows it.
    shown: Text,
    /// Nothing for standard input.
    path: Option<PathBuf>,
    text: String,
}

/// What could not be read, and mistakes in the settings, because of which files may be missed.
struct Unread {
    workspace: Workspace,
    diagnostics: Vec<Diagnostic>,
    prefix: String,
}

impl Format {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        if self.stdin_filename.is_some() && !self.files.iter().any(|file| file.as_os_str() == "-") {
            return Err(Failure::new("`--stdin-filename` names standard input, which is not read").help("add the argument `-`"));
        }
        let (mut sources, unread) = self.sources(global)?;
        sources.sort_by(|a, b| a.shown.cmp(&b.shown));
        sources.dedup_by(|later, earlier| later.shown == earlier.shown);
        // In the same order as the sources, so that the index is the id.
        let workspace = Workspace::new(sources.iter().map(|source| (source.shown.clone(), source.text.as_str().into())));
        let mut diagnostics = Vec::new();
        let (mut changed, mut unchanged) = (0, 0);
        for (index, source) in sources.iter().enumerate() {
            match fmt::format(FileId(index as u32), &source.text) {
                Ok(text) => {
                    let differs = text != source.text;
                    *if differs { &mut changed } else { &mut unchanged } += 1;
                    self.deliver(source, &text, differs)?;
                }
                Err(found) => diagnostics.extend(found.sorted()),
            }
        }
        if let Some(unread) = &unread {
            show(&resolve(&unread.workspace, &unread.diagnostics, &unread.prefix));
        }
        let reports = resolve(&workspace, &diagnostics, "");
        show(&reports);
        diagnostics.extend(unread.into_iter().flat_map(|unread| unread.diagnostics));
        let broken = tally(&diagnostics);
        let is_only_looking = self.check || self.diff;
        if sources.iter().all(|source| source.path.is_some()) {
            let mut parts: Vec<String> = broken.into_iter().collect();
            parts.push(match (is_only_looking, changed) {
                (true, 0) => format!("{} already formatted", count(unchanged, "file")),
                (true, _) => format!("{BAD}{}{BAD:#} not formatted: run `infrac fmt`", count(changed, "file")),
                (false, _) => format!("{GOOD}formatted{GOOD:#} {}, {unchanged} unchanged", count(changed, "file")),
            });
            tell(&format!("{}\n", parts.join("; ")));
        }
        let counts = is_only_looking || self.exit_code;
        Ok(if diagnostics.is_empty() && !(counts && changed > 0) { Exit::Clean } else { Exit::Findings })
    }

    /// Writes a formatted source, or shows what would be written.
    fn deliver(&self, source: &Source, text: &str, differs: bool) -> Result<(), Failure> {
        if self.diff {
            print(&difference::coloured(&source.shown, source.text.as_bytes(), text));
        } else if self.check {
            if differs {
                print(&format!("{}\n", sanitise(&source.shown)));
            }
        } else if let Some(path) = &source.path {
            if differs {
                rewrite(path, &source.text, text)?;
            }
        } else {
            print_exactly(text);
        }
        Ok(())
    }

    fn sources(&self, global: &Global) -> Result<(Vec<Source>, Option<Unread>), Failure> {
        if self.files.is_empty() {
            let root = open::root(global)?;
            let project = load(&root)?;
            let prefix = place::prefix(&root, render::Format::Text)?;
            let own = |path: &str| path.ends_with(".infra") && !path.starts_with('<');
            let unread: BTreeSet<FileId> = project.diagnostics.iter().map(|found| found.primary.span.file).collect();
            let files = project.workspace.files().filter(|(file, source)| own(&source.path) && !unread.contains(file));
            let sources = files.map(|(_, file)| Source {
                shown: Text::new(format!("{prefix}{}", file.path)),
                path: Some(root.join(&file.path)),
                text: file.text.to_string(),
            });
            let sources = sources.collect();
            return Ok((sources, Some(Unread { workspace: project.workspace, diagnostics: project.diagnostics, prefix })));
        }
        let mut sources = Vec::new();
        for file in &self.files {
            if file.as_os_str() == "-" {
                let text = text_of(&mut std::io::stdin().lock(), Path::new("standard input"))?;
                let shown = self.stdin_filename.as_ref().map_or("<stdin>".into(), |name| name.to_string_lossy().as_ref().into());
                sources.push(Source { shown, path: None, text });
            } else if file.is_dir() {
                for entry in WalkDir::new(file).sort_by_file_name() {
                    let entry = entry.map_err(|error| Failure::new(format!("cannot read `{}`: {error}", file.display())))?;
                    if entry.file_type().is_file() && entry.path().extension().is_some_and(|end| end == "infra") {
                        sources.push(read(entry.path())?);
                    }
                }
            } else {
                let is_source = file.extension().is_some_and(|end| end == "infra");
                if !is_source && file.is_file() {
                    return Err(Failure::new(format!("`{}` is no source: its name does not end with `.infra`", file.display()))
                        .help("nothing was written; `infrac fmt - < FILE` formats what has another name"));
                }
                sources.push(read(file)?);
            }
        }
        Ok((sources, None))
    }
}

fn read(path: &Path) -> Result<Source, Failure> {
    let mut file = File::open(path).map_err(|error| Failure::disk("read", path, &error))?;
    Ok(Source { shown: path.to_string_lossy().as_ref().into(), path: Some(path.to_owned()), text: text_of(&mut file, path)? })
}
