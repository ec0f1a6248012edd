//! Words, commands and scripts of a POSIX shell. Data is always one word between single quotes, never code.

use super::text::{comment_lines, is_name};
use super::{Error, Problem};
use crate::base::Text;

/// One word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    text: String,
    /// It starts with `-`, or may do so when it runs.
    dashed: bool,
}

/// Characters that mean themselves without quotes.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b':' | b'=' | b'@' | b',' | b'+' | b'%')
}

impl Word {
    /// Data as one word.
    pub fn literal(text: &str) -> Result<Word, Error> {
        if text.contains('\0') {
            return Err(Problem::Character('\0').into());
        }
        let mut word = Word { text: String::with_capacity(text.len() + 2), dashed: text.starts_with('-') };
        if !text.is_empty() && text.bytes().all(is_plain) {
            word.text.push_str(text);
            return Ok(word);
        }
        word.text.push('\'');
        for (at, part) in text.split('\'').enumerate() {
            word.text.push_str(if at == 0 { "" } else { "'\\''" });
            word.text.push_str(part);
        }
        word.text.push('\'');
        Ok(word)
    }

    /// The value of a variable as one word: `"$NAME"`.
    pub fn variable(name: &str) -> Result<Word, Error> {
        if !is_name(name) {
            return Err(Problem::Identifier(name.into()).into());
        }
        let mut text = String::from("\"$");
        text.push_str(name);
        text.push('"');
        Ok(Word { text, dashed: true })
    }

    /// Every argument that the script or function was called with, each a word of its own: `"$@"`.
    pub fn arguments() -> Word {
        Word { text: String::from("\"$@\""), dashed: true }
    }

    /// Words that become one.
    pub fn join(words: impl IntoIterator<Item = Word>) -> Word {
        let mut words = words.into_iter();
        let first = words.next().unwrap_or(Word { text: String::from("''"), dashed: false });
        words.fold(first, |mut joined, word| {
            joined.text.push_str(&word.text);
            joined
        })
    }

    /// How it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// A command of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    text: String,
    operands: Vec<Word>,
}

impl Command {
    /// A command with a constant name and constant first arguments, written by the program.
    pub fn new(words: &'static str) -> Command {
        Command { text: words.into(), operands: Vec::new() }
    }

    /// `name=value` as one word, so that the value is never taken for an option.
    pub fn option(mut self, name: &'static str, value: Word) -> Command {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push('=');
        self.text.push_str(&value.text);
        self
    }

    /// An argument that is no option, even if it starts with `-`.
    pub fn operand(mut self, word: Word) -> Command {
        self.operands.push(word);
        self
    }

    /// How it is written.
    pub fn print(&self) -> String {
        let mut text = self.text.clone();
        if self.operands.iter().any(|word| word.dashed) {
            text.push_str(" --");
        }
        for word in &self.operands {
            text.push(' ');
            text.push_str(&word.text);
        }
        text
    }
}

/// A script, line by line.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Script {
    text: String,
}

impl Script {
    /// An empty script.
    pub fn new() -> Script {
        Script::default()
    }

    /// Constant lines, written by the program.
    pub fn constant(mut self, lines: &'static str) -> Script {
        self.text.push_str(lines);
        if !lines.ends_with('\n') {
            self.text.push('\n');
        }
        self
    }

    /// A comment.
    pub fn comment(mut self, text: &str) -> Script {
        for line in comment_lines(text) {
            self.text.push_str(if line.is_empty() { "#" } else { "# " });
            self.text.push_str(&line);
            self.text.push('\n');
        }
        self
    }

    /// `NAME=value`.
    pub fn assign(mut self, name: &str, value: &Word) -> Result<Script, Error> {
        self.assign_start(name)?;
        self.text.push_str(&value.text);
        self.text.push('\n');
        Ok(self)
    }

    /// `NAME=$(command)`: a failure of the command is a failure of the script.
    pub fn capture(mut self, name: &str, command: &Command) -> Result<Script, Error> {
        self.assign_start(name)?;
        self.text.push_str("$(");
        self.text.push_str(&command.print());
        self.text.push_str(")\n");
        Ok(self)
    }

    /// `export NAME OTHER`.
    pub fn export(mut self, names: &[Text]) -> Result<Script, Error> {
        if let Some(name) = names.iter().find(|name| !is_name(name)) {
            return Err(Problem::Identifier(name.clone()).into());
        }
        if !names.is_empty() {
            self.text.push_str("export ");
            self.text.push_str(&names.join(" "));
            self.text.push('\n');
        }
        Ok(self)
    }

    /// A command on a line of its own.
    pub fn command(mut self, command: &Command) -> Script {
        self.text.push_str(&command.print());
        self.text.push('\n');
        self
    }

    /// The file.
    pub fn print(self) -> String {
        self.text
    }

    fn assign_start(&mut self, name: &str) -> Result<(), Error> {
        if !is_name(name) {
            return Err(Problem::Identifier(name.into()).into());
        }
        self.text.push_str(name);
        self.text.push('=');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, Script, Word};
    use proptest::prelude::*;
    use std::process;

    #[test]
    fn words_and_commands() {
        let word = |text: &str| Word::literal(text).unwrap();
        assert_eq!(word("it's $HOME").as_str(), r"'it'\''s $HOME'");
        assert_eq!(word("").as_str(), "''");
        assert_eq!(word("a/b-c.d:1").as_str(), "a/b-c.d:1");
        assert!(Word::literal("a\0b").is_err());
        let command = Command::new("bao kv get").option("-field", word("-x y")).operand(word("-rf")).operand(word("a"));
        assert_eq!(command.print(), "bao kv get -field='-x y' -- -rf a");
        let script = Script::new().comment("a\nb").capture("TOKEN", &command).unwrap().export(&["TOKEN".into()]).unwrap();
        assert_eq!(script.print(), "# a\n# b\nTOKEN=$(bao kv get -field='-x y' -- -rf a)\nexport TOKEN\n");
        assert!(Script::new().assign("A B", &word("x")).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_shell_reads_words_back(text in "[ -~\n\t$`'\"\\\\é;|&]{0,12}") {
            let script = Command::new("printf %s.").operand(Word::literal(&text).unwrap()).print();
            let read = process::Command::new("sh").arg("-c").arg(script.replace("printf %s. --", "printf -- %s.")).output().unwrap();
            prop_assert_eq!(String::from_utf8(read.stdout).unwrap(), text + ".");
        }
    }

    #[test]
    fn a_script_line_by_line() {
        let variable = Word::variable("A_1").unwrap();
        let script = Script::new().constant("set -eu").constant("a\nb\n").comment("x\n\ny").assign("A_1", &variable).unwrap();
        let script = script.command(&Command::new("run --all").operand(Word::arguments())).export(&[]).unwrap();
        assert_eq!(script.print(), "set -eu\na\nb\n# x\n#\n# y\nA_1=\"$A_1\"\nrun --all -- \"$@\"\n");
        for name in ["1A", "", "A-B", "A B", "$(id)", "é"] {
            assert!(Word::variable(name).is_err() && Script::new().export(&[name.into()]).is_err(), "{name}");
        }
    }
}
