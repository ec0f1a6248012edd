//! A machine in a folder: the generated script with its paths moved there, and programs that take the place of others.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::time::Duration;
use tempfile::TempDir;

/// The shells that a machine may have as `sh`.
pub const SHELLS: &[&[&str]] = &[&["dash"], &["busybox", "sh"], &["bash", "--posix"]];

/// A machine in a folder.
pub struct Scene {
    folder: TempDir,
    script: PathBuf,
    server: Option<Child>,
}

impl Drop for Scene {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            server.kill().ok();
            server.wait().ok();
        }
    }
}

/// What a script did.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Scene {
    /// The script of a generated role, which sees the folder in the place of these paths.
    pub fn new(script: &str, paths: &[&str]) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let generated = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/inventory/ansible/roles").join(script);
        let mut text = fs::read_to_string(&generated).unwrap();
        for path in paths {
            assert!(text.contains(path), "{script} does not name {path}");
            text = text.replace(path, &format!("{}{path}", folder.path().display()));
        }
        let scene = Scene { script: folder.path().join("script"), folder, server: None };
        scene.write("script", &text);
        fs::create_dir_all(scene.path("bin")).unwrap();
        // Nobody waits in a test.
        scene.program("sleep", "#!/bin/sh\n");
        scene
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name.trim_start_matches('/'))
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// A program that the script finds before any other of that name.
    pub fn program(&self, name: &str, text: &str) {
        self.write(&format!("bin/{name}"), text);
        fs::set_permissions(self.path(&format!("bin/{name}")), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Starts a program of Python that gets the folder and says in `port` where it listens.
    pub fn serve(&mut self, program: &str) {
        self.server = Some(Command::new("python3").arg(program).arg(self.folder.path()).spawn().unwrap());
        for _ in 0..600 {
            if self.path("port").exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{program} does not start");
    }

    /// Runs the script.
    pub fn run(&self, shell: &[&str], arguments: &[&str]) -> Said {
        let path = format!("{}:{}:/usr/sbin:/sbin", self.path("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(shell[0]);
        command.args(&shell[1..]).arg(&self.script).args(arguments).env("PATH", path).env("STAND_IN", self.folder.path());
        command.env("SEAL_FILE", self.path("etc/vault.d/seal-2.key")).env("SEAL_KEY", "0a1b");
        let Output { status, stdout, stderr } = command.env("OPERATOR_PASSWORD", "pass\"wörd\\n").output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }
}
