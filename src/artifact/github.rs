//! Text in a workflow of GitHub, which evaluates `${{ … }}` wherever it stands.

use super::{Error, Problem};
use crate::base::Text;

/// Data, so that nothing in it is evaluated. No variable of a process holds NUL, and no reader of expressions takes it.
pub fn literal(text: &str) -> Result<Text, Error> {
    if text.contains('\0') { Err(Problem::Character('\0').into()) } else { Ok(text.replace("${{", "${{ '${{' }}").into()) }
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn data_is_no_expression() {
        assert_eq!(literal("a ${{ b }} $${{").unwrap(), "a ${{ '${{' }} b }} $${{ '${{' }}");
        assert_eq!(literal("${ {{ $").unwrap(), "${ {{ $");
        assert!(literal("a\0").is_err());
    }
}
