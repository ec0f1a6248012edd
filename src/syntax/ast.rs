//! The tree of one source file: what was written and where, with the gaps of broken text as error nodes.

use crate::base::{Ports, Span, Text};
use ipnet::IpNet;
use std::net::IpAddr;
use std::sync::Arc;

/// A word with its place: a keyword, a label, the name of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The word.
    pub text: Text,
    /// Its place.
    pub span: Span,
}

/// One source file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// What stands at the top level.
    pub items: Vec<Item>,
    /// Every comment, in the order of the text.
    pub comments: Vec<Comment>,
    /// The names that stand alone as items of bodies and entries of maps, in the order of the text: `name` is `name = name`.
    pub alone: Vec<Name>,
}

/// A comment from its `#` to the end of its line.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    /// From `#` to before the line break.
    pub span: Span,
    /// Whether it documents what follows (`##`).
    pub doc: bool,
}

/// What stands between `{` and `}` of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// From `{` to `}`.
    pub span: Span,
    /// In the order of the text.
    pub items: Vec<Item>,
}

/// One thing in a file or body.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `name = expr`, `name += expr`, `name -= expr`.
    Attribute(Attribute),
    /// `keyword label… { … }`.
    Block(Block),
    /// `input name: Type = default where rule`.
    Input(Input),
    /// `output name: Type = value`.
    Output(Output),
    /// `let name = value`.
    Let(Let),
    /// `check condition at place else message help advice`.
    Check(Check),
    /// `fn name(a: T) -> U = expr`.
    Function(Function),
    /// `type Name = T where rule`.
    Type(TypeAlias),
    /// `enum Name { a, b }`.
    Enum(Enum),
    /// `for x in xs if p { … }`: the items once for each. `if p { … }` binds nothing.
    For(For),
    /// Text that is no item; a diagnostic says why.
    Error(Span),
}

/// An attribute.
#[derive(Clone, Debug, PartialEq)]
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

/// How an attribute changes what was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assign {
    /// `=`
    Set,
    /// `+=`
    Add,
    /// `-=`
    Remove,
}

/// A block: `keyword label… for x in xs by key if cond { items }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The whole.
    pub span: Span,
    /// The documentation comment before it.
    pub doc: Option<Text>,
    /// The first word; `implement compute on aws` has the labels `compute`, `on`, `aws`.
    pub keyword: Name,
    /// The words and strings behind it.
    pub labels: Vec<Label>,
    /// `for x in xs by key`.
    pub repeat: Option<Repeat>,
    /// `if cond`.
    pub condition: Option<Arc<Expr>>,
    /// What it holds.
    pub body: Body,
}

impl Block {
    /// The word that a label says, where there is one and it is a word.
    pub fn word(&self, at: usize) -> Option<&Text> {
        self.labels.get(at)?.word()
    }

    /// The label that names what a step answers: the blocks below it in its body know that name.
    pub fn result(&self) -> Option<(&Text, Span)> {
        let label = self.labels.get(RESULT).filter(|_| self.keyword.text == TASK)?;
        Some((label.word()?, label.span))
    }
}

/// The word of the steps that answer something.
pub const TASK: &str = "task";

/// Which label of such a step names what it answers.
pub const RESULT: usize = 2;

/// The blocks among items.
pub fn blocks(items: &[Item]) -> impl Iterator<Item = &Block> {
    items.iter().filter_map(|item| if let Item::Block(block) = item { Some(block) } else { None })
}

/// A label of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Its place, with the quotes.
    pub span: Span,
    /// What it says.
    pub value: LabelValue,
}

impl Label {
    /// The word that it says, where it is one.
    pub fn word(&self) -> Option<&Text> {
        match &self.value {
            LabelValue::Word(text) => Some(text),
            LabelValue::Template(_) => None,
        }
    }
}

/// A label is a word, or a string that may hold expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelValue {
    /// `compute`
    Word(Text),
    /// `"/etc/${name}"`
    Template(Vec<Part>),
}

