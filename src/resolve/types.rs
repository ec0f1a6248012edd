//! Types as written become types: built-in words, declared enums and aliases, and the names of definitions.

use super::{Owner, Resolver, Source, items, word};
use crate::base::{Span, Text, similar};
use crate::diag::{Code, Diagnostic, listed};
use crate::hir::{self, INTERPRETED, NamedType};
use crate::syntax::ast;
use crate::ty::{EnumTy, FieldTy, MAX_PARTS, RecordTy, RefinedTy, Ty};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Says what an instance has, whatever it is an instance of.
const INTERFACE: &str = "interface";

/// What a type may be named after beside declared types: the definitions of every keyword, and which keywords have instances.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Names of definitions by keyword.
    definitions: BTreeMap<Text, BTreeSet<Text>>,
    /// Keywords whose definitions have instances.
    instantiable: BTreeSet<Text>,
}

impl Names {
    /// Reads the heads of all blocks.
    pub(super) fn collect(blocks: &[&ast::Block]) -> Names {
        let mut names = Names::default();
        for block in blocks.iter().filter(|block| block.keyword.text == "define") {
            let [Some(keyword), Some(name)] = [0, 1].map(|at| block.labels.get(at).and_then(word)) else { continue };
            if keyword.text == "instance" {
                names.instantiable.insert(name.text);
            } else {
                names.definitions.entry(keyword.text).or_default().insert(name.text);
            }
        }
        names
    }

    fn of(&self, keyword: &str, of: Option<&str>) -> Option<Ty> {
        let known = |name: &str| self.definitions.get(keyword).is_some_and(|names| names.contains(name));
        if of.is_some_and(|name| !known(name)) {
            return None;
        }
        if keyword == INTERFACE {
            return of.map(|of| Ty::Instance(keyword.into(), Some(of.into())));
        }
        if self.instantiable.contains(keyword) {
            return Some(Ty::Instance(keyword.into(), of.map(Text::from)));
        }
        let is_keyword = self.definitions.get("kind").is_some_and(|kinds| kinds.contains(keyword));
        is_keyword.then(|| Ty::Definition(keyword.into()))
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        let modules = self.definitions.get("module").into_iter().flatten();
        self.instantiable.iter().chain(modules).map(Text::as_str)
    }
}

const WORDS: &[(&str, Ty)] = &[
    ("bool", Ty::Bool),
    ("int", Ty::Int),
    ("float", Ty::Float),
    ("string", Ty::String),
    ("name", Ty::Name),
    ("ip", Ty::Ip),
    ("cidr", Ty::Cidr),
    ("port", Ty::Port),
    ("protocol", Ty::Protocol),
    ("fqdn", Ty::Fqdn),
    ("email", Ty::Email),
    ("url", Ty::Url),
    ("path", Ty::Path),
    ("bytes", Ty::Bytes),
    ("duration", Ty::Duration),
    ("money", Ty::Money),
    ("version", Ty::Version),
    ("constraint", Ty::Constraint),
    ("any", Ty::Error),
];

/// How many types may be made of each other in a row.
const MAX_CHAIN: usize = 64;

const CONSTRUCTORS: &[&str] = &["list", "map", "secret", "deferred"];

/// The words of the language for types, those that take a type in parentheses last, each with whether it does.
pub fn words() -> impl Iterator<Item = (&'static str, bool)> {
    WORDS.iter().map(|(word, _)| (*word, false)).chain(CONSTRUCTORS.iter().map(|word| (*word, true)))
}

/// Declared types by name, as written; linked when first asked for.
struct Declared<'a> {
    written: BTreeMap<Text, &'a ast::Item>,
    open: Vec<Text>,
    /// The definition that they stand in.
    owner: Option<&'a Owner>,
}

