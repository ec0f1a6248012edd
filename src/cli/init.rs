//! `infrac init`.

use super::output::{GOOD, NOTE, tell};
use super::templates::Template;
use super::{Exit, Global, place};
use crate::base::{LIBRARY, Workspace, text};
use crate::diag::Severity;
use crate::driver::{self, Files, Options, Outcome};
use crate::host::layout::yields;
use crate::host::settings::{EDITIONS, FILE, is_name};
use crate::host::{Failure, Settings, library, load};
use crate::reference;
use clap::ValueEnum;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Start a project: `infra.toml` and a first product that builds at once
///
/// Nothing that is there is overwritten; in a project that there is, `--ci`, `--hooks` and `--editor` add what is missing. What is generated lies beside `infra.toml`, where GitHub and GitLab look for pipelines, or in a
/// folder of its own where something else lies there already.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac init acme\n  \
    infrac init acme --template product\n  \
    infrac init acme --project infrastructure\n  \
    infrac init acme --into . --ci github --hooks --editor\n  \
    infrac init --editor                           to a project that there is")]
pub(super) struct Init {
    /// The name of the project and its first product [default: the name of the folder]
    name: Option<String>,

    /// What the project begins with
    #[arg(long, value_name = "TEMPLATE", default_value = "empty")]
    template: Template,

    /// The folder of an existing repository that the project becomes a part of
    #[arg(long, value_name = "DIR", conflicts_with = "project")]
    into: Option<PathBuf>,

    /// Let a pipeline compile the sources and compare the generated files
    #[arg(long, value_name = "SYSTEM")]
    ci: Option<System>,

    /// Let pre-commit do the same before each commit
    #[arg(long)]
    hooks: bool,

    /// Point Visual Studio Code to the extension and to `infrac lsp`
    #[arg(long)]
    editor: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum System {
    /// A workflow of GitHub Actions
    Github,
    /// A job of GitLab CI
    Gitlab,
}

/// What is written where.
struct Plan {
    /// The folder of the project.
    folder: PathBuf,
    /// The root of the repository that it is in, or the project itself.
    repository: PathBuf,
    /// The name of the project.
    name: String,
    /// Where products lie.
    inventory: &'static str,
    /// Where generated files go.
    output: String,
    /// What is there already and made `output` another folder.
    taken: Option<String>,
    /// What the first build will write.
    built: Outcome,
}

impl Init {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        if let Some(plan) = self.plan_of_project(global)? {
            return self.add(&plan);
        }
        let plan = self.plan(global)?;
        let sources = self.template.of(&plan.name);
        let mut files = vec![(plan.folder.join(FILE), plan.settings())];
        files.extend(sources.into_iter().map(|(path, text)| (plan.folder.join(plan.inventory).join(path), text)));
        for (path, _) in &files {
            if path.symlink_metadata().is_ok() {
                let failure = Failure::new(format!("`{}` is there already", plan.shown(path)));
                return Err(match path.ends_with(FILE) {
                    true => failure.help("to a project that there is, `--ci`, `--hooks` and `--editor` add what is missing"),
                    false => failure,
                });
            }
        }
        for (path, text) in &files {
            plan.create(path, text)?;
        }
        plan.create_or(&plan.folder.join(".gitattributes"), ATTRIBUTES, "let it give all of the project `text=auto eol=lf`")?;
        if let Some(taken) = &plan.taken {
            let output = &plan.output;
            tell(&format!(
                "{NOTE}note:{NOTE:#} generated files go to `{output}`, because `{taken}` is there already: `output` in `{FILE}`\n"
            ));
        }
        self.add(&plan)?;
        if plan.repository != plan.folder && plan.output == "." {
            tell(&format!(
                "{NOTE}note:{NOTE:#} GitHub and GitLab read pipelines at the root of a repository only, and that is `{}`: start the project there\n",
                plan.repository.display()
            ));
        }
        tell("next: describe the product there, then run `infrac build`\n");
        Ok(Exit::Clean)
    }

