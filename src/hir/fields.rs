//! What an instance has: each name of its definition, of its keyword and of its implementation is one field, and has one number.

use super::{Definition, Implementation, Kind};
use crate::base::{IndexMap, Text};
use crate::value::Value;
use std::sync::{Arc, OnceLock};

/// Numbers a field among those of a definition. Behind the fields of a contract follow the `let`s of the implementation that keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldId(pub u32);

/// What a field is, with its place among those of its kind.
#[derive(Clone, Debug)]
pub enum Field {
    /// An input of the definition.
    Input(usize),
    /// A `let` of the definition.
    Let(usize),
    /// An output of the definition.
    Output(usize),
    /// What every instance of the keyword may set.
    Common(usize),
    /// An attribute of the definition.
    Attribute(usize),
    /// A block of the definition.
    Block(Arc<Kind>),
    /// What the kind takes and the definition does not say.
    Unsaid(usize),
    /// A block of the instance itself.
    OwnBlock(Arc<Kind>),
}

/// The fields of the instances of a definition. Of two things of one name the first one counts, in the order of [`Field`].
#[derive(Debug, Default)]
pub struct Fields {
    named: IndexMap<Text, Field>,
    constants: Vec<OnceLock<Constant>>,
}

/// What a field is where no instance decides it, and what it takes to evaluate that.
#[derive(Clone, Debug)]
pub struct Constant {
    /// The value.
    pub value: Value,
    /// The steps of its evaluation.
    pub steps: u64,
    /// How deep expressions need each other in it.
    pub depth: u32,
}

impl Fields {
    /// The fields of a definition, of what its kind holds, and of what an instance may say besides.
    pub(crate) fn new(definition: Option<&Definition>, kind: Option<&Kind>, instance: Option<&Kind>) -> Fields {
        let mut fields = Fields::default();
        if let Some(of) = definition {
            fields.add(of.inputs.keys(), Field::Input);
            fields.add(of.lets.keys(), Field::Let);
            fields.add(of.outputs.keys(), Field::Output);
        }
        fields.add(instance.iter().flat_map(|instance| instance.inputs.keys()), Field::Common);
        if let (Some(of), Some(kind)) = (definition, kind) {
            fields.add(of.attributes.keys(), Field::Attribute);
            fields.add_blocks(kind, Field::Block);
            fields.add(kind.inputs.keys(), Field::Unsaid);
        }
        if let Some(own) = instance.or(kind) {
            fields.add_blocks(own, Field::OwnBlock);
        }
        fields.constants = fields.named.values().map(|_| OnceLock::new()).collect();
        fields
    }

    fn add<'a>(&mut self, names: impl Iterator<Item = &'a Text>, field: fn(usize) -> Field) {
        for (at, name) in names.enumerate() {
            self.named.entry(name.clone()).or_insert_with(|| field(at));
        }
    }

    fn add_blocks(&mut self, kind: &Kind, field: fn(Arc<Kind>) -> Field) {
        for (name, block) in &kind.blocks {
            self.named.entry(name.clone()).or_insert_with(|| field(block.clone()));
        }
    }

    /// How many there are, without those of an implementation.
    #[allow(clippy::len_without_is_empty, reason = "nobody asks whether there is none")]
    pub fn len(&self) -> usize {
        self.named.len()
    }

    /// The field of a name, of the definition or of the implementation that keeps it.
    pub fn find(&self, name: &str, implementation: Option<&Implementation>) -> Option<FieldId> {
        let own = self.named.get_full(name);
        if let Some((at, _, Field::Input(_) | Field::Let(_) | Field::Output(_))) = own {
            return Some(FieldId(at as u32));
        }
        let of_implementation = implementation.and_then(|of| of.lets.get_index_of(name)).map(|at| self.named.len() + at);
        of_implementation.or(own.map(|(at, ..)| at)).map(|at| FieldId(at as u32))
    }

    /// Whether a field is an input, `let` or output of the definition.
    pub fn is_declared(&self, field: FieldId) -> bool {
        matches!(self.get(field), Some((_, Field::Input(_) | Field::Let(_) | Field::Output(_))))
    }

    /// An input, `let` or output of the definition.
    pub fn declared(&self, name: &str) -> Option<FieldId> {
        match self.named.get_full(name)? {
            (at, _, Field::Input(_) | Field::Let(_) | Field::Output(_)) => Some(FieldId(at as u32)),
            _ => None,
        }
    }

    /// What a field of the definition is, with its name; nothing for a `let` of the implementation.
    pub fn get(&self, field: FieldId) -> Option<(&Text, &Field)> {
        self.named.get_index(field.0 as usize)
    }

    /// What a field of the definition is where no instance decides it, once somebody has evaluated it without asking anything of one. An
    /// input is that where the instance says nothing of it.
    pub fn constant(&self, field: FieldId) -> Option<&OnceLock<Constant>> {
        self.constants.get(field.0 as usize)
    }

    /// The place of a field among the `let`s of the implementation.
    pub fn in_implementation(&self, field: FieldId) -> Option<usize> {
        (field.0 as usize).checked_sub(self.named.len())
    }
}

