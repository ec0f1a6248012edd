//! What is wrong with a whole product though every part of it is right: rules over its plans, one a file.

mod address;
mod approval;
mod bootstrap_cycle;
mod cidr_overlap;
mod compiler_source;
mod dead_record;
mod duplicate_name;
mod fallback_missing;
mod foreign_name;
mod forgotten;
mod gate_names;
mod group_names;
mod idle_service;
mod idle_store;
mod invalid_name;
mod machine_ways;
mod made_twice;
mod missing_capability;
mod operator_accounts;
mod other_range;
mod outage;
mod own_ground;
mod pipeline_parts;
mod place;
mod plugin_arguments;
mod port_clash;
mod port_without_number;
mod readable_secret;
mod ready_order;
mod renumbered;
mod resource_name;
mod role_files;
mod second_pipeline;
mod secret_forms;
mod service_twice;
mod shared_domain;
mod silent_lock;
mod silent_port;
mod stage_access;
mod stage_names;
mod stage_order;
mod stage_work;
mod stands_on;
mod state_config;
mod unchecked_download;
mod undone;
mod unit_cycle;
mod unknown_account;
mod unknown_waiver;
mod unreachable_path;
mod unreached_ground;
mod unreached_source;
mod unreached_store;
mod unrotated_log;
mod unserved_name;
mod unused_image;
mod unused_waiver;
mod waivers;

use crate::base::Text;
use crate::diag::{Diagnostic, Diagnostics};
use crate::hir::{Product, Program};
use crate::plan::Plan;
use crate::shape::{Pipeline, Shapes};
use std::collections::BTreeSet;
use std::sync::Arc;

pub use duplicate_name::alike;
pub use forgotten::{IfBuilt, forgotten};
pub use outage::{Away, Outage};
pub use renumbered::{left_behind, renumbered};
pub use second_pipeline::second_pipeline;
pub use unused_image::unused_images;

/// A rule: what it reads, and where its findings go.
struct Facts<'a> {
    program: &'a Program,
    product: &'a Product,
    /// A plan for each environment that could be evaluated.
    plans: &'a [Plan],
    /// What all products share.
    shapes: &'a Shapes,
}

type Rule = fn(&Facts<'_>, &mut Vec<Diagnostic>);

const RULES: &[Rule] = &[
    address::check,
    approval::check,
    bootstrap_cycle::check,
    cidr_overlap::check,
    duplicate_name::check,
    fallback_missing::check,
    group_names::check,
    invalid_name::check,
    missing_capability::check,
    operator_accounts::check,
    other_range::check,
    own_ground::check,
    plugin_arguments::check,
    port_clash::check,
    port_without_number::check,
    ready_order::check,
    secret_forms::check,
    service_twice::check,
    shared_domain::check,
    silent_lock::check,
    stands_on::check,
    state_config::check,
    unchecked_download::check,
    unit_cycle::check,
    unknown_waiver::check,
    unused_waiver::check,
];

/// Rules about how things of a product reach each other. What is said for all environments is told once.
const REACH: &[Rule] =
    &[dead_record::check, foreign_name::check, gate_names::check, silent_port::check, unreached_ground::check, unreached_source::check];

/// Those among them about what a product lacks as a whole.
const WHOLE: &[Rule] =
    &[idle_service::check, idle_store::check, machine_ways::check, made_twice::check, unreached_store::check, unserved_name::check];

/// Judges one product by its plans, one for each environment that could be evaluated.
pub fn analyse(program: &Program, product: &Product, plans: &[Plan], shapes: &Shapes) -> Diagnostics {
    let facts = Facts { program, product, plans, shapes };
    let mut found = Vec::new();
    for rule in RULES {
        rule(&facts, &mut found);
    }
    // A test of a library is about definitions: it holds no more than these need.
    let whole = WHOLE.iter().filter(|_| product.expected.is_none());
    for rule in REACH.iter().chain(whole) {
        let (mut told, mut places) = (Vec::new(), BTreeSet::new());
        rule(&facts, &mut told);
        found.extend(told.into_iter().filter(|of| places.insert(of.primary.span)));
    }
    Diagnostics(found)
}

/// What takes over in each plan without what is called so, with what nothing takes over for.
pub fn outages<'p>(program: &Program, plans: impl Iterator<Item = &'p Plan>, without: &[Text]) -> (Vec<Outage>, Diagnostics) {
    let (mut outages, mut found) = (Vec::new(), Vec::new());
    for plan in plans {
        let (outage, lacking) = outage::of(program, plan, without);
        outages.push(outage);
        found.extend(lacking);
    }
    // What is said for all environments is told once.
    let mut places = BTreeSet::new();
    found.retain(|of: &Diagnostic| places.insert((of.primary.span, of.message.clone())));
    (outages, Diagnostics(found))
}

/// Judges the roles, which all products share.
pub fn analyse_roles(program: &Program, shapes: &Shapes) -> Diagnostics {
    let mut found = Vec::new();
    for role in shapes.roles.values() {
        readable_secret::check(program, role, &mut found);
        let files = role_files::Files::of(role);
        unreachable_path::check(&files, &mut found);
        unrotated_log::check(&files, &mut found);
        undone::check(program, role, &mut found);
    }
    unknown_account::check(program, shapes, &mut found);
    Diagnostics(found)
}

/// Judges the pipeline, which all products share.
pub fn analyse_pipeline(pipeline: &Pipeline) -> Diagnostics {
    let mut found = Vec::new();
    for rule in
        [compiler_source::check, pipeline_parts::check, stage_access::check, stage_names::check, stage_order::check, stage_work::check]
    {
        rule(pipeline, &mut found);
    }
    Diagnostics(found)
}

/// Judges what concerns all products: names that two of them would give to different things.
pub fn between_products(program: &Program, products: &[Arc<Product>]) -> Diagnostics {
    let mut found = Vec::new();
    duplicate_name::between_products(program, products, &mut found);
    shared_domain::between_products(products, &mut found);
    Diagnostics(found)
}
