//! The form of a text: the same text with its words left open, so that texts which differ in words alone are read once.
//!
//! A word is what the reader of the format takes for one token, whatever plain characters it is made of: text between quotes without
//! escapes and expressions, a name of HCL with a dash in it, a scalar of YAML that is plain text. In the form a numbered hole of the same kind stands in its place, and every comment is another hole. What is found here
//! is a supposition: the form counts only once its reader has found each hole where a whole text stands, once, and no comment anywhere
//! ([`Holes`]). From then on the reader would say the same of every text of this form, with other words.

/// What a hole begins with; texts in which it stands have no form but themselves.
const HOLE: &str = "infrac-hole-";

/// What a comment becomes: no reader may find it.
const COMMENT: &str = "#infrac-hole-comment";

/// A text with its words left open.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form<'t> {
    /// The text with holes.
    pub text: String,
    /// What stands in them, by number.
    pub words: Vec<&'t str>,
}

/// The holes that a reader has found in a form.
#[derive(Debug, Default)]
pub(super) struct Holes {
    found: Vec<bool>,
    is_broken: bool,
}

impl Holes {
    /// Looks at a text that the reader has found.
    pub(super) fn see(&mut self, text: &str) {
        match hole(text) {
            Some(at) if self.found.get(at) != Some(&true) => {
                if self.found.len() <= at {
                    self.found.resize(at + 1, false);
                }
                self.found[at] = true;
            }
            Some(_) => self.is_broken = true,
            None => self.is_broken |= text.contains(HOLE),
        }
    }

    /// Looks at a text that is a part of another one: no hole can be one.
    pub(super) fn see_part(&mut self, text: &str) {
        self.is_broken |= text.contains(HOLE);
    }

    /// Whether each of so many holes was found once, and nothing else that looks like one.
    pub(super) fn are_all(&self, words: usize) -> bool {
        !self.is_broken && self.found.len() == words && self.found.iter().all(|found| *found)
    }
}

/// What a text that was read in a form says with these words; nothing where it has no such word.
pub(super) fn said<'s>(read: &'s str, words: &[&'s str]) -> Option<&'s str> {
    if !read.starts_with(HOLE) {
        return Some(read);
    }
    words.get(hole(read)?).copied()
}

/// The number of a hole. Each number is written in one way.
fn hole(text: &str) -> Option<usize> {
    let digits = text.strip_prefix(HOLE)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    // No text has as many words as that.
    if is_number && digits.len() <= 7 { digits.parse().ok() } else { None }
}

/// The form of a piece of HCL.
pub(super) fn of_hcl(text: &str) -> Form<'_> {
    made(text, Scan::hcl)
}

/// The form of a file of JSON.
pub(super) fn of_json(text: &str) -> Form<'_> {
    made(text, Scan::json)
}

/// The form of a piece of YAML.
pub(super) fn of_yaml(text: &str) -> Form<'_> {
    made(text, Scan::yaml)
}

fn made<'t>(text: &'t str, scan: fn(&mut Scan<'t>) -> Option<()>) -> Form<'t> {
    let mut of = Scan { text, at: 0, kept: 0, form: Form { text: String::with_capacity(text.len()), words: Vec::new() } };
    match !text.contains(HOLE) && scan(&mut of).is_some() {
        true => {
            of.keep();
            of.form
        }
        false => Form { text: text.to_owned(), words: Vec::new() },
    }
}

/// A text that is gone through.
struct Scan<'t> {
    text: &'t str,
    /// Where we are.
    at: usize,
    /// So much of the text is in the form.
    kept: usize,
    form: Form<'t>,
}