/// What a name means that only the place knows where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A field of the instance in whose definition it stands.
    Field(FieldId),
    /// An instance that stands beside it.
    Instance,
    /// Another product.
    Product,
    /// A resource of the implementation, by its place among them.
    Resource(u32),
    /// What stands in every body.
    Ambient(Ambient),
}

/// The names that stand in every body, or in all of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ambient {
    /// The product.
    Product,
    /// The name of the environment.
    Environment,
    /// Every service of the product.
    Services,
    /// Every stack of the product.
    Stacks,
    /// Every provider of the product.
    Providers,
    /// The stack that the instance stands in.
    Stack,
    /// The provider that the instance runs on.
    Provider,
    /// The full name of the instance.
    Name,
    /// The labels of everything that the instance makes.
    Labels,
    /// In a service: the machine.
    Host,
    /// In a service: the architecture of the machine.
    Arch,
    /// In a policy: every module of the product, each of which becomes a unit.
    Modules,
    /// In a policy: every store of the product.
    Stores,
    /// In a policy: every machine of the product.
    Hosts,
    /// In a policy: every stage of the pipeline, as it is for the environment.
    Stages,
}

impl Ambient {
    /// What stands in the inventory too.
    const OF_PRODUCTS: [Ambient; 5] = [Ambient::Product, Ambient::Environment, Ambient::Services, Ambient::Stacks, Ambient::Providers];

    /// What stands in every definition.
    pub const OF_DEFINITIONS: [Ambient; 9] = [
        Ambient::Product,
        Ambient::Environment,
        Ambient::Stack,
        Ambient::Provider,
        Ambient::Name,
        Ambient::Labels,
        Ambient::Services,
        Ambient::Stacks,
        Ambient::Providers,
    ];

    /// What stands in services alone.
    const OF_SERVICES: [Ambient; 2] = [Ambient::Host, Ambient::Arch];

    /// What stands in policies alone.
    const OF_POLICIES: [Ambient; 4] = [Ambient::Modules, Ambient::Stores, Ambient::Hosts, Ambient::Stages];

    /// What a name means in the body of a definition of this keyword, or in the inventory.
    pub fn of(name: &str, keyword: Option<&str>) -> Option<Ambient> {
        Ambient::known(keyword).find(|ambient| ambient.name() == name)
    }

    /// What is known in the body of a definition of this keyword, or in the inventory; what is known there alone comes first.
    pub fn known(keyword: Option<&str>) -> impl Iterator<Item = Ambient> {
        let own: &[Ambient] = match keyword {
            Some("service") => &Ambient::OF_SERVICES,
            Some("policy") => &Ambient::OF_POLICIES,
            _ => &[],
        };
        let everywhere: &[Ambient] = if keyword.is_some() { &Ambient::OF_DEFINITIONS } else { &Ambient::OF_PRODUCTS };
        own.iter().chain(everywhere).copied()
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Ambient::Product => "product",
            Ambient::Environment => "environment",
            Ambient::Services => "services",
            Ambient::Stacks => "stacks",
            Ambient::Providers => "providers",
            Ambient::Stack => "stack",
            Ambient::Provider => "provider",
            Ambient::Name => "name",
            Ambient::Labels => "labels",
            Ambient::Host => "host",
            Ambient::Arch => "arch",
            Ambient::Modules => "modules",
            Ambient::Stores => "stores",
            Ambient::Hosts => "hosts",
            Ambient::Stages => "stages",
        }
    }
}
