//! Random edits of several files, and what a fresh check says of them.

use super::client::{Client, Project, uri};
use super::dice::Dice;
use infrac::base::Workspace;
use infrac::driver::{Files, Options, compile};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How a client counts within a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Utf8,
    Utf16,
    Utf32,
}

impl Unit {
    pub const ALL: [Unit; 3] = [Unit::Utf8, Unit::Utf16, Unit::Utf32];

    pub fn name(self) -> &'static str {
        match self {
            Unit::Utf8 => "utf-8",
            Unit::Utf16 => "utf-16",
            Unit::Utf32 => "utf-32",
        }
    }

    /// The position of an offset; a line ends with a line feed, a carriage return, or both.
    pub fn position(self, text: &str, offset: usize) -> (u64, u64) {
        let before = &text[..offset];
        let is_end = |at: usize, c: char| c == '\n' || c == '\r' && !text[at + 1..].starts_with('\n');
        let ends: Vec<usize> = before.char_indices().filter(|(at, c)| is_end(*at, *c)).map(|(at, _)| at + 1).collect();
        let line = &before[ends.last().copied().unwrap_or(0)..];
        let count = match self {
            Unit::Utf8 => line.len(),
            Unit::Utf16 => line.encode_utf16().count(),
            Unit::Utf32 => line.chars().count(),
        };
        (ends.len() as u64, count as u64)
    }
}

/// A finding as both sides say it: code, message, start and end.
pub type Found = (String, String, (u64, u64), (u64, u64));

