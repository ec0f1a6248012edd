//! `infrac man`.

use super::output::{print, tell};
use super::{Arguments, Exit};
use crate::host::Failure;
use clap::CommandFactory;
use std::path::PathBuf;

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
        if let Some(folder) = &self.folder {
            std::fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(command, folder))
                .map_err(|error| Failure::disk("write into", folder, &error))?;
            tell(&format!("wrote the pages into `{}`\n", folder.display()));
        } else {
            let mut page = Vec::new();
            clap_mangen::Man::new(command)
                .render(&mut page)
                .map_err(|error| Failure::new(format!("cannot make the manual page: {error}")))?;
            print(&String::from_utf8_lossy(&page));
        }
        Ok(Exit::Clean)
    }
}
