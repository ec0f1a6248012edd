//! Ansible: a role for each service, an inventory for each product and environment, playbooks for each stack.

mod arguments;
mod content;
mod images;
mod inventory;
mod lower;
mod names;
mod operators;
mod origin;
mod playbooks;
mod role;
mod scope;
mod secret;
mod shared;
mod steps;
mod task;
#[cfg(test)]
mod tests;
mod unsupported;

pub use images::emit_image;
pub use origin::origin;
pub use role::emit_role;
pub use shared::{collections, emit_shared};
pub use unsupported::unsupported;

use crate::artifact::{Error, Tree};
use crate::plan::Plan;
use crate::shape::Shapes;

/// Writes the inventories and playbooks of one product; `plans` are those of its environments, in their order.
pub fn emit_product(plans: &[Plan], shapes: &Shapes, tree: &mut Tree) -> Result<(), Error> {
    for plan in plans {
        inventory::inventory(plan, plans, tree)?;
    }
    playbooks::playbooks(plans, shapes, tree)
}
