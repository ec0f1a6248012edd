//! The stock tools, in the environment that `tests/tools/install` leaves for them.

use std::process::Command;

/// A tool of `.tools`; the test fails where it is missing.
pub fn command(tool: &str) -> Command {
    let environment = super::root().join(".tools/env");
    assert!(environment.exists(), "the stock tools are not installed: run tests/tools/install");
    let mut command = Command::new("sh");
    command.args(["-c", ". \"$1\" && shift && exec \"$@\"", "sh"]).arg(environment).arg(tool);
    command
}
