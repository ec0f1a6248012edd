//! `root.hcl`: what every unit of a product shares.

use super::here;
use super::state::{self, State};
use crate::artifact::hcl::{Body, Expr, Object, Part};
use crate::base::Text;
use crate::target::common::hcl::{OPENTOFU, Unsayable};

/// Which releases of Terragrunt read what is written.
const TERRAGRUNT: &str = "~> 1.1";

/// The whole file.
pub(super) fn root(product: &Text, state: Option<&State<'_>>) -> Result<Body, Unsayable> {
    let mut body = Body::new().nested("locals", locals(product, state)?).blank();
    body.append(settings(state));
    body = body
        .blank()
        .nested("remote_state", state::remote(state))
        .blank()
        .comment("The keys come from TF_ENCRYPTION; without them no state is read or written.")
        .block("generate", ["encryption"], encryption())
        .blank()
        .comment("One lock file of the plugins for each module, beside its versions.tf, and not one for each unit.");
    let mut terraform = Body::new().attribute("copy_terraform_lock_file", false);
    if let Some(state) = state {
        terraform = terraform.blank().block("extra_arguments", ["lock"], state::lock(product, state));
    }
    Ok(body.nested("terraform", terraform).blank().nested("errors", Body::new().block("retry", ["transient"], retry())))
}

fn locals(product: &Text, state: Option<&State<'_>>) -> Result<Body, Unsayable> {
    let stack = Expr::call("split", [Expr::from("/"), Expr::path("local.unit")]).index(1i64);
    let labels = Object::new()
        .with("environment", Expr::path("local.environment.name"))
        .with("managed-by", "infrac")
        .with("product", product.clone())
        .with("stack", Expr::call("replace", [stack, "_".into(), "-".into()]));
    let environment = Expr::call("read_terragrunt_config", [Expr::call("find_in_parent_folders", ["environment.hcl"])]).attribute("locals");
    let mut locals = Body::new()
        .attribute("environment", environment)
        .attribute("unit", Expr::call("path_relative_to_include", [] as [&str; 0]))
        .attribute("modules", Expr::template([Part::expr(here()), Part::text("/../../modules")]))
        .blank()
        .attribute("labels", labels.lines());
    if let Some(state) = state {
        locals = locals.blank();
        locals.append(state::phases(state)?);
    }
    Ok(locals)
}

fn settings(state: Option<&State<'_>>) -> Body {
    let binary = state.map_or(Expr::from("tofu"), |_| state::of_phase("binary"));
    Body::new()
        .attribute("terraform_binary", binary)
        .attribute("terraform_version_constraint", OPENTOFU)
        .attribute("terragrunt_version_constraint", TERRAGRUNT)
}

fn encryption() -> Body {
    let enforced = |what: &str| Body::new().nested(what, Body::new().attribute("enforced", true));
    let mut both = enforced("state").blank();
    both.append(enforced("plan"));
    let contents = crate::artifact::hcl::print(&Body::new().nested("terraform", Body::new().nested("encryption", both)));
    Body::new()
        .attribute("path", "encryption.tf")
        .attribute("if_exists", "overwrite_terragrunt")
        .attribute("contents", Expr::heredoc(contents.unwrap_or_default()))
}

fn retry() -> Body {
    Body::new()
        .attribute("retryable_errors", Expr::call("get_default_retryable_errors", [] as [&str; 0]))
        .attribute("max_attempts", 3i64)
        .attribute("sleep_interval_sec", 5i64)
}
