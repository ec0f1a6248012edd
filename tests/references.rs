//! Thirty products on one management plane: what crosses the border between them, in which order they come, and what is made anew when one
//! of them changes.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use infrac::base::{Text, Workspace};
use infrac::diag::Diagnostic;
use infrac::driver::{Files, Options, Outcome, Session, compile};
use infrac::host::library;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

const PLATFORM: &str = include_str!("cases/plane/platform.infra");
const SHOP: &str = include_str!("cases/plane/shop.infra");

/// The path of the source of a product.
fn path(product: &str) -> Text {
    format!("inventory/{product}/product.infra").as_str().into()
}

fn shop(number: usize) -> String {
    SHOP.replace("shop0", &format!("shop{number}"))
}

/// The sources of the plane and of so many products that stand on it.
fn sources(shops: usize) -> Vec<(Text, String)> {
    let shops = (1..=shops).map(|number| (path(&format!("shop{number}")), shop(number)));
    [(path("platform"), PLATFORM.to_owned())].into_iter().chain(shops).collect()
}

fn workspace(sources: &[(Text, String)]) -> Workspace {
    let named = |path: &str| Text::from(format!("{}{path}", library::PREFIX));
    let library = library::files().into_iter().map(|(path, text)| (named(path), Arc::<str>::from(text)));
    Workspace::new(library.chain(sources.iter().map(|(path, text)| (path.clone(), Arc::from(text.as_str())))))
}

fn built(sources: &[(Text, String)], options: &Options) -> Outcome {
    let outcome = compile(&workspace(sources), options);
    assert_eq!(outcome.diagnostics, []);
    outcome
}

fn file(outcome: &Outcome, path: &str) -> String {
    outcome.tree.get(path).unwrap_or_else(|| panic!("there is no {path}")).text().to_string()
}

fn json(outcome: &Outcome, path: &str) -> serde_json::Value {
    serde_json::from_str(&file(outcome, path)).unwrap()
}

#[test]
fn thirty_products_keep_their_states_and_secrets_in_one_plane() {
    let outcome = built(&sources(29), &Options::default());
    assert_eq!(outcome.products.len(), 30);
    // A product says of the plane what it takes of it, and no more.
    assert_eq!(shop(1).lines().filter(|line| line.contains("platform.")).count(), 2);
    let mut keys = BTreeSet::new();
    for number in 1..=29 {
        let pipeline = json(&outcome, &format!("live/shop{number}/pipeline.json"));
        let ranks: Vec<_> = pipeline["environments"].as_array().unwrap().iter().map(|of| of["rank"].as_u64().unwrap()).collect();
        assert_eq!((ranks, &pipeline["after"]), (vec![1, 2], &serde_json::json!(["platform"])));
        let root = file(&outcome, &format!("live/shop{number}/root.hcl"));
        assert!(root.contains(&format!("key                         = \"shop{number}/${{local.unit}}/tofu.tfstate\"")), "{root}");
        assert!(root.contains(&format!("INFRAC_LOCK_KEY        = \"infrac/locks/shop{number}/${{local.unit}}\"")), "{root}");
        keys.insert(root.lines().find(|line| line.contains("tofu.tfstate\"") && line.contains("key ")).unwrap().to_owned());
        // The plane has one environment, which serves both.
        for environment in ["staging", "prod"] {
            let said = file(&outcome, &format!("live/shop{number}/{environment}/environment.hcl"));
            assert!(said.contains("bucket   = \"platform-prod-state\""), "{said}");
            assert!(said.contains("endpoint = \"https://s3.platform.example.com\""), "{said}");
            let apply = file(&outcome, &format!("live/shop{number}/{environment}/credentials/apply.sh"));
            assert!(apply.contains("BAO_ADDR=https://vault.platform.example.com:8200\n"), "{apply}");
            assert!(apply.contains(&format!("shop{number}/{environment}/apply/state")), "{apply}");
            assert!(apply.contains("profile platform-prod-state "), "{apply}");
        }
    }
    assert_eq!(keys.len(), 29);
    assert!(file(&outcome, "live/platform/root.hcl").contains("key                         = \"${local.unit}/tofu.tfstate\""));
    // What is made for the plane is made there and nowhere else.
    assert!(outcome.tree.get("live/shop1/prod/mgmt/net/terragrunt.hcl").is_none());
}

