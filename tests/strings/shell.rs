//! Words of a shell, as every shell that runs scripts of CI takes them.

use crate::compare::{list, same};
use crate::generate::{distinct, texts};
use crate::tools::Folder;
use infrac::artifact::Problem;
use infrac::artifact::json::Value;
use infrac::artifact::shell::{Command, Script, Word};

crate::sizes!(words);

const SHELLS: [&str; 3] = ["sh", "dash", "bash"];

/// Prints each argument, with what ends none of them between.
const SHOW: &str = r#"show() { test "$1" != -- || shift; printf '%s\0' "$@"; }"#;

fn words(count: usize) {
    let texts = texts(41, count);
    let (with_nul, held): (Vec<&str>, Vec<&str>) = distinct(&texts).into_iter().partition(|text| text.contains('\0'));
    for text in with_nul {
        assert_eq!(Word::literal(text).unwrap_err().problem, Problem::Character('\0'));
    }
    let mut script = Script::new().constant("set -eu").constant(SHOW);
    let mut meant = Vec::new();
    for text in &held {
        let word = || Word::literal(text).unwrap();
        let twice = Word::join([word(), Word::variable("value").unwrap(), word()]);
        script = script.comment(text).assign("value", &word()).unwrap();
        script = script.command(&Command::new("show").operand(word()).operand(Word::variable("value").unwrap()).operand(twice));
        script = script.command(&Command::new("show").option("--name", word()));
        script = script.capture("value", &Command::new("show x")).unwrap();
        meant.extend([(*text).to_owned(), (*text).to_owned(), [*text, text, text].concat(), ["--name=", text].concat()]);
    }
    let folder = Folder::new();
    // The captured output ends with a NUL, which no variable holds; bash says so for each.
    folder.write("script", &["exec 2> /dev/null\n", &script.print()].concat());
    for shell in SHELLS {
        let read = String::from_utf8(folder.run(&[shell, "script"])).unwrap();
        let read: Vec<&str> = read.strip_suffix('\0').unwrap().split('\0').collect();
        same(shell, &list(meant.iter().map(String::as_str)), &Value::from(read));
    }
}
