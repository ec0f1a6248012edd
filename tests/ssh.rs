//! SSH of pipelines, with two real servers on loopback, one behind the other, an empty home, and the generated scripts: `sign-hosts` makes
//! the machines known, `with-credentials.sh` reaches them, and what is not signed is refused.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A server with a key of its own.
struct Server {
    folder: PathBuf,
    port: u16,
    process: Option<Child>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

const SSHD: &str = "/usr/sbin/sshd";

impl Server {
    fn new(lab: &Path, name: &str) -> Server {
        let folder = lab.join(name);
        fs::create_dir_all(folder.join("sshd_config.d")).unwrap();
        keygen(&["-q", "-t", "ed25519", "-N", "", "-f"], &folder.join("ssh_host_ed25519_key"));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let text = format!(
            "Include {0}/sshd_config.d/*.conf\nPort {port}\nListenAddress 127.0.0.1\nHostKey {0}/ssh_host_ed25519_key\n\
             AuthorizedKeysFile {1}/authorized_keys\nPidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\n\
             PermitRootLogin prohibit-password\nAllowTcpForwarding yes\nSetEnv SERVER={0} PATH={1}/remote:/usr/bin:/bin\n",
            folder.display(),
            lab.display()
        );
        fs::write(folder.join("sshd_config"), text).unwrap();
        Server { folder, port, process: None }
    }

