//! What a command says: answers on standard output, everything else on standard error.

use super::colour;
use super::findings::MOST_SHOWN;
use crate::diag::{Diagnostic, Severity};
use crate::host::Failure;
use crate::render::{Format, Report, Screen, fill, render_on, sanitise};
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use supports_hyperlinks::Stream;

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const NOTE: Style = AnsiColor::Cyan.on_default();

/// Why an answer could not be written, the first time that happened.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Whether nothing is said about the work.
static QUIET: AtomicBool = AtomicBool::new(false);

/// From now on nothing is said about the work.
pub(super) fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Whether nothing is said about the work.
pub(super) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Prints an answer. A reader that has seen enough, like `head`, is no failure; any other reason is kept for [`lost`].
pub(super) fn print(text: &str) {
    let mut output = AutoStream::new(io::stdout(), choice(&io::stdout())).lock();
    keep(output.write_all(text.as_bytes()).and_then(|()| output.flush()));
}

/// Prints an answer for a program that takes it for what it is: no colour code is stripped.
pub(super) fn print_exactly(text: &str) {
    let mut output = io::stdout().lock();
    keep(output.write_all(text.as_bytes()).and_then(|()| output.flush()));
}

/// Remembers why an answer was not written.
pub(super) fn keep(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        LOST.set(error).ok();
    }
}

/// Whether the reader of standard output, a pipe, has seen enough and left.
#[cfg(unix)]
pub(super) fn has_left() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let output = io::stdout();
    let mut asked = [PollFd::new(&output, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut asked, Some(&now)).is_ok_and(|found| found > 0) && asked[0].revents().contains(PollFlags::ERR)
}

// Elsewhere it is noticed when something is written.
#[cfg(not(unix))]
pub(super) fn has_left() -> bool {
    false
}

/// Why an answer of this command could not be written, if one could not.
pub(super) fn lost() -> Option<Failure> {
    LOST.get().map(|error| Failure::disk("write", std::path::Path::new("standard output"), error))
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
    if !is_quiet() {
        complain(text);
    }
}

/// Prints what nobody who is quiet wants to miss either, where standard output is for something else.
pub(super) fn complain(text: &str) {
    let mut output = AutoStream::new(io::stderr(), choice(&io::stderr())).lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).ok();
}

/// Shows findings beside an answer that standard output is for.
pub(super) fn show(reports: &[Report]) {
    complain(&render_on(Format::Text, reports, &screen_of_stderr()));
}

/// Whether what is written to a stream is coloured.
fn choice(stream: &impl IsTerminal) -> ColorChoice {
    match ColorChoice::global() {
        ColorChoice::Auto if colour::is_wanted(stream.is_terminal(), |name| std::env::var_os(name)) => ColorChoice::Always,
        ColorChoice::Auto => ColorChoice::Never,
        said => said,
    }
}

/// Whether standard output is coloured.
pub(super) fn is_coloured() -> bool {
    choice(&io::stdout()) != ColorChoice::Never
}

/// What standard output is laid out for.
pub(super) fn screen() -> Screen {
    screen_of(&io::stdout(), Stream::Stdout)
}

/// What standard error is laid out for.
fn screen_of_stderr() -> Screen {
    screen_of(&io::stderr(), Stream::Stderr)
}

fn screen_of(stream: &impl IsTerminal, of: Stream) -> Screen {
    Screen { width: width(stream.is_terminal()), links: choice(stream) != ColorChoice::Never && supports_hyperlinks::on(of) }
}

/// How many columns a reader has: what COLUMNS says, what the terminal says, else as many as are read with ease.
fn width(is_terminal: bool) -> usize {
    const LEAST: usize = 40;
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok()).filter(|columns| *columns > 0);
    let seen = || is_terminal.then(terminal_size::terminal_size).flatten().map(|(width, _)| usize::from(width.0));
    said.or_else(seen).unwrap_or(Screen::default().width).max(LEAST)
}

/// Two columns: names, and sentences about them that fill the width behind the names.
pub(super) fn two_columns<'r>(rows: impl IntoIterator<Item = (&'r str, &'r str)>, screen: &Screen) -> String {
    /// Longer names have their sentence below them.
    const WIDEST: usize = 36;
    let rows: Vec<(&str, &str)> = rows.into_iter().collect();
    let column = rows.iter().map(|(name, _)| name.chars().count()).filter(|width| *width <= WIDEST).max().unwrap_or(0) + 2;
    let indent = " ".repeat(column);
    let mut text = String::new();
    for (name, sentence) in rows {
        let (name, sentence) = (sanitise(name), sanitise(sentence));
        let length = name.chars().count();
        let gap = match length + 2 <= column {
            _ if sentence.is_empty() => String::new(),
            true => " ".repeat(column - length),
            false => format!("\n{indent}"),
        };
        text.push_str(&format!("{BOLD}{name}{BOLD:#}{gap}{}\n", fill(&sentence, screen.width, column, &indent)));
    }
    text
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
    complain(&text);
}
