//! What tools print about themselves, pruned to what is checked: `tofu providers schema -json` and `ansible-doc --json` go in, files of a
//! library's `schemas` and `ansible` come out. A file that has that form already is taken as well.

use super::collection_of;
use crate::base::similar;
use serde_json::{Map, Value, json};

/// What a document describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Plugins of OpenTofu.
    Plugins,
    /// Modules of Ansible.
    Modules,
}

/// Where a plugin's types are kept, in its schema file.
const TABLES: [&str; 2] = ["resource_schemas", "data_source_schemas"];

/// What a document is; nothing where it is neither.
pub fn kind(document: &Value) -> Option<Kind> {
    let object = document.as_object()?;
    if object.contains_key("provider_schemas") || object.contains_key("resource_schemas") {
        return Some(Kind::Plugins);
    }
    let is_module = |value: &Value| value.get("doc").is_some_and(Value::is_object);
    let is_modules = !object.is_empty() && object.values().all(is_module);
    (is_modules || object.contains_key("module") && object.contains_key("options")).then_some(Kind::Modules)
}

/// The schema file of `plugin` (`hcloud`, or `hetznercloud/hcloud`) with `types` of a document beside what `before`, the file of this name that the
/// project has, holds. The release is that of the document; where it says none, `release`. An error is a sentence.
pub fn plugin(document: &Value, plugin: &str, types: &[String], release: Option<&str>, before: Option<Value>) -> Result<Value, String> {
    let (source, schema) = schema_of(document, plugin)?;
    let release = document.get("version").and_then(Value::as_str).or(release).map(str::to_owned);
    let release =
        release.ok_or_else(|| format!("the document does not say which release of `{source}` it is of: name it by `--release`"))?;
    let provider = schema.get("provider").ok_or_else(|| format!("the schema of `{source}` lacks `provider`"))?;
    let mut file = match before {
        Some(Value::Object(before)) => before,
        _ => Map::new(),
    };
    if let Some(other) = file.get("source").and_then(Value::as_str).filter(|other| *other != source) {
        return Err(format!("the project's file of this name is of `{other}`, the document of `{source}`"));
    }
    file.insert("source".into(), json!(source));
    file.insert("version".into(), json!(release));
    file.insert("provider".into(), pruned_schema(provider));
    for table in TABLES {
        file.entry(table).or_insert_with(|| json!({}));
    }
    for ty in types {
        let mut found = false;
        for table in TABLES {
            let Some(of_type) = schema.get(table).and_then(|table| table.get(ty)) else { continue };
            found = true;
            if let Some(Value::Object(kept)) = file.get_mut(table) {
                kept.insert(ty.clone(), pruned_schema(of_type));
            }
        }
        if !found {
            let known = TABLES.iter().filter_map(|table| schema.get(*table)?.as_object()).flat_map(Map::keys);
            let meant = similar::nearest(ty, known.map(String::as_str)).map(|nearest| format!(": did you mean `{nearest}`?"));
            return Err(format!("`{source}` has no resource and no data source `{ty}`{}", meant.unwrap_or_default()));
        }
    }
    Ok(Value::Object(file))
}

/// The specification file of a module of Ansible. An error is a sentence.
pub fn module(document: &Value, name: &str) -> Result<Value, String> {
    if document.get("module").and_then(Value::as_str) == Some(name) && document.get("options").is_some() {
        return Ok(document.clone());
    }
    let Some(doc) = document.get(name).and_then(|module| module.get("doc")) else {
        let known: Vec<&str> = document.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
        return Err(format!("the document describes no module `{name}`: there {}", listed(&known)));
    };
    let parts: Vec<&str> = name.split('.').collect();
    if parts.len() < 3 {
        return Err(format!("`{name}` is no whole name of a module, such as `community.general.ufw`"));
    }
    let description = doc.get("short_description").and_then(Value::as_str).unwrap_or_default().trim_end_matches('.');
    let collection = format!("{}.{}", parts[0], parts[1]);
    let returns = document.get(name).and_then(|module| module.get("return")).filter(|returns| returns.is_object());
    let (options, returns) = (options(doc.get("options")), answers(returns));
    Ok(json!({ "module": name, "collection": collection, "description": description, "options": options, "returns": returns }))
}

/// What a module answers: types, and what is in them.
fn answers(returns: Option<&Value>) -> Value {
    let kept = returns.and_then(Value::as_object).into_iter().flatten().map(|(name, part)| {
        let mut of = Map::new();
        for key in ["type", "elements"] {
            of.extend(part.get(key).filter(|value| value.is_string()).map(|value| (key.to_owned(), value.clone())));
        }
        if let Some(inner) = part.get("contains").filter(|inner| inner.as_object().is_some_and(|inner| !inner.is_empty())) {
            of.insert("contains".to_owned(), answers(Some(inner)));
        }
        (name.clone(), Value::Object(of))
    });
    Value::Object(kept.collect())
}

