//! Gives every bracket its partner, so that the parser never meets a bracket without one.
//!
//! Where the brackets of a file do not match, its layout says what was meant: what a line opens at its end is closed by a
//! line of the same indentation, and everything between is indented deeper. A missing closer is added before the first
//! line that cannot belong to the group, a stray one is left out; each is one message.

use super::limits::{MAX_MESSAGES, MAX_NESTING};
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
    // Text that nobody laid out may be better off without: the way with fewer messages explains more.
    let laid_out = repaired(file, text, tokens, &layout_partners(text, tokens), true);
    let nested = repaired(file, text, tokens, &vec![None; tokens.len()], false);
    let (done, found) = if nested.1.len() < laid_out.1.len() { nested } else { laid_out };
    *tokens = done;
    found.into_iter().for_each(|message| messages.push(message));
}

/// The tokens with every bracket matched, and what was said of it.
fn repaired(file: FileId, text: &str, tokens: &[Token], partners: &[Option<u32>], layout: bool) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut repair =
        Repair { file, partners, layout, line: 0, open: Vec::new(), done: Vec::with_capacity(tokens.len() + 16), messages: Vec::new() };
    repair.run(text, tokens);
    (repair.done, repair.messages)
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
            let ends = tokens.get(index + 1).is_none_or(|next| next.newline() || !begins_operand(next.kind));
            // A closer with a value behind it is stray: it says nothing of the lines around.
            let stray = token.kind.is_closer() && !ends;
            while let Some((at, opener)) = open.pop_if(|(at, _)| *at >= indent && !stray) {
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

/// Whether a closer comes later on the line: then the bracket that it closes is not the one at fault.
fn comes(rest: &[Token], closer: Kind) -> bool {
    let line = rest.iter().take(REACH).take_while(|token| !token.newline());
    line.map(|token| token.kind).any(|kind| kind == closer)
}

/// Whether a value or an item begins with a token: behind a closer of the same line that is a sign of something stray.
fn begins_operand(kind: Kind) -> bool {
    kind.is_word() && !kind.is_reserved()
        || (Kind::Int <= kind && kind <= Kind::String || kind == Kind::Quote)
        || matches!(kind, Kind::LeftParen | Kind::LeftBracket | Kind::LeftBrace)
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
    /// Its index among those that go out.
    place: usize,
    /// How deep its line is indented.
    indent: u32,
    /// Which line it is, blank ones left out.
    line: usize,
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
    /// Whether indentation says where a group ends.
    layout: bool,
    line: usize,
    messages: Vec<Diagnostic>,
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
                self.line += 1;
            }
            if newline {
                token = token.after_newline(true);
                newline = false;
            }
            if token.kind == Kind::End {
                self.close_above(0, token);
            } else if self.layout && token.newline() && !token.kind.is_closer() {
                self.close_dedented(indent, token);
            }
            if token.kind.closer().is_some() {
                self.open.push(Open {
                    token,
                    index,
                    place: self.done.len(),
                    indent,
                    line: self.line,
                    paired: self.partners[index].is_some(),
                });
            } else if token.kind.is_closer() {
                match self.partner(index, tokens) {
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
    fn partner(&self, index: usize, tokens: &[Token]) -> Option<usize> {
        let token = tokens[index];
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
        // Nothing allows a value directly behind a closer.
        let next = tokens.get(index + 1).filter(|next| !next.newline());
        let glued = next
            .is_some_and(|next| begins_operand(next.kind) && !matches!(next.kind, Kind::LeftParen | Kind::LeftBracket | Kind::LeftBrace));
        if glued && comes(&tokens[index + 1..], token.kind) {
            return None;
        }
        let inner = self.open.last().and_then(|open| open.token.kind.closer());
        let stray = inner.is_some_and(|inner| inner != token.kind && comes(&tokens[index + 1..], inner));
        (closes(found) && !found.paired && !stray).then_some(reach + near)
    }

    /// A line begins that is indented no deeper than the lines of some open brackets: it cannot belong to them.
    fn close_dedented(&mut self, indent: u32, before: Token) {
        let keep = self.open.iter().rposition(|open| open.paired || open.is_text() || open.indent < indent).map_or(0, |at| at + 1);
        self.close_above(keep, before);
    }

    /// Closes every open bracket from `keep` on, before a token.
    fn close_above(&mut self, keep: usize, before: Token) {
        let broken = self.done.last().filter(|last| last.is_broken());
        let swallowed = broken.is_some_and(|last| last.kind == Kind::QuoteEnd);
        let end = self.done.last().map_or(0, |token| token.end) as usize;
        let mut unclosed = Vec::new();
        while self.open.len() > keep {
            let Some(open) = self.open.pop() else { break };
            let Some(closer) = open.token.kind.closer() else {
                break;
            };
            self.done.push(Token::new(closer, end, end).broken());
            // What stands within may belong elsewhere.
            self.done[open.place] = open.token.broken();
            // A string without its end took the closers of its line with it, and an interpolation those within.
            let explained = before.kind.is_closer() && before.is_broken();
            if !explained && (!swallowed || open.line + 1 != self.line) {
                unclosed.push(open.token);
            }
        }
        self.unclosed(&unclosed, before);
    }

    /// One message for all brackets that lack their closer in one place: the innermost first.
    fn unclosed(&mut self, open: &[Token], before: Token) {
        let Some((first, others)) = open.split_first() else {
            return;
        };
        let place = match before.kind {
            Kind::End => "the file ends here",
            _ => "it must have been closed before this",
        };
        let mut error = Diagnostic::error(Code::Unclosed, self.span(*first), format!("`{}` is not closed", sign(first.kind)))
            .related(self.span(before), place);
        for other in others.iter().take(MAX_NESTING as usize) {
            error = error.related(self.span(*other), "nor is this");
        }
        let closers: String = open.iter().take(MAX_NESTING as usize).filter_map(|token| token.kind.closer()).map(sign).collect();
        self.report(error.help(format!("close it with `{closers}`")));
    }

    fn stray(&mut self, token: Token) {
        let sign = sign(token.kind);
        let error = Diagnostic::error(Code::Unclosed, self.span(token), format!("`{sign}` closes nothing"));
        self.report(error.help("remove it, or open the bracket before it"));
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.messages.len() <= MAX_MESSAGES {
            self.messages.push(diagnostic);
        }
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
