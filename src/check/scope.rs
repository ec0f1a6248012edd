//! What names mean where an expression stands: bound names, the declarations of the body, the instances beside it, and the
//! few names that stand everywhere.

use super::Checker;
use super::narrowed::Way;
use super::types::Key;
use crate::base::Text;
use crate::hir::{self, Ambient, Definition, Implementation, Instance, Product};
use crate::ty::Ty;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where an expression stands.
#[derive(Clone)]
pub(super) struct Scope<'a> {
    pub place: Place<'a>,
    /// Names that comprehensions, loops, functions and rules bind, the innermost last.
    pub locals: Vec<(Text, Ty)>,
    /// What is there, as the conditions around say.
    pub there: Vec<Way>,
    /// Whether what stands here is baked into an image: there is no machine yet.
    pub baked: bool,
    /// Whether what stands here is the install or configure part of a service, or in it.
    pub steps: bool,
    /// In how many blocks of the definition it stands.
    pub depth: u32,
    /// The other products, where what they export may be named.
    pub others: Vec<&'a str>,
}

/// Whose body an expression stands in.
#[derive(Clone)]
pub(super) enum Place<'a> {
    /// A rule of a type, a function, a default of a kind: nothing stands around it.
    Library,
    /// The inventory, with the instances of the product by name.
    Product(&'a Product, std::rc::Rc<BTreeMap<&'a str, &'a Instance>>),
    /// A definition.
    Definition(&'a Definition),
    /// How a contract is kept on one provider.
    Implementation(&'a Definition, &'a Implementation),
}

impl<'a> Scope<'a> {
    pub(super) fn new(place: Place<'a>) -> Scope<'a> {
        Scope { place, locals: Vec::new(), there: Vec::new(), baked: false, steps: false, depth: 0, others: Vec::new() }
    }

    /// Whether a block that stands here may be repeated: a step of a service is.
    pub(super) fn repeats(&self) -> bool {
        self.steps && self.depth == 1
    }

    /// Whether a block that stands here may have a condition: a step, and what a service or a stack says of itself.
    pub(super) fn is_conditional(&self) -> bool {
        let says = |definition: &Definition| ["service", "stack"].contains(&definition.keyword.as_str());
        self.repeats() || !self.steps && self.depth == 0 && self.definition().is_some_and(says)
    }

    /// The type of a bound name.
    pub(super) fn local(&self, place: hir::Local) -> Ty {
        self.locals.get(place.0 as usize).map_or(Ty::Error, |(_, ty)| ty.clone())
    }

    /// The definition whose body this is, or whose contract it keeps.
    pub(super) fn definition(&self) -> Option<&'a Definition> {
        match self.place {
            Place::Definition(definition) | Place::Implementation(definition, _) => Some(definition),
            _ => None,
        }
    }

    /// The names that an expression may say here, for "did you mean".
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let (product, implementation) = match self.place {
            Place::Product(product, _) => (Some(product), None),
            Place::Implementation(_, implementation) => (None, Some(implementation)),
            _ => (None, None),
        };
        let locals = self.locals.iter().map(|(name, _)| name.as_str());
        let of_product = product.into_iter().flat_map(|product| names_of(&product.instances).chain(["product", "environment"]));
        let early = self.definition().filter(|definition| definition.is_early());
        let of_early = early.into_iter().flat_map(|definition| definition.lets.keys().map(Text::as_str));
        let of_definition = self.definition().filter(|definition| !definition.is_early()).into_iter().flat_map(|definition| {
            let declared = definition.inputs.keys().chain(definition.lets.keys()).chain(definition.outputs.keys());
            let declared = declared.chain(definition.attributes.keys()).map(Text::as_str);
            declared.chain(names_of(&definition.instances)).chain(Ambient::OF_DEFINITIONS.map(Ambient::name))
        });
        let of_implementation = implementation.into_iter().flat_map(|implementation| {
            let resources = implementation.resources.iter().filter_map(|block| block.word(1));
            implementation.lets.keys().chain(resources).map(Text::as_str)
        });
        let others = self.others.iter().copied();
        locals.chain(of_product).chain(others).chain(of_early).chain(of_definition).chain(of_implementation)
    }
}

