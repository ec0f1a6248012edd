//! A pipeline: stages, their order, gates and access, the same on every system of CI, and the jobs that both systems are lowered from.

pub mod jobs;
mod read;
mod words;

use super::said::Fields;
use crate::base::{Span, Text};
use std::collections::BTreeMap;

pub(super) use read::{Context, pipeline};
pub use read::{choose, releases_of};
pub use words::{Access, Event, Per, Task};

/// A pipeline and what its jobs stand on.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// Its name.
    pub name: Text,
    /// The path of the source that defines it.
    pub source: Text,
    /// The branch that is what the clouds should be.
    pub branch: Text,
    /// GitHub's machine for every job.
    pub runner: Text,
    /// GitLab's image for every job.
    pub container: Text,
    /// Which of the tools is the compiler, as mise names it.
    pub compiler: Text,
    /// Where its repository is, as the pipeline says it.
    pub repository: Option<Text>,
    /// The minute of the hour that scheduled stages start at.
    pub minute: u8,
    /// In the order of the text.
    pub stages: Vec<Stage>,
    /// Pinned actions of GitHub, by the library's name.
    pub actions: BTreeMap<Text, Action>,
    /// Pinned tools, in the order of their names.
    pub tools: Vec<Tool>,
    /// What its definition says, with the places.
    pub said: Fields,
}

/// One part of a pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Its name, which is also that of its workflow.
    pub name: Text,
    /// The path of the source that says it: an extension of a pipeline adds stages.
    pub source: Text,
    /// What it is for: one sentence or two.
    pub doc: Text,
    /// What makes it run.
    pub when: Vec<Event>,
    /// The stages that must have succeeded for the same commit.
    pub after: Vec<Text>,
    /// How often it runs.
    pub per: Per,
    /// Whether it leaves out what the change does not reach.
    pub changed_only: bool,
    /// What it does, in order.
    pub run: Vec<Task>,
    /// What it may read.
    pub access: Access,
    /// Whether what it found is written below the proposed change.
    pub comment: bool,
    /// Whether environments that ask for it wait for a person.
    pub approve: bool,
    /// Whether what it found is kept as an issue.
    pub report: bool,
    /// The name of the gate that a branch rule may require.
    pub gate: Option<Text>,
    /// The longest that one of its jobs may take, in minutes.
    pub limit: u16,
    /// What its block says, with the places.
    pub said: Fields,
}

/// A pinned action of GitHub.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Its repository.
    pub uses: Text,
    /// The commit.
    pub sha: Text,
    /// The tag of that commit.
    pub version: Text,
    /// The inputs that it has.
    pub inputs: Vec<Text>,
    /// The name in its definition.
    pub span: Span,
}

/// A pinned tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its name in the library.
    pub name: Text,
    /// Its name for mise.
    pub package: Text,
    /// Exactly this version.
    pub version: Text,
    /// Packages of Python that are installed with it.
    pub with: Vec<Text>,
    /// The name in its definition.
    pub span: Span,
    /// Whether the embedded library defines it, and not the project.
    pub is_of_library: bool,
}

/// The actions that workflows use: the library pins each of them.
pub const ACTIONS: [&str; 4] = ["checkout", "upload-artifact", "download-artifact", "mise"];

impl Pipeline {
    /// The place of what its definition says of something; its name where it says nothing.
    pub fn place(&self, name: &str) -> Span {
        self.said.place(name)
    }

    /// The name in its definition.
    pub fn span(&self) -> Span {
        self.said.name
    }

    /// The stage of that name.
    pub fn stage(&self, name: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.name == name)
    }

    /// The gates of the stages that a stage comes after.
    pub fn gates_before(&self, stage: &Stage) -> Vec<Text> {
        stage.after.iter().filter_map(|name| self.stage(name)?.gate.clone()).collect()
    }
}

impl Stage {
    /// Whether it does that.
    pub fn does(&self, task: Task) -> bool {
        self.run.contains(&task)
    }

    /// The place of an element of a list that its block says.
    pub fn element(&self, list: &str, at: usize) -> Span {
        self.said.get(list).map_or(self.said.name, |said| said.element(at))
    }

    /// Whether it runs then.
    pub fn runs_at(&self, event: Event) -> bool {
        self.when.contains(&event)
    }
}
