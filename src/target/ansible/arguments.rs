//! What a role takes, for Ansible's own check: `meta/argument_specs.yml`.

use super::lower;
use super::names::{sentence, variable};
use crate::artifact::Error;
use crate::artifact::yaml::{Document, Map, Node};
use crate::base::Text;
use crate::shape::role::variables;
use crate::shape::{Hole, Role};
use crate::target::common::secrets::Sources;
use crate::ty::Ty;
use crate::value::Value;

/// The specification of each entry point.
pub fn arguments(role: &Role, header: &Text) -> Result<Document, Error> {
    let doc = sentence(&role.doc, &role.name);
    let mut entries = Map::new().with("main", entry(role, &doc, &mut role.holes.iter())?);
    let install = variables(&role.install);
    let what = format!("Install what {} needs, as an image does.", role.name);
    entries = entries.with("install", entry(role, &what, &mut role.holes.iter().filter(|hole| install.contains(&hole.name)))?).blank();
    if !role.cluster.is_empty() {
        let cluster = variables(&role.cluster);
        let what = format!("Do what happens once for all members of {}.", role.name);
        entries = entries.with("cluster", entry(role, &what, &mut role.holes.iter().filter(|hole| cluster.contains(&hole.name)))?).blank();
    }
    Ok(Document::new(Map::new().with("argument_specs", entries)).header(header.clone()).start())
}

fn entry(role: &Role, doc: &str, holes: &mut dyn Iterator<Item = &Hole>) -> Result<Map, Error> {
    let mut options = Map::new();
    for hole in holes {
        options.push(variable(&role.name, &hole.name), option(hole)?);
    }
    let entry = Map::new().with("short_description", Node::folded(doc));
    Ok(if options.is_empty() { entry } else { entry.with("options", options) })
}

fn option(hole: &Hole) -> Result<Map, Error> {
    let mut map = of_type(&sentence_of(hole), &hole.ty);
    match &hole.default {
        Some(default) if *default != Value::None => map.push("default", lower::known(default, &Sources::default())?),
        Some(_) => return Ok(map),
        None if matches!(hole.ty.plain(), Ty::Optional(_)) => return Ok(map),
        None => map.push("required", true),
    };
    Ok(map)
}

fn sentence_of(hole: &Hole) -> Text {
    hole.doc.clone()
}

fn of_type(doc: &str, ty: &Ty) -> Map {
    let map = Map::new().with("description", Node::folded(doc));
    let secret = ty.holds_secret();
    let map = match inner(ty) {
        Ty::Bool => map.with("type", "bool"),
        Ty::Int | Ty::Port | Ty::Bytes | Ty::Duration => map.with("type", "int"),
        Ty::Float => map.with("type", "float"),
        Ty::Enum(words) => map.with("type", "str").with("choices", Node::from(words.members.clone())),
        Ty::List(of) => {
            let map = map.with("type", "list").with("elements", word(of));
            match inner(of) {
                Ty::Record(_) => map.with("options", fields(of)),
                _ => map,
            }
        }
        Ty::Map(_) => map.with("type", "dict"),
        ty @ Ty::Record(_) => map.with("type", "dict").with("options", fields(ty)),
        _ => map.with("type", "str"),
    };
    if secret { map.with("no_log", true) } else { map }
}

/// The type under refinement, absence and secrecy.
fn inner(ty: &Ty) -> &Ty {
    match ty.present() {
        Ty::Secret(of) => inner(of),
        ty => ty,
    }
}

fn word(ty: &Ty) -> &'static str {
    match inner(ty) {
        Ty::Bool => "bool",
        Ty::Int | Ty::Port | Ty::Bytes | Ty::Duration => "int",
        Ty::Float => "float",
        Ty::List(_) => "list",
        Ty::Map(_) | Ty::Record(_) => "dict",
        _ => "str",
    }
}

fn fields(ty: &Ty) -> Map {
    let Ty::Record(record) = inner(ty) else { return Map::new() };
    let mut options = Map::new();
    for field in &record.fields {
        let doc = sentence(field.doc.as_deref().unwrap_or_default(), &field.name);
        let mut map = of_type(&doc, &field.ty);
        if !matches!(field.ty.plain(), Ty::Optional(_)) {
            map.push("required", true);
        }
        options.push(field.name.clone(), map);
    }
    options
}
