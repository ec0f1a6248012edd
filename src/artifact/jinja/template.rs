//! Templates of files: text, expressions and statements.
//!
//! Ansible drops the line break behind a statement (`trim_blocks`), so one is always written there.

use super::{Code, Expr};
use crate::artifact::Error;
use crate::base::Text;

/// A piece of text with expressions in it.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Literal text.
    Text(Text),
    /// `{{ … }}`.
    Expr(Expr),
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Literal text.
    Text(Text),
    /// `{{ … }}`.
    Expr(Expr),
    /// `{% for variable in over if condition %} … {% endfor %}`.
    For {
        /// The variable of the element.
        variable: Text,
        /// What it runs over.
        over: Expr,
        /// Which elements take part.
        condition: Option<Expr>,
        /// What is written for each.
        body: Vec<Piece>,
    },
    /// `{% if condition %} … {% else %} … {% endif %}`.
    If {
        /// What decides.
        condition: Expr,
        /// What is written if it holds.
        yes: Vec<Piece>,
        /// What is written otherwise.
        no: Vec<Piece>,
    },
    /// `{% set variable = value %}`.
    Set(Text, Expr),
}

impl Part {
    /// Literal text.
    pub fn text(text: impl Into<Text>) -> Part {
        Part::Text(text.into())
    }
}

impl From<Expr> for Part {
    fn from(expr: Expr) -> Part {
        Part::Expr(expr)
    }
}

impl From<Part> for Piece {
    fn from(part: Part) -> Piece {
        match part {
            Part::Text(text) => Piece::Text(text),
            Part::Expr(expr) => Piece::Expr(expr),
        }
    }
}

/// The text of a template file.
pub fn template(pieces: &[Piece]) -> Result<String, Error> {
    let mut code = Code::default();
    code.pieces(pieces, false)?;
    Ok(code.finish())
}

/// Text with expressions in it.
pub(super) fn parts(parts: &[Part]) -> Result<String, Error> {
    let pieces: Vec<Piece> = parts.iter().cloned().map(Piece::from).collect();
    template(&pieces)
}

impl Code {
    /// Pieces one after the other; `followed` by a tag.
    pub(in crate::artifact) fn pieces(&mut self, pieces: &[Piece], followed: bool) -> Result<(), Error> {
        let mut literal = String::new();
        for piece in pieces {
            if let Piece::Text(text) = piece {
                literal.push_str(text);
                continue;
            }
            self.outside(&literal, true);
            literal.clear();
            match piece {
                Piece::Text(_) => {}
                Piece::Expr(expr) => self.tag(expr)?,
                Piece::For { variable, over, condition, body } => {
                    self.for_start(variable, over, condition.as_ref())?;
                    self.pieces(body, true)?;
                    self.for_end();
                }
                Piece::If { condition, yes, no } => {
                    self.syntax("{% if ");
                    self.expr(condition)?;
                    self.syntax(" %}\n");
                    self.pieces(yes, true)?;
                    if !no.is_empty() {
                        self.syntax("{% else %}\n");
                        self.pieces(no, true)?;
                    }
                    self.syntax("{% endif %}\n");
                }
                Piece::Set(variable, value) => {
                    self.syntax("{% set ");
                    self.name(variable)?;
                    self.syntax(" = ");
                    self.expr(value)?;
                    self.syntax(" %}\n");
                }
            }
        }
        self.outside(&literal, followed);
        Ok(())
    }

    /// `{% for variable in over if condition %}` with the end of its line.
    pub(in crate::artifact) fn for_start(&mut self, variable: &str, over: &Expr, condition: Option<&Expr>) -> Result<(), Error> {
        self.syntax("{% for ");
        self.name(variable)?;
        self.syntax(" in ");
        // A conditional would be read as the condition of the loop.
        let conditional = matches!(over, Expr::Conditional(..));
        self.syntax(if conditional { "(" } else { "" });
        self.expr(over)?;
        self.syntax(if conditional { ")" } else { "" });
        if let Some(condition) = condition {
            self.syntax(" if ");
            self.expr(condition)?;
        }
        self.syntax(" %}\n");
        Ok(())
    }

    /// `{% if condition %}` with the end of its line.
    pub(in crate::artifact) fn if_start(&mut self, condition: &Expr) -> Result<(), Error> {
        self.syntax("{% if ");
        self.expr(condition)?;
        self.syntax(" %}\n");
        Ok(())
    }

    /// `{% endif %}` with the end of its line.
    pub(in crate::artifact) fn if_end(&mut self) {
        self.syntax("{% endif %}\n");
    }

    /// `{% endfor %}` with the end of its line.
    pub(in crate::artifact) fn for_end(&mut self) {
        self.syntax("{% endfor %}\n");
    }
}
