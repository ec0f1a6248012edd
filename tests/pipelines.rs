//! What no linter notices in pipelines: that everything they name is there, that both systems do the same, that nothing is let in
//! or left out.

#![allow(clippy::unwrap_used)]

use infrac::artifact::Tree;
use infrac::base::{Text, Workspace};
use infrac::driver;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use yaml_serde::Value;

/// The files of the product of this repository.
fn tree() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(|| tree_with(&[]))
}

/// The files of the library and of the inventory.
fn files() -> Vec<(Text, Arc<str>)> {
    let root = env!("CARGO_MANIFEST_DIR");
    let entries =
        ["stdlib", "inventory"].into_iter().flat_map(|folder| walkdir::WalkDir::new(format!("{root}/{folder}")).sort_by_file_name());
    let paths = entries.map(|entry| entry.unwrap().into_path()).filter(|path| path.is_file());
    paths
        .map(|path| {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().into();
            (name, std::fs::read_to_string(&path).unwrap().into())
        })
        .collect()
}

/// The same with texts of the library exchanged: a file of `stdlib`, what stands in it once, and what stands there instead.
fn tree_with(changes: &[(&str, &str, &str)]) -> Tree {
    let mut files = files();
    for (path, text) in &mut files {
        for (_, from, to) in changes.iter().filter(|(file, ..)| *path == format!("stdlib/{file}")) {
            assert_eq!(text.matches(from).count(), 1, "{from}");
            *text = text.replace(from, to).into();
        }
    }
    let outcome = driver::compile(&Workspace::new(files), &driver::Options::default());
    let errors: Vec<_> = outcome.diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect();
    assert!(!outcome.tree.is_empty(), "nothing was written: {errors:?}");
    outcome.tree
}

fn yaml(path: &str) -> Value {
    yaml_serde::from_str(&tree().get(path).unwrap_or_else(|| panic!("{path} is not there")).text()).unwrap()
}

fn json(path: &str) -> serde_json::Value {
    serde_json::from_str(&tree().get(path).unwrap_or_else(|| panic!("{path} is not there")).text()).unwrap()
}

/// Every workflow, by its path.
fn workflows() -> Vec<(&'static Text, Value)> {
    let paths = tree().iter().map(|(path, _)| path).filter(|path| path.starts_with(".github/workflows/"));
    paths.map(|path| (path, yaml(path))).collect()
}

/// Every job of every workflow: the workflow's path, the job's name, the job.
fn jobs() -> Vec<(&'static Text, String, Value)> {
    let mut found = Vec::new();
    for (path, workflow) in workflows() {
        for (name, job) in workflow["jobs"].as_mapping().unwrap() {
            found.push((path, name.as_str().unwrap().to_owned(), job.clone()));
        }
    }
    assert!(found.len() > 10);
    found
}

fn steps(job: &Value) -> Vec<Value> {
    job["steps"].as_sequence().cloned().unwrap_or_default()
}

fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(word) => vec![word.clone()],
        Value::Sequence(list) => list.iter().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

/// The scripts of GitLab, from both files.
fn gitlab_scripts() -> Vec<String> {
    let mut found = Vec::new();
    for path in ["ci/gitlab-ci.yml", "live/acme/gitlab-ci.yml"] {
        for (_, job) in yaml(path).as_mapping().unwrap() {
            found.extend(words(&job["script"]));
        }
    }
    found
}

#[test]
fn every_script_that_is_named_is_there() {
    let mut named = BTreeSet::new();
    let readers = tree().iter().filter(|(path, _)| path.starts_with("ci/") || path.starts_with(".git") || path.ends_with("gitlab-ci.yml"));
    let pattern = regex::Regex::new(r"(?:\./ci/|--from-file ci/)([a-z0-9-]+\.(?:sh|jq))").unwrap();
    for (_, entry) in readers {
        named.extend(pattern.captures_iter(&entry.text()).map(|found| found[1].to_owned()));
    }
    assert!(named.len() > 12, "{named:?}");
    for name in named {
        let entry = tree().get(&format!("ci/{name}")).unwrap_or_else(|| panic!("ci/{name} is named and is not there"));
        assert_eq!(entry.executable, entry.text().starts_with("#!"), "{name}");
    }
    for target in ["ansible", "ci", "opentofu", "packer", "terragrunt"] {
        assert!(tree().get(&format!("ci/check-{target}.sh")).is_some(), "{target}");
    }
}

