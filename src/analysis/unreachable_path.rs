//! Who works with a file can reach it: every directory above it lets the account in, and the file can be read.
//!
//! Nothing refuses such a tree. The service ends with "permission denied" when it starts, or, worse, answers without what it could
//! not read.
//!
//! ```infra
//! directory "/etc/store"       { group = "store", mode = "0750" }
//! directory "/etc/store/proxy" { group = "caddy", mode = "0750" }   # which caddy cannot get to
//! daemon proxy { run = ["/usr/bin/caddy", "run", "--config", "/etc/store/proxy/caddy.json"], user = "caddy" }
//! ```

use super::role_files::{Access, Files, Place};
use crate::base::{Span, Text};
use crate::diag::{Code, Diagnostic};
use std::collections::BTreeSet;

pub(super) fn check(files: &Files, found: &mut Vec<Diagnostic>) {
    let mut judge = Judge { files, blamed: BTreeSet::new(), found };
    for worker in files.workers.iter().filter(|worker| worker.user != "root") {
        // What belongs to an account is for it, whoever names it.
        for place in files.places.iter().filter(|place| place.owner == worker.user || place.group == worker.user) {
            judge.enters(&worker.user, &place.path, place.span);
        }
        for used in &worker.uses {
            judge.enters(&worker.user, &used.path, used.span);
            judge.does(&worker.user, &used.path, used.span);
        }
        for path in &worker.writes {
            judge.enters(&worker.user, path, worker.span);
            if let Some(place) = files.places.iter().find(|place| place.directory && place.path == *path) {
                judge.blame(&worker.user, Access::Write, place, path, worker.span);
            }
        }
    }
}

struct Judge<'a> {
    files: &'a Files,
    /// Accounts with the paths that stop them: each is said once.
    blamed: BTreeSet<(Text, Text)>,
    found: &'a mut Vec<Diagnostic>,
}

impl Judge<'_> {
    /// The directories above a path.
    fn enters(&mut self, user: &Text, path: &Text, span: Span) {
        let files = self.files;
        let above = |place: &&Place| place.directory && path.strip_prefix(place.path.as_str()).is_some_and(|rest| rest.starts_with('/'));
        for place in files.places.iter().filter(above) {
            self.blame(user, Access::Enter, place, path, span);
        }
    }

    /// The path itself, where the role makes it.
    fn does(&mut self, user: &Text, path: &Text, span: Span) {
        let files = self.files;
        for place in files.places.iter().filter(|place| place.path == *path) {
            self.blame(user, if place.directory { Access::Enter } else { Access::Read }, place, path, span);
        }
    }

    fn blame(&mut self, user: &Text, access: Access, place: &Place, path: &Text, span: Span) {
        if self.files.may(user, access, place) || !self.blamed.insert((user.clone(), place.path.clone())) {
            return;
        }
        let verb = match access {
            Access::Enter => "enter",
            Access::Write => "write to",
            Access::Read => "read",
        };
        let end = if *path == place.path { String::new() } else { format!(", and needs `{path}`") };
        let Place { owner, group, mode, .. } = place;
        self.found.push(
            Diagnostic::error(Code::UnreachablePath, span, format!("`{user}` cannot {verb} `{}`{end}", place.path))
                .related(place.span, format!("it belongs to {owner}:{group} with the mode {mode:04o}"))
                .help(format!("give it an owner, a group or a mode that lets `{user}` in, or put what `{user}` needs elsewhere")),
        );
    }
}
