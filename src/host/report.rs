//! What a comparison found, as diagnostics at the files themselves: those that a person has to decide on, and those
//! that are out of date.

use super::disk::{Disk, Place, no_folder};
use super::layout::{CACHE, Owner, lacks};
use super::lock::is_of_the_lock;
use super::ownership::Reason;
use super::status::{Comparison, Finding, Kind, State};
use crate::base::{FileId, LineIndex, Span, Text, Workspace, text};
use crate::diag::{Code, Diagnostic, Severity};
use std::collections::BTreeMap;

const LINE_ENDS: &str = "only its line ends differ, as git makes them with `core.autocrlf`: run `infrac build`, and let `.gitattributes` say \
                         `text eol=lf` for this file";

/// Larger files are named, but not shown.
const SHOWN_LIMIT: u64 = 1 << 20;

/// Everything that stands in the way of a build, with the files that the diagnostics point into.
pub fn report_obstacles(comparison: &Comparison<'_>, disk: &Disk, project: &Disk) -> (Workspace, Vec<Diagnostic>) {
    let mut drafts: Vec<Draft> = Vec::new();
    for (path, unreadable) in &comparison.unreadable {
        let path = disk.from_project(path);
        drafts.push(Draft {
            code: Code::InvalidProject,
            message: format!("the manifest `{path}` cannot be used: {}", unreadable.reason),
            help: Some(unreadable.help.to_owned()),
            line: unreadable.line,
            path,
        });
    }
    for finding in &comparison.findings {
        if let State::HandEdited(reason) = &finding.state {
            let path = place_of(finding, disk, project);
            let line = first_difference(comparison, finding, project, &path);
            drafts.push(obstacle(comparison, finding, reason, path, line, project));
        }
    }
    // One folder in the way of a hundred files is one obstacle.
    drafts.dedup_by(|later, earlier| later.path == earlier.path);
    place(drafts, |path| contents(project, path))
}

/// The products that are gone from the sources, but for those that somebody named: what they have made stays, and what knows of it goes.
pub fn report_gone(
    comparison: &Comparison<'_>,
    disk: &Disk,
    project: &Disk,
    is_named: impl Fn(&str) -> bool,
) -> (Workspace, Vec<Diagnostic>) {
    let manifests = comparison.findings.iter().filter(|finding| finding.kind == Kind::Manifest && finding.state == State::Orphaned);
    let drafts = manifests.filter_map(|finding| {
        let Some(Owner::Product(name)) = Owner::of_manifest(finding.path.rsplit('/').next()?) else { return None };
        (!is_named(&name)).then(|| Draft {
            code: Code::Renumbered,
            message: format!(
                "`{name}` is gone from the sources: its machines, its states and all else that it has made stay, and nobody changes or removes them"
            ),
            help: Some(format!(
                "take the product back; where it is to go, destroy what its environments have first, `terragrunt run --all -- destroy` in each folder of \
                 `{}`, and take its roles from who keeps secrets; then say so: `infrac build --renumber {name}`",
                disk.from_project(&text!("live/{name}"))
            )),
            line: 0,
            path: disk.from_project(&finding.path),
        })
    });
    place(drafts.collect(), |path| contents(project, path))
}

/// Every file that is not as the sources give, what a person edited among them.
pub fn report_differences(comparison: &Comparison<'_>, disk: &Disk, project: &Disk) -> (Workspace, Vec<Diagnostic>) {
    let drafts = comparison.findings.iter().filter_map(|finding| {
        let path = place_of(finding, disk, project);
        let message = match &finding.state {
            State::Changed => format!("`{path}` is not what the sources give"),
            State::Missing => format!("`{path}` is missing"),
            State::Orphaned => format!("`{path}` is no longer produced"),
            State::HandEdited(_) => return None,
        };
        Some(Draft {
            code: Code::OutOfDate,
            message,
            help: Some(match contents(project, &path).zip(comparison.wanted(finding)) {
                Some((found, wanted)) if found.contains("\r\n") && found.replace("\r\n", "\n") == *wanted => LINE_ENDS.to_owned(),
                _ => "run `infrac build`".to_owned(),
            }),
            line: first_difference(comparison, finding, project, &path),
            path,
        })
    });
    place(drafts.collect(), |path| contents(project, path))
}

