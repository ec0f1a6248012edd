//! Text in a workflow of GitHub, which evaluates `${{ … }}` wherever it stands.

use crate::base::Text;

/// Data, so that nothing in it is evaluated.
pub fn literal(text: &str) -> Text {
    text.replace("${{", "${{ '${{' }}").into()
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn data_is_no_expression() {
        assert_eq!(literal("a ${{ b }} $${{"), "a ${{ '${{' }} b }} $${{ '${{' }}");
        assert_eq!(literal("${ {{ $"), "${ {{ $");
    }
}
