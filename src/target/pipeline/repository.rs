//! What people and jobs share in a repository: the tools, the hooks, what the linters accept. A repository may have its own of each.

use crate::artifact::yaml::{Document, Map, Node, Seq};
use crate::artifact::{Error, Tree, header};
use crate::base::text;
use crate::shape::Pipeline;
use crate::shape::pipeline::Tool;

/// The tools. mise reads every file of this folder, beside a `mise.toml` of the repository.
const TOOLS: &str = ".config/mise/conf.d/infrac.toml";

/// Writes them.
pub(super) fn repository(pipeline: &Pipeline, tree: &mut Tree) -> Result<(), Error> {
    tree.insert(TOOLS, tools(pipeline))?;
    tree.insert(".pre-commit-config.yaml", hooks(pipeline))?;
    tree.insert("ci/yamllint.yaml", yamllint(pipeline))
}

/// The versions of all tools, for people and for jobs.
fn tools(pipeline: &Pipeline) -> String {
    let mut table = toml::Table::new();
    for tool in &pipeline.tools {
        table.insert(tool.package.to_string(), version(tool));
    }
    let mut text = String::from("# ");
    text.push_str(&header(&pipeline.source));
    text.push_str("\n\n[tools]\n");
    for (name, version) in &table {
        text.push_str(&key(name));
        text.push_str(" = ");
        text.push_str(&version.to_string());
        text.push('\n');
    }
    text
}

fn version(tool: &Tool) -> toml::Value {
    let version = toml::Value::String(tool.version.to_string());
    if tool.with.is_empty() {
        return version;
    }
    let arguments: Vec<String> = tool.with.iter().map(|package| text!("--with {package}").to_string()).collect();
    let mut table = toml::Table::new();
    table.insert("version".into(), version);
    table.insert("uvx_args".into(), toml::Value::String(arguments.join(" ")));
    toml::Value::Table(table)
}

/// A key of TOML is bare where it can be.
fn key(name: &str) -> String {
    let bare = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { name.to_owned() } else { toml::Value::String(name.to_owned()).to_string() }
}

/// The hooks of the compiler, which is the one that mise installs, and those of the tools that read its files.
fn hooks(pipeline: &Pipeline) -> Document {
    let hooks = [
        // A commit that only removes files changes what is generated too.
        local("infrac-fmt", "infrac fmt", "infrac fmt --check", r"\.infra$"),
        local("infrac-build", "infrac build", "infrac build --check", ".").with("always_run", true),
        local("tofu-fmt", "tofu fmt", "tofu fmt -check -diff -recursive modules", r"^modules/.*\.(tf|tftest\.hcl)$"),
        local("terragrunt-hcl-fmt", "terragrunt hcl fmt", "terragrunt hcl fmt --check --diff --working-dir live", r"^live/.*\.hcl$"),
        local("check-ci", "pipelines and their scripts", "./ci/check-ci.sh", r"^(\.github/|\.gitlab-ci\.yml$|ci/|live/.*\.(sh|yml)$)")
            .with("stages", Node::flow(["pre-push"])),
    ];
    let root = Map::new()
        .with("minimum_pre_commit_version", "3.2.0")
        .with("default_install_hook_types", Node::flow(["pre-commit", "pre-push"]))
        .with("repos", Seq::new([Map::new().with("repo", "local").with("hooks", Seq::new(hooks).spaced())]))
        .blank();
    Document::new(root).header(header(&pipeline.source))
}

fn local(id: &'static str, name: &'static str, entry: &'static str, files: &'static str) -> Map {
    Map::new()
        .with("id", id)
        .with("name", name)
        .with("entry", entry)
        .with("language", "system")
        .with("files", files)
        .with("pass_filenames", false)
}

fn yamllint(pipeline: &Pipeline) -> Document {
    let rules = Map::new()
        .with("comments", Map::new().with("min-spaces-from-content", 1))
        .comment("`# v1.2.3` behind an action, as those write it who update it.")
        .with("document-start", "disable")
        .with("line-length", Map::new().with("max", 160))
        .with("truthy", Map::new().with("check-keys", false))
        .comment("`on:` of a workflow.");
    let root = Map::new().with("extends", "default").with("rules", rules).blank();
    Document::new(root).header(header(&pipeline.source))
}
