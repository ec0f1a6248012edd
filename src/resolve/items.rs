//! Whether the library declares what the compiler reads (`hir::items`), as it reads it. A kind without definitions may be anything, and
//! what no definition uses need not be declared.

use super::{Source, items};
use crate::base::{Span, Text, Workspace, similar};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::hir::items::{Form, ITEMS, Item, Wanted};
use crate::hir::{Block, INTERPRETED, Kind, Program};
use crate::syntax::ast;
use crate::ty::Ty;
use std::collections::BTreeMap;

const HELP: &str = "it is part of the language: take its declaration from the library that comes with the compiler";

/// What the library lacks; `found` is what `resolve` has told already. Where it lacks anything, what was found besides follows from that.
pub fn lacking(workspace: &Workspace, sources: &[Source], program: &Program, found: &Diagnostics) -> Diagnostics {
    let unknown = found.0.iter().filter(|of| of.code == Code::UnknownType);
    let mut unknown_types: BTreeMap<&str, Span> = BTreeMap::new();
    for diagnostic in unknown {
        unknown_types.entry(workspace.text(diagnostic.primary.span)).or_insert(diagnostic.primary.span);
    }
    let broken = found.has_errors();
    let mut library = Library { program, sources, defined: defined(sources), unknown_types, broken, lacking: Diagnostics::default() };
    ITEMS.iter().for_each(|item| library.item(item));
    library.words();
    library.lacking
}

fn defined(sources: &[Source]) -> BTreeMap<&str, Span> {
    let mut defined = BTreeMap::new();
    for (_, item) in items(sources) {
        let ast::Item::Block(block) = item else { continue };
        match (block.keyword.text.as_str(), block.labels.first()) {
            ("define", Some(ast::Label { value: ast::LabelValue::Word(keyword), span })) => {
                defined.entry(keyword.as_str()).or_insert(*span)
            }
            ("product", _) => defined.entry("product").or_insert(block.keyword.span),
            _ => continue,
        };
    }
    defined
}

struct Library<'a> {
    program: &'a Program,
    /// The files, those of products too.
    sources: &'a [Source],
    /// The keywords of definitions, and `product`, each with the first place where it stands.
    defined: BTreeMap<&'a str, Span>,
    /// Names of types that nothing declares, each with the first place where it stands.
    unknown_types: BTreeMap<&'a str, Span>,
    /// Whether something could not be linked: a type that is none was told then.
    broken: bool,
    lacking: Diagnostics,
}

