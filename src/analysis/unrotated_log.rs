//! What a service writes below `/var/log` is rotated.
//!
//! A log that only grows fills the disk after months, on all machines in the same week. An audit log that cannot be written stops its
//! service.
//!
//! ```infra
//! file "/etc/store.json" { format = json, content = { log = "/var/log/store/requests.log" } }   # and no /etc/logrotate.d/store
//! ```

use super::role_files::Files;
use crate::base::Text;
use crate::diag::{Code, Diagnostic};
use std::collections::BTreeSet;

pub(super) fn check(files: &Files, found: &mut Vec<Diagnostic>) {
    let mut said: BTreeSet<&Text> = BTreeSet::new();
    let is_directory = |path: &Text| files.places.iter().any(|place| place.directory && place.path == *path);
    let is_below = |path: &Text| path.starts_with("/var/log/");
    for worker in &files.workers {
        let named = worker.uses.iter().filter(|used| is_below(&used.path) && !is_directory(&used.path));
        let logs: Vec<_> = named.map(|used| (&used.path, used.span)).collect();
        // A directory for logs without a word of what will lie there: something in it has to be rotated.
        let folders = worker.writes.iter().filter(|path| is_below(path) && !files.rotated.iter().any(|log| lies_in(log, path)));
        let folders = folders.filter(|path| !logs.iter().any(|(log, _)| lies_in(log, path)));
        for (log, span) in logs
            .iter()
            .copied()
            .filter(|(log, _)| !files.rotated.iter().any(|pattern| fits(pattern, log)))
            .chain(folders.map(|path| (path, worker.span)))
        {
            if said.insert(log) {
                found.push(
                    Diagnostic::error(Code::UnrotatedLog, span, format!("nothing rotates `{log}`"))
                        .related(worker.span, format!("`{}` writes it", worker.name))
                        .help("write a file below `/etc/logrotate.d` that names it, with the signal after which it is opened again"),
                );
            }
        }
    }
}

/// Whether a path lies in a directory.
fn lies_in(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a pattern means a path: `*` stands for anything but a slash.
fn fits(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((before, after)) => path.strip_prefix(before).is_some_and(|rest| {
            let segment = rest.find('/').unwrap_or(rest.len());
            (0..=segment).filter(|at| rest.is_char_boundary(*at)).any(|at| fits(after, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stays_in_its_folder() {
        assert!(fits("/var/log/a/*.log", "/var/log/a/audit.log"));
        assert!(!fits("/var/log/*.log", "/var/log/a/audit.log"));
        assert!(!fits("/var/log/a/*.log", "/var/log/a/audit.json"));
        assert!(fits("/var/log/a/audit.log", "/var/log/a/audit.log"));
    }
}
