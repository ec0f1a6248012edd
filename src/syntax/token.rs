//! The words and signs of the language.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Kind {
    // Words; `is_word` relies on their standing first.
    /// `[a-z][a-z0-9_-]*`
    Name,
    /// `[A-Z][A-Za-z0-9]*`
    TypeName,
    /// Any other identifier, good for the key of a map alone.
    Word,
    // Words that only the start of an item makes special.
    Input,
    Output,
    Let,
    Check,
    Fn,
    Type,
    Enum,
    // Words that no expression may use as a name; `is_reserved` relies on their order.
    If,
    Then,
    Else,
    Match,
    For,
    In,
    And,
    Or,
    Not,
    True,
    False,
    None,
    By,
    Where,
    At,
    Help,
    /// `_`
    Wildcard,

    // Literals.
    Int,
    Float,
    Ip,
    Cidr,
    /// `443/tcp`
    Port,
    /// A number with a unit or a currency.
    Quantity,
    /// A string of one line without escapes and interpolations.
    String,
    /// An operand that a diagnostic already explains.
    Broken,

    // A string with parts: `Quote (Text | Interpolation … InterpolationEnd)* QuoteEnd`.
    /// `"` or `"""`
    Quote,
    Text,
    /// `${`
    Interpolation,
    /// `}`
    InterpolationEnd,
    QuoteEnd,

    // Brackets.
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,

    // Signs.
    Comma,
    Colon,
    Dot,
    Question,
    Arrow,
    FatArrow,
    Assign,
    PlusAssign,
    MinusAssign,
    Coalesce,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,

    /// Behind the last token.
    End,
}

impl Kind {
    /// Any identifier, keywords included.
    pub fn is_word(self) -> bool {
        self <= Kind::Help
    }

    /// A word that an expression may use as a name.
    pub fn is_name(self) -> bool {
        self == Kind::Name || Kind::Input <= self && self <= Kind::Enum
    }

    /// A word that no expression may use as a name.
    pub fn is_reserved(self) -> bool {
        Kind::If <= self && self <= Kind::Help
    }

    /// Whether an element of a list, a map or an enum may begin with it.
    pub fn begins_element(self) -> bool {
        self.is_word() && !self.is_reserved() || Kind::Int <= self && self <= Kind::String || self == Kind::Quote
    }

    /// `=`, `+=`, `-=`.
    pub fn is_assign(self) -> bool {
        matches!(self, Kind::Assign | Kind::PlusAssign | Kind::MinusAssign)
    }

    /// What opens a group, with what closes it.
    pub fn closer(self) -> Option<Kind> {
        match self {
            Kind::LeftParen => Some(Kind::RightParen),
            Kind::LeftBracket => Some(Kind::RightBracket),
            Kind::LeftBrace => Some(Kind::RightBrace),
            Kind::Quote => Some(Kind::QuoteEnd),
            Kind::Interpolation => Some(Kind::InterpolationEnd),
            _ => None,
        }
    }

    /// What opens the group that it closes.
    pub fn opener(self) -> Option<Kind> {
        match self {
            Kind::RightParen => Some(Kind::LeftParen),
            Kind::RightBracket => Some(Kind::LeftBracket),
            Kind::RightBrace => Some(Kind::LeftBrace),
            Kind::QuoteEnd => Some(Kind::Quote),
            Kind::InterpolationEnd => Some(Kind::Interpolation),
            _ => None,
        }
    }

    /// Whether it closes a group.
    pub fn is_closer(self) -> bool {
        matches!(self, Kind::RightParen | Kind::RightBracket | Kind::RightBrace | Kind::QuoteEnd | Kind::InterpolationEnd)
    }

    /// Whether a line that begins with it continues the expression above: an infix operator that can begin neither an
    /// item nor an element. `-` may begin an element, `in` an item.
    pub fn continues_line(self) -> bool {
        matches!(
            self,
            Kind::Coalesce
                | Kind::Or
                | Kind::And
                | Kind::Equal
                | Kind::NotEqual
                | Kind::Less
                | Kind::LessEqual
                | Kind::Greater
                | Kind::GreaterEqual
                | Kind::Plus
                | Kind::Star
                | Kind::Slash
                | Kind::Percent
        )
    }
}

/// A token: its kind, its bytes, and what stood before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
    /// What it is.
    pub kind: Kind,
    flags: u8,
}

const NEWLINE: u8 = 1;
const DOC: u8 = 2;
const BROKEN: u8 = 4;

impl Token {
    /// A token of which nothing special is known.
    pub fn new(kind: Kind, start: usize, end: usize) -> Token {
        Token { start: start as u32, end: end as u32, kind, flags: 0 }
    }

    /// With a line break before it, or not.
    pub fn after_newline(mut self, newline: bool) -> Token {
        self.flags = (self.flags & !NEWLINE) | if newline { NEWLINE } else { 0 };
        self
    }

    /// With a documentation comment before it, or not.
    pub fn after_doc(mut self, doc: bool) -> Token {
        self.flags = (self.flags & !DOC) | if doc { DOC } else { 0 };
        self
    }

    /// Marks that a diagnostic already explains this place.
    pub fn broken(mut self) -> Token {
        self.flags |= BROKEN;
        self
    }

    /// Whether it is the first of its line.
    pub fn newline(self) -> bool {
        self.flags & NEWLINE != 0
    }

    /// Whether a documentation comment stands before it.
    pub fn doc(self) -> bool {
        self.flags & DOC != 0
    }

    /// Whether a diagnostic already explains this place.
    pub fn is_broken(self) -> bool {
        self.flags & BROKEN != 0
    }
}