fn names_of(instances: &[std::sync::Arc<Instance>]) -> impl Iterator<Item = &str> {
    instances.iter().map(|instance| instance.name.text.as_str())
}

impl<'a> Checker<'a> {
    /// The type of a name, if the scope knows it.
    pub(super) fn lookup(&mut self, name: &Text, scope: &Scope<'a>) -> Option<Ty> {
        match &scope.place {
            Place::Library => None,
            Place::Product(_, instances) => match instances.get(name.as_str()) {
                // What an instance of nothing is, is said where it stands.
                Some(instance) if !self.is_defined(instance) => Some(Ty::Error),
                Some(instance) => Some(instance_ty(instance)),
                None => self.everywhere(name, scope),
            },
            // What they say of themselves, and what a product knows, is read later.
            Place::Definition(definition) if definition.is_early() => self.declared(definition, name),
            Place::Definition(definition) => self.own(definition, name).or_else(|| self.everywhere(name, scope)),
            Place::Implementation(contract, implementation) => {
                if implementation.lets.contains_key(name) {
                    return Some(self.implementation_let(contract, implementation, name));
                }
                match implementation.resource(name) {
                    Some(block) => Some(self.resource_ty(implementation, block)),
                    None => self.own(contract, name).or_else(|| self.everywhere(name, scope)),
                }
            }
        }
    }

    fn is_defined(&self, instance: &Instance) -> bool {
        self.program.definitions.contains_key(&(instance.keyword.clone(), instance.definition.text.clone()))
    }

    /// What the body of a definition declares or holds.
    fn own(&mut self, definition: &'a Definition, name: &Text) -> Option<Ty> {
        if let Some(ty) = self.declared(definition, name) {
            return Some(ty);
        }
        if let Some(instance) = definition.instances.iter().find(|instance| instance.name.text == *name) {
            return Some(instance_ty(instance));
        }
        let kind = self.program.kinds.get(&definition.keyword)?;
        if definition.attributes.contains_key(name) || definition.keyword == "provider" && kind.inputs.contains_key(name) {
            return Some(self.attribute_ty(definition, name));
        }
        if definition.keyword == "provider" && !hir::is_closed(&definition.keyword, name) && kind.blocks.contains_key(name) {
            return self.block_field(Some(definition), kind, name);
        }
        match Ambient::of(name, Some(definition.keyword.as_str()))? {
            Ambient::Host => Some(self.named("host")),
            Ambient::Hosts => Some(self.named("host").list()),
            Ambient::Stages => Some(self.named("stage").list()),
            Ambient::Arch => Some(self.named("Arch")),
            _ => None,
        }
    }

    /// What a name is that [`Checker::lookup`] knows.
    pub(super) fn place(&self, name: &Text, scope: &Scope<'a>) -> Option<hir::Place> {
        let ambient =
            |definition: Option<&Definition>| Ambient::of(name, definition.map(|of| of.keyword.as_str())).map(hir::Place::Ambient);
        let own = |definition: &Definition, implementation: Option<&Implementation>| {
            let fields = self.program.fields.get(&(definition.keyword.clone(), definition.name.text.clone()))?;
            let is_beside = || definition.instances.iter().any(|instance| instance.name.text == *name);
            match fields.declared(name) {
                None if is_beside() => Some(hir::Place::Instance),
                // What a body declares or says stands before what stands everywhere; what it leaves unsaid does so in providers alone.
                declared => {
                    let said = || definition.attributes.contains_key(name) || definition.keyword == "provider";
                    let is_let = || implementation.is_some_and(|of| of.lets.contains_key(name));
                    let found = declared.or_else(|| fields.find(name, implementation).filter(|_| is_let() || said()));
                    found.map(hir::Place::Field).or_else(|| ambient(Some(definition)))
                }
            }
        };
        match &scope.place {
            Place::Library => None,
            Place::Product(_, instances) if instances.contains_key(name.as_str()) => Some(hir::Place::Instance),
            Place::Product(..) => ambient(None),
            Place::Definition(definition) => own(definition, None),
            Place::Implementation(contract, implementation) => {
                let resource = implementation.resources.iter().position(|block| block.word(1) == Some(name));
                match resource.filter(|_| !implementation.lets.contains_key(name)) {
                    Some(at) => Some(hir::Place::Resource(at as u32)),
                    None => own(contract, Some(implementation)),
                }
            }
        }
    }

