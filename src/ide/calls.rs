//! Who uses what: an instance and the bodies that name it, a definition and its instances, a function and its calls.

use super::names::{Name, Role, What};
use super::node::{Node, item_span, path_at};
use super::{Analysis, references};
use crate::base::{FileId, Span, Text, text};
use crate::syntax::ast;
use std::collections::BTreeMap;

/// Something that uses and is used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct User {
    /// Its name.
    pub name: Text,
    /// What it is: `stack compute`, `define service`.
    pub detail: Text,
    /// All of it.
    pub whole: Span,
    /// Its name in the text.
    pub place: Span,
    /// Whether it is a function.
    pub is_function: bool,
}

/// What is used, or uses, with the places where that is said.
pub type Uses = Vec<(User, Vec<Span>)>;

/// What stands at an offset, or is named there.
pub fn at(analysis: Analysis<'_>, file: FileId, offset: u32) -> Option<User> {
    let name = analysis.place(file, offset).name?;
    let declared = name.declared?;
    let is_user = matches!(name.what, What::Instance | What::Definition | What::Function | What::Product);
    let item = analysis.items_around(declared).into_iter().next_back()?;
    is_user.then(|| user(item)).flatten()
}

/// What uses something: for each body that names it, the places.
pub fn incoming(analysis: Analysis<'_>, of: Span) -> Uses {
    let Some(name) = declaring(analysis, of) else { return Vec::new() };
    let all = references::of(analysis, of, &name).into_iter().filter(|name| name.role != Role::Declares);
    let mut found: BTreeMap<User, Vec<Span>> = BTreeMap::new();
    for name in all {
        if let Some(user) = around(analysis, name.span) {
            found.entry(user).or_default().push(name.span);
        }
    }
    found.into_iter().filter(|(user, _)| user.place != of).collect()
}

/// What something uses: the instances, definitions and functions that its body names, each with the places.
pub fn outgoing(analysis: Analysis<'_>, of: Span) -> Uses {
    let Some(item) = analysis.items_around(of).into_iter().next_back() else { return Vec::new() };
    let whole = item_span(item);
    let names = analysis.names(of.file).into_iter().filter(|name| {
        let is_inside = whole.start <= name.span.start && name.span.end <= whole.end;
        is_inside && name.role == Role::Reads && matches!(name.what, What::Instance | What::Definition | What::Function)
    });
    let mut found: BTreeMap<User, Vec<Span>> = BTreeMap::new();
    for name in names {
        let declared = name.declared.filter(|declared| *declared != of);
        let used = declared.and_then(|declared| user(analysis.items_around(declared).into_iter().next_back()?));
        if let Some(used) = used {
            found.entry(used).or_default().push(name.span);
        }
    }
    found.into_iter().collect()
}

/// How often something is named beside where it is declared.
pub fn count(analysis: Analysis<'_>, of: Span) -> usize {
    let name = declaring(analysis, of);
    name.map_or(0, |name| references::of(analysis, of, &name).iter().filter(|name| name.role != Role::Declares).count())
}

/// The name that declares something at a place.
fn declaring(analysis: Analysis<'_>, of: Span) -> Option<Name> {
    let is_it = |name: &Name| name.span == of && name.role == Role::Declares;
    analysis.names(of.file).into_iter().find(is_it)
}

/// The item at the top of a file, or the instance in a definition, whose body a place lies in.
fn around(analysis: Analysis<'_>, span: Span) -> Option<User> {
    let path = path_at(analysis.tree(span.file)?, span.start);
    let items = path.into_iter().filter_map(|node| if let Node::Item(item) = node { Some(item) } else { None });
    items.filter_map(user).next_back()
}

/// An item as something that uses.
fn user(item: &ast::Item) -> Option<User> {
    match item {
        ast::Item::Function(function) => Some(User {
            name: function.name.text.clone(),
            detail: "function".into(),
            whole: function.span,
            place: function.name.span,
            is_function: true,
        }),
        ast::Item::Block(block) => {
            let words: Vec<&Text> = block.labels.iter().filter_map(ast::Label::word).collect();
            let of = |at: usize, detail: Text| {
                let label = block.labels.get(at)?;
                Some(User { name: words.get(at)?.to_owned().clone(), detail, whole: block.span, place: label.span, is_function: false })
            };
            let keyword = block.keyword.text.as_str();
            match (keyword, words.as_slice()) {
                ("define" | "extend", [kind, _, ..]) => of(1, text!("{keyword} {kind}")),
                ("implement", [_, on, provider]) => of(0, text!("implement {on} {provider}")),
                ("product", [_]) => of(0, "product".into()),
                ("stack" | "module" | "service" | "provider" | "store", [definition]) => of(0, text!("{keyword} {definition}")),
                ("stack" | "module" | "service" | "provider" | "store", [definition, _, ..]) => of(1, text!("{keyword} {definition}")),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{PRODUCT, project};
    use super::*;

    #[test]
    fn who_uses_a_stack_and_what_it_uses() {
        let project = project(&[("inventory/acme/product.infra", &PRODUCT.replace("management mgmt", "management mg$0mt"))]);
        let (file, offset) = project.marks[0];
        let mgmt = at(project.analysis(), file, offset).expect("the stack");
        assert_eq!((mgmt.name.as_str(), mgmt.detail.as_str()), ("mgmt", "stack management"));
        let named = |uses: Uses| uses.into_iter().map(|(user, places)| format!("{} {}", user.name, places.len())).collect::<Vec<_>>();
        let mut found = named(incoming(project.analysis(), mgmt.place));
        found.sort();
        assert_eq!(found, ["acme 3", "web 1"]);
        let found = named(outgoing(project.analysis(), mgmt.place));
        assert!(found.contains(&"eu 1".to_owned()) && found.contains(&"management 1".to_owned()), "{found:?}");
        assert_eq!(count(project.analysis(), mgmt.place), 4);
    }

    #[test]
    fn who_uses_a_service() {
        let project = project(&[("inventory/acme/product.infra", PRODUCT)]);
        let (file, source) = project.session.workspace().find("<stdlib>/services/consul.infra").expect("the service");
        let offset = source.text.find("define service consul").expect("it") as u32 + 16;
        let consul = at(project.analysis(), file, offset).expect("the service");
        let users: Vec<String> = incoming(project.analysis(), consul.place).into_iter().map(|(user, _)| user.name.to_string()).collect();
        assert!(users.contains(&"consul".to_owned()), "{users:?}");
    }
}
