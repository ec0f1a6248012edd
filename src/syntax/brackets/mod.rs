//! Gives every bracket its partner, so that the parser never meets a bracket without one.
//!
//! Where the brackets of a file do not match, its layout says what was meant: what a line opens at its end is closed by a
//! line of the same indentation, and everything between is indented deeper. A missing closer is added before the first
//! line that cannot belong to the group, a stray one is left out; each is one message.

mod layout;

use super::limits::{MAX_MESSAGES, MAX_NESTING};
use super::messages::Messages;
use super::token::{Kind, Token};
use crate::base::{FileId, Span};
use crate::diag::{Code, Diagnostic};
use layout::{Lost, begins_operand, indentation, may_begin};

/// How many open brackets a closer looks through for its partner.
const REACH: usize = 64;

/// Makes the brackets of `tokens` match.
pub(super) fn balance(file: FileId, text: &str, tokens: &mut Vec<Token>, messages: &mut Messages) {
    if is_balanced(tokens) {
        return;
    }
    // Text that nobody laid out may be better off without: the way with fewer messages explains more.
    let mut partners = layout::partners(text, tokens);
    let lost = layout::lost_openers(text, tokens, &partners);
    for lost in &lost {
        partners[lost.closer as usize] = Some(tokens.len() as u32 + lost.behind);
    }
    let laid_out = repaired(file, text, tokens, &partners, Some(&lost));
    let nested = repaired(file, text, tokens, &vec![None; tokens.len()], None);
    let (done, found) = if nested.1.len() < laid_out.1.len() { nested } else { laid_out };
    *tokens = done;
    found.into_iter().for_each(|message| messages.push(message));
}

/// The tokens with every bracket matched, and what was said of it.
fn repaired(file: FileId, text: &str, tokens: &[Token], partners: &[Option<u32>], lost: Option<&[Lost]>) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut repair = Repair {
        file,
        text,
        tokens,
        partners,
        layout: lost.is_some(),
        lost: lost.unwrap_or_default(),
        line: 0,
        line_end: 0,
        open: Vec::new(),
        done: Vec::with_capacity(tokens.len() + 16),
        strays: Vec::new(),
        messages: Vec::new(),
    };
    repair.run();
    repair.leave_out_strays();
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

/// Whether a closer comes later on the line: then the bracket that it closes is not the one at fault.
fn comes(rest: &[Token], closer: Kind) -> bool {
    let line = rest.iter().take(REACH).take_while(|token| !token.newline());
    line.map(|token| token.kind).any(|kind| kind == closer)
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
    /// The last token of its line.
    line_end: usize,
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
    text: &'a str,
    tokens: &'a [Token],
    partners: &'a [Option<u32>],
    open: Vec<Open>,
    done: Vec<Token>,
    /// Whether indentation says where a group ends.
    layout: bool,
    /// The openers that are still to be added.
    lost: &'a [Lost],
    /// Openers among those that go out that are to be left out, in their order.
    strays: Vec<usize>,
    line: usize,
    /// The last token of the line.
    line_end: usize,
    messages: Vec<Diagnostic>,
}