    /// Adds what is asked for besides sources.
    fn add(&self, plan: &Plan) -> Result<Exit, Failure> {
        if let Some(system) = self.ci {
            plan.pipeline(system)?;
        }
        if self.hooks {
            plan.hooks()?;
        }
        if self.editor {
            plan.editor()?;
        }
        Ok(Exit::Clean)
    }

    /// What there is of a project to which something is added; nothing where it is to be started.
    fn plan_of_project(&self, global: &Global) -> Result<Option<Plan>, Failure> {
        let folder = match (&self.into, &global.project) {
            (Some(folder), _) | (None, Some(folder)) => folder.clone(),
            (None, None) => place::current_folder()?,
        };
        if !(self.ci.is_some() || self.hooks || self.editor) || !folder.join(FILE).is_file() {
            return Ok(None);
        }
        let folder = folder.canonicalize().map_err(|error| Failure::disk("open", &folder, &error))?;
        let project = load(&folder)?;
        let built = match project.is_known() {
            true => driver::compile(&project.workspace, &Options { files: Files::ReadBack, ..Options::default() }),
            false => Outcome::default(),
        };
        // What a build will write is not written here.
        if project.with(built.diagnostics.iter().cloned()).iter().any(|found| found.severity == Severity::Error) {
            return Err(Failure::new("the project has mistakes, so that nobody knows what a build would write")
                .help("`infrac check` tells them; add to the project what is missing once they are gone"));
        }
        let Settings { name, output, .. } = project.settings;
        let repository = repository_of(&folder);
        Ok(Some(Plan {
            repository,
            name: name.to_string(),
            inventory: "inventory",
            output: output.to_string(),
            taken: None,
            built,
            folder,
        }))
    }

    fn plan(&self, global: &Global) -> Result<Plan, Failure> {
        let folder = match (&self.into, &global.project) {
            (Some(folder), _) => folder.canonicalize().map_err(|error| Failure::disk("open", folder, &error))?,
            (None, Some(folder)) => {
                fs::create_dir_all(folder).map_err(|error| Failure::disk("make the folder", folder, &error))?;
                folder.canonicalize().map_err(|error| Failure::disk("open", folder, &error))?
            }
            (None, None) => place::current_folder()?,
        };
        let name = self.name.clone().unwrap_or_else(|| name_of(&folder));
        if !is_name(&name) || name == "shared" {
            return Err(Failure::new(format!("`{name}` cannot be the name of a product"))
                .help("give one of lower-case letters, digits, `-` and `_` that begins with a letter: `infrac init NAME`"));
        }
        let is_free = |path: &str| folder.join(path).symlink_metadata().is_err();
        // An inventory that is there may be that of another tool.
        let inventory = match self.into.is_none() || is_free("inventory") {
            true => "inventory",
            false => "infrac",
        };
        let built = first_build(inventory, &self.template.of(&name))?;
        let mut taken = None;
        if self.into.is_some() {
            // What the project grows into: a product that has something of everything.
            let later = first_build(inventory, &Template::Product.of(&name))?;
            let tops = built.tree.iter().chain(later.tree.iter()).map(|(path, _)| top(path));
            taken = tops.filter(|path| !yields(path)).find(|path| !is_free(path)).map(str::to_owned);
        }
        let output = match taken {
            None => ".".to_owned(),
            Some(_) => {
                let names = (1..).map(|number| if number == 1 { "generated".to_owned() } else { format!("generated-{number}") });
                names.into_iter().find(|name| is_free(name)).unwrap_or_else(|| "generated".to_owned())
            }
        };
        Ok(Plan { repository: repository_of(&folder), name, inventory, output, taken, built, folder })
    }
}

/// The root of the repository that a folder lies in, or the folder itself.
fn repository_of(folder: &Path) -> PathBuf {
    folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(folder).to_owned()
}

/// What would be in the way of a generated file: the first part of its path; of folders that others write into too, the first two, or the
/// file itself.
fn top(path: &str) -> &str {
    let end = |from: usize| path[from..].find('/').map_or(path.len(), |at| from + at);
    match path.split('/').next() {
        Some(".config") => path,
        Some(".github") => &path[..end(".github/".len())],
        _ => &path[..end(0)],
    }
}

