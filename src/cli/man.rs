//! `infrac man`.

use super::output::{print, tell};
use super::{Arguments, Exit, place};
use crate::host::{Failure, refuse_kept, save};
use clap::CommandFactory;
use std::path::{Path, PathBuf};

/// Print the manual page, or write a page for each command
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac man | man -l -\n  \
    infrac man /usr/local/share/man/man1")]
pub(super) struct Man {
    /// A folder to write the pages into
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let command = Arguments::command();
        if let Some(named) = &self.folder {
            let folder = place::current_folder()?.join(named);
            std::fs::create_dir_all(&folder).map_err(|error| Failure::disk("make the folder", &folder, &error))?;
            let mut command = command.disable_help_subcommand(true);
            command.build();
            write(&command, &folder)?;
            tell(&format!("wrote the pages into `{}`\n", named.display()));
        } else {
            print(&page(&clap_mangen::Man::new(command))?);
        }
        Ok(Exit::Clean)
    }
}

/// Writes the pages of a command and of those below it.
fn write(command: &clap::Command, folder: &Path) -> Result<(), Failure> {
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        write(inner, folder)?;
    }
    let man = clap_mangen::Man::new(command.clone());
    let path = folder.join(man.get_filename());
    refuse_kept(&path)?;
    save(&path, &page(&man)?)
}

fn page(man: &clap_mangen::Man) -> Result<String, Failure> {
    let mut page = Vec::new();
    man.render(&mut page).map_err(|error| Failure::new(format!("cannot make the manual page: {error}")))?;
    Ok(with_examples(&String::from_utf8_lossy(&page)))
}

/// Lines of examples stay lines: a manual page would fill them like sentences.
fn with_examples(page: &str) -> String {
    const BEGIN: &str = ".SH EXTRA\nExamples:\n";
    let Some((before, behind)) = page.split_once(BEGIN) else { return page.to_owned() };
    let (examples, after) = behind.find("\n.SH ").map_or((behind, ""), |end| behind.split_at(end + 1));
    let examples: String = examples.lines().map(|line| format!("{}\n", line.strip_prefix("  ").unwrap_or(line))).collect();
    format!("{before}.SH EXAMPLES\n.nf\n{examples}.fi\n{after}")
}
