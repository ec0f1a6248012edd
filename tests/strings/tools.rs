//! The stock tools that read what was written.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A folder with files, in which tools run.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(TempDir::new().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Runs a tool here and gives what it prints; it has to succeed.
    pub fn run(&self, words: &[&str]) -> Vec<u8> {
        self.ask(words, "")
    }

    /// Runs a tool that reads `input`.
    pub fn ask(&self, words: &[&str], input: &str) -> Vec<u8> {
        let environment = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/env");
        assert!(environment.exists(), "the stock tools are not installed: run tests/tools/install");
        let mut command = Command::new("sh");
        command.args(["-c", ". \"$0\" && exec \"$@\""]).arg(environment).args(words).current_dir(self.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let input = input.to_owned();
        let writer = std::thread::spawn(move || pipe.write_all(input.as_bytes()));
        let output = child.wait_with_output().unwrap();
        // A tool that failed may have closed its end.
        let _ = writer.join().unwrap();
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().take(3000).collect::<String>();
        assert!(output.status.success(), "{words:?}\n{}\n{}", said(&output.stderr), said(&output.stdout));
        output.stdout
    }

    /// Runs a program of `tests/strings/readers` here.
    pub fn reader(&self, interpreter: &[&str], name: &str, arguments: &[&str]) -> Vec<u8> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/strings/readers").join(name);
        let words: Vec<&str> = interpreter.iter().copied().chain([program.to_str().unwrap()]).chain(arguments.iter().copied()).collect();
        self.run(&words)
    }
}
