//! What must hold of the roles of the whole library, whatever they say.

use super::{collections, emit_product, emit_role, emit_shared};
use crate::artifact::Tree;
use crate::artifact::tree::Document;
use crate::artifact::yaml::{Map, Node};
use crate::base::{Text, Workspace, text};
use crate::eval::{Run, Work};
use crate::plan::{self, Lock, Plan};
use crate::shape::{self, Shapes};
use crate::{check, diag::Diagnostics, resolve, schema, syntax};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// The roles of the library and the plans of the first product of the inventory.
fn library() -> (Shapes, Vec<Plan>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["stdlib", "inventory"] {
        for entry in walkdir::WalkDir::new(root.join(folder)).sort_by_file_name().into_iter().map(Result::unwrap) {
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(root).unwrap().to_string_lossy().into_owned();
                files.push((Text::from(path), std::fs::read_to_string(entry.path()).unwrap().into()));
            }
        }
    }
    let workspace = Workspace::new(files);
    let mut diagnostics = Diagnostics::default();
    let mut sources = Vec::new();
    for (file, source) in workspace.files().filter(|(_, file)| file.path.ends_with(".infra")) {
        let (tree, found) = syntax::parse(file, &source.text);
        diagnostics.extend(found);
        sources.push(resolve::Source { file, tree: Arc::new(tree) });
    }
    let (schemas, found) = schema::read(&workspace);
    diagnostics.extend(found);
    let (program, found) = resolve::resolve(&workspace, &sources, &|file, ty, argument| schemas.takes(file, ty, argument));
    diagnostics.extend(found);
    let (types, found) = check::check(&program, &schemas);
    diagnostics.extend(found);
    let (shared, found) = shape::shared(&program, &types, &workspace);
    diagnostics.extend(found);
    let (shapes, found) = shape::shape(&program, &schemas, &types, &workspace, shared.unwrap(), &Run::new(1));
    diagnostics.extend(found);
    let product = &program.products[0];
    let mut plans = Vec::new();
    for environment in &product.environments {
        let (plan, found) =
            plan::plan(&program, &types, &shapes, product, &environment.text, (&Lock::default()).into(), &mut Work::default());
        diagnostics.extend(found);
        plans.extend(plan);
    }
    assert!(!diagnostics.has_errors(), "{:?}", diagnostics.0.iter().map(|one| &one.message).collect::<Vec<_>>());
    assert!(!shapes.roles.is_empty() && plans.len() == product.environments.len());
    (shapes, plans)
}

fn tree(shapes: &Shapes, plans: &[Plan]) -> Tree {
    let mut tree = Tree::new();
    for role in shapes.roles.values() {
        emit_role(role, &mut tree).unwrap();
    }
    emit_product(plans, shapes, &mut tree).unwrap();
    let needed = collections(shapes.roles.values().map(AsRef::as_ref));
    emit_shared(needed.into_iter().map(|name| (name, &shapes.collections[name])), &mut tree).unwrap();
    tree
}

/// Calls `visit` with every task of a role and the role's folder, those of blocks too.
fn tasks(tree: &Tree, visit: &mut dyn FnMut(&str, &Map)) {
    fn walk(role: &str, node: &Node, visit: &mut dyn FnMut(&str, &Map)) {
        let Node::Seq(list) = node else { return };
        for item in &list.items {
            let Node::Map(task) = &item.value else { continue };
            visit(role, task);
            if let Some(block) = task.get("block") {
                walk(role, block, visit);
            }
        }
    }
    for (path, entry) in tree.iter() {
        let Some((role, "tasks" | "handlers")) = path.strip_prefix("ansible/roles/").and_then(|rest| {
            let mut parts = rest.splitn(3, '/');
            Some((parts.next()?, parts.next()?))
        }) else {
            continue;
        };
        if let Some(Document::Yaml(document)) = entry.document.as_deref() {
            walk(role, &document.root, visit);
        }
    }
}

/// What Ansible itself takes without a specification: tasks that bring in others, and the flush of handlers.
const WITHOUT_SPECIFICATION: &[&str] = &["ansible.builtin.import_tasks", "ansible.builtin.include_tasks", "ansible.builtin.meta"];

