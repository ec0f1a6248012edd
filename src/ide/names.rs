//! What each name of a text means. Two names mean the same where the same place declares them: that place is what a reference, a
//! highlight and a renaming go by.
//!
//! Bound names are found by the text around them, other names by what the checker decided (`hir::Meaning`), members by the type of what
//! stands before the dot. Where the checker has not looked, because the text is broken, a name is looked up in the body around it.

use super::Analysis;
use super::node::bare;
use crate::base::{FileId, Span, Text};
use crate::eval::functions;
use crate::hir::{self, Ambient, Definition, Instance, Kind, Meaning, Other, Product, Program};
use crate::syntax::ast;
use crate::ty::Ty;
use std::sync::Arc;

/// What a name is a name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A word of the language: `define`, `on`, `resource`.
    Keyword,
    /// `define kind service`: the keyword of definitions and instances.
    Kind,
    /// A block that a kind takes.
    Block,
    /// `define stack compute`
    Definition,
    /// A product.
    Product,
    /// An environment of a product.
    Environment,
    /// `stack compute web_eu`
    Instance,
    /// `resource aws_instance node`
    Resource,
    /// The type of a resource, as the schema of its provider names it.
    ResourceType,
    /// An attribute that a kind takes.
    Attribute,
    /// An attribute of which only a schema knows, or nothing at all.
    Open,
    /// What a definition takes.
    Input,
    /// A named expression.
    Let,
    /// What a definition gives.
    Output,
    /// A type with a name.
    Type,
    /// A type of the language.
    BuiltinType,
    /// An enum.
    Enum,
    /// A member of an enum.
    Member,
    /// A field of a record.
    Field,
    /// A function of the program.
    Function,
    /// A function of the language.
    Builtin,
    /// What a function takes.
    Parameter,
    /// What a comprehension, a repetition or a rule binds.
    Local,
    /// What stands in every body: `product`, `stack`, `host`.
    Ambient,
    /// A word that is no name of anything.
    Word,
    /// A name that means nothing here.
    Unknown,
}

/// What a name does where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It declares what it names.
    Declares,
    /// It gives what it names a value.
    Sets,
    /// It reads what it names.
    Reads,
}

/// A name in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// Its place, without quotes.
    pub span: Span,
    /// As written.
    pub text: Text,
    /// What it is a name of.
    pub what: What,
    /// What it does.
    pub role: Role,
    /// The name that declares it; nothing for what the language or a schema has.
    pub declared: Option<Span>,
    /// Whether it names something only because no name was said: `service base` is an instance of the name of its definition.
    pub implied: bool,
}

/// What something is, and where it is declared.
#[derive(Clone, Debug)]
struct Meant {
    what: What,
    declared: Option<Span>,
    /// What stands in it, where it is a block.
    kind: Option<Arc<Kind>>,
}

impl Meant {
    fn new(what: What, declared: Span) -> Meant {
        Meant { what, declared: Some(declared), kind: None }
    }

    fn nowhere(what: What) -> Meant {
        Meant { what, declared: None, kind: None }
    }
}

/// Whose body it is.
#[derive(Clone, Debug, Default)]
pub(super) enum Owner {
    /// Nobody's: the top of a file.
    #[default]
    None,
    /// A definition's: keyword and name.
    Definition(Text, Text),
    /// An implementation's: module and provider.
    Implementation(Text, Text),
    /// A product's, or of an instance in it.
    Product,
}

/// What stands around a name.
#[derive(Clone, Debug, Default)]
pub(super) struct Around<'s> {
    /// Whose body it stands in.
    pub owner: Owner,
    /// The items of the definition around, for its own types and functions.
    pub own: &'s [ast::Item],
    /// What is bound there, the innermost last, each with its place.
    pub locals: Vec<(Text, Option<Span>, What)>,
    /// What the body takes whose attribute or block it is; nothing where no kind says that.
    pub takes: Option<Vec<Taken>>,
}

/// An attribute or a block that a body takes.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    /// Its name.
    pub name: Text,
    /// Its type; nothing for a block.
    pub ty: Option<Ty>,
    /// Where it is declared.
    pub declared: Span,
    /// Whether it must be set.
    pub is_needed: bool,
    /// Whether it may stand more than once.
    pub many: bool,
    /// How many labels it has at the least.
    pub labels: usize,
}

impl Taken {
    fn input(input: &hir::Input) -> Taken {
        let (name, ty) = (input.name.text.clone(), Some(input.ty.clone()));
        Taken { name, ty, declared: input.name.span, is_needed: input.is_needed(), many: false, labels: 0 }
    }

    fn of_kind(kind: &Kind) -> Vec<Taken> {
        let inputs = kind.inputs.values().map(Taken::input);
        let blocks = kind.blocks.values().map(|block| {
            let (name, labels) = (block.name.clone(), block.labels.0);
            Taken { name, ty: None, declared: block.span, is_needed: false, many: block.many, labels }
        });
        inputs.chain(blocks).collect()
    }
}

/// Goes through a file.
#[derive(Debug)]
pub(super) struct Names<'s> {
    analysis: Analysis<'s>,
    file: FileId,
    owner: Owner,
    /// The items of the definition around, for its own types and functions.
    own: &'s [ast::Item],
    /// What is bound, the innermost last, each with its place.
    locals: Vec<(Text, Option<Span>, What)>,
    found: Vec<Name>,
    /// The product of the test around.
    test: Option<&'s Arc<Product>>,
    /// The name that is asked about, by where it begins, and what was around it.
    wanted: Option<u32>,
    around: Option<Around<'s>>,
}

