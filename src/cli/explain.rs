//! `infrac explain`.

use super::output::{print, screen, two_columns};
use super::{Exit, Global, candidates, doc, markdown};
use crate::base::similar::nearest;
use crate::diag::Code;
use crate::host::Failure;
use crate::reference::Entry;
use clap_complete::ArgValueCandidates;

/// Explain what a code means, with an example and its repair, or find what has to do with a word
///
/// Without anything, every code with what it means. A word that is no code is looked for in the names and summaries of codes, functions,
/// kinds and definitions, of the library and of the project.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac explain                   every code\n  \
    infrac explain IC0401\n  \
    infrac explain cidr-overlap\n  \
    infrac explain firewall          everything that has to do with firewalls")]
pub(super) struct Explain {
    /// A code as a message shows it, its number, or its name; otherwise words to look for
    #[arg(value_name = "CODE|WORD", add = ArgValueCandidates::new(candidates::codes))]
    words: Vec<String>,

    /// List every code
    #[arg(long, conflicts_with = "words")]
    list: bool,
}

impl Explain {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        if self.words.is_empty() {
            print(&of_codes(Code::ALL.iter().copied()));
        } else if let [word] = self.words.as_slice()
            && let Some(code) = code(word)
        {
            print(&markdown::shown(code.page()));
        } else {
            print(&found(&self.words, &doc::entries(global)?)?);
        }
        Ok(Exit::Clean)
    }
}

fn of_codes(codes: impl Iterator<Item = Code>) -> String {
    let rows: Vec<(String, &str)> = codes.map(|code| (format!("{} {}", code.id(), code.name()), code.summary())).collect();
    two_columns(rows.iter().map(|(name, summary)| (name.as_str(), *summary)), &screen())
}

/// The code that is meant exactly.
fn code(text: &str) -> Option<Code> {
    let wanted = text.to_ascii_lowercase();
    let number = wanted.strip_prefix("ic").unwrap_or(&wanted);
    let by_number = number.parse::<u16>().ok().map(|number| format!("IC{number:04}"));
    Code::ALL.iter().find(|code| code.name() == wanted || by_number.as_deref() == Some(code.id())).copied()
}

/// Everything in whose name or summary all words stand.
fn found(words: &[String], entries: &[Entry]) -> Result<String, Failure> {
    let wanted: Vec<String> = words.iter().flat_map(|word| word.split_whitespace()).map(str::to_lowercase).collect();
    let has = |code: &&Code| {
        let text = format!("{} {} {}", code.id(), code.name(), code.summary()).to_lowercase();
        wanted.iter().all(|word| text.contains(word.as_str()))
    };
    let codes: Vec<Code> = Code::ALL.iter().filter(has).copied().collect();
    let definitions: Vec<&Entry> = entries.iter().filter(|entry| entry.has(&wanted)).collect();
    if codes.is_empty() && definitions.is_empty() {
        return Err(nothing(&words.join(" "), entries));
    }
    let mut parts = Vec::new();
    if !codes.is_empty() {
        parts.push(format!("{}\n`infrac explain CODE` says more.\n", of_codes(codes.into_iter())));
    }
    if !definitions.is_empty() {
        parts.push(format!("{}\n`infrac doc NAME` says more.\n", doc::listed(definitions)));
    }
    Ok(parts.join("\n"))
}

fn nothing(text: &str, entries: &[Entry]) -> Failure {
    let failure = Failure::new(format!("there is no code `{text}`, and nothing has to do with it"));
    let ids = Code::ALL.iter().map(|code| code.id());
    let names = Code::ALL.iter().map(|code| code.name());
    let lower = text.to_lowercase();
    let by_name = || nearest(&lower, names).or_else(|| nearest(&text.to_ascii_uppercase(), ids));
    match by_name().or_else(|| nearest(text, entries.iter().map(|entry| entry.name.as_str()))) {
        Some(known) => failure.help(format!("did you mean `{known}`?")),
        None => failure.help("`infrac explain` lists every code, `infrac doc` every definition"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_in_every_spelling() {
        for text in ["IC0401", "ic0401", "0401", "401", "cidr-overlap", "CIDR-overlap"] {
            assert_eq!(code(text), Some(Code::CidrOverlap), "{text}");
        }
        let help = |text: &str| nothing(text, &[]).help;
        assert_eq!(help("cidr-overlpa").as_deref(), Some("did you mean `cidr-overlap`?"));
        assert_eq!(help("IC04011").as_deref(), Some("did you mean `IC0401`?"));
        assert!(code("9999").is_none());
    }

    #[test]
    fn every_code_has_a_summary() {
        for code in Code::ALL {
            assert!(code.summary().ends_with('.') && !code.summary().starts_with(' '), "{} {:?}", code.id(), code.summary());
            assert!(code.url().ends_with(&format!("docs/codes/{}.md", code.id())));
        }
    }
}
