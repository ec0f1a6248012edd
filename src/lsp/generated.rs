//! Between sources and what is generated from them: from a line of a generated file to what decides it, which files something generates,
//! and what a change that is not saved would make different in them.

use super::position::Lines;
use super::project::Project;
use super::projects::Projects;
use super::server::{Server, refuse};
use crate::base::{FileId, Span, Text};
use crate::driver::{self, Made, Question, Reason, Session};
use crate::host::disk::Place;
use crate::host::{Disk, Failure, difference, load};
use gen_lsp_types::{Location, Position, Uri};
use lsp_server::{ErrorCode, ResponseError};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How large a generated file may be that is compared, in bytes.
pub(super) const LARGEST_COMPARED: u64 = 4 << 20;

/// What has become of a generated file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    UpToDate,
    Stale,
    NotBuilt,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::UpToDate => "up to date",
            State::Stale => "stale",
            State::NotBuilt => "not built",
        }
    }
}

/// The places in sources that decide a line of a generated file; nothing where the text is none.
pub(super) fn origin(server: &mut Server, uri: &Uri, position: Position) -> Result<Option<Vec<Location>>, ResponseError> {
    let Some((at, file)) = server.projects.generated(uri) else { return Ok(None) };
    let open = server.documents.get(&uri.0).map(|document| document.text.clone());
    server.judge(at);
    let Some(project) = server.projects.get(at) else { return Ok(None) };
    let text = open.or_else(|| std::fs::read_to_string(project.output_folder()?.join(file.as_str())).ok());
    let Some(text) = text else { return Ok(Some(Vec::new())) };
    let line = position.line as usize + 1;
    let (workspace, options) = (project.session.workspace(), project.session.options());
    let Ok(answers) = driver::why(workspace, options, &[Question::Line { file, text, line }]) else {
        return Err(refuse(ErrorCode::RequestFailed, "the sources have mistakes: nothing decides a line until they are gone"));
    };
    let answers = answers.into_iter().flatten().flatten();
    let reasons: Vec<Reason> = answers.flat_map(|answer| answer.reasons).collect();
    let mut spans: Vec<Span> = Vec::new();
    let is_of_library = |span: Span| workspace.file(span.file).is_of_library();
    // What the project says itself; where it has no say, what the library says.
    reasons.iter().for_each(|reason| walk(reason, &mut |span| spans.extend((!is_of_library(span)).then_some(span))));
    if spans.is_empty() {
        spans.extend(reasons.iter().map(|reason| reason.place));
    }
    let mut seen = BTreeSet::new();
    spans.retain(|span| seen.insert(*span));
    let locations = spans.into_iter().filter_map(|span| location(server, at, project, span));
    Ok(Some(locations.collect()))
}

fn walk(reason: &Reason, visit: &mut dyn FnMut(Span)) {
    visit(reason.place);
    reason.from.iter().for_each(|from| walk(from, visit));
}

fn location(server: &Server, at: usize, project: &Project, span: Span) -> Option<Location> {
    let file = project.session.workspace().file(span.file);
    let range = Lines::new(&file.text, server.client.encoding).range(span.start as usize, span.end as usize);
    Some(Location { uri: server.projects.uri(at, &file.path)?, range })
}

