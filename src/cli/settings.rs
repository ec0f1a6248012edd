//! `infrac settings`.

use super::output::{BOLD, NOTE, print, print_exactly, screen, show, tally, tell};
use super::{Exit, Global, open, place};
use crate::host::setting::{SETTINGS, Setting, schema};
use crate::host::{self, Failure, find, load};
use crate::render::{Format, Screen, fill, resolve, sanitise};
use serde_json::Value;

/// Print every setting of `infra.toml`: what it takes, what it means, what it is
///
/// In a project with the values that it has now.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac settings\n  \
    infrac settings --schema > infra.schema.json       a JSON schema, for editors and checks")]
pub(super) struct Settings {
    /// Print a JSON schema of `infra.toml` instead
    #[arg(long)]
    schema: bool,
}

impl Settings {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        if self.schema {
            print_exactly(&format!("{:#}\n", schema()));
            return Ok(Exit::Clean);
        }
        let is_in_project = global.project.is_some() || find(&place::current_folder()?).is_ok();
        let mut known = None;
        if is_in_project {
            let root = open::root(global)?;
            known = host::load::settings(&root)?;
            if known.is_none() {
                let project = load(&root)?;
                show(&resolve(&project.workspace, &project.diagnostics, &place::prefix(&root, Format::Text)?));
                tally(&project.diagnostics).iter().for_each(|tally| tell(&format!("{tally}\n")));
                return Ok(Exit::Findings);
            }
        }
        print(&SETTINGS.iter().map(|setting| line(setting, known.as_ref(), &screen())).collect::<Vec<_>>().join("\n"));
        Ok(Exit::Clean)
    }
}

fn line(setting: &Setting, known: Option<&host::Settings>, screen: &Screen) -> String {
    const INDENT: &str = "    ";
    let default = (setting.value)(&host::Settings::default());
    let mut text = format!("{BOLD}{}{BOLD:#}\n", setting.key);
    let mut line = |words: &str| text.push_str(&format!("{INDENT}{}\n", fill(words, screen.width, INDENT.len(), INDENT)));
    line(setting.meaning);
    line(&setting.form.words());
    line(&match (setting.required, &default) {
        (true, _) => "required".to_owned(),
        (false, Value::Null) => "default: none".to_owned(),
        (false, default) => format!("default: {default}"),
    });
    if let Some(known) = known {
        let value = (setting.value)(known);
        let same = !setting.required && value == default;
        let shown = if value.is_null() { "none".to_owned() } else { value.to_string() };
        text.push_str(&format!("{INDENT}{NOTE}here{NOTE:#}: {}\n", if same { "the default".into() } else { sanitise(&shown) }));
    }
    text
}
