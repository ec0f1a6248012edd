//! The fields of values: of records and maps, of single values, of instances and definitions.

use super::Checker;
use super::report;
use super::scope::{Place, Scope, instance_ty};
use super::types::Key;
use crate::base::{Span, Text};
use crate::eval::fields;
use crate::hir::{self, Definition, Kind};
use crate::ty::{FieldTy, RecordTy, Ty};
use std::sync::Arc;

impl<'a> Checker<'a> {
    /// The type of `base.field`.
    pub(super) fn member(&mut self, base: &Ty, field: &hir::Name) -> Ty {
        match base {
            Ty::Error => Ty::Error,
            Ty::Deferred(inner) => self.member(inner, field).deferred(),
            Ty::Refined(refined) => self.member(&refined.base, field),
            Ty::Optional(_) | Ty::None => {
                self.error(report::absent_member(field, base));
                Ty::Error
            }
            Ty::Map(of) => of.as_ref().clone(),
            Ty::Record(record) => match record.field(&field.text) {
                Some(found) => found.ty.clone(),
                None => {
                    let known = record.fields.iter().map(|field| field.name.as_str());
                    self.error(report::unknown_field(field, base, known, None));
                    Ty::Error
                }
            },
            Ty::Instance(keyword, of) => {
                let definition = of.as_ref().and_then(|of| self.program.definitions.get(&(keyword.clone(), of.clone())));
                let definition = definition.map(Arc::as_ref);
                if of.is_some() && definition.is_none() {
                    return Ty::Error;
                }
                match self.instance_field(keyword, definition, &field.text) {
                    Some(ty) => ty,
                    None => {
                        let known = self.instance_fields(keyword, definition);
                        let declared = definition.map(|definition| definition.name.span);
                        self.error(report::unknown_field(field, base, known.iter().map(Text::as_str), declared));
                        Ty::Error
                    }
                }
            }
            Ty::Definition(keyword) => {
                let inputs = self.program.kinds.get(keyword).map(|kind| &kind.inputs);
                match (field.text.as_str(), inputs.and_then(|inputs| inputs.get(&field.text))) {
                    ("name", _) => Ty::Name,
                    ("revision", _) => Ty::String,
                    (_, Some(input)) => input.ty.clone(),
                    (_, None) => {
                        let known = inputs.into_iter().flat_map(|inputs| inputs.keys()).map(Text::as_str).chain(["name", "revision"]);
                        let diagnostic = report::unknown_field(field, base, known, None);
                        self.error(diagnostic);
                        Ty::Error
                    }
                }
            }
            other => match fields::fields(other).iter().find(|known| known.name == field.text) {
                Some(known) => (known.ty)(),
                None => {
                    let known = fields::fields(other).iter().map(|known| known.name);
                    self.error(report::unknown_field(field, base, known, None));
                    Ty::Error
                }
            },
        }
    }

    /// The type of `base?.field`: absent where the base is.
    pub(super) fn maybe(&mut self, base: &Ty, span: Span, field: &hir::Name) -> Ty {
        match base {
            Ty::Error => Ty::Error,
            Ty::None => Ty::None,
            Ty::Optional(of) => self.member(of, field).optional(),
            Ty::Deferred(of) => self.maybe(of, span, field).deferred(),
            // A block that an instance may lack has the type of what it holds.
            Ty::Record(_) => self.member(base, field).optional(),
            always => {
                self.error(report::always_there(span, field, always));
                Ty::Error
            }
        }
    }

