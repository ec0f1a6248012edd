//! New projects: each builds at once, and nothing that was there is touched.

use super::{Session, empty};
use std::path::Path;
use std::process::Command;

const TEMPLATES: [&str; 4] = ["empty", "server", "product", "fleet"];

#[track_caller]
fn builds(session: &Session, folder: &str) {
    let check = session.run_in(folder, &["check", "--no-cache"]);
    assert!(check.ends(0).out.is_empty() && check.err.starts_with("no problems in "), "{}{}", check.out, check.err);
    session.run_in(folder, &["fmt", "--check"]).ends(0);
    session.run_in(folder, &["build"]).ends(0).says("wrote ");
    session.run_in(folder, &["build", "--check"]).ends(0).says("up to date");
}

#[test]
fn every_template_builds_at_once() {
    for template in TEMPLATES {
        let session = empty();
        let begun = session.run(&["init", "acme", "--template", template]);
        assert!(begun.ends(0).err.starts_with("wrote infra.toml\nwrote inventory/acme"), "{}", begun.err);
        builds(&session, ".");
    }
    empty().run(&["init", "--template", "servr"]).ends(2).says("server");
}

#[test]
fn every_name_builds() {
    for name in ["my-shop_2", "a", "mgmt"] {
        let session = empty();
        session.run(&["init", name, "--template", "server"]).ends(0);
        let product = session.read(&format!("inventory/{name}/product.infra"));
        assert!(product.contains(&format!("product {name} {{")) && !product.contains("acme"), "{product}");
        builds(&session, ".");
    }
}

/// A repository in which other things lie already.
fn repository() -> Session {
    let session = empty();
    for path in [".git/config", "modules/network/main.tf", "inventory/hosts.ini", "README.md", ".gitattributes", "generated/api.json"] {
        session.put(path, "mine\n");
    }
    session
}

#[test]
fn a_repository_keeps_what_it_has() {
    let session = repository();
    let before = session.files();
    let begun = session.run(&["init", "acme", "--template", "server", "--into", "."]);
    begun.ends(0).says("generated files go to `generated-2`, because `modules` is there already");
    begun.says("`.gitattributes` is there already: let it give all of the project `text=auto eol=lf`");
    assert_eq!(
        session.read("infra.toml"),
        "name      = \"acme\"\nedition   = \"2026\"\ninventory = \"infrac\"\noutput    = \"generated-2\"\n"
    );
    builds(&session, ".");
    for (path, text) in &before {
        assert!(session.exists(path) && (text.is_empty() || session.read(path) == *text), "{path}");
    }
    session.run(&["init", "acme", "--into", "."]).is(2, "", "error: `infra.toml` is there already\n\n  help: to a project that there is, `--ci`, `--hooks` and `--editor` add what is missing\n");
    // Where nothing is in the way, pipelines lie where they are read.
    let session = empty();
    session.put(".git/config", "");
    session.put("src/main.rs", "");
    session.put(".github/CODEOWNERS", "");
    session.run(&["init", "acme", "--into", "."]).ends(0);
    assert!(!session.read("infra.toml").contains("output"));
    empty().run(&["init", "acme", "--into", "nowhere"]).ends(2).says("nowhere");
}

