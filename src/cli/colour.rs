//! When the output is coloured: as the arguments say, then as the environment says, then where a terminal reads along.

use anstream::ColorChoice;
use clap::ValueEnum;
use std::ffi::{OsStr, OsString};

/// When the output is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR, CLICOLOR, CLICOLOR_FORCE or FORCE_COLOR say something else
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// What that means in this environment; `auto` where it depends on the stream, see [`is_wanted`].
    pub(super) fn choice(self, variable: impl Fn(&str) -> Option<OsString>) -> ColorChoice {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        match self {
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
            // https://no-color.org and https://force-color.org: set to anything but nothing. Who wants none is asked first.
            Color::Auto if is_set("NO_COLOR") => ColorChoice::Never,
            Color::Auto if is_set("FORCE_COLOR") => ColorChoice::Always,
            // https://bixense.com/clicolors
            Color::Auto if is_set("CLICOLOR_FORCE") && variable("CLICOLOR_FORCE").as_deref() != Some(OsStr::new("0")) => {
                ColorChoice::Always
            }
            Color::Auto => ColorChoice::Auto,
        }
    }

    /// What the arguments say, before they are read: a help or a mistake in them has colours too.
    pub(super) fn said(arguments: &[OsString]) -> Color {
        let mut arguments = arguments.iter().skip(1).take_while(|argument| *argument != "--").peekable();
        let mut said = Color::Auto;
        while let Some(argument) = arguments.next() {
            let argument = argument.to_string_lossy();
            let word = match argument.strip_prefix("--color") {
                Some("") => arguments.peek().map(|next| next.to_string_lossy().into_owned()),
                Some(rest) => rest.strip_prefix('=').map(str::to_owned),
                None => None,
            };
            said = word.and_then(|word| Color::from_str(&word, false).ok()).unwrap_or(said);
        }
        said
    }
}

/// Whether a stream is coloured of which nothing else is said: a terminal that has colours, and nobody who wants none.
pub(super) fn is_wanted(is_terminal: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let said = variable("CLICOLOR").filter(|said| !said.is_empty());
    match said {
        Some(said) => is_terminal && said != "0",
        None => is_terminal && variable("TERM").is_some_and(|terminal| terminal != "dumb"),
    }
}

#[cfg(test)]
mod tests {
    use super::Color;
    use anstream::ColorChoice;

    #[test]
    fn the_environment_is_heard_and_the_arguments_win() {
        let cases: [(&[(&str, &str)], ColorChoice); 8] = [
            (&[], ColorChoice::Auto),
            (&[("NO_COLOR", "")], ColorChoice::Auto),
            (&[("NO_COLOR", "0")], ColorChoice::Never),
            (&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], ColorChoice::Never),
            (&[("FORCE_COLOR", "1")], ColorChoice::Always),
            (&[("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")], ColorChoice::Always),
            (&[("CLICOLOR_FORCE", "0")], ColorChoice::Auto),
            (&[("FORCE_COLOR", "")], ColorChoice::Auto),
        ];
        for (environment, expected) in cases {
            let variable = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
            assert_eq!(Color::Auto.choice(variable), expected, "{environment:?}");
            assert_eq!(Color::Always.choice(variable), ColorChoice::Always);
            assert_eq!(Color::Never.choice(variable), ColorChoice::Never);
        }
    }

    #[test]
    fn a_terminal_is_coloured_unless_somebody_wants_none() {
        let wanted = |is_terminal: bool, environment: &[(&str, &str)]| {
            super::is_wanted(is_terminal, |name| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into()))
        };
        assert!(wanted(true, &[("TERM", "xterm")]) && wanted(true, &[("TERM", "dumb"), ("CLICOLOR", "1")]));
        assert!(!wanted(true, &[("TERM", "xterm"), ("CLICOLOR", "0")]) && !wanted(true, &[("TERM", "dumb")]) && !wanted(true, &[]));
        assert!(!wanted(false, &[("TERM", "xterm"), ("CLICOLOR", "1")]));
    }

    #[test]
    fn colours_are_known_before_the_arguments_are_read() {
        let said = |line: &str| Color::said(&line.split(' ').map(Into::into).collect::<Vec<_>>());
        assert_eq!(said("infrac --color never check"), Color::Never);
        assert_eq!(said("infrac check --color=always"), Color::Always);
        assert_eq!(said("infrac check --color"), Color::Auto);
        assert_eq!(said("infrac fmt -- --color=always"), Color::Auto);
    }
}
