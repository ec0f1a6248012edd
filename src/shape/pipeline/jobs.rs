//! The jobs of a stage: the one model that every system of CI is lowered from, so that jobs, order, gates and access are the same.

use super::{Access, Event, Per, Pipeline, Stage, Task};
use crate::base::{Text, text};

/// A job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its name.
    pub name: Text,
    /// What it is called where there is room.
    pub title: &'static str,
    /// Of what makes its stage run, what makes it run.
    pub when: Vec<Event>,
    /// What it is repeated over.
    pub matrix: Matrix,
    /// What it runs, in order.
    pub commands: Vec<Command>,
    /// What it may read.
    pub access: Access,
    /// The longest that it may take, in minutes.
    pub limit: u16,
    /// What is kept of it.
    pub keeps: Option<Kept>,
}

/// What a job is repeated over.
#[derive(Clone, Debug, PartialEq)]
pub enum Matrix {
    /// Nothing.
    Once,
    /// Words that are known now, in a variable of that name.
    Words(&'static str, Vec<Text>),
    /// The images that a run is about: `PRODUCT`, `ENVIRONMENT`, `IMAGE`, `PROVIDER`.
    Images,
    /// The environments that a run is about: `PRODUCT`, `ENVIRONMENT`.
    Environments,
}

/// One command of a job. Data reaches it as variables, never as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it does.
    pub name: &'static str,
    /// For a POSIX shell.
    pub script: &'static str,
    /// Whether it reads `BASE`, the commit that a change is compared with.
    pub base: bool,
    /// Whether it prints its findings in the form of the system that it runs in.
    pub findings: bool,
}

/// Files that are kept of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which.
    pub path: &'static str,
    /// The file without which nothing is kept.
    pub if_there: Option<&'static str>,
    /// How long.
    pub days: u16,
}

/// The checks of `ci/check-<target>.sh`.
const TARGETS: [&str; 5] = ["ansible", "ci", "opentofu", "packer", "terragrunt"];

/// Workflows have a job for each place in the order of environments, and so many places.
pub const RANKS: usize = crate::hir::Product::MOST_ENVIRONMENTS;

/// The job of a place in the order of environments, and the output that says what it is about.
pub fn rank_name(rank: usize) -> String {
    format!("rank-{rank}")
}

/// The jobs of a stage; `roles` are those with a scenario of their own.
pub fn jobs(stage: &Stage, roles: &[Text]) -> Vec<Job> {
    match stage.per {
        Per::Once | Per::Role => stage.run.iter().filter_map(|task| single(stage, *task, roles)).collect(),
        Per::Image => images(stage),
        Per::Environment => {
            // Prices are made of the plans, while those are there.
            let own = stage.run.iter().filter(|task| **task != Task::Cost);
            let commands = own.map(|task| command(*task, stage)).collect();
            vec![Job { commands, matrix: Matrix::Environments, keeps: kept(stage), ..job(stage, stage.name.clone(), "") }]
        }
    }
}

/// Nobody has looked at a proposed change, so it bakes nothing: its images are validated, by a job that may read nothing.
fn images(stage: &Stage) -> Vec<Job> {
    let (proposed, baked): (Vec<Event>, Vec<Event>) = stage.when.iter().partition(|event| **event == Event::Change);
    let mut jobs = Vec::new();
    if !baked.is_empty() {
        let commands = stage.run.iter().map(|task| command(*task, stage)).collect();
        jobs.push(Job { commands, matrix: Matrix::Images, when: baked, ..job(stage, stage.name.clone(), "bake") });
    }
    if !proposed.is_empty() {
        let name = text!("{}-proposed", stage.name);
        jobs.push(Job {
            commands: vec![VALIDATE],
            matrix: Matrix::Images,
            when: proposed,
            access: Access::Nothing,
            ..job(stage, name, "validate")
        });
    }
    jobs
}

const VALIDATE: Command = Command {
    name: "Validate the image",
    script: r#"./ci/validate-image.sh "$PRODUCT" "$ENVIRONMENT" "$IMAGE" "$PROVIDER""#,
    base: false,
    findings: false,
};