impl<'s> Names<'s> {
    fn new(analysis: Analysis<'s>, file: FileId) -> Names<'s> {
        let (locals, found) = (Vec::new(), Vec::new());
        Names { analysis, file, owner: Owner::None, own: &[], locals, found, test: None, wanted: None, around: None }
    }

    pub(super) fn of(analysis: Analysis<'s>, file: FileId) -> Vec<Name> {
        let Some(tree) = analysis.tree(file) else { return Vec::new() };
        let mut names = Names::new(analysis, file);
        names.top(tree);
        names.found.sort_by_key(|name| (name.span, name.implied == (name.what == What::Definition)));
        names.found
    }

    /// What stands around the name that begins at an offset.
    pub(super) fn around_name(analysis: Analysis<'s>, file: FileId, offset: u32) -> Option<Around<'s>> {
        let mut names = Names { wanted: Some(offset), ..Names::new(analysis, file) };
        names.top(analysis.tree(file)?);
        names.around
    }

    /// Notes what is around a name, where it is the one that is asked about.
    fn note(&mut self, span: Span, takes: impl FnOnce() -> Option<Vec<Taken>>) {
        if self.wanted == Some(span.start) && self.around.is_none() {
            let (owner, own, locals) = (self.owner.clone(), self.own, self.locals.clone());
            self.around = Some(Around { owner, own, locals, takes: takes() });
        }
    }

    fn program(&self) -> Option<&'s Program> {
        self.analysis.program()
    }

    fn add(&mut self, span: Span, text: &Text, role: Role, meant: &Meant) {
        self.note(span, || None);
        // A label in quotes is a name without them.
        let quoted = self.analysis.workspace().text(span).starts_with('"') && span.end - span.start == text.len() as u32 + 2;
        let span = if quoted { Span::new(span.file, span.start + 1, span.end - 1) } else { span };
        self.found.push(Name { span, text: text.clone(), what: meant.what, role, declared: meant.declared, implied: false });
    }

    fn declare(&mut self, name: &ast::Name, what: What) {
        self.add(name.span, &name.text, Role::Declares, &Meant::new(what, name.span));
    }

    fn keyword(&mut self, name: &ast::Name) {
        self.add(name.span, &name.text, Role::Reads, &Meant::nowhere(What::Keyword));
    }

    fn label(&mut self, block: &ast::Block, at: usize, role: Role, meant: impl FnOnce(Span, &Text) -> Meant) {
        if let Some(label) = block.labels.get(at)
            && let Some(text) = label.word()
        {
            let meant = meant(label.span, text);
            self.add(label.span, text, role, &meant);
        }
    }

    // What stands at the top of a file.

    fn top(&mut self, tree: &'s ast::File) {
        for item in &tree.items {
            match item {
                ast::Item::Block(block) => match block.keyword.text.as_str() {
                    "define" => self.definition(block),
                    "implement" => self.implementation(block),
                    "product" => self.product(block),
                    "test" => self.test(block),
                    _ => self.instance(block),
                },
                item => self.item(item, None),
            }
        }
    }

    /// A test holds what a product is made of, and what is expected of it.
    fn test(&mut self, block: &'s ast::Block) {
        let kind = self.program().and_then(|program| program.kinds.get("test")).cloned();
        let of_kind = kind.as_ref().map_or(Meant::nowhere(What::Keyword), |kind| Meant::new(What::Kind, kind.span));
        self.add(block.keyword.span, &block.keyword.text, Role::Reads, &of_kind);
        self.test = self.analysis.session().tested_at(self.file, block.span.start);
        for item in &block.body.items {
            match item {
                ast::Item::Block(inner) if inner.keyword.text == "product" => self.product(inner),
                ast::Item::Block(inner) if inner.keyword.text != "expect" => self.instance(inner),
                item => {
                    self.owner = Owner::Product;
                    self.item(item, kind.as_deref().filter(|_| matches!(item, ast::Item::Block(_))));
                    self.owner = Owner::None;
                }
            }
        }
        self.test = None;
    }

    /// The product of the test around, or the one whose folder the file lies in.
    fn product_around(&self) -> Option<&'s Arc<Product>> {
        self.test.or_else(|| self.analysis.product(self.file))
    }

    fn definition(&mut self, block: &'s ast::Block) {
        self.keyword(&block.keyword);
        let words: Vec<Text> = block.labels.iter().filter_map(ast::Label::word).cloned().collect();
        let keyword = words.first().cloned().unwrap_or_default();
        if matches!(keyword.as_str(), "kind" | "instance") {
            self.label(block, 0, Role::Reads, |_, _| Meant::nowhere(What::Keyword));
            self.label(block, 1, Role::Declares, |span, _| Meant::new(What::Kind, span));
            return self.kind_body(&block.body);
        }
        let kind = self.program().and_then(|program| program.kinds.get(&keyword)).cloned();
        let of_kind = kind.as_ref().map_or(Meant::nowhere(What::Unknown), |kind| Meant::new(What::Kind, kind.span));
        self.label(block, 0, Role::Reads, |_, _| of_kind);
        self.label(block, 1, Role::Declares, |span, _| Meant::new(What::Definition, span));
        self.owner = Owner::Definition(keyword, words.get(1).cloned().unwrap_or_default());
        self.own = &block.body.items;
        self.head(block, |names| names.body(&block.body, kind.as_deref()));
        self.owner = Owner::None;
        self.own = &[];
    }