#[test]
fn both_systems_do_the_same() {
    // What selects, joins and refuses is each system's own; what is done is not.
    let own = ["ci/select.sh", "ci/connect.sh", "ci/github-", "ci/gitlab-", "GITHUB_OUTPUT", "RESULT", "summaries", "out/changed"];
    let shared = |script: &String| !own.iter().any(|word| script.contains(word));
    let plain = |script: String| script.split(" --output=").next().unwrap_or_default().to_owned();
    let github: BTreeSet<String> =
        jobs().iter().flat_map(|(_, _, job)| steps(job)).flat_map(|step| words(&step["run"])).filter(shared).map(plain).collect();
    let gitlab: BTreeSet<String> = gitlab_scripts().into_iter().filter(shared).map(plain).collect();
    assert!(github.len() >= 8, "{github:?}");
    assert_eq!(github, gitlab);
}

/// A repository with a pipeline of its own includes our jobs: nothing that they say is said of the others, and nothing of theirs holds here.
#[test]
fn jobs_of_gitlab_stand_beside_those_of_others() {
    let ours = yaml("ci/gitlab-ci.yml");
    let jobs = ours.as_mapping().unwrap();
    assert_eq!(jobs.keys().next().unwrap().as_str(), Some(".infrac"));
    assert_eq!(ours[".infrac"]["inherit"]["default"].as_bool(), Some(false));
    for (name, job) in jobs.iter().skip(1) {
        let name = name.as_str().unwrap();
        assert!(name.starts_with("infrac "), "{name}: a job of that name may be there");
        assert!(job["trigger"].is_mapping() || job["extends"].as_str() == Some(".infrac"), "{name}");
        // Those that GitLab has where a pipeline names none.
        assert!(["test", "deploy"].contains(&job["stage"].as_str().unwrap()), "{name}");
        assert!(job["needs"].is_sequence(), "{name}: the stages of others have their own order");
        for rule in job["rules"].as_sequence().unwrap() {
            assert!(rule["if"].as_str().unwrap().contains("$CI_PIPELINE_SOURCE"), "{name}");
        }
        for need in job["needs"].as_sequence().unwrap() {
            assert!(jobs.contains_key(need["job"].as_str().unwrap()), "{name}");
        }
    }
    let whole = yaml(".gitlab-ci.yml");
    assert_eq!(whole["include"][0]["local"].as_str(), Some("ci/gitlab-ci.yml"));
    let keys: Vec<&str> = whole.as_mapping().unwrap().keys().filter_map(Value::as_str).collect();
    assert_eq!(keys, ["workflow", "include"]);
}

#[test]
fn actions_are_pinned_and_know_their_inputs() {
    let uses = regex::Regex::new(r"uses: (\S+)(.*)").unwrap();
    let pinned = regex::Regex::new(r"^[\w-]+/[\w-]+@[0-9a-f]{40}$").unwrap();
    for (path, _) in workflows() {
        for found in uses.captures_iter(&tree().get(path).unwrap().text()) {
            assert!(pinned.is_match(&found[1]), "{path}: {}", &found[1]);
            assert!(found[2].starts_with(" # v"), "{path}: {}", &found[0]);
        }
    }
}

/// One setting says where the compiler comes from, and each pipeline that installs it alone asks for it by that name.
#[test]
fn the_compiler_comes_from_where_the_project_says() {
    let mut files = files();
    files.push(("infra.toml".into(), "name = \"a\"\nedition = \"2026\"\ncompiler = \"gitlab:tools/infrac\"\n".into()));
    let outcome = driver::compile(&Workspace::new(files), &driver::Options::default());
    for (tree, place) in [(tree(), "github:infrac/infrac"), (&outcome.tree, "gitlab:tools/infrac")] {
        let version = env!("CARGO_PKG_VERSION");
        assert!(tree.get(".config/mise/conf.d/infrac.toml").unwrap().text().contains(&format!("\"{place}\" = \"{version}\"\n")), "{place}");
        let validate: Value = yaml_serde::from_str(&tree.get(".github/workflows/validate.yml").unwrap().text()).unwrap();
        let asked: Vec<_> = steps(&validate["jobs"]["generated"])
            .iter()
            .filter_map(|step| step["with"]["install_args"].as_str().map(str::to_owned))
            .collect();
        assert_eq!(asked, [place]);
    }
}

