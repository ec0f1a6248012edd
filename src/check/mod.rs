//! The static checker: every expression has a type before anything is evaluated, and every mistake has one message.
//!
//! A name means what the place says where it stands (`scope`), a value has the type that its parts give it (`expression`),
//! and what it is for decides whether it fits (`assign`). A type that broken text leaves behind, `Ty::Error`, fits everything:
//! what follows from a mistake is not said again. Types carry whether the compiler or only a tool will know a value.

mod assign;
mod backends;
mod bodies;
mod calls;
mod circles;
mod collections;
mod completeness;
mod credentials;
mod definitions;
mod early;
mod expression;
mod fields;
mod implementations;
mod instances;
mod interfaces;
mod labels;
mod lacks;
mod matching;
mod meant;
mod narrowed;
mod offered;
mod operators;
mod others;
mod overrides;
mod plugins;
mod products;
mod record;
mod recursion;
mod refined;
mod report;
mod resource_names;
mod resources;
mod scope;
mod sets;
mod tasks;
mod types;

use crate::base::{Span, Text};
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::Work;
use crate::hir::{FreeName, Meaning, NamedType, Program};
use crate::schema::Schemas;
use crate::ty::{MAX_PARTS, Ty};
use credentials::Credentials;
use scope::{Place, Scope};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use implementations::plugins;
pub use record::{Record, Seen, record_library, record_products};
pub use resources::LIFECYCLE;
pub use types::Types;

/// Checks a program: its library and its products. Linear in its text.
pub fn check(program: &Program, schemas: &Schemas) -> (Types, Diagnostics) {
    let mut checker = of_library(program, schemas, None);
    for product in &program.products {
        checker.product(product);
    }
    (checker.types, checker.diagnostics)
}

/// Checks the library of a program. What it finds out is what products are checked with.
pub fn library(program: &Program, schemas: &Schemas) -> (Types, Diagnostics) {
    let mut checker = of_library(program, schemas, None);
    let library = Arc::new(std::mem::take(&mut checker.types.own));
    (Types { library, ..checker.types }, checker.diagnostics)
}

fn of_library<'a>(program: &'a Program, schemas: &'a Schemas, record: Option<Record>) -> Checker<'a> {
    let own = vec![Meaning::Undecided; program.names as usize];
    let (words, credentials) = (Arc::new(words(program)), Arc::new(Credentials::of(program)));
    let types = Types { own, words, credentials, ..Types::default() };
    let mut checker = Checker { record, ..Checker::new(program, schemas, types) };
    checker.library();
    for definition in program.definitions.values() {
        checker.definition(definition);
    }
    for implementation in program.implementations.values() {
        checker.implementation(implementation);
    }
    checker
}

/// Checks the products of a program, whose library was checked before.
pub fn products(program: &Program, schemas: &Schemas, library: &Types) -> (Types, Diagnostics) {
    let checker = of_products(program, schemas, library, None);
    (checker.types, checker.diagnostics)
}

fn of_products<'a>(program: &'a Program, schemas: &'a Schemas, library: &Types, record: Option<Record>) -> Checker<'a> {
    let own = vec![Meaning::Undecided; (program.names as usize).saturating_sub(library.library.len())];
    let Types { lets, library, words, credentials, .. } = library;
    let types = Types { lets: lets.clone(), library: library.clone(), own, words: words.clone(), credentials: credentials.clone() };
    let mut checker = Checker { record, ..Checker::new(program, schemas, types) };
    for product in &program.products {
        checker.product(product);
    }
    checker
}

struct Checker<'a> {
    program: &'a Program,
    schemas: &'a Schemas,
    diagnostics: Diagnostics,
    types: Types,
    /// The `let`s that are being looked at: one of them that is asked for again is a circle.
    open: Vec<types::Key>,
    /// How many times something is looked at whose mistakes are said elsewhere, each for another one.
    quiet: u32,
    /// How many expressions are being looked at, each for another one.
    depth: u32,
    /// The environments of a product that no environment of another one serves, each told once.
    unserved: BTreeSet<(Text, Text)>,
    /// The attribute or field whose value is looked at, for messages.
    named: Option<Text>,
    /// What the evaluation of rules has taken so far.
    work: Work,
    /// What resources are for who reads them, each made once.
    resources: BTreeMap<(bool, bool, Text), Ty>,
    /// What is seen of expressions, where somebody wants to know.
    record: Option<Record>,
}

