//! Lists in which each element counts once: environments, members of enums, definitions, instances, ports and addresses. What stands
//! twice there says nothing the second time, and most likely another one was meant.

use super::instances::OF_ENVIRONMENTS;
use super::{Checker, report};
use crate::base::{Ports, Span, Text};
use crate::eval::text_of;
use crate::hir::value_of;
use crate::hir::{Expr, ExprKind, Literal, plain_text};
use crate::ty::Ty;
use std::collections::BTreeMap;

impl Checker<'_> {
    /// Says which elements of a list stand twice, where its order and number mean nothing.
    pub(super) fn each_once(&mut self, elements: &[Expr], of: &Ty) {
        if !is_of_a_set(of) {
            return;
        }
        let mut seen: BTreeMap<(bool, Text), Span> = BTreeMap::new();
        let mut ports: Vec<(Ports, Span)> = Vec::new();
        for element in elements {
            let Some(key) = key_of(element) else { continue };
            if let Some(of) = ports_of(element, of) {
                match ports.iter().find(|(other, _)| *other != of && other.overlaps(&of)) {
                    Some((other, first)) => self.error(report::overlapping(&of, other, element.span, *first)),
                    None => ports.push((of, element.span)),
                }
            }
            match seen.get(&key) {
                Some(first) => {
                    let what = if self.names_environments() { format!("environment `{}`", key.1) } else { format!("`{}`", key.1) };
                    self.error(report::repeated(&what, element.span, *first, element.span));
                }
                None => {
                    seen.insert(key, element.span);
                }
            }
        }
    }

    fn names_environments(&self) -> bool {
        self.named.as_ref().is_some_and(|name| name == "environments" || OF_ENVIRONMENTS.contains(&name.as_str()))
    }
}

/// Whether values of a type name something, so that a list of them is a set.
fn is_of_a_set(ty: &Ty) -> bool {
    use Ty::{Cidr, Definition, Email, Enum, Fqdn, Instance, Ip, Name, Protocol};
    matches!(ty.present(), Cidr | Definition(_) | Email | Enum(_) | Fqdn | Instance(..) | Ip | Name | Protocol)
}

/// What of the ports an element is, where that can be told from its text.
fn ports_of(element: &Expr, of: &Ty) -> Option<Ports> {
    match &element.kind {
        ExprKind::Literal(Literal::Port(ports)) => Some(ports.clone()),
        ExprKind::Name(name) if matches!(of.present(), Ty::Protocol) => Ports::bare(&name.text),
        _ => None,
    }
}

/// What an element says, where that can be told from its text: a name, or a literal.
fn key_of(element: &Expr) -> Option<(bool, Text)> {
    match &element.kind {
        ExprKind::Name(name) => Some((true, name.text.clone())),
        ExprKind::Literal(literal) => Some((false, text_of(&value_of(literal))?)),
        ExprKind::Template(parts) => Some((false, plain_text(parts)?)),
        _ => None,
    }
}
