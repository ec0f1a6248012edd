//! The command line: one file a command, each of which says what it is in its own help.

mod build;
mod cache;
mod changes;
mod check;
mod completions;
mod debug;
mod difference;
mod explain;
mod findings;
mod format;
mod graph;
mod init;
mod list;
mod man;
mod markdown;
mod open;
mod output;
mod place;
mod progress;
mod reach;
mod selection;
mod table;
mod why;

use crate::host::Failure;
use clap::builder::Styles;
use clap::builder::styling::{AnsiColor, Effects};
use clap::{Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// Compiles one typed source of a whole product into what stock tools run: OpenTofu and Terragrunt, Ansible, Packer,
/// GitHub Actions and GitLab CI.
///
/// infrac reads `.infra` files, proves what no single tool can see, and writes ordinary files. It never contacts a
/// cloud, never reads a secret, never runs a tool.
#[derive(Debug, Parser)]
#[command(
    name = "infrac",
    version,
    styles = STYLES,
    max_term_width = 100,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 all is well, 1 the sources or the generated files have problems, 2 the command could not run.\n\
                  `infrac explain CODE` explains what a message means."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    global: Global,
}

/// What every command understands.
#[derive(Debug, clap::Args)]
struct Global {
    /// The folder of the project [default: the nearest one above that has an `infra.toml`]
    #[arg(long, value_name = "DIR", global = true, help_heading = "Global options")]
    project: Option<PathBuf>,

    /// When to use colours
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto", help_heading = "Global options")]
    color: Color,

    /// Say more about the work: what was remembered of earlier builds, or why nothing was
    #[arg(long, short, global = true, help_heading = "Global options")]
    verbose: bool,
}

/// When the output is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Build),
    Check(check::Check),
    Fmt(format::Format),
    Explain(explain::Explain),
    Init(init::Init),
    Graph(graph::Graph),
    Reach(reach::Reach),
    List(list::List),
    Why(why::Why),
    Completions(completions::Completions),
    Man(man::Man),
    #[command(hide = true)]
    Debug(debug::Debug),
}

/// How a command that could run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// All is well.
    Clean,
    /// The sources or the generated files have problems.
    Findings,
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .usage(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .literal(AnsiColor::Cyan.on_default().effects(Effects::BOLD))
    .placeholder(AnsiColor::Cyan.on_default());

/// Runs the command that the arguments name, and says how it ended: 0, 1 or 2.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A help that nobody reads to its end is no failure.
            error.print().ok();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match arguments.global.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    let ended = arguments.command.run(&arguments.global);
    match ended {
        Ok(Exit::Clean) => ExitCode::SUCCESS,
        Ok(Exit::Findings) => ExitCode::from(1),
        Err(failure) => {
            output::failure(&failure);
            ExitCode::from(2)
        }
    }
}

impl Command {
    fn run(self, global: &Global) -> Result<Exit, Failure> {
        match self {
            Command::Build(build) => build.run(global),
            Command::Check(check) => check.run(global),
            Command::Fmt(format) => format.run(global),
            Command::Explain(explain) => explain.run(),
            Command::Init(init) => init.run(global),
            Command::Graph(graph) => graph.run(global),
            Command::Reach(reach) => reach.run(global),
            Command::List(list) => list.run(global),
            Command::Why(why) => why.run(global),
            Command::Completions(completions) => completions.run(),
            Command::Man(man) => man.run(),
            Command::Debug(debug) => debug.run(global),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Arguments::command().debug_assert();
    }
}
