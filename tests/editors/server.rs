//! Editors with the server: each opens a project, shows its one mistake, and goes from a name to where it is declared.

use crate::setups::{emacs, json, neovim, program, run, scratch};
use crate::sources::root;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PRODUCT: &str = "product shop {
  domain       = \"shop.example.com\"
  owner        = \"ops@shop.example.com\"
  environments = [prod]
  ranges       = { prod = 10.20.0.0/16 }
}

provider hetzner eu { region = fsn1 }

stack compute web {
  on      = eu
  servers = true
}
";

/// A project with one mistake, and a folder with `infrac` for PATH.
fn project(name: &str) -> (PathBuf, String) {
    let folder = scratch(name);
    let file = folder.join("inventory/shop/product.infra");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(folder.join("infra.toml"), "name = \"shop\"\nedition = \"2026\"\n").unwrap();
    std::fs::write(&file, PRODUCT).unwrap();
    std::os::unix::fs::symlink(server(), folder.join("infrac")).unwrap();
    (file, format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default()))
}

/// The server: this one, or what INFRAC_SERVER names.
fn server() -> PathBuf {
    std::env::var_os("INFRAC_SERVER").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_infrac")), PathBuf::from)
}

/// What `infrac check` says of the project.
fn said(file: &Path) -> (String, String) {
    let folder = file.ancestors().nth(3).unwrap();
    let output = Command::new(server()).args(["check", "--output", "json", "--project"]).arg(folder).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let found: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found.len(), 1, "{text}");
    (found[0]["code"].as_str().unwrap().to_owned(), found[0]["message"].as_str().unwrap().to_owned())
}

/// Where a text begins that stands once in the product: its line and its column, from 0.
fn place(text: &str) -> (usize, usize) {
    let at = PRODUCT.find(text).unwrap();
    let before = &PRODUCT[..at];
    (before.matches('\n').count(), at - before.rfind('\n').map_or(0, |line| line + 1))
}

#[test]
fn neovim_talks_to_the_server() {
    let (file, path) = project("neovim-project");
    let (line, column) = place("eu\n  servers");
    let mut neovim = neovim("neovim-server");
    neovim.env("PROBE_FILE", &file).env("PROBE_SERVER", "1").env("PATH", path);
    neovim.env("PROBE_LINE", line.to_string()).env("PROBE_COLUMN", column.to_string());
    let found = json(&run(&mut neovim));
    assert_eq!(found["attached"], true, "{found:#}");
    let (code, message) = said(&file);
    let shown = found["diagnostics"].as_array().unwrap();
    assert_eq!(shown.len(), 1, "{found:#}");
    assert_eq!(shown[0]["code"], code.as_str());
    assert_eq!(shown[0]["line"], place("true").0);
    assert!(shown[0]["message"].as_str().unwrap().contains(&message), "{shown:?} does not hold {message}");
    let hover = found["answers"]["textDocument/hover"]["contents"].to_string();
    assert!(hover.contains("hetzner"), "{found:#}");
    let definition = found["answers"]["textDocument/definition"].to_string();
    assert!(
        definition.contains("product.infra") && definition.contains(&format!("\"line\":{}", place("provider hetzner").0)),
        "{definition}"
    );
}

#[test]
fn emacs_talks_to_the_server() {
    let (file, path) = project("emacs-project");
    let found = json(&run(emacs("emacs-server").env("PROBE_FILE", &file).env("PROBE_SERVER", "1").env("PATH", path)));
    assert_eq!(found["server"], true, "{found:#}");
    let (_, message) = said(&file);
    let shown = found["diagnostics"].as_array().unwrap();
    assert_eq!(shown.len(), 1, "{found:#}");
    assert!(shown[0].as_str().unwrap().contains(&message), "{shown:?} does not hold {message}");
}

/// Vim has no client of its own: ALE finds the linter in the set-up.
#[test]
fn vim_talks_to_the_server_by_ale() {
    let (file, path) = project("vim-project");
    let folder = scratch("vim-server");
    let ale = crate::sources::tools().join("ale");
    assert!(ale.join("plugin/ale.vim").is_file(), "ALE is missing in {}: run tests/tools/install", ale.display());
    let (line, column) = place("eu\n  servers");
    let mut vim = Command::new(program("vim", "install the Debian package vim"));
    vim.args(["-u", "NONE", "-i", "NONE", "-n", "-N", "--not-a-term", "-S"]).arg(root().join("tests/editors/probes/ale.vim"));
    vim.env("PROBE_FILE", &file).env("PROBE_RUNTIME", root().join("editors/vim")).env("PROBE_ALE", ale);
    vim.env("PROBE_LINE", (line + 1).to_string()).env("PROBE_COLUMN", (column + 1).to_string());
    vim.env("PROBE_OUTPUT", folder.join("found.json")).env("HOME", &folder).env("TERM", "dumb").env("PATH", path);
    run(vim.stdin(Stdio::null()));
    let found: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("found.json")).unwrap()).unwrap();
    let (code, message) = said(&file);
    let shown = found["shown"].as_array().unwrap();
    assert_eq!(shown.len(), 1, "{found:#}");
    assert_eq!((&shown[0]["code"], &shown[0]["line"]), (&code.as_str().into(), &(place("true").0 + 1).into()), "{found:#}");
    assert!(shown[0]["text"].as_str().unwrap().contains(&message), "{shown:?} does not hold {message}");
    assert_eq!((&found["file"], &found["line"]), (&file.to_str().unwrap().into(), &(place("provider hetzner").0 + 1).into()), "{found:#}");
}

/// The bundle of the extension in Node.js, where a stand-in answers for VS Code: every command that the package names is there, the
/// client and the server come to an understanding, and a command shows what infrac says.
#[test]
fn the_extension_of_vscode_starts() {
    let (file, path) = project("vscode-project");
    let modules = crate::sources::tools().join("editors-node");
    let folder = scratch("vscode-server");
    run(Command::new(root().join("editors/vscode/package")).arg(&folder).env("NODE_FOLDER", &modules));
    run(Command::new("python3").args(["-m", "zipfile", "-e", "infrac.vsix", "."]).current_dir(&folder));
    let probe = root().join("tests/editors/node/vscode.mjs");
    let mut node = Command::new("node");
    let found = json(&run(node.arg(probe).arg(folder.join("extension")).arg(&file).env("PATH", path)));
    assert_eq!((&found["missing"], &found["errors"]), (&serde_json::json!([]), &serde_json::json!([])), "{found:#}");
    assert_eq!(found["program"], serde_json::json!(["infrac", "lsp", "--stdio"]), "{found:#}");
    let (code, _) = said(&file);
    assert!(found["shown"].as_str().is_some_and(|text| text.contains(&code)), "{found:#}");
}