    /// What a kind takes: inputs, and blocks with inputs.
    fn kind_body(&mut self, body: &'s ast::Body) {
        for item in &body.items {
            match item {
                ast::Item::Input(input) => self.input(input, What::Attribute),
                ast::Item::Block(block) => {
                    self.keyword(&block.keyword);
                    self.label(block, 0, Role::Declares, |span, _| Meant::new(What::Block, span));
                    self.kind_body(&block.body);
                }
                // `many`, `open`, `labels`, `one_of`: words of the language.
                ast::Item::Attribute(attribute) => self.keyword(&attribute.name),
                item => self.item(item, None),
            }
        }
    }

    fn implementation(&mut self, block: &'s ast::Block) {
        self.keyword(&block.keyword);
        let words: Vec<Text> = block.labels.iter().filter_map(ast::Label::word).cloned().collect();
        let [module, provider] = [0, 2].map(|at| words.get(at).cloned().unwrap_or_default());
        let of = [("module", &module), ("provider", &provider)].map(|(keyword, name)| self.definition_of(keyword, name));
        let [of_module, of_provider] = of.map(|found| found.map_or(Meant::nowhere(What::Unknown), |of| of.1));
        self.label(block, 0, Role::Reads, |_, _| of_module);
        self.label(block, 1, Role::Reads, |_, _| Meant::nowhere(What::Keyword));
        self.label(block, 2, Role::Reads, |_, _| of_provider);
        self.owner = Owner::Implementation(module.clone(), provider);
        self.own = self.items_of_definition("module", &module);
        for item in &block.body.items {
            match item {
                ast::Item::Block(inner) if matches!(inner.keyword.text.as_str(), "resource" | "data") => {
                    self.keyword(&inner.keyword);
                    self.label(inner, 0, Role::Reads, |_, _| Meant::nowhere(What::ResourceType));
                    self.label(inner, 1, Role::Declares, |span, _| Meant::new(What::Resource, span));
                    self.head(inner, |names| names.body(&inner.body, None));
                }
                ast::Item::Block(inner) if inner.keyword.text == "defaults" => {
                    self.keyword(&inner.keyword);
                    self.body(&inner.body, None);
                }
                // The contract declares it.
                ast::Item::Output(output) => {
                    let of = self.definition_of("module", &module);
                    let contract = of.and_then(|(definition, _)| definition.outputs.get(&output.name.text));
                    let declared = contract.map_or(output.name.span, |contract| contract.name.span);
                    self.add(output.name.span, &output.name.text, Role::Sets, &Meant::new(What::Output, declared));
                    self.output(output);
                }
                item => self.item(item, None),
            }
        }
        self.owner = Owner::None;
        self.own = &[];
    }

    fn product(&mut self, block: &'s ast::Block) {
        let kind = self.program().and_then(|program| program.kinds.get("product")).cloned();
        let of_kind = kind.as_ref().map_or(Meant::nowhere(What::Keyword), |kind| Meant::new(What::Kind, kind.span));
        self.add(block.keyword.span, &block.keyword.text, Role::Reads, &of_kind);
        self.label(block, 0, Role::Declares, |span, _| Meant::new(What::Product, span));
        self.owner = Owner::Product;
        self.head(block, |names| names.body(&block.body, kind.as_deref()));
        self.owner = Owner::None;
    }

    /// `stack compute web_eu { … }`, in a product or in a stack.
    fn instance(&mut self, block: &'s ast::Block) {
        let keyword = &block.keyword.text;
        let common = self.program().and_then(|program| program.instances.get(keyword)).cloned();
        let of_kind = self.program().and_then(|program| program.kinds.get(keyword));
        let of_keyword = match (of_kind, &common) {
            (Some(kind), _) | (None, Some(kind)) => Meant::new(What::Kind, kind.span),
            (None, None) => Meant::nowhere(What::Unknown),
        };
        self.add(block.keyword.span, keyword, Role::Reads, &of_keyword);
        let name = block.labels.first().and_then(ast::Label::word).cloned().unwrap_or_default();
        let definition = self.definition_of(keyword, &name);
        let of_definition = definition.as_ref().map_or(Meant::nowhere(What::Unknown), |of| of.1.clone());
        self.label(block, 0, Role::Reads, |_, _| of_definition);
        self.label(block, 1, Role::Declares, |span, _| Meant::new(What::Instance, span));
        if block.labels.len() == 1 {
            self.label(block, 0, Role::Declares, |span, _| Meant::new(What::Instance, span));
            if let Some(last) = self.found.last_mut() {
                last.implied = true;
            }
        }
        let is_of_product = matches!(self.owner, Owner::None);
        if is_of_product {
            self.owner = Owner::Product;
        }
        let definition = definition.map(|of| of.0);
        self.head(block, |names| names.instance_body(&block.body, definition, common.as_deref()));
        if is_of_product {
            self.owner = Owner::None;
        }
    }