    /// An input, `let` or output.
    pub(super) fn declared(&mut self, definition: &'a Definition, name: &Text) -> Option<Ty> {
        if let Some(input) = definition.inputs.get(name) {
            return Some(input.ty.clone());
        }
        if definition.lets.contains_key(name) {
            return Some(self.definition_let(definition, name));
        }
        let output = definition.outputs.get(name)?;
        Some(output.ty.clone().unwrap_or(Ty::Error))
    }

    fn everywhere(&self, name: &Text, scope: &Scope<'a>) -> Option<Ty> {
        let of = |keyword: &str, definition: Option<Text>| Ty::Instance(keyword.into(), definition);
        let definition = scope.definition();
        Some(match Ambient::of(name, definition.map(|of| of.keyword.as_str()))? {
            Ambient::Product => of("product", None),
            Ambient::Environment => Ty::Name,
            Ambient::Services => of("service", None).list(),
            Ambient::Modules => of("module", None).list(),
            Ambient::Stores => of("store", None).list(),
            Ambient::Stacks => of("stack", None).list(),
            Ambient::Providers => of("provider", None).list(),
            Ambient::Stack => of("stack", definition.filter(|definition| definition.keyword == "stack").map(|of| of.name.text.clone())),
            Ambient::Provider => {
                let own = definition.filter(|definition| definition.keyword == "provider").map(|of| of.name.text.clone());
                match &scope.place {
                    Place::Implementation(_, implementation) => of("provider", Some(implementation.provider.text.clone())),
                    _ => of("provider", own),
                }
            }
            Ambient::Name => Ty::String,
            Ambient::Labels => Ty::String.map(),
            // What a service or a policy knows is its own.
            Ambient::Host | Ambient::Arch | Ambient::Hosts | Ambient::Stages => return None,
        })
    }

    /// The type of a `let` of a definition, found out when it is first asked for.
    pub(super) fn definition_let(&mut self, definition: &'a Definition, name: &Text) -> Ty {
        let key = Key::Definition(definition.keyword.clone(), definition.name.text.clone(), name.clone());
        let Some(binding) = definition.lets.get(name) else { return Ty::Error };
        self.binding(key, binding, definition.let_types.get(name), Place::Definition(definition))
    }

    /// The same for a `let` of an implementation.
    pub(super) fn implementation_let(&mut self, contract: &'a Definition, implementation: &'a Implementation, name: &Text) -> Ty {
        let key = Key::Implementation(implementation.module.text.clone(), implementation.provider.text.clone(), name.clone());
        let Some(binding) = implementation.lets.get(name) else { return Ty::Error };
        self.binding(key, binding, implementation.let_types.get(name), Place::Implementation(contract, implementation))
    }

    fn binding(&mut self, key: Key, binding: &'a hir::Let, said: Option<&'a Ty>, place: Place<'a>) -> Ty {
        if let Some(ty) = self.types.lets.get(&key) {
            return ty.clone();
        }
        if self.open.contains(&key) {
            self.error(super::report::circle(binding));
            Arc::make_mut(&mut self.types.lets).insert(key, Ty::Error);
            return Ty::Error;
        }
        self.open.push(key.clone());
        let found = self.check(&binding.value, said.unwrap_or(&Ty::Error), &mut Scope::new(place));
        self.open.pop();
        let ty = said.cloned().unwrap_or(found);
        let ty = self.bounded(ty, binding.name.span);
        Arc::make_mut(&mut self.types.lets).entry(key).or_insert(ty).clone()
    }
}

/// A reference to an instance; to all of one that is repeated, by their keys.
pub(super) fn instance_ty(instance: &Instance) -> Ty {
    let one = Ty::Instance(instance.keyword.clone(), Some(instance.definition.text.clone()));
    if instance.repeat.is_some() { one.map() } else { one }
}
