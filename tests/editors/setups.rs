//! The set-ups, each in its editor, headless. `tests/tools/install` gets the editors that the registries have; one that is missing fails
//! its test by name.

use crate::sources::{root, tools};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An empty folder of a test.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editors").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A program that the tests need: where it is, or what to do.
pub fn program(name: &str, help: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(tools().join("bin")).chain(std::env::split_paths(&path));
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("`{name}` is missing on this machine: {help}"))
}

/// Runs a command and gives what it printed; a failure shows all of it.
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?}\n{}\n{}", said(&output.stdout), said(&output.stderr));
    output
}

/// The last line that a command printed, as JSON.
pub fn json(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().rev().find(|line| line.starts_with('{'));
    let line = line.unwrap_or_else(|| panic!("no answer: {text}\n{}", String::from_utf8_lossy(&output.stderr)));
    serde_json::from_str(line).unwrap()
}

fn sample() -> PathBuf {
    root().join("tests/editors/probes/sample.infra")
}

/// The first value of each word of a list of pairs.
fn words(value: &Value) -> BTreeMap<String, String> {
    let mut words = BTreeMap::new();
    for pair in value.as_array().unwrap() {
        words.entry(pair[0].as_str().unwrap().to_owned()).or_insert_with(|| pair[1].as_str().unwrap_or_default().to_owned());
    }
    words
}

/// Neovim with the set-up, the parser and nothing of the user's.
pub fn neovim(name: &str) -> Command {
    let home = scratch(name);
    run(Command::new(root().join("editors/tree-sitter-infra/build")).arg(home.join("site/parser")));
    let mut command = Command::new(program("nvim", "run tests/tools/install, or put Neovim 0.11 or newer on PATH"));
    let runtime = format!("set rtp^={},{}", root().join("editors/neovim").display(), home.join("site").display());
    command.args(["--clean", "--headless", "--cmd", &runtime, "-c"]);
    command.arg(format!("luafile {}", root().join("tests/editors/probes/neovim.lua").display()));
    for variable in ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
        command.env(variable, &home);
    }
    command
}

#[test]
fn neovim_colours_a_source() {
    let found = json(&run(neovim("neovim").env("PROBE_FILE", sample())));
    assert_eq!((&found["filetype"], &found["comment"], &found["treesitter"]), (&"infra".into(), &"# %s".into(), &true.into()), "{found}");
    let wanted = [
        "comment",
        "comment.documentation",
        "keyword",
        "keyword.conditional",
        "keyword.operator",
        "string",
        "string.escape",
        "number",
        "number.float",
        "boolean",
        "type",
        "type.builtin",
        "property",
        "label",
        "operator",
        "punctuation.special",
        "variable",
    ];
    for capture in wanted {
        assert_eq!(found["captures"][capture], true, "`{capture}` in {}", found["captures"]);
    }
}

#[test]
fn vim_colours_a_source() {
    let folder = scratch("vim");
    let vim = program("vim", "install the Debian package vim");
    let probe = root().join("tests/editors/probes/vim.vim");
    run(Command::new(vim)
        .args(["-u", "NONE", "-i", "NONE", "-n", "-N", "-es", "-S"])
        .arg(probe)
        .env("PROBE_FILE", sample())
        .env("PROBE_RUNTIME", root().join("editors/vim"))
        .env("PROBE_OUTPUT", folder.join("found.json"))
        .env("HOME", &folder));
    let found: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("found.json")).unwrap()).unwrap();
    assert_eq!((&found["filetype"], &found["comment"]), (&"infra".into(), &"# %s".into()));
    let words = words(&found["words"]);
    let wanted = [
        ("##", "infraDocumentation"),
        ("#", "infraComment"),
        ("define", "infraBlock"),
        ("input", "infraDeclaration"),
        ("let", "infraDeclaration"),
        ("check", "infraDeclaration"),
        ("40GiB", "infraNumber"),
        ("Size", "infraType"),
        ("53/udp]", "infraNumber"),
        ("10.0.0.0/8", "infraNumber"),
        ("range", "infraProperty"),
        ("\"\"\"", "infraString"),
        ("\"quoted\"", "infraString"),
        ("${first}", "infraSpecial"),
        ("true", "infraBoolean"),
        ("not", "infraOperator"),
        ("none", "infraNone"),
        ("0.5", "infraNumber"),
        ("else", "infraConditional"),
        ("\"no\"", "infraString"),
    ];
    for (word, group) in wanted {
        assert_eq!(words[word], group, "`{word}` in {words:#?}");
    }
}

/// Emacs with the mode and nothing of the user's.
pub fn emacs(name: &str) -> Command {
    let mut command = Command::new(program("emacs", "run tests/tools/install, or put Emacs 28 or newer with eglot on PATH"));
    command.args(["-Q", "--batch", "--directory"]).arg(root().join("editors/emacs")).arg("--load");
    command.arg(root().join("tests/editors/probes/emacs.el")).env("HOME", scratch(name));
    command
}