/// The project's list of collections, `before`, with those of some modules in a release. What `known`, the list of infrac itself, has is left
/// to it. An error is a sentence.
pub fn collections<'m>(
    modules: impl Iterator<Item = &'m str>,
    release: Option<&str>,
    before: &Value,
    known: &Value,
) -> Result<Value, String> {
    let mut listed = before.as_object().cloned().unwrap_or_default();
    for collection in modules.filter_map(collection_of) {
        let said = listed.get(collection).or_else(|| known.get(collection)).and_then(Value::as_str);
        match (said, release) {
            (Some(said), Some(release)) if said != release => {
                return Err(format!("`{collection}` is installed in release {said}: a repository has one of each"));
            }
            (Some(_), _) => (),
            (None, Some(release)) => _ = listed.insert(collection.to_owned(), json!(release)),
            (None, None) => {
                return Err(format!("the document does not say which release of `{collection}` it is of: name it by `--release`"));
            }
        }
    }
    Ok(Value::Object(listed))
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => "is none".to_owned(),
        [one] => format!("is `{one}`"),
        names => format!("are {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    }
}

/// The source and the schema of a plugin in a document.
fn schema_of<'d>(document: &'d Value, plugin: &str) -> Result<(String, &'d Value), String> {
    let is_meant = |source: &str| source == plugin || source.rsplit('/').next() == Some(plugin);
    let Some(schemas) = document.get("provider_schemas").and_then(Value::as_object) else {
        let source = document.get("source").and_then(Value::as_str).unwrap_or_default();
        return match is_meant(source) {
            true => Ok((source.to_owned(), document)),
            false => Err(format!("the document is of `{source}`, not of `{plugin}`")),
        };
    };
    // The address begins with the registry: `registry.opentofu.org/hetznercloud/hcloud`.
    let named: Vec<(&str, &Value)> =
        schemas.iter().map(|(address, schema)| (address.split_once('/').map_or(address.as_str(), |(_, source)| source), schema)).collect();
    let found: Vec<&(&str, &Value)> = named.iter().filter(|(source, _)| is_meant(source)).collect();
    let sources: Vec<&str> = named.iter().map(|(source, _)| *source).collect();
    match found.as_slice() {
        [(source, schema)] => Ok(((*source).to_owned(), schema)),
        [] => Err(format!("the document describes no plugin `{plugin}`: there {}", listed(&sources))),
        _ => Err(format!("the document describes several plugins `{plugin}`: name one of them whole, there {}", listed(&sources))),
    }
}

/// What of a schema is read; texts and marks of the documentation are left out.
fn pruned_schema(schema: &Value) -> Value {
    json!({ "block": block(schema.get("block").unwrap_or(&Value::Null)), "version": schema.get("version").cloned().unwrap_or(json!(0)) })
}

fn block(block: &Value) -> Value {
    let mut kept = Map::new();
    if let Some(of) = block.get("attributes").and_then(Value::as_object).filter(|of| !of.is_empty()) {
        kept.insert("attributes".into(), Value::Object(attributes(of)));
    }
    if let Some(of) = block.get("block_types").and_then(Value::as_object).filter(|of| !of.is_empty()) {
        let nested = of.iter().map(|(name, nested)| {
            let mut kept = with(nested, &["nesting_mode", "min_items", "max_items"]);
            kept.insert("block".into(), self::block(nested.get("block").unwrap_or(&Value::Null)));
            (name.clone(), Value::Object(kept))
        });
        kept.insert("block_types".into(), Value::Object(nested.collect()));
    }
    Value::Object(kept)
}

