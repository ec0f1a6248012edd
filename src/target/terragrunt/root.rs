//! `root.hcl`: what every unit of a product shares.

use super::capability;
use crate::artifact::hcl::{Body, Expr, Object, Part};
use crate::plan::Plan;
use crate::target::common::hcl::{OPENTOFU, Unsayable};
use crate::value::Value;

/// Commands that read or write state.
const WITH_STATE: [&str; 9] = ["apply", "destroy", "import", "output", "plan", "refresh", "state", "taint", "untaint"];

/// Where root.hcl lies.
fn beside(rest: &str) -> Expr {
    Expr::template([Part::expr(here()), Part::text(rest)])
}

fn here() -> Expr {
    Expr::call("get_parent_terragrunt_dir", [] as [&str; 0])
}

/// The whole file.
pub(super) fn root(plan: &Plan) -> Result<Body, Unsayable> {
    let store = capability(plan, "state", "store", "object_store");
    let locked = capability(plan, "state", "lock", "lock");
    let prefix = locked.and_then(|lock| lock.field("prefix")).and_then(Value::as_text).cloned().unwrap_or_default();
    let path_style = store.and_then(|store| store.field("path_style")) == Some(&Value::Bool(true));
    let product = plan.product.name.text.clone();

    let labels = Object::new()
        .with("environment", Expr::path("local.environment.name"))
        .with("managed-by", "infrac")
        .with("product", product.clone())
        .with(
            "stack",
            Expr::call("replace", [Expr::call("split", [Expr::from("/"), Expr::path("local.unit")]).index(1i64), "_".into(), "-".into()]),
        );
    let local = Object::new().with("type", "local").with("binary", "tofu").with(
        "config",
        Object::new()
            .with(
                "path",
                Expr::template([
                    Part::expr(here()),
                    Part::text("/.bootstrap/"),
                    Part::expr(Expr::path("local.unit")),
                    Part::text("/tofu.tfstate"),
                ]),
            )
            .line(),
    );
    let state = |field: &str| Expr::path("local.environment.state").attribute(field);
    let config = Object::new()
        .with("bucket", state("bucket"))
        .with("key", Expr::template([Part::expr(Expr::path("local.unit")), Part::text("/tofu.tfstate")]))
        .with("region", state("region"))
        .with("endpoints", Object::new().with("s3", state("endpoint")).line())
        .with("profile", state("profile"))
        .with("use_path_style", path_style)
        .with("skip_credentials_validation", true)
        .with("skip_metadata_api_check", true)
        .with("skip_region_validation", true)
        .with("skip_requesting_account_id", true);
    let remote = Object::new().with("type", "s3").with("binary", beside("/tofu-locked")).with("config", config.lines());
    let locals = Body::new()
        .attribute(
            "environment",
            Expr::call("read_terragrunt_config", [Expr::call("find_in_parent_folders", ["environment.hcl"])]).attribute("locals"),
        )
        .attribute("unit", Expr::call("path_relative_to_include", [] as [&str; 0]))
        .attribute("modules", beside("/../../modules"))
        .blank()
        .attribute("labels", labels.lines())
        .blank()
        .comment("The state is kept by what these units describe. Until that runs, INFRAC_STATE=bootstrap keeps it beside this file, and")
        .comment("migrate-state moves it.")
        .attribute("phase", Expr::call("get_env", ["INFRAC_STATE", "store"]))
        .blank()
        .attribute("backends", Object::new().with("bootstrap", local.lines()).blank().with("store", remote.lines()).lines());
    let of_phase = |field: &str| Expr::path("local.backends").index(Expr::path("local.phase")).attribute(field);
    let generate = Object::new().with("path", "backend.tf").with("if_exists", "overwrite_terragrunt");
    let remote_state = Body::new()
        .attribute("backend", of_phase("type"))
        .attribute("config", of_phase("config"))
        .attribute("disable_init", true)
        .blank()
        .attribute("generate", generate.lines());
    let encryption = Body::new()
        .attribute("path", "encryption.tf")
        .attribute("if_exists", "overwrite_terragrunt")
        .attribute("contents", Expr::heredoc(ENCRYPTION));
    let variables = Object::new()
        .with("INFRAC_BOOTSTRAP_STATE", Expr::path("local.backends.bootstrap.config.path"))
        .with("INFRAC_LOCK_KEY", Expr::template([Part::text(format!("{prefix}{product}/")), Part::expr(Expr::path("local.unit"))]))
        .lines();
    let of_client =
        locked.and_then(|lock| lock.field("environment")).and_then(Value::as_map).is_some_and(|variables| !variables.is_empty());
    let variables: Expr = match of_client {
        true => Expr::call("merge", [Expr::path("local.environment.lock"), variables.into()]),
        false => variables.into(),
    };
    let lock = Body::new()
        .attribute("commands", Expr::list(WITH_STATE))
        .attribute("arguments", Expr::list([] as [&str; 0]))
        .blank()
        .attribute("env_vars", variables);
    let retry = Body::new()
        .attribute("retryable_errors", Expr::call("get_default_retryable_errors", [] as [&str; 0]))
        .attribute("max_attempts", 3i64)
        .attribute("sleep_interval_sec", 5i64);
    Ok(Body::new()
        .nested("locals", locals)
        .blank()
        .attribute("terraform_binary", of_phase("binary"))
        .attribute("terraform_version_constraint", OPENTOFU)
        .attribute("terragrunt_version_constraint", "~> 1.1")
        .blank()
        .nested("remote_state", remote_state)
        .blank()
        .comment("The keys come from TF_ENCRYPTION; without them no state is read or written.")
        .block("generate", ["encryption"], encryption)
        .blank()
        .comment("One lock file of the plugins for each module, beside its versions.tf, and not one for each unit.")
        .nested("terraform", Body::new().attribute("copy_terraform_lock_file", false).blank().block("extra_arguments", ["lock"], lock))
        .blank()
        .nested("errors", Body::new().block("retry", ["transient"], retry)))
}

const ENCRYPTION: &str = "terraform {
  encryption {
    state {
      enforced = true
    }

    plan {
      enforced = true
    }
  }
}
";