impl Resolver<'_> {
    /// Links every type that stands at the top level of a file.
    pub(super) fn types(&mut self, sources: &[Source], names: &Names) {
        let all: Vec<&ast::Item> = items(sources).map(|(_, item)| item).collect();
        let linked = self.declared_types(&all, names, None);
        self.program.types = linked;
    }

    /// Links the types and enums among `items`, which may name each other in any order.
    pub(super) fn declared_types(&mut self, items: &[&ast::Item], names: &Names, owner: Option<&Owner>) -> BTreeMap<Text, Arc<NamedType>> {
        let mut declared = Declared { written: BTreeMap::new(), open: Vec::new(), owner };
        for item in items {
            let name = match item {
                ast::Item::Enum(item) => &item.name,
                ast::Item::Type(item) => &item.name,
                _ => continue,
            };
            if let Some(first) = declared.written.insert(name.text.clone(), item) {
                let first = match first {
                    ast::Item::Enum(item) => item.name.span,
                    ast::Item::Type(item) => item.name.span,
                    _ => name.span,
                };
                self.duplicate(&format!("type `{}`", name.text), name.span, first);
            }
        }
        let mut linked = BTreeMap::new();
        for name in declared.written.keys().cloned().collect::<Vec<_>>() {
            self.link(&name, &mut declared, names, &mut linked);
        }
        linked
    }

    /// A member that the compiler is to interpret and does not know would do nothing.
    fn interpreted(&mut self, item: &ast::Enum) {
        let Some(interpreted) = INTERPRETED.iter().find(|interpreted| item.name.text == interpreted.name) else { return };
        for member in item.members.iter().filter(|member| !interpreted.members.contains(&member.text.as_str())) {
            let message = format!("the compiler does not know the member `{}` of `{}`: it would do nothing", member.text, item.name.text);
            self.error(Diagnostic::error(Code::UnknownName, member.span, message).help(format!(
                "{} interpret {}",
                interpreted.reader,
                listed(interpreted.members)
            )));
        }
    }

    fn link(&mut self, name: &Text, declared: &mut Declared<'_>, names: &Names, linked: &mut BTreeMap<Text, Arc<NamedType>>) -> Option<Ty> {
        if let Some(done) = linked.get(name) {
            return Some(done.ty.clone());
        }
        let item = *declared.written.get(name)?;
        let named = match item {
            ast::Item::Enum(item) => {
                let members: Vec<Text> = item.members.iter().map(|member| member.text.clone()).collect();
                let mut seen: BTreeMap<&Text, Span> = BTreeMap::new();
                for member in &item.members {
                    match seen.get(&member.text) {
                        Some(first) => self.duplicate(&format!("member `{}`", member.text), member.span, *first),
                        None => drop(seen.insert(&member.text, member.span)),
                    }
                }
                if declared.owner.is_none() {
                    self.interpreted(item);
                }
                let ty = Ty::Enum(Arc::new(EnumTy { name: name.clone(), members, span: item.name.span }));
                NamedType { ty, rule: None, defaults: BTreeMap::new(), span: item.name.span, doc: item.doc.clone() }
            }
            ast::Item::Type(item) => {
                if declared.open.contains(name) {
                    self.error(
                        Diagnostic::error(Code::UnknownType, item.name.span, format!("type `{name}` is made of itself"))
                            .help("a value of it would never end: leave the field out, or name the other thing by its name"),
                    );
                    return Some(Ty::Error);
                }
                if declared.open.len() >= MAX_CHAIN {
                    self.error(
                        Diagnostic::error(
                            Code::LimitExceeded,
                            item.name.span,
                            format!("more than {MAX_CHAIN} types are made of each other"),
                        )
                        .help("write what the last one stands for"),
                    );
                    return Some(Ty::Error);
                }
                declared.open.push(name.clone());
                let mut find = |resolver: &mut Self, word: &Text| {
                    let own = resolver.link(word, declared, names, linked);
                    own.or_else(|| resolver.program.types.get(word).map(|named| named.ty.clone()))
                };
                let mut base = match &item.ty {
                    ast::Type { kind: ast::TypeKind::Record(fields), optional: false, .. } => self.record(fields, names, &mut find),
                    written => self.ty_in(written, names, &mut find),
                };
                declared.open.pop();
                let defaults = self.defaults(item, &mut base, name, declared, linked);
                let ty = match (&item.refinement, base) {
                    (Some(_), base) => Ty::Refined(Arc::new(RefinedTy { name: name.clone(), base, span: item.span })),
                    (None, Ty::Record(record)) => {
                        Ty::Record(Arc::new(RecordTy { name: Some(name.clone()), fields: record.fields.clone() }))
                    }
                    (None, base) => base,
                };
                let ty = match ty.is_larger_than(MAX_PARTS) {
                    true => {
                        self.error(
                            Diagnostic::error(
                                Code::LimitExceeded,
                                item.name.span,
                                format!("type `{name}` has more than {MAX_PARTS} parts"),
                            )
                            .help("a part counts as often as it stands in it: make the values smaller"),
                        );
                        Ty::Error
                    }
                    false => ty,
                };
                let rule = self.lower(declared.owner, |lowering| item.refinement.as_ref().map(|rule| lowering.refinement(rule)));
                NamedType { ty, rule, defaults, span: item.name.span, doc: item.doc.clone() }
            }
            _ => return None,
        };
        let ty = named.ty.clone();
        linked.insert(name.clone(), Arc::new(named));
        Some(ty)
    }

    /// What the fields of a record type are where they are left out: what is written, or what the type says that has another name here.
    fn defaults(
        &mut self,
        item: &ast::TypeAlias,
        base: &mut Ty,
        name: &Text,
        declared: &Declared<'_>,
        linked: &BTreeMap<Text, Arc<NamedType>>,
    ) -> BTreeMap<Text, Arc<hir::Expr>> {
        let Ty::Record(record) = base else { return BTreeMap::new() };
        let ast::TypeKind::Record(written) = &item.ty.kind else {
            let of = record.name.as_ref().and_then(|name| linked.get(name).or_else(|| self.program.types.get(name)));
            return of.map(|named| named.defaults.clone()).unwrap_or_default();
        };
        let known: Vec<Text> = written.iter().filter(|field| field.default.is_none()).map(|field| field.name.text.clone()).collect();
        let defaults: BTreeMap<Text, Arc<hir::Expr>> = self.lower(declared.owner, |lowering| {
            let lowered = written.iter().filter_map(|field| Some((field.name.text.clone(), field.default.as_ref()?)));
            lowered.map(|(name, default)| (name, lowering.within(known.iter().cloned(), |lowering| lowering.shared(default)))).collect()
        });
        if !defaults.is_empty() {
            let fields = record.fields.iter().map(|field| FieldTy { has_default: defaults.contains_key(&field.name), ..field.clone() });
            *base = Ty::Record(Arc::new(RecordTy { name: Some(name.clone()), fields: fields.collect() }));
        }
        defaults
    }

    /// A default stands for a field of a type that has a name.
    fn without_defaults(&mut self, fields: &[ast::Field]) {
        for default in fields.iter().filter_map(|field| field.default.as_ref()) {
            self.error(
                Diagnostic::error(Code::UnknownType, default.span, "a field of a type without a name has no default")
                    .help("declare the record as a type, `type gate = { … }`, and name it here"),
            );
        }
    }

    /// The type that is written, with the types of a definition before those of the program.
    pub(super) fn ty(&mut self, written: &ast::Type, names: &Names, own: &BTreeMap<Text, Arc<NamedType>>) -> Ty {
        self.ty_in(written, names, &mut |resolver, word| {
            own.get(word).or_else(|| resolver.program.types.get(word)).map(|named| named.ty.clone())
        })
    }

    fn ty_in(&mut self, written: &ast::Type, names: &Names, find: &mut dyn FnMut(&mut Self, &Text) -> Option<Ty>) -> Ty {
        let ty = match &written.kind {
            ast::TypeKind::Error => Ty::Error,
            ast::TypeKind::Record(fields) => {
                self.without_defaults(fields);
                self.record(fields, names, find)
            }
            ast::TypeKind::Named { name, of: None, arguments } if CONSTRUCTORS.contains(&name.text.as_str()) => {
                let keys = arguments.first().map(|argument| argument.span);
                let mut arguments: Vec<Ty> = arguments.iter().map(|argument| self.ty_in(argument, names, find)).collect();
                let wanted = if name.text == "map" { 1..=2 } else { 1..=1 };
                if !wanted.contains(&arguments.len()) {
                    self.error(
                        Diagnostic::error(Code::UnknownType, written.span, format!("`{}` takes one type in parentheses", name.text))
                            .help(format!("write what it holds, such as `{}(string)`", name.text)),
                    );
                    return Ty::Error;
                }
                let Some(last) = arguments.pop() else { return Ty::Error };
                if let (Some(key), Some(said)) = (arguments.pop().filter(|key| !matches!(key, Ty::String | Ty::Error)), keys) {
                    self.error(
                        Diagnostic::error(Code::UnknownType, said, format!("the keys of a map are text, never `{key}`"))
                            .help("write the type of the values alone, such as `map(string)`")
                            .remove("leave the type of the keys out", said),
                    );
                }
                match name.text.as_str() {
                    "list" => last.list(),
                    "map" => last.map(),
                    "secret" => Ty::Secret(Arc::new(last)),
                    _ => last.deferred(),
                }
            }
            ast::TypeKind::Named { name, of, .. } => {
                let of_text = of.as_ref().map(|of| of.text.as_str());
                let builtin = WORDS.iter().find(|(word, _)| *word == name.text).map(|(_, ty)| ty.clone());
                let found = match of_text {
                    Some(_) => names.of(&name.text, of_text),
                    None => builtin
                        .or_else(|| find(self, &name.text))
                        .or_else(|| names.of("module", Some(&name.text)))
                        .or_else(|| names.of(&name.text, None)),
                };
                found.unwrap_or_else(|| self.unknown_type(name, of.as_ref(), names))
            }
        };
        if written.optional { ty.optional() } else { ty }
    }

    fn record(&mut self, fields: &[ast::Field], names: &Names, find: &mut dyn FnMut(&mut Self, &Text) -> Option<Ty>) -> Ty {
        let field = |field: &ast::Field| FieldTy {
            name: field.name.text.clone(),
            ty: self.ty_in(&field.ty, names, find),
            doc: field.doc.clone(),
            has_default: false,
        };
        Ty::Record(Arc::new(RecordTy { name: None, fields: fields.iter().map(field).collect() }))
    }

    fn unknown_type(&mut self, name: &ast::Name, of: Option<&ast::Name>, names: &Names) -> Ty {
        let (span, wanted): (Span, String) = match of {
            Some(of) => (of.span, format!("{} {}", name.text, of.text)),
            None => (name.span, name.text.to_string()),
        };
        let of_keyword = names.definitions.get(&name.text).into_iter().flatten().map(Text::as_str);
        let nearest = match of {
            Some(of) => similar::nearest(&of.text, of_keyword),
            None => {
                let words = WORDS.iter().map(|(word, _)| *word).chain(CONSTRUCTORS.iter().copied());
                similar::nearest(&name.text, words.chain(self.program.types.keys().map(Text::as_str)).chain(names.words()))
            }
        };
        let nearest = nearest.map(str::to_owned);
        let mut diagnostic = Diagnostic::error(Code::UnknownType, span, format!("there is no type `{wanted}`"));
        if let Some(nearest) = nearest {
            diagnostic = diagnostic.help(format!("did you mean `{nearest}`?")).fix(format!("write `{nearest}`"), span, nearest);
        }
        self.error(diagnostic);
        Ty::Error
    }
}