#[test]
fn pipelines_change_the_plane_before_what_stands_on_it() {
    let outcome = built(&sources(2), &Options::default());
    let ranks = |product: &str| -> Vec<u64> {
        let said = json(&outcome, &format!("live/{product}/pipeline.json"));
        said["environments"].as_array().unwrap().iter().map(|of| of["rank"].as_u64().unwrap()).collect()
    };
    assert_eq!((ranks("platform"), ranks("shop1")), (vec![0], vec![1, 2]));
    let said = json(&outcome, "live/shop1/pipeline.json");
    assert_eq!(said["after"], serde_json::json!(["platform"]));
    assert_eq!(json(&outcome, "live/platform/pipeline.json").get("after"), None);
    // Jobs come in by the way into the plane, on runners that are in its network.
    assert_eq!(said["environments"][0]["network"]["file"], "/etc/wireguard/infrac.conf");
    assert_eq!(said["environments"][0]["runner"], "platform");
    assert!(file(&outcome, "live/shop1/gitlab-ci.yml").contains("tags: [platform]"));
}

#[test]
fn the_trigger_of_a_product_waits_for_that_of_its_plane() {
    let outcome = built(&sources(2), &Options::default());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plane-triggers");
    let _ = std::fs::remove_dir_all(&folder);
    for name in ["platform", "shop1", "shop2"] {
        let path = folder.join(format!("live/{name}/pipeline.json"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file(&outcome, &format!("live/{name}/pipeline.json"))).unwrap();
    }
    std::fs::create_dir_all(folder.join("ci")).unwrap();
    std::fs::write(folder.join("ci/gitlab-select.jq"), file(&outcome, "ci/gitlab-select.jq")).unwrap();
    let select = |purpose: &str| -> serde_json::Value {
        let rows = r#"[{"product":"platform","environment":"prod"},{"product":"shop1","environment":"prod"}]"#;
        let script = format!(
            "jq --null-input --from-file ci/gitlab-select.jq --arg purpose {purpose} --argjson environments '{rows}' --argjson images '[]' live/*/pipeline.json"
        );
        let output = Command::new("sh").args(["-c", &script]).current_dir(&folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let apply = select("apply");
    assert_eq!(apply["shop1"]["needs"], serde_json::json!([{ "job": "platform", "optional": true }]));
    assert_eq!(apply["platform"].get("needs"), None);
    assert_eq!(select("plan")["shop1"].get("needs"), None);
}

#[test]
fn a_change_of_the_plane_reaches_who_stands_on_it_and_no_other_change_does() {
    let mut sources = sources(3);
    // The first product that uses an image describes it, and so is always compiled.
    for name in ["alone", "lone"] {
        let text = shop(9).replace("shop9", name);
        let own = text.lines().filter(|line| !line.contains("platform.mgmt.")).fold(String::new(), |text, line| text + line + "\n");
        sources.push((path(name), own));
    }
    let build = |sources: &[(Text, String)], last: &Outcome, locks: &[(Text, String)]| {
        let mut all = sources.to_vec();
        all.extend(locks.iter().cloned());
        built(&all, &Options { memory: last.memory.clone(), ..Options::default() })
    };
    let first = build(&sources, &Outcome::default(), &[]);
    assert_eq!(first.fresh.len(), 0);
    let locks = first.locks.clone();
    // The locks that the first build wrote are what it remembers.
    let second = build(&sources, &first, &locks);
    assert_eq!(second.fresh.len(), 5, "{:?}", second.fresh);
    let fresh = |from: &str, to: &str, product: &str| -> Vec<String> {
        let mut changed = sources.clone();
        let of = changed.iter_mut().find(|(at, _)| *at == path(product)).unwrap();
        assert!(of.1.contains(from));
        of.1 = of.1.replace(from, to);
        build(&changed, &first, &locks).fresh.iter().map(ToString::to_string).collect()
    };
    assert_eq!(fresh("ops@example.com", "it@example.com", "platform"), ["lone"]);
    assert_eq!(fresh("ops@example.com", "it@example.com", "shop2"), ["lone", "platform", "shop1", "shop3"]);
    // What is fresh is planned for what it exports, and its files are not made again.
    let mut changed = sources.clone();
    changed[1].1 = changed[1].1.replace("ops@example.com", "it@example.com");
    let third = build(&changed, &first, &locks);
    assert!(third.tree.get("live/shop1/root.hcl").is_some() && third.tree.get("live/platform/root.hcl").is_none());
    assert_eq!(file(&third, "live/shop1/root.hcl"), file(&first, "live/shop1/root.hcl"));
    // One product alone gives the same files.
    let mut all = sources.clone();
    all.extend(locks);
    let one = built(&all, &Options { products: vec!["shop1".into()], ..Options::default() });
    assert_eq!(file(&one, "live/shop1/prod/environment.hcl"), file(&first, "live/shop1/prod/environment.hcl"));
    assert!(one.tree.get("live/platform/root.hcl").is_none());
}

/// Findings with paths, which are the same in a session and in a compilation.
fn shown(workspace: &Workspace, found: &[Diagnostic]) -> Vec<String> {
    let place = |span: infrac::base::Span| format!("{}:{}..{}", workspace.file(span.file).path, span.start, span.end);
    let mut shown: Vec<String> =
        found.iter().map(|found| format!("{} {} {}", found.code.id(), place(found.primary.span), found.message)).collect();
    shown.sort();
    shown
}

#[test]
fn an_open_project_says_what_a_compilation_says_after_each_change_of_the_plane() {
    let sources = sources(3);
    let mut session = Session::new(workspace(&sources), Options::default());
    assert_eq!(session.diagnostics(), []);
    let edits = [
        ("exports      = [", "exports      = [] # "),
        ("exports      = [", "exports      = [mgmt.names, mgmt.net, "),
        ("mgmt.garage, mgmt.consul", "mgmt.consul"),
        ("environments = [prod]", "environments = [one, two]"),
        ("product platform", "product plane"),
        ("mgmt   { on = eu }", "mgmt   { on = eu, servers = 4 }"),
        ("ready = [prod]", "ready = []"),
        ("domain       = \"platform", "domain       = \"plane"),
        ("stack management mgmt", "stack management other"),
        ("store = mgmt.garage, lock = mgmt.consul, bootstrap = local", "store = shop1.mgmt.garage"),
    ];
    for (from, to) in edits {
        assert!(PLATFORM.contains(from), "{from}");
        let changed = PLATFORM.replace(from, to);
        for text in [changed.as_str(), PLATFORM] {
            session.set(&path("platform"), Some(Arc::from(text)));
            let mut files = sources.clone();
            files[0].1 = text.to_owned();
            let fresh = workspace(&files);
            let wanted = compile(&fresh, &Options { files: Files::LetGo, ..Options::default() }).diagnostics;
            assert_eq!(shown(session.workspace(), &session.clone().diagnostics()), shown(&fresh, &wanted), "{to}");
            let found = session.diagnostics();
            assert_eq!(shown(session.workspace(), &found), shown(&fresh, &wanted), "{to}");
            // Another domain of the plane is no mistake, and reaches the others all the same.
            assert_eq!(text == PLATFORM || to.starts_with("domain"), found.is_empty(), "{to}: {found:?}");
        }
    }
}

/// The findings of the plane and one product, after a change of each.
fn found(platform: (&str, &str), shop: (&str, &str)) -> Vec<String> {
    let mut sources = sources(1);
    for (at, (from, to)) in [platform, shop].into_iter().enumerate() {
        assert!(sources[at].1.contains(from), "{from}");
        sources[at].1 = sources[at].1.replace(from, to);
    }
    let workspace = workspace(&sources);
    let found = compile(&workspace, &Options::default()).diagnostics;
    let at = |found: &Diagnostic| workspace.text(found.primary.span).to_owned();
    let help = |of: &Diagnostic| of.help.clone().unwrap_or_default();
    found.iter().map(|of| format!("{} at `{}`: {} ({})", of.code.id(), at(of), of.message, help(of))).collect()
}

#[test]
fn what_cannot_cross_the_border_is_told_at_its_place() {
    let same = ("", "");
    let one = |found: Vec<String>, wanted: &[&str]| {
        assert_eq!(found.len(), 1, "{found:#?}");
        wanted.iter().for_each(|part| assert!(found[0].contains(part), "{part}: {found:#?}"));
    };
    one(
        found(same, ("store = platform.mgmt.garage", "store = platfrom.mgmt.garage")),
        &["IC0101 at `platfrom`", "did you mean `platform`"],
    );
    one(
        found(("mgmt.garage, mgmt.consul", "mgmt.consul"), same),
        &["IC0101 at `platform.mgmt.garage`: `platform` exports no `mgmt.garage`"],
    );
    one(
        found(same, ("store = platform.mgmt.garage", "store = platform.mgmt")),
        &["IC0101 at `platform.mgmt`: `platform` is another product"],
    );
    one(
        found(
            (
                "environments = [prod]\n  ranges       = { prod = 10.0.0.0/16 }",
                "environments = [prod, test]\n  ranges = { prod = 10.0.0.0/16, test = 10.1.0.0/16 }\n  in test { domain = \"test.example.com\" }",
            ),
            ("ready = [staging]", "ready = []"),
        ),
        &["IC0110 at `platform`: `platform` has no environment `staging`"],
    );
    one(
        found(
            (
                "state      { store = mgmt.garage, lock = mgmt.consul, bootstrap = local",
                "state      { store = shop1.web.garage, lock = mgmt.consul",
            ),
            same,
        ),
        &["IC0101 at `shop1.web.garage`: `shop1` exports no `web.garage`"],
    );
    one(
        found(same, ("stack compute web {", "stack compute web { from = platform.mgmt.garage,")),
        &["IC0101 at `platform.mgmt.garage`", "for the settings of a product"],
    );
    one(
        found(same, ("store = platform.mgmt.vault", "store = platform.mgmt.consul")),
        &["IC0408 at `platform.mgmt.consul`: `consul` keeps no secrets"],
    );
    one(found(("ready = [prod]", "ready = []"), same), &["IC0410 at `[staging]`", "`prod` of `platform`"]);
    one(found(same, ("lock = platform.mgmt.consul, ", "")), &["IC0417 at `platform.mgmt.garage`"]);
    one(found(("exports      = [", "exports      = [] + ["), same), &["IC0205"]);
    one(
        found(same, ("github = \"acme/infrastructure\"", "github = platform.mgmt.garage.root_domain")),
        &["IC0105", "does not leave its product"],
    );
}

#[test]
fn products_that_stand_on_each_other_are_a_circle() {
    let mut sources = sources(1);
    let other = PLATFORM.replace("platform", "other").replace("10.0.0.0/16", "10.50.0.0/16");
    sources.push((path("other"), other.replace("store = mgmt.vault", "store = platform.mgmt.vault")));
    sources[0].1 = sources[0].1.replace("store = mgmt.vault", "store = other.mgmt.vault");
    let workspace = workspace(&sources);
    let found = compile(&workspace, &Options::default()).diagnostics;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].code.id(), found[0].message.as_str()), ("IC0410", "products stand on each other: `other` → `platform` → `other`"));
}

