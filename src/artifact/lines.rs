//! Which part of a document stands on which line of its text.
//!
//! It reads what the writers of this folder print, by its indentation; a test holds it equal to the independent readers.

use super::Format;
use crate::base::{Key, Text};

/// The part of the document that a line of a text says, by lines from 0: the path of its attribute, entry or element; what closes
/// something has the path of what it closes, a comment the path of what it stands in. In a text without structure every path is empty.
pub fn paths(format: Format, text: &str) -> Vec<Vec<Key>> {
    let mut reader = Reader { format, open: Vec::new(), verbatim: None };
    text.lines().map(|line| reader.line(line)).collect()
}

struct Reader {
    format: Format,
    open: Vec<Open>,
    /// Lines that belong to the last part as they are: deeper than this, or up to this word.
    verbatim: Option<Verbatim>,
}

enum Verbatim {
    Deeper(usize),
    Until(Text),
}

/// A part that further lines may be in.
struct Open {
    /// Twice the column, and one more for a dash: a list may stand under its key without being indented.
    column: usize,
    keys: Vec<Key>,
    /// Whether the lines in it are elements.
    is_list: bool,
    /// How many unlabelled blocks or elements there were in it, by name.
    counted: Vec<(Text, usize)>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Vec<Key> {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let rest = line.trim();
        match &self.verbatim {
            Some(Verbatim::Deeper(_)) if rest.is_empty() => return self.path(),
            Some(Verbatim::Deeper(column)) if indent > *column => return self.path(),
            Some(Verbatim::Until(word)) => {
                if rest == word.as_str() {
                    self.verbatim = None;
                }
                return self.path();
            }
            Some(Verbatim::Deeper(_)) | None => self.verbatim = None,
        }
        if rest.is_empty() || self.format == Format::Text {
            return Vec::new();
        }
        if rest.starts_with('#') {
            self.close(indent * 2);
            return self.path();
        }
        match self.format {
            Format::Yaml => self.yaml(indent, rest),
            Format::Hcl | Format::Json => self.braces(indent, rest),
            Format::Text => {}
        }
        self.path()
    }

    fn path(&self) -> Vec<Key> {
        self.open.iter().flat_map(|open| open.keys.iter().cloned()).collect()
    }

    /// Closes what the column is not in.
    fn close(&mut self, column: usize) {
        while self.open.last().is_some_and(|open| open.column >= column) {
            self.open.pop();
        }
    }

    fn open(&mut self, column: usize, keys: Vec<Key>, is_list: bool) {
        self.open.push(Open { column, keys, is_list, counted: Vec::new() });
    }

    fn yaml(&mut self, mut indent: usize, mut rest: &str) {
        if rest == "---" {
            return;
        }
        while let Some(item) = rest.strip_prefix("- ").or_else(|| (rest == "-").then_some("")) {
            let column = indent * 2 + 1;
            let before = self.open.iter().find(|open| open.column == column).and_then(|open| match open.keys.as_slice() {
                [Key::At(at)] => Some(*at),
                _ => None,
            });
            self.close(column);
            self.open(column, vec![Key::At(before.map_or(0, |at| at + 1))], false);
            (indent, rest) = (indent + 2, item);
        }
        let Some((key, value)) = yaml_key(rest) else {
            self.text(indent.saturating_sub(2), rest);
            return;
        };
        self.close(indent * 2);
        self.open(indent * 2, vec![Key::Name(key)], false);
        self.text(indent, value);
    }

    /// A text of several lines is deeper than the key or dash that it stands behind.
    fn text(&mut self, column: usize, value: &str) {
        let marks = value.trim_start_matches(['|', '>']).trim_start_matches(['-', '+']);
        if value.starts_with(['|', '>']) && marks.bytes().all(|byte| byte.is_ascii_digit()) {
            self.verbatim = Some(Verbatim::Deeper(column));
        }
    }

    fn braces(&mut self, indent: usize, rest: &str) {
        let column = indent * 2;
        if rest.starts_with(['}', ']', ')']) {
            // What is closed stands in the same column.
            self.close(column + 1);
            return;
        }
        self.close(column);
        let is_list = rest.ends_with('[');
        let in_list = self.open.last().is_some_and(|open| open.is_list);
        if in_list {
            let at = self.count("");
            self.open(column, vec![Key::At(at)], is_list);
        } else if let Some(keys) = self.head(rest) {
            self.open(column, keys, is_list);
        }
        if let Some((_, word)) = rest.split_once("<<-").or_else(|| rest.split_once("<<")).filter(|_| self.format == Format::Hcl)
            && !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        {
            self.verbatim = Some(Verbatim::Until(word.into()));
        }
    }

