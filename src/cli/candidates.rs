//! What a shell offers while a command is typed: names of the project as it is now, codes, definitions.

use super::{doc, place};
use crate::base::{Text, Workspace};
use crate::diag::Code;
use crate::host::{find, load, revisions as revisions_of};
use crate::reference::{Written, products as written};
use crate::render::Format;
use crate::view::Source;
use clap_complete::CompletionCandidate;
use clap_complete::engine::{PathCompleter, ValueCompleter};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// The variable by which the script of a shell asks.
pub(super) const VARIABLE: &str = "INFRAC_COMPLETE";

pub(super) fn products() -> Vec<CompletionCandidate> {
    let help = |product: &Written| product.environments.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    known().iter().map(|product| candidate(product.name.as_str(), &help(product))).collect()
}

pub(super) fn environments() -> Vec<CompletionCandidate> {
    let mut names: Vec<_> = known().into_iter().flat_map(|product| product.environments).collect();
    names.sort();
    names.dedup();
    names.iter().map(|name| candidate(name, "")).collect()
}

/// PRODUCT, PRODUCT/ENVIRONMENT and PRODUCT/ENVIRONMENT/STACK.
pub(super) fn places() -> Vec<CompletionCandidate> {
    let mut places = Vec::new();
    for product in known() {
        places.push(candidate(&product.name, ""));
        for environment in &product.environments {
            places.push(candidate(&format!("{}/{environment}", product.name), ""));
            places.extend(product.stacks.iter().map(|stack| candidate(&format!("{}/{environment}/{stack}", product.name), "")));
        }
    }
    places
}

/// PRODUCT.STACK
pub(super) fn values() -> Vec<CompletionCandidate> {
    let stacks = |product: &Written| product.stacks.iter().map(|stack| format!("{}.{stack}", product.name)).collect::<Vec<_>>();
    known().iter().flat_map(stacks).map(|value| candidate(&value, "")).collect()
}

/// What `infrac why` takes: values of the project, and files.
pub(super) fn asked(typed: &OsStr) -> Vec<CompletionCandidate> {
    let is_begun = |candidate: &CompletionCandidate| candidate.get_value().to_string_lossy().starts_with(typed.to_string_lossy().as_ref());
    values().into_iter().filter(is_begun).chain(PathCompleter::any().complete(typed)).collect()
}

/// What a graph may be about: stacks, with and without where they stand.
pub(super) fn parts() -> Vec<CompletionCandidate> {
    let mut found = stacks();
    found.extend(environments());
    found.extend(places());
    found
}

/// Who opens connections, so far as the sources say by a look.
pub(super) fn sources() -> Vec<CompletionCandidate> {
    let known = known();
    let stacks = known.iter().flat_map(|product| &product.stacks).map(|stack| candidate(&format!("stack {stack}"), ""));
    Source::WORDS.iter().map(|who| candidate(who, "")).chain(stacks).collect()
}

/// The beginnings of the names of machines.
pub(super) fn hosts() -> Vec<CompletionCandidate> {
    let mut found = Vec::new();
    for product in known() {
        for environment in &product.environments {
            let name = |stack: &Text| format!("{}-{environment}-{}", product.name, stack.replace('_', "-"));
            found.extend(product.stacks.iter().map(|stack| candidate(&name(stack), "")));
        }
    }
    found
}

/// The providers that the library and the project define.
pub(super) fn providers() -> Vec<CompletionCandidate> {
    let known = crate::driver::examples(&workspace().unwrap_or_else(doc::library_alone));
    known.keys().map(|name| candidate(name, "")).chain([candidate("all", "each of them")]).collect()
}

/// Branches and tags.
pub(super) fn revisions() -> Vec<CompletionCandidate> {
    root().map(|root| revisions_of(&root)).unwrap_or_default().iter().map(|name| candidate(name, "")).collect()
}

pub(super) fn stacks() -> Vec<CompletionCandidate> {
    known().iter().flat_map(|product| &product.stacks).map(|stack| candidate(stack, "")).collect()
}

pub(super) fn codes() -> Vec<CompletionCandidate> {
    let by_id = Code::ALL.iter().map(|code| candidate(code.id(), code.summary()));
    by_id.chain(Code::ALL.iter().map(|code| candidate(code.name(), code.summary()))).collect()
}

pub(super) fn definitions() -> Vec<CompletionCandidate> {
    let entries = crate::reference::entries(&workspace().unwrap_or_else(doc::library_alone));
    // Behind the kind of a definition stands one of that kind.
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let behind = words.iter().position(|word| word == "doc").map_or(words.len(), |at| at + 1);
    let family =
        words.get(behind).filter(|_| words.len() > behind + 1).filter(|family| entries.iter().any(|of| of.family == family.as_str()));
    entries
        .iter()
        .filter(|entry| family.is_none_or(|family| entry.family == family.as_str()))
        .map(|entry| candidate(&entry.name, &entry.summary))
        .collect()
}

pub(super) fn forms() -> Vec<CompletionCandidate> {
    Format::ALL.iter().map(|format| candidate(format.name(), "")).collect()
}

fn candidate(value: &str, help: &str) -> CompletionCandidate {
    CompletionCandidate::new(value).help((!help.is_empty()).then(|| help.to_owned().into()))
}

fn known() -> Vec<Written> {
    workspace().map(|workspace| written(&workspace)).unwrap_or_default()
}

/// The project that the words on the line name, or that the current folder lies in. Where there is none, nothing is offered.
fn root() -> Option<PathBuf> {
    let words: Vec<OsString> = std::env::args_os().collect();
    let named = words.iter().enumerate().find_map(|(at, word)| match word.to_str()?.strip_prefix("--project")? {
        "" => words.get(at + 1).map(PathBuf::from),
        rest => rest.strip_prefix('=').map(PathBuf::from),
    });
    find(&named.map_or_else(place::current_folder, Ok).ok()?).ok()
}

fn workspace() -> Option<Workspace> {
    Some(load(&root()?).ok()?.workspace)
}
