//! The command line: one file a command, each of which says what it is in its own help.

mod build;
mod cache;
mod candidates;
mod changes;
mod check;
mod chosen;
mod colour;
mod completions;
mod debug;
mod difference;
mod doc;
mod elsewhere;
mod explain;
mod findings;
mod format;
mod graph;
mod init;
mod list;
mod lsp;
mod man;
mod markdown;
mod misspelt;
mod open;
mod output;
mod place;
mod progress;
mod reach;
mod schema;
mod selection;
mod settings;
mod table;
mod templates;
mod test;
mod watch;
mod why;
mod without;

use crate::host::Failure;
use clap::builder::Styles;
use clap::builder::styling::{AnsiColor, Effects};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use colour::Color;
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
    after_help = "Exit codes: 0 all is well, 1 the sources or the generated files have problems, 2 the command could not run.\n\
                  `infrac explain CODE` says what a message means, `infrac doc NAME` what a definition takes."
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

    /// Say nothing about the work: only findings, answers, and why a command could not run
    #[arg(long, short, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Build),
    Check(check::Check),
    Fmt(format::Format),
    Test(test::Test),
    Explain(explain::Explain),
    Doc(doc::Doc),
    Init(init::Init),
    Settings(settings::Settings),
    Schema(schema::Schema),
    Graph(graph::Graph),
    Reach(reach::Reach),
    List(list::List),
    Why(why::Why),
    Lsp(lsp::Lsp),
    Completions(completions::Completions),
    Man(man::Man),
    #[command(hide = true)]
    Debug(debug::Debug),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// All is well.
    Clean,
    /// The sources or the generated files have problems.
    Findings,
    /// The arguments are no command, which was said.
    Failed,
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .usage(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .literal(AnsiColor::Cyan.on_default().effects(Effects::BOLD))
    .placeholder(AnsiColor::Cyan.on_default());

/// Runs the command that the arguments name, and says how it ended: 0, 1 or 2.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let completion = clap_complete::CompleteEnv::with_factory(Arguments::command).var(candidates::VARIABLE);
    match completion.try_complete(arguments.clone(), std::env::current_dir().ok().as_deref()) {
        Ok(true) => return ExitCode::SUCCESS,
        Ok(false) => {}
        Err(error) => return ended(Err(Failure::new(format!("cannot complete this: {error}")))),
    }
    Color::said(&arguments).choice(|name| std::env::var_os(name)).write_global();
    let of_help = if output::is_coloured() { clap::ColorChoice::Always } else { clap::ColorChoice::Never };
    let parsed = Arguments::command().color(of_help).try_get_matches_from(arguments.clone());
    let arguments = match parsed.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => {
            let error = misspelt::suggested(error, &Arguments::command(), &arguments);
            output::keep(error.print());
            return ended(Ok(if error.use_stderr() { Exit::Failed } else { Exit::Clean }));
        }
    };
    if arguments.global.quiet {
        output::be_quiet();
    }
    ended(arguments.command.run(&arguments.global))
}

/// The exit code of a command, after saying why it could not run. One whose answer was not written has not run.
fn ended(result: Result<Exit, Failure>) -> ExitCode {
    match result.and_then(|exit| output::lost().map_or(Ok(exit), Err)) {
        Ok(Exit::Clean) => ExitCode::SUCCESS,
        Ok(Exit::Findings) => ExitCode::from(1),
        Ok(Exit::Failed) => ExitCode::from(2),
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
            Command::Test(test) => test.run(global),
            Command::Explain(explain) => explain.run(global),
            Command::Doc(doc) => doc.run(global),
            Command::Init(init) => init.run(global),
            Command::Settings(settings) => settings.run(global),
            Command::Schema(schema) => schema.run(global),
            Command::Graph(graph) => graph.run(global),
            Command::Reach(reach) => reach.run(global),
            Command::List(list) => list.run(global),
            Command::Why(why) => why.run(global),
            Command::Lsp(lsp) => lsp.run(global),
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
