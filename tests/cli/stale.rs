//! A fleet whose generated files are all out of date, as a job on GitHub shows it.

use super::{Session, empty};

/// Three products, built, after a change of what each of them has: the machines of all of them get another size.
fn stale() -> Session {
    let session = empty();
    session.run(&["init", "acme", "--template", "server"]).ends(0);
    let product = session.read("inventory/acme/product.infra");
    for (name, second) in [("shop", "1"), ("blog", "2")] {
        let other = product.replace("acme", name).replace("10.0.", &format!("10.{second}."));
        session.put(&format!("inventory/{name}/product.infra"), &other);
    }
    session.run(&["build"]).ends(0);
    for name in ["acme", "shop", "blog"] {
        let path = format!("inventory/{name}/product.infra");
        session.put(&path, &session.read(&path).replace("ops@", "operations@").replace("servers = 1", "servers = 2"));
    }
    session
}

/// The commands that the runner understands: what is between `stop-commands` and its word is text.
fn commands(log: &str) -> Vec<&str> {
    let mut word = None;
    let mut found = Vec::new();
    for line in log.lines().filter(|line| line.trim_start().starts_with("::")) {
        match (&word, line.strip_prefix("::stop-commands::")) {
            (None, Some(stop)) => word = Some(format!("::{stop}::")),
            (Some(end), _) if *end == line => word = None,
            (Some(_), _) => (),
            (None, None) => found.push(line),
        }
    }
    assert_eq!(word, None);
    found
}

#[test]
fn a_stale_fleet_is_one_annotation_for_each_product_and_the_rest_is_in_the_log() {
    let session = stale();
    let answer = session.run(&["build", "--check", "--no-cache", "--output=github", "--output=markdown=summary.md"]);
    answer.ends(1);
    let commands = commands(&answer.out);
    let annotations: Vec<&&str> = commands.iter().filter(|line| line.starts_with("::error ")).collect();
    assert_eq!(annotations.len(), 4, "{commands:#?}");
    for (annotation, what) in annotations.iter().zip(["lock files", "files of `acme`", "files of `blog`", "files of `shop`"]) {
        assert!(annotation.contains(&format!("::{what} are out of date: ")) && !annotation.contains(".infrac/"), "{annotation}");
    }
    assert_eq!(commands.iter().filter(|line| line.starts_with("::group::") || **line == "::endgroup::").count(), 2);
    assert!(answer.out.contains("changed     ansible/inventory/acme/prod/hosts.yml\n"), "{}", answer.out);
    let summary = session.read("summary.md");
    assert!(summary.starts_with("4 errors and 0 warnings.\n\n| finding | place |"), "{summary}");
    assert_eq!(summary.lines().filter(|line| line.starts_with("| error ")).count(), 4, "{summary}");
    session.run(&["build"]).ends(0);
    session.run(&["build", "--check", "--output=github"]).is(0, "", "");
}

/// A program that reads every file still gets every file.
#[test]
fn other_forms_name_each_file() {
    let session = stale();
    session.run(&["build", "--check", "--output=github", "--output=sarif=all.sarif"]).ends(1);
    let log: serde_json::Value = serde_json::from_str(&session.read("all.sarif")).unwrap();
    assert!(log["runs"][0]["results"].as_array().unwrap().len() > 3);
}
