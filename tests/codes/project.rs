//! A project in a folder of its own: the base that `docs/codes/README.md` shows, with the files of an example beside it.

use crate::page::{Fence, fences};
use regex::Regex;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// The index, which holds the base.
pub const INDEX: &str = include_str!("../../docs/codes/README.md");

/// Where a fence without a path stands.
const UNNAMED: &str = "inventory/shop/example.infra";

/// A project in a folder that goes away with it.
pub struct Project(TempDir);

impl Project {
    /// The base with these files, which take the place of those of the base.
    pub fn new(files: &[Fence]) -> Result<Project, String> {
        let project = Project(TempDir::new().map_err(|error| error.to_string())?);
        for file in fences(INDEX)?.iter().filter(|fence| fence.path.is_some()).chain(files) {
            project.put(file.path.as_deref().unwrap_or(UNNAMED), &file.text)?;
        }
        Ok(project)
    }

    fn put(&self, path: &str, text: &str) -> Result<(), String> {
        let path = self.folder().join(path);
        let folder = path.parent().ok_or("a file lies in a folder")?;
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text)).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// Types the commands of a transcript. Each has to print what stands below it, where `…` is anything; the answer is all of it.
    pub fn run(&self, transcript: &[Fence]) -> Result<String, String> {
        let mut said = String::new();
        let text: String = transcript.iter().map(|fence| fence.text.as_str()).collect();
        for typed in text.split("$ ").skip(1) {
            let (command, wanted) = typed.split_once('\n').ok_or("a command ends its line")?;
            let printed = self.shell(command)?;
            let pattern = format!("^(?s:{})$", regex::escape(wanted.trim_end()).replace('…', ".*"));
            let pattern = Regex::new(&pattern).map_err(|error| error.to_string())?;
            if !pattern.is_match(printed.trim_end()) {
                return Err(format!("`{command}` prints\n{printed}\nand not\n{wanted}"));
            }
            said.push_str(&printed);
        }
        Ok(said)
    }

    /// What a command prints, to both of its outputs.
    fn shell(&self, command: &str) -> Result<String, String> {
        let program = Path::new(env!("CARGO_BIN_EXE_infrac")).parent().ok_or("a program lies in a folder")?;
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("exec 2>&1; {command}")]).current_dir(self.folder()).env("PATH", path);
        // Nothing of an example is left in the cache of who runs the tests.
        shell.env("XDG_CACHE_HOME", self.folder());
        for variable in ["CLICOLOR", "CLICOLOR_FORCE", "NO_COLOR", "CI", "TERM"] {
            shell.env_remove(variable);
        }
        let output = shell.output().map_err(|error| error.to_string())?;
        String::from_utf8(output.stdout).map_err(|error| error.to_string())
    }
}
