//! Bodies with their names linked: what a comprehension, a repetition, a function or a rule binds is a place in a frame, a called
//! function of the program is its number, and every other name has a number of its own under which the checker says what it means.
//!
//! The form is that of the text, without what only the formatter needs.

use super::{List, Place};
use crate::base::{Span, Text};
use std::sync::Arc;

pub use crate::syntax::ast::{Assign, Binary, Key, Literal, Name, RESULT, TASK, Unary};

/// The place of a bound name in its frame: 0 is the outermost name that is bound around the expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local(pub u32);

/// Numbers a name that nothing around it binds, within the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameId(pub u32);

/// Numbers a function of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// A name that nothing around it binds. What it means, the checker says (`check::Types::meaning`).
#[derive(Clone, Debug)]
pub struct FreeName {
    /// As written.
    pub text: Text,
    /// Its number.
    pub id: NameId,
}

/// What a name that nothing binds means where it stands. The checker decides it once, by what is expected there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Meaning {
    /// Nobody asked: the name stands where nothing is evaluated, or in a program with errors.
    #[default]
    Undecided,
    /// The word itself: the member of an enum, the name of an environment, a label.
    Word,
    /// A protocol that has no ports, as a value of `protocol`.
    Protocol,
    /// The definition of that name, of this keyword.
    Definition(Text),
    /// What the place knows by that name.
    Place(Place),
    /// Of `+` and `-`: lists, and no numbers.
    Lists,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// The whole.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The form of an expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A literal without parts.
    Literal(Literal),
    /// Text with expressions in it.
    Template(Vec<Part>),
    /// A name that something around it binds.
    Local(Local),
    /// Any other name.
    Name(FreeName),
    /// A bare name in the pattern of a `match`: always a word.
    Word(Text),
    /// `base.name`
    Member(Box<Expr>, Name),
    /// `base?.name`: absent where `base` is.
    Maybe(Box<Expr>, Name),
    /// `base[index]`
    Index(Box<Expr>, Box<Expr>),
    /// `function(a, name = b)`
    Call(Callee, Vec<Argument>),
    /// `[a, b]`
    List(List),
    /// `{ a = 1 }`
    Map(Vec<(Key, Expr)>),
    /// `[for x in xs if p : e]`, `{ for k, v in xs if p : key => value }`
    For(Box<Comprehension>),
    /// `not x`, `-x`
    Unary(Unary, Box<Expr>),
    /// `a and b`
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// `a + b`, `a - b`: of numbers or of lists, which the checker says of the name.
    Sum(FreeName, Binary, Box<Expr>, Box<Expr>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `match x { a => 1, _ => 2 }`
    Match(Box<Expr>, Vec<Arm>),
    /// Text that is no expression; it was reported.
    Error,
}

/// A function that is called.
#[derive(Clone, Debug)]
pub struct Callee {
    /// As written.
    pub name: Name,
    /// The function of the program that it is; otherwise it is built in, or there is none.
    pub declared: Option<FunctionId>,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text, with its escapes resolved.
    Text(Text),
    /// `${expr}`
    Expr(Expr),
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its name, where it is said.
    pub name: Option<Name>,
    /// Its value.
    pub value: Expr,
}

/// `x in xs` or `k, v in xs`: it binds the key, where there is one, and then the value.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The name of the key or index, where two names stand.
    pub key: Option<Name>,
    /// The name of the value.
    pub value: Name,
    /// What is gone through.
    pub source: Arc<Expr>,
}

/// What a comprehension goes through and gives.
#[derive(Clone, Debug)]
pub struct Comprehension {
    /// What is gone through, outermost first.
    pub bindings: Vec<Binding>,
    /// Which are kept.
    pub condition: Option<Expr>,
    /// The key of a map's entry; none where it gives a list.
    pub key: Option<Expr>,
    /// The element or the entry's value.
    pub value: Expr,
}

/// An arm of a `match`.
#[derive(Clone, Debug)]
pub struct Arm {
    /// What is matched; none for `_`.
    pub pattern: Option<Expr>,
    /// What it gives.
    pub value: Expr,
}

/// What stands between `{` and `}` of a block.
#[derive(Clone, Debug)]
pub struct Body {
    /// From `{` to `}`.
    pub span: Span,
    /// In the order of the text.
    pub items: Vec<Item>,
}