    fn instance_body(&mut self, body: &'s ast::Body, definition: Option<&'s Definition>, common: Option<&Kind>) {
        for item in &body.items {
            match item {
                ast::Item::Attribute(attribute) => {
                    let name = &attribute.name;
                    let input = definition.and_then(|of| of.inputs.get(&name.text)).map(|input| Meant::new(What::Input, input.name.span));
                    let own = || common?.inputs.get(&name.text).map(|input| Meant::new(What::Attribute, input.name.span));
                    let meant = input.or_else(own).unwrap_or(Meant::nowhere(What::Unknown));
                    self.note(name.span, || {
                        let inputs = definition.into_iter().flat_map(|of| of.inputs.values()).map(Taken::input);
                        Some(inputs.chain(common.map(Taken::of_kind).unwrap_or_default()).collect())
                    });
                    self.add(name.span, &name.text, Role::Sets, &meant);
                    self.expr(&attribute.value);
                }
                ast::Item::Block(block) if block.keyword.text == "in" => {
                    self.keyword(&block.keyword);
                    self.environment_label(block);
                    self.instance_body(&block.body, definition, common);
                }
                item => self.item(item, common),
            }
        }
    }

    fn environment_label(&mut self, block: &ast::Block) {
        if let Some(label) = block.labels.first()
            && let Some(text) = label.word()
        {
            let meant = self.environment(text).unwrap_or(Meant::nowhere(What::Unknown));
            self.add(label.span, text, Role::Reads, &meant);
        }
    }

    /// An environment of the product that the file belongs to.
    fn environment(&self, name: &Text) -> Option<Meant> {
        let product = self.product_around().filter(|_| matches!(self.owner, Owner::Product))?;
        let found = product.environments.iter().find(|environment| environment.text == *name)?;
        Some(Meant::new(What::Environment, found.span))
    }

    // Bodies.

    /// What a head binds holds in what stands behind it.
    fn head(&mut self, block: &'s ast::Block, inside: impl FnOnce(&mut Self)) {
        let depth = self.locals.len();
        if let Some(repeat) = &block.repeat {
            self.bindings(&repeat.bindings);
            repeat.by.iter().for_each(|by| self.expr(by));
        }
        block.condition.iter().for_each(|condition| self.expr(condition));
        block.labels.iter().for_each(|label| {
            if let ast::LabelValue::Template(parts) = &label.value {
                self.parts(parts);
            }
        });
        inside(self);
        self.locals.truncate(depth);
    }

    fn body(&mut self, body: &'s ast::Body, kind: Option<&Kind>) {
        body.items.iter().for_each(|item| self.item(item, kind));
    }

    /// An item of a body that takes what a kind says; of any other body nothing is known.
    fn item(&mut self, item: &'s ast::Item, kind: Option<&Kind>) {
        match item {
            ast::Item::Attribute(attribute) => {
                let name = &attribute.name;
                let known = kind.and_then(|kind| kind.inputs.get(&name.text));
                let open = if kind.is_none_or(|kind| kind.open) { What::Open } else { What::Unknown };
                let meant = known.map_or(Meant::nowhere(open), |input| Meant::new(What::Attribute, input.name.span));
                self.note(name.span, || kind.map(Taken::of_kind));
                self.add(name.span, &name.text, Role::Sets, &meant);
                let is_environments = matches!(self.owner, Owner::Product) && name.text == "environments";
                match &attribute.value.kind {
                    ast::ExprKind::List(elements) if is_environments => elements.iter().for_each(|element| match &element.kind {
                        ast::ExprKind::Name(text) => {
                            self.add(element.span, text, Role::Declares, &Meant::new(What::Environment, element.span));
                        }
                        _ => self.expr(element),
                    }),
                    _ => self.expr(&attribute.value),
                }
            }
            ast::Item::Block(block) => self.block(block, kind),
            ast::Item::Input(input) => self.input(input, What::Input),
            ast::Item::Output(output) => {
                self.declare(&output.name, What::Output);
                self.output(output);
            }
            ast::Item::Let(binding) => {
                self.declare(&binding.name, What::Let);
                binding.ty.iter().for_each(|ty| self.ty(ty));
                self.expr(&binding.value);
            }
            ast::Item::Check(check) => {
                let parts = [Some(&check.condition), check.at.as_ref(), check.message.as_ref(), check.help.as_ref()];
                parts.into_iter().flatten().for_each(|part| self.expr(part));
            }
            ast::Item::Function(function) => {
                self.declare(&function.name, What::Function);
                let depth = self.locals.len();
                for (name, ty) in &function.parameters {
                    self.declare(name, What::Parameter);
                    self.ty(ty);
                    self.locals.push((name.text.clone(), Some(name.span), What::Parameter));
                }
                self.ty(&function.result);
                self.expr(&function.value);
                self.locals.truncate(depth);
            }
            ast::Item::Type(item) => {
                self.declare(&item.name, What::Type);
                self.ty(&item.ty);
                item.refinement.iter().for_each(|rule| self.rule(rule, &item.name));
            }
            ast::Item::Enum(item) => {
                self.declare(&item.name, What::Enum);
                item.members.iter().for_each(|member| self.declare(member, What::Member));
            }
            ast::Item::For(repeat) => {
                let depth = self.locals.len();
                self.bindings(&repeat.bindings);
                repeat.condition.iter().for_each(|condition| self.expr(condition));
                self.body(&repeat.body, kind);
                self.locals.truncate(depth);
            }
            ast::Item::Error(_) => {}
        }
    }

