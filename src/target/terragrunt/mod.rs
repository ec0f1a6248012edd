//! Terragrunt: the units of a product, where their state is, and how they depend on each other.

mod accounts;
mod bootstrap;
mod config;
mod elsewhere;
mod environment;
mod first_secrets;
mod guide;
mod inputs;
mod jobs;
mod locked;
mod machines;
mod origin;
mod renewal;
mod root;
mod state;
mod unit;

pub use origin::origin;

use crate::artifact::hcl::{Body, Expr};
use crate::artifact::{Entry, Tree, header};
use crate::base::{Text, text};
use crate::plan::Plan;
use crate::shape::Shapes;
use crate::target::common::hcl::{Unsayable, identifier};

/// What Terragrunt and OpenTofu write beside the units.
const IGNORED: &str = ".bootstrap/\n.terraform/\n.terragrunt-cache/\n.terragrunt-download/\nbackend.tf\nencryption.tf\nprovider.tf.json\n";

/// Writes `live/<product>` for the plans of one product, in the order of its environments.
pub fn emit(plans: &[Plan], shapes: &Shapes, tree: &mut Tree) -> Result<(), Unsayable> {
    let Some(first) = plans.first() else { return Ok(()) };
    let product = &first.product.name.text;
    let mut out = Out { tree, folder: text!("live/{product}"), source: first.product.path.clone() };
    let state = state::state(first);
    out.hcl("root.hcl", root::root(product, state.as_ref())?)?;
    out.text(".gitignore", &format!("# {}\n{IGNORED}", header(&out.source)))?;
    // Without a store there is nothing to lock and nowhere to move to.
    if state.is_some() {
        out.script("tofu-locked", &locked::script(first)?)?;
        out.script("migrate-state", include_str!("assets/migrate-state"))?;
        if let Some(script) = machines::sign_hosts(first).map_err(|error| Unsayable(error.to_string()))? {
            out.script("sign-hosts", &script)?;
        }
    }
    let secrets = first_secrets::script(first).map_err(|error| Unsayable(error.to_string()))?;
    // Who names no store has nothing to move, but may have secrets to make.
    if state.is_some() || secrets.is_some() {
        let branch = shapes.pipeline.as_ref().map_or("main", |pipeline| &pipeline.branch);
        let guide = guide::guide(first, &first.first(), branch).map_err(|error| Unsayable(error.to_string()))?;
        out.text("BOOTSTRAP.md", &guide)?;
    }
    if let Some(script) = secrets {
        out.script("first-secrets", &script)?;
    }
    let accounts = accounts::Accounts::of(plans);
    let waiting = environment::Waiting::of(plans);
    for (instance, _) in environment::providers(first) {
        let file = text!("providers/{}.hcl", identifier(&instance.name));
        out.hcl(&file, environment::provider(&instance.name, &accounts, &waiting))?;
    }
    for plan in plans {
        let name = &plan.environment;
        out.hcl(&text!("{name}/environment.hcl"), environment::environment(plan, &accounts, &waiting)?)?;
        if state.is_some() {
            out.text(&text!("{name}/bootstrap.units"), &bootstrap::units(&plan.first()))?;
            if let Some(client) = machines::client(plan) {
                out.text(&text!("{name}/way-in.conf"), &client)?;
            }
            if machines::are_signed(plan) {
                out.text(&text!("{name}/machines"), &machines::machines(plan))?;
            }
        }
        for unit in &plan.units {
            out.hcl(&text!("{name}/{}/terragrunt.hcl", unit.path), unit::unit(plan, unit, shapes, &waiting)?)?;
        }
    }
    Ok(())
}

struct Out<'a> {
    tree: &'a mut Tree,
    folder: Text,
    source: Text,
}

impl Out<'_> {
    fn hcl(&mut self, name: &str, body: Body) -> Result<(), Unsayable> {
        let mut file = Body::new().comment(header(&self.source)).blank();
        file.append(body);
        self.entry(name, Entry::new(file.spaced()).map_err(|error| Unsayable(error.to_string()))?)
    }

    fn script(&mut self, name: &str, text: &str) -> Result<(), Unsayable> {
        self.entry(name, Entry::new(text).map_err(|error| Unsayable(error.to_string()))?.executable())
    }

    fn text(&mut self, name: &str, text: &str) -> Result<(), Unsayable> {
        self.entry(name, Entry::new(text).map_err(|error| Unsayable(error.to_string()))?)
    }

    fn entry(&mut self, name: &str, entry: Entry) -> Result<(), Unsayable> {
        self.tree.insert_entry(text!("{}/{name}", self.folder), entry).map_err(|error| Unsayable(error.to_string()))
    }
}

/// Where root.hcl lies.
fn here() -> Expr {
    Expr::call("get_parent_terragrunt_dir", [] as [&str; 0])
}
