//! Gives every bracket its partner, so that the parser never meets a bracket without one.
//!
//! Where the brackets of a file do not match, its layout says what was meant: what a line opens at its end is closed by a
//! line of the same indentation, and everything between is indented deeper. A missing closer is added before the first
//! line that cannot belong to the group, a stray one is left out; each is one message.

use super::messages::Messages;
use super::token::{Kind, Token};
use crate::base::{FileId, Span};
use crate::diag::{Code, Diagnostic};

/// How many open brackets a closer looks through for its partner.
const REACH: usize = 64;

/// Makes the brackets of `tokens` match.
pub(super) fn balance(file: FileId, text: &str, tokens: &mut Vec<Token>, messages: &mut Messages) {
    if is_balanced(tokens) {
        return;
    }
    let partners = layout_partners(text, tokens);
    let mut repair = Repair { file, partners: &partners, open: Vec::new(), done: Vec::with_capacity(tokens.len() + 16), messages };
    repair.run(text, tokens);
    *tokens = repair.done;
}

fn is_balanced(tokens: &[Token]) -> bool {
    let mut open = Vec::new();
    for token in tokens {
        if let Some(closer) = token.kind.closer() {
            open.push(closer);
        } else if token.kind.is_closer() && open.pop() != Some(token.kind) {
            return false;
        }
    }
    open.is_empty()
}

/// For each bracket the index of the one that the layout pairs it with: an opener at the end of a line with the closer at
/// the start of the first line that is not indented deeper, if the two indentations are equal.
fn layout_partners(text: &str, tokens: &[Token]) -> Vec<Option<u32>> {
    let mut partners = vec![None; tokens.len()];
    let mut open: Vec<(u32, usize)> = Vec::new();
    let mut indent = 0;
    for (index, token) in tokens.iter().enumerate() {
        if token.newline() {
            indent = indentation(text, *token);
            while let Some((at, opener)) = open.pop_if(|(at, _)| *at >= indent) {
                if at == indent && tokens[opener].kind.closer() == Some(token.kind) {
                    partners[opener] = Some(index as u32);
                    partners[index] = Some(opener as u32);
                }
            }
        }
        let ends_line = tokens.get(index + 1).is_none_or(|next| next.newline());
        let bracket = matches!(token.kind, Kind::LeftParen | Kind::LeftBracket | Kind::LeftBrace);
        if ends_line && bracket {
            open.push((indent, index));
        }
    }
    partners
}

/// How deep the line of a token is indented that begins it.
fn indentation(text: &str, token: Token) -> u32 {
    let before = &text.as_bytes()[..token.start as usize];
    before.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count() as u32
}

struct Open {
    token: Token,
    /// Its index among the tokens that came in.
    index: usize,
    /// How deep its line is indented.
    indent: u32,
    /// Whether the layout knows its partner: nothing else closes it.
    paired: bool,
}

impl Open {
    /// Strings and interpolations match already: nothing closes across their ends.
    fn is_text(&self) -> bool {
        matches!(self.token.kind, Kind::Quote | Kind::Interpolation)
    }
}

struct Repair<'a> {
    file: FileId,
    partners: &'a [Option<u32>],
    open: Vec<Open>,
    done: Vec<Token>,
    messages: &'a mut Messages,
}

impl Repair<'_> {
    fn run(&mut self, text: &str, tokens: &[Token]) {
        let mut indent = 0;
        // A closer that is left out passes its line break on.
        let mut newline = false;
        for (index, token) in tokens.iter().enumerate() {
            let mut token = *token;
            if token.newline() {
                indent = indentation(text, token);
            }
            if newline {
                token = token.after_newline(true);
                newline = false;
            }
            if token.kind == Kind::End {
                self.close_above(0, token);
            } else if token.newline() && !token.kind.is_closer() {
                self.close_dedented(indent, token);
            }
            if token.kind.closer().is_some() {
                self.open.push(Open { token, index, indent, paired: self.partners[index].is_some() });
            } else if token.kind.is_closer() {
                match self.partner(index, token) {
                    Some(at) => {
                        self.close_above(at + 1, token);
                        self.open.pop();
                    }
                    None => {
                        self.stray(token);
                        newline = token.newline();
                        continue;
                    }
                }
            }
            self.done.push(token);
        }
    }

    /// Where in the stack the bracket lies that a closer closes.
    fn partner(&self, index: usize, token: Token) -> Option<usize> {
        if let Some(opener) = self.partners[index] {
            return self.open.iter().rposition(|open| open.index == opener as usize);
        }
        let closes = |open: &Open| open.token.kind.closer() == Some(token.kind);
        if matches!(token.kind, Kind::QuoteEnd | Kind::InterpolationEnd) {
            return self.open.iter().rposition(closes);
        }
        let reach = self.open.len().saturating_sub(REACH);
        let near = self.open[reach..].iter().rposition(|open| closes(open) || open.paired || open.is_text())?;
        let found = &self.open[reach + near];
        (closes(found) && !found.paired).then_some(reach + near)
    }

    /// A line begins that is indented no deeper than the lines of some open brackets: it cannot belong to them.
    fn close_dedented(&mut self, indent: u32, before: Token) {
        let keep = self.open.iter().rposition(|open| open.paired || open.is_text() || open.indent < indent).map_or(0, |at| at + 1);
        self.close_above(keep, before);
    }

    /// Closes every open bracket from `keep` on, before a token.
    fn close_above(&mut self, keep: usize, before: Token) {
        while self.open.len() > keep {
            let Some(open) = self.open.pop() else { return };
            let Some(closer) = open.token.kind.closer() else {
                return;
            };
            let end = self.done.last().map_or(0, |token| token.end);
            self.done.push(Token::new(closer, end as usize, end as usize).broken());
            let place = match before.kind {
                Kind::End => "the file ends here",
                _ => "it must have been closed before this",
            };
            let error = Diagnostic::error(Code::Unclosed, self.span(open.token), format!("`{}` is not closed", sign(open.token.kind)));
            self.messages.push(error.related(self.span(before), place).help(format!("close it with `{}`", sign(closer))));
        }
    }

    fn stray(&mut self, token: Token) {
        let sign = sign(token.kind);
        let error = Diagnostic::error(Code::UnexpectedToken, self.span(token), format!("`{sign}` closes nothing"));
        self.messages.push(error.help("remove it, or open the bracket before it"));
    }

    fn span(&self, token: Token) -> Span {
        Span::new(self.file, token.start, token.end)
    }
}

fn sign(kind: Kind) -> &'static str {
    match kind {
        Kind::LeftParen => "(",
        Kind::RightParen => ")",
        Kind::LeftBracket => "[",
        Kind::RightBracket => "]",
        Kind::LeftBrace => "{",
        Kind::Interpolation => "${",
        Kind::Quote | Kind::QuoteEnd => "\"",
        _ => "}",
    }
}
