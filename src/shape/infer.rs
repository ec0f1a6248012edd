//! The type of a `let` that does not say it: from its expression, without any value.

use crate::base::Text;
use crate::eval::{fields, functions};
use crate::hir::{Definition, Implementation, NamedType, Program};
use crate::syntax::ast::{self, Binary, ExprKind, Literal, Part, Unary};
use crate::ty::{FieldTy, RecordTy, Ty};
use std::sync::Arc;

/// Infers types in the body of one definition.
pub(super) struct Infer<'a> {
    pub program: &'a Program,
    pub definition: &'a Definition,
    pub implementation: Option<&'a Implementation>,
    pub provider: Option<&'a Definition>,
    locals: Vec<(Text, Ty)>,
    depth: usize,
}

/// How many names are followed: `let`s that need each other are reported elsewhere.
const LIMIT: usize = 64;

impl<'a> Infer<'a> {
    pub(super) fn new(program: &'a Program, definition: &'a Definition) -> Self {
        Infer { program, definition, implementation: None, provider: None, locals: Vec::new(), depth: 0 }
    }

    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Ty {
        match &expr.kind {
            ExprKind::Literal(literal) => of_literal(literal),
            ExprKind::Template(parts) => {
                let deferred = parts.iter().any(|part| matches!(part, Part::Expr(expr) if self.expr(expr).is_deferred()));
                if deferred { Ty::String.deferred() } else { Ty::String }
            }
            ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Name(name) => self.name(name),
            ExprKind::Member(base, field) => {
                let base = self.expr(base);
                self.member(&base, &field.text)
            }
            ExprKind::Index(base, _) => match self.expr(base).present() {
                Ty::List(of) | Ty::Map(of) => (**of).clone(),
                _ => Ty::Error,
            },
            ExprKind::Call(function, arguments) => self.call(function, arguments),
            ExprKind::List(elements) => {
                let of = elements.iter().map(|element| self.expr(element)).reduce(join).unwrap_or(Ty::Error);
                of.list()
            }
            ExprKind::Map(entries) => {
                let fields =
                    entries.iter().map(|(key, value)| FieldTy { name: key.text.clone(), ty: self.expr(value), doc: None }).collect();
                Ty::Record(Arc::new(RecordTy { name: None, fields }))
            }
            ExprKind::ListFor(comprehension) | ExprKind::MapFor(comprehension) => self.comprehension(comprehension),
            ExprKind::Unary(Unary::Not, _) => Ty::Bool,
            ExprKind::Unary(Unary::Negate, value) => self.expr(value),
            ExprKind::Binary(operator, left, right) => match operator {
                Binary::Default => {
                    let (left, right) = (self.expr(left), self.expr(right));
                    match left.plain() {
                        Ty::Optional(of) => join((**of).clone(), right),
                        _ => join(left, right),
                    }
                }
                Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Remainder => {
                    let (left, right) = (self.expr(left), self.expr(right));
                    join(left, right)
                }
                _ => Ty::Bool,
            },
            ExprKind::If(_, yes, no) => {
                let (yes, no) = (self.expr(yes), self.expr(no));
                join(yes, no)
            }
            ExprKind::Match(_, arms) => arms.iter().map(|arm| self.expr(&arm.value)).reduce(join).unwrap_or(Ty::Error),
            ExprKind::Error => Ty::Error,
        }
    }

    fn name(&mut self, name: &Text) -> Ty {
        if let Some((_, ty)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return ty.clone();
        }
        let definition = self.definition;
        if let Some(input) = definition.inputs.get(name) {
            return input.ty.clone();
        }
        if let Some(ty) = definition.outputs.get(name).and_then(|output| output.ty.clone()) {
            return ty;
        }
        let of_implementation = self.implementation.and_then(|of| of.lets.get(name));
        if let Some(binding) = of_implementation.or_else(|| definition.lets.get(name)) {
            return self.deeper(&binding.value.clone());
        }
        match name.as_str() {
            "name" | "environment" | "arch" => Ty::String,
            "labels" => Ty::String.map(),
            "host" => self.program.types.get("host").map_or(Ty::Error, |named| named.ty.clone()),
            "provider" => Ty::Instance("provider".into(), self.provider.map(|of| of.name.text.clone())),
            "product" => Ty::Instance("product".into(), None),
            "stack" => Ty::Instance("stack".into(), None),
            // A name that nothing knows is a word.
            _ => Ty::String,
        }
    }

