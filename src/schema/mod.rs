//! Schemas of OpenTofu plugins as types: which resources there are, and what each takes and gives; and specifications of Ansible's
//! modules.

pub mod add;
mod collections;
mod constraint;
mod convert;
mod modules;
mod read;
mod shown;

use crate::base::{FileId, Text};
use crate::ty::Ty;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use collections::{Collection, collection_of};
pub use constraint::{is_version, takes};
pub use modules::{Module, ModuleOption};
pub use read::read;

/// Every schema of a workspace.
#[derive(Debug, Default)]
pub struct Schemas {
    /// By the name of the file: `hcloud.json`.
    pub plugins: BTreeMap<Text, Arc<Plugin>>,
    /// The same as the library of infrac has them, for what stands in it: whatever types a project has of its own.
    pub(crate) of_library: BTreeMap<Text, Arc<Plugin>>,
    /// The sources of that library.
    pub(crate) library: BTreeSet<FileId>,
    /// By the module's name: `ansible.posix.sysctl`.
    pub modules: BTreeMap<Text, Arc<Module>>,
    /// Collections that modules come in, by name: `ansible.posix`.
    pub collections: BTreeMap<Text, Collection>,
}

/// The schema of one plugin.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// `hetznercloud/hcloud`
    pub source: Text,
    /// The release that the schema was taken from.
    pub version: Text,
    /// What the plugin's own configuration takes.
    pub configuration: Arc<Block>,
    /// By type.
    pub resources: BTreeMap<Text, Arc<Block>>,
    /// By type.
    pub data_sources: BTreeMap<Text, Arc<Block>>,
}

/// What a resource, a data source or a block in one may hold.
#[derive(Debug, Default, PartialEq)]
pub struct Block {
    /// By name.
    pub attributes: BTreeMap<Text, Attribute>,
    /// By name.
    pub blocks: BTreeMap<Text, NestedBlock>,
}

/// An attribute of a resource.
#[derive(Debug, PartialEq)]
pub struct Attribute {
    /// Its type as it is read; a value of any type is `Ty::Error`.
    pub ty: Ty,
    /// Whether it is a set: its elements have no order.
    pub unordered: bool,
    /// What its objects may hold, where the schema says that for each of their attributes.
    pub nested: Option<NestedAttributes>,
    /// It must be set.
    pub required: bool,
    /// It may be set.
    pub optional: bool,
    /// The provider sets it where nothing is set.
    pub computed: bool,
    /// It is not shown.
    pub sensitive: bool,
    /// It is never kept in a state.
    pub write_only: bool,
}

/// The attributes of the objects of an attribute.
#[derive(Debug, PartialEq)]
pub struct NestedAttributes {
    /// By name.
    pub attributes: BTreeMap<Text, Attribute>,
    /// How many objects there are.
    pub nesting: Nesting,
}

/// A block in a resource.
#[derive(Debug, PartialEq)]
pub struct NestedBlock {
    /// What it may hold.
    pub block: Block,
    /// How many there may be.
    pub nesting: Nesting,
    /// How many there must be.
    pub min: usize,
    /// How many there may be; any number if absent.
    pub max: Option<usize>,
}

/// How objects of one name stand in a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One, or none.
    Single,
    /// In order.
    List,
    /// Without order.
    Set,
    /// By key.
    Map,
}

impl Schemas {
    /// The schema in the file of that name, as `plugin { schema = "hcloud.json" }` says it, for what stands in `source`.
    pub fn plugin(&self, source: FileId, file: &str) -> Option<&Arc<Plugin>> {
        let own = self.of_library.get(file).filter(|_| self.is_of_library(source));
        own.or_else(|| self.plugins.get(file))
    }

    /// Whether a source belongs to the library of infrac.
    pub fn is_of_library(&self, source: FileId) -> bool {
        self.library.contains(&source)
    }

    /// Whether a resource of a type takes an attribute of a name, for what stands in `source`; nothing where no schema has that type.
    pub fn takes(&self, source: FileId, resource: &str, attribute: &str) -> Option<bool> {
        let own = self.of_library.values().filter(|_| self.is_of_library(source));
        let block = own.chain(self.plugins.values()).find_map(|plugin| plugin.resources.get(resource))?;
        Some(block.attributes.get(attribute).is_some_and(|of| !of.is_read_only()))
    }
}

impl Plugin {
    /// A resource, or a data source, by its type.
    pub fn find(&self, data: bool, ty: &str) -> Option<&Arc<Block>> {
        if data { self.data_sources.get(ty) } else { self.resources.get(ty) }
    }
}

impl Attribute {
    /// Whether only the provider sets it.
    pub fn is_read_only(&self) -> bool {
        self.computed && !self.optional && !self.required
    }
}

impl Block {
    /// The names of its attributes and blocks.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.attributes.keys().chain(self.blocks.keys()).map(Text::as_str)
    }
}