    fn start(&mut self) {
        let mut command = Command::new(SSHD);
        command.arg("-D").arg("-f").arg(self.folder.join("sshd_config")).arg("-E").arg(self.folder.join("log"));
        self.process = Some(command.stdin(Stdio::null()).spawn().unwrap());
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "{}", fs::read_to_string(self.folder.join("log")).unwrap_or_default());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn keygen(arguments: &[&str], file: &Path) {
    assert!(Command::new("ssh-keygen").args(arguments).arg(file).stdin(Stdio::null()).status().unwrap().success());
}

struct Lab {
    folder: TempDir,
    user: String,
}

impl Lab {
    fn new() -> Lab {
        let user = Command::new("id").arg("-un").output().unwrap();
        let lab = Lab { folder: tempfile::tempdir().unwrap(), user: String::from_utf8(user.stdout).unwrap().trim().to_owned() };
        let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/inventory");
        for part in ["ci", "live/acme"] {
            for entry in walkdir::WalkDir::new(snapshot.join(part)) {
                let entry = entry.unwrap();
                if entry.file_type().is_file() {
                    let path = lab.path("tree").join(entry.path().strip_prefix(&snapshot).unwrap());
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::copy(entry.path(), path).unwrap();
                }
            }
        }
        // Without a folder for privilege separation no server begins.
        let _ = fs::create_dir_all("/run/sshd");
        fs::create_dir_all(lab.path("home")).unwrap();
        keygen(&["-q", "-t", "ed25519", "-N", "", "-f"], &lab.path("id"));
        fs::copy(lab.path("id.pub"), lab.path("authorized_keys")).unwrap();
        let authority = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 2 -subj /CN=a -keyout authority.key -out authority.pem";
        assert!(
            Command::new("sh").args(["-c", authority]).current_dir(lab.folder.path()).stderr(Stdio::null()).status().unwrap().success()
        );
        lab.tool("tools/op", "cat \"$LAB/authority.key\"\n");
        let key = lab.path("id").display().to_string();
        lab.tool(
            "tools/bao",
            &format!(
                "case \"$*\" in *field=key*apply/ssh*) cat {key} ;; *field=user*) echo {} ;; *) cat > /dev/null; echo x ;; esac\n",
                lab.user
            ),
        );
        // What a machine has: another folder for the server's files, and a service manager.
        let sudo = "shift 2\nscript=$(printf '%s' \"$1\" | sed \"s,/etc/ssh,$SERVER,g; s,^/usr/sbin/sshd -t,/usr/sbin/sshd -t -f $SERVER/sshd_config,; s,^systemctl reload ssh,: > $SERVER/reloaded,\")\nexec sh -ec \"$script\"\n";
        lab.tool("remote/sudo", sudo);
        lab.tool(
            "remote/cat",
            "case \"${1:-}\" in /etc/ssh/*) exec /bin/cat \"$SERVER/${1#/etc/ssh/}\" ;; *) exec /bin/cat \"$@\" ;; esac\n",
        );
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn tool(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{text}")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path("tree")).env_clear().env("HOME", self.path("home")).env("LAB", self.folder.path());
        command.env("PATH", format!("{}:{}", self.path("tools").display(), std::env::var("PATH").unwrap()));
        command.env("CI_IDENTITY_TOKEN", "me").stdin(Stdio::null());
        command
    }

    /// Runs a command with the credentials of the role that applies.
    fn with_credentials(&self, authority: bool, arguments: &[&str]) -> Output {
        let mut command = self.command(&self.path("tree/ci/with-credentials.sh"));
        if authority {
            command.env("AUTHORITY", fs::read_to_string(self.path("authority.pem")).unwrap());
        }
        command.args(["acme", "prod", "apply"]).args(arguments).output().unwrap()
    }

    /// What Ansible runs for a task: SSH with its arguments, through the gate that the inventory names.
    fn reach(&self, gate: &Server, target: &Server) -> Output {
        let script = format!(
            "exec ssh $ANSIBLE_SSH_ARGS -o IdentityFile=\"$ANSIBLE_PRIVATE_KEY_FILE\" -l \"$ANSIBLE_REMOTE_USER\" \
             -o ProxyJump=%r@127.0.0.1:{} -p {} 127.0.0.1 'echo reached $SERVER'",
            gate.port, target.port
        );
        self.with_credentials(true, &["sh", "-c", &script])
    }

    fn sign(&self, machines: &[(&str, &Server, Option<&Server>)]) -> Output {
        let line = |(name, server, gate): &(&str, &Server, Option<&Server>)| {
            let gate = gate.map_or("-".to_owned(), |gate| format!("127.0.0.1:{}", gate.port));
            format!("{name} ssh://127.0.0.1:{} {gate} {name},127.0.0.1\n", server.port)
        };
        fs::write(self.path("tree/live/acme/prod/machines"), machines.iter().map(line).collect::<String>()).unwrap();
        // The operator's own settings: the key, and a person who says yes.
        let config = format!(
            "Host *\n IdentityFile {0}/id\n UserKnownHostsFile {0}/operator\n StrictHostKeyChecking accept-new\n",
            self.folder.path().display()
        );
        fs::write(self.path("operator.conf"), config).unwrap();
        self.tool("tools/ssh", "exec /usr/bin/ssh -F \"$LAB/operator.conf\" \"$@\"\n");
        let output =
            self.command(&self.path("tree/live/acme/sign-hosts")).arg("prod").env("ANSIBLE_REMOTE_USER", &self.user).output().unwrap();
        fs::remove_file(self.path("tools/ssh")).unwrap();
        output
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn machines_are_known_by_the_authority_on_every_hop() {
    if !Path::new(SSHD).exists() {
        // The package openssh-server is not everywhere; tests/run names it where it is missing.
        eprintln!("skipped: there is no {SSHD}");
        return;
    }
    let lab = Lab::new();
    let (mut gate, mut target) = (Server::new(lab.folder.path(), "gate"), Server::new(lab.folder.path(), "target"));
    gate.start();
    target.start();

    let unknown = lab.reach(&gate, &target);
    assert!(!unknown.status.success() && said(&unknown).contains("Host key verification failed"), "{}", said(&unknown));

    // The gate is known, the machine behind it is not: nobody is trusted because somebody else is.
    let signed = lab.sign(&[("gate", &gate, None)]);
    assert!(signed.status.success(), "{}", said(&signed));
    assert!(gate.folder.join("reloaded").exists());
    gate.stop();
    gate.start();
    let half = lab.reach(&gate, &target);
    assert!(!half.status.success() && said(&half).contains("Host key verification failed"), "{}", said(&half));

    let signed = lab.sign(&[("gate", &gate, None), ("target", &target, Some(&gate))]);
    assert!(signed.status.success(), "{}", said(&signed));
    target.stop();
    target.start();
    let reached = lab.reach(&gate, &target);
    assert!(reached.status.success() && said(&reached).contains(&format!("reached {}", target.folder.display())), "{}", said(&reached));

    // Somebody else's certificate, and a certificate for another name, are worth nothing.
    let certificate = target.folder.join("ssh_host_ed25519_key-cert.pub");
    for (signer, name) in [("id", "127.0.0.1"), ("authority.key", "10.0.0.1")] {
        fs::set_permissions(lab.path(signer), fs::Permissions::from_mode(0o600)).unwrap();
        let arguments = ["-q", "-s", lab.path(signer).to_str().unwrap(), "-h", "-I", "x", "-n", name].map(str::to_owned);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        keygen(&arguments, &target.folder.join("ssh_host_ed25519_key.pub"));
        assert!(certificate.exists());
        target.stop();
        target.start();
        let wrong = lab.reach(&gate, &target);
        assert!(!wrong.status.success(), "{signer} {name}: {}", said(&wrong));
    }

    // Without the certificate of the authority nothing is known, and that is said before anything runs.
    let without = lab.with_credentials(false, &["sh", "-c", "echo ran"]);
    assert!(!without.status.success() && said(&without).contains("AUTHORITY") && !said(&without).contains("ran\n"), "{}", said(&without));
    assert_eq!(fs::read_dir(lab.path("home")).unwrap().count(), 0, "the home stays empty");
}
