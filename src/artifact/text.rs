//! What all formats know about characters.

/// Whether a reader of the file would not see the character or would see others in another order: it is written as an
/// escape, so that the text on the screen is the text that is read.
pub(super) fn invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
        || (character as u32) & 0xfffe == 0xfffe
        || matches!(character, '\u{fdd0}'..='\u{fdef}')
}

/// How many bytes at the start of a text every format writes as they are: letters, digits and signs of ASCII, but for quotes, backslashes
/// and what begins an expression.
pub(super) fn plain_bytes(text: &str) -> usize {
    let plain = |byte: u8| (b' '..=b'~').contains(&byte) && !matches!(byte, b'"' | b'\\' | b'$' | b'%');
    text.bytes().position(|byte| !plain(byte)).unwrap_or(text.len())
}

/// How wide a text is where every character counts as one.
pub(super) fn characters(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// The lines of a comment, without characters that would end it or hide in it.
pub(super) fn comment_lines(text: &str) -> impl Iterator<Item = String> {
    text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).map(|line| {
        if line.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return line.trim_end().to_owned();
        }
        let visible: String = line.chars().map(|c| if invisible(c) { ' ' } else { c }).collect();
        visible.trim_end().to_owned()
    })
}

/// The digits of a character's number, at least `width` of them.
pub(super) fn hexadecimal(character: char, width: usize) -> String {
    format!("{:0width$x}", character as u32)
}

/// The shortest digits that read back as the same number, without a fraction of zero; nothing if it is not finite.
pub(super) fn float(value: f64) -> Option<String> {
    let text = value.is_finite().then(|| format!("{value:?}"))?;
    Some(text.strip_suffix(".0").unwrap_or(&text).to_owned())
}

/// Whether text can stand as the name of a variable of the environment.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
