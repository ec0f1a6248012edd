//! A Garage and a Consul of their own for each test, on loopback.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// What a service is asked by, until it answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// A port that nobody listens on.
fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until a command succeeds, and gives what it printed.
pub fn patiently(command: &mut Command) -> String {
    let start = Instant::now();
    loop {
        let Output { status, stdout, stderr } = command.output().unwrap();
        if status.success() {
            return String::from_utf8(stdout).unwrap();
        }
        assert!(start.elapsed() < PATIENCE, "{command:?}: {}", String::from_utf8_lossy(&stderr));
        std::thread::sleep(Duration::from_millis(300));
    }
}

/// A process that ends with the test.
struct Service(Child);

impl Service {
    fn start(command: &mut Command, log: &Path) -> Service {
        let log = fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        Service(command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// The object store, with one bucket and one key.
pub struct Garage {
    service: Option<Service>,
    folder: PathBuf,
    port: u16,
}

/// The key that may read and write the bucket.
pub const ACCESS_KEY: &str = "GK0123456789abcdef01234567";
pub const SECRET_KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

impl Garage {
    pub fn start(folder: &Path, bucket: &str) -> Garage {
        let folder = folder.join("garage");
        fs::create_dir_all(&folder).unwrap();
        let (rpc, port) = (port(), port());
        let at = folder.display();
        let settings = format!(
            "metadata_dir = \"{at}/meta\"\ndata_dir = \"{at}/data\"\ndb_engine = \"sqlite\"\nreplication_factor = 1\n\
             rpc_bind_addr = \"127.0.0.1:{rpc}\"\nrpc_public_addr = \"127.0.0.1:{rpc}\"\nrpc_secret = \"{SECRET_KEY}\"\n\n\
             [s3_api]\napi_bind_addr = \"127.0.0.1:{port}\"\ns3_region = \"garage\"\nroot_domain = \".s3.localhost\"\n"
        );
        fs::write(folder.join("garage.toml"), settings).unwrap();
        let mut garage = Garage { service: None, folder, port };
        garage.resume();
        let node = patiently(&mut garage.command(&["node", "id", "-q"]));
        let node = node.split('@').next().unwrap();
        patiently(&mut garage.command(&["layout", "assign", "-z", "here", "-c", "1G", node]));
        patiently(&mut garage.command(&["layout", "apply", "--version", "1"]));
        patiently(&mut garage.command(&["key", "import", "--yes", "-n", "product", ACCESS_KEY, SECRET_KEY]));
        patiently(&mut garage.command(&["bucket", "create", bucket]));
        patiently(&mut garage.command(&["bucket", "allow", "--read", "--write", bucket, "--key", ACCESS_KEY]));
        garage
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("garage");
        command.arg("-c").arg(self.folder.join("garage.toml")).args(arguments).env("RUST_LOG", "warn");
        command
    }

    /// Starts it again where it was stopped.
    fn resume(&mut self) {
        self.service = Some(Service::start(&mut self.command(&["server"]), &self.folder.join("log")));
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// What keeps the locks, with the rights that the generated role gives to who takes them.
pub struct Consul {
    service: Option<Service>,
    folder: PathBuf,
    port: u16,
}

/// The tokens of who runs it, and of who takes the locks.
const MANAGEMENT: &str = "11111111-1111-1111-1111-111111111111";
pub const LOCK_TOKEN: &str = "22222222-2222-2222-2222-222222222222";

impl Consul {
    pub fn start(folder: &Path, rules: &str) -> Consul {
        let folder = folder.join("consul");
        fs::create_dir_all(&folder).unwrap();
        let http = port();
        let settings = serde_json::json!({
            "server": true, "bootstrap_expect": 1, "data_dir": folder.join("data"), "node_name": "here",
            "bind_addr": "127.0.0.1", "client_addr": "127.0.0.1", "log_level": "warn", "disable_update_check": true,
            "ports": { "http": http, "dns": -1, "grpc": -1, "grpc_tls": -1, "serf_lan": port(), "serf_wan": -1, "server": port() },
            "acl": { "enabled": true, "default_policy": "deny", "tokens": { "initial_management": MANAGEMENT, "agent": MANAGEMENT } },
        });
        fs::write(folder.join("consul.json"), settings.to_string()).unwrap();
        fs::write(folder.join("rules"), rules).unwrap();
        let mut consul = Consul { service: None, folder, port: http };
        consul.resume();
        let rules = format!("@{}", consul.folder.join("rules").display());
        patiently(&mut consul.command(&["acl", "policy", "create", "-name", "infrac-locks", "-rules", &rules]));
        patiently(&mut consul.command(&["acl", "token", "create", "-secret", LOCK_TOKEN, "-policy-name", "infrac-locks"]));
        consul
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("consul");
        command.args(arguments).env("CONSUL_HTTP_ADDR", self.address()).env("CONSUL_HTTP_TOKEN", MANAGEMENT);
        command
    }

    /// Ends it at once, as a machine that is gone.
    pub fn stop(&mut self) {
        self.service = None;
    }

    /// Starts it again, with what it knew.
    pub fn resume(&mut self) {
        let mut command = Command::new("consul");
        command.arg("agent").arg("-config-file").arg(self.folder.join("consul.json"));
        self.service = Some(Service::start(&mut command, &self.folder.join("log")));
    }

    /// Waits until it answers with what it knew.
    pub fn answers(&self) {
        patiently(&mut self.command(&["kv", "get", "-keys", "infrac/"]));
    }

    /// The locks that somebody holds.
    pub fn held(&self) -> Vec<String> {
        let listed = patiently(&mut self.command(&["kv", "get", "-recurse", "-detailed", "infrac/"]));
        let mut held = Vec::new();
        let mut key = "";
        for line in listed.lines() {
            match line.split_once(' ').map(|(name, value)| (name, value.trim())) {
                Some(("Key", value)) => key = value,
                Some(("Session", value)) if value != "-" => held.push(key.to_owned()),
                _ => {}
            }
        }
        held
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
