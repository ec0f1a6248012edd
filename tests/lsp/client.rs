//! A client that drives the real program over standard input and output.

use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tempfile::TempDir;

/// How long a message may take: long enough for a slow machine, and no test waits for ever.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Value>,
    /// What came and was not asked for yet.
    pub waiting: VecDeque<Value>,
    sent: i32,
    _cache: TempDir,
}

impl Client {
    pub fn start() -> Client {
        Client::of(Path::new(env!("CARGO_BIN_EXE_infrac")))
    }

    /// A client of another server than that of this build.
    pub fn of(server: &Path) -> Client {
        let cache = tempfile::tempdir().unwrap();
        let mut child = Command::new(server)
            .arg("lsp")
            .env("XDG_CACHE_HOME", cache.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A fault says there what it was.
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let mut from = BufReader::new(child.stdout.take().unwrap());
        let (to, output) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut from) {
                if to.send(message).is_err() {
                    break;
                }
            }
        });
        Client { child, input, output, waiting: VecDeque::new(), sent: 0, _cache: cache }
    }

    /// A client that has said who it is, with a folder open.
    pub fn open(root: &Path, capabilities: Value) -> (Client, Value) {
        Client::open_with(Path::new(env!("CARGO_BIN_EXE_infrac")), root, capabilities)
    }

    /// The same of another server than that of this build.
    pub fn open_with(server: &Path, root: &Path, capabilities: Value) -> (Client, Value) {
        let mut client = Client::of(server);
        let folders = json!([{ "uri": uri(root), "name": "project" }]);
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities, "workspaceFolders": folders });
        let answer = client.ask("initialize", params).unwrap();
        client.tell("initialized", json!({}));
        (client, answer)
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.input.as_mut().unwrap().write_all(bytes).unwrap();
        self.input.as_mut().unwrap().flush().unwrap();
    }

    pub fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request; gives its number.
    pub fn request(&mut self, method: &str, params: Value) -> i32 {
        self.sent += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.sent, "method": method, "params": params }));
        self.sent
    }

    /// The answer to a request: its result, or its error.
    pub fn ask(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.request(method, params);
        self.answer(id)
    }

    pub fn answer(&mut self, id: i32) -> Result<Value, Value> {
        let found = self.until(|message| message["id"] == id && message.get("method").is_none());
        match found.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(found["result"].clone()),
        }
    }

    /// The first message of which something holds.
    pub fn until(&mut self, holds: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.waiting.iter().position(&holds) {
            return self.waiting.remove(at).unwrap();
        }
        loop {
            let next = self.output.recv_timeout(PATIENCE).expect("a message");
            if holds(&next) {
                return next;
            }
            self.waiting.push_back(next);
        }
    }

    /// What was published of a text last, once everything that was sent is done.
    pub fn published(&mut self, uri: &str) -> Option<Value> {
        // What is judged when the queue is empty stands before the answer to what comes then.
        self.settle();
        let of = |message: &&Value| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri;
        self.waiting.iter().rfind(of).map(|message| message["params"]["diagnostics"].clone())
    }

    /// Waits until everything that was sent is done and judged.
    pub fn settle(&mut self) {
        let params = json!({ "previousResultIds": [] });
        self.ask("workspace/diagnostic", params).unwrap();
    }

    pub fn change(&mut self, uri: &str, version: i32, text: &str) {
        let document = json!({ "uri": uri, "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [{ "text": text }] }));
    }

    pub fn did_open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "infra", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Leaves in order.
    pub fn leave(mut self) -> ExitStatus {
        assert_eq!(self.ask("shutdown", Value::Null), Ok(Value::Null));
        self.tell("exit", Value::Null);
        self.gone()
    }

    /// Writes what a server that has left already does not read.
    pub fn throw(&mut self, bytes: &[u8]) {
        let _ = self.input.as_mut().map(|input| input.write_all(bytes).and_then(|()| input.flush()));
    }

    /// Closes its side; how the server ends, and how often each number was answered, with the codes of what was refused.
    pub fn rest(mut self) -> (ExitStatus, BTreeMap<String, usize>, Vec<i64>) {
        self.input = None;
        while let Ok(next) = self.output.recv_timeout(PATIENCE) {
            self.waiting.push_back(next);
        }
        let mut answers: BTreeMap<String, usize> = BTreeMap::new();
        let of = self.waiting.iter().filter(|message| message.get("method").is_none());
        let mut codes = Vec::new();
        for answer in of {
            *answers.entry(answer["id"].to_string()).or_default() += 1;
            codes.extend(answer["error"]["code"].as_i64());
        }
        (self.gone(), answers, codes)
    }

    /// The memory of the server, in KiB.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// The processor time that the server has taken, on all of its threads.
    #[allow(dead_code, reason = "tests look at no clock, benches do")]
    pub fn processor(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let taken = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok());
        Duration::from_nanos(taken.filter_map(|text| text.split(' ').next()?.parse::<u64>().ok()).sum())
    }

    /// Closes its side; how the server ends.
    pub fn gone(mut self) -> ExitStatus {
        self.input = None;
        self.left()
    }

    /// How the server ends by itself.
    pub fn left(mut self) -> ExitStatus {
        for _ in 0..1200 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.child.kill().unwrap();
        panic!("the server goes on without a client");
    }
}

fn read(from: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((_, value)) => length = value.parse().ok()?,
            None => break,
        }
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

pub fn uri(path: &Path) -> String {
    format!("file://{}", path.canonicalize().unwrap().display())
}

/// A project of one product, whose name is that of its folder.
pub struct Project {
    pub folder: TempDir,
}

pub const PRODUCT: &str = include_str!("../../inventory/acme/product.infra");

impl Project {
    pub fn new() -> Project {
        let project = Project { folder: tempfile::tempdir().unwrap() };
        project.write("infra.toml", "name = \"test\"\nedition = \"2026\"\noutput = \"generated\"\n");
        project.write("inventory/acme/product.infra", PRODUCT);
        project
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub fn write(&self, path: &str, text: &str) -> String {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        uri(&path)
    }

    pub fn product(&self) -> String {
        uri(&self.folder.path().join("inventory/acme/product.infra"))
    }
}
