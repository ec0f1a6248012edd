//! Positions: lines, and places in a line in the units that the client counts in.

use gen_lsp_types::{Position, Range};

/// The unit of a place in a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Half a surrogate pair, or a character.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    fn width(self, c: char) -> u32 {
        match self {
            Encoding::Utf8 => c.len_utf8() as u32,
            Encoding::Utf16 => c.len_utf16() as u32,
            Encoding::Utf32 => 1,
        }
    }
}

/// Where the lines of a text begin. They end with a line feed, a carriage return, or both.
#[derive(Clone, Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    encoding: Encoding,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str, encoding: Encoding) -> Lines<'t> {
        let bytes = text.as_bytes();
        let ends = |at: &usize| bytes[*at] == b'\n' || bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
        let starts = [0].into_iter().chain((0..bytes.len()).filter(ends).map(|at| at + 1)).collect();
        Lines { text, encoding, starts }
    }

    /// The offset of a position; one behind its line is the end of the line, one within a character is its start.
    pub(super) fn offset(&self, position: Position) -> usize {
        let Some(start) = self.starts.get(position.line as usize) else { return self.text.len() };
        let end = self.starts.get(position.line as usize + 1).copied().unwrap_or(self.text.len());
        let line = self.text[*start..end].trim_end_matches(['\r', '\n']);
        let mut units = 0;
        for (at, c) in line.char_indices() {
            units += self.encoding.width(c);
            if units > position.character {
                return start + at;
            }
        }
        start + line.len()
    }

    /// The position of an offset; one within a character is its start.
    pub(super) fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let units = self.text[self.starts[line]..offset].chars().map(|c| self.encoding.width(c)).sum();
        Position { line: line as u32, character: units }
    }

    /// The range of two offsets.
    pub(super) fn range(&self, start: usize, end: usize) -> Range {
        Range { start: self.position(start), end: self.position(end.max(start)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_border_of_a_character_comes_back_in_every_unit() {
        let text = "a = \"ü😀\"\r\nb\r\rc\n\n😀";
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            let lines = Lines::new(text, encoding);
            for (at, c) in text.char_indices().filter(|(_, c)| !"\r\n".contains(*c)) {
                assert_eq!(lines.offset(lines.position(at)), at, "{encoding:?} {c:?}");
            }
            assert_eq!(lines.offset(lines.position(text.len())), text.len());
            assert_eq!(lines.offset(Position { line: 99, character: 0 }), text.len());
            assert_eq!(lines.offset(Position { line: 0, character: 99 }), text.find('\r').unwrap_or_default());
        }
        let behind = |encoding| Lines::new(text, encoding).position(text.find("\"\r").unwrap_or_default());
        let wanted = [(Encoding::Utf8, 11), (Encoding::Utf16, 8), (Encoding::Utf32, 7)];
        wanted.into_iter().for_each(|(encoding, character)| assert_eq!(behind(encoding), Position { line: 0, character }));
    }
}
