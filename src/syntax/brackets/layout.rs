//! What the indentation of lines says about their brackets.

use crate::syntax::token::{Kind, Token};

/// For each bracket the index of the one that the layout pairs it with: an opener at the end of a line with the closer at
/// the start of the first line that is not indented deeper, if the two indentations are equal.
pub(super) fn partners(text: &str, tokens: &[Token]) -> Vec<Option<u32>> {
    let mut partners = vec![None; tokens.len()];
    let mut open: Vec<(u32, usize)> = Vec::new();
    let mut indent = 0;
    for (index, token) in tokens.iter().enumerate() {
        if token.newline() {
            indent = indentation(text, *token);
            let stray = token.kind.is_closer() && !ends_group(tokens, index);
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

/// An opener that the layout misses: the closer whose partner it is, and the token behind which it belongs.
pub(super) struct Lost {
    pub behind: u32,
    pub closer: u32,
}

/// For each closer at the start of a line that nothing opens: the last line above that is indented equally, if lines between
/// them are indented deeper, and nothing in that line is open. There the opener was forgotten. Where no such line is, and the
/// last one that is indented less ends with an opener, a line of its own was forgotten behind it. In the order of the text.
pub(super) fn lost_openers(text: &str, tokens: &[Token], partners: &[Option<u32>]) -> Vec<Lost> {
    // The lines that the next one may belong to: how deep they are indented, and their tokens.
    let mut heads: Vec<(u32, usize, usize)> = Vec::new();
    let mut lost = Vec::new();
    let mut at = 0;
    while tokens[at].kind != Kind::End {
        let end = (at + 1..tokens.len()).find(|index| tokens[*index].newline()).unwrap_or(tokens.len() - 1);
        let indent = indentation(text, tokens[at]);
        let mut body = false;
        while heads.pop_if(|(head, ..)| *head > indent).is_some() {
            body = true;
        }
        let above = heads.pop_if(|(head, ..)| *head == indent);
        let forgotten = body
            && partners[at].is_none()
            && matches!(tokens[at].kind, Kind::RightParen | Kind::RightBracket | Kind::RightBrace)
            && ends_group(tokens, at);
        // `f([` and `])`: what is left of the end of the line is closed behind it.
        let behind = tokens.get(at + 1).map(|next| next.kind);
        let is_inner = |last: usize| tokens[last - 1].kind.closer().is_some_and(|closer| behind == Some(closer));
        let head = above.filter(|(_, first, last)| {
            let line = &tokens[*first..*last];
            may_open(line) || ends_element(line) || is_inner(*last)
        });
        let alone = || heads.last().copied().filter(|(.., last)| above.is_none() && opens_list(tokens[*last - 1].kind));
        if forgotten && let Some((.., last)) = head.or_else(alone) {
            lost.push(Lost { behind: last as u32 - 1, closer: at as u32 });
        }
        heads.push((indent, at, end));
        at = end;
    }
    let known: Vec<u32> = lost.iter().map(|lost| lost.closer).collect();
    lost.extend(before_for(tokens, partners).filter(|lost| !known.contains(&lost.closer)));
    lost.sort_unstable_by_key(|lost| lost.behind);
    lost
}

/// For each `for` directly behind what a value follows, the closer in its line that nothing opens: only a list or a map begins with `for`.
fn before_for<'t>(tokens: &'t [Token], partners: &'t [Option<u32>]) -> impl Iterator<Item = Lost> + 't {
    let is_lost = |pair: &[Token]| {
        let before = pair[0].kind;
        let takes_value = before.is_assign() || matches!(before, Kind::LeftParen | Kind::Then | Kind::Else);
        takes_value && pair[1].kind == Kind::For && !pair[1].newline()
    };
    let begins = tokens.windows(2).enumerate().filter(move |(_, pair)| is_lost(pair)).map(|(at, _)| at);
    begins.filter_map(move |at| {
        let mut open = 0u32;
        for (index, token) in tokens.iter().enumerate().skip(at + 1).take_while(|(_, token)| !token.newline()) {
            if token.kind.closer().is_some() {
                open += 1;
            } else if token.kind.is_closer() && open > 0 {
                open -= 1;
            } else if token.kind.is_closer() {
                let is_its = matches!(token.kind, Kind::RightBracket | Kind::RightBrace) && partners[index].is_none();
                return is_its.then_some(Lost { behind: at as u32, closer: index as u32 });
            }
        }
        None
    })
}

/// Whether a line, given by its tokens, may have ended in an opener: it is no continuation, and nothing in it is open.
fn may_open(line: &[Token]) -> bool {
    let mut open = 0u32;
    for token in line {
        if token.kind.closer().is_some() {
            open += 1;
        } else if token.kind.is_closer() {
            open = open.saturating_sub(1);
        }
    }
    let first = line.first().is_some_and(|first| first.kind.is_word() && !matches!(first.kind, Kind::Check | Kind::Where | Kind::At));
    first && open == 0 && !matches!(line[0].kind, Kind::Then | Kind::Else | Kind::Help)
}

/// Whether a line ends an element of several lines: the next one may be a bracket of its own.
fn ends_element(line: &[Token]) -> bool {
    matches!(line, [closer, comma] if closer.kind.is_closer() && comma.kind == Kind::Comma)
}

/// Whether what an opener holds may begin with another one.
fn opens_list(kind: Kind) -> bool {
    matches!(kind, Kind::LeftParen | Kind::LeftBracket)
}

/// Whether a group may end with the closer at `index`: one with a value behind it is stray and says nothing of the lines around.
fn ends_group(tokens: &[Token], index: usize) -> bool {
    tokens.get(index + 1).is_none_or(|next| next.newline() || !begins_operand(next.kind))
}

/// Whether the brace at `index` may open a group: what stands behind it begins an item, an entry or a comprehension.
pub(super) fn may_begin(tokens: &[Token], index: usize) -> bool {
    let kind = |ahead: usize| tokens.get(index + ahead).filter(|token| !token.newline()).map(|token| token.kind);
    match kind(1) {
        None | Some(Kind::RightBrace | Kind::String | Kind::Quote | Kind::Broken) => true,
        Some(Kind::For) => true,
        Some(word) if word.is_reserved() => kind(2).is_some_and(|next| next.is_assign() || next == Kind::Colon),
        Some(word) if word.is_word() || word == Kind::Wildcard => {
            !matches!(kind(2), Some(Kind::Dot | Kind::LeftParen | Kind::RightParen | Kind::RightBracket))
        }
        // The patterns of a `match`.
        Some(literal) => Kind::Int <= literal && literal <= Kind::Quantity && kind(2) == Some(Kind::FatArrow),
    }
}

/// Whether a value or an item begins with a token: behind a closer of the same line that is a sign of something stray.
pub(super) fn begins_operand(kind: Kind) -> bool {
    kind.is_word() && !kind.is_reserved()
        || (Kind::Int <= kind && kind <= Kind::String || kind == Kind::Quote)
        || matches!(kind, Kind::LeftParen | Kind::LeftBracket | Kind::LeftBrace)
}

/// How deep the line of a token is indented that begins it.
pub(super) fn indentation(text: &str, token: Token) -> u32 {
    let before = &text.as_bytes()[..token.start as usize];
    before.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count() as u32
}
