//! Nothing of a source may move the cursor, recolour the terminal or turn the order of the text around.

use std::borrow::Cow;

/// Whether a character does something to a terminal or a reader instead of being seen.
fn is_harmful(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => true,
        '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{e0000}'..='\u{e007f}' => true,
        other => other.is_control(),
    }
}

/// A message with every harmful character written out: `\u{1b}`.
pub fn sanitise(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match is_harmful(character) {
            true => plain.extend(character.escape_unicode()),
            false => plain.push(character),
        }
    }
    Cow::Owned(plain)
}

/// A JSON document with every harmful character written as JSON writes it, which changes nothing of what it says.
pub(super) fn sanitise_json(text: String) -> String {
    if !text.contains(is_harmful) {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match is_harmful(character) {
            true => character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| plain.push_str(&format!("\\u{unit:04x}"))),
            false => plain.push(character),
        }
    }
    plain
}

/// A source with every harmful character replaced by a visible one of the same length, so that every offset still
/// holds. The carriage return of a line end stays.
pub(super) fn sanitise_source(text: &str) -> Cow<'_, str> {
    let harmless_return = |at: usize| text[at..].starts_with("\r\n");
    if !text.char_indices().any(|(at, character)| is_harmful(character) && !harmless_return(at)) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        if !is_harmful(character) || harmless_return(at) {
            plain.push(character);
        } else {
            plain.push(match character.len_utf8() {
                1 => '?',
                2 => '¿',
                3 => char::REPLACEMENT_CHARACTER,
                _ => '🯄',
            });
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\u{1b}[31mb\u{7}\u{0}\u{9b}c\u{202e}d\u{2066}e\u{200b}f\u{e0041}g\rh\r\ni\tj";

    #[test]
    fn messages_write_it_out() {
        let plain = sanitise(HOSTILE);
        assert!(!plain.contains(is_harmful), "{plain:?}");
        assert!(plain.starts_with("a\\u{1b}[31mb\\u{7}\\u{0}"));
        assert!(matches!(sanitise("größe `x`\n\t日本"), Cow::Borrowed(_)));
    }

    #[test]
    fn documents_keep_what_they_say() {
        let value = serde_json::Value::from(HOSTILE);
        let plain = sanitise_json(value.to_string());
        assert!(!plain.contains(is_harmful) && plain.contains("\\udb40\\udc41"), "{plain:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&plain).unwrap(), value);
    }

    #[test]
    fn sources_keep_their_offsets() {
        let plain = sanitise_source(HOSTILE);
        assert_eq!(plain.len(), HOSTILE.len());
        for letter in ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] {
            assert_eq!(plain.rfind(letter), HOSTILE.rfind(letter), "{letter}");
        }
        assert!(!plain.replace("\r\n", "").contains(is_harmful));
    }
}
