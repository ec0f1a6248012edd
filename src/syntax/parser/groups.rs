//! What all lists between brackets share: elements, what separates them, the closer.

use super::Parser;
use crate::syntax::token::Kind;

impl Parser<'_> {
    /// The elements up to `closer`, which is taken too; `,` or a line break separates them. The opener has been taken.
    pub(super) fn elements<T>(&mut self, closer: Kind, what: &str, mut element: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut found = Vec::new();
        let outer = (self.failed, self.head);
        self.head = false;
        while self.kind() != closer && self.kind() != Kind::End {
            self.failed = false;
            let before = self.at;
            found.push(element(self));
            if !self.failed && !self.ends_element(closer) {
                self.expected(what);
            }
            if self.failed {
                self.skip_element();
            }
            let comma = self.eat_here(Kind::Comma);
            if self.at == before {
                // Nothing was read: a token that begins no element.
                self.skip_group();
            }
            if comma && self.kind() == Kind::Comma {
                self.failed = false;
                self.expected("an element");
                self.eat(Kind::Comma);
            }
        }
        (self.failed, self.head) = outer;
        self.eat(closer);
        found
    }

    /// Whether an element may end here.
    fn ends_element(&self, closer: Kind) -> bool {
        let token = self.token();
        token.kind == closer || token.newline() && token.kind != Kind::Comma || self.kind_here() == Kind::Comma
    }
}
