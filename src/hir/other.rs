//! The other products of the project, as one that refers to them knows them before any is evaluated.

use super::items::{StateStore, View};
use super::{Instance, Name, Program};
use crate::base::{Span, Text};
use crate::ty::Ty;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The products of a project as others know them. There is one such list, whoever asks.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Those of one name in the order of their folders.
    by_name: BTreeMap<Text, Vec<Arc<Other>>>,
    by_folder: BTreeMap<Text, Arc<Other>>,
}

/// The products that one of them may refer to: all but itself. Of two of one name, the first one counts.
#[derive(Clone, Debug, Default)]
pub struct Others {
    all: Arc<Directory>,
    /// The folder of the one that asks.
    own: Text,
}

/// What the names of another product mean.
#[derive(Debug, PartialEq)]
pub struct Other {
    /// Its name.
    pub name: Name,
    /// Its folder, relative to the project.
    pub folder: Text,
    /// Its environments, in their order.
    pub environments: Vec<Name>,
    /// Where it says what it exports, if it does.
    pub said: Option<Span>,
    /// Whether that is a list that can be read; where it is not, that is said there.
    pub is_readable: bool,
    /// What it exports, by the stack and then by the name there; a store by its own name alone.
    pub exports: BTreeMap<Path, Export>,
}

/// How something that is exported is named behind its product: a stack with what is in it, or a store.
pub type Path = (Text, Option<Text>);

/// What others know of something that is exported.
#[derive(Clone, Debug, PartialEq)]
pub enum Export {
    /// An instance of a definition: the keyword and the name.
    Instance(Text, Text),
    /// A value of that type.
    Value(Ty),
}

impl Export {
    /// Its type.
    pub fn ty(&self) -> Ty {
        match self {
            Export::Instance(keyword, definition) => Ty::Instance(keyword.clone(), Some(definition.clone())),
            Export::Value(ty) => ty.clone(),
        }
    }
}

/// Why values of a type mean nothing in another product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// It is, or holds, an instance of that keyword.
    Instance,
    /// Only a tool will know it.
    Deferred,
    /// It is, or holds, a reference to a secret.
    Secret,
}

/// Why values of a type stay in their product; nothing where they mean the same in every one.
pub fn stays(ty: &Ty) -> Option<Stays> {
    match ty {
        Ty::Instance(..) => Some(Stays::Instance),
        Ty::Deferred(_) => Some(Stays::Deferred),
        Ty::Secret(_) => Some(Stays::Secret),
        Ty::List(of) | Ty::Map(of) | Ty::Optional(of) => stays(of),
        Ty::Refined(refined) => stays(&refined.base),
        Ty::Record(record) => record.fields.iter().find_map(|field| stays(&field.ty)),
        _ => None,
    }
}

/// Whether it is a module that keeps states, as a bucket may.
pub fn keeps_states(program: &Program, instance: &Instance) -> bool {
    let definition = program.definitions.get(&(instance.keyword.clone(), instance.definition.text.clone()));
    instance.keyword == "module"
        && definition.is_some_and(|definition| definition.blocks.iter().any(|block| block.keyword.text == StateStore::NAME))
}

impl Directory {
    /// The products, in the order of their folders.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Other>> {
        self.by_folder.values()
    }

    /// The products of a name, in the order of their folders.
    pub fn named(&self, name: &str) -> &[Arc<Other>] {
        self.by_name.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Puts what a folder holds in the place of what it held.
    pub fn put(&mut self, folder: &Text, now: Option<Arc<Other>>) {
        let before = match &now {
            Some(now) => self.by_folder.insert(folder.clone(), now.clone()),
            None => self.by_folder.remove(folder),
        };
        if let Some(before) = before
            && let Some(named) = self.by_name.get_mut(&before.name.text)
        {
            named.retain(|other| other.folder != *folder);
            if named.is_empty() {
                self.by_name.remove(&before.name.text);
            }
        }
        if let Some(now) = now {
            let named = self.by_name.entry(now.name.text.clone()).or_default();
            named.insert(named.partition_point(|other| other.folder < *folder), now);
        }
    }

    /// The product in a folder.
    pub fn within(&self, folder: &str) -> Option<&Arc<Other>> {
        self.by_folder.get(folder)
    }
}