    fn block(&mut self, block: &'s ast::Block, kind: Option<&Kind>) {
        let keyword = &block.keyword;
        self.note(keyword.span, || kind.map(Taken::of_kind));
        if let Some(inner) = kind.and_then(|kind| kind.blocks.get(&keyword.text)).cloned() {
            self.add(keyword.span, &keyword.text, Role::Sets, &Meant::new(What::Block, inner.span));
            let depth = self.locals.len();
            if matches!(&self.owner, Owner::Definition(keyword, _) if keyword == "provider") && keyword.text == "builder" {
                self.locals.extend(hir::BUILDER_NAMES.map(|name| (name.into(), None, What::Local)));
            }
            self.labelled(block, Some(&inner));
            self.locals.truncate(depth);
            // The steps below know what this one answers.
            self.locals.extend(block.result().map(|(name, span)| (name.clone(), Some(span), What::Local)));
            return;
        }
        match &self.owner {
            Owner::Definition(..) if self.program().is_some_and(|program| program.instances.contains_key(&keyword.text)) => {
                self.instance(block)
            }
            Owner::Product if keyword.text == "in" => {
                self.keyword(keyword);
                self.environment_label(block);
                self.body(&block.body, kind);
            }
            _ => {
                let what = if kind.is_none_or(|kind| kind.open) { What::Open } else { What::Unknown };
                self.add(keyword.span, &keyword.text, Role::Sets, &Meant::nowhere(what));
                self.labelled(block, None);
            }
        }
    }

    fn labelled(&mut self, block: &'s ast::Block, kind: Option<&Kind>) {
        for label in &block.labels {
            if let Some((name, span)) = block.result().filter(|(_, span)| *span == label.span) {
                self.add(span, name, Role::Declares, &Meant::new(What::Local, span));
            } else if let Some(text) = label.word() {
                let policy = || self.definition_of("policy", text).filter(|_| block.keyword.text == "waive").map(|of| of.1);
                let meant = self.environment(text).filter(|_| kind.is_none()).or_else(policy).unwrap_or(Meant::nowhere(What::Word));
                self.add(label.span, text, Role::Reads, &meant);
            }
        }
        self.head(block, |names| names.body(&block.body, kind));
    }

    fn input(&mut self, input: &'s ast::Input, what: What) {
        self.declare(&input.name, what);
        self.ty(&input.ty);
        input.default.iter().for_each(|default| self.expr(default));
        input.refinement.iter().for_each(|rule| self.rule(rule, &input.name));
    }

    fn output(&mut self, output: &'s ast::Output) {
        output.ty.iter().for_each(|ty| self.ty(ty));
        output.value.iter().for_each(|value| self.expr(value));
    }

    /// A rule over `it`, which is what the declared name has.
    fn rule(&mut self, rule: &'s ast::Refinement, of: &ast::Name) {
        self.locals.push(("it".into(), Some(of.span), What::Local));
        [Some(&rule.condition), rule.message.as_ref(), rule.help.as_ref()].into_iter().flatten().for_each(|part| self.expr(part));
        self.locals.pop();
    }

    /// Each source stands where the names before it hold.
    fn bindings(&mut self, bindings: &'s [ast::Binding]) {
        for binding in bindings {
            self.expr(&binding.source);
            for name in binding.key.iter().chain([&binding.value]) {
                self.declare(name, What::Local);
                self.locals.push((name.text.clone(), Some(name.span), What::Local));
            }
        }
    }

    // Types.

    fn ty(&mut self, ty: &'s ast::Type) {
        match &ty.kind {
            ast::TypeKind::Named { name, of, arguments } => {
                let meant = match of {
                    Some(_) => self.kind_of(&name.text),
                    None => self.named_type(&name.text).or_else(|| self.kind_of(&name.text)),
                };
                self.add(name.span, &name.text, Role::Reads, &meant.unwrap_or(Meant::nowhere(What::BuiltinType)));
                if let Some(of) = of {
                    let meant = self.definition_of(&name.text, &of.text).map(|of| of.1);
                    self.add(of.span, &of.text, Role::Reads, &meant.unwrap_or(Meant::nowhere(What::Unknown)));
                }
                arguments.iter().for_each(|argument| self.ty(argument));
            }
            ast::TypeKind::Record(fields) => {
                fields.iter().for_each(|field| {
                    self.declare(&field.name, What::Field);
                    self.ty(&field.ty);
                });
                let depth = self.locals.len();
                let known = fields.iter().filter(|field| field.default.is_none());
                self.locals.extend(known.map(|field| (field.name.text.clone(), Some(field.name.span), What::Field)));
                fields.iter().filter_map(|field| field.default.as_ref()).for_each(|default| self.expr(default));
                self.locals.truncate(depth);
            }
            ast::TypeKind::Error => {}
        }
    }

    fn kind_of(&self, keyword: &Text) -> Option<Meant> {
        let program = self.program()?;
        let kind = program.kinds.get(keyword).or_else(|| program.instances.get(keyword))?;
        Some(Meant::new(What::Kind, kind.span))
    }