    /// The number of the next thing of a name in what is open.
    fn count(&mut self, name: &str) -> usize {
        let Some(open) = self.open.last_mut() else { return 0 };
        match open.counted.iter_mut().find(|(of, _)| of == name) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                open.counted.push((name.into(), 0));
                0
            }
        }
    }

    /// `name = …`, `"name": …`, `kind "label" {`.
    fn head(&mut self, rest: &str) -> Option<Vec<Key>> {
        if let Some(quoted) = rest.strip_prefix('"') {
            let end = closing_quote(quoted)?;
            let behind = quoted[end + 1..].trim_start();
            return behind.starts_with([':', '=']).then(|| vec![Key::Name(unquoted(&rest[..end + 2]))]);
        }
        let word = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '(' | ')'))).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(word);
        let behind = behind.trim_start();
        if behind.starts_with('=') && !behind.starts_with("==") && !name.is_empty() {
            return Some(vec![Key::Name(name.into())]);
        }
        if behind.ends_with('{') && !name.is_empty() && (behind == "{" || behind.starts_with('"')) {
            let labels: Vec<Key> = behind.split('"').skip(1).step_by(2).map(|label| Key::Name(label.into())).collect();
            let at = if labels.is_empty() { Some(Key::At(self.count(name))) } else { None };
            return Some(std::iter::once(Key::Name(name.into())).chain(labels).chain(at).collect());
        }
        None
    }
}

/// The key of an entry, and what stands behind its colon.
fn yaml_key(rest: &str) -> Option<(Text, &str)> {
    if let Some(quoted) = rest.strip_prefix('"') {
        let end = closing_quote(quoted)? + 2;
        let value = rest[end..].strip_prefix(':')?;
        return Some((unquoted(&rest[..end]), value.trim_start()));
    }
    if let Some(quoted) = rest.strip_prefix('\'') {
        let end = quoted.find('\'')?;
        return Some((quoted[..end].into(), quoted[end + 1..].strip_prefix(':')?.trim_start()));
    }
    let end = rest.match_indices(':').find(|(at, _)| rest[at + 1..].is_empty() || rest[at + 1..].starts_with(' '))?.0;
    let key = &rest[..end];
    (!key.starts_with(['{', '[', '|', '>'])).then(|| (key.into(), rest[end + 1..].trim_start()))
}

/// Where a quoted text ends, in what stands behind its first quote.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let is_end = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        is_end.then_some(at)
    })
}

/// A text in double quotes: the escapes of JSON are the only ones that our writers need in keys.
fn unquoted(quoted: &str) -> Text {
    serde_json::from_str::<String>(quoted).map_or_else(|_| quoted.trim_matches('"').into(), Text::from)
}

#[cfg(test)]
mod tests {
    use super::paths;
    use crate::artifact::Format;
    use crate::base::Path;

    fn shown(format: Format, text: &str) -> Vec<String> {
        paths(format, text).iter().map(|path| Path(path).to_string()).collect()
    }

    #[test]
    fn lines_of_yaml() {
        let text = "---\na:\n  b: 1\n  c:\n    - x\n    - d: 2\n      e: |\n        text: no\n\n        - more\n    - >-\n      folded\nf:\n- g: 1\n\"h: i\": 2\n# note\n";
        let found = shown(Format::Yaml, text);
        let wanted = [
            "",
            ".a",
            ".a.b",
            ".a.c",
            ".a.c[0]",
            ".a.c[1].d",
            ".a.c[1].e",
            ".a.c[1].e",
            ".a.c[1].e",
            ".a.c[1].e",
            ".a.c[2]",
            ".a.c[2]",
            ".f",
            ".f[0].g",
            ".h: i",
            "",
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn lines_of_hcl() {
        let text = "resource \"a\" \"b\" {\n  name = 1\n\n  network {\n    x = [\n      \"one\",\n      { y = 2 },\n    ]\n  }\n\n  network {\n    x = 2\n  }\n\n  text = <<-EOF\n    name = no\n  EOF\n}\n\ninputs = {\n  \"k-1\" = 1\n}\n";
        let found = shown(Format::Hcl, text);
        let of = |rest: &str| format!(".resource.a.b{rest}");
        let wanted = [
            of(""),
            of(".name"),
            String::new(),
            of(".network[0]"),
            of(".network[0].x"),
            of(".network[0].x[0]"),
            of(".network[0].x[1]"),
            of(".network[0].x"),
            of(".network[0]"),
            String::new(),
            of(".network[1]"),
            of(".network[1].x"),
            of(".network[1]"),
            String::new(),
            of(".text"),
            of(".text"),
            of(".text"),
            of(""),
            String::new(),
            ".inputs".into(),
            ".inputs.k-1".into(),
            ".inputs".into(),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn lines_of_json() {
        let text = "{\n  \"a\": {\n    \"b\\\"c\": [\n      1,\n      {\n        \"d\": 2\n      }\n    ]\n  },\n  \"e\": 1\n}\n";
        let found = shown(Format::Json, text);
        assert_eq!(found, ["", ".a", ".a.b\"c", ".a.b\"c[0]", ".a.b\"c[1]", ".a.b\"c[1].d", ".a.b\"c[1]", ".a.b\"c", ".a", ".e", ""]);
    }
}
