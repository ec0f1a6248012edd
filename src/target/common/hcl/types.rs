//! Types as a variable declares them.

use crate::artifact::hcl::{Expr, Object};
use crate::ty::Ty;

/// A type as a variable declares it.
pub fn ty(of: &Ty) -> Expr {
    match of.plain() {
        Ty::Bool => Expr::variable("bool"),
        Ty::Int | Ty::Float | Ty::Port | Ty::Bytes | Ty::Duration | Ty::Money => Expr::variable("number"),
        Ty::List(element) => Expr::call("list", [ty(element)]),
        Ty::Map(element) => Expr::call("map", [ty(element)]),
        Ty::Optional(inner) | Ty::Secret(inner) => ty(inner),
        Ty::Record(record) => {
            let fields = record.fields.iter().map(|field| {
                let of = ty(&field.ty);
                let optional = matches!(field.ty.plain(), Ty::Optional(_));
                (field.name.clone(), if optional { Expr::call("optional", [of]) } else { of })
            });
            Expr::call("object", [Expr::Object(fields.collect::<Object>())])
        }
        Ty::Error => Expr::variable("any"),
        _ => Expr::variable("string"),
    }
}
