//! What a command says: answers on standard output, everything else on standard error.

use super::findings::MOST_SHOWN;
use crate::diag::{Diagnostic, Severity};
use crate::host::Failure;
use crate::render::sanitise;
use anstyle::{AnsiColor, Style};
use std::io::{ErrorKind, Write};

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const NOTE: Style = AnsiColor::Cyan.on_default();

/// Prints an answer. A reader that has seen enough, like `head`, is no failure.
pub(super) fn print(text: &str) {
    let mut output = anstream::stdout().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).ok();
}

/// Prints an answer that is of no use in part: it could not be written is a failure, a reader that has seen enough is none.
pub(super) fn answer(text: &str) -> Result<(), Failure> {
    let mut output = anstream::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(format!("standard output could not be written: {error}"))),
        _ => Ok(()),
    }
}

/// Lines in which what is not indented is a heading.
pub(super) fn styled_headings(text: &str) -> String {
    let mut styled = String::with_capacity(text.len());
    for line in text.lines() {
        let line = sanitise(line);
        match line.is_empty() || line.starts_with(' ') {
            true => styled.push_str(&line),
            false => styled.push_str(&format!("{BOLD}{line}{BOLD:#}")),
        }
        styled.push('\n');
    }
    styled
}

/// Prints what is said about the work, not its result.
pub(super) fn tell(text: &str) {
    let mut output = anstream::stderr().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).ok();
}

/// `2 errors, 1 warning`, coloured by the worst; nothing without findings.
pub(super) fn tally<'d>(found: impl IntoIterator<Item = &'d Diagnostic>) -> Option<String> {
    let (mut errors, mut warnings) = (0, 0);
    for diagnostic in found {
        match diagnostic.severity {
            Severity::Error => errors += 1,
            Severity::Warning => warnings += 1,
        }
    }
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(format!("{BAD}{}{BAD:#}", count(errors, "error")));
    }
    if warnings > 0 {
        let style = AnsiColor::Yellow.on_default().bold();
        parts.push(format!("{style}{}{style:#}", count(warnings, "warning")));
    }
    if errors + warnings > MOST_SHOWN {
        parts.push(format!("{MOST_SHOWN} of them shown, and {} more", errors + warnings - MOST_SHOWN));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `1 file`, `2 files`.
pub(super) fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// Why the command could not run, and what to do.
pub(super) fn failure(failure: &Failure) {
    let mut text = format!("{BAD}error:{BAD:#} {}\n", sanitise(&failure.message));
    if let Some(help) = &failure.help {
        text.push_str(&format!("\n  {NOTE}help:{NOTE:#} {}\n", sanitise(help)));
    }
    tell(&text);
}
