//! What is wrong with a whole product though every part of it is right: rules over its plans, one a file.

mod address;
mod bootstrap_cycle;
mod cidr_overlap;
mod compiler_source;
mod duplicate_name;
mod fallback_missing;
mod forgotten;
mod invalid_name;
mod missing_capability;
mod operator_accounts;
mod other_range;
mod place;
mod port_clash;
mod readable_secret;
mod ready_order;
mod renumbered;
mod role_files;
mod shared_domain;
mod silent_lock;
mod stage_access;
mod stage_order;
mod unchecked_download;
mod unknown_waiver;
mod unreachable_path;
mod unrotated_log;
mod unused_waiver;
mod waivers;

use crate::diag::{Diagnostic, Diagnostics};
use crate::hir::{Product, Program};
use crate::plan::Plan;
use crate::shape::Shapes;

pub use forgotten::{IfBuilt, forgotten};
pub use renumbered::{left_behind, renumbered};

/// A rule: what it reads, and where its findings go.
struct Facts<'a> {
    program: &'a Program,
    product: &'a Product,
    /// A plan for each environment that could be evaluated.
    plans: &'a [Plan],
}

type Rule = fn(&Facts<'_>, &mut Vec<Diagnostic>);

const RULES: &[Rule] = &[
    address::check,
    bootstrap_cycle::check,
    cidr_overlap::check,
    duplicate_name::check,
    fallback_missing::check,
    invalid_name::check,
    missing_capability::check,
    operator_accounts::check,
    other_range::check,
    port_clash::check,
    ready_order::check,
    shared_domain::check,
    silent_lock::check,
    unchecked_download::check,
    unknown_waiver::check,
    unused_waiver::check,
];

/// Judges one product by its plans, one for each environment that could be evaluated.
pub fn analyse(program: &Program, product: &Product, plans: &[Plan]) -> Diagnostics {
    let facts = Facts { program, product, plans };
    let mut found = Vec::new();
    for rule in RULES {
        rule(&facts, &mut found);
    }
    Diagnostics(found)
}

/// Judges the roles, which all products share.
pub fn analyse_roles(program: &Program, shapes: &Shapes) -> Diagnostics {
    let mut found = Vec::new();
    for role in shapes.roles.values() {
        readable_secret::check(program, role, &mut found);
        let files = role_files::Files::of(role);
        unreachable_path::check(&files, &mut found);
        unrotated_log::check(&files, &mut found);
    }
    Diagnostics(found)
}

/// Judges what concerns all products: names that two of them would give to different things, and the pipelines that they share.
pub fn analyse_all(program: &Program) -> Diagnostics {
    let mut found = Vec::new();
    duplicate_name::between_products(program, &mut found);
    compiler_source::check(program, &mut found);
    stage_access::check(program, &mut found);
    stage_order::check(program, &mut found);
    Diagnostics(found)
}
