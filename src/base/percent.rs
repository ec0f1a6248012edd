//! Text as a part of a URI.

use std::fmt::Write;

/// Writes text into a URI: letters, digits, `-`, `.`, `_`, `~` and the signs in `kept` as they are, the bytes of everything else by `%`
/// (RFC 3986).
pub fn encode(text: &str, kept: &[u8], into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            into.push(char::from(byte));
        } else {
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn what_is_not_kept_is_written_by_its_bytes() {
        let encoded = |text: &str, kept: &[u8]| {
            let mut into = String::new();
            encode(text, kept, &mut into);
            into
        };
        assert_eq!(encoded("a-b._~/ ä%", b"/"), "a-b._~/%20%C3%A4%25");
        assert_eq!(encoded("a/b", b""), "a%2Fb");
    }
}
