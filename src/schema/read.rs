//! From the files that `tofu providers schema -json` gives, pruned, to schemas.

use super::{Attribute, Block, NestedAttributes, NestedBlock, Nesting, Plugin, Schemas, collections, convert, modules};
use crate::base::{Span, Text, Workspace};
use crate::diag::{Code, Diagnostic, Diagnostics};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads every `schemas/*.json` and `ansible/*.json` of a workspace.
pub fn read(workspace: &Workspace) -> (Schemas, Diagnostics) {
    let mut schemas = Schemas::default();
    let mut diagnostics = Diagnostics::default();
    let mut plugins: BTreeMap<Text, Arc<Plugin>> = BTreeMap::new();
    let mut of_library: BTreeMap<Text, Arc<Plugin>> = BTreeMap::new();
    schemas.library = workspace.files().filter(|(_, file)| file.is_of_library()).map(|(id, _)| id).collect();
    let (first, then): (Vec<_>, Vec<_>) = workspace.files().partition(|(_, file)| file.is_of_library());
    for (id, file) in first.into_iter().chain(then) {
        let Some((folder, name)) = file.path.rsplit_once('/') else { continue };
        if !name.ends_with(".json") || folder.rsplit('/').next() != Some("schemas") {
            continue;
        }
        let plugin = match serde_json::from_str::<Document>(&file.text) {
            Ok(document) => document.plugin(),
            Err(error) => {
                diagnostics.push(
                    Diagnostic::error(Code::InvalidProject, Span::new(id, 0, 0), format!("the schema cannot be read: {error}"))
                        .help("write it with `infrac schema add`, from what `tofu providers schema -json` prints"),
                );
                continue;
            }
        };
        let Some(before) = plugins.get_mut(name) else {
            let plugin = Arc::new(plugin);
            if file.is_of_library() {
                of_library.insert(name.into(), plugin.clone());
            }
            plugins.insert(name.into(), plugin);
            continue;
        };
        if before.source != plugin.source {
            let message = format!("this is the schema of `{}`, and `{name}` is that of `{}`", plugin.source, before.source);
            diagnostics.push(
                Diagnostic::error(Code::InvalidProject, Span::new(id, 0, 0), message)
                    .help("give the file another name, and say it in `plugin`: `schema = \"other.json\"`"),
            );
            continue;
        }
        // A project adds types to those of the library; one that both have is as the project has it, for what the project writes.
        let both = Arc::make_mut(before);
        both.resources.extend(plugin.resources);
        both.data_sources.extend(plugin.data_sources);
    }
    schemas.plugins = plugins;
    schemas.of_library = of_library;
    modules::read(workspace, &mut schemas, &mut diagnostics);
    collections::read(workspace, &mut schemas, &mut diagnostics);
    (schemas, diagnostics)
}

#[derive(Deserialize)]
struct Document {
    source: Text,
    version: Text,
    provider: Schema,
    #[serde(default)]
    resource_schemas: BTreeMap<Text, Schema>,
    #[serde(default)]
    data_source_schemas: BTreeMap<Text, Schema>,
}

#[derive(Deserialize)]
struct Schema {
    block: WrittenBlock,
}

#[derive(Deserialize)]
struct WrittenBlock {
    #[serde(default)]
    attributes: BTreeMap<Text, WrittenAttribute>,
    #[serde(default)]
    block_types: BTreeMap<Text, WrittenNested>,
}

#[derive(Default, Deserialize)]
struct WrittenAttribute {
    #[serde(default, rename = "type")]
    ty: Value,
    nested_type: Option<WrittenObject>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    computed: bool,
    #[serde(default)]
    sensitive: bool,
    #[serde(default)]
    write_only: bool,
}

#[derive(Deserialize)]
struct WrittenObject {
    #[serde(default)]
    attributes: BTreeMap<Text, WrittenAttribute>,
    nesting_mode: WrittenNesting,
}

