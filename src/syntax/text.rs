//! What holds for the text as a whole: size, encoding, characters that nobody can see.

use super::limits::{MAX_FILE, MAX_MESSAGES};
use super::messages::Messages;
use crate::base::{FileId, Span};
use crate::diag::{Code, Diagnostic, Edit, Fix};
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Checks the whole text. False where it is too large to be read at all.
pub(super) fn check_text(file: FileId, text: &str, messages: &mut Messages) -> bool {
    if text.len() > MAX_FILE {
        let message = format!("the file has {} bytes, more than the {MAX_FILE} that are read", text.len());
        messages.push(
            Diagnostic::error(Code::LimitExceeded, Span::new(file, 0, 0), message)
                .help("split it: every `.infra` file of a folder belongs to the same scope"),
        );
        return false;
    }
    if text.bytes().any(is_control) {
        check_controls(file, text, messages);
    }
    if !text.is_ascii() {
        check_unicode(file, text, messages);
    }
    true
}

/// Characters below the space that are neither a tab nor part of a line break.
pub(super) fn is_control(byte: u8) -> bool {
    (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7f
}

fn check_controls(file: FileId, text: &str, messages: &mut Messages) {
    let places = text.bytes().enumerate().filter(|(_, b)| is_control(*b));
    for (at, byte) in places.take(MAX_MESSAGES) {
        let span = Span::new(file, at as u32, at as u32 + 1);
        let message = format!("control character U+{byte:04X}");
        messages.push(Diagnostic::error(Code::InvalidToken, span, message).help(format!("in a string, write `\\u{{{byte:x}}}`")));
    }
}

fn check_unicode(file: FileId, text: &str, messages: &mut Messages) {
    if text.starts_with('\u{feff}') {
        messages.push(
            Diagnostic::error(Code::InvalidToken, Span::new(file, 0, 3), "the file begins with a byte order mark")
                .help("save it as UTF-8 without BOM")
                .fix("remove the mark", Span::new(file, 0, 3), ""),
        );
    }
    if let Some((at, mark)) = text.char_indices().find(|(_, c)| turns_direction(*c)) {
        let span = Span::new(file, at as u32, (at + mark.len_utf8()) as u32);
        let message = format!("invisible character U+{:04X} turns the direction of the text", u32::from(mark));
        let mut error = Diagnostic::error(Code::InvalidToken, span, message).help("remove it: what is read would not be what is run");
        let all = text.char_indices().filter(|(_, c)| turns_direction(*c));
        let edits = all.map(|(at, mark)| Edit::Replace(Span::new(file, at as u32, (at + mark.len_utf8()) as u32), String::new()));
        error.fix = Some(Fix { title: "remove every such character".to_owned(), edits: edits.collect() });
        messages.push(error);
    }
    if !is_nfc(text) {
        let changed = text.char_indices().zip(text.nfc()).find(|((_, written), normal)| written != normal);
        let at = changed.map_or(0, |((at, _), _)| at as u32);
        let length = changed.map_or(0, |((_, written), _)| written.len_utf8() as u32);
        messages.push(
            Diagnostic::error(Code::InvalidToken, Span::new(file, at, at + length), "the text is not in Unicode normal form C")
                .help("save the file in NFC: two spellings of one character would be two names")
                .fix("write the file in NFC", Span::new(file, 0, text.len() as u32), text.nfc().collect::<String>()),
        );
    }
}

/// The controls of bidirectional text.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