    fn deeper(&mut self, expr: &ast::Expr) -> Ty {
        if self.depth >= LIMIT {
            return Ty::Error;
        }
        self.depth += 1;
        let locals = std::mem::take(&mut self.locals);
        let ty = self.expr(expr);
        self.locals = locals;
        self.depth -= 1;
        ty
    }

    fn member(&mut self, base: &Ty, field: &Text) -> Ty {
        match base.present() {
            Ty::Record(record) => record.field(field).map_or(Ty::Error, |field| field.ty.clone()),
            Ty::Map(of) => (**of).clone(),
            Ty::Instance(keyword, of) => self.of_instance(keyword, of.as_ref(), field),
            Ty::Definition(keyword) => {
                let known = self.program.kinds.get(keyword).and_then(|kind| kind.inputs.get(field)).map(|input| input.ty.clone());
                known.unwrap_or(Ty::String)
            }
            ty => fields::fields(ty).iter().find(|known| known.name == field).map_or(Ty::Error, |known| known.ty.clone()),
        }
    }

    fn of_instance(&mut self, keyword: &Text, of: Option<&Text>, field: &Text) -> Ty {
        let definition = of.and_then(|of| self.program.definitions.get(&(keyword.clone(), of.clone()))).cloned();
        if let Some(definition) = &definition {
            if let Some(input) = definition.inputs.get(field) {
                return input.ty.clone();
            }
            if let Some(ty) = definition.outputs.get(field).and_then(|output| output.ty.clone()) {
                return ty;
            }
            if let Some(binding) = definition.lets.get(field) {
                return Infer::new(self.program, definition).deeper(&binding.value);
            }
            if let Some(instance) = definition.instances.iter().find(|instance| instance.name.text == *field) {
                return Ty::Instance(instance.keyword.clone(), Some(instance.definition.text.clone()));
            }
        }
        let kinds = [self.program.kinds.get(keyword), self.program.instances.get(keyword)];
        if let Some(input) = kinds.into_iter().flatten().find_map(|kind| kind.inputs.get(field)) {
            return input.ty.clone();
        }
        let block = definition.as_ref().and_then(|definition| definition.blocks.iter().find(|block| block.keyword.text == *field).cloned());
        let kind = self.program.kinds.get(keyword).and_then(|kind| kind.blocks.get(field)).cloned();
        match (kind, block) {
            (Some(kind), block) => {
                let mut fields: Vec<FieldTy> =
                    kind.inputs.values().map(|input| FieldTy { name: input.name.text.clone(), ty: input.ty.clone(), doc: None }).collect();
                for item in block.iter().flat_map(|block| &block.body.items) {
                    if let ast::Item::Attribute(attribute) = item
                        && !kind.inputs.contains_key(&attribute.name.text)
                    {
                        fields.push(FieldTy { name: attribute.name.text.clone(), ty: self.expr(&attribute.value), doc: None });
                    }
                }
                let record = Ty::Record(Arc::new(RecordTy { name: None, fields }));
                if kind.many { record.map() } else { record }
            }
            _ => match field.as_str() {
                "name" | "kind" => Ty::String,
                "lacks" => Ty::String.list(),
                "provider" => Ty::Instance("provider".into(), None),
                _ => Ty::Error,
            },
        }
    }