/// `for x in xs, y in ys by key` of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Repeat {
    /// What is gone through, outermost first.
    pub bindings: Vec<Binding>,
    /// What tells the repetitions apart.
    pub by: Option<Arc<Expr>>,
}

/// `x in xs` or `k, v in xs`.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// The whole.
    pub span: Span,
    /// The name of the key, where two names stand.
    pub key: Option<Name>,
    /// The name of the value.
    pub value: Name,
    /// What is gone through.
    pub source: Arc<Expr>,
}

/// `for x in xs, y in ys if p { … }` as an item; without bindings `if p { … }`.
#[derive(Clone, Debug, PartialEq)]
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

/// A declared input.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// The whole.
    pub span: Span,
    /// The documentation comment before it.
    pub doc: Option<Text>,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// What it is where nothing is said.
    pub default: Option<Arc<Expr>>,
    /// The rule it must keep.
    pub refinement: Option<Refinement>,
}

/// A declared output.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The whole.
    pub span: Span,
    /// The documentation comment before it.
    pub doc: Option<Text>,
    /// Its name.
    pub name: Name,
    /// Its type; an `implement` body leaves it out.
    pub ty: Option<Type>,
    /// Its value; a contract leaves out what each implementation gives.
    pub value: Option<Arc<Expr>>,
}

/// A named expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Let {
    /// The whole.
    pub span: Span,
    /// The documentation comment before it.
    pub doc: Option<Text>,
    /// Its name.
    pub name: Name,
    /// Its type, where it is said.
    pub ty: Option<Type>,
    /// Its value.
    pub value: Arc<Expr>,
}

/// A rule that must hold.
#[derive(Clone, Debug, PartialEq)]
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

/// `where condition else message help advice`; `it` is the value.
#[derive(Clone, Debug, PartialEq)]
pub struct Refinement {
    /// The whole.
    pub span: Span,
    /// What must be true of `it`.
    pub condition: Arc<Expr>,
    /// What a report says.
    pub message: Option<Arc<Expr>>,
    /// What a report advises.
    pub help: Option<Arc<Expr>>,
}

/// A function of the program's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// The whole.
    pub span: Span,
    /// The documentation comment before it.
    pub doc: Option<Text>,
    /// Its name.
    pub name: Name,
    /// What it takes.
    pub parameters: Vec<(Name, Type)>,
    /// What it gives.
    pub result: Type,
    /// How.
    pub value: Arc<Expr>,
}

/// A named type.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeAlias {
    /// The whole.
    pub span: Span,
    /// The documentation comment before it.
    pub doc: Option<Text>,
    /// Its name.
    pub name: Name,
    /// What it stands for.
    pub ty: Type,
    /// The rule its values keep.
    pub refinement: Option<Refinement>,
}

/// A closed set of names.
#[derive(Clone, Debug, PartialEq)]
pub struct Enum {
    /// The whole.
    pub span: Span,
    /// The documentation comment before it.
    pub doc: Option<Text>,
    /// Its name.
    pub name: Name,
    /// Its members, in the order of the text.
    pub members: Vec<Name>,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// The whole.
    pub span: Span,
    /// What it is.
    pub kind: TypeKind,
    /// Whether `?` stands behind it.
    pub optional: bool,
}

/// The form of a type.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// `int`, `Size`, `list(host)`, `map(K, V)`, `stack compute` (the word `stack`, then `compute` as `of`).
    Named {
        /// The word.
        name: Name,
        /// The definition's name, where a keyword stands before it.
        of: Option<Name>,
        /// What stands in parentheses.
        arguments: Vec<Type>,
    },
    /// `{ name: T, … }`
    Record(Vec<Field>),
    /// Text that is no type.
    Error,
}

/// A field of a record type.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The documentation comment before it.
    pub doc: Option<Text>,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// What it is where a value leaves it out.
    pub default: Option<Expr>,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// The whole.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

