//! The text type of HCL: syntax comes from the program, everything else through an escaper.

use crate::artifact::text::{comment_lines, float, hexadecimal, invisible, plain_bytes};
use crate::artifact::{Error, Problem};
use unicode_normalization::char::{canonical_combining_class, compose};
use unicode_normalization::is_nfc_stream_safe;
use unicode_segmentation::UnicodeSegmentation;

/// HCL under construction.
#[derive(Clone, Debug, Default)]
pub(super) struct Code {
    text: String,
    /// An object with entries is part of it.
    assigns: bool,
}

/// Words that are not read as names where a name is meant.
const KEYWORDS: [&str; 4] = ["false", "for", "null", "true"];

/// Whether text can stand as a name. The language allows more scripts; what all its readers agree on is ASCII.
pub(in crate::artifact) fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Whether readers leave the text as it is when they put it into normal form C. Those in Go also break up more than thirty
/// marks on one character, and compose by the last sixteen bits of a character: a tag and an accent become a letter.
pub(super) fn is_kept(text: &str) -> bool {
    if text.is_ascii() {
        return true;
    }
    let cut = |character: char| char::from_u32(character as u32 & 0xffff);
    let composes = |base: char, mark: char| cut(base).zip(cut(mark)).is_some_and(|(base, mark)| compose(base, mark).is_some());
    let mut base = None;
    is_nfc_stream_safe(text)
        && text.chars().all(|character| {
            let wide = base.is_some_and(|base| (base as u32 > 0xffff || character as u32 > 0xffff) && composes(base, character));
            if canonical_combining_class(character) == 0 {
                base = Some(character);
            }
            !wide
        })
}

/// Whether the character makes one with what follows it: readers go by such characters, and would not see a quote behind it.
pub(super) fn prepends(character: char) -> bool {
    !character.is_ascii() && [character, '"'].iter().collect::<String>().graphemes(true).count() == 1
}

impl Code {
    /// Nothing yet, with room for a file of usual length.
    pub(super) fn of_a_file() -> Code {
        Code { text: String::with_capacity(4096), assigns: false }
    }

    /// The finished text.
    pub(super) fn finish(self) -> String {
        self.text
    }

    /// Width on the screen, as the formatter counts it.
    pub(super) fn width(&self) -> usize {
        if self.text.is_ascii() { self.text.len() } else { self.text.graphemes(true).count() }
    }

    /// Whether the first character is one of these.
    pub(super) fn starts_with(&self, characters: &[char]) -> bool {
        self.text.starts_with(characters)
    }

    /// Whether this is the last character.
    pub(super) fn ends_with(&self, character: char) -> bool {
        self.text.ends_with(character)
    }

    /// Whether an object with entries is part of it: the formatter takes the first `=` of a line for that of the line.
    pub(super) fn assigns(&self) -> bool {
        self.assigns
    }

    /// Syntax of the program.
    pub(super) fn syntax(&mut self, syntax: &'static str) {
        self.assigns |= syntax == " = ";
        self.text.push_str(syntax);
    }

    /// Other code.
    pub(super) fn append(&mut self, other: &Code) {
        self.text.push_str(&other.text);
        self.assigns |= other.assigns;
    }

    /// Spaces.
    pub(super) fn spaces(&mut self, count: usize) {
        self.text.extend(std::iter::repeat_n(' ', count));
    }

    /// The indentation of a level.
    pub(super) fn indent(&mut self, level: usize) {
        self.spaces(2 * level);
    }

    /// The name of an attribute, a block, a step.
    pub(super) fn name(&mut self, name: &str) -> Result<(), Error> {
        if !is_identifier(name) {
            return Err(Problem::Identifier(name.into()).into());
        }
        self.text.push_str(name);
        Ok(())
    }

    /// The name of a variable, which must not be read as a constant.
    pub(super) fn variable(&mut self, name: &str) -> Result<(), Error> {
        if KEYWORDS.contains(&name) {
            return Err(Problem::Identifier(name.into()).into());
        }
        self.name(name)
    }

    /// The name of a function, with namespaces between `::`.
    pub(super) fn function(&mut self, name: &str) -> Result<(), Error> {
        if !name.split("::").all(is_identifier) {
            return Err(Problem::Identifier(name.into()).into());
        }
        self.text.push_str(name);
        Ok(())
    }

    /// The key of an entry: bare where it is a name.
    pub(super) fn key(&mut self, key: &str) -> Result<(), Error> {
        if is_identifier(key) && !KEYWORDS.contains(&key) {
            self.text.push_str(key);
            return Ok(());
        }
        self.quoted(key)
    }

    /// The label of a block.
    pub(super) fn label(&mut self, label: &str) -> Result<(), Error> {
        let plain = |byte: u8| (b' '..=b'~').contains(&byte) && !matches!(byte, b'"' | b'\\' | b'$' | b'%');
        if !label.bytes().all(plain) {
            return Err(Problem::Label(label.into()).into());
        }
        self.text.push('"');
        self.text.push_str(label);
        self.text.push('"');
        Ok(())
    }

    /// Literal text in quotes.
    pub(super) fn quoted(&mut self, text: &str) -> Result<(), Error> {
        self.text.push('"');
        self.literal(text, false)?;
        self.text.push('"');
        Ok(())
    }

    /// Literal text between quotes; `followed` by an expression, its last character must not turn that into text.
    pub(super) fn literal(&mut self, text: &str, followed: bool) -> Result<(), Error> {
        if !is_kept(text) {
            return Err(Problem::NotNormalised(text.into()).into());
        }
        let mut rest = text;
        loop {
            let (plain, behind) = rest.split_at(plain_bytes(rest));
            self.text.push_str(plain);
            let mut characters = behind.chars();
            let Some(character) = characters.next() else { break };
            rest = characters.as_str();
            let next = characters.next();
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                '$' | '%' if next == Some('{') => self.text.extend([character, character]),
                '$' | '%' if next.is_none() && followed => self.escape(character),
                _ if invisible(character) || prepends(character) => self.escape(character),
                _ => self.text.push(character),
            }
        }
        Ok(())
    }

    fn escape(&mut self, character: char) {
        let wide = character as u32 > 0xffff;
        self.text.push_str(if wide { "\\U" } else { "\\u" });
        self.text.push_str(&hexadecimal(character, if wide { 8 } else { 4 }));
    }

    /// One line of a heredoc, without its end.
    pub(super) fn heredoc_literal(&mut self, text: &str) {
        if !text.contains('{') {
            self.text.push_str(text);
            return;
        }
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            self.text.push(character);
            if matches!(character, '$' | '%') && characters.peek() == Some(&'{') {
                self.text.push(character);
            }
        }
    }

    /// A whole number.
    pub(super) fn int(&mut self, value: i64) {
        self.text.push_str(&value.to_string());
    }

    /// A finite number.
    pub(super) fn float(&mut self, value: f64) -> Result<(), Error> {
        let digits = float(value).ok_or(Problem::NotFinite)?;
        self.text.push_str(&digits);
        Ok(())
    }

    /// A comment, each line on a line of its own.
    pub(super) fn comment(&mut self, level: usize, text: &str) {
        for line in comment_lines(text) {
            self.indent(level);
            self.text.push('#');
            if !line.is_empty() {
                self.text.push(' ');
                self.text.push_str(&line);
            }
            self.text.push('\n');
        }
    }
}
