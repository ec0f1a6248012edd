//! The words of pipelines that the compiler interprets. The library declares the same members in its enums, which is compared when it
//! is read (`hir::INTERPRETED`).

use crate::shape::said::Word;
use std::fmt;

/// Declares an enum with the words that the library has for its members.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$member_doc])* $member,)* }

        impl Word for $name {
            const ENUM: &'static str = stringify!($name);

            fn of(word: &str) -> Option<$name> {
                match word {
                    $($word => Some($name::$member),)*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $($name::$member => $word,)* })
            }
        }
    };
}

words! {
    /// What makes a stage run.
    Event {
        /// A proposed change.
        Change = "change",
        /// A change of the main branch.
        Merge = "merge",
        /// The clock.
        Hourly = "hourly",
    }
}

words! {
    /// How often a stage runs.
    Per {
        /// Once.
        Once = "once",
        /// For each role.
        Role = "role",
        /// For each image on each provider of each environment.
        Image = "image",
        /// For each environment.
        Environment = "environment",
    }
}

words! {
    /// Which of the roles, images or environments a stage runs for.
    Scope {
        /// All.
        All = "all",
        /// Those that read what the change touches.
        Changed = "changed",
    }
}

words! {
    /// What a stage does.
    Task {
        /// Compares the generated files with the sources.
        Compile = "compile",
        /// Runs the stock tools over the generated files.
        Lint = "lint",
        /// Tests a role.
        Molecule = "molecule",
        /// Tests modules and units.
        Terratest = "terratest",
        /// Builds an image.
        Bake = "bake",
        /// Says what a change does.
        Plan = "plan",
        /// Says what a change costs.
        Cost = "cost",
        /// Does what a change says.
        Apply = "apply",
        /// Says what is no longer as described.
        Drift = "drift",
    }
}

words! {
    /// What a stage may read.
    Access {
        /// Nothing.
        Nothing = "nothing",
        /// The states, and what only reads the clouds.
        Read = "read",
        /// Besides, the way to every machine: the main branch only.
        Inspect = "inspect",
        /// What changes the clouds.
        Write = "write",
        /// What bakes images.
        Image = "image",
    }
}

impl Task {
    /// What it reads.
    pub fn reads(self) -> Access {
        match self {
            Task::Compile | Task::Lint | Task::Molecule | Task::Terratest => Access::Nothing,
            Task::Bake => Access::Image,
            Task::Plan | Task::Cost => Access::Read,
            Task::Apply => Access::Write,
            Task::Drift => Access::Inspect,
        }
    }

    /// How often a stage may run that does it; the first one is the usual.
    pub fn per(self) -> &'static [Per] {
        match self {
            Task::Compile | Task::Lint => &[Per::Once],
            Task::Molecule => &[Per::Role],
            Task::Terratest => &[Per::Once, Per::Role],
            Task::Bake => &[Per::Image],
            Task::Plan | Task::Cost | Task::Apply | Task::Drift => &[Per::Environment],
        }
    }
}
