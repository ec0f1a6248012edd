//! The disk: finds and loads a project, compares a tree of files with what is there, and writes it exactly.
//!
//! A build goes `find` → `Lock::acquire` → `load` → (compile) → `compare` → `write`. What infrac may overwrite or
//! remove is decided in one place, `ownership`; everything that it reads from the output folder, its own manifests
//! too, counts as untrusted.

pub mod built;
pub mod cache;
pub mod changes;
pub mod compare;
pub mod disk;
pub mod exact;
pub mod extract;
pub mod failure;
pub mod folders;
pub mod intact;
pub mod kept;
pub mod layout;
pub mod library;
mod listed;
pub mod load;
pub mod lock;
pub mod manifest;
pub mod memory;
pub mod ownership;
pub mod path;
pub mod pending;
pub mod report;
pub mod revision;
pub mod rewrite;
pub mod room;
pub mod setting;
pub mod settings;
pub mod status;
pub mod unread;
pub mod write;

pub use built::{built, has_built, is_generated};
pub use cache::Cache;
pub use changes::{Change, What, changes};
pub use compare::compare;
pub use disk::Disk;
pub use extract::extract;
pub use failure::Failure;
pub use intact::digests;
pub use kept::{refuse_kept, refuse_linked};
pub use load::{Project, find, is_schema, load};
pub use lock::Lock;
pub use memory::{recall, remember};
pub use ownership::{Permission, Scope};
pub use report::{report_differences, report_gone, report_groups, report_lacking, report_obstacles, report_strays};
pub use revision::{revision, revisions};
pub use rewrite::{rewrite, save};
pub use settings::Settings;
pub use status::{Comparison, Finding, Kind, State, difference};
pub use unread::Unread;
pub use write::{Written, write};
