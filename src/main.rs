//! The `infrac` command.

fn main() -> std::process::ExitCode {
    infrac::cli::run(std::env::args_os())
}
