//! The pages of what tools have: resources and data sources of plugins, modules of Ansible. Their schemas say what each takes and gives.

use super::{Entry, Row, Section};
use crate::base::{Text, Workspace};
use crate::schema::{self, Attribute, Block, Module, NestedBlock, Nesting, Schemas};
use std::collections::BTreeMap;

/// What the schemas of a workspace have.
pub struct Tools(Schemas);

impl Tools {
    /// Reads the schemas of a workspace. What is wrong with one is told by a check.
    pub fn of(workspace: &Workspace) -> Tools {
        Tools(schema::read(workspace).0)
    }

    /// The pages of a name: `hcloud_server`, `data hcloud_image`, `ansible.builtin.file`.
    pub fn find(&self, name: &str) -> Vec<Entry> {
        let (family, name) = match name.split_once(char::is_whitespace) {
            Some((family, name)) => (Some(family), name.trim()),
            None => (None, name),
        };
        let wants = |of: &str| family.is_none_or(|family| family == of);
        let mut found = Vec::new();
        for plugin in self.0.plugins.values() {
            let about = |what: &str| format!("{what} of `{}` {}.", plugin.source, plugin.version);
            let resource = plugin.resources.get(name).filter(|_| wants("resource"));
            found.extend(resource.map(|block| of_block("resource", name, block, about("A resource"))));
            let data = plugin.data_sources.get(name).filter(|_| wants("data"));
            found.extend(data.map(|block| of_block("data", name, block, about("A data source"))));
        }
        found.extend(self.0.modules.get(name).filter(|_| wants("task")).map(|module| of_module(module)));
        found
    }

    /// Every name that has a page.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let types = self.0.plugins.values().flat_map(|plugin| plugin.resources.keys().chain(plugin.data_sources.keys()));
        types.chain(self.0.modules.keys()).map(Text::as_str)
    }
}

fn of_block(family: &str, name: &str, block: &Block, about: String) -> Entry {
    let (given, taken): (Vec<_>, Vec<_>) = block.attributes.iter().partition(|(_, of)| of.is_read_only());
    let mut rows: Vec<Row> = taken.iter().map(|(name, of)| argument("", name, of)).collect();
    within("", &block.blocks, &mut rows);
    let gives = given.iter().map(|(name, of)| argument("", name, of)).collect();
    entry(family, name, format!("{family} {name} NAME {{ … }}"), about, [("Arguments", rows), ("Attributes that the provider sets", gives)])
}

/// The blocks in a block, each before what stands in it.
fn within(outer: &str, blocks: &BTreeMap<Text, NestedBlock>, rows: &mut Vec<Row>) {
    for (name, of) in blocks {
        let path = format!("{outer}{name}.");
        let most = match (of.nesting, of.max) {
            (Nesting::Single, _) | (_, Some(1)) => "at most one",
            _ => "any number of them",
        };
        let least = if of.min > 0 { "required, " } else { "" };
        rows.push(Row { name: format!("{outer}{name} {{ … }}"), doc: format!("A block: {least}{most}."), ..Row::default() });
        rows.extend(of.block.attributes.iter().filter(|(_, of)| !of.is_read_only()).map(|(name, of)| argument(&path, name, of)));
        within(&path, &of.block.blocks, rows);
    }
}

fn argument(outer: &str, name: &str, of: &Attribute) -> Row {
    let words = of.qualities().join(", ");
    let mut first = words.chars();
    let doc = first.next().map(|c| format!("{}{}.", c.to_uppercase(), first.as_str())).unwrap_or_default();
    Row { name: format!("{outer}{name}"), ty: Some(of.shown()), doc, ..Row::default() }
}

fn of_module(module: &Module) -> Entry {
    let rows = module.options.iter().map(|(name, of)| {
        let words: Vec<&str> = of.words().collect();
        let choices = if words.is_empty() { String::new() } else { format!(" One of {}.", words.join(", ")) };
        let aliases: Vec<&str> = of.aliases.iter().map(Text::as_str).collect();
        let also = if aliases.is_empty() { String::new() } else { format!(" Also called {}.", aliases.join(", ")) };
        let doc = format!("{}.{choices}{also}", if of.required { "Required" } else { "Optional" });
        Row { name: name.to_string(), ty: Some(of.ty.to_string()), doc, ..Row::default() }
    });
    let head = format!("task \"{}\" \"what it does\" {{ … }}", module.module);
    entry("task", &module.module, head, "A module of Ansible, as a task of a service calls it.".to_owned(), [("Options", rows.collect())])
}

fn entry<const N: usize>(family: &str, name: &str, head: String, about: String, sections: [(&'static str, Vec<Row>); N]) -> Entry {
    let sections = sections.into_iter().filter(|(_, rows)| !rows.is_empty());
    Entry {
        family: family.into(),
        name: name.into(),
        head,
        summary: about.clone(),
        doc: about,
        place: None,
        sections: sections.map(|(title, rows)| Section { title, rows }).collect(),
        source: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLUGIN: &str = r#"{"source":"a/thing","version":"1.2.3","provider":{"block":{},"version":0},
        "resource_schemas":{"thing_box":{"version":0,"block":{"attributes":{"id":{"type":"string","computed":true},
        "size":{"type":"number","required":true},"note":{"type":"string","optional":true,"computed":true}},
        "block_types":{"lid":{"nesting_mode":"list","min_items":1,"max_items":1,"block":{"attributes":{"colour":{"type":"string","optional":true}}}}}}}},
        "data_source_schemas":{"thing_box":{"version":0,"block":{"attributes":{"id":{"type":"string","computed":true}}}}}}"#;

    #[test]
    fn what_a_resource_takes_and_gives_is_told() {
        let tools = Tools::of(&Workspace::new([("library/schemas/thing.json".into(), PLUGIN.into())]));
        let titles: Vec<String> = tools.find("thing_box").iter().map(Entry::title).collect();
        assert_eq!(titles, ["resource thing_box", "data thing_box"]);
        let found = tools.find("resource thing_box");
        let rows = |at: usize| found[0].sections[at].rows.iter().map(|row| format!("{}: {}", row.name, row.doc)).collect::<Vec<_>>();
        assert_eq!(found[0].doc, "A resource of `a/thing` 1.2.3.");
        let wanted = [
            "note: Chosen by the provider where it is not set.",
            "size: Required.",
            "lid { … }: A block: required, at most one.",
            "lid.colour: Optional.",
        ];
        assert_eq!(rows(0), wanted);
        assert_eq!(rows(1), ["id: Read only."]);
        assert!(tools.find("data thing_bag").is_empty() && tools.names().any(|name| name == "thing_box"));
    }
}