/// Which stages of a pipeline are lowered to jobs for each product, and which stand once in a repository.
pub fn of_products(pipeline: &Pipeline) -> impl Iterator<Item = &Stage> {
    pipeline.stages.iter().filter(|stage| matches!(stage.per, Per::Image | Per::Environment))
}

/// The role that a job takes on at the store of secrets, before the name of a provider.
pub fn role(access: Access) -> Option<&'static str> {
    match access {
        Access::Nothing => None,
        Access::Read => Some("plan"),
        Access::Inspect => Some("drift"),
        Access::Write => Some("apply"),
        Access::Image => Some("image"),
    }
}

fn job(stage: &Stage, name: Text, title: &'static str) -> Job {
    Job {
        name,
        title,
        when: stage.when.clone(),
        matrix: Matrix::Once,
        commands: Vec::new(),
        access: stage.access,
        limit: stage.limit,
        keeps: None,
    }
}

/// A task as a job of its own; none where it has nothing to do.
fn single(stage: &Stage, task: Task, roles: &[Text]) -> Option<Job> {
    let (name, title, matrix) = match task {
        Task::Compile => ("generated", "generated files are up to date", Matrix::Once),
        Task::Lint => ("check", "check", Matrix::Words("TARGET", TARGETS.map(Text::new_static).to_vec())),
        Task::Molecule if roles.is_empty() => return None,
        Task::Molecule => ("molecule", "molecule", Matrix::Words("ROLE", roles.to_vec())),
        Task::Terratest => ("terratest", "terratest", Matrix::Once),
        // What needs an environment or an image has nothing to do without one; the checker refuses it.
        _ => return None,
    };
    Some(Job { commands: vec![command(task, stage)], matrix, ..job(stage, Text::new_static(name), title) })
}

fn command(task: Task, stage: &Stage) -> Command {
    let changed_only = stage.changed_only;
    let (name, script) = match task {
        Task::Compile => ("Compile and compare", "infrac build --check --no-cache"),
        Task::Lint => ("Check", r#"./ci/check-"$TARGET".sh"#),
        Task::Molecule if changed_only => ("Test the role", r#"./ci/test-role.sh "$ROLE" "$BASE" HEAD"#),
        Task::Molecule => ("Test the role", r#"./ci/test-role.sh "$ROLE""#),
        Task::Terratest => ("Test modules and units", "./ci/test-units.sh"),
        Task::Bake => (
            "Build the image",
            r#"./ci/with-credentials.sh "$PRODUCT" "$ENVIRONMENT" "image-$PROVIDER" ./ci/image.sh "$PRODUCT" "$ENVIRONMENT" "$IMAGE" "$PROVIDER""#,
        ),
        Task::Plan if stage.does(Task::Cost) => (
            "Plan, and estimate the cost",
            r#"./ci/with-credentials.sh "$PRODUCT" "$ENVIRONMENT" plan ./ci/plan.sh "$PRODUCT" "$ENVIRONMENT" out ./ci/cost.sh"#,
        ),
        Task::Plan | Task::Cost => {
            ("Plan", r#"./ci/with-credentials.sh "$PRODUCT" "$ENVIRONMENT" plan ./ci/plan.sh "$PRODUCT" "$ENVIRONMENT" out"#)
        }
        Task::Apply => ("Apply", r#"./ci/with-credentials.sh "$PRODUCT" "$ENVIRONMENT" apply ./ci/apply.sh "$PRODUCT" "$ENVIRONMENT""#),
        Task::Drift => (
            "Compare with the repository",
            r#"./ci/with-credentials.sh "$PRODUCT" "$ENVIRONMENT" drift ./ci/drift.sh "$PRODUCT" "$ENVIRONMENT" out"#,
        ),
    };
    Command { name, script, base: changed_only && task == Task::Molecule, findings: task == Task::Compile }
}

/// A plan is for this change only, what was found by the clock is looked at later.
fn kept(stage: &Stage) -> Option<Kept> {
    if stage.does(Task::Drift) {
        Some(Kept { path: "out/plan.md", if_there: Some("out/changed"), days: 30 })
    } else if stage.does(Task::Plan) {
        Some(Kept { path: "out/*.md", if_there: None, days: 7 })
    } else {
        None
    }
}