/// One thing in a body.
#[derive(Clone, Debug)]
pub enum Item {
    /// `name = expr`
    Attribute(Arc<Attribute>),
    /// `keyword label… { … }`
    Block(Arc<Block>),
    /// `check condition …`
    Check(Check),
    /// `for x in xs { … }`
    For(For),
    /// `input`, `output`, `let`, `fn`, `type` or `enum`, which no block but a definition holds: the place of its name.
    Declaration(Span),
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The whole.
    pub span: Span,
    /// The documentation comment before it.
    pub doc: Option<Text>,
    /// What is set.
    pub name: Name,
    /// How.
    pub operator: Assign,
    /// To what.
    pub value: Arc<Expr>,
}

/// A block: `keyword label… for x in xs by key if cond { items }`.
#[derive(Clone, Debug)]
pub struct Block {
    /// The whole.
    pub span: Span,
    /// The documentation comment before it.
    pub doc: Option<Text>,
    /// The first word.
    pub keyword: Name,
    /// The words and strings behind it.
    pub labels: Vec<Label>,
    /// `for x in xs by key`
    pub repeat: Option<Repeat>,
    /// `if cond`
    pub condition: Option<Arc<Expr>>,
    /// What it holds.
    pub body: Body,
}

/// A label of a block.
#[derive(Clone, Debug)]
pub struct Label {
    /// Its place, with the quotes.
    pub span: Span,
    /// What it says.
    pub value: LabelValue,
}

/// A label is a word, or text that may hold expressions.
#[derive(Clone, Debug)]
pub enum LabelValue {
    /// `compute`
    Word(Text),
    /// `"/etc/${name}"`
    Template(Vec<Part>),
}

/// `for x in xs, y in ys by key` of a block.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// What is gone through, outermost first.
    pub bindings: Vec<Binding>,
    /// What tells the repetitions apart.
    pub by: Option<Arc<Expr>>,
}

/// `for x in xs, y in ys if p { … }` as an item.
#[derive(Clone, Debug)]
pub struct For {
    /// The whole.
    pub span: Span,
    /// What is gone through, outermost first.
    pub bindings: Vec<Binding>,
    /// Which are kept.
    pub condition: Option<Arc<Expr>>,
    /// What is repeated.
    pub body: Body,
}

/// A named expression.
#[derive(Clone, Debug)]
pub struct Let {
    /// The whole.
    pub span: Span,
    /// The documentation comment before it.
    pub doc: Option<Text>,
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: Arc<Expr>,
}

/// A rule that must hold.
#[derive(Clone, Debug)]
pub struct Check {
    /// The whole.
    pub span: Span,
    /// What must be true.
    pub condition: Arc<Expr>,
    /// Whose place a report names.
    pub at: Option<Arc<Expr>>,
    /// What a report says.
    pub message: Option<Arc<Expr>>,
    /// What a report advises.
    pub help: Option<Arc<Expr>>,
}

/// `where condition else message help advice`: the value is `Local(0)`.
#[derive(Clone, Debug)]
pub struct Refinement {
    /// What must be true of the value.
    pub condition: Arc<Expr>,
    /// What a report says.
    pub message: Option<Arc<Expr>>,
    /// What a report advises.
    pub help: Option<Arc<Expr>>,
}

impl Expr {
    /// Whether both are the same literal, name or text. Of larger expressions it is not asked.
    pub fn says_the_same(&self, other: &Expr) -> bool {
        match (&self.kind, &other.kind) {
            (ExprKind::Template(a), ExprKind::Template(b)) => plain_text(a).is_some_and(|text| plain_text(b) == Some(text)),
            (ExprKind::Literal(a), ExprKind::Literal(b)) => a == b,
            (ExprKind::Name(a), ExprKind::Name(b)) => a.text == b.text,
            (ExprKind::Local(a), ExprKind::Local(b)) => a == b,
            _ => false,
        }
    }

    /// The name, where it is one that nothing binds.
    pub fn as_name(&self) -> Option<&Text> {
        match &self.kind {
            ExprKind::Name(name) => Some(&name.text),
            _ => None,
        }
    }

    /// The text, where it is one without expressions.
    pub fn as_text(&self) -> Option<Text> {
        match &self.kind {
            ExprKind::Template(parts) => plain_text(parts),
            _ => None,
        }
    }

