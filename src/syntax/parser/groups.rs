//! What all lists between brackets share: elements, what separates them, the closer.

use super::Parser;
use crate::syntax::token::Kind;

impl Parser<'_> {
    /// The elements up to `closer`, which is taken too; `,` or a line break separates them. The opener has been taken.
    pub(super) fn elements<T>(&mut self, closer: Kind, what: &str, mut element: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut found = Vec::new();
        let outer = (self.failed, self.head, self.quiet);
        self.head = false;
        let unsure = self.in_unclosed();
        let mut joined = false;
        while self.kind() != closer && self.kind() != Kind::End {
            // A row of broken elements is one mistake: most likely the group is not what it seems.
            self.quiet = outer.2 || unsure || self.failed && !found.is_empty();
            self.failed = false;
            let before = self.at;
            self.first = before;
            found.push(element(self));
            // What only lacks its `,` is an element all the same, and no other mistake.
            self.failed |= std::mem::take(&mut joined);
            if !self.failed && !self.ends_element(closer) {
                self.expected(what);
                joined = self.failed && self.kind().begins_element() && self.at > before;
            }
            if self.failed && !joined {
                self.skip_element();
            }
            let comma = self.eat_here(Kind::Comma);
            if self.at == before {
                // Nothing was read: a token that begins no element.
                self.skip_group();
            }
            if comma && self.kind() == Kind::Comma {
                self.expected("an element");
                self.eat(Kind::Comma);
            }
        }
        (self.failed, self.head, self.quiet) = outer;
        self.eat(closer);
        found
    }

    /// Whether the bracket that was taken last lacked its closer: what stands behind it may belong elsewhere, and the
    /// bracket is the mistake.
    pub(super) fn in_unclosed(&self) -> bool {
        self.at > 0 && self.tokens[self.at - 1].is_broken()
    }

    /// Whether an element may end here.
    fn ends_element(&self, closer: Kind) -> bool {
        let token = self.token();
        token.kind == closer || token.newline() && token.kind != Kind::Comma || self.kind_here() == Kind::Comma
    }
}
