//! Where the state of a product is: in the store that it names, and beside `root.hcl` until that is there. A product without a store
//! keeps it there. Which backend a store is, and what that takes, the library says.

use super::config::Names;
use super::here;
use crate::artifact::hcl::{Body, Expr, Object, Part};
use crate::base::{Text, text};
use crate::hir::items::{Lock, StateStore};
use crate::plan::Plan;
use crate::target::common::hcl::Unsayable;
use crate::value::Value;

/// Commands that read or write state, or look for where it is.
pub(super) const WITH_STATE: [&str; 18] = [
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
    store: StateStore<'a>,
    lock: Option<Lock<'a>>,
    /// What stands before the keys of the product's states, where the store is none of its own.
    prefix: Option<&'a Text>,
    /// Whether what serves it is made by the product's own units.
    own: bool,
}

/// What serves the state, where anything does.
pub(super) fn state(plan: &Plan) -> Option<State<'_>> {
    let instance = plan.instance(plan.state()?.store()?)?;
    let store: StateStore<'_> = instance.block()?;
    let product = &plan.product.name.text;
    // A store that the product does not make itself may hold the states of others too, and so may one whose place says no product.
    let prefix = (instance.stack.is_none() || !names_place(store, product)).then_some(product);
    Some(State { store, lock: plan.lock(), prefix, own: plan.serves_itself() })
}

/// Whether something that says where the states are holds the name of the product as a word. Who gets in says nothing of that.
fn names_place(store: StateStore<'_>, product: &str) -> bool {
    let named = |text: &Text| {
        let is_edge = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_ascii_alphanumeric());
        let edges = |(at, _): (usize, &str)| (text[..at].chars().next_back(), text[at + product.len()..].chars().next());
        text.match_indices(product).map(edges).any(|(before, behind)| is_edge(before) && is_edge(behind))
    };
    let who = store.profile();
    let mut texts = Vec::new();
    store.settings().for_each(|(_, value)| texts.push(value));
    store.config().into_iter().for_each(|config| texts_of(config, &mut texts));
    texts.into_iter().any(|text| Some(text) != who && named(text))
}

fn texts_of<'v>(value: &'v Value, into: &mut Vec<&'v Text>) {
    match value {
        Value::Text(text) => into.push(text),
        Value::List(list) => list.iter().for_each(|value| texts_of(value, into)),
        Value::Map(map) => map.values().for_each(|value| texts_of(value, into)),
        _ => {}
    }
}

impl<'a> State<'a> {
    /// What the client of the locks reads from the environment.
    fn variables(&self) -> impl Iterator<Item = (&'a Text, &'a Text)> + use<'a> {
        self.lock.into_iter().flat_map(Lock::environment)
    }
}

/// The phases of a product: `local.phase` and `local.backends`.
pub(super) fn phases(state: &State<'_>) -> Result<Body, Unsayable> {
    let bootstrap = Object::new().with("type", "local").with("binary", "tofu").with("config", beside());
    let store = Object::new()
        .with("type", state.store.backend().cloned().unwrap_or_default())
        .with("binary", Expr::template([Part::expr(here()), Part::text("/tofu-locked")]))
        .with("config", config(state)?.lines());
    let backends = Object::new().with("bootstrap", bootstrap.lines()).blank().with("store", store.lines());
    let certificate = Expr::template([
        Part::expr(here()),
        Part::text("/.bootstrap/"),
        Part::expr(Expr::path("local.environment.name")),
        Part::text(".pem"),
    ]);
    let why = match state.own {
        true => [
            "The state is kept by what these units describe. Until that runs, INFRAC_STATE=bootstrap keeps it beside this file, and",
            "migrate-state moves it.",
        ],
        false => [
            "The state is kept by what is there before these units. With INFRAC_STATE=bootstrap it is beside this file, from where",
            "migrate-state moves it.",
        ],
    };
    let signed = match state.own {
        true => "The certificate of who signs the product's own services, where one is needed.",
        false => "The certificates of who signs the services that the product stands on, where one is needed.",
    };
    Ok(Body::new()
        .comment(signed)
        .attribute("certificate", certificate)
        .attribute("authority", Expr::call("fileexists", [certificate_path()]).conditional(certificate_path(), ""))
        .blank()
        .comment(why[0])
        .comment(why[1])
        .attribute("phase", Expr::call("get_env", ["INFRAC_STATE", "store"]))
        .blank()
        .attribute("backends", backends.lines()))
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
fn config(state: &State<'_>) -> Result<Object, Unsayable> {
    let names = Names { store: state.store, prefix: state.prefix };
    let arguments = state.store.config().and_then(Value::as_map).into_iter().flatten();
    arguments.map(|(name, value)| Ok((name.clone(), names.lowered(value)?))).collect()
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
pub(super) fn of_environment(plan: &Plan) -> Body {
    let mut body = Body::new();
    let Some(state) = state(plan) else { return body };
    let settings: Object = state.store.settings().map(|(name, value)| (name.clone(), Expr::from(value.clone()))).collect();
    if !settings.items.is_empty() {
        body = body.attribute("state", settings.lines());
    }
    let variables: Object =
        state.variables().map(|(name, value)| (name.clone(), Expr::call("get_env", [name.clone(), value.clone()]))).collect();
    if !variables.items.is_empty() {
        body =
            body.blank().comment("For the client of the locks, where the operator says nothing else.").attribute("lock", variables.lines());
    }
    body
}
