//! Variables of an environment as a shell and systemd read them: `NAME="value"`, where a backslash keeps quotes, `$`, backquotes and itself.

use super::Part;
use crate::artifact::jinja::{self, Expr};
use crate::artifact::text::invisible;
use crate::artifact::{Error, Problem};
use crate::base::Text;

/// What a backslash stands before; itself first, so that none is doubled twice.
const ESCAPED: [&str; 4] = ["\\", "\"", "$", "`"];

/// A variable of an environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: Text,
    /// The pieces of its value.
    pub value: Vec<Part>,
    /// What must hold for it to be there; nothing where it always is.
    pub condition: Option<Expr>,
}

/// The text of the file, or of its template.
pub fn env(variables: &[Variable]) -> Result<String, Error> {
    let mut code = jinja::Code::default();
    for Variable { name, value, condition } in variables {
        let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        if !starts || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(Problem::Identifier(name.clone()).into());
        }
        if let Some(condition) = condition {
            code.if_start(condition)?;
        }
        code.outside(name, true);
        code.syntax("=\"");
        let pieces: Result<Vec<jinja::Piece>, Error> = value.iter().map(piece).collect();
        code.pieces(&pieces.map_err(|error| error.within(name.clone()))?, false)?;
        code.syntax("\"\n");
        if condition.is_some() {
            code.if_end();
        }
    }
    Ok(code.finish())
}

fn piece(part: &Part) -> Result<jinja::Piece, Error> {
    Ok(match part {
        Part::Text(text) | Part::Verbatim(text) => {
            if let Some(character) = text.chars().find(|c| *c != '\n' && invisible(*c)) {
                return Err(Problem::Character(character).into());
            }
            let escaped = ESCAPED.iter().fold(text.to_string(), |text, sign| text.replace(sign, &format!("\\{sign}")));
            jinja::Piece::Text(escaped.into())
        }
        Part::Expr(expr) => {
            let text = expr.clone().filter("string");
            let replaced = |text: Expr, sign: &&str| text.filter_with("replace", [Expr::from(*sign), Expr::from(format!("\\{sign}"))]);
            jinja::Piece::Expr(ESCAPED.iter().fold(text, replaced))
        }
    })
}
