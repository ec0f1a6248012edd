//! The source as the layout sees it: atoms (tokens, with strings in one piece), the groups they stand in, and comments.

use super::starts::Starts;
use crate::syntax::lexer::Lexed;
use crate::syntax::token::Kind;

/// A file ready to be laid out.
pub(super) struct Source<'a> {
    /// The tokens without the `,` between elements; the last one is `End`.
    pub atoms: Vec<Atom<'a>>,
    /// The groups; the first one is the file.
    pub groups: Vec<Group>,
}

/// A token, or a string with all its parts.
pub(super) struct Atom<'a> {
    pub kind: Kind,
    pub text: &'a str,
    /// Whether it was the first of its line.
    pub newline: bool,
    /// Whether a blank line stood before it, or before its last comment.
    pub blank: bool,
    /// Whether an element of its group begins here.
    pub element: bool,
    /// The innermost group that holds it; brackets are held by the group around theirs.
    pub group: usize,
    /// The group that it opens.
    pub opens: Option<usize>,
    /// The group that it closes.
    pub closes: Option<usize>,
    /// The comments before it.
    pub comments: Vec<Remark<'a>>,
    /// The blanks before the closing quotes of a string of several lines.
    pub indent: Option<usize>,
}

/// A comment before an atom.
pub(super) struct Remark<'a> {
    pub text: &'a str,
    /// Whether it stands behind code.
    pub trailing: bool,
    /// Whether a blank line stood before it.
    pub blank: bool,
}

/// What stands between two brackets.
pub(super) struct Group {
    /// The opening bracket; `End` for the file.
    pub kind: Kind,
    /// The group around it.
    pub parent: usize,
    /// Its brackets among the atoms.
    pub opener: usize,
    pub closer: usize,
    /// Whether it is the body of a block.
    pub body: bool,
    /// Whether it begins with `for`.
    pub comprehension: bool,
    /// How many elements it has.
    pub elements: usize,
    /// Whether it reaches over several lines, an element on each.
    pub broken: bool,
}

/// Makes atoms of tokens.
pub(super) fn atoms<'a>(text: &'a str, lexed: &Lexed, starts: &Starts) -> Source<'a> {
    let mut builder = Builder {
        text,
        lexed,
        starts,
        at: 0,
        comment: 0,
        open: vec![0],
        source: Source { atoms: Vec::with_capacity(lexed.tokens.len()), groups: vec![Group::new(Kind::End, 0, 0)] },
    };
    builder.source.groups[0].broken = true;
    builder.run();
    let mut source = builder.source;
    source.find_broken();
    source
}

impl Group {
    fn new(kind: Kind, parent: usize, opener: usize) -> Group {
        Group { kind, parent, opener, closer: opener, body: false, comprehension: false, elements: 0, broken: false }
    }
}

impl Source<'_> {
    /// The innermost group from `group` outwards that reaches over several lines.
    pub fn broken_around(&self, mut group: usize) -> usize {
        while !self.groups[group].broken {
            group = self.groups[group].parent;
        }
        group
    }

    /// Whether a line begins with the atom.
    pub fn breaks_before(&self, index: usize) -> bool {
        let atom = &self.atoms[index];
        let Some(before) = index.checked_sub(1).map(|at| &self.atoms[at]) else {
            return true;
        };
        if let Some(group) = before.opens.or(atom.closes) {
            return self.groups[group].broken;
        }
        if atom.element || atom.kind == Kind::End {
            return self.groups[atom.group].broken;
        }
        // A value stands behind its `=`, unless a comment parts them.
        atom.newline && (!before.kind.is_assign() || !atom.comments.is_empty())
    }

    /// A group is broken where a line break stands between its elements or at its edges; a body also where one stands
    /// anywhere within.
    fn find_broken(&mut self) {
        for index in 1..self.atoms.len() {
            let atom = &self.atoms[index];
            let before = &self.atoms[index - 1];
            let empty = before.opens.is_some() && before.opens == atom.closes && atom.comments.is_empty();
            let lines = atom.indent.is_some();
            let edge = before.opens.or(atom.closes).or(atom.element.then_some(atom.group));
            let mut group = atom.group;
            if let Some(edge) = edge.filter(|_| atom.newline && !empty) {
                self.groups[edge].broken = true;
            }
            while (atom.newline && !empty || lines) && group != 0 {
                if self.groups[group].body {
                    self.groups[group].broken = true;
                }
                group = self.groups[group].parent;
            }
        }
    }
}