impl Expr {
    /// Whether both are the same literal, name or text. Of larger expressions it is not asked.
    pub fn says_the_same(&self, other: &Expr) -> bool {
        match (&self.kind, &other.kind) {
            (ExprKind::Template(a), ExprKind::Template(b)) => a == b && a.iter().all(|part| matches!(part, Part::Text(_))),
            (ExprKind::Literal(_) | ExprKind::Name(_), _) => self.kind == other.kind,
            _ => false,
        }
    }
}

/// The form of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A literal without parts.
    Literal(Literal),
    /// `"a ${x}"` or `"""…"""`, with the indentation of the last line taken off.
    Template(Vec<Part>),
    /// A name.
    Name(Text),
    /// `base.name`
    Member(Arc<Expr>, Name),
    /// `base[index]`
    Index(Arc<Expr>, Arc<Expr>),
    /// `function(a, name = b)`
    Call(Name, Vec<Argument>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ a = 1 }`
    Map(Vec<(Key, Expr)>),
    /// `[for x in xs if p : e]`
    ListFor(Box<Comprehension>),
    /// `{ for k, v in xs if p : key => value }`
    MapFor(Box<Comprehension>),
    /// `not x`, `-x`
    Unary(Unary, Arc<Expr>),
    /// `a + b`
    Binary(Binary, Arc<Expr>, Arc<Expr>),
    /// `if c then a else b`
    If(Arc<Expr>, Arc<Expr>, Arc<Expr>),
    /// `match x { a => 1, _ => 2 }`
    Match(Arc<Expr>, Vec<Arm>),
    /// `(x)`, kept for the formatter.
    Paren(Arc<Expr>),
    /// Text that is no expression.
    Error,
}

/// A literal without parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `none`
    None,
    /// `true`, `false`
    Bool(bool),
    /// `3`
    Int(i64),
    /// `0.5`
    Float(f64),
    /// `10.0.0.1`
    Ip(IpAddr),
    /// `10.0.0.0/16`; host bits are set where the source says so, the checker refuses them.
    Cidr(IpNet),
    /// `443/tcp`, `30000..30100/udp`; a protocol without ports is a name.
    Port(Ports),
    /// `40GiB`, in bytes.
    Bytes(u64),
    /// `30d`, in milliseconds.
    Duration(u64),
    /// `200EUR`, in hundredths, with the currency's code.
    Money(i64, Text),
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text, with its escapes resolved.
    Text(Text),
    /// `${expr}`
    Expr(Expr),
}

/// The key of a map entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its place.
    pub span: Span,
    /// What it says.
    pub text: Text,
    /// Whether it stands in quotes.
    pub quoted: bool,
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// Its name, where it is said.
    pub name: Option<Name>,
    /// Its value.
    pub value: Expr,
}

/// What a comprehension goes through and gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Comprehension {
    /// What is gone through, outermost first.
    pub bindings: Vec<Binding>,
    /// Which are kept.
    pub condition: Option<Expr>,
    /// The key of a map's entry.
    pub key: Option<Expr>,
    /// The element or the entry's value.
    pub value: Expr,
}

/// An arm of a `match`.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// What is matched; none for `_`.
    pub pattern: Option<Expr>,
    /// What it gives.
    pub value: Expr,
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// `not x`
    Not,
    /// `-x`
    Negate,
    /// `x?` before `.field`: where `x` is absent, the field is.
    Maybe,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// `a ?? b`
    Default,
    /// `a or b`
    Or,
    /// `a and b`
    And,
    /// `a == b`
    Equal,
    /// `a != b`
    NotEqual,
    /// `a < b`
    Less,
    /// `a <= b`
    LessEqual,
    /// `a > b`
    Greater,
    /// `a >= b`
    GreaterEqual,
    /// `a in b`
    In,
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`
    Divide,
    /// `a % b`
    Remainder,
}