#[test]
fn emacs_colours_and_indents_a_source() {
    let found = json(&run(emacs("emacs").env("PROBE_FILE", sample())));
    assert_eq!((&found["mode"], &found["indented"]), (&"infra-mode".into(), &true.into()), "{found}");
    let faces = words(&found["faces"]);
    let wanted = [
        ("##", "font-lock-doc-face"),
        ("#", "font-lock-comment-delimiter-face"),
        ("define", "font-lock-type-face"),
        ("input", "font-lock-keyword-face"),
        ("40GiB", "font-lock-constant-face"),
        ("Size", "font-lock-type-face"),
        ("53/udp]", "font-lock-constant-face"),
        ("range", "font-lock-variable-name-face"),
        ("\"quoted\"", "font-lock-string-face"),
        ("true", "font-lock-constant-face"),
        ("not", "font-lock-keyword-face"),
        ("else", "font-lock-keyword-face"),
        ("\"no\"", "font-lock-string-face"),
    ];
    for (word, face) in wanted {
        assert_eq!(faces[word], face, "`{word}` in {faces:#?}");
    }
}

/// Emacs compiles the mode without a warning.
#[test]
fn the_mode_of_emacs_compiles() {
    let folder = scratch("emacs-compiled");
    std::fs::copy(root().join("editors/emacs/infra-mode.el"), folder.join("infra-mode.el")).unwrap();
    let mut command = Command::new(program("emacs", "run tests/tools/install, or put Emacs 28 or newer on PATH"));
    command.args(["-Q", "--batch", "--eval", "(setq byte-compile-error-on-warn t)", "--funcall", "batch-byte-compile"]);
    run(command.arg(folder.join("infra-mode.el")).env("HOME", &folder));
}

/// The extension of VS Code is bundled and packaged, with everything that its description names.
#[test]
fn the_extension_of_vscode_is_packaged() {
    let folder = scratch("vscode");
    let modules = tools().join("editors-node");
    assert!(modules.join("node_modules").is_dir(), "`@vscode/vsce` is missing in {}: run tests/tools/install", modules.display());
    run(Command::new(root().join("editors/vscode/package")).arg(&folder).env("NODE_FOLDER", &modules));
    run(Command::new(program("python3", "install Python 3.11")).args(["-m", "zipfile", "-e", "infrac.vsix", "."]).current_dir(&folder));
    let read = |path: &str| std::fs::read_to_string(folder.join("extension").join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let package: Value = serde_json::from_str(&read("package.json")).unwrap();
    let contributes = &package["contributes"];
    let bundle = read(package["main"].as_str().unwrap());
    for command in contributes["commands"].as_array().unwrap() {
        assert!(bundle.contains(command["command"].as_str().unwrap()), "{command}");
    }
    for language in contributes["languages"].as_array().unwrap() {
        serde_json::from_str::<Value>(&read(language["configuration"].as_str().unwrap())).unwrap();
    }
    for grammar in contributes["grammars"].as_array().unwrap() {
        let grammar: Value = serde_json::from_str(&read(grammar["path"].as_str().unwrap())).unwrap();
        assert_eq!(grammar["scopeName"], "source.infra");
    }
    let release = env!("CARGO_PKG_VERSION");
    assert_eq!(package["version"], release);
    // What stands alone in the bundle is all that it needs besides VS Code and Node.js.
    run(Command::new(program("node", "install Node.js 20")).args(["--check", "extension/dist/extension.js"]).current_dir(&folder));
}

/// Sublime Text reads the grammar as a property list.
#[test]
fn the_grammar_of_sublime_is_that_of_vscode() {
    let output = run(&mut Command::new(root().join("editors/sublime/convert")));
    let kept = std::fs::read(root().join("editors/sublime/infra.tmLanguage")).unwrap();
    assert!(output.stdout == kept, "run editors/sublime/convert > editors/sublime/infra.tmLanguage");
}

/// Helix and Zed are in no registry: what they read is read, and every query fits the grammar.
#[test]
fn the_tables_and_queries_of_helix_and_zed_are_read() {
    let table = |path: &str| std::fs::read_to_string(root().join("editors").join(path)).unwrap().parse::<toml::Table>().unwrap();
    let helix = table("helix/languages.toml");
    let language = &helix["language"].as_array().unwrap()[0];
    let server = language["language-servers"].as_array().unwrap()[0].as_str().unwrap();
    assert_eq!(helix["language-server"][server]["command"].as_str(), Some("infrac"));
    let (zed, config) = (table("zed/extension.toml"), table("zed/languages/infra/config.toml"));
    assert_eq!(zed["language_servers"]["infrac"]["languages"].as_array().unwrap()[0], config["name"]);
    let grammar = tree_sitter_infra::LANGUAGE.into();
    let mut seen = 0;
    for entry in
        ["helix/queries/infra", "zed/languages/infra"].into_iter().flat_map(|f| std::fs::read_dir(root().join("editors").join(f)).unwrap())
    {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "scm") {
            let text = std::fs::read_to_string(&path).unwrap();
            tree_sitter::Query::new(&grammar, &text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            seen += 1;
        }
    }
    assert_eq!(seen, 8);
    let folder = scratch("zed");
    run(Command::new(root().join("editors/zed/make")).arg(&folder));
    let made = std::fs::read_to_string(folder.join("extension.toml")).unwrap().parse::<toml::Table>().unwrap();
    assert_eq!(made["grammars"]["infra"]["path"].as_str(), Some("editors/tree-sitter-infra"));
    assert!(folder.join("languages/infra/highlights.scm").metadata().unwrap().is_file());
}