struct Builder<'a, 'b> {
    text: &'a str,
    lexed: &'b Lexed,
    starts: &'b Starts,
    at: usize,
    comment: usize,
    open: Vec<usize>,
    source: Source<'a>,
}

impl<'a> Builder<'a, '_> {
    fn run(&mut self) {
        let mut end = 0;
        while let Some(first) = self.lexed.tokens.get(self.at).copied() {
            let last = self.last_of_string();
            let is_start = self.starts.elements.contains(&first.start) || first.kind == Kind::Wildcard;
            let next = self.lexed.tokens.get(self.at + 1);
            if first.kind == Kind::Comma && next.is_some_and(|next| self.separates(next.kind, next.start)) {
                self.at += 1;
                continue;
            }
            let (comments, blank) = self.comments_before(first.start, end);
            end = self.lexed.tokens[last].end;
            let text = self.text.get(first.start as usize..end as usize).unwrap_or_default();
            let index = self.source.atoms.len();
            let closes = (first.kind.is_closer() && self.open.len() > 1).then(|| self.open.pop()).flatten();
            if let Some(group) = closes {
                self.source.groups[group].closer = index;
            }
            let group = self.open.last().copied().unwrap_or(0);
            let opens = (last == self.at && first.kind.closer().is_some()).then(|| self.open_group(first.start, index));
            let element = is_start && first.kind != Kind::End;
            if element {
                self.source.groups[group].elements += 1;
            }
            self.source.atoms.push(Atom {
                kind: if last > self.at { Kind::String } else { first.kind },
                text,
                newline: first.newline(),
                blank,
                element,
                group,
                opens,
                closes,
                comments,
                indent: text.starts_with("\"\"\"").then(|| closing_indent(text)),
            });
            self.at = last + 1;
        }
    }

    /// Whether `,` before such a token parts elements: elsewhere it parts bindings.
    fn separates(&self, next: Kind, start: u32) -> bool {
        next.is_closer() || next == Kind::End || next == Kind::Wildcard || self.starts.elements.contains(&start)
    }

    fn open_group(&mut self, start: u32, index: usize) -> usize {
        let token = self.lexed.tokens[self.at];
        let parent = self.open.last().copied().unwrap_or(0);
        let id = self.source.groups.len();
        let mut group = Group::new(token.kind, parent, index);
        group.body = self.starts.bodies.contains(&start);
        let next = self.lexed.tokens.get(self.at + 1);
        let for_first = next.is_some_and(|next| next.kind == Kind::For && !self.starts.elements.contains(&next.start));
        group.comprehension = for_first && !group.body;
        self.source.groups.push(group);
        self.open.push(id);
        id
    }

    /// The last token of the string that begins here; this token where none does.
    fn last_of_string(&self) -> usize {
        let tokens = &self.lexed.tokens;
        if tokens[self.at].kind != Kind::Quote {
            return self.at;
        }
        let mut depth = 0;
        for (index, token) in tokens.iter().enumerate().skip(self.at) {
            match token.kind {
                Kind::Quote => depth += 1,
                Kind::QuoteEnd => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return index;
            }
        }
        tokens.len() - 1
    }

    /// The comments before `start`, and whether a blank line stands directly before it.
    fn comments_before(&mut self, start: u32, mut end: u32) -> (Vec<Remark<'a>>, bool) {
        let mut found = Vec::new();
        while let Some(comment) = self.lexed.comments.get(self.comment).filter(|c| c.span.start < start) {
            let between = &self.text[end as usize..comment.span.start as usize];
            let breaks = between.matches('\n').count();
            let text = &self.text[comment.span.start as usize..comment.span.end as usize];
            found.push(Remark { text: text.trim_end(), trailing: breaks == 0 && end > 0, blank: breaks > 1 });
            end = comment.span.end;
            self.comment += 1;
        }
        let between = self.text.get(end as usize..start as usize).unwrap_or_default();
        (found, between.matches('\n').count() > 1)
    }
}

/// How deep the closing quotes of a string of several lines stand.
fn closing_indent(text: &str) -> usize {
    let before = &text[..text.len() - 3];
    before.len() - before.trim_end_matches([' ', '\t']).len()
}
