//! Strings and values made of what some reader gives a meaning: the same ones in every run.

use infrac::artifact::json::Value;
use infrac::base::Text;
use std::collections::BTreeSet;

/// What has a meaning in HCL, YAML, Jinja, JSON, TOML, INI, units, expressions of GitHub and GitLab, or a shell.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "$", "{", "}", "%", "${", "%{", "$${", "%%{", "$$", "%%", "$%{", "%${", "~}", "${~", "${upper(\"x\")}", "%{ if true }", "%{ endif }", "<<EOF",
    "EOF", "{{", "}}", "{%", "%}", "{#", "#}", "{{ 1 + 1 }}", "{% raw %}", "{% endraw %}", "{# x #}", "#jinja2:", "#jinja2: trim_blocks:False",
    "${{", "${{ github.token }}", "$[[", "]]", "$[[ inputs.x ]]", "$CI_JOB_TOKEN", "${HOME}", "%PATH%", "$(id)", "`id`", "!vault", "!unsafe",
    "\"", "'", "\\", "\\\"", "\\n", "\\u0024{", "\\x41", "''", "\"\"", "\"\"\"", "'''", "#", " #", "//", "/*", ";", " ;", "&", "&a", "*", "*a", "|",
    "|-", ">", ">-", "!", "!t", "!!str", "@", "?", "? ", ":", ": ", "-", "- ", "--", "---", "...", ",", "[", "]", "=", "<<", "~", "<", "(", ")", "+",
    "^", ".", "..", "_", "/", "\n", "\r", "\r\n", "\t", " ", "  ", "\0", "\u{7}", "\u{b}", "\u{c}", "\u{1b}[0m", "\u{7f}", "\u{85}", "\u{a0}",
    "\u{ad}", "\u{2028}", "\u{2029}", "\u{200b}", "\u{202e}", "\u{2066}", "\u{feff}", "\u{fffd}", "\u{fffe}", "\u{ffff}", "\u{1fffe}", "\u{10ffff}",
    "\u{e0041}", "\u{fdd0}", "é", "e\u{301}", "\u{301}", "ß", "İ", "中", "ｎｏ", "１２", "٣", "👩‍💻", "🇩🇪", "\u{fe0f}", "a", "key", "x y", "0", "1", "9",
];

/// What some reader takes for a number, a date, a truth, nothing or a keyword.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "", "null", "Null", "NULL", "nil", "none", "None", "~", "true", "True", "TRUE", "false", "yes", "Yes", "no", "No", "NO", "on", "On", "off", "y",
    "Y", "n", "N", "0", "-0", "+1", "007", "0o17", "017", "08", "0x1F", "0b101", "1_000", "1,000", "1e3", "1E5", "1.", ".5", "1.5", "1.0", "-1.5e-7",
    "1e400", "9223372036854775808", "123456789012345678901234567890", "inf", "Infinity", ".inf", "-.INF", "nan", "NaN", ".NaN", "22:22", "1:2:3.4",
    "-1:30", "2024-01-01", "2024-01-01T00:00:00Z", "2024-01-01 00:00:00 +01:00", "2001-12-14t21:59:43.10-05:00", "12:00", "=", "<<", "for", "in",
    "if", "else", "endif", "undefined", "NULL ", "2.10", "1.2.3", "10.0.0.1", "10.0.0.0/8", "::1", "::/0", "1::", "a:b", "a: b", ":a", "a:", "-", "?",
    "-a", "- a", "--a", "*", "&", "!", "%", "@", "`", "__proto__", "constructor", "toString", "values", "items", "keys", "0.1e", "1k", "0777",
    "0o8", "+.inf", "1__0", "_1", "0x", "0xG", "1e", "e1", "1:60", "190:20:30", "685_230.15", "1e+3", "12e03", "-2E+05", ".e1", "+", "-.", "..",
];

/// Strings that some reader or writer once took wrong; each stays.
#[rustfmt::skip]
const FIXED: &[&str] = &[
    "${a}100%${upper(keys({pwned=1})[0])}", "$${x}", "$$${x}", "a$", "a%", "\u{feff}a", "a\n", "\na", "\n", "\n\n", " a", "a ", " ", "a\n\n", " a\nb",
    "a\n b\n", "a \nb", "a\n\tb", "\ta", "a\r\nb", "{{ 'a' }}", "{{", "{", "{%", "x{", "{\r", "\r{", "{\r\n{", "a{{b}}c", "'", "it's", "\\", "a\\",
    "\\n", "%c", "{{ '%c' | format(92) }}", "#jinja2:a", "a #b", "#a", "a: b", "on", "${{ x }}", "$${{ x }}", "a\u{85}b", "a\u{2028}b", "-n", "-", "--", "e\u{301}",
    "\r$${", "\r%%{", "a\u{11a87}", "\u{e0041}\u{301}", "\u{600}", "\u{212b}", "\u{1100}\u{1161}", "\0", "a\0b", "\u{fffe}", "\u{10ffff}",
];