/// The same, one finding for all files of a product and one for all that products share, at the first of them. Manifests follow from the
/// others and count only where nothing else differs.
pub fn report_groups(comparison: &Comparison<'_>, disk: &Disk, project: &Disk) -> (Workspace, Vec<Diagnostic>) {
    let stale = comparison.findings.iter().filter(|finding| !matches!(finding.state, State::HandEdited(_)));
    let mut groups = BTreeMap::<(Option<Owner>, bool), Vec<&Finding>>::new();
    for finding in stale {
        let owner = match finding.kind {
            Kind::Lock => None,
            Kind::Generated => Owner::of(&finding.path),
            Kind::Manifest => finding.path.rsplit('/').next().and_then(Owner::of_manifest),
        };
        groups.entry((owner, finding.kind == Kind::Manifest)).or_default().push(finding);
    }
    let with_files: Vec<Option<Owner>> = groups.keys().filter(|(_, is_manifest)| !is_manifest).map(|(owner, _)| owner.clone()).collect();
    groups.retain(|(owner, is_manifest), _| !is_manifest || !with_files.contains(owner));
    let drafts = groups.into_iter().filter_map(|((owner, _), files)| {
        let first = files.first()?;
        let path = place_of(first, disk, project);
        let what = match owner {
            None => "lock files".to_owned(),
            Some(Owner::Shared) => "files that all products share".to_owned(),
            Some(Owner::Product(product)) => format!("files of `{product}`"),
        };
        let number = |state: &State, words: &str| match files.iter().filter(|finding| finding.state == *state).count() {
            0 => None,
            number => Some(format!("{number} {words}")),
        };
        let states = [
            number(&State::Changed, "not what the sources give"),
            number(&State::Missing, "missing"),
            number(&State::Orphaned, "no longer produced"),
        ];
        let states: Vec<String> = states.into_iter().flatten().collect();
        Some(Draft {
            code: Code::OutOfDate,
            message: format!("{what} are out of date: {}", states.join(", ")),
            help: Some("run `infrac build`".to_owned()),
            line: first_difference(comparison, first, project, &path),
            path,
        })
    });
    place(drafts.collect(), |path| contents(project, path))
}

/// What lies in the output folder where older releases remembered something, or as if they had: it is said, and never read.
pub fn report_strays(disk: &Disk) -> (Workspace, Vec<Diagnostic>) {
    let names = disk.clone().names(CACHE).unwrap_or_default();
    let strays = names.iter().filter(|name| !is_of_the_lock(name)).map(|name| disk.from_project(&text!("{CACHE}/{name}")));
    let drafts = strays.map(|path| Draft {
        code: Code::InvalidProject,
        message: format!("`{path}` is not read: what lies in the working tree is not believed to be a cache"),
        help: Some("remove it, from version control too; the cache lies in the cache folder of each user".to_owned()),
        line: 0,
        path,
    });
    let (files, diagnostics) = place(drafts.collect(), |_| None);
    (files, diagnostics.into_iter().map(warning).collect())
}

/// What is missing in files of a person's own to which generated ones give way, as warnings.
pub fn report_lacking(comparison: &Comparison<'_>, disk: &Disk, project: &Disk) -> (Workspace, Vec<Diagnostic>) {
    let drafts = comparison.left.iter().filter_map(|path| {
        let place = disk.from_project(path);
        let (message, help) = lacks(path, &contents(project, &place)?)?;
        Some(Draft { code: Code::NotOwned, message, help: Some(help.to_owned()), line: 0, path: place })
    });
    let (files, diagnostics) = place(drafts.collect(), |path| contents(project, path));
    (files, diagnostics.into_iter().map(warning).collect())
}

fn warning(diagnostic: Diagnostic) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, ..diagnostic }
}

/// A diagnostic whose file has no id yet.
struct Draft {
    code: Code,
    message: String,
    help: Option<String>,
    /// From the project.
    path: Text,
    /// From 1; 0 is the first one, too.
    line: usize,
}

fn place_of(finding: &Finding, disk: &Disk, project: &Disk) -> Text {
    match finding.kind {
        Kind::Lock => project.from_project(&finding.path),
        Kind::Generated | Kind::Manifest => disk.from_project(&finding.path),
    }
}