    /// Calls `visit` with this expression and every one in it, the outer before the inner.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(self);
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Local(_) | ExprKind::Name(_) | ExprKind::Word(_) | ExprKind::Error => {}
            ExprKind::Template(parts) => parts.iter().for_each(|part| {
                if let Part::Expr(expr) = part {
                    expr.walk(visit);
                }
            }),
            ExprKind::Member(base, _) | ExprKind::Maybe(base, _) | ExprKind::Unary(_, base) => base.walk(visit),
            ExprKind::Index(left, right) | ExprKind::Binary(_, left, right) | ExprKind::Sum(_, _, left, right) => {
                [left, right].into_iter().for_each(|expr| expr.walk(visit));
            }
            ExprKind::Call(_, arguments) => arguments.iter().for_each(|argument| argument.value.walk(visit)),
            ExprKind::List(elements) => elements.iter().for_each(|element| element.walk(visit)),
            ExprKind::Map(entries) => entries.iter().for_each(|(_, value)| value.walk(visit)),
            ExprKind::For(of) => {
                of.bindings.iter().for_each(|binding| binding.source.walk(visit));
                of.condition.iter().chain(&of.key).for_each(|expr| expr.walk(visit));
                of.value.walk(visit);
            }
            ExprKind::If(condition, yes, no) => [condition, yes, no].into_iter().for_each(|expr| expr.walk(visit)),
            ExprKind::Match(of, arms) => {
                of.walk(visit);
                arms.iter().for_each(|arm| {
                    arm.pattern.iter().for_each(|pattern| pattern.walk(visit));
                    arm.value.walk(visit);
                });
            }
        }
    }

    /// Whether it names what is bound in a place of its frame.
    pub fn uses(&self, place: Local) -> bool {
        let mut found = false;
        self.walk(&mut |expr| found |= matches!(expr.kind, ExprKind::Local(used) if used == place));
        found
    }

    /// Whether it names one of `wanted`, by a name that nothing binds.
    pub fn mentions(&self, wanted: &std::collections::BTreeSet<Text>) -> bool {
        let mut found = false;
        self.walk(&mut |expr| found |= expr.as_name().is_some_and(|name| wanted.contains(name)));
        found
    }
}

impl Body {
    /// The attributes, in the order of the text.
    pub fn attributes(&self) -> impl Iterator<Item = &Arc<Attribute>> + Clone {
        self.items.iter().filter_map(|item| if let Item::Attribute(attribute) = item { Some(attribute) } else { None })
    }

    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        self.attributes().find(|attribute| attribute.name.text == name)
    }

    /// The blocks, in the order of the text.
    pub fn blocks(&self) -> impl Iterator<Item = &Arc<Block>> + Clone {
        self.items.iter().filter_map(|item| if let Item::Block(block) = item { Some(block) } else { None })
    }
}

impl Block {
    /// Whether a body was written; that one lacks it is told by who read it.
    pub fn has_body(&self) -> bool {
        self.body.span.start < self.body.span.end
    }

    /// The name of what a step answers, with its place: the blocks below it in its body know it.
    pub fn result(&self) -> Option<(&Text, Span)> {
        let label = self.labels.get(RESULT).filter(|_| self.keyword.text == TASK)?;
        Some((label.word()?, label.span))
    }

    /// What is blamed for all of it: its first label, or the keyword where it has none.
    pub fn place(&self) -> Span {
        self.labels.first().map_or(self.keyword.span, |label| label.span)
    }

    /// The word of a label.
    pub fn word(&self, at: usize) -> Option<&Text> {
        self.labels.get(at)?.word()
    }
}

impl Label {
    /// The word that it says, where it is one.
    pub fn word(&self) -> Option<&Text> {
        match &self.value {
            LabelValue::Word(word) => Some(word),
            LabelValue::Template(_) => None,
        }
    }

    /// The word, or the text without expressions.
    pub fn plain(&self) -> Option<Text> {
        match &self.value {
            LabelValue::Word(word) => Some(word.clone()),
            LabelValue::Template(parts) => plain_text(parts),
        }
    }
}

/// The text of a template without expressions.
pub fn plain_text(parts: &[Part]) -> Option<Text> {
    match parts {
        [] => Some(Text::default()),
        [Part::Text(text)] => Some(text.clone()),
        _ => None,
    }
}
