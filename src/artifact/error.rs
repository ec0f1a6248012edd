//! Why a tree cannot be printed: where it is in the tree, and what has no exact form there.

use crate::base::Text;
use std::fmt;

/// A value that the format has no exact form for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The way to it from the root: attribute names, block labels, keys, positions.
    pub path: Vec<Text>,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What has no exact form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A name that is not an identifier of the format.
    Identifier(Text),
    /// A block label with characters that not every reader takes literally.
    Label(Text),
    /// A key or an attribute that stands twice in one place.
    Duplicate(Text),
    /// Text that is not in normal form C, which its reader would change.
    NotNormalised(Text),
    /// A number that is infinite or not a number.
    NotFinite,
    /// Text with a character that the format cannot hold.
    Character(char),
    /// Text of several lines where the format has room for one.
    SeveralLines(Text),
    /// Text that the format would read as syntax and has no escape for.
    Syntax(Text),
    /// A structure that the format has no form for.
    Shape(&'static str),
    /// A path of a file that is not relative, portable and inside the tree.
    Path(Text),
    /// Two files whose paths are equal on some file system, or one of which is a folder of the other.
    Collision(Text, Text),
    /// What was printed does not read back as what was meant.
    Difference {
        /// The value that was meant, as far as there is one.
        meant: Text,
        /// The value that was read, as far as there is one.
        read: Text,
    },
}

impl Error {
    /// A problem whose place is still to be told by [`Error::within`].
    pub fn new(problem: Problem) -> Error {
        Error { path: Vec::new(), problem }
    }

    /// The same problem, seen from one level above.
    pub fn within(mut self, step: impl Into<Text>) -> Error {
        self.path.insert(0, step.into());
        self
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Error {
        Error::new(problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Identifier(name) => write!(f, "{name:?} is not an identifier"),
            Problem::Label(label) => write!(f, "the label {label:?} has characters beyond plain ASCII"),
            Problem::Duplicate(name) => write!(f, "{name:?} stands twice"),
            Problem::NotNormalised(text) => write!(f, "{text:?} is not in Unicode normal form C"),
            Problem::NotFinite => write!(f, "the number is not finite"),
            Problem::Character(character) => write!(f, "the character {character:?} cannot be written"),
            Problem::SeveralLines(text) => write!(f, "{text:?} does not fit in one line"),
            Problem::Syntax(text) => write!(f, "{text:?} would be read as syntax"),
            Problem::Shape(what) => f.write_str(what),
            Problem::Path(path) => write!(f, "{path:?} is not a portable relative path"),
            Problem::Collision(path, other) => write!(f, "{path:?} and {other:?} cannot both exist"),
            Problem::Difference { meant, read } => write!(f, "meant {meant}, read {read}"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path.join(" › "))?;
        }
        self.problem.fmt(f)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::{Error, Problem};

    #[test]
    fn an_error_says_where_and_what() {
        let error = Error::from(Problem::NotFinite).within("b").within("a");
        assert_eq!(error.path, ["a", "b"]);
        assert_eq!(error.to_string(), "a › b: the number is not finite");
        assert_eq!(Error::new(Problem::Character('\0')).to_string(), "the character '\\0' cannot be written");
    }
}