impl Repair<'_> {
    fn run(&mut self) {
        let mut indent = 0;
        // A bracket that is left out passes its line break on.
        let mut newline = false;
        for (index, token) in self.tokens.iter().enumerate() {
            let mut token = *token;
            self.add_lost(index, indent);
            if token.newline() {
                indent = indentation(self.text, token);
                self.line += 1;
                let next = self.tokens[index + 1..].iter().position(|next| next.newline());
                self.line_end = next.map_or(self.tokens.len() - 1, |next| index + next);
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
            if token.kind == Kind::LeftBrace && !may_begin(self.tokens, index) {
                self.stray(token);
                newline = token.newline();
                continue;
            }
            if token.kind.closer().is_some() {
                self.open.push(Open {
                    token,
                    index,
                    place: self.done.len(),
                    indent,
                    line: self.line,
                    line_end: self.line_end,
                    paired: self.partners[index].is_some(),
                });
            } else if token.kind.is_closer() {
                match self.partner(index) {
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

    /// Adds the opener that belongs before the token at `index`, if one was forgotten there.
    fn add_lost(&mut self, index: usize, indent: u32) {
        let Some((lost, later)) = self.lost.split_first().filter(|(lost, _)| lost.behind as usize + 1 == index) else { return };
        self.lost = later;
        let (before, closer) = (self.tokens[index - 1], self.tokens[lost.closer as usize]);
        let Some(kind) = closer.kind.opener() else { return };
        let end = before.end as usize;
        let token = Token::new(kind, end, end).broken();
        let index = self.tokens.len() + lost.behind as usize;
        self.open.push(Open { token, index, place: self.done.len(), indent, line: self.line, line_end: self.line_end, paired: true });
        self.done.push(token);
        if !before.is_broken() {
            let place = if self.tokens[lost.behind as usize + 1].newline() { "at the end of the line" } else { "before `for`" };
            let message = format!("`{}` is missing {place}", sign(kind));
            let error = Diagnostic::error(Code::Unclosed, self.span(token), message).related(self.span(closer), "this would close it");
            self.report(error.help(format!("open it with `{}`", sign(kind))));
        }
    }

    /// Leaves out the openers that turned out to be strays.
    fn leave_out_strays(&mut self) {
        if self.strays.is_empty() {
            return;
        }
        let mut newline = false;
        let mut place = 0;
        self.strays.sort_unstable();
        let mut strays = self.strays.iter().peekable();
        self.done.retain_mut(|token| {
            let stray = strays.next_if_eq(&&place).is_some();
            place += 1;
            if newline && !stray {
                *token = token.after_newline(true);
            }
            newline = stray && (newline || token.newline());
            !stray
        });
    }

    /// Whether an opener shares its line with one that the layout pairs: without a partner of its own it is one too many.
    fn is_surplus(&self, open: &Open) -> bool {
        let opens = self.tokens[open.line_end].kind == Kind::LeftBrace && self.partners[open.line_end].is_some();
        opens && open.token.kind == Kind::LeftBrace && open.index < open.line_end
    }

    /// Where in the stack the bracket lies that a closer closes.
    fn partner(&self, index: usize) -> Option<usize> {
        let tokens = self.tokens;
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
        let stray = stray || self.layout && token.kind == Kind::RightBrace && found.line == self.line && self.overcloses(index);
        (closes(found) && !found.paired && !stray).then_some(reach + near)
    }

    /// Whether a later brace on the line would close a group that another line opened, with more than closers between: then
    /// the closer at `index` is the one too many.
    fn overcloses(&self, index: usize) -> bool {
        let here = self.open.iter().rev().take_while(|open| open.line == self.line);
        let mut open = here.filter(|open| open.token.kind == Kind::LeftBrace).count();
        let mut content = false;
        if self.tokens.get(index + 1).is_some_and(|next| next.kind.is_closer()) {
            return false;
        }
        for token in self.tokens[index..].iter().take(REACH).enumerate().take_while(|(at, token)| *at == 0 || !token.newline()) {
            match token.1.kind {
                Kind::LeftBrace => open += 1,
                Kind::RightBrace if open == 0 => return content,
                Kind::RightBrace => open -= 1,
                _ => content = true,
            }
        }
        false
    }

    /// A line begins that is indented no deeper than the lines of some open brackets: it cannot belong to them.
    fn close_dedented(&mut self, indent: u32, before: Token) {
        let keep = self.open.iter().rposition(|open| open.paired || open.is_text() || open.indent < indent).map_or(0, |at| at + 1);
        self.close_above(keep, before);
    }

    /// Closes every open bracket from `keep` on, before a token.
    fn close_above(&mut self, keep: usize, before: Token) {
        let broken = self.done.last().filter(|last| last.is_broken());
        let swallowed = broken.is_some_and(|last| last.kind == Kind::QuoteEnd || !last.kind.is_closer());
        let end = self.done.last().map_or(0, |token| token.end) as usize;
        let mut unclosed = Vec::new();
        while self.open.len() > keep {
            let Some(open) = self.open.pop() else { break };
            let Some(closer) = open.token.kind.closer() else {
                break;
            };
            if self.is_surplus(&open) {
                self.strays.push(open.place);
            } else {
                self.done.push(Token::new(closer, end, end).broken());
                // What stands within may belong elsewhere.
                self.done[open.place] = open.token.broken();
            }
            // A string without its end took the closers of its line with it, and an interpolation those within.
            let explained = before.kind.is_closer() && before.is_broken();
            if !explained && !open.token.is_broken() && (!swallowed || open.line + 1 != self.line) {
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
        if token.is_broken() || self.messages.len() > MAX_MESSAGES {
            return;
        }
        let (does, help) = match token.kind.is_closer() {
            true => ("closes", "remove it, or open the bracket before it"),
            false => ("opens", "remove it: no group begins like this"),
        };
        let error = Diagnostic::error(Code::Unclosed, self.span(token), format!("`{}` {does} nothing", sign(token.kind)));
        self.report(error.help(help));
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