fn attributes(of: &Map<String, Value>) -> Map<String, Value> {
    let attribute = |attribute: &Value| {
        let mut kept = with(attribute, &["type", "required", "optional", "computed", "sensitive", "write_only"]);
        if let Some(nested) = attribute.get("nested_type") {
            let mut object = with(nested, &["nesting_mode"]);
            let of = nested.get("attributes").and_then(Value::as_object);
            object.insert("attributes".into(), Value::Object(of.map(attributes).unwrap_or_default()));
            kept.insert("nested_type".into(), Value::Object(object));
        }
        Value::Object(kept)
    };
    of.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

/// Some entries of an object, where they say something.
fn with(object: &Value, keys: &[&str]) -> Map<String, Value> {
    let said = |key: &&str| object.get(*key).filter(|value| !matches!(value, Value::Null | Value::Bool(false))).cloned();
    keys.iter().filter_map(|key| Some(((*key).to_owned(), said(key)?))).collect()
}

/// What a module takes; defaults and texts are left out, since nothing is checked against them.
fn options(of: Option<&Value>) -> Value {
    let option = |said: &Value| {
        let mut kept = with(said, &["required", "elements"]);
        kept.insert("type".into(), said.get("type").cloned().unwrap_or(json!("str")));
        for key in ["choices", "aliases"] {
            match said.get(key) {
                Some(Value::Array(words)) if !words.is_empty() => kept.insert(key.into(), json!(words)),
                Some(Value::Object(words)) if !words.is_empty() => kept.insert(key.into(), words.keys().cloned().collect()),
                _ => None,
            };
        }
        if let Some(inner) = said.get("suboptions").filter(|inner| inner.as_object().is_some_and(|inner| !inner.is_empty())) {
            kept.insert("options".into(), options(Some(inner)));
        }
        Value::Object(kept)
    };
    let all = of.and_then(Value::as_object).into_iter().flatten();
    Value::Object(all.map(|(name, said)| (name.clone(), option(said))).collect())
}

#[cfg(test)]
mod tests {
    use super::{Kind, kind, module, plugin};
    use serde_json::{Value, json};

    fn printed() -> Value {
        json!({
            "format_version": "1.0",
            "provider_schemas": { "registry.opentofu.org/hashicorp/aws": {
                "provider": { "version": 0, "block": { "attributes": { "region": { "type": "string", "optional": true, "description": "x" } } } },
                "resource_schemas": { "aws_s3_bucket": { "version": 1, "block": {
                    "attributes": { "id": { "type": "string", "computed": true, "description": "x" } },
                    "block_types": { "rule": { "nesting_mode": "list", "min_items": 1, "block": { "description": "y" } } },
                } } },
                "data_source_schemas": { "aws_s3_bucket": { "version": 0, "block": {} } },
            } }
        })
    }

    #[test]
    fn a_type_is_pruned_and_added_to_what_is_there() {
        assert_eq!(kind(&printed()), Some(Kind::Plugins));
        let types = ["aws_s3_bucket".to_owned()];
        let before = json!({ "source": "hashicorp/aws", "version": "6.0.0", "provider": { "block": {} },
                             "resource_schemas": { "aws_vpc": { "block": {} } } });
        let file = plugin(&printed(), "aws", &types, Some("6.1.0"), Some(before)).unwrap();
        assert_eq!((&file["source"], &file["version"]), (&json!("hashicorp/aws"), &json!("6.1.0")));
        let bucket = json!({ "version": 1, "block": { "attributes": { "id": { "type": "string", "computed": true } },
                             "block_types": { "rule": { "nesting_mode": "list", "min_items": 1, "block": {} } } } });
        assert_eq!(file["resource_schemas"], json!({ "aws_s3_bucket": bucket, "aws_vpc": { "block": {} } }));
        assert!(file["data_source_schemas"]["aws_s3_bucket"].is_object());
        // What was written has a form that is taken.
        assert!(plugin(&file, "hashicorp/aws", &types, None, None).is_ok());
    }

    #[test]
    fn what_is_not_there_is_said() {
        let of = |name: &str, ty: &str, release| plugin(&printed(), name, &[ty.to_owned()], release, None).unwrap_err();
        assert!(of("google", "x", Some("1")).contains("no plugin `google`: there is `hashicorp/aws`"));
        assert!(of("aws", "aws_s3_bukcet", Some("1")).contains("did you mean `aws_s3_bucket`?"));
        assert!(of("aws", "aws_s3_bucket", None).contains("--release"));
        let other = json!({ "source": "acme/aws" });
        assert!(plugin(&printed(), "aws", &[], Some("1"), Some(other)).unwrap_err().contains("is of `acme/aws`"));
    }

    #[test]
    fn a_module_keeps_what_is_checked() {
        let printed = json!({ "community.general.ufw": { "doc": { "short_description": "Manage UFW.", "options": {
            "rule": { "type": "str", "choices": ["allow", "deny"], "default": "allow", "description": ["x"] },
            "many": { "elements": "dict", "type": "list", "suboptions": { "a": { "required": true } } },
        } } } });
        assert_eq!(kind(&printed), Some(Kind::Modules));
        let file = module(&printed, "community.general.ufw").unwrap();
        assert_eq!(file["collection"], "community.general");
        assert_eq!(file["options"]["rule"], json!({ "type": "str", "choices": ["allow", "deny"] }));
        assert_eq!(file["options"]["many"]["options"], json!({ "a": { "type": "str", "required": true } }));
        assert!(module(&printed, "community.general.ufv").unwrap_err().contains("there is `community.general.ufw`"));
        assert_eq!(kind(&json!({ "a": 1 })), None);
    }
}