    /// A field of an instance; of any instance of the keyword, where the definition is not known.
    pub(super) fn instance_field(&mut self, keyword: &Text, definition: Option<&'a Definition>, field: &Text) -> Option<Ty> {
        let program = self.program;
        if let Some(definition) = definition {
            if let Some(child) = definition.instances.iter().find(|instance| instance.name.text == *field) {
                return Some(instance_ty(child));
            }
            if let Some(ty) = self.declared(definition, field) {
                return Some(ty);
            }
        }
        let kind = program.kinds.get(keyword);
        match (keyword.as_str(), field.as_str()) {
            (_, "name") => return Some(Ty::String),
            ("product", _) => {}
            (_, "kind") => return Some(Ty::Name),
            _ if hir::is_closed(keyword, field) => return None,
            ("provider", "lacks") => return Some(Ty::Name.list()),
            ("provider", _) => {}
            (_, "provider") => return Some(Ty::Instance("provider".into(), None)),
            ("module" | "service", "stack") => return Some(Ty::Instance("stack".into(), None)),
            ("service", "ports") => return Some(kind?.blocks.get("port").map(|port| listening(port).list()).unwrap_or(Ty::Error)),
            _ => {}
        }
        if let Some(input) = program.instances.get(keyword).and_then(|common| common.inputs.get(field)) {
            return Some(input.ty.clone());
        }
        if let Some(definition) = definition
            && definition.attributes.contains_key(field)
        {
            return Some(self.attribute_ty(definition, field));
        }
        if let Some(kind) = kind {
            if let Some(input) = kind.inputs.get(field) {
                return Some(input.ty.clone());
            }
            if kind.blocks.contains_key(field) {
                return self.block_field(definition, kind, field);
            }
        }
        if definition.is_none() {
            // What some instance of the keyword has may be asked of one that is not known here.
            let others: Vec<&'a Definition> = program.definitions.values().map(Arc::as_ref).filter(|of| of.keyword == *keyword).collect();
            let found: Vec<Ty> = others.into_iter().filter_map(|of| self.declared(of, field)).collect();
            return same(found);
        }
        None
    }

    fn instance_fields(&self, keyword: &Text, definition: Option<&Definition>) -> Vec<Text> {
        let mut names: Vec<Text> = ["name", "kind", "provider"].map(Text::from).to_vec();
        let of = definition.into_iter();
        names.extend(of.clone().flat_map(|of| of.inputs.keys().chain(of.lets.keys()).chain(of.outputs.keys())).cloned());
        names.extend(of.flat_map(|of| of.instances.iter()).map(|instance| instance.name.text.clone()));
        let kinds = [self.program.kinds.get(keyword), self.program.instances.get(keyword)];
        names.extend(kinds.into_iter().flatten().flat_map(|kind| kind.inputs.keys().chain(kind.blocks.keys())).cloned());
        names.retain(|name| !hir::is_closed(keyword, name));
        names
    }

    /// The type of an attribute of a definition: what its kind says, without absence where it is set.
    pub(super) fn attribute_ty(&mut self, definition: &'a Definition, name: &Text) -> Ty {
        let said = self.program.kinds.get(&definition.keyword).and_then(|kind| kind.inputs.get(name)).map(|input| input.ty.clone());
        let Some(attribute) = definition.attributes.get(name) else { return said.unwrap_or(Ty::Error) };
        match said {
            Some(Ty::Optional(of)) => of.as_ref().clone(),
            Some(Ty::Error) | None => self.open_once(definition, name, |checker| {
                checker.check(&attribute.value, &Ty::Error, &mut Scope::new(Place::Definition(definition)))
            }),
            Some(ty) => ty,
        }
    }

    /// A block of a definition as a field: a record, a map of them by label, or a list of them.
    pub(super) fn block_field(&mut self, definition: Option<&'a Definition>, kind: &'a Kind, name: &Text) -> Option<Ty> {
        let inner = kind.blocks.get(name)?;
        let ty = if inner.open { self.open_record(definition, &kind.name, inner) } else { record(inner) };
        Some(match (inner.many, inner.labels.0 > 0) {
            (true, true) => ty.map(),
            (true, false) => ty.list(),
            _ => ty,
        })
    }

