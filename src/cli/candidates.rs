//! What a shell offers while a command is typed: names of the project as it is now, codes, definitions.

use super::{doc, place};
use crate::base::Workspace;
use crate::diag::Code;
use crate::host::{find, load};
use crate::reference::{Written, products as written};
use crate::render::Format;
use clap_complete::CompletionCandidate;
use std::ffi::OsString;
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

pub(super) fn stacks() -> Vec<CompletionCandidate> {
    known().iter().flat_map(|product| &product.stacks).map(|stack| candidate(stack, "")).collect()
}

pub(super) fn codes() -> Vec<CompletionCandidate> {
    let by_id = Code::ALL.iter().map(|code| candidate(code.id(), code.summary()));
    by_id.chain(Code::ALL.iter().map(|code| candidate(code.name(), code.summary()))).collect()
}

pub(super) fn definitions() -> Vec<CompletionCandidate> {
    let entries = crate::reference::entries(&workspace().unwrap_or_else(doc::library_alone));
    entries.iter().map(|entry| candidate(&entry.name, &entry.summary)).collect()
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
fn workspace() -> Option<Workspace> {
    let words: Vec<OsString> = std::env::args_os().collect();
    let named = words.iter().enumerate().find_map(|(at, word)| match word.to_str()?.strip_prefix("--project")? {
        "" => words.get(at + 1).map(PathBuf::from),
        rest => rest.strip_prefix('=').map(PathBuf::from),
    });
    let from = named.map_or_else(place::current_folder, Ok).ok()?;
    Some(load(&find(&from).ok()?).ok()?.workspace)
}