impl<'t> Scan<'t> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes on while it is so.
    fn skip(&mut self, is_so: impl Fn(u8) -> bool) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|byte| !is_so(*byte)).unwrap_or(rest.len());
    }

    /// Puts what was gone through into the form as it is.
    fn keep(&mut self) {
        self.form.text.push_str(&self.text[self.kept..self.at]);
        self.kept = self.at;
    }

    /// Makes a hole of what stands from `start` to here.
    fn open(&mut self, start: usize) {
        self.form.text.push_str(&self.text[self.kept..start]);
        self.form.text.push_str(HOLE);
        digits(self.form.words.len(), &mut self.form.text);
        self.form.words.push(&self.text[start..self.at]);
        self.kept = self.at;
    }

    /// Leaves out a comment, which goes to the end of the line.
    fn comment(&mut self) -> Option<()> {
        self.keep();
        self.skip(|byte| (b' '..=b'~').contains(&byte));
        if !matches!(self.byte(), None | Some(b'\n')) {
            return None;
        }
        self.form.text.push_str(COMMENT);
        self.kept = self.at;
        Some(())
    }

    /// Text in quotes, of which the first one is here: a word, or what `others` goes through up to its last quote.
    fn quoted(&mut self, others: fn(&mut Scan<'t>) -> Option<()>) -> Option<()> {
        self.at += 1;
        let start = self.at;
        self.skip(|byte| (b' '..=b'~').contains(&byte) && !matches!(byte, b'"' | b'\\' | b'$' | b'%'));
        match self.byte() {
            Some(b'"') if self.at > start => self.open(start),
            Some(b'"') => {}
            _ => others(self)?,
        }
        self.at += 1;
        Some(())
    }

    fn hcl(&mut self) -> Option<()> {
        while let Some(byte) = self.byte() {
            match byte {
                b'"' => self.quoted(Scan::template)?,
                b'#' => self.comment()?,
                // A heredoc: few files have one.
                b'<' if self.text.as_bytes().get(self.at + 1) == Some(&b'<') => return None,
                b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                    let start = self.at;
                    self.skip(is_of_a_name);
                    if self.text[start..self.at].contains('-') {
                        self.open(start);
                    }
                }
                // What follows digits is no name of its own.
                b'0'..=b'9' => self.skip(is_of_a_name),
                _ => self.at += 1,
            }
        }
        Some(())
    }

    /// The rest of a template, up to the last quote.
    fn template(&mut self) -> Option<()> {
        loop {
            match (self.byte()?, self.text.as_bytes().get(self.at + 1)) {
                (b'"', _) => return Some(()),
                (b'\\', _) => self.at += 2,
                (one @ (b'$' | b'%'), Some(other)) if one == *other => {
                    self.at += 2;
                    if self.byte() == Some(b'{') {
                        self.at += 1;
                    }
                }
                (b'$' | b'%', Some(b'{')) => {
                    self.at += 2;
                    let mut depth = 1;
                    while depth > 0 {
                        match self.byte()? {
                            b'{' => depth += 1,
                            b'}' => depth -= 1,
                            b'"' => {
                                self.at += 1;
                                self.template()?;
                            }
                            _ => {}
                        }
                        self.at += 1;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    fn json(&mut self) -> Option<()> {
        while let Some(byte) = self.byte() {
            match byte {
                b'"' => self.quoted(Scan::escaped)?,
                _ => self.at += 1,
            }
        }
        Some(())
    }

    /// The rest of a text with escapes, up to the last quote.
    fn escaped(&mut self) -> Option<()> {
        loop {
            match self.byte()? {
                b'"' => return Some(()),
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    fn yaml(&mut self) -> Option<()> {
        while self.at < self.text.len() {
            let start = self.at;
            self.skip(|byte| byte == b' ');
            let indentation = self.at - start;
            self.yaml_line(indentation)?;
            self.at += 1;
        }
        self.at = self.text.len();
        Some(())
    }

    /// The rest of a line, up to its end.
    fn yaml_line(&mut self, indentation: usize) -> Option<()> {
        // Whether a scalar may begin here.
        let mut begins = true;
        while let Some(byte) = self.byte().filter(|byte| *byte != b'\n') {
            let rest = &self.text.as_bytes()[self.at..];
            match byte {
                b' ' | b'[' => self.at += 1,
                b'-' if begins && rest.starts_with(b"- ") => self.at += 2,
                b'#' if begins => self.comment()?,
                b'"' if begins => {
                    self.quoted(Scan::escaped)?;
                    begins = false;
                }
                b'|' | b'>' if begins && matches!(rest, [_, b'\n', ..] | [_, b'-', b'\n', ..]) => {
                    return self.block(indentation);
                }
                b',' | b':' if rest.get(1) == Some(&b' ') => {
                    self.at += 2;
                    begins = true;
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'_' if begins => {
                    let start = self.at;
                    self.skip(|byte| byte.is_ascii_alphanumeric() || b"_-./@+= ".contains(&byte));
                    let ends = matches!(&self.text.as_bytes()[self.at..], [] | [b'\n' | b',' | b']', ..] | [b':', b' ' | b'\n', ..]);
                    if ends && is_plain(&self.text[start..self.at]) {
                        self.open(start);
                    }
                    begins = false;
                }
                _ => {
                    self.at += 1;
                    begins = false;
                }
            }
        }
        Some(())
    }

    /// The lines of a block, up to the end of the last one: those that are empty or stand as far in as the first.
    fn block(&mut self, indentation: usize) -> Option<()> {
        self.skip(|byte| byte != b'\n');
        let mut least = indentation + 1;
        while let Some(rest) = self.text.get(self.at + 1..).filter(|rest| !rest.is_empty()) {
            let line = rest.split('\n').next()?;
            let depth = line.bytes().position(|byte| byte != b' ');
            if depth.is_some_and(|depth| depth < least) {
                break;
            }
            least = depth.map_or(least, |depth| if least == indentation + 1 { depth } else { least });
            self.at += 1 + line.len();
        }
        Some(())
    }
}

/// What a scalar of YAML may be that is no text, whatever the case of its letters.
const NO_TEXT: [&str; 13] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nil", "inf", "nan", "infinity"];

/// Whether a scalar of YAML that is not in quotes is text: what begins with a letter, a slash or `_` and is none of these words, and an
/// address.
fn is_plain(scalar: &str) -> bool {
    if scalar.ends_with(' ') {
        return false;
    }
    match scalar.as_bytes().first() {
        Some(b'0'..=b'9') => {
            scalar.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && scalar.bytes().filter(|byte| *byte == b'.').count() == 3
        }
        _ => scalar.len() > 8 || !NO_TEXT.iter().any(|word| word.eq_ignore_ascii_case(scalar)),
    }
}

/// Writes a number.
fn digits(number: usize, text: &mut String) {
    if number >= 10 {
        digits(number / 10, text);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// Whether a name of HCL may go on with it.
fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::{Form, HOLE, Holes, of_hcl, of_json, of_yaml, said};

    fn filled(form: &Form<'_>) -> (String, Vec<String>) {
        (form.text.replace(HOLE, "?").replace("#?comment", "#"), form.words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn words_of_hcl_are_left_open() {
        let cases = [
            ("a = \"b c\" # d\n", "a = \"?0\" #\n", vec!["b c"]),
            ("a-b { c = d.e-f }", "?0 { c = d.?1 }", vec!["a-b", "e-f"]),
            ("a = [\"\", 1e-5, 5-b, \"x\\n\"]", "a = [\"\", 1e-5, 5-b, \"x\\n\"]", vec![]),
            ("a = \"x${f(\"b-c\")}$${d}\" + \"e\"", "a = \"x${f(\"b-c\")}$${d}\" + \"?0\"", vec!["e"]),
            ("a = <<-X\n  b-c\nX\n", "a = <<-X\n  b-c\nX\n", vec![]),
            ("a = \"b\" # ä\n", "a = \"b\" # ä\n", vec![]),
            ("a = \"infrac-hole-1\"", "a = \"?1\"", vec![]),
        ];
        for (text, form, words) in cases {
            assert_eq!(filled(&of_hcl(text)), (form.to_owned(), words.iter().map(|word| (*word).to_owned()).collect()), "{text}");
        }
    }

    #[test]
    fn words_of_yaml_are_left_open() {
        let cases = [
            ("# a\n1: c-d # e\n", "#\n1: c-d # e\n", vec![]),
            ("1:\n  - c.d\n  - y: \"f g\"\n", "1:\n  - ?0\n  - y: \"?1\"\n", vec!["c.d", "f g"]),
            ("1: yes\n2: [c-d, no, /f]\n3: 1-2\n4: 10.0.0.1\n", "1: yes\n2: [?0, no, ?1]\n3: 1-2\n4: ?2\n", vec!["c-d", "/f", "10.0.0.1"]),
            ("1: |\n  b-c\n\n  # d\ne-f: 1.5\n", "1: |\n  b-c\n\n  # d\n?0: 1.5\n", vec!["e-f"]),
            ("- 1: |-\n    b-c\n  d-e: 1\n", "- 1: |-\n    b-c\n  ?0: 1\n", vec!["d-e"]),
            ("1: b-c d@e\n2: b c: d\n", "1: ?0\n2: ?1: ?2\n", vec!["b-c d@e", "b c", "d"]),
            ("1: \"b\\n-c\"\n", "1: \"b\\n-c\"\n", vec![]),
        ];
        for (text, form, words) in cases {
            assert_eq!(filled(&of_yaml(text)), (form.to_owned(), words.iter().map(|word| (*word).to_owned()).collect()), "{text}");
        }
    }

    #[test]
    fn words_of_json_are_left_open() {
        let form = of_json("{ \"a\": [\"b\", \"c\\\"\", 1] }");
        assert_eq!(filled(&form), ("{ \"?0\": [\"?1\", \"c\\\"\", 1] }".to_owned(), vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(said("infrac-hole-1", &form.words), Some("b"));
        assert_eq!(said("infrac-hole-2", &form.words), None);
        assert_eq!(said("b", &form.words), Some("b"));
    }

    #[test]
    fn a_form_counts_where_each_hole_is_found_once() {
        let all = |texts: &[&str], words: usize| {
            let mut holes = Holes::default();
            texts.iter().for_each(|text| holes.see(text));
            holes.are_all(words)
        };
        assert!(all(&["a", "infrac-hole-1", "infrac-hole-0"], 2) && all(&["a"], 0));
        assert!(!all(&["infrac-hole-0"], 2) && !all(&["infrac-hole-1"], 2) && !all(&["infrac-hole-0", "infrac-hole-1"], 1));
        assert!(!all(&["infrac-hole-0", "infrac-hole-0"], 1));
        assert!(!all(&["infrac-hole-0", "#infrac-hole-comment"], 1));
        assert!(!all(&["infrac-hole-0 "], 1) && !all(&["infrac-hole-00"], 1));
    }
}