impl Library<'_> {
    fn item(&mut self, item: &Item) {
        match (item.form, item.path) {
            (Form::Record, [name, ..]) => self.record(item, name),
            (_, [keyword, ..]) if !self.defined.contains_key(*keyword) => {}
            (Form::Kind, [keyword, ..]) => match self.program.kinds.get(*keyword) {
                Some(kind) => self.fields(item, kind),
                None => self.absent(item, self.defined.get(*keyword).copied()),
            },
            (Form::Instance, [keyword, ..]) => match self.program.instances.get(*keyword) {
                Some(kind) => self.fields(item, kind),
                // Where the kind itself is missing, that is said.
                None if self.program.kinds.contains_key(*keyword) => self.absent(item, self.defined.get(*keyword).copied()),
                None => {}
            },
            (_, [keyword, around @ .., block]) => {
                let kind = self.program.kinds.get(*keyword);
                let kind = around.iter().fold(kind, |kind, block| kind?.blocks.get(*block));
                let Some(kind) = kind else { return };
                match kind.blocks.get(*block) {
                    Some(kind) => self.block(item, kind),
                    None => {
                        if let Some(used) = self.used(keyword, around, block, item.form) {
                            let message = format!("{} is missing: the compiler reads it", item.head());
                            let missing = Diagnostic::error(Code::Missing, kind.span, message).related(used, "it is used here");
                            self.lacking.push(missing.help(HELP));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// Something that is not declared is missing where it is used.
    fn absent(&mut self, item: &Item, used: Option<Span>) {
        if let Some(used) = used {
            let message = format!("{} is missing: the compiler reads it", item.head());
            self.lacking.push(Diagnostic::error(Code::Missing, used, message).label("it is used here").help(HELP));
        }
    }

    /// Where a block first stands in a definition of a keyword, or in a product. What a product has once has defaults, and may be there
    /// without being said.
    fn used(&self, keyword: &str, around: &[&str], block: &str, form: Form) -> Option<Span> {
        let definitions = self.program.definitions.values().filter(|definition| definition.keyword == keyword);
        let mut blocks: Vec<&Block> = definitions.flat_map(|definition| &definition.blocks).map(AsRef::as_ref).collect();
        for name in around {
            let outer = blocks.into_iter().filter(|block| block.keyword.text == *name);
            blocks = outer.flat_map(|block| block.body.blocks()).map(AsRef::as_ref).collect();
        }
        let said = blocks.into_iter().find(|used| used.keyword.text == block).map(|used| used.keyword.span);
        let said = said.or_else(|| self.used_by_product(around, block).filter(|_| keyword == "product"));
        said.or_else(|| self.defined.get(keyword).copied().filter(|_| keyword == "product" && form == Form::Block))
    }

    /// The same in a product, whose names are linked later.
    fn used_by_product(&self, around: &[&str], block: &str) -> Option<Span> {
        fn inside(block: &ast::Block) -> impl Iterator<Item = &ast::Block> {
            block.body.items.iter().filter_map(|item| if let ast::Item::Block(inner) = item { Some(inner) } else { None })
        }
        let all = items(self.sources).filter_map(|(_, item)| if let ast::Item::Block(block) = item { Some(block) } else { None });
        let mut blocks: Vec<&ast::Block> = all.filter(|block| block.keyword.text == "product").flat_map(inside).collect();
        for name in around {
            blocks = blocks.into_iter().filter(|block| block.keyword.text == *name).flat_map(inside).collect();
        }
        blocks.into_iter().find(|used| used.keyword.text == block).map(|used| used.keyword.span)
    }

    fn block(&mut self, item: &Item, kind: &Kind) {
        let many = item.form != Form::Block;
        if kind.many != many {
            let must = if many { "must say" } else { "must not say" };
            let message = format!("{} {must} `many = true`: the compiler reads it so", item.head());
            self.lacking.push(Diagnostic::error(Code::Missing, kind.span, message).help(HELP));
        } else if (item.form == Form::Labelled) != (kind.many && kind.labels.0 > 0) {
            let must = if kind.labels.0 > 0 { "must have no labels" } else { "must have a label (`labels = [1, 1]`)" };
            let message = format!("{} {must}: the compiler reads it so", item.head());
            self.lacking.push(Diagnostic::error(Code::Missing, kind.span, message).help(HELP));
        }
        self.fields(item, kind);
    }

    fn fields(&mut self, item: &Item, kind: &Kind) {
        for wanted in item.fields {
            match kind.inputs.get(wanted.name) {
                Some(input) => self.typed(item, wanted, &input.ty, input.name.span),
                None => {
                    let nearest = similar::nearest(wanted.name, kind.inputs.keys().map(Text::as_str));
                    let nearest = nearest.and_then(|name| kind.inputs.get(name)).map(|input| input.name.span);
                    self.missing(item, wanted, kind.span, nearest);
                }
            }
        }
    }

    fn record(&mut self, item: &Item, name: &str) {
        let Some(named) = self.program.types.get(name) else {
            return self.absent(item, self.unknown_types.get(name).copied());
        };
        match named.ty.plain() {
            Ty::Record(record) => {
                for wanted in item.fields {
                    match record.field(wanted.name) {
                        Some(field) => self.typed(item, wanted, &field.ty, named.span),
                        None => self.missing(item, wanted, named.span, None),
                    }
                }
            }
            Ty::Error if self.broken => {}
            _ => {
                let message = format!("{} must be a record: the compiler reads it", item.head());
                self.lacking.push(Diagnostic::error(Code::TypeMismatch, named.span, message).help(HELP));
            }
        }
    }

    fn missing(&mut self, item: &Item, wanted: &Wanted, span: Span, nearest: Option<Span>) {
        let message = format!("{} must have `{}: {}`: the compiler reads it", item.head(), wanted.name, wanted.ty);
        let mut diagnostic = Diagnostic::error(Code::Missing, span, message);
        if let Some(nearest) = nearest {
            diagnostic = diagnostic.related(nearest, "this has a similar name");
        }
        self.lacking.push(diagnostic.help(HELP));
    }

    fn typed(&mut self, item: &Item, wanted: &Wanted, ty: &Ty, span: Span) {
        if self.fits(ty, wanted.ty) {
            return;
        }
        let shown = if *ty == Ty::Error { "any".to_owned() } else { ty.to_string() };
        let message = format!("{} must have `{}: {}`, and `{shown}` is another type", item.head(), wanted.name, wanted.ty);
        self.lacking.push(Diagnostic::error(Code::TypeMismatch, span, message).help(HELP));
    }

    /// Whether values of a type are what the compiler reads where the library writes `wanted`.
    fn fits(&self, ty: &Ty, wanted: &str) -> bool {
        if wanted == "any" || *ty == Ty::Error && self.broken {
            return true;
        }
        if let (Ty::Refined(refined), false) = (ty, ty.to_string() == wanted) {
            return self.fits(&refined.base, wanted);
        }
        let of = |name: &str| wanted.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        match ty {
            Ty::Optional(ty) => wanted.strip_suffix('?').is_some_and(|wanted| self.fits(ty, wanted)),
            ty if wanted.ends_with('?') => self.fits(ty, wanted.trim_end_matches('?')),
            Ty::List(ty) => of("list").is_some_and(|wanted| self.fits(ty, wanted)),
            Ty::Map(ty) => of("map").is_some_and(|wanted| self.fits(ty, wanted)),
            Ty::Secret(ty) => of("secret").is_some_and(|wanted| self.fits(ty, wanted)),
            Ty::String | Ty::Name | Ty::Fqdn | Ty::Email | Ty::Url | Ty::Path | Ty::Version | Ty::Constraint | Ty::Enum(_) => {
                wanted == "string" || ty.to_string() == wanted
            }
            ty => ty.to_string() == wanted,
        }
    }

    /// Enums whose members the compiler interprets.
    fn words(&mut self) {
        for interpreted in INTERPRETED {
            if let Some(used) = self.unknown_types.get(interpreted.name) {
                let message = format!("`enum {}` is missing: the compiler reads it", interpreted.name);
                self.lacking.push(Diagnostic::error(Code::Missing, *used, message).label("it is used here").help(HELP));
            }
        }
    }
}