#[test]
fn a_change_reaches_no_more_places_than_pipelines_have() {
    let mut sources = sources(1);
    sources[1].1 = sources[1]
        .1
        .replace("environments = [staging, prod]", "environments = [dev, test, staging, prod]")
        .replace("ranges       = {", "ranges = { dev = 10.230.0.0/16, test = 10.231.0.0/16,")
        .replace("ready = [staging]", "ready = []")
        .replace(
            "  in staging {",
            "  in dev { domain = \"dev.shop1.example.com\" }\n  in test { domain = \"test.shop1.example.com\" }\n  in staging {",
        );
    let found = compile(&workspace(&sources), &Options::default()).diagnostics;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code.id(), "IC0004");
    assert!(found[0].message.contains("`prod` behind 4 other environments"), "{}", found[0].message);
}

/// A project with the plane and one product, built.
fn project() -> PathBuf {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plane");
    let _ = std::fs::remove_dir_all(&project);
    for (path, text) in sources(1) {
        let path = project.join(path.as_str());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::fs::write(project.join("infra.toml"), "name = \"plane\"\nedition = \"2026\"\noutput = \"generated\"\n").unwrap();
    let build = infrac(&project, &["build"]);
    assert!(build.0, "{}", build.1);
    project
}

fn infrac(project: &Path, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_infrac"));
    let output = command.args(arguments).arg("--project").arg(project).env("XDG_CACHE_HOME", project).output().unwrap();
    (output.status.success(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn the_tree_is_judged_by_the_stock_tools_and_says_why() {
    let project = project();
    let tree = project.join("generated");
    for tool in ["terragrunt", "pipelines"] {
        let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judge").join(tool);
        let output = Command::new(judge).arg(&tree).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{said}");
    }
    // The shell of an operator reads the guide's commands; no stand-in runs them here.
    let guide = std::fs::read_to_string(tree.join("live/shop1/BOOTSTRAP.md")).unwrap();
    assert!(guide.contains("cat live/platform/.bootstrap/prod.pem >> \"live/shop1/.bootstrap/$environment.pem\""), "{guide}");
    let (is_answered, said) = infrac(&project, &["why", "shop1.state"]);
    assert!(is_answered && said.contains("platform.mgmt.garage") && said.contains("inventory/platform/product.infra"), "{said}");
}
