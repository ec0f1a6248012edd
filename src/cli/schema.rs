//! `infrac schema`.

use super::output::{GOOD, tell};
use super::{Exit, Global, open};
use crate::host::{self, Failure, library};
use crate::schema::add::{self, Kind};
use crate::schema::is_version;
use clap::Subcommand;
use serde_json::{Value, json};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bring what tools print about themselves into the project's library
#[derive(Debug, clap::Args)]
pub(super) struct Schema {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Add(Add),
}

/// Add resources and data sources of a plugin, or modules of Ansible
///
/// infrac runs no tool: it reads what one printed. The types are written beside those that the file of the plugin in the project's library
/// holds, or that infrac has itself.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    tofu providers schema -json | infrac schema add digitalocean digitalocean_spaces_bucket --release 2.50.0 --from -\n  \
    infrac schema add digitalocean digitalocean_vpc --from ../other/library/schemas/digitalocean.json\n  \
    ansible-doc --json community.docker.docker_image | infrac schema add community.docker.docker_image --release 4.0.0 --from -")]
struct Add {
    /// The plugin, as `digitalocean` or `digitalocean/digitalocean`, or a module, as `community.general.ufw`
    name: String,

    /// The types of the plugin, or further modules
    types: Vec<String>,

    /// What the tool printed, or a file of a library; `-` is standard input
    #[arg(long, value_name = "FILE")]
    from: PathBuf,

    /// The release of the plugin or of the collection, which the tools do not print [default: that of what is there]
    #[arg(long, value_name = "VERSION", value_parser = version)]
    release: Option<String>,
}

/// What is no version would never be compared with the version that a provider asks for.
fn version(text: &str) -> Result<String, String> {
    match is_version(text) {
        true => Ok(text.to_owned()),
        false => Err("that is no version, such as 2.50.0".to_owned()),
    }
}

impl Schema {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        match self.what {
            What::Add(add) => add.run(global),
        }
    }
}

impl Add {
    fn run(self, global: &Global) -> Result<Exit, Failure> {
        let root = open::root(global)?;
        let Some(settings) = host::load::settings(&root)? else {
            return Err(Failure::new("`infra.toml` has mistakes; `infrac check` tells them"));
        };
        let Some(folder) = settings.library.first() else {
            return Err(Failure::new("the project has no library").help("name its folder in `infra.toml`: `library = [\"library\"]`"));
        };
        let document = self.document()?;
        let Some(kind) = add::kind(&document) else {
            return Err(Failure::new(format!("`{}` holds neither schemas of plugins nor descriptions of modules", self.from.display()))
                .help("it is what `tofu providers schema -json` or `ansible-doc --json MODULE` prints"));
        };
        let library = root.join(folder.as_str());
        match kind {
            Kind::Plugins => self.plugin(&document, &library, folder),
            Kind::Modules => self.modules(&document, &library, folder),
        }
    }

    fn document(&self) -> Result<Value, Failure> {
        let shown = self.from.display();
        let mut bytes = Vec::new();
        let read = match self.from.as_os_str() == "-" {
            true => std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ()),
            false => fs::read(&self.from).map(|read| bytes = read),
        };
        read.map_err(|error| Failure::disk("read", &self.from, &error))?;
        serde_json::from_slice(&bytes).map_err(|error| Failure::new(format!("`{shown}` is no JSON: {error}")))
    }

    fn plugin(&self, document: &Value, library: &Path, folder: &str) -> Result<Exit, Failure> {
        if self.types.is_empty() {
            return Err(Failure::new(format!("no type of `{}` is named", self.name))
                .help("name them: `infrac schema add PLUGIN TYPE… --from FILE`"));
        }
        let file = format!("schemas/{}.json", self.name.rsplit('/').next().unwrap_or(&self.name));
        let path = library.join(&file);
        let before = own(library, folder, &file)?;
        let known = before.clone().or_else(|| embedded(&file));
        let of_known = known.as_ref().and_then(|known| known.get("version")?.as_str());
        let written = add::plugin(document, &self.name, &self.types, self.release.as_deref().or(of_known), before);
        let written = written.map_err(Failure::new)?;
        match own(library, folder, &file)?.as_ref() == Some(&written) {
            true => tell(&format!("{folder}/{file} has all of it already: {}\n", self.types.join(", "))),
            false => {
                write(&path, &written)?;
                tell(&format!("{GOOD}wrote{GOOD:#} {folder}/{file}: {}\n", self.types.join(", ")));
            }
        }
        Ok(Exit::Clean)
    }

    fn modules(&self, document: &Value, library: &Path, folder: &str) -> Result<Exit, Failure> {
        // All of them are read before one is written.
        let names = || std::iter::once(&self.name).chain(&self.types);
        let found: Result<Vec<Value>, String> = names().map(|name| add::module(document, name)).collect();
        let file = "ansible/collections.json";
        let before = own(library, folder, file)?.unwrap_or_else(|| json!({}));
        let known = embedded(file).unwrap_or_else(|| json!({}));
        let versions = add::collections(names().map(String::as_str), self.release.as_deref(), &before, &known).map_err(Failure::new)?;
        if versions != before {
            write(&library.join(file), &versions)?;
            tell(&format!("{GOOD}wrote{GOOD:#} {folder}/{file}\n"));
        }
        for (name, module) in names().zip(found.map_err(Failure::new)?) {
            let file = format!("ansible/{name}.json");
            if own(library, folder, &file)?.as_ref() == Some(&module) {
                tell(&format!("{folder}/{file} is that already\n"));
                continue;
            }
            write(&library.join(&file), &module)?;
            tell(&format!("{GOOD}wrote{GOOD:#} {folder}/{file}\n"));
        }
        Ok(Exit::Clean)
    }
}

/// The file of that name in the project's library; nothing where there is none.
fn own(library: &Path, folder: &str, file: &str) -> Result<Option<Value>, Failure> {
    match fs::read_to_string(library.join(file)) {
        Ok(text) => serde_json::from_str(&text).map(Some).map_err(|error| Failure::new(format!("`{folder}/{file}` is no JSON: {error}"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(format!("cannot read `{folder}/{file}`: {error}"))),
    }
}

/// The file of that name in infrac's own library.
fn embedded(file: &str) -> Option<Value> {
    library::files().into_iter().find(|(path, _)| *path == file).and_then(|(_, text)| serde_json::from_str(text).ok())
}

/// Writes a file of the library, and the folder that it lies in.
fn write(path: &Path, value: &Value) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::disk("make the folder", folder, &error))?;
    }
    host::save(path, &format!("{value:#}\n"))
}
