//! Types as written.

use super::Parser;
use crate::syntax::ast::{Field, Name, Type, TypeKind};
use crate::syntax::token::Kind;

impl Parser<'_> {
    /// `int`, `list(host)`, `stack compute`, `{ name: string }`, each with or without `?`.
    pub(super) fn ty(&mut self) -> Type {
        let start = self.token().start;
        let kind = match self.kind() {
            Kind::LeftBrace => self.record_type(),
            kind if kind.is_word() && !kind.is_reserved() && kind != Kind::Word => {
                let name = self.take_name();
                self.named_type(name)
            }
            _ => {
                self.expected("a type");
                TypeKind::Error
            }
        };
        let optional = self.eat_here(Kind::Question);
        Type { span: self.span_from(start), kind, optional }
    }

    /// A type that must begin on this line.
    pub(super) fn type_on_line(&mut self) -> Type {
        if self.kind_here() != Kind::End {
            return self.ty();
        }
        let start = self.last_end();
        self.expected("a type");
        Type { span: self.span_from(start), kind: TypeKind::Error, optional: false }
    }

    fn named_type(&mut self, name: Name) -> TypeKind {
        let next = self.kind_here();
        let mut of = None;
        let mut arguments = Vec::new();
        if next == Kind::LeftParen {
            arguments = self
                .deeper(|p| {
                    p.bump();
                    p.elements(Kind::RightParen, "`,` or `)`", Self::ty)
                })
                .unwrap_or_default();
        } else if next == Kind::Name || Kind::Input <= next && next <= Kind::Enum {
            of = Some(self.take_name());
        }
        TypeKind::Named { name, of, arguments }
    }

    fn record_type(&mut self) -> TypeKind {
        let fields = self.deeper(|p| {
            p.bump();
            p.elements(Kind::RightBrace, "`,`, a line break or `}`", Self::field)
        });
        fields.map_or(TypeKind::Error, TypeKind::Record)
    }

    fn field(&mut self) -> Field {
        let doc = self.doc();
        let name = self.any_name("the name of a field");
        if !self.eat_here(Kind::Colon) {
            self.expected("`:` and the type of the field");
        }
        let ty = self.type_on_line();
        let default = self.eat_here(Kind::Assign).then(|| self.value_behind_assign());
        Field { doc, name, ty, default }
    }
}
