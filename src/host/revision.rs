//! The sources of a project as a revision of git had them. `git` is asked for them, and nothing in the repository is changed.

use super::Failure;
use super::load::{COUNT_LIMIT, DATA_LIMIT, LOCK, SOURCE_LIMIT, TOTAL_LIMIT};
use super::settings::{self, FILE};
use crate::base::{FileId, Text};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Component, Path};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A folder with `infra.toml` and the sources of the project in `root` as `revision` had them. It is gone when it is dropped.
pub fn revision(root: &Path, revision: &str) -> Result<TempDir, Failure> {
    let commit = commit(root, revision)?;
    let settings = git(root, &["cat-file", "blob", &format!("{commit}:./{FILE}")])
        .map_err(|_| Failure::new(format!("`{revision}` has no `{FILE}` here")).help("name a revision in which the project is there"))?;
    let text = String::from_utf8(settings).map_err(|_| Failure::new(format!("`{FILE}` of `{revision}` is not UTF-8")))?;
    // What is wrong with it is found when the folder is loaded.
    let (settings, _) = settings::read(FileId(0), &text);
    let folder = TempDir::new().map_err(|error| Failure::disk("make", &std::env::temp_dir(), &error))?;
    write(folder.path(), FILE, text.as_bytes())?;
    let libraries: Vec<&str> = settings.library.iter().map(Text::as_str).collect();
    for place in libraries.iter().chain([&settings.inventory.as_str()]) {
        let place = folder.path().join(place);
        std::fs::create_dir_all(&place).map_err(|error| Failure::disk("make", &place, &error))?;
    }
    // Names end with NUL, so that none of them can be taken for two.
    let listed = git(root, &["ls-tree", "-r", "-l", "-z", &commit])?;
    let listed = String::from_utf8(listed).map_err(|_| Failure::new(format!("a name in `{revision}` is not UTF-8")))?;
    let mut wanted = Vec::new();
    for entry in listed.split('\0') {
        let Some((kind, path)) = entry.split_once('\t') else { continue };
        let mut words = kind.split_whitespace();
        let (Some(mode), Some("blob"), Some(hash), Some(size)) = (words.next(), words.next(), words.next(), words.next()) else { continue };
        let Ok(size) = size.parse::<u64>() else { continue };
        let is_source = |name: &&str| name.ends_with(".infra") || name.ends_with(LOCK);
        // Beside the definitions of a library lies any text that they may name; what cannot be such a text is too large.
        let is_source = (is_below(path, &settings.inventory) && is_source(&path))
            || (libraries.iter().any(|folder| is_below(path, folder)) && (path.ends_with(".json") || size <= SOURCE_LIMIT));
        // A link could lead anywhere.
        if is_source && mode.starts_with("100") && is_plain(path) {
            wanted.push((hash.to_owned(), path.to_owned()));
        }
    }
    read(root, &wanted, |path, bytes| write(folder.path(), path, bytes))?;
    Ok(folder)
}

/// The names of branches and tags of the repository that a folder lies in, and `HEAD`; none where there is no repository.
pub fn revisions(root: &Path) -> Vec<String> {
    let Ok(listed) = git(root, &["for-each-ref", "--format=%(refname:short)"]) else { return Vec::new() };
    std::iter::once("HEAD").chain(String::from_utf8_lossy(&listed).lines()).map(str::to_owned).collect()
}

/// The commit that a name means.
fn commit(root: &Path, revision: &str) -> Result<String, Failure> {
    let name = format!("{revision}^{{commit}}");
    let answer = ask(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &name])?;
    let commit = answer.map_err(|said| match said.is_empty() {
        // That is how it says quietly that there is none.
        true => {
            Failure::new(format!("git knows no revision `{revision}` here")).help("name a commit, a branch or a tag of this repository")
        }
        false => refused(&said),
    })?;
    Ok(String::from_utf8_lossy(&commit).trim().to_owned())
}

fn is_below(path: &str, folder: &str) -> bool {
    let folder = folder.trim_start_matches("./").trim_end_matches('/');
    matches!(folder, "" | ".") || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a path leads down and nowhere else, and into no folder that is not read.
fn is_plain(path: &str) -> bool {
    let parts = Path::new(path).components();
    parts.into_iter().all(|part| matches!(part, Component::Normal(name) if !name.to_string_lossy().starts_with('.')))
}

fn write(folder: &Path, path: &str, bytes: &[u8]) -> Result<(), Failure> {
    let place = folder.join(path);
    let made = place.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(&place, bytes)).map_err(|error| Failure::disk("write", &place, &error))
}

fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    // A replacement or a prompt would answer for somebody else, a pager would wait.
    command.arg("--no-pager").arg("--no-replace-objects").arg("-C").arg(root).args(arguments);
    // In a hook they name the repository from another folder.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(variable);
    }
    command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0").stdin(Stdio::null());
    command
}

fn started(error: &std::io::Error) -> Failure {
    Failure::new(format!("`git` could not be run: {error}")).help("a revision is read by git: install it, or leave `--diff` out")
}

/// What git answers, or what it says on standard error where it fails.
fn ask(root: &Path, arguments: &[&str]) -> Result<Result<Vec<u8>, String>, Failure> {
    let output = command(root, arguments).output().map_err(|error| started(&error))?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Ok(if output.status.success() { Ok(output.stdout) } else { Err(said) })
}

fn git(root: &Path, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    ask(root, arguments)?.map_err(|said| refused(&said))
}

fn refused(said: &str) -> Failure {
    let failure = Failure::new(format!("git: {}", said.lines().next().unwrap_or("it failed and does not say why")));
    match said.contains("not a git repository") {
        true => failure.help("`--diff` compares with a revision of the repository that the project is in"),
        false => failure,
    }
}

/// Reads blobs through one process.
fn read(root: &Path, wanted: &[(String, String)], mut take: impl FnMut(&str, &[u8]) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut child = command(root, &["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| started(&error))?;
    let broken = || Failure::new("git stopped before it had said everything");
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else { return Err(broken()) };
    let mut output = BufReader::new(output);
    let too_large = || Failure::new("the sources of that revision are larger than what a project may hold");
    let mut left = TOTAL_LIMIT;
    if wanted.len() > COUNT_LIMIT {
        return Err(too_large());
    }
    // One question, one answer: neither side ever waits for the other with a full pipe.
    for (hash, path) in wanted {
        input.write_all(format!("{hash}\n").as_bytes()).and_then(|()| input.flush()).map_err(|_| broken())?;
        let mut head = String::new();
        output.read_line(&mut head).map_err(|_| broken())?;
        let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok()).ok_or_else(broken)?;
        left = left.checked_sub(size).filter(|_| size <= DATA_LIMIT).ok_or_else(too_large)?;
        let mut bytes = vec![0; size as usize + 1];
        output.read_exact(&mut bytes).map_err(|_| broken())?;
        bytes.pop();
        take(path, &bytes)?;
    }
    drop(input);
    child.wait().map_err(|_| broken())?;
    Ok(())
}