    /// A type that the definition around declares, or the program.
    fn named_type(&self, name: &Text) -> Option<Meant> {
        let own = self.own.iter().find_map(|item| match item {
            ast::Item::Enum(item) if item.name.text == *name => Some(Meant::new(What::Enum, item.name.span)),
            ast::Item::Type(item) if item.name.text == *name => Some(Meant::new(What::Type, item.name.span)),
            _ => None,
        });
        own.or_else(|| {
            let named = self.program()?.types.get(name)?;
            Some(Meant::new(if matches!(named.ty, Ty::Enum(_)) { What::Enum } else { What::Type }, named.span))
        })
    }

    // Expressions.

    fn parts(&mut self, parts: &'s [ast::Part]) {
        parts.iter().for_each(|part| {
            if let ast::Part::Expr(expr) = part {
                self.expr(expr);
            }
        });
    }

    fn expr(&mut self, expr: &'s ast::Expr) {
        use ast::ExprKind;
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Error => {}
            ExprKind::Template(parts) => self.parts(parts),
            ExprKind::Name(text) => {
                let meant = self.name(expr, text);
                self.add(expr.span, text, Role::Reads, &meant);
            }
            ExprKind::Member(base, name) => {
                match (&base.kind, self.other(base)) {
                    (ExprKind::Name(text), Some(other)) => {
                        self.add(base.span, text, Role::Reads, &Meant::new(What::Product, other.name.span));
                    }
                    _ => self.expr(base),
                }
                let mut meant = self.member(base, name);
                // What every instance has by nature has a type, and no declaration: `name`, `kind`, `provider`.
                if meant.what == What::Unknown && self.analysis.seen(expr).is_some_and(|seen| seen.ty != Ty::Error) {
                    meant.what = What::Field;
                }
                self.add(name.span, &name.text, Role::Reads, &meant);
            }
            ExprKind::Index(left, right) | ExprKind::Binary(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Call(name, arguments) => self.call(expr, name, arguments),
            ExprKind::List(elements) => elements.iter().for_each(|element| self.expr(element)),
            ExprKind::Map(entries) => {
                let seen = self.analysis.seen(expr);
                let ty = seen.map(|seen| if seen.expected == Ty::Error { &seen.ty } else { &seen.expected });
                for (key, value) in entries {
                    let field = ty.and_then(|ty| self.field(ty, &key.text));
                    let meant = field.or_else(|| self.environment(&key.text)).unwrap_or(Meant::nowhere(What::Word));
                    self.add(key.span, &key.text, Role::Sets, &meant);
                    self.expr(value);
                }
            }
            ExprKind::ListFor(of) | ExprKind::MapFor(of) => {
                let depth = self.locals.len();
                self.bindings(&of.bindings);
                of.condition.iter().chain(&of.key).chain([&of.value]).for_each(|part| self.expr(part));
                self.locals.truncate(depth);
            }
            ExprKind::Unary(_, operand) | ExprKind::Paren(operand) => self.expr(operand),
            ExprKind::If(condition, yes, no) => [condition, yes, no].into_iter().for_each(|part| self.expr(part)),
            ExprKind::Match(subject, arms) => {
                self.expr(subject);
                let of = self.analysis.seen(subject).map(|seen| &seen.ty);
                for arm in arms {
                    match arm.pattern.as_ref().map(|pattern| (pattern, &pattern.kind)) {
                        Some((pattern, ExprKind::Name(text))) => {
                            let meant = of.and_then(|of| self.word_of(of, text)).unwrap_or(Meant::nowhere(What::Word));
                            self.add(pattern.span, text, Role::Reads, &meant);
                        }
                        Some((pattern, _)) => self.expr(pattern),
                        None => {}
                    }
                    self.expr(&arm.value);
                }
            }
        }
    }

    fn call(&mut self, expr: &'s ast::Expr, name: &ast::Name, arguments: &'s [ast::Argument]) {
        let function = self.function(&name.text);
        let meant = match function {
            Some(function) => Meant::new(What::Function, function.name.span),
            None if functions::find(&name.text).is_some() => Meant::nowhere(What::Builtin),
            None => self.named_type(&name.text).unwrap_or(Meant::nowhere(What::Unknown)),
        };
        self.add(name.span, &name.text, Role::Reads, &meant);
        let made = self.analysis.seen(expr).map(|seen| &seen.ty);
        for argument in arguments {
            if let Some(name) = &argument.name {
                let parameter = function.and_then(|of| of.parameters.iter().find(|(parameter, _)| parameter.text == name.text));
                let meant = match parameter {
                    Some((parameter, _)) => Meant::new(What::Parameter, parameter.span),
                    None => made.and_then(|ty| self.field(ty, &name.text)).unwrap_or(Meant::nowhere(What::Parameter)),
                };
                self.add(name.span, &name.text, Role::Sets, &meant);
            }
            self.expr(&argument.value);
        }
    }