#[test]
fn no_expression_stands_in_a_script() {
    for (path, name, job) in jobs() {
        for step in steps(&job) {
            for script in words(&step["run"]) {
                assert!(!script.contains("${{"), "{path}/{name}: {script}");
            }
        }
    }
}

#[test]
fn who_may_ask_for_credentials_stands_in_an_environment() {
    let mut asked = 0;
    for (path, name, job) in jobs() {
        let identity = job["permissions"]["id-token"].as_str() == Some("write");
        let reads = steps(&job).iter().any(|step| words(&step["run"]).iter().any(|script| script.contains("with-credentials")));
        assert_eq!(identity, reads, "{path}/{name}");
        if identity {
            asked += 1;
            assert!(!job["environment"].is_null(), "{path}/{name}");
            assert!(job["if"].as_str().is_some_and(|condition| condition.contains("!= '[]'")), "{path}/{name}: an empty matrix fails");
        }
        assert!(!job["timeout-minutes"].is_null() && !job["permissions"].is_null(), "{path}/{name}");
        assert!(job["continue-on-error"].is_null(), "{path}/{name}");
    }
    assert!(asked >= 6);
}

#[test]
fn a_gate_waits_for_every_job_of_its_stage() {
    for (stage, gate, left_out) in
        [("validate", "validated", vec![]), ("test", "tested", vec![]), ("images", "baked", vec![]), ("plan", "planned", vec!["comment"])]
    {
        let workflow = yaml(&format!(".github/workflows/{stage}.yml"));
        let jobs = workflow["jobs"].as_mapping().unwrap();
        let mut all: BTreeSet<String> = jobs.keys().map(|name| name.as_str().unwrap().to_owned()).collect();
        all.remove(gate);
        left_out.iter().for_each(|name: &&str| assert!(all.remove(*name)));
        let needs: BTreeSet<String> = words(&jobs[gate]["needs"]).into_iter().collect();
        assert_eq!(needs, all, "{stage}");
        assert_eq!(jobs[gate]["if"].as_str(), Some("${{ always() }}"));
        let on = workflow["on"].as_mapping().unwrap();
        assert_eq!(on.contains_key("merge_group"), on.contains_key("pull_request"), "a merge queue would wait for ever for {gate}");
    }
}

/// What is computed gives the same bytes as what is written out.
#[test]
fn a_pipeline_is_evaluated_like_everything_else() {
    let pipeline = "pipelines/standard.infra";
    let computed = tree_with(&[
        (
            pipeline,
            "branch    = \"main\"",
            "let trunk = \"MAIN\"\n  fn small(text: string) -> string = lower(text)\n  branch    = small(trunk)",
        ),
        (pipeline, "runner    = \"ubuntu-24.04\"", "runner    = join([\"ubuntu\", \"24.04\"], \"-\")"),
        (pipeline, "minute    = 23", "minute    = 20 + 3"),
        (pipeline, "limit = 45m", "limit = 30m + 15m"),
        (pipeline, "after   = [validate, test, images]", "after   = concat([\"validate\", \"test\"], [\"images\"])"),
        (pipeline, "    report  = true", "    report  = not false"),
        (pipeline, "    approve = true", "    approve = trunk == \"MAIN\""),
        (pipeline, "stage drift {", "stage \"${lower(\"DRIFT\")}\" {"),
        (
            "pipelines/tools.infra",
            "define tool jq               { version = \"1.8.1\" }",
            "define tool jq { version = join([\"1\", \"8\", \"1\"], \".\") }",
        ),
        ("pipelines/actions.infra", "uses    = \"jdx/mise-action\"", "let owner = \"jdx\"\n  uses    = \"${owner}/mise-action\""),
        ("images/base.infra", "arches  = [amd64, arm64]", "arches  = concat([amd64], [arm64])"),
        ("images/base.infra", "install = [base]", "install = concat([\"base\"], [])"),
    ]);
    let differ: Vec<&Text> = tree()
        .iter()
        .filter(|(path, entry)| computed.get(path).is_none_or(|other| other.text() != entry.text()))
        .map(|(path, _)| path)
        .collect();
    assert!(differ.is_empty() && computed.iter().count() == tree().iter().count(), "{differ:?}");
}

