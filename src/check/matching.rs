//! `match`: every pattern can be met, and every value is.

use super::Checker;
use super::assign;
use super::expression::Branch;
use super::report;
use super::scope::Scope;
use crate::base::{Span, Text};
use crate::hir::{self, Arm, ExprKind, plain_text};
use crate::ty::Ty;

impl<'a> Checker<'a> {
    pub(super) fn matched(&mut self, subject: &hir::Expr, arms: &[Arm], span: Span, expected: &Ty, scope: &mut Scope<'a>) -> Ty {
        let of = self.check(subject, &Ty::Error, scope);
        let mut met: Vec<Text> = Vec::new();
        let mut rest = None;
        let mut wrong = false;
        for arm in arms {
            let at = arm.pattern.as_ref().map_or(arm.value.span, |pattern| pattern.span);
            if let Some(rest) = rest {
                self.error(report::unreachable_arm(at, rest));
            }
            match &arm.pattern {
                None => rest = Some(arm.value.span),
                Some(pattern) => {
                    let count = self.diagnostics.0.len();
                    let word = self.pattern(pattern, &of, scope);
                    wrong |= self.diagnostics.0.len() > count;
                    if let Some(word) = word {
                        if met.contains(&word) && !matches!(of, Ty::Error) {
                            self.error(report::arm_again(&word, pattern.span));
                        }
                        met.push(word);
                    }
                }
            }
        }
        // Which member a misspelt one was meant to be, nobody knows: what is left out is told when that is repaired.
        if rest.is_none() && !wrong {
            match of.plain() {
                Ty::Enum(of) => {
                    let left: Vec<&Text> = of.members.iter().filter(|member| !met.contains(member)).collect();
                    if !left.is_empty() {
                        self.error(report::not_exhaustive(span, subject.span, of, &left));
                    }
                }
                Ty::Bool if ["true", "false"].iter().all(|word| met.iter().any(|met| met == word)) => {}
                Ty::Error => {}
                _ => self.error(report::open_match(span, &of)),
            }
        }
        let branches: Vec<Branch<'_>> = arms.iter().map(|arm| (&arm.value, arm.value.span, None)).collect();
        let ty = self.alternatives(&branches, expected, scope);
        if assign::is_outside(&of) && !matches!(ty, Ty::Error) { self.fit(span, ty.deferred(), expected) } else { ty }
    }

    /// Checks a pattern against what is matched; gives the word that it meets. A bare name is always a word.
    fn pattern(&mut self, pattern: &hir::Expr, of: &Ty, scope: &mut Scope<'a>) -> Option<Text> {
        let word = match &pattern.kind {
            ExprKind::Word(word) => Some(word.clone()),
            ExprKind::Template(parts) => plain_text(parts),
            ExprKind::Literal(hir::Literal::Bool(bool)) => Some(Text::from(if *bool { "true" } else { "false" })),
            _ => None,
        };
        match (of.plain(), &pattern.kind) {
            (Ty::Error, _) => {}
            (Ty::Enum(of), ExprKind::Word(word)) => {
                if !of.members.contains(word) {
                    self.error(report::no_member(word, pattern.span, of));
                }
            }
            (plain, ExprKind::Word(_)) if plain.is_text() => {}
            _ => {
                self.check(pattern, of, scope);
            }
        }
        word
    }
}
