//! The names of products and environments as they are written: known at once, whatever else is wrong.

use crate::base::{Text, Workspace};
use crate::syntax::{self, ast};

/// A product as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its name.
    pub name: Text,
    /// Its environments, in order.
    pub environments: Vec<Text>,
    /// Its stacks, in the order of files and text.
    pub stacks: Vec<Text>,
}

/// The products of a workspace, in the order of their files. Stacks belong to the product whose folder they lie in.
pub fn products(workspace: &Workspace) -> Vec<Written> {
    let own = workspace.files().filter(|(_, source)| source.path.ends_with(".infra") && !source.is_of_library());
    let trees: Vec<_> = own.map(|(file, source)| (&source.path, syntax::parse(file, &source.text).0)).collect();
    let mut products: Vec<(&str, Written)> = Vec::new();
    for (path, tree) in &trees {
        for block in ast::blocks(&tree.items).filter(|block| block.keyword.text == "product") {
            let Some(name) = block.word(0).cloned() else { continue };
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            products.push((folder, Written { name, environments: environments(block), stacks: Vec::new() }));
        }
    }
    for (path, tree) in &trees {
        let within = |folder: &str| folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let nearest = products.iter_mut().filter(|(folder, _)| within(folder)).max_by_key(|(folder, _)| folder.len());
        let Some((_, product)) = nearest else { continue };
        for block in ast::blocks(&tree.items).filter(|block| block.keyword.text == "stack") {
            // An instance that says no name has that of its definition.
            product.stacks.extend(block.labels.get(1).or(block.labels.first()).and_then(ast::Label::word).cloned());
        }
    }
    products.into_iter().map(|(_, product)| product).collect()
}

fn environments(block: &ast::Block) -> Vec<Text> {
    let value = block.body.items.iter().find_map(|item| match item {
        ast::Item::Attribute(attribute) if attribute.name.text == "environments" => Some(&attribute.value.kind),
        _ => None,
    });
    let Some(ast::ExprKind::List(items)) = value else { return Vec::new() };
    let names = items.iter().filter_map(|item| match &item.kind {
        ast::ExprKind::Name(name) => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_broken_sources_too() {
        let files = [
            ("inventory/acme/product.infra", "product acme {\n  environments = [staging, prod]\n  x = )\n}\nstack vpn {}\n"),
            ("inventory/acme/web/web.infra", "stack compute web { on = \n"),
            ("inventory/shop/product.infra", "product shop { environments = 3 }\n"),
            ("inventory/loose.infra", "stack compute nobody {}\n"),
        ];
        let found = products(&Workspace::new(files.map(|(path, text)| (path.into(), text.into()))));
        let texts = |words: &[&str]| words.iter().map(Text::new).collect::<Vec<_>>();
        let acme = Written { name: "acme".into(), environments: texts(&["staging", "prod"]), stacks: texts(&["vpn", "web"]) };
        assert_eq!(found, [acme, Written { name: "shop".into(), environments: Vec::new(), stacks: Vec::new() }]);
    }
}
