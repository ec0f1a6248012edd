//! Where the state of a product is: in the object store that it runs itself, and beside `root.hcl` until that runs. A product without
//! a store keeps it there.

use super::here;
use crate::artifact::hcl::{Body, Expr, Object, Part};
use crate::base::{Text, text};
use crate::hir::items::{Lock, ObjectStore};
use crate::plan::Plan;
use crate::target::common::hcl::{Lowering, Unsayable};
use crate::value::Value;

/// Commands that read or write state, or look for where it is.
const WITH_STATE: [&str; 18] = [
    "apply",
    "console",
    "destroy",
    "force-unlock",
    "get",
    "graph",
    "import",
    "init",
    "output",
    "plan",
    "providers",
    "refresh",
    "show",
    "state",
    "taint",
    "test",
    "untaint",
    "workspace",
];

/// What serves the state of a product.
pub(super) struct State<'a> {
    store: ObjectStore<'a>,
    lock: Option<Lock<'a>>,
}

/// What serves the state, where anything does.
pub(super) fn state(plan: &Plan) -> Option<State<'_>> {
    Some(State { store: plan.object_store()?, lock: plan.lock() })
}

impl<'a> State<'a> {
    /// What the client of the locks reads from the environment.
    fn variables(&self) -> impl Iterator<Item = (&'a Text, &'a Text)> + use<'a> {
        self.lock.into_iter().flat_map(Lock::environment)
    }
}

/// The phases of a product: `local.phase` and `local.backends`.
pub(super) fn phases(state: &State<'_>) -> Body {
    let bootstrap = Object::new().with("type", "local").with("binary", "tofu").with("config", beside());
    let store = Object::new()
        .with("type", "s3")
        .with("binary", Expr::template([Part::expr(here()), Part::text("/tofu-locked")]))
        .with("config", bucket(state).lines());
    let backends = Object::new().with("bootstrap", bootstrap.lines()).blank().with("store", store.lines());
    let certificate = Expr::template([
        Part::expr(here()),
        Part::text("/.bootstrap/"),
        Part::expr(Expr::path("local.environment.name")),
        Part::text(".pem"),
    ]);
    Body::new()
        .comment("The certificate of who signs the product's own services, where one is needed.")
        .attribute("certificate", certificate)
        .attribute("authority", Expr::call("fileexists", [certificate_path()]).conditional(certificate_path(), ""))
        .blank()
        .comment("The state is kept by what these units describe. Until that runs, INFRAC_STATE=bootstrap keeps it beside this file, and")
        .comment("migrate-state moves it.")
        .attribute("phase", Expr::call("get_env", ["INFRAC_STATE", "store"]))
        .blank()
        .attribute("backends", backends.lines())
}

fn certificate_path() -> Expr {
    Expr::path("local.certificate")
}

/// `local.backends[local.phase].binary`
pub(super) fn of_phase(field: &str) -> Expr {
    Expr::path("local.backends").index(Expr::path("local.phase")).attribute(field)
}

/// The arguments of the local backend.
fn beside() -> Object {
    let unit = Part::expr(Expr::path("local.unit"));
    let path = Expr::template([Part::expr(here()), Part::text("/.bootstrap/"), unit, Part::text("/tofu.tfstate")]);
    Object::new().with("path", path).line()
}

/// The arguments of the backend for a store that is not the one that the backend was written for.
fn bucket(state: &State<'_>) -> Object {
    let field = |field: &str| Expr::path("local.environment.state").attribute(field);
    let config = Object::new()
        .with("bucket", field("bucket"))
        .with("key", Expr::template([Part::expr(Expr::path("local.unit")), Part::text("/tofu.tfstate")]))
        .with("region", field("region"))
        .with("endpoints", Object::new().with("s3", field("endpoint")).line())
        .with("profile", field("profile"))
        .with("custom_ca_bundle", Expr::path("local.authority"))
        .with("use_path_style", state.store.path_style() == Some(true))
        .with("skip_credentials_validation", true)
        .with("skip_metadata_api_check", true)
        .with("skip_region_validation", true)
        .with("skip_requesting_account_id", true);
    // A store that refuses to write an object twice keeps the locks itself.
    match (state.lock.is_none(), state.store.conditional_writes()) {
        (true, Some(true)) => config.with("use_lockfile", true),
        _ => config,
    }
}

/// `remote_state`.
pub(super) fn remote(state: Option<&State<'_>>) -> Body {
    let (backend, config) = match state {
        Some(_) => (of_phase("type"), of_phase("config")),
        None => (Expr::from("local"), beside().into()),
    };
    let generate = Object::new().with("path", "backend.tf").with("if_exists", "overwrite_terragrunt");
    Body::new()
        .attribute("backend", backend)
        .attribute("config", config)
        .attribute("disable_init", true)
        .blank()
        .attribute("generate", generate.lines())
}

/// What `tofu-locked` reads from the environment.
pub(super) fn lock(product: &Text, state: &State<'_>) -> Body {
    // Where nobody keeps locks, the name of the product begins the key.
    let prefix = state.lock.and_then(Lock::prefix).map_or("", Text::as_str);
    let key = Expr::template([Part::text(text!("{prefix}{product}/")), Part::expr(Expr::path("local.unit"))]);
    let own = Object::new().with("INFRAC_BOOTSTRAP_STATE", Expr::path("local.backends.bootstrap.config.path")).with("INFRAC_LOCK_KEY", key);
    let own = match state.lock.and_then(Lock::authority) {
        Some(variable) => own.with(variable.clone(), Expr::path("local.authority")),
        None => own,
    }
    .lines();
    let variables = match state.variables().next() {
        Some(_) => Expr::call("merge", [Expr::path("local.environment.lock"), own.into()]),
        None => own.into(),
    };
    Body::new()
        .attribute("commands", Expr::list(WITH_STATE))
        .attribute("arguments", Expr::list([] as [&str; 0]))
        .blank()
        .attribute("env_vars", variables)
}

/// What differs between environments: `state` and `lock`.
pub(super) fn of_environment(plan: &Plan) -> Result<Body, Unsayable> {
    let mut body = Body::new();
    let Some(state) = state(plan) else { return Ok(body) };
    let lowered = |value: Option<&Value>| Lowering::default().value(value.unwrap_or(&Value::None));
    let bucket = text!("{}-{}-state", plan.product.name.text, plan.environment);
    let settings = Object::new()
        .with("bucket", bucket.clone())
        .with("region", lowered(state.store.region())?)
        .with("endpoint", lowered(state.store.endpoint())?)
        .with("profile", bucket);
    body = body.attribute("state", settings.lines());
    let variables: Object =
        state.variables().map(|(name, value)| (name.clone(), Expr::call("get_env", [name.clone(), value.clone()]))).collect();
    if !variables.items.is_empty() {
        body =
            body.blank().comment("For the client of the locks, where the operator says nothing else.").attribute("lock", variables.lines());
    }
    Ok(body)
}
