//! Files of lines: what they hold, and the checks that all of them share.

use crate::artifact::jinja;
use crate::artifact::text::{comment_lines, invisible};
use crate::artifact::{Error, Problem};
use crate::base::Text;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Data: escaped where the format has an escape, refused where it would be syntax.
    Text(Text),
    /// Text in the language of the format, written by the definition: `$MAINPID`, `%i`.
    Verbatim(Text),
    /// What an expression yields; its type or an assertion keeps it to one line.
    Expr(jinja::Expr),
}

/// A part of a file under one heading.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Section {
    /// The heading between brackets, if there is one.
    pub name: Option<Text>,
    /// What stands below it.
    pub items: Vec<Item>,
}

/// What stands below a heading.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A setting.
    Entry(Text, Vec<Part>),
    /// A line without a key.
    Line(Vec<Part>),
    /// A comment.
    Comment(Vec<Part>),
    /// A blank line.
    Blank,
    /// The same for each element of a list that is known when Ansible runs.
    Each {
        /// The variable of the element.
        variable: Text,
        /// The list.
        over: jinja::Expr,
        /// Which elements take part.
        condition: Option<jinja::Expr>,
        /// What is written for each.
        items: Vec<Item>,
    },
    /// Only if a condition holds when Ansible runs.
    If(jinja::Expr, Vec<Item>),
}

impl Part {
    /// Data.
    pub fn text(text: impl Into<Text>) -> Part {
        Part::Text(text.into())
    }

    /// Text in the language of the format.
    pub fn verbatim(text: impl Into<Text>) -> Part {
        Part::Verbatim(text.into())
    }
}

impl From<jinja::Expr> for Part {
    fn from(expr: jinja::Expr) -> Part {
        Part::Expr(expr)
    }
}

impl Section {
    /// A section with a heading.
    pub fn new(name: impl Into<Text>) -> Section {
        Section { name: Some(name.into()), items: Vec::new() }
    }

    /// Adds a setting.
    pub fn with(mut self, key: impl Into<Text>, value: impl IntoIterator<Item = Part>) -> Section {
        self.items.push(Item::Entry(key.into(), value.into_iter().collect()));
        self
    }

    /// Adds a setting whose value is data.
    pub fn text(self, key: impl Into<Text>, value: impl Into<Text>) -> Section {
        self.with(key, [Part::text(value)])
    }

    /// Adds a comment.
    pub fn comment(mut self, text: impl IntoIterator<Item = Part>) -> Section {
        self.items.push(Item::Comment(text.into_iter().collect()));
        self
    }

    /// Adds a blank line.
    pub fn blank(mut self) -> Section {
        self.items.push(Item::Blank);
        self
    }
}

/// How a format writes its lines.
pub(super) struct Style {
    /// Before a comment.
    pub comment: &'static str,
    /// Between a key and its value.
    pub assign: &'static str,
    /// Data under a key, escaped; the key is empty in a line without one.
    pub escape: fn(key: &str, text: &str) -> Result<String, Error>,
}

/// A file of lines without headings, each written by the definition; comments start with `#`.
pub fn lines(items: &[Item]) -> Result<String, Error> {
    let style = Style { comment: "# ", assign: " = ", escape: |_, text| one_line(text).map(str::to_owned) };
    sections(&[Section { name: None, items: items.to_vec() }], &style)
}

/// The text of a file of sections, or of its template.
pub(super) fn sections(sections: &[Section], style: &Style) -> Result<String, Error> {
    let mut code = jinja::Code::default();
    for (at, section) in sections.iter().enumerate() {
        code.syntax(if at == 0 || section.name.is_none() { "" } else { "\n" });
        let step = section.name.clone().unwrap_or_default();
        if let Some(name) = &section.name {
            if name.contains([']', '[']) {
                return Err(Problem::Syntax(name.clone()).into());
            }
            code.syntax("[");
            code.outside(one_line(name)?, true);
            code.syntax("]\n");
        }
        items(&mut code, &section.items, style).map_err(|error| error.within(step))?;
    }
    Ok(code.finish())
}

fn items(code: &mut jinja::Code, all: &[Item], style: &Style) -> Result<(), Error> {
    for item in all {
        match item {
            Item::Blank => code.syntax("\n"),
            Item::Line(parts) => {
                value(code, "", parts, style)?;
                code.syntax("\n");
            }
            Item::Comment(parts) => comment(code, parts, style)?,
            Item::Entry(key, parts) => {
                let plain = |c: char| c.is_ascii_alphanumeric() || "_-.:/@%+ ".contains(c);
                if key.is_empty() || !key.chars().all(plain) || key.trim() != key {
                    return Err(Problem::Identifier(key.clone()).into());
                }
                code.outside(key, true);
                code.syntax(style.assign);
                value(code, key, parts, style).map_err(|error| error.within(key.clone()))?;
                code.syntax("\n");
            }
            Item::Each { variable, over, condition, items: body } => {
                code.for_start(variable, over, condition.as_ref())?;
                items(code, body, style)?;
                code.for_end();
            }
            Item::If(condition, body) => {
                code.if_start(condition)?;
                items(code, body, style)?;
                code.if_end();
            }
        }
    }
    Ok(())
}

fn value(code: &mut jinja::Code, key: &str, parts: &[Part], style: &Style) -> Result<(), Error> {
    let mut pieces = Vec::new();
    for part in parts {
        pieces.push(match part {
            Part::Text(text) => jinja::Piece::Text((style.escape)(key, text)?.into()),
            Part::Verbatim(text) => jinja::Piece::Text(one_line(text)?.into()),
            Part::Expr(expr) => jinja::Piece::Expr(expr.clone()),
        });
    }
    // The edges of a value are lost in every one of these formats, and a backslash would join it with the next line.
    let edges = |text: &Text, first: bool| {
        if first { text.starts_with(char::is_whitespace) } else { text.ends_with(char::is_whitespace) || text.ends_with('\\') }
    };
    // A line of its own may be indented.
    let first = pieces.first().filter(|_| !key.is_empty());
    for (piece, first) in [(first, true), (pieces.last(), false)] {
        if let Some(jinja::Piece::Text(text)) = piece
            && edges(text, first)
        {
            return Err(Problem::Syntax(text.clone()).into());
        }
    }
    code.pieces(&pieces, false)
}

fn comment(code: &mut jinja::Code, parts: &[Part], style: &Style) -> Result<(), Error> {
    code.syntax(style.comment);
    for part in parts {
        match part {
            Part::Text(text) | Part::Verbatim(text) => {
                let text = comment_lines(text).collect::<Vec<String>>().join(" ");
                code.outside(&text, true);
            }
            Part::Expr(expr) => code.tag(expr)?,
        }
    }
    code.syntax("\n");
    Ok(())
}

/// Text without a line break or anything that hides.
pub(super) fn one_line(text: &str) -> Result<&str, Error> {
    match text.chars().find(|c| invisible(*c)) {
        Some('\n' | '\r' | '\u{2028}' | '\u{2029}') => Err(Problem::SeveralLines(text.into()).into()),
        Some(character) => Err(Problem::Character(character).into()),
        None => Ok(text),
    }
}