/// What comes after an apply waits for its gate, which is for no merge queue: nothing is applied there.
#[test]
fn the_gate_of_an_apply_stands_for_every_place_in_the_order() {
    let hourly = "    when    = [hourly]\n    per     = environment\n    run     = [drift]\n";
    let behind = "    when    = [merge]\n    after   = [apply]\n    per     = environment\n    scope   = changed\n    run     = [drift]\n";
    let tree = tree_with(&[
        ("pipelines/standard.infra", "    approve = true", "    approve = true\n    gate    = applied"),
        ("pipelines/standard.infra", hourly, behind),
    ]);
    let workflow =
        |stage: &str| -> Value { yaml_serde::from_str(&tree.get(&format!(".github/workflows/{stage}.yml")).unwrap().text()).unwrap() };
    let waits = steps(&workflow("drift")["jobs"]["select"]).iter().flat_map(|step| words(&step["run"])).collect::<String>();
    assert!(waits.contains(r#"./ci/github-wait.sh "$COMMIT" applied"#), "{waits}");
    let apply = workflow("apply");
    assert!(!apply["on"].as_mapping().unwrap().contains_key("merge_group"));
    let gate = &apply["jobs"]["applied"];
    assert_eq!(words(&gate["needs"]), ["rank-0", "rank-1", "rank-2", "rank-3", "select"]);
    let script = steps(gate)[0]["run"].as_str().unwrap().to_owned();
    let ends = |selected: &str, results: &str| {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-e", "-c", &script]).env("SELECTED", selected).env("RESULTS", results).status().unwrap().success()
    };
    assert!(ends("success", "success skipped skipped success success"));
    assert!(ends("success", "skipped skipped skipped skipped success"));
    assert!(!ends("success", "success failure skipped skipped success"));
    assert!(!ends("success", "success cancelled skipped skipped success"));
    assert!(!ends("failure", "skipped skipped skipped skipped failure"));
}

#[test]
fn what_writes_takes_its_turn_in_order() {
    let apply = yaml(".github/workflows/apply.yml");
    let mut before = vec!["select".to_owned()];
    for rank in 0..4 {
        let name = format!("rank-{rank}");
        let job = &apply["jobs"][name.as_str()];
        assert_eq!(words(&job["needs"]), before, "{name}");
        assert_eq!(job["concurrency"]["cancel-in-progress"].as_bool(), Some(false));
        assert_eq!(job["concurrency"]["queue"].as_str(), Some("max"));
        before.push(name);
    }
    let waits = steps(&apply["jobs"]["select"]).iter().flat_map(|step| words(&step["run"])).collect::<String>();
    assert!(waits.contains(r#"./ci/github-wait.sh "$COMMIT" validated tested baked"#), "{waits}");

    let gitlab = yaml("live/acme/gitlab-ci.yml");
    let prod = &gitlab["apply prod"];
    let needs: Vec<_> = prod["needs"].as_sequence().unwrap().iter().map(|need| need["job"].as_str().unwrap()).collect();
    assert!(needs.contains(&"apply staging"), "{needs:?}");
    assert_eq!(prod["resource_group"].as_str(), Some("acme/prod"));
    assert_eq!(prod["rules"][0]["when"].as_str(), Some("manual"));
    assert_eq!(prod["rules"][0]["allow_failure"].as_bool(), Some(false));
    assert!(gitlab["apply staging"]["rules"][0]["when"].is_null());
}

#[test]
fn what_an_environment_reads_is_there() {
    let data = json("live/acme/pipeline.json");
    let there =
        |path: &str| tree().iter().any(|(file, _)| *file == path || file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')));
    for environment in data["environments"].as_array().unwrap() {
        let name = environment["name"].as_str().unwrap();
        let images = environment["images"].as_array().unwrap();
        let all = images.iter().chain([environment]).flat_map(|of| of["reads"].as_array().unwrap());
        for path in all {
            assert!(there(path.as_str().unwrap()), "{name} reads {path}, which nothing writes");
        }
        for phase in environment["phases"].as_array().unwrap() {
            for path in [&phase["folder"], &phase["playbook"]].into_iter().filter_map(|path| path.as_str()) {
                assert!(there(path), "{path}");
            }
        }
        for image in images {
            let role = format!("live/acme/{name}/credentials/image-{}.sh", image["provider"].as_str().unwrap());
            assert!(there(image["template"].as_str().unwrap()) && there(image["variables"].as_str().unwrap()) && there(&role));
            assert!(!image["credentials"].as_array().unwrap().is_empty());
        }
        for role in ["plan", "drift", "apply"] {
            assert!(there(&format!("live/acme/{name}/credentials/{role}.sh")), "{name}/{role}");
        }
        let units: BTreeSet<_> = environment["units"].as_object().unwrap().keys().collect();
        for (unit, needs) in environment["units"].as_object().unwrap() {
            assert!(there(&format!("live/acme/{name}/{unit}/terragrunt.hcl")), "{unit}");
            assert!(needs.as_array().unwrap().iter().all(|need| units.contains(&need.as_str().unwrap().to_owned())), "{unit}");
        }
    }
}

#[test]
fn a_module_that_changes_reaches_the_environments_that_use_it() {
    let data = json("live/acme/pipeline.json");
    let reads = |at: usize| data["environments"][at]["reads"].to_string();
    assert!(reads(0).contains("modules/infra/compute/hetzner") && reads(0).contains("ansible/roles/consul"));
    assert!(!reads(0).contains("live/acme/prod\"") && reads(1).contains("live/acme/prod\""));
}

#[test]
fn a_credential_is_a_place_and_never_a_value() {
    let script = &tree().get("live/acme/prod/credentials/plan.sh").unwrap().text();
    let apply = &tree().get("live/acme/prod/credentials/apply.sh").unwrap().text();
    for line in script.lines().filter(|line| line.contains('=') && !line.starts_with('#')) {
        let (name, value) = line.split_once('=').unwrap();
        // What names the role that an account gives for a token is no secret.
        let said = ["AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE"].contains(&name);
        assert!(said || value.starts_with("$(") || value.starts_with("${") || value.starts_with("https://"), "{line}");
    }
    assert!(script.contains("acme/prod/plan/") && !script.contains("acme/prod/apply/"));
    assert!(apply.contains("acme/prod/apply/") && !apply.contains("acme/prod/plan/"));
}

#[test]
fn images_are_identified_by_what_goes_into_them() {
    let template = json("packer/base/hetzner/image.pkr.json");
    let source = &template["source"]["hcloud"]["amd64"];
    let revision = source["snapshot_labels"]["revision"].as_str().unwrap();
    assert!(revision.len() == 12 && revision.chars().all(|c| c.is_ascii_hexdigit()), "{revision}");
    assert!(source["snapshot_name"].as_str().unwrap().ends_with(revision));
    let unit = &tree().get("live/acme/prod/mgmt/nodes/terragrunt.hcl").unwrap().text();
    assert!(unit.contains(revision), "the unit looks for the image that is baked");
    let declared: Vec<_> = template["variable"].as_object().unwrap().keys().cloned().collect();
    let given: Vec<_> = json("live/acme/prod/images/base-eu.pkrvars.json").as_object().unwrap().keys().cloned().collect();
    assert_eq!(declared, given);
}

/// Nobody has looked at what runs for a proposed change.
#[test]
fn what_nobody_has_looked_at_holds_nothing() {
    for environment in ["staging", "prod"] {
        let file = |role: &str| tree().get(&format!("live/acme/{environment}/credentials/{role}.sh")).unwrap().text();
        for more in ["ANSIBLE_PRIVATE_KEY_FILE", "ANSIBLE_REMOTE_USER", "OP_SERVICE_ACCOUNT_TOKEN"] {
            assert!(!file("plan").contains(more), "{environment}: {more}");
            assert!(file("drift").contains(more) && file("apply").contains(more), "{environment}: {more}");
        }
        assert!(file("apply").contains("CONSUL_HTTP_TOKEN"));
        assert!(!file("plan").contains("CONSUL_HTTP_TOKEN") && !file("drift").contains("CONSUL_HTTP_TOKEN"));
        for ((system, role), said) in granted(environment) {
            let bound = !role.ends_with(".plan");
            let branch = if system == "github" { "refs/heads/main" } else { "main" };
            assert_eq!(said["bound_claims"]["ref"].as_str(), bound.then_some(branch), "{system} {role}");
            let protected = (bound && system == "gitlab").then_some("true");
            assert_eq!(said["bound_claims"]["ref_protected"].as_str(), protected, "{system} {role}");
            // A protected tag may have the name of the branch.
            assert_eq!(said["bound_claims"]["ref_type"].as_str(), protected.map(|_| "branch"), "{system} {role}");
        }
    }
    for (path, name, job) in jobs() {
        let text = yaml_serde::to_string(&job).unwrap();
        let proposed = yaml(path)["on"].as_mapping().unwrap().contains_key("pull_request");
        // What is kept for plans is in an environment of their own.
        let text = text.replace("CREDENTIALS: ${{ secrets.CREDENTIALS }}", "");
        let holds = ["secrets.", "connect.sh", " drift ", " apply ", "image-"].iter().any(|word| text.contains(word));
        assert!(!proposed || !holds, "{path}/{name}");
        assert!(!proposed || asks(&job).is_none_or(|role| role == "plan"), "{path}/{name}");
    }
    for (name, job) in yaml("live/acme/gitlab-ci.yml").as_mapping().unwrap() {
        let proposed = yaml_serde::to_string(&job["rules"]).unwrap().contains("\"plan\"");
        assert!(!proposed || asks(job).as_deref() == Some("plan"), "{name:?}");
    }
    let runs_on = yaml(".github/workflows/plan.yml")["jobs"]["plan"]["runs-on"].as_str().unwrap().to_owned();
    assert_eq!(runs_on, "${{ matrix.runner }}", "a plan has no way into the network: it runs where the stores can be reached");
    assert_eq!(json("live/acme/pipeline.json")["environments"][0]["runner"], "acme");
}

/// No machine is configured before the way into it, and the way out of its network.
#[test]
fn the_way_in_and_out_comes_first() {
    let site = yaml("ansible/playbooks/acme/site.yml");
    let order: Vec<&str> =
        site.as_sequence().unwrap().iter().map(|play| play["ansible.builtin.import_playbook"].as_str().unwrap()).collect();
    assert_eq!(order, ["access.yml", "mgmt.yml", "web_us.yml", "web_eu.yml", "front.yml"]);
    for environment in json("live/acme/pipeline.json")["environments"].as_array().unwrap() {
        let phases = environment["phases"].as_array().unwrap();
        let playbooks: Vec<&str> = phases.iter().filter_map(|phase| phase["playbook"].as_str()).collect();
        let expected: Vec<String> = order.iter().map(|file| format!("ansible/playbooks/acme/{file}")).collect();
        assert_eq!(playbooks, expected);
    }
    let guide = &tree().get("live/acme/BOOTSTRAP.md").unwrap().text();
    assert!(guide.find("playbooks/acme/access.yml").unwrap() < guide.find("playbooks/acme/mgmt.yml").unwrap());
}

/// What each role of an environment is bound to at the store, by the system of CI and the role.
fn granted(environment: &str) -> BTreeMap<(String, String), serde_json::Value> {
    let script = &tree().get(&format!("live/acme/{environment}/credentials/grant.sh")).unwrap().text();
    let role = regex::Regex::new(r"(?s)printf '%s' '(\{[^']*\})\s*' \|\s+bao write auth/(\w+)/role/(\S+) -").unwrap();
    let found = role.captures_iter(script).map(|found| {
        let said: serde_json::Value = serde_json::from_str(&found[1]).unwrap();
        assert_eq!(said["token_policies"][0], found[3], "{script}");
        ((found[2].to_owned(), found[3].to_owned()), said)
    });
    found.collect()
}

/// A stage that bakes may run for proposed changes: those are validated, by a job that holds nothing, and the main branch bakes.
#[test]
fn images_of_a_proposed_change_are_validated_and_no_more() {
    let pipeline = "pipelines/standard.infra";
    let proposed = tree_with(&[
        (pipeline, "    when    = [merge]\n    per     = image", "    when    = [change, merge]\n    per     = image"),
        (
            pipeline,
            "    when    = [change]\n    per     = environment",
            "    when    = [change]\n    after   = [images]\n    per     = environment",
        ),
    ]);
    let file = |path: &str| -> Value { yaml_serde::from_str(&proposed.get(path).unwrap().text()).unwrap() };
    let text = |job: &Value| yaml_serde::to_string(job).unwrap();
    let holds = ["secrets.", "vars.", "id-token", "id_tokens", "connect.sh", "with-credentials"];

    let images = file(".github/workflows/images.yml");
    let on = images["on"].as_mapping().unwrap();
    assert!(["merge_group", "pull_request", "push", "workflow_dispatch"].iter().all(|event| on.contains_key(event)));
    let (bakes, validates) = (&images["jobs"]["images"], &images["jobs"]["images-proposed"]);
    assert_eq!(bakes["if"], "${{ github.ref == 'refs/heads/main' && needs.select.outputs.rows != '[]' }}");
    assert_eq!(validates["if"], "${{ github.ref != 'refs/heads/main' && needs.select.outputs.rows != '[]' }}");
    assert!(asks(bakes).as_deref() == Some("image") && asks(validates).is_none());
    assert_eq!(validates["permissions"], yaml_serde::from_str::<Value>("contents: read").unwrap());
    assert!(validates["environment"].is_null());
    for word in &holds {
        assert!(!text(validates).contains(word), "{word}: {}", text(validates));
    }
    assert!(text(validates).contains("./ci/validate-image.sh") && !text(validates).contains("./ci/image.sh"));
    assert_eq!(
        steps(&images["jobs"]["baked"])[0]["env"]["RESULT"],
        "${{ github.ref == 'refs/heads/main' && needs.images.result || needs.images-proposed.result }}"
    );
    let waits =
        steps(&file(".github/workflows/plan.yml")["jobs"]["select"]).iter().flat_map(|step| words(&step["run"])).collect::<String>();
    assert!(waits.contains(r#"./ci/github-wait.sh "$COMMIT" baked"#), "{waits}");

    let selects = file("ci/gitlab-ci.yml");
    let rules = selects["infrac select"]["rules"].as_sequence().unwrap();
    let images: Vec<bool> = rules.iter().map(|rule| !rule["variables"]["IMAGES_OF_CHANGES"].is_null()).collect();
    assert_eq!(images, [true, false, false]);
    let gitlab = file("live/acme/gitlab-ci.yml");
    let validates = &gitlab["validate base on eu for prod"];
    assert_eq!(validates["rules"][0]["if"], r#"$PURPOSE == "plan" && $IMAGES =~ /(^| )prod\/base\/eu( |$)/"#);
    for word in &holds {
        assert!(!text(validates).contains(word), "{word}: {}", text(validates));
    }
    assert!(
        validates["environment"].is_null()
            && words(&validates["script"]) == [r#"./ci/validate-image.sh "$PRODUCT" "$ENVIRONMENT" "$IMAGE" "$PROVIDER""#]
    );
    assert!(!words(&validates["inherit"]["default"]).contains(&"tags".to_owned()), "it needs no runner in the private network");
    let bakes = &gitlab["bake base on eu for prod"];
    assert_eq!(bakes["rules"][0]["if"], r#"$PURPOSE == "apply" && $IMAGES =~ /(^| )prod\/base\/eu( |$)/"#);
    let needs = |job: &str| -> Vec<String> {
        gitlab[job]["needs"].as_sequence().unwrap().iter().map(|need| need["job"].as_str().unwrap().to_owned()).collect()
    };
    assert!(
        needs("plan prod").contains(&"validate base on eu for prod".to_owned())
            && !needs("plan prod").iter().any(|job| job.starts_with("bake"))
    );
    assert!(
        needs("apply prod").contains(&"bake base on eu for prod".to_owned())
            && !needs("apply prod").iter().any(|job| job.starts_with("validate"))
    );
}

/// The role that a job asks for, as its script says it.
fn asks(job: &Value) -> Option<String> {
    let text = yaml_serde::to_string(job).unwrap();
    let role = regex::Regex::new(r#"with-credentials\.sh \S+ \S+ "?(plan|drift|apply|image)"#).unwrap();
    role.captures(&text).map(|found| found[1].to_owned())
}

#[test]
fn the_store_lets_in_the_jobs_that_ask_and_no_others() {
    let file = yaml("live/acme/gitlab-ci.yml");
    let mut seen = 0;
    for environment in ["staging", "prod"] {
        let granted = granted(environment);
        let of = |system: &str, role: &str| {
            let full = format!("acme.{environment}.{}", if role == "image" { "image-us" } else { role });
            granted.get(&(system.to_owned(), full)).unwrap_or_else(|| panic!("{system} {role}: {granted:?}"))
        };
        for (name, job) in file.as_mapping().unwrap() {
            let Some(role) = asks(job).filter(|_| job["variables"]["ENVIRONMENT"].as_str() == Some(environment)) else { continue };
            let said = of("gitlab", &role);
            assert_eq!(said["bound_claims"]["environment"], job["environment"]["name"].as_str().unwrap(), "{name:?}");
            assert_eq!(said["bound_claims"]["environment_action"], job["environment"]["action"].as_str().unwrap(), "{name:?}");
            assert_eq!(said["bound_audiences"][0], job["id_tokens"]["CI_IDENTITY_TOKEN"]["aud"].as_str().unwrap(), "{name:?}");
            seen += 1;
        }
        for (path, _, job) in jobs() {
            let Some(role) = asks(&job) else { continue };
            let of_job = &job["environment"];
            let name = of_job.as_str().or_else(|| of_job["name"].as_str()).unwrap();
            let name = name.replace("${{ matrix.product }}", "acme").replace("${{ matrix.environment }}", environment);
            assert_eq!(of("github", &role)["bound_claims"]["environment"], name, "{path}");
            seen += 1;
        }
        for (path, entry) in tree().iter().filter(|(path, _)| path.starts_with(&format!("live/acme/{environment}/credentials/"))) {
            let role = path.rsplit('/').next().unwrap().trim_end_matches(".sh");
            for read in entry.text().lines().filter(|line| line.contains("bao kv get")) {
                assert!(read.contains(&format!(" acme/{environment}/{role}/")), "{path}: {read}");
            }
        }
    }
    assert!(seen > 12, "{seen}");
}

/// What was merged is waited for by its commit, so that a newer one must not take its place.
#[test]
fn a_merge_is_never_given_up_for_the_next_one() {
    for stage in ["validate", "test"] {
        let workflow = yaml(&format!(".github/workflows/{stage}.yml"));
        let group = format!("{stage}-${{{{ github.event_name == 'push' && github.sha || github.ref }}}}");
        assert_eq!(workflow["concurrency"]["group"].as_str(), Some(&*group));
    }
    let branch = "$CI_COMMIT_BRANCH == \"main\" && $CI_PIPELINE_SOURCE != \"schedule\"";
    let mut merges = 0;
    for (name, job) in yaml("ci/gitlab-ci.yml").as_mapping().unwrap() {
        for rule in job["rules"].as_sequence().into_iter().flatten() {
            let is_merge = rule["if"].as_str() == Some(branch);
            merges += usize::from(is_merge);
            assert_eq!(rule["interruptible"].as_bool(), is_merge.then_some(false), "{name:?} {rule:?}");
        }
    }
    assert!(merges > 3);
}

#[test]
fn who_comes_from_another_repository_is_told_why_nothing_is_planned() {
    let gate = &yaml(".github/workflows/plan.yml")["jobs"]["planned"];
    let script = steps(gate)[0]["run"].as_str().unwrap().to_owned();
    let run = |selected: &str, event: &str| {
        let mut shell = std::process::Command::new("sh");
        let shell = shell.args(["-euc", &script]).env("SELECTED", selected).env("EVENT", event).env("ROWS", "[]").env("RESULT", "skipped");
        let output = shell.output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (passes, said) = run("skipped", "pull_request");
    assert!(!passes && said.contains("::error::a change from another repository"), "{said}");
    assert_eq!(run("success", "pull_request"), (true, String::new()));
    assert_eq!(run("skipped", "merge_group"), (true, String::new()));
}
