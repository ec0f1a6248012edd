//! What was meant by an option or a command that there is not.

use crate::base::similar::nearest;
use clap::Command;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use std::ffi::OsString;
use std::num::NonZeroUsize;

/// Says with an error of the arguments which option or command is nearest, by the measure that names in sources are compared with:
/// `--fxi` is `--fix`. What only who passes on arguments wants to know is left out.
pub(super) fn suggested(mut error: Error, command: &Command, arguments: &[OsString]) -> Error {
    let said = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let Some(option) = said(ContextKind::InvalidArg).and_then(|said| said.strip_prefix("--").map(str::to_owned)) else {
                return error;
            };
            let given = arguments.iter().skip(1).filter_map(|argument| argument.to_str());
            let of = given.filter_map(|argument| command.find_subcommand(argument)).next();
            let options = of.iter().flat_map(|of| of.get_arguments()).chain(command.get_arguments());
            let known: Vec<&str> = options.filter(|option| !option.is_hide_set()).filter_map(|option| option.get_long()).collect();
            let found = nearest(&option, known.iter().copied().chain(["help"]));
            let found = found.or_else(|| known.iter().copied().find(|known| option.len() > 2 && known.starts_with(option.as_str())));
            if let Some(found) = found {
                error.insert(ContextKind::SuggestedArg, ContextValue::String(format!("--{found}")));
            }
            error.remove(ContextKind::Suggested);
        }
        ErrorKind::InvalidSubcommand => {
            let names = command.get_subcommands().filter(|command| !command.is_hide_set()).map(Command::get_name);
            let found = said(ContextKind::InvalidSubcommand).and_then(|name| nearest(&name, names));
            if let Some(found) = found {
                error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![found.to_owned()]));
            }
        }
        // Where only answers have a form of their own, findings have one too.
        ErrorKind::MissingRequiredArgument
            if arguments.iter().any(|argument| argument.to_str().is_some_and(|text| text.starts_with("--format"))) =>
        {
            let of = arguments.iter().skip(1).filter_map(|argument| command.find_subcommand(argument.to_str()?)).next();
            if of.is_some_and(|of| of.get_arguments().any(|option| option.get_long() == Some("output"))) {
                let tip = "the form of findings is chosen with '--output'".into();
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
            }
        }
        _ => {}
    }
    error
}

/// The number of threads of `--jobs`.
pub(super) fn threads(text: &str) -> Result<NonZeroUsize, String> {
    match text.parse::<usize>() {
        Ok(number) => NonZeroUsize::new(number).ok_or_else(|| "nothing is done by no thread; leave it out for one on each core".to_owned()),
        Err(_) => Err("that is no number of threads, such as 4".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn said(arguments: &str) -> String {
        let arguments: Vec<OsString> = format!("infrac {arguments}").split(' ').map(OsString::from).collect();
        let error = super::super::Arguments::command().try_get_matches_from(arguments.clone()).expect_err("a mistake");
        suggested(error, &super::super::Arguments::command(), &arguments).to_string()
    }

    #[test]
    fn the_nearest_option_is_named() {
        for (given, meant) in [
            ("check --fxi", "--fix"),
            ("-q check --wacth", "--watch"),
            ("build --verbos", "--verbose"),
            ("list --hepl", "--help"),
            ("build --prod acme", "--product"),
        ] {
            let said = said(given);
            assert!(said.contains(&format!("'{meant}'")) && !said.contains("as a value"), "{said}");
        }
        let said = said("check --nothing-of-this-kind");
        assert!(!said.contains("tip:"), "{said}");
    }

    #[test]
    fn the_nearest_command_is_named_alone() {
        let found = said("chekc");
        assert!(found.contains("'check'") && !found.contains("'schema'"), "{found}");
    }

    #[test]
    fn the_form_of_findings_has_an_option_of_its_own() {
        let said = said("check --format json");
        assert!(said.contains("--provider") && said.contains("'--output'"), "{said}");
    }

    #[test]
    fn threads_are_counted() {
        assert_eq!(threads("2").ok().map(NonZeroUsize::get), Some(2));
        assert!(said("build -j 0").contains("no thread") && said("test -j x").contains("no number of threads"));
    }
}