    /// A function of the definition around, or of the program.
    fn function(&self, name: &Text) -> Option<&'s ast::Function> {
        let own = self.own.iter().find_map(|item| match item {
            ast::Item::Function(function) if function.name.text == *name => Some(function),
            _ => None,
        });
        own.or_else(|| {
            let mut known = self.program()?.functions.values().filter(|function| function.name.text == *name);
            known.find_map(|function| {
                self.analysis.tree(function.name.span.file)?.items.iter().find_map(|item| match item {
                    ast::Item::Function(found) if found.name.span == function.name.span => Some(found),
                    _ => None,
                })
            })
        })
    }

    fn name(&self, expr: &ast::Expr, text: &Text) -> Meant {
        if let Some((_, declared, what)) = self.locals.iter().rev().find(|(name, ..)| name == text) {
            return Meant { what: *what, declared: *declared, kind: None };
        }
        let seen = self.analysis.seen(expr);
        match seen.map(|seen| &seen.meaning) {
            Some(Meaning::Protocol) => Meant::nowhere(What::Word),
            Some(Meaning::Word) => {
                let seen = seen.into_iter().flat_map(|seen| [&seen.expected, &seen.ty]);
                let known = seen.filter_map(|ty| self.word_of(ty, text)).next();
                known.or_else(|| self.environment(text)).unwrap_or(Meant::nowhere(What::Word))
            }
            Some(Meaning::Definition(keyword)) => self.definition_of(keyword, text).map_or(Meant::nowhere(What::Word), |of| of.1),
            Some(Meaning::Place(hir::Place::Ambient(_))) => self.ambient(text),
            Some(Meaning::Place(_)) => self.around(text).unwrap_or(Meant::nowhere(What::Unknown)),
            Some(Meaning::Lists | Meaning::Undecided) | None => {
                self.around(text).or_else(|| self.environment(text)).unwrap_or_else(|| {
                    let known = Ambient::of(text, self.keyword_around().as_deref()).is_some();
                    // In an implementation only what names an argument of the resource is not looked at: `ignore_changes`.
                    let is_open = seen.is_none() && matches!(self.owner, Owner::Implementation(..));
                    if known { self.ambient(text) } else { Meant::nowhere(if is_open { What::Open } else { What::Unknown }) }
                })
            }
        }
    }

    fn keyword_around(&self) -> Option<Text> {
        match &self.owner {
            Owner::Definition(keyword, _) => Some(keyword.clone()),
            Owner::Implementation(..) => Some("module".into()),
            Owner::Product | Owner::None => None,
        }
    }

    /// What stands in every body. In a product it is the product itself.
    fn ambient(&self, text: &Text) -> Meant {
        let product = self.product_around().filter(|_| text == "product" && matches!(self.owner, Owner::Product));
        match product {
            Some(product) => Meant::new(What::Product, product.name.span),
            None => Meant::nowhere(What::Ambient),
        }
    }

    /// What the body around knows by a name.
    fn around(&self, text: &Text) -> Option<Meant> {
        match &self.owner {
            Owner::None => None,
            Owner::Product => {
                let instances = &self.product_around()?.instances;
                let found = instances.iter().find(|instance| instance.name.text == *text)?;
                Some(Meant::new(What::Instance, found.name.span))
            }
            Owner::Definition(keyword, name) => self.in_definition(keyword, self.definition_of(keyword, name)?.0, text),
            Owner::Implementation(module, provider) => {
                let implementation = self.program()?.implementations.get(&(module.clone(), provider.clone()));
                let own = implementation.and_then(|of| {
                    let binding = of.lets.get(text).map(|binding| Meant::new(What::Let, binding.name.span));
                    let resource = || of.resource(text)?.labels.get(1);
                    binding.or_else(|| resource().map(|label| Meant::new(What::Resource, label.span)))
                });
                own.or_else(|| self.in_definition("module", self.definition_of("module", module)?.0, text))
            }
        }
    }

    /// What an instance of a definition has.
    fn in_definition(&self, keyword: &str, of: &'s Definition, name: &Text) -> Option<Meant> {
        let declared = declared(of, name);
        let instance = || of.instances.iter().find(|instance| instance.name.text == *name);
        let instance = || instance().map(|instance| Meant::new(What::Instance, instance.name.span));
        declared.or_else(instance).or_else(|| self.of_keyword(keyword, name))
    }

    /// What every instance of a keyword has.
    fn of_keyword(&self, keyword: &str, name: &Text) -> Option<Meant> {
        let program = self.program()?;
        let kinds = [program.kinds.get(keyword), program.instances.get(keyword)];
        kinds.into_iter().flatten().find_map(|kind| in_kind(kind, name))
    }

    fn definition_of(&self, keyword: &str, name: &str) -> Option<(&'s Definition, Meant)> {
        let of = self.program()?.definitions.get(&(keyword.into(), name.into()))?;
        Some((of, Meant::new(What::Definition, of.name.span)))
    }

    fn items_of_definition(&self, keyword: &str, name: &str) -> &'s [ast::Item] {
        let Some((of, _)) = self.definition_of(keyword, name) else { return &[] };
        let items = self.analysis.tree(of.span.file).map(|tree| tree.items.as_slice()).unwrap_or_default();
        let found = items.iter().find_map(|item| match item {
            ast::Item::Block(block) if block.span == of.span => Some(block.body.items.as_slice()),
            _ => None,
        });
        found.unwrap_or_default()
    }

    /// The member of an enum, or a definition, where a type takes one.
    fn word_of(&self, ty: &Ty, text: &Text) -> Option<Meant> {
        match ty.present() {
            Ty::Enum(of) => self.member_of(of.span, text),
            Ty::Definition(keyword) => self.definition_of(keyword, text).map(|of| of.1),
            Ty::List(of) => self.word_of(of, text),
            _ => None,
        }
    }

    fn member_of(&self, declared: Span, text: &Text) -> Option<Meant> {
        self.analysis.items_around(declared).into_iter().find_map(|item| match item {
            ast::Item::Enum(item) if item.name.span == declared => {
                let member = item.members.iter().find(|member| member.text == *text)?;
                Some(Meant::new(What::Member, member.span))
            }
            _ => None,
        })
    }

    /// The field of a record, where a type says which record it is.
    fn field(&self, ty: &Ty, name: &Text) -> Option<Meant> {
        match ty {
            Ty::Optional(of) | Ty::Deferred(of) | Ty::Secret(of) => self.field(of, name),
            Ty::Refined(refined) => self.field(&refined.base, name),
            Ty::Record(record) => {
                let declared = self.named_type(record.name.as_ref()?)?.declared?;
                self.analysis.items_around(declared).into_iter().find_map(|item| match item {
                    ast::Item::Type(item) if item.name.span == declared => match &item.ty.kind {
                        ast::TypeKind::Record(fields) => {
                            let field = fields.iter().find(|field| field.name.text == *name)?;
                            Some(Meant::new(What::Field, field.name.span))
                        }
                        _ => None,
                    },
                    _ => None,
                })
            }
            _ => None,
        }
    }

    /// The other product that an expression names: `platform` in `platform.mgmt.garage`.
    fn other(&self, expr: &ast::Expr) -> Option<&'s Arc<Other>> {
        let ast::ExprKind::Name(text) = &expr.kind else { return None };
        let is_bound = self.locals.iter().any(|(name, ..)| name == text);
        if is_bound || !matches!(self.owner, Owner::Product) { None } else { self.analysis.other(self.file, text) }
    }

    /// The instance of another product that a name behind it means.
    fn instance_of_other(&self, base: &ast::Expr, name: &Text) -> Option<&'s Instance> {
        let product = self.analysis.session().product_in(&self.other(base)?.folder)?;
        product.instances.iter().find(|instance| instance.name.text == *name).map(AsRef::as_ref)
    }

    /// What stands behind the dot.
    fn member(&self, base: &ast::Expr, name: &ast::Name) -> Meant {
        if self.other(base).is_some() {
            let instance = self.instance_of_other(base, &name.text);
            return instance.map_or(Meant::nowhere(What::Unknown), |instance| Meant::new(What::Instance, instance.name.span));
        }
        if let ast::ExprKind::Member(product, stack) = &base.kind
            && let Some(stack) = self.instance_of_other(product, &stack.text)
        {
            let found = self.definition_of(&stack.keyword, &stack.definition.text);
            let found = found.and_then(|(of, _)| self.in_definition(&stack.keyword, of, &name.text));
            return found.unwrap_or(Meant::nowhere(What::Unknown));
        }
        // A block of a kind is a record without a name: what it takes is known by the block itself.
        if let Some(kind) = self.block_of(base)
            && let Some(meant) = in_kind(&kind, &name.text)
        {
            return meant;
        }
        // Of what only a tool or a later step knows, the checker sees nothing.
        let Some(seen) = self.analysis.seen(base) else { return Meant::nowhere(What::Field) };
        self.of_type(&seen.ty, &name.text).unwrap_or(Meant::nowhere(match seen.ty {
            Ty::Instance(..) => What::Unknown,
            _ => What::Field,
        }))
    }

    fn of_type(&self, ty: &Ty, name: &Text) -> Option<Meant> {
        match ty.plain() {
            Ty::Instance(keyword, Some(of)) => self.in_definition(keyword, self.definition_of(keyword, of)?.0, name),
            Ty::Instance(keyword, None) => self.of_keyword(keyword, name).or_else(|| {
                // What some definitions of the keyword have: the first of them says what it is.
                let mut all = self.program()?.definitions.values().filter(|of| of.keyword == *keyword);
                all.find_map(|of| declared(of, name))
            }),
            Ty::Definition(keyword) => self.of_keyword(keyword, name),
            _ => self.field(ty, name),
        }
    }

    /// The block of a kind that an expression names: `provider.network`.
    fn block_of(&self, base: &ast::Expr) -> Option<Arc<Kind>> {
        let base = bare(base);
        match &base.kind {
            ast::ExprKind::Member(of, name) => self.member(of, name).kind,
            ast::ExprKind::Name(text) => self.name(base, text).kind,
            _ => None,
        }
    }
}

/// An input, `let` or output of a definition.
fn declared(of: &Definition, name: &Text) -> Option<Meant> {
    let input = of.inputs.get(name).map(|input| Meant::new(What::Input, input.name.span));
    let binding = || of.lets.get(name).map(|binding| Meant::new(What::Let, binding.name.span));
    let output = || of.outputs.get(name).map(|output| Meant::new(What::Output, output.name.span));
    input.or_else(binding).or_else(output)
}

/// What a kind takes.
fn in_kind(kind: &Kind, name: &Text) -> Option<Meant> {
    let input = kind.inputs.get(name).map(|input| Meant::new(What::Attribute, input.name.span));
    input.or_else(|| kind.blocks.get(name).map(|block| Meant { kind: Some(block.clone()), ..Meant::new(What::Block, block.span) }))
}