    /// A block that may set anything has the fields that are set: in this definition, or in any of the keyword.
    fn open_record(&mut self, definition: Option<&'a Definition>, keyword: &Text, inner: &'a Kind) -> Ty {
        let all = self.program.definitions.values().map(Arc::as_ref).filter(|of| of.keyword == *keyword);
        let of: Vec<&'a Definition> = match definition {
            Some(definition) => vec![definition],
            None => all.collect(),
        };
        let mut fields: Vec<FieldTy> = fields_of(record(inner));
        for definition in of {
            let set = self.open_once(definition, &inner.name, |checker| checker.set_in(definition, inner));
            let new: Vec<FieldTy> =
                fields_of(set).into_iter().filter(|field| !fields.iter().any(|known| known.name == field.name)).collect();
            fields.extend(new);
        }
        Ty::Record(Arc::new(RecordTy { name: None, fields }))
    }

    /// What the blocks of that kind set in one definition.
    fn set_in(&mut self, definition: &'a Definition, inner: &Kind) -> Ty {
        let blocks = definition.blocks.iter().filter(|block| block.keyword.text == inner.name);
        let mut fields: Vec<(Text, Ty)> = Vec::new();
        for item in blocks.flat_map(|block| &block.body.items) {
            let hir::Item::Attribute(attribute) = item else { continue };
            let ty = self.check(&attribute.value, &Ty::Error, &mut Scope::new(Place::Definition(definition)));
            fields.push((attribute.name.text.clone(), ty));
        }
        Ty::record(fields)
    }

    /// Finds a type out once, without a word: what is wrong there is said where it stands. What needs itself fits everything.
    fn open_once(&mut self, definition: &'a Definition, name: &Text, find: impl FnOnce(&mut Self) -> Ty) -> Ty {
        let key = Key::Open(definition.keyword.clone(), definition.name.text.clone(), name.clone());
        if let Some(ty) = self.types.lets.get(&key) {
            return ty.clone();
        }
        Arc::make_mut(&mut self.types.lets).insert(key.clone(), Ty::Error);
        let ty = self.quietly(find);
        Arc::make_mut(&mut self.types.lets).insert(key, ty.clone());
        ty
    }
}

fn fields_of(record: Ty) -> Vec<FieldTy> {
    match record {
        Ty::Record(record) => record.fields.clone(),
        _ => Vec::new(),
    }
}

/// The fields of a block that its kind declares.
pub(super) fn record(kind: &Kind) -> Ty {
    let label = (kind.labels.0 > 0).then(|| FieldTy { name: "name".into(), ty: Ty::Name, doc: None, has_default: false });
    let inputs = kind.inputs.values().map(|input| field(input.name.text.clone(), input.ty.clone(), input.doc.clone()));
    let blocks = kind.blocks.values().map(|inner| field(inner.name.clone(), many(inner), inner.doc.clone()));
    Ty::Record(Arc::new(RecordTy { name: None, fields: label.into_iter().chain(inputs).chain(blocks).collect() }))
}

/// A port of a service as others see it.
fn listening(port: &Kind) -> Ty {
    let Ty::Record(record) = record(port) else { return Ty::Error };
    let own = record.fields.iter().map(|of| if of.name == "number" { FieldTy { ty: Ty::Port, ..of.clone() } } else { of.clone() });
    let single = field("single".into(), Ty::Bool, Some("Whether all that it listens on has one number, so that it has a `number`.".into()));
    Ty::Record(Arc::new(RecordTy { name: None, fields: own.chain([single]).collect() }))
}

fn field(name: Text, ty: Ty, doc: Option<Text>) -> FieldTy {
    FieldTy { name, ty, doc, has_default: false }
}

fn many(kind: &Kind) -> Ty {
    match (kind.many, kind.labels.0 > 0) {
        (true, true) => record(kind).map(),
        (true, false) => record(kind).list(),
        _ => record(kind),
    }
}

/// The type that all have, or the one that fits everything.
fn same(found: Vec<Ty>) -> Option<Ty> {
    let first = found.first()?.clone();
    Some(if found.iter().all(|ty| *ty == first) { first } else { Ty::Error })
}