#[derive(Deserialize)]
struct WrittenNested {
    block: WrittenBlock,
    nesting_mode: WrittenNesting,
    #[serde(default)]
    min_items: usize,
    #[serde(default)]
    max_items: usize,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenNesting {
    Single,
    Group,
    List,
    Set,
    Map,
}

impl Document {
    fn plugin(self) -> Plugin {
        let all = |schemas: BTreeMap<Text, Schema>| schemas.into_iter().map(|(ty, schema)| (ty, Arc::new(schema.block.block()))).collect();
        Plugin {
            source: self.source,
            version: self.version,
            configuration: Arc::new(self.provider.block.block()),
            resources: all(self.resource_schemas),
            data_sources: all(self.data_source_schemas),
        }
    }
}

impl WrittenBlock {
    fn block(self) -> Block {
        let attributes = attributes(self.attributes);
        let nested = |written: WrittenNested| {
            let nesting = written.nesting_mode.nesting();
            let most = (written.max_items > 0).then_some(written.max_items);
            let max = if nesting == Nesting::Single { Some(1) } else { most };
            NestedBlock { block: written.block.block(), nesting, min: written.min_items, max }
        };
        Block { attributes, blocks: self.block_types.into_iter().map(|(name, written)| (name, nested(written))).collect() }
    }
}

fn attributes(written: BTreeMap<Text, WrittenAttribute>) -> BTreeMap<Text, Attribute> {
    written.into_iter().map(|(name, attribute)| (name, attribute.attribute())).collect()
}

impl WrittenAttribute {
    fn attribute(self) -> Attribute {
        let nested = self
            .nested_type
            .map(|object| NestedAttributes { attributes: attributes(object.attributes), nesting: object.nesting_mode.nesting() })
            .or_else(|| of_objects(&self.ty));
        Attribute {
            ty: nested.as_ref().map_or_else(|| convert::ty(&self.ty), convert::nested),
            unordered: nested.as_ref().map_or_else(|| convert::is_set(&self.ty), |nested| nested.nesting == Nesting::Set),
            nested,
            required: self.required,
            optional: self.optional,
            computed: self.computed,
            sensitive: self.sensitive,
            write_only: self.write_only,
        }
    }
}

/// What the objects of `["set", ["object", { … }]]` hold: a set in one of them is known for one by its own type alone.
fn of_objects(written: &Value) -> Option<NestedAttributes> {
    let [kind, of] = written.as_array()?.as_slice() else { return None };
    let nesting = if kind == "set" { Nesting::Set } else { return None };
    let [object, fields] = of.as_array()?.as_slice() else { return None };
    let fields = fields.as_object().filter(|_| object == "object")?;
    let attribute = |ty: &Value| WrittenAttribute { ty: ty.clone(), optional: true, ..WrittenAttribute::default() }.attribute();
    Some(NestedAttributes { attributes: fields.iter().map(|(name, ty)| (name.as_str().into(), attribute(ty))).collect(), nesting })
}

impl WrittenNesting {
    fn nesting(self) -> Nesting {
        match self {
            WrittenNesting::Single | WrittenNesting::Group => Nesting::Single,
            WrittenNesting::List => Nesting::List,
            WrittenNesting::Set => Nesting::Set,
            WrittenNesting::Map => Nesting::Map,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::base::{FileId, Workspace};

    #[test]
    fn reads_attributes_blocks_and_nested_attributes() {
        let text = r#"{
            "source": "a/b", "version": "1.0.0", "provider": { "block": {}, "version": 0 },
            "resource_schemas": { "b_server": { "version": 0, "block": {
                "attributes": {
                    "id": { "type": "string", "computed": true },
                    "tags": { "type": ["map", "string"], "optional": true },
                    "rules": { "type": ["set", ["object", { "name": "string", "sources": ["set", "string"] }]], "optional": true },
                    "pools": { "required": true, "nested_type": { "nesting_mode": "list", "attributes": { "size": { "type": "number", "optional": true } } } }
                },
                "block_types": { "rule": { "nesting_mode": "set", "min_items": 1, "block": { "attributes": { "port": { "type": "string", "required": true } } } } }
            } } }
        }"#;
        let (schemas, diagnostics) = read(&Workspace::new([("lib/schemas/b.json".into(), text.into())]));
        assert!(!diagnostics.has_errors());
        let server = schemas.plugin(FileId(9), "b.json").unwrap().find(false, "b_server").unwrap();
        assert!(server.attributes["id"].is_read_only() && server.attributes["pools"].required);
        assert_eq!(server.attributes["pools"].ty.to_string(), "list({ size: float })");
        let rules = server.attributes["rules"].nested.as_ref().unwrap();
        assert!(rules.attributes["sources"].unordered && !rules.attributes["name"].unordered);
        assert_eq!(server.attributes["rules"].ty.to_string(), "list({ name: string, sources: list(string) })");
        assert_eq!((server.blocks["rule"].min, server.blocks["rule"].max), (1, None));
        assert!(server.reads_as(&"b_server".into()).is_deferred());
    }

    #[test]
    fn a_project_adds_types_to_those_of_the_library() {
        let file = |source: &str, ty: &str| {
            format!(
                r#"{{ "source": "{source}", "version": "1.0.0", "provider": {{ "block": {{}} }}, "resource_schemas": {{ "{ty}": {{ "block": {{}} }} }} }}"#
            )
        };
        let both = |source: &str| {
            read(&Workspace::new([
                ("<stdlib>/schemas/b.json".into(), file("a/b", "b_server").into()),
                ("library/schemas/b.json".into(), file(source, "b_bucket").into()),
            ]))
        };
        let (schemas, diagnostics) = both("a/b");
        assert!(!diagnostics.has_errors());
        assert_eq!(schemas.plugin(FileId(9), "b.json").unwrap().resources.keys().collect::<Vec<_>>(), ["b_bucket", "b_server"]);
        assert!(both("x/b").1.0[0].message.contains("`a/b`"));
    }

    #[test]
    fn what_stands_in_the_library_reads_the_schemas_of_the_library() {
        let file = |attribute: &str| {
            format!(
                r#"{{ "source": "a/b", "version": "1.0.0", "provider": {{ "block": {{}} }}, "resource_schemas": {{ "b_server": {{ "block": {{ "attributes": {{ "{attribute}": {{ "type": "string", "optional": true }} }} }} }} }} }}"#
            )
        };
        let workspace = Workspace::new([
            ("<stdlib>/b.infra".into(), "".into()),
            ("<stdlib>/schemas/b.json".into(), file("label").into()),
            ("library/b.infra".into(), "".into()),
            ("library/schemas/b.json".into(), file("name").into()),
        ]);
        let (schemas, _) = read(&workspace);
        let takes = |path: &str, attribute: &str| {
            let (source, _) = workspace.find(path).unwrap();
            let by_file = schemas.plugin(source, "b.json").unwrap().find(false, "b_server").unwrap().attributes.contains_key(attribute);
            assert_eq!(schemas.takes(source, "b_server", attribute), Some(by_file));
            by_file
        };
        assert!(takes("<stdlib>/b.infra", "label") && !takes("<stdlib>/b.infra", "name"));
        assert!(!takes("library/b.infra", "label") && takes("library/b.infra", "name"));
    }

    #[test]
    fn says_what_is_wrong_with_a_file() {
        let (_, diagnostics) = read(&Workspace::new([("lib/schemas/b.json".into(), "{".into())]));
        assert!(diagnostics.0[0].message.starts_with("the schema cannot be read"));
    }
}