/// A stream of numbers that depends on its seed alone (SplitMix64).
pub struct Generator {
    state: u64,
}

impl Generator {
    pub fn new(seed: u64) -> Generator {
        Generator { state: seed }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn pieces(&mut self, most: usize) -> String {
        (0..=self.below(most)).map(|_| self.pick(PIECES)).collect()
    }

    fn character(&mut self) -> char {
        let (from, to) =
            [(0, 0x1f), (0x20, 0x7e), (0x7f, 0x2ff), (0x300, 0x36f), (0x370, 0xffff), (0x1_0000, 0x1_ffff), (0x2_0000, 0x10_ffff)]
                [self.below(7)];
        let number = from + self.below(to - from + 1);
        char::from_u32(number as u32).unwrap_or('\u{fffd}')
    }

    /// Any text.
    pub fn text(&mut self) -> String {
        match self.below(20) {
            0..8 => self.pieces(6),
            8..11 => {
                let [before, after] = [self.below(8), self.below(8)].map(|at| ["", "", "", "", " ", "\n", "\t", "-"][at]);
                [before, self.pick(WORDS), after].concat()
            }
            11..14 => (0..=self.below(8)).map(|_| self.character()).collect(),
            14..17 => {
                let lines = (0..2 + self.below(4)).map(|_| {
                    let indent = " ".repeat([0, 0, 0, 1, 2, 4][self.below(6)]);
                    let line = if self.below(2) == 0 { self.pieces(2) } else { self.pick(WORDS).to_owned() };
                    indent + &line
                });
                lines.collect::<Vec<_>>().join("\n") + ["", "\n"][self.below(2)]
            }
            17 => self.pieces(3).repeat(1 + self.below(40)),
            18 => (0..1 + self.below(60)).map(|_| self.pick(WORDS)).collect::<Vec<_>>().join(" "),
            _ => self.pick(PIECES).repeat(1 + self.below(1200)),
        }
    }

    /// Any value, as deep as `depth` at most.
    pub fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 8 } else { 12 }) {
            0 => Value::Null,
            1 => Value::Bool(self.below(2) == 0),
            2 => Value::Int(self.next() as i64 >> self.below(64)),
            3 => Value::Float((self.next() as i64 as f64) * 10f64.powi(self.below(60) as i32 - 40)),
            4..8 => Value::from(self.text()),
            8 => Value::List(Vec::new()),
            9 => Value::object(),
            10 => Value::List((0..self.below(5)).map(|_| self.value(depth - 1)).collect()),
            _ => {
                let mut keys = BTreeSet::new();
                let entries = (0..self.below(5)).map(|_| (Text::from(self.text()), self.value(depth - 1)));
                Value::Object(entries.filter(|(key, _)| keys.insert(key.clone())).collect())
            }
        }
    }
}

/// Texts: first those that are fixed, then generated ones.
pub fn texts(seed: u64, count: usize) -> Vec<String> {
    let mut generator = Generator::new(seed);
    let fixed = FIXED.iter().chain(WORDS).chain(PIECES).map(|text| (*text).to_owned());
    fixed.chain(std::iter::repeat_with(|| generator.text())).take(count).collect()
}

/// Values of every kind, in a number that goes with `count` texts.
pub fn values(seed: u64, count: usize) -> Vec<Value> {
    let mut generator = Generator::new(seed);
    let mut deep = Value::from("bottom");
    for level in 0..40 {
        deep = if level % 2 == 0 { Value::List(vec![deep]) } else { Value::object().with("in", deep) };
    }
    let numbers = [i64::MIN, i64::MAX, 0, -1, 1 << 53, (1 << 53) + 1].map(Value::Int);
    let floats = [0.1, -0.5, 1.0, 1e21, 1e-7, 1.5e300, 5e-324, 123_456_789.125].map(Value::Float);
    let fixed = numbers.into_iter().chain(floats).chain([deep]);
    fixed.chain(std::iter::repeat_with(|| generator.value(4))).take(count / 10).collect()
}

/// The texts that are not the same as one before.
pub fn distinct(texts: &[String]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    texts.iter().map(String::as_str).filter(|text| seen.insert(*text)).collect()
}
