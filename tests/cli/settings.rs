//! The settings, and their JSON schema: it takes what is read without a mistake, and nothing else.

use super::{SETTINGS, empty, project};
use infrac::base::FileId;
use infrac::host::settings::read;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

#[test]
fn every_setting_is_printed_with_its_value() {
    let session = project();
    session.put("infra.toml", &format!("{SETTINGS}output = \"generated\"\n"));
    let here = session.run(&["settings"]);
    for key in ["name", "edition", "inventory", "library", "output", "targets", "compiler"] {
        assert!(here.ends(0).out.lines().any(|line| line == key), "{key}\n{}", here.out);
    }
    here.says("    here: \"acme\"\n")
        .says("    default: \".\"\n    here: \"generated\"\n")
        .says("    default: \"inventory\"\n    here: the default\n");
    assert!(!empty().run(&["settings"]).ends(0).out.contains("here:"));
    session.put("infra.toml", "nmae = 1\n");
    assert!(session.run(&["settings"]).ends(1).err.contains("unknown key `nmae`"));
}

/// Lines of the file beside a name and an edition, or the whole file where they have those.
const FILES: &[&str] = &[
    "",
    "inventory = \"products\"",
    "inventory = \"a/b/\"",
    "inventory = \"a//b\"",
    "inventory = \"\"",
    "inventory = \"/\"",
    "inventory = \".\"",
    "inventory = \"./\"",
    "inventory = \"./a\"",
    "inventory = \"a/.\"",
    "inventory = \"a/..\"",
    "inventory = \"..\"",
    "inventory = \"../\"",
    "inventory = \"../up\"",
    "inventory = \"..up/.x\"",
    "inventory = \"...\"",
    "inventory = \"/etc\"",
    "inventory = \"C:/x\"",
    "inventory = \"a\\\\b\"",
    "inventory = \"<stdlib>\"",
    "inventory = \"größe/日本\"",
    "inventory = \"a\\nb\"",
    "inventory = \"a\\u007f\"",
    "inventory = \"a\\u0085\"",
    "inventory = \"a\\n\"",
    "inventory = 3",
    "output = \"out\"",
    "output = [\"out\"]",
    "library = []",
    "library = [\"lib\", \"more/lib\"]",
    "library = [\"lib\", \"lib\"]",
    "library = [\"lib\", \"../lib\"]",
    "library = \"lib\"",
    "library = [1]",
    "targets = [\"opentofu\"]",
    "targets = []",
    "targets = [\"opentofoo\"]",
    "targets = [\"opentofu\", \"opentofu\"]",
    "targets = [\"molecule\"]",
    "targets = [\"molecule\", \"ansible\"]",
    "targets = [\"packer\", \"opentofu\"]",
    "targets = [\"packer\", \"molecule\", \"ansible\"]",
    "targets = \"opentofu\"",
    "targets = [true]",
    "compiler = \"github:owner/name\"",
    "compiler = \"cargo:infrac\"",
    "compiler = \"npm:infrac\"",
    "compiler = \"github:\"",
    "compiler = \"github\"",
    "compiler = \"github:a:b\"",
    "compiler = \"github:a b\"",
    "compiler = 1",
    "otuput = \"x\"",
    "[output]",
    "name = \"acme\"",
    "edition = \"2026\"",
    "name = \"a\"\nedition = \"1999\"",
    "name = \"a\"\nedition = 2026",
    "name = \"Acme\"\nedition = \"2026\"",
    "name = \"a_b-9\"\nedition = \"2026\"",
    "name = \"9a\"\nedition = \"2026\"",
    "name = \"\"\nedition = \"2026\"",
    "name = \"a\\n\"\nedition = \"2026\"",
    "name = true\nedition = \"2026\"",
];

#[test]
fn the_schema_takes_what_the_compiler_takes() {
    let session = empty();
    let schema = session.run(&["settings", "--schema"]);
    session.put("schema.json", &schema.ends(0).out);
    let mut accepted = 0;
    for (at, lines) in FILES.iter().enumerate() {
        let whole = ["name =", "edition ="].iter().any(|key| lines.starts_with(key));
        let text = if whole { format!("{lines}\n") } else { format!("{SETTINGS}{lines}\n") };
        accepted += usize::from(read(FileId(0), &text).1.0.is_empty());
        session.put(&format!("files/{at:02}.toml"), &text);
    }
    assert!(accepted > 15 && accepted < FILES.len() - 15, "{accepted}");
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/python/bin/check-jsonschema");
    let judge = |arguments: &[&str]| {
        let judged = Command::new(&tool).args(arguments).current_dir(session.folder.path()).output();
        judged.unwrap_or_else(|why| panic!("{}: {why}", tool.display()))
    };
    assert!(judge(&["--check-metaschema", "schema.json"]).status.success());
    let paths: Vec<String> = (0..FILES.len()).map(|at| format!("files/{at:02}.toml")).collect();
    let all: Vec<&str> =
        ["--output-format", "json", "--schemafile", "schema.json"].into_iter().chain(paths.iter().map(String::as_str)).collect();
    let report: serde_json::Value = serde_json::from_slice(&judge(&all).stdout).unwrap();
    assert_eq!(report["parse_errors"].as_array().map(Vec::len), Some(0), "{report:#}");
    let refused: BTreeSet<&str> = report["errors"].as_array().unwrap().iter().map(|error| error["filename"].as_str().unwrap()).collect();
    for (path, lines) in paths.iter().zip(FILES) {
        let is_read = read(FileId(0), &session.read(path)).1.0.is_empty();
        assert_eq!(!refused.contains(path.as_str()), is_read, "{lines:?}\n{report:#}");
    }
}