fn obstacle(comparison: &Comparison<'_>, finding: &Finding, reason: &Reason, path: Text, line: usize, project: &Disk) -> Draft {
    let force = format!("`infrac build --force {path}`");
    let wanted = comparison.wanted(finding).is_some();
    let mut draft = Draft { code: Code::NotOwned, message: String::new(), help: None, line, path: path.clone() };
    let (message, help) = match reason {
        Reason::Edited if wanted => {
            (format!("`{path}` was edited by hand"), format!("carry the change over into the sources, or give it up with {force}"))
        }
        Reason::Edited => {
            (format!("`{path}` is no longer produced, but was edited by hand"), format!("move it away, or give it up with {force}"))
        }
        Reason::Merged => (
            format!("`{path}` holds what git made of two builds"),
            format!(
                "finish the merge of the sources, then make all such files anew with `infrac build --merged`, or this one with {force}"
            ),
        ),
        Reason::Unlisted => (
            format!("`{path}` has other contents, and no manifest says that infrac wrote them"),
            format!("take over all such files with `infrac build --adopt`, or this one with {force}"),
        ),
        Reason::Foreign => {
            (format!("`{path}` is in the way: infrac did not write it"), format!("move it away, or overwrite it with {force}"))
        }
        Reason::Link => (format!("`{path}` is in the way: it is a link"), format!("remove it, or replace it with {force}")),
        Reason::Folder => (format!("`{path}` is in the way: it is a folder"), "move it away".to_owned()),
        Reason::Special => (format!("`{path}` is in the way: it is not a regular file"), "remove it".to_owned()),
        Reason::Blocked(by) => {
            // What blocks stands above the file, so the way to it is the beginning of the way to the file.
            let outer = path.len() - finding.path.len();
            draft.path = match by.is_empty() {
                true => path[..outer].trim_end_matches('/').into(),
                false => text!("{}{by}", &path[..outer]),
            };
            let help = no_folder(&project.absolute(&draft.path));
            (format!("`{}` is in the way: it is not a folder", draft.path), help.to_owned())
        }
    };
    draft.message = message;
    draft.help = Some(help);
    draft
}

/// The first line at which a file is not what it should be.
fn first_difference(comparison: &Comparison<'_>, finding: &Finding, project: &Disk, path: &Text) -> usize {
    let (Some(wanted), Some(found)) = (comparison.wanted(finding), contents(project, path)) else {
        return 0;
    };
    let same = wanted.lines().zip(found.lines()).take_while(|(a, b)| a == b).count();
    (same + 1).min(found.lines().count())
}

/// The text of a regular file, if it is text that can be shown.
fn contents(project: &Disk, path: &Text) -> Option<String> {
    let mut project = project.clone();
    project.learn(path);
    match project.place(path) {
        Ok(Place::File { length, .. }) if length <= SHOWN_LIMIT => String::from_utf8(project.read(path, SHOWN_LIMIT).ok()??).ok(),
        _ => None,
    }
}

fn place(drafts: Vec<Draft>, text: impl Fn(&Text) -> Option<String>) -> (Workspace, Vec<Diagnostic>) {
    let texts: BTreeMap<Text, String> = drafts.iter().map(|draft| (draft.path.clone(), text(&draft.path).unwrap_or_default())).collect();
    let workspace = Workspace::new(texts.into_iter().map(|(path, text)| (path, text.into())));
    let diagnostics = drafts
        .into_iter()
        .map(|draft| {
            let span = workspace.find(&draft.path).map(|(file, source)| line(file, &source.text, draft.line));
            let span = span.unwrap_or(Span::new(FileId(0), 0, 0));
            let mut diagnostic = Diagnostic::error(draft.code, span, draft.message);
            diagnostic.help = draft.help;
            diagnostic
        })
        .collect();
    (workspace, diagnostics)
}

/// The span of a line, without its end.
fn line(file: FileId, text: &str, line: usize) -> Span {
    let start = LineIndex::new(text).start(line.max(1) as u32).unwrap_or(0);
    let length = text[start as usize..].lines().next().map_or(0, str::len);
    Span::new(file, start, start + length as u32)
}