#[test]
fn modules_get_what_their_specification_takes() {
    let (shapes, plans) = library();
    let tree = tree(&shapes, &plans);
    let mut seen = 0;
    tasks(&tree, &mut |role, task| {
        for entry in task.entries.iter().filter(|entry| entry.key.contains('.') && !WITHOUT_SPECIFICATION.contains(&entry.key.as_str())) {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib/ansible").join(format!("{}.json", entry.key));
            let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} has no specification", entry.key));
            let specification: serde_json::Value = serde_json::from_str(&text).unwrap();
            let options = specification["options"].as_object().unwrap();
            let aliases: BTreeMap<&str, &str> = options
                .iter()
                .flat_map(|(name, option)| {
                    let aliases = option["aliases"].as_array().into_iter().flatten().filter_map(|alias| alias.as_str());
                    aliases.map(|alias| (alias, name.as_str())).collect::<Vec<_>>()
                })
                .collect();
            let Node::Map(arguments) = &entry.value else { panic!("{role}: {} has no arguments", entry.key) };
            let given: BTreeSet<&str> = arguments
                .entries
                .iter()
                .map(|argument| aliases.get(argument.key.as_str()).copied().unwrap_or(argument.key.as_str()))
                .collect();
            for name in &given {
                assert!(options.contains_key(*name), "{role}: {} takes no {name}", entry.key);
            }
            for (name, option) in options {
                let required = option["required"] == serde_json::Value::Bool(true);
                assert!(!required || given.contains(name.as_str()), "{role}: {} needs {name}", entry.key);
            }
            seen += 1;
        }
    });
    assert!(seen > 100, "only {seen} tasks were found");
}

#[test]
fn handlers_and_files_that_tasks_name_are_there() {
    let (shapes, plans) = library();
    let tree = tree(&shapes, &plans);
    tasks(&tree, &mut |role, task| {
        let handlers = match tree.get(&text!("ansible/roles/{role}/handlers/main.yml")).and_then(|entry| entry.document.as_deref()) {
            Some(Document::Yaml(document)) => match &document.root {
                Node::Seq(list) => list.items.iter().filter_map(|item| item.value.get("name").cloned()).collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let notified: Vec<Node> = match task.get("notify") {
            Some(Node::Seq(list)) => list.items.iter().map(|item| item.value.clone()).collect(),
            Some(one) => vec![one.clone()],
            None => Vec::new(),
        };
        for name in notified {
            let (Node::Text(name) | Node::Folded(name)) = name else { panic!("a handler has a name") };
            assert!(handlers.contains(&Node::Text(name.clone())), "{role} has no handler {name}");
        }
        for (module, folder) in [("ansible.builtin.template", "templates"), ("ansible.builtin.copy", "files")] {
            if let Some(Node::Text(source)) = task.get(module).and_then(|arguments| arguments.get("src")) {
                assert!(tree.get(&text!("ansible/roles/{role}/{folder}/{source}")).is_some(), "{role} has no {folder}/{source}");
            }
        }
    });
}

#[test]
fn secrets_are_looked_up_and_never_shown() {
    let (shapes, plans) = library();
    let tree = tree(&shapes, &plans);
    let mut looked_up = 0;
    for (name, role) in &shapes.roles {
        let secrets: BTreeSet<Text> =
            role.holes.iter().filter(|hole| hole.secret).map(|hole| super::names::variable(name, &hole.name)).collect();
        tasks(&tree, &mut |of, task| {
            let is_block = task.get("block").is_some();
            let text = format!("{task:?}");
            let names =
                |secret: &Text| text.match_indices(secret.as_str()).any(|(at, _)| !text[at + secret.len()..].starts_with(['_', '.']));
            if *of == *super::names::word(name) && !is_block && secrets.iter().any(names) {
                assert_eq!(task.get("no_log"), Some(&Node::Bool(true)), "{name}: {:?}", task.get("name"));
            }
        });
        for (path, entry) in tree.iter().filter(|(path, _)| path.contains("/group_vars/")) {
            let Some(Document::Yaml(document)) = entry.document.as_deref() else { panic!("{path} is YAML") };
            for secret in &secrets {
                // One that may be left out is left out by saying so.
                let Some(value) = document.root.get(secret).filter(|value| **value != Node::Null) else { continue };
                let (Node::Text(value) | Node::Folded(value)) = value else { panic!("{path}: {secret} is no look-up") };
                assert!(value.starts_with("{{ lookup("), "{path}: {secret} is {value}");
                looked_up += 1;
            }
        }
    }
    assert!(looked_up > 0);
}

#[test]
fn every_environment_declares_every_group() {
    let (shapes, plans) = library();
    let tree = tree(&shapes, &plans);
    let product = &plans[0].product.name.text;
    let groups = |plan: &Plan| -> BTreeSet<Text> {
        let entry = tree.get(&text!("ansible/inventory/{product}/{}/hosts.yml", plan.environment)).unwrap();
        let Some(Document::Yaml(document)) = entry.document.as_deref() else { panic!("an inventory is YAML") };
        match document.root.get("all").and_then(|all| all.get("children")) {
            Some(Node::Map(children)) => children.entries.iter().map(|entry| entry.key.clone()).collect(),
            _ => BTreeSet::new(),
        }
    };
    let first = groups(&plans[0]);
    assert!(plans.iter().all(|plan| groups(plan) == first) && !first.is_empty());
}
