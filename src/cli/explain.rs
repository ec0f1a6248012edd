//! `infrac explain`.

use super::output::{BOLD, print};
use super::{Exit, markdown};
use crate::base::similar::nearest;
use crate::diag::Code;
use crate::host::Failure;

/// Explain what a code means, with an example and its repair
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac explain IC0401\n  \
    infrac explain cidr-overlap\n  \
    infrac explain --list")]
pub(super) struct Explain {
    /// A code as a message shows it, its number, or its name
    #[arg(value_name = "CODE", required_unless_present = "list")]
    code: Option<String>,

    /// List every code
    #[arg(long, conflicts_with = "code")]
    list: bool,
}

impl Explain {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match &self.code {
            Some(code) => {
                let page = find(code)?.page();
                let is_styled = anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
                print(&if is_styled { markdown::style(page) } else { page.to_owned() });
            }
            None => print(&list()),
        }
        Ok(Exit::Clean)
    }
}

fn list() -> String {
    Code::ALL.iter().map(|code| format!("{BOLD}{}{BOLD:#} {}\n", code.id(), code.name())).collect()
}

fn find(text: &str) -> Result<Code, Failure> {
    let wanted = text.to_ascii_lowercase();
    let number = wanted.strip_prefix("ic").unwrap_or(&wanted);
    let by_number = number.parse::<u16>().ok().map(|number| format!("IC{number:04}"));
    let by_name = Code::ALL.iter().find(|code| code.name() == wanted || by_number.as_deref() == Some(code.id()));
    if let Some(code) = by_name {
        return Ok(*code);
    }
    let failure = Failure::new(format!("there is no code `{text}`"));
    let ids = Code::ALL.iter().map(|code| code.id());
    let names = Code::ALL.iter().map(|code| code.name());
    Err(match nearest(&wanted, names).or_else(|| nearest(&text.to_ascii_uppercase(), ids)) {
        Some(known) => failure.help(format!("did you mean `{known}`?")),
        None => failure.help("`infrac explain --list` lists every code"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_in_every_spelling() {
        for text in ["IC0401", "ic0401", "0401", "401", "cidr-overlap", "CIDR-overlap"] {
            assert_eq!(find(text), Ok(Code::CidrOverlap), "{text}");
        }
        let failure = find("cidr-overlpa").unwrap_err();
        assert_eq!(failure.help.as_deref(), Some("did you mean `cidr-overlap`?"));
        assert!(find("9999").is_err());
    }
}
