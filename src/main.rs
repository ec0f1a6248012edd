//! The `infrac` command.

/// Trees of small values are made and dropped on every thread: an allocator that is made for that takes a tenth off a build.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    infrac::cli::run(std::env::args_os())
}