    fn call(&mut self, function: &ast::Name, arguments: &[ast::Argument]) -> Ty {
        if let Some(declared) = self.program.functions.get(&function.text) {
            return declared.result.clone();
        }
        let Some(builtin) = functions::find(&function.text) else { return Ty::Error };
        let names: Vec<Option<&str>> = arguments.iter().map(|argument| argument.name.as_ref().map(|name| name.text.as_str())).collect();
        let Ok(places) = builtin.arrange(&names) else { return Ty::Error };
        let length = places.iter().map(|place| place + 1).max().unwrap_or(0).max(builtin.parameters.len());
        let mut types = vec![Ty::None; length];
        for (place, argument) in places.into_iter().zip(arguments) {
            types[place] = self.expr(&argument.value);
        }
        let known = &self.program.types;
        let named = |name: &str| known.get(name).map_or(Ty::Error, |named: &Arc<NamedType>| named.ty.clone());
        builtin.result(&types, &named).unwrap_or(Ty::Error)
    }

    fn comprehension(&mut self, comprehension: &ast::Comprehension) -> Ty {
        let depth = self.locals.len();
        for binding in &comprehension.bindings {
            let source = self.expr(&binding.source);
            let (key, value) = match source.present() {
                Ty::List(of) => (Ty::Int, (**of).clone()),
                Ty::Map(of) => (Ty::String, (**of).clone()),
                Ty::Record(record) => (Ty::String, record.fields.iter().map(|field| field.ty.clone()).reduce(join).unwrap_or(Ty::Error)),
                _ => (Ty::Error, Ty::Error),
            };
            if let Some(name) = &binding.key {
                self.locals.push((name.text.clone(), key));
            }
            self.locals.push((binding.value.text.clone(), value));
        }
        let result = self.expr(&comprehension.value);
        self.locals.truncate(depth);
        if comprehension.key.is_some() { result.map() } else { result.list() }
    }
}

fn of_literal(literal: &Literal) -> Ty {
    match literal {
        Literal::None => Ty::None,
        Literal::Bool(_) => Ty::Bool,
        Literal::Int(_) => Ty::Int,
        Literal::Float(_) => Ty::Float,
        Literal::Ip(_) => Ty::Ip,
        Literal::Cidr(_) => Ty::Cidr,
        Literal::Port(..) => Ty::Protocol,
        Literal::Bytes(_) => Ty::Bytes,
        Literal::Duration(_) => Ty::Duration,
        Literal::Money(..) => Ty::Money,
    }
}

/// The type of what is one or the other.
fn join(a: Ty, b: Ty) -> Ty {
    match (a, b) {
        (Ty::Error, ty) | (ty, Ty::Error) => ty,
        (Ty::None, ty) | (ty, Ty::None) => ty.optional(),
        (Ty::Optional(a), b) => join((*a).clone(), b).optional(),
        (a, Ty::Optional(b)) => join(a, (*b).clone()).optional(),
        (Ty::Deferred(a), b) => join((*a).clone(), b).deferred(),
        (a, Ty::Deferred(b)) => join(a, (*b).clone()).deferred(),
        (Ty::List(a), Ty::List(b)) => join((*a).clone(), (*b).clone()).list(),
        (Ty::Map(a), Ty::Map(b)) => join((*a).clone(), (*b).clone()).map(),
        (Ty::Record(a), Ty::Record(b)) => {
            let mut fields = Vec::new();
            for field in &a.fields {
                let ty = match b.field(&field.name) {
                    Some(other) => join(field.ty.clone(), other.ty.clone()),
                    None => field.ty.clone().optional(),
                };
                fields.push(FieldTy { name: field.name.clone(), ty, doc: field.doc.clone() });
            }
            let more = b.fields.iter().filter(|field| a.field(&field.name).is_none());
            fields.extend(more.map(|field| FieldTy { ty: field.ty.clone().optional(), ..field.clone() }));
            Ty::Record(Arc::new(RecordTy { name: None, fields }))
        }
        (Ty::Record(record), Ty::Map(of)) | (Ty::Map(of), Ty::Record(record)) => {
            record.fields.iter().map(|field| field.ty.clone()).fold((*of).clone(), join).map()
        }
        (Ty::Int, Ty::Float) | (Ty::Float, Ty::Int) => Ty::Float,
        (a, b) if a == b => a,
        (a, _) => match a {
            Ty::Enum(_) | Ty::Name | Ty::Fqdn | Ty::Refined(_) => Ty::String,
            a => a,
        },
    }
}
