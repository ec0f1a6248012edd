//! What providers lack goes by words: who says one and who asks for it mean the same.
//!
//! ```infra
//! lacks manged-nat { because = "…" }             # which nobody asks for
//! if manged-nat in provider.lacks then …         # which no provider says
//! ```

use super::{Checker, report};
use crate::base::{Text, similar};
use crate::hir::{Definition, Expr, ExprKind};
use std::collections::BTreeSet;

/// The block of a provider that says what it lacks, and the field that has the words.
const LACKS: &str = "lacks";

impl<'a> Checker<'a> {
    /// The words of a provider's `lacks`: one that is nearly what others say is misspelt. Another one may be new.
    pub(super) fn words_of_lacks(&mut self, provider: &'a Definition) {
        let labels: Vec<_> =
            provider.blocks.iter().filter(|block| block.keyword.text == LACKS).filter_map(|of| of.labels.first()).collect();
        // Of two that differ at one place, the word of infrac's own library is the one that is meant.
        if labels.is_empty() || self.program.embedded.contains(&provider.span.file.0) {
            return;
        }
        let known = self.lacked(Some(&provider.name.text));
        for label in labels {
            let Some(word) = label.plain().filter(|word| !known.contains(word)) else { continue };
            // Words of several parts are much alike where they mean different things: what is misspelt differs at one place.
            if let Some(near) = similar::nearest(&word, known.iter().map(Text::as_str)).filter(|near| differ_at_one_place(&word, near)) {
                self.error(report::lacks_nearly(label.span, &word, near));
            }
        }
    }

    /// `word in provider.lacks`: a word that no provider says never holds.
    pub(super) fn asked_of_lacks(&mut self, left: &Expr, right: &Expr) {
        let (Some(word), ExprKind::Member(_, field)) = (left.as_name(), &right.kind) else { return };
        if field.text != LACKS {
            return;
        }
        let known = self.lacked(None);
        if !known.contains(word) {
            self.error(report::lacked_by_none(left.span, word, known.iter().map(Text::as_str)));
        }
    }

    /// The words that providers lack something by, but for those of one of them.
    fn lacked(&self, except: Option<&Text>) -> BTreeSet<Text> {
        let providers = self.program.definitions.iter().filter(|((keyword, name), _)| keyword == "provider" && Some(name) != except);
        let blocks = providers.flat_map(|(_, provider)| &provider.blocks).filter(|block| block.keyword.text == LACKS);
        blocks.filter_map(|block| block.labels.first()?.plain()).collect()
    }
}

/// Whether two words are the same but for one letter or two beside each other.
fn differ_at_one_place(a: &str, b: &str) -> bool {
    let before = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a.as_bytes()[before..], &b.as_bytes()[before..]);
    let behind = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    a.len() - behind <= 2 && b.len() - behind <= 2
}