/// Compiles what is about to be written: it has no findings, whatever the name is.
fn first_build(inventory: &str, sources: &[(String, String)]) -> Result<Outcome, Failure> {
    let own = sources.iter().map(|(path, source)| (text!("{inventory}/{path}"), source.as_str().into()));
    let of_library = library::files().into_iter().map(|(path, source)| (text!("{LIBRARY}{path}"), source.into()));
    let workspace = Workspace::new(own.chain(of_library));
    let outcome = driver::compile(&workspace, &Options { files: Files::ReadBack, ..Options::default() });
    match outcome.diagnostics.iter().find(|found| found.severity == Severity::Error) {
        None => Ok(outcome),
        Some(found) => {
            Err(Failure::new(format!("the project cannot have this name: {}", found.message)).help("give another one: `infrac init NAME`"))
        }
    }
}

impl Plan {
    fn settings(&self) -> String {
        let edition = EDITIONS.last().copied().unwrap_or_default();
        let mut lines = vec![("name", self.name.as_str()), ("edition", edition)];
        lines.extend((self.inventory != "inventory").then_some(("inventory", self.inventory)));
        lines.extend((self.output != ".").then_some(("output", self.output.as_str())));
        let width = lines.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
        lines.iter().map(|(key, value)| format!("{key:<width$} = \"{value}\"\n")).collect()
    }

