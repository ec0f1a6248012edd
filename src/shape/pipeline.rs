//! A pipeline: stages, their order, gates and access, the same on every system of CI.

use crate::base::Text;
use std::collections::BTreeMap;

/// A pipeline and what its jobs stand on.
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// The minute of the hour that scheduled stages start at.
    pub minute: u8,
    /// In the order of the text.
    pub stages: Vec<Stage>,
    /// Pinned actions of GitHub, by the library's name.
    pub actions: BTreeMap<Text, Action>,
    /// Pinned tools, in the order of their names.
    pub tools: Vec<Tool>,
}

/// One part of a pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Its name, which is also that of its workflow.
    pub name: Text,
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
}

/// What makes a stage run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// A proposed change.
    Change,
    /// A change of the main branch.
    Merge,
    /// The clock.
    Hourly,
}

/// How often a stage runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// Once.
    Once,
    /// For each role.
    Role,
    /// For each image on each provider of each environment.
    Image,
    /// For each environment.
    Environment,
}

/// What a stage does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Compares the generated files with the sources.
    Compile,
    /// Runs the stock tools over the generated files.
    Lint,
    /// Tests a role.
    Molecule,
    /// Tests modules and units.
    Terratest,
    /// Builds an image.
    Bake,
    /// Says what a change does.
    Plan,
    /// Says what a change costs.
    Cost,
    /// Does what a change says.
    Apply,
    /// Says what is no longer as described.
    Drift,
}

/// What a stage may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Nothing,
    /// The states, and what only reads the clouds.
    Read,
    /// Besides, the way to every machine: the main branch only.
    Inspect,
    /// What changes the clouds.
    Write,
    /// What bakes images.
    Image,
}

/// A pinned action of GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its repository.
    pub uses: Text,
    /// The commit.
    pub sha: Text,
    /// The tag of that commit.
    pub version: Text,
    /// The inputs that it has.
    pub inputs: Vec<Text>,
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
}

impl Pipeline {
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

    /// Whether it runs then.
    pub fn runs_at(&self, event: Event) -> bool {
        self.when.contains(&event)
    }
}