#[test]
fn pipelines_hooks_and_editors_are_pinned_and_overwrite_nothing() {
    let session = repository();
    session.run(&["init", "acme", "--into", ".", "--ci", "github", "--hooks", "--editor"]).ends(0);
    let workflow = session.read(".github/workflows/infrac.yml");
    let actions: Vec<&str> = workflow.lines().filter_map(|line| line.trim().strip_prefix("uses: ")).collect();
    assert!(
        actions.len() == 2 && actions.iter().all(|action| action.split(['@', ' ']).nth(1).is_some_and(|sha| sha.len() == 40)),
        "{workflow}"
    );
    assert!(workflow.contains(&format!("= \"{}\"", env!("CARGO_PKG_VERSION"))) && !workflow.contains("@CHECKOUT@"), "{workflow}");
    assert!(session.read(".pre-commit-config.yaml").contains(&format!("rev: v{}", env!("CARGO_PKG_VERSION"))));
    assert!(
        session.read(".vscode/settings.json").contains("\"infrac.path\"")
            && session.read(".vscode/extensions.json").contains("infrac.infrac")
    );
    for path in [".vscode/settings.json", ".vscode/extensions.json"] {
        serde_json::from_str::<serde_json::Value>(&session.read(path)).unwrap();
    }
    let judge = |program: &str, arguments: &[&str]| {
        let script = format!(". {}/.tools/env; exec \"$@\"", env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new("sh");
        command.args(["-c", &script, "sh", program]).args(arguments).current_dir(session.folder.path());
        let judged = command.output().unwrap();
        assert!(judged.status.success(), "{}{}", String::from_utf8_lossy(&judged.stdout), String::from_utf8_lossy(&judged.stderr));
    };
    judge("actionlint", &[".github/workflows/infrac.yml"]);

    // In a folder of a repository, the pipeline is told which.
    let session = empty();
    session.put(".git/config", "");
    for path in [".gitlab-ci.yml", ".pre-commit-config.yaml", ".vscode/settings.json"] {
        session.put(path, "mine\n");
    }
    session.put("infra/README.md", "");
    let begun = session.run(&["init", "acme", "--into", "infra", "--ci", "gitlab", "--hooks", "--editor"]);
    begun.ends(0).says("`.gitlab-ci.yml` is there already: add `local: .gitlab/infrac.yml` to its `include`");
    begun
        .says("`.pre-commit-config.yaml` is there already")
        .says("args: [\"--project=infra\"]")
        .says("`.vscode/settings.json` is there already");
    assert!(session.read(".gitlab/infrac.yml").contains("--project=infra\n"), "{}", session.read(".gitlab/infrac.yml"));
    assert!([".gitlab-ci.yml", ".pre-commit-config.yaml", ".vscode/settings.json"].iter().all(|path| session.read(path) == "mine\n"));
    builds(&session, "infra");
}

/// What somebody leaves out at first is added later.
#[test]
fn a_project_that_there_is_gets_what_is_missing() {
    let session = empty();
    session.put(".git/config", "");
    session.run(&["init", "acme", "--template", "server"]).ends(0);
    builds(&session, ".");
    let before = session.files();
    session.run(&["init"]).ends(2).says("`infra.toml` is there already").says("`--editor` add what is missing");
    let added = session.run(&["init", "--editor", "--hooks", "--ci", "github"]);
    added.ends(0).says("wrote .vscode/settings.json").says("`infrac build` writes `.github/workflows/validate.yml`");
    let after = session.files();
    assert!(before.iter().all(|(path, text)| after.get(path) == Some(text)));
    let new: Vec<&String> = after.keys().filter(|path| !before.contains_key(*path)).collect();
    assert_eq!(new, [".vscode", ".vscode/extensions.json", ".vscode/settings.json"]);
    session.put("inventory/acme/more.infra", "nothing");
    session.run(&["init", "--ci", "gitlab"]).ends(2).says("the project has mistakes");
}

#[test]
fn what_the_build_writes_is_not_written_twice() {
    let session = empty();
    session.put(".git/config", "");
    let begun = session.run(&["init", "acme", "--template", "server", "--ci", "github", "--hooks"]);
    begun.ends(0).says("`infrac build` writes `.github/workflows/validate.yml`").says("`infrac build` writes `.pre-commit-config.yaml`");
    builds(&session, ".");
    for path in [".github/workflows/validate.yml", ".pre-commit-config.yaml"] {
        assert!(session.exists(path), "{path}");
    }
    assert!(!Path::new(&session.folder.path().join(".github/workflows/infrac.yml")).exists());
}