    /// A path as it is told: from the project, or from the repository that it is in.
    fn shown(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.folder).or_else(|_| path.strip_prefix(&self.repository));
        inside.unwrap_or(path).display().to_string()
    }

    /// Writes a file that must not be there yet.
    fn create(&self, path: &Path, text: &str) -> Result<(), Failure> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| Failure::disk("make the folder", folder, &error))?;
        }
        create(path, text).map_err(|error| Failure::disk("write", path, &error))?;
        tell(&format!("{GOOD}wrote{GOOD:#} {}\n", self.shown(path)));
        Ok(())
    }

    /// Writes a file, or says what somebody has to do to the one that is there.
    fn create_or(&self, path: &Path, text: &str, advice: &str) -> Result<(), Failure> {
        if path.symlink_metadata().is_ok() {
            tell(&format!("`{}` is there already: {advice}\n", self.shown(path)));
            return Ok(());
        }
        self.create(path, text)
    }

    /// Whether the first build writes a file at the root of the repository, where it is read.
    fn builds(&self, path: &str) -> bool {
        self.output == "." && self.folder == self.repository && self.built.tree.get(path).is_some()
    }

    /// Whether the repository has a file of its own there, to which that of a build yields.
    fn stands(&self, path: &str) -> bool {
        yields(path) && self.repository.join(path).symlink_metadata().is_ok()
    }

    fn pipeline(&self, system: System) -> Result<(), Failure> {
        let written = match system {
            System::Github => ".github/workflows/validate.yml",
            System::Gitlab => ".gitlab-ci.yml",
        };
        if self.builds(written) && self.stands(written) {
            tell(&format!("`{written}` is there already: add `local: ci/gitlab-ci.yml` to its `include`, which `infrac build` writes\n"));
            return Ok(());
        }
        if self.builds(written) {
            tell(&format!("`infrac build` writes `{written}`, which compiles the sources and compares the generated files\n"));
            return Ok(());
        }
        let text = match system {
            System::Github => include_str!("../../assets/init/github.yml"),
            System::Gitlab => include_str!("../../assets/init/gitlab.yml"),
        };
        let text = self.filled(text)?;
        match system {
            System::Github => {
                let path = self.repository.join(".github/workflows/infrac.yml");
                self.create_or(
                    &path,
                    &text,
                    "let a job run `infrac build --check --no-cache --output=github --output=markdown=$GITHUB_STEP_SUMMARY`",
                )
            }
            System::Gitlab => {
                let path = self.repository.join(".gitlab-ci.yml");
                if path.symlink_metadata().is_err() {
                    return self.create(&path, &text);
                }
                self.create_or(&self.repository.join(".gitlab/infrac.yml"), &text, "let a job run `infrac build --check --no-cache`")?;
                tell("`.gitlab-ci.yml` is there already: add `local: .gitlab/infrac.yml` to its `include`\n");
                Ok(())
            }
        }
    }

    /// A file with what the library pins, and with the way to the project.
    fn filled(&self, text: &str) -> Result<String, Failure> {
        let entries = reference::entries(&Workspace::new(
            library::files().into_iter().map(|(path, source)| (text!("{LIBRARY}{path}"), source.into())),
        ));
        let attribute = |title: &str, name: &str| {
            let entry = entries.iter().find(|entry| entry.title() == title);
            let row = entry.and_then(|entry| entry.sections.iter().flat_map(|section| &section.rows).find(|row| row.name == name));
            let value = row.and_then(|row| row.value.as_deref()).map(|value| value.trim_matches('"').to_owned());
            value.ok_or_else(|| Failure::new(format!("the library says no `{name}` of {title}")))
        };
        let action = |name: &str| -> Result<String, Failure> {
            let title = format!("action {name}");
            Ok(format!("{}@{} # {}", attribute(&title, "uses")?, attribute(&title, "sha")?, attribute(&title, "version")?))
        };
        let pipeline = entries.iter().find(|entry| entry.family == "pipeline").map(reference::Entry::title).unwrap_or_default();
        Ok(text
            .replace("@CHECKOUT@", &action("checkout")?)
            .replace("@MISE@", &action("mise")?)
            .replace("@CONTAINER@", &attribute(&pipeline, "container")?)
            .replace("@TOOL@", &attribute("tool infrac", "package")?)
            .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
            .replace("@PROJECT@", &self.way().map(|way| format!(" --project={way}")).unwrap_or_default()))
    }

    /// From the root of the repository to the project; nothing where they are the same.
    fn way(&self) -> Option<String> {
        let inside = self.folder.strip_prefix(&self.repository).ok()?;
        let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    }

    fn hooks(&self) -> Result<(), Failure> {
        const PATH: &str = ".pre-commit-config.yaml";
        if self.builds(PATH) && self.stands(PATH) {
            tell(&format!("`{PATH}` is there already: let a hook run `infrac fmt --check` and `infrac build --check`\n"));
            return Ok(());
        }
        if self.builds(PATH) {
            tell(&format!("`infrac build` writes `{PATH}`: run `pre-commit install` behind it\n"));
            return Ok(());
        }
        let arguments = self.way().map(|way| format!("\n        args: [\"--project={way}\"]")).unwrap_or_default();
        let text = include_str!("../../assets/init/pre-commit.yaml")
            .replace("@REPOSITORY@", env!("CARGO_PKG_REPOSITORY"))
            .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
            .replace("@ARGUMENTS@", &arguments);
        let piece = text.split_once("repos:\n").map_or("", |(_, piece)| piece);
        self.create_or(&self.repository.join(PATH), &text, &format!("add to its `repos`\n\n{piece}"))
    }

    fn editor(&self) -> Result<(), Failure> {
        let folder = self.repository.join(".vscode");
        let extensions = include_str!("../../assets/init/extensions.json");
        let settings = include_str!("../../assets/init/settings.json");
        self.create_or(&folder.join("extensions.json"), extensions, "add `infrac.infrac` to its `recommendations`")?;
        self.create_or(&folder.join("settings.json"), settings, &format!("add\n\n{settings}"))
    }
}

/// Every text has the same bytes in every clone, also the generated files beside the sources.
const ATTRIBUTES: &str = "* text=auto eol=lf\ninfra.lock linguist-generated\n";

/// A file that must not be there yet.
fn create(path: &Path, text: &str) -> std::io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// The name of a folder with everything that a name cannot have left out or written as `-`.
fn name_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    plain.trim_start_matches(|c: char| !c.is_ascii_lowercase()).trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_in_the_way_is_a_folder_or_a_file() {
        for (path, top) in [
            ("modules/infra/x.tf", "modules"),
            (".gitlab-ci.yml", ".gitlab-ci.yml"),
            (".config/mise/conf.d/infrac.toml", ".config/mise/conf.d/infrac.toml"),
            (".github/workflows/a.yml", ".github/workflows"),
            (".github/actionlint.yaml", ".github/actionlint.yaml"),
        ] {
            assert_eq!(super::top(path), top);
        }
    }
}