const PLATFORM: &str = "product platform {
  domain       = \"platform.example.com\"
  owner        = \"ops@example.com\"
  environments = [prod]
  ranges       = { prod = 10.20.0.0/16 }
  operators    = [{ name = \"ada\", key = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8 ada\" }]
  exports      = [mgmt.garage, mgmt.consul, mgmt.vault]
  state   { store = mgmt.garage, lock = mgmt.consul, bootstrap = local }
  secrets { store = mgmt.vault, bootstrap = sops }
  waive source-available { on = [consul], because = \"wird im Haus verwendet – größtenteils 😀\" }
}
provider hetzner eu { region = fsn1 }
stack management mgmt { on = eu }
";

const SHOP: &str = "product shop {
  domain       = \"shop.example.com\"
  owner        = \"ops@shop.example.com\"
  environments = [prod]
  ranges       = { prod = 10.0.0.0/16 }
  operators    = [{ name = \"ada\", key = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8 ada\" }]
  state   { store = platform.mgmt.garage, lock = platform.mgmt.consul }
  secrets { store = platform.mgmt.vault }
}
provider hetzner eu { region = fsn1 }
stack compute web { on = eu, servers = 1, public = true }
stack probe one { on = eu, of = web }
";

const OWN: &str = "## Prüft 😀 etwas.
define stack probe {
  input of: stack
  input ports: list(int) = [1]
  let wide = [for p in ports : p + 1]
  check size(wide) > 0, \"über 😀 nichts\"
}
";

/// The files that are edited; the last one is of the library of the project.
pub const FILES: [(&str, &str); 3] =
    [("inventory/platform/product.infra", PLATFORM), ("inventory/shop/product.infra", SHOP), ("library/own.infra", OWN)];

const PARTS: [&str; 27] = [
    "}",
    "{",
    "\"",
    "\n",
    "servers",
    "= ",
    "😀",
    "ü",
    "[",
    "]",
    "${",
    "mgmt",
    "platform.mgmt.",
    "define module x {\n",
    "stack compute y { on = eu }\n",
    "stack probe z { on = eu, of = web, ports = [2] }\n",
    "input z: int\n",
    "#",
    "\"\"\"",
    ".",
    "\r\n",
    "\r",
    "true",
    "1",
    ", ",
    "\u{2028}",
    "\u{feff}",
];

/// A project with three files that know each other.
pub fn project() -> Project {
    let project = Project { folder: tempfile::tempdir().unwrap() };
    project.write("infra.toml", "name = \"test\"\nedition = \"2026\"\noutput = \"generated\"\nlibrary = [\"library\"]\n");
    for (path, text) in FILES {
        project.write(path, text);
    }
    project
}

/// Three open files.
pub struct Edited {
    pub unit: Unit,
    pub dice: Dice,
    pub texts: Vec<String>,
    uris: Vec<String>,
    version: i32,
    /// The project as it lies on the disk.
    workspace: Workspace,
}

impl Edited {
    pub fn open(client: &mut Client, project: &Project, unit: Unit, seed: u64) -> Edited {
        let uris: Vec<String> = FILES.iter().map(|(path, _)| uri(&project.root().join(path))).collect();
        let texts: Vec<String> = FILES.iter().map(|(_, text)| (*text).to_owned()).collect();
        uris.iter().zip(&texts).for_each(|(uri, text)| client.did_open(uri, text));
        let workspace = infrac::host::load(&project.root()).unwrap().workspace;
        Edited { unit, dice: Dice::new(seed), texts, uris, version: 1, workspace }
    }

    /// An edit at a random place, as an editor sends it. Now and then the texts are put right again, so that not all of a storm is about
    /// one broken text.
    pub fn edit(&mut self, client: &mut Client) -> usize {
        self.version += 1;
        // An edit of the library makes everything anew: it is the rarer one.
        let file = [0, 0, 0, 1, 1, 1, 1, 2][self.dice.roll(8)];
        if self.dice.roll(12) == 0 {
            for (at, (_, text)) in FILES.iter().enumerate() {
                self.texts[at] = (*text).to_owned();
                client.change(&self.uris[at], self.version, text);
            }
            return file;
        }
        let text = &mut self.texts[file];
        let borders: Vec<usize> =
            text.char_indices().map(|(at, _)| at).filter(|at| !text[..*at].ends_with('\r')).chain([text.len()]).collect();
        let start = borders[self.dice.roll(borders.len())];
        let behind: Vec<usize> = borders.iter().copied().filter(|at| *at >= start).take(40).collect();
        let end = if self.dice.roll(3) == 0 { behind[self.dice.roll(behind.len())] } else { start };
        let new = if self.dice.roll(4) == 0 { "" } else { self.dice.pick(&PARTS) };
        let place = |offset: usize| {
            let (line, character) = self.unit.position(text, offset);
            json!({ "line": line, "character": character })
        };
        let change = json!({ "range": { "start": place(start), "end": place(end) }, "text": new });
        let version = json!({ "uri": self.uris[file], "version": self.version });
        client.tell("textDocument/didChange", json!({ "textDocument": version, "contentChanges": [change] }));
        text.replace_range(start..end, new);
        file
    }

    /// What the server says of a file.
    pub fn said(&self, client: &mut Client, file: usize) -> Vec<Found> {
        let found = client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": self.uris[file] } })).unwrap();
        let at = |found: &Value, end: &str| {
            let place = &found["range"][end];
            (place["line"].as_u64().unwrap(), place["character"].as_u64().unwrap())
        };
        let one = |found: &Value| {
            let message = found["message"].as_str().unwrap().lines().next().unwrap_or_default();
            (found["code"].as_str().unwrap().to_owned(), message.to_owned(), at(found, "start"), at(found, "end"))
        };
        let mut all: Vec<Found> = found["items"].as_array().unwrap().iter().map(one).collect();
        all.sort();
        all.dedup();
        all
    }

    /// What a fresh check says of each file.
    pub fn wanted(&self) -> BTreeMap<usize, Vec<Found>> {
        let typed = |path: &str| FILES.iter().position(|(of, _)| *of == path).map(|at| self.texts[at].as_str().into());
        let files = self.workspace.files().map(|(_, file)| (file.path.clone(), typed(&file.path).unwrap_or(file.text.clone())));
        let fresh = Workspace::new(files.collect::<Vec<_>>());
        let outcome = compile(&fresh, &Options { files: Files::LetGo, ..Options::default() });
        let mut wanted: BTreeMap<usize, Vec<Found>> = (0..FILES.len()).map(|at| (at, Vec::new())).collect();
        for found in &outcome.diagnostics {
            let span = found.primary.span;
            let Some(at) = FILES.iter().position(|(path, _)| *path == fresh.file(span.file).path) else { continue };
            let place = |offset: u32| self.unit.position(&self.texts[at], offset as usize);
            // What turns the order of a text around is written out, as on the command line.
            let message = infrac::render::sanitise(&found.message).lines().next().unwrap_or_default().to_owned();
            wanted.entry(at).or_default().push((found.code.id().to_owned(), message, place(span.start), place(span.end)));
        }
        wanted.values_mut().for_each(|found| {
            found.sort();
            found.dedup();
        });
        wanted
    }

    /// The server says what a fresh check does.
    pub fn agree(&self, client: &mut Client, what: &str) {
        for (file, wanted) in self.wanted() {
            let said = self.said(client, file);
            assert_eq!(said, wanted, "{what}, {:?}, {}:\n{}", self.unit, FILES[file].0, self.texts.join("\n=====\n"));
        }
    }
}

/// What a client calls a file.
pub fn address(project: &Project, file: usize) -> String {
    uri(&project.root().join(FILES[file].0))
}

/// The server: that of this build, or what INFRAC_SERVER names.
pub fn server() -> PathBuf {
    std::env::var_os("INFRAC_SERVER").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_infrac")), PathBuf::from)
}