impl FromIterator<Arc<Other>> for Directory {
    fn from_iter<I: IntoIterator<Item = Arc<Other>>>(all: I) -> Directory {
        let mut directory = Directory::default();
        all.into_iter().for_each(|other| directory.put(&other.folder.clone(), Some(other)));
        directory
    }
}

impl Others {
    /// Those that the product in a folder may refer to.
    pub fn beside(all: &Arc<Directory>, folder: &Text) -> Others {
        Others { all: all.clone(), own: folder.clone() }
    }

    fn of<'o>(&self, named: &'o [Arc<Other>]) -> Option<&'o Arc<Other>> {
        named.iter().find(|other| other.folder != self.own)
    }

    /// The product of a name.
    pub fn get(&self, name: &str) -> Option<&Arc<Other>> {
        self.of(self.all.named(name))
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &Text> {
        self.all.by_name.iter().filter(|(_, named)| self.of(named).is_some()).map(|(name, _)| name)
    }
}

impl Other {
    /// Which of its environments serves the environment of that name in a product that refers to it.
    pub fn serving(&self, environment: &str) -> Option<&Text> {
        serving(self.environments.iter().map(|name| &name.text), environment)
    }

    /// What it exports, as it is written: `platform.mgmt.garage`.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        self.exports.keys().map(|path| written(&self.name.text, path))
    }
}

/// `platform.mgmt.garage`
pub fn written(product: &str, (first, second): &Path) -> String {
    let second = second.iter().map(|second| format!(".{second}")).collect::<String>();
    format!("{product}.{first}{second}")
}

/// Which environment of one product serves an environment of another: the one of the same name, or the only one that there is.
pub fn serving<'e>(environments: impl Iterator<Item = &'e Text> + Clone, environment: &str) -> Option<&'e Text> {
    let mut all = environments.clone();
    let only = all.next().filter(|_| all.next().is_none());
    environments.into_iter().find(|name| *name == environment).or(only)
}

#[cfg(test)]
mod tests {
    use super::{Directory, Name, Other, Others, serving};
    use crate::base::{FileId, Span, Text};
    use std::collections::BTreeMap;
    use std::sync::Arc;

    fn other(name: &str, folder: &str) -> Arc<Other> {
        let name = Name { text: name.into(), span: Span::new(FileId(0), 0, 0) };
        let (environments, exports) = (Vec::new(), BTreeMap::new());
        Arc::new(Other { name, folder: folder.into(), environments, said: None, is_readable: true, exports })
    }

    #[test]
    fn nobody_refers_to_himself_and_the_first_of_a_name_counts() {
        let mut all: Directory = [other("b", "3"), other("a", "2"), other("a", "1")].into_iter().collect();
        let asked = |all: &Directory, folder: &str| {
            let others = Others::beside(&Arc::new(all.clone()), &folder.into());
            let names: Vec<String> = others.names().map(ToString::to_string).collect();
            (names.join(" "), others.get("a").map(|other| other.folder.to_string()))
        };
        assert_eq!(asked(&all, "1"), ("a b".to_owned(), Some("2".to_owned())));
        assert_eq!(asked(&all, "3"), ("a".to_owned(), Some("1".to_owned())));
        all.put(&"1".into(), Some(other("c", "1")));
        assert_eq!(asked(&all, "2"), ("b c".to_owned(), None));
        all.put(&"1".into(), None);
        assert_eq!(asked(&all, "3"), ("a".to_owned(), Some("2".to_owned())));
    }

    #[test]
    fn the_same_name_serves_and_otherwise_the_only_one() {
        let of = |environments: &[&str], environment: &str| {
            let all: Vec<Text> = environments.iter().map(|name| Text::from(*name)).collect();
            serving(all.iter(), environment).cloned()
        };
        assert_eq!(of(&["staging", "prod"], "prod").as_deref(), Some("prod"));
        assert_eq!(of(&["main"], "prod").as_deref(), Some("main"));
        assert_eq!(of(&["staging", "prod"], "test"), None);
        assert_eq!(of(&[], "test"), None);
    }
}