impl<'a> Checker<'a> {
    fn new(program: &'a Program, schemas: &'a Schemas, types: Types) -> Self {
        Checker {
            program,
            schemas,
            diagnostics: Diagnostics::default(),
            types,
            quiet: 0,
            unserved: BTreeSet::new(),
            open: Vec::new(),
            depth: 0,
            named: None,
            work: Work::default(),
            resources: BTreeMap::new(),
            record: None,
        }
    }

    fn error(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// A type that the library declares, such as `host`; what it does not declare fits everything.
    fn named(&self, name: &str) -> Ty {
        self.program.types.get(name).map_or(Ty::Error, |named| named.ty.clone())
    }

    /// Decides what a name means; where it is looked at for its type alone, somebody else decides.
    fn means(&mut self, name: &FreeName, meaning: Meaning) {
        if self.quiet == 0
            && let Some(at) = (name.id.0 as usize).checked_sub(self.types.library.len())
            && let Some(place) = self.types.own.get_mut(at)
        {
            *place = meaning;
        }
    }

    /// A type that was found, if it is not too large to go on with.
    fn bounded(&mut self, ty: Ty, span: Span) -> Ty {
        if !ty.is_larger_than(MAX_PARTS) {
            return ty;
        }
        self.error(report::too_many_parts(span));
        Ty::Error
    }

    /// Does something whose mistakes have been said already, or will be.
    fn quietly<T>(&mut self, what: impl FnOnce(&mut Self) -> T) -> T {
        let count = self.diagnostics.0.len();
        self.quiet += 1;
        let done = what(self);
        self.quiet -= 1;
        self.diagnostics.0.truncate(count);
        done
    }

    /// What the fields of a record are where they are left out: `none` where that says nothing.
    fn defaults(&mut self, named: &'a NamedType, scope: &mut Scope<'a>) {
        let Ty::Record(record) = named.ty.plain() else { return };
        let depth = scope.locals.len();
        scope.locals.extend(record.known_to_defaults().map(|field| (field.name.clone(), field.ty.clone())));
        for (name, default) in &named.defaults {
            if let Some(field) = record.field(name) {
                self.check(default, &field.ty.clone().optional(), scope);
            }
        }
        scope.locals.truncate(depth);
    }

    /// Rules of types, functions, and the defaults of kinds: what belongs to no definition.
    fn library(&mut self) {
        let program = self.program;
        for named in program.types.values() {
            if let Some(rule) = &named.rule {
                self.rule(rule, named.ty.plain(), &mut Scope::new(Place::Library));
            }
            self.defaults(named, &mut Scope::new(Place::Library));
        }
        for function in program.functions.values() {
            let mut scope = Scope::new(Place::Library);
            scope.locals.extend(function.parameters.iter().cloned());
            self.check(&function.value, &function.result, &mut scope);
        }
        self.recursion();
        for kind in program.kinds.values().chain(program.instances.values()) {
            self.kind(kind);
        }
    }
}

fn words(program: &Program) -> BTreeSet<Text> {
    let own = program.definitions.values().flat_map(|definition| definition.types.values());
    let enums = program.types.values().chain(own).filter_map(|named| match &named.ty {
        Ty::Enum(of) => Some(of.members.iter().cloned()),
        _ => None,
    });
    // Labels are names too: what a provider lacks, which ports there are.
    let labels = program.definitions.values().flat_map(|definition| &definition.blocks).filter_map(|block| block.word(0).cloned());
    enums.flatten().chain(program.definitions.keys().map(|(_, name)| name.clone())).chain(labels).collect()
}
