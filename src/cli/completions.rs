//! `infrac completions`.

use super::output::print_exactly;
use super::{Exit, candidates};
use crate::host::Failure;
use clap_complete::Shell;
use clap_complete::env::Shells;

/// Print the completions of a shell
///
/// The script asks infrac itself while a command is typed, so that products and environments of the project are offered too. Print it
/// anew with each release.
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:\n  \
    infrac completions bash > ~/.local/share/bash-completion/completions/infrac\n  \
    infrac completions zsh > ~/.zfunc/_infrac\n  \
    infrac completions fish > ~/.config/fish/completions/infrac.fish"
)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let name = self.shell.to_string();
        let mut text = Vec::new();
        let written = match Shells::builtins().completer(&name) {
            Some(shell) => shell.write_registration(candidates::VARIABLE, "infrac", "infrac", "infrac", &mut text),
            None => Err(std::io::Error::other("it is unknown")),
        };
        written.map_err(|error| Failure::new(format!("cannot make the completions of {name}: {error}")))?;
        let text = String::from_utf8_lossy(&text);
        print_exactly(&if self.shell == Shell::Bash { whole_words(&text)? } else { text.into_owned() });
        Ok(Exit::Clean)
    }
}

/// How the script for bash reads the words of the line.
const PARTED: &str = r#"    local words=("${COMP_WORDS[@]}")
    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
        words[COMP_CWORD]="$2"
    fi
"#;

/// The same of words as infrac reads them. Bash parts a word at `=` and `:`, and puts what is chosen in the place of the last part.
const WHOLE: &str = r#"    local words=() word at head="" before=""
    for ((at = 0; at < ${#COMP_WORDS[@]}; at++)); do
        word="${COMP_WORDS[at]}"
        if ((at == COMP_CWORD)) && [[ "${BASH_VERSINFO[0]}" -ge 4 && ! "$word" =~ ^[=:]+$ ]]; then
            word="$2"
        fi
        if ((at > 1)) && [[ "$word" =~ ^[=:]+$ || "${COMP_WORDS[at - 1]}" =~ ^[=:]+$ ]]; then
            before="${words[${#words[@]} - 1]}"
            words[${#words[@]} - 1]="$before$word"
            if ((at == COMP_CWORD)); then
                head="$before"
                [[ "$word" =~ ^[=:]+$ ]] && head="$before$word"
            fi
        else
            words+=("$word")
        fi
        ((at == COMP_CWORD)) && _CLAP_COMPLETE_INDEX=$((${#words[@]} - 1))
    done
"#;

/// Where the script for bash has its answer.
const ANSWERED: &str = "    if [[ $? != 0 ]]; then\n        unset COMPREPLY\n    elif";

/// The script for bash, with words that are whole.
fn whole_words(script: &str) -> Result<String, Failure> {
    if !script.contains(PARTED) || !script.contains(ANSWERED) {
        return Err(Failure::new("the script for bash is not as it is known"));
    }
    let answer = "    if [[ $? != 0 ]]; then\n        unset COMPREPLY\n        return\n    fi\n    COMPREPLY=(\"${COMPREPLY[@]#\"$head\"}\")\n    if";
    Ok(script.replace(PARTED, WHOLE).replace(ANSWERED, answer))
}