/// The files that a product generates, or one instance of it: path, environment, what has become of each. Nothing while the product has
/// mistakes.
pub(super) fn files(project: &Project, file: FileId, instance: Option<&str>) -> Option<Vec<(Text, Text, State)>> {
    let root = project.root.as_ref()?;
    let product = project.session.product_of(file)?.name.text.clone();
    let made = project.session.made(&[project.session.folder_of(file)?.clone()], false)?;
    let mut disk = Disk::new(root, project.output());
    let plans = project.session.plans(file);
    // What the playbooks of a stack read: its groups and its machines.
    let hosts = || plans.iter().flat_map(|plan| &plan.hosts).filter(|host| Some(host.stack.as_str()) == instance);
    let groups = || plans.iter().flat_map(|plan| &plan.services).filter(|service| Some(service.stack.as_str()) == instance);
    let (hosts, groups): (BTreeSet<String>, BTreeSet<&str>) =
        (hosts().map(|host| format!("{}.yml", host.name)).collect(), groups().map(|service| service.group.as_str()).collect());
    let is_environment = |name: &str| plans.iter().any(|plan| plan.environment == name);
    let of = made.files().filter_map(|(path, contents)| {
        let parts: Vec<&str> = path.split('/').collect();
        let environment = match (parts.as_slice(), instance) {
            (["live", of, environment, stack, _, ..], Some(instance)) if *of == product.as_str() && *stack == instance => *environment,
            (["ansible", "inventory", of, environment, "host_vars", host], Some(_)) if *of == product && hosts.contains(*host) => {
                *environment
            }
            (["ansible", "inventory", of, environment, "group_vars", group, ..], Some(instance))
                if *of == product && (*group == instance || groups.contains(group)) =>
            {
                *environment
            }
            (["ansible", "playbooks", of, playbook], Some(instance))
                if *of == product && playbook.strip_suffix(".yml") == Some(instance) =>
            {
                ""
            }
            (["live", of, environment, _, ..] | ["ansible", "inventory", of, environment, _, ..], None) if *of == product => *environment,
            (_, None) => "",
            _ => return None,
        };
        let environment = if is_environment(environment) { environment } else { "" };
        disk.learn(path);
        let state = match disk.place(path) {
            Ok(Place::Missing) => State::NotBuilt,
            Ok(Place::File { .. }) => match disk.read(path, LARGEST_COMPARED) {
                Ok(Some(found)) if found == contents.as_bytes() => State::UpToDate,
                _ => State::Stale,
            },
            _ => State::Stale,
        };
        Some((path.clone(), environment.into(), state))
    });
    Some(of.collect())
}

/// The files that something generates, as a client reads them.
pub(super) fn listed(projects: &Projects, at: usize, file: FileId, instance: Option<&str>) -> Option<Value> {
    let project = projects.get(at)?;
    let folder = project.output_folder()?;
    let of = files(project, file, instance)?.into_iter().map(|(path, environment, state)| {
        let uri = super::uri::of_path(&folder.join(path.as_str()));
        json!({ "path": path.as_str(), "uri": uri, "environment": environment.as_str(), "state": state.name() })
    });
    Some(Value::Array(of.collect()))
}

/// What the texts that are not saved make different in the generated files, against the texts as they are saved: a unified difference.
pub(super) fn changes(server: &mut Server, at: usize) -> Result<Value, ResponseError> {
    server.judge(at);
    let Some(project) = server.projects.get(at) else { return Ok(Value::Null) };
    let Some(root) = &project.root else { return Ok(Value::Null) };
    let failed = |failure: Failure| refuse(ErrorCode::RequestFailed, failure.message);
    let saved = load(root).map_err(failed)?.workspace;
    let on_disk = |path: &str| saved.find(path).map(|(_, file)| file.text.clone());
    let typed: Vec<(&Text, Option<Arc<str>>)> =
        project.typed().filter_map(|(path, text)| Some((path, on_disk(path))).filter(|(_, saved)| saved.as_ref() != Some(text))).collect();
    if typed.is_empty() {
        return Ok(json!({ "diff": "", "files": [] }));
    }
    let mut before = project.session.clone();
    typed.iter().for_each(|(path, text)| before.set(path, text.clone()));
    before.diagnostics();
    let (before, after) = (all(&before), all(&project.session));
    let (Some(before), Some(after)) = (before, after) else {
        return Err(refuse(ErrorCode::RequestFailed, "the sources have mistakes: nothing is generated until they are gone"));
    };
    let [before, after] =
        [&before, &after].map(|made| made.files().map(|(path, text)| (path, text.to_string())).collect::<BTreeMap<_, _>>());
    let paths: BTreeSet<&&Text> = before.keys().chain(after.keys()).collect();
    let text = |of: &BTreeMap<&Text, String>, path: &Text| of.get(path).cloned().unwrap_or_default();
    let differing = paths.into_iter().filter(|path| before.get(**path) != after.get(**path));
    let differing: Vec<(&Text, String)> =
        differing.map(|path| (*path, difference(path, text(&before, path).as_bytes(), &text(&after, path)))).collect();
    let diff: String = differing.iter().map(|(_, diff)| diff.as_str()).collect();
    Ok(json!({ "diff": diff, "files": differing.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>() }))
}

fn all(session: &Session) -> Option<Made> {
    session.made(&session.folders(), true)
}
