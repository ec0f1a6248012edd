//! `infrac init`.

use super::output::{GOOD, tell};
use super::{Exit, Global, place};
use crate::host::Failure;
use crate::host::settings::{EDITIONS, FILE, is_name};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

/// Start a project: `infra.toml` and a first product that builds at once
///
/// Nothing that is there is overwritten. What is generated lies beside `infra.toml`, where GitHub and GitLab look for pipelines.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac init acme\n  \
    infrac init acme --project infrastructure")]
pub(super) struct Init {
    /// The name of the project and its first product [default: the name of the folder]
    name: Option<String>,
}

impl Init {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        let folder = match &global.project {
            Some(folder) => {
                fs::create_dir_all(folder).map_err(|error| Failure::disk("make the folder", folder, &error))?;
                folder.canonicalize().map_err(|error| Failure::disk("open", folder, &error))?
            }
            None => place::current_folder()?,
        };
        let name = match self.name {
            Some(name) => name,
            None => name_of(&folder),
        };
        if !is_name(&name) || name == "shared" {
            return Err(Failure::new(format!("`{name}` cannot be the name of a product"))
                .help("give one of lower-case letters, digits, `-` and `_` that begins with a letter: `infrac init NAME`"));
        }
        let inventory = folder.join("inventory").join(&name);
        let files = [(folder.join(FILE), settings(&name)), (inventory.join("product.infra"), product(&name))];
        for (path, _) in &files {
            if path.symlink_metadata().is_ok() {
                return Err(Failure::new(format!("`{}` is there already", shown(path, &folder))));
            }
        }
        fs::create_dir_all(&inventory).map_err(|error| Failure::disk("make the folder", &inventory, &error))?;
        for (path, text) in &files {
            create(path, text).map_err(|error| Failure::disk("write", path, &error))?;
            tell(&format!("{GOOD}wrote{GOOD:#} {}\n", shown(path, &folder)));
        }
        let attributes = folder.join(".gitattributes");
        match create(&attributes, ATTRIBUTES) {
            Ok(()) => tell(&format!("{GOOD}wrote{GOOD:#} .gitattributes\n")),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                tell("`.gitattributes` is there already: let it give all of the project `text=auto eol=lf`\n");
            }
            Err(error) => return Err(Failure::disk("write", &attributes, &error)),
        }
        if let Some(root) = folder.ancestors().skip(1).find(|above| above.join(".git").exists()) {
            tell(&format!(
                "note: GitHub and GitLab read pipelines at the root of a repository only, and that is `{}`: start the project there\n",
                root.display()
            ));
        }
        tell("next: describe the product there, then run `infrac build`\n");
        Ok(Exit::Clean)
    }
}

/// Every text has the same bytes in every clone, also the generated files beside the sources.
const ATTRIBUTES: &str = "* text=auto eol=lf\ninfra.lock linguist-generated\n";

/// A file that must not be there yet.
fn create(path: &Path, text: &str) -> std::io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

fn shown(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

/// The name of a folder with everything that a name cannot have left out or written as `-`.
fn name_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    plain.trim_start_matches(|c: char| !c.is_ascii_lowercase()).trim_end_matches('-').to_owned()
}

fn settings(name: &str) -> String {
    let edition = EDITIONS.last().copied().unwrap_or_default();
    format!("name    = \"{name}\"\nedition = \"{edition}\"\n")
}

fn product(name: &str) -> String {
    format!(
        "# What {name} is. Providers, stacks and services come below, or into further files of this folder.\n\
         \n\
         product {name} {{\n  \
           domain       = \"{name}.example.com\"\n  \
           in staging {{ domain = \"staging.{name}.example.com\" }}\n  \
           owner        = \"ops@{name}.example.com\"\n  \
           environments = [staging, prod]\n\
         \n  \
           # Every network takes its part of these.\n  \
           ranges = {{ staging = 10.10.0.0/16, prod = 10.20.0.0/16 }}\n\
         }}\n",
    )
}
