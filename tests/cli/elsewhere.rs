//! Where else stacks would stand: `infrac check --provider`.

use super::{Session, project};

const PRODUCT: &str = r#"product acme {
  domain       = "acme.example.com"
  owner        = "ops@acme.example.com"
  environments = [prod]
  protected    = [prod]
  ranges       = { prod = 10.0.0.0/16 }
  operators    = [{ name = "ada", key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8 ada" }]
}
provider aws us { region = us-east-1, account = "111122223333" }
stack compute web { on = us, servers = 2, public = true, ports = [443/tcp] }
stack files kept { on = us, buckets = [{ name = "uploads" }] }
"#;

fn acme() -> Session {
    let session = project();
    session.put("inventory/acme/product.infra", PRODUCT);
    session
}

#[test]
fn a_matrix_says_which_stack_would_stand_where_and_the_sources_stay() {
    let session = acme();
    session.run(&["build"]).ends(0);
    let before = session.files();
    let answer = session.run(&["check", "--provider", "all"]);
    let lines: Vec<Vec<&str>> = answer.ends(0).out.lines().take(3).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        lines,
        [
            ["STACK", "AWS", "AZURE", "CLOUDFLARE", "GOOGLE", "HEROKU", "HETZNER", "OCI"],
            ["kept", "here", "yes", "no", "yes", "no", "no", "yes"],
            ["web", "here", "yes", "no", "yes", "no", "yes", "yes"],
        ]
    );
    answer.says("\nkept on hetzner: hetzner has no buckets that its API makes\n  help: write their names into `buckets`");
    answer.says("\nweb on heroku: `heroku` has no `compute`");
    assert_eq!(session.files(), before);
}

#[test]
fn one_provider_is_judged_one_stack_is_asked_for_and_programs_get_rows() {
    let session = acme();
    let hetzner = session.run(&["check", "--provider", "hetzner"]);
    assert!(hetzner.ends(1).out.contains("web    yes\n"), "{}", hetzner.out);
    session.run(&["check", "--provider", "hetzner", "--stack", "web"]).is(0, "STACK  HETZNER\nweb    yes\n", "");
    let rows = session.run(&["check", "--provider", "hetzner", "--stack", "kept", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&rows.ends(1).out).unwrap();
    assert_eq!(rows[0]["stands"], "no");
    assert_eq!(rows[0]["because"][0], "hetzner has no buckets that its API makes");
    assert!(rows[0]["instead"][0].as_str().unwrap().contains("stack management"), "{rows}");
}

#[test]
fn what_there_is_not_is_refused() {
    let session = acme();
    session.run(&["check", "--provider", "hetzmer"]).ends(2).says("there is no provider `hetzmer`").says("did you mean `hetzner`?");
    session.run(&["check", "--provider", "all", "--stack", "wob"]).ends(2).says("there is no stack `wob`");
    session.run(&["check", "--stack", "web"]).ends(2).says("--provider");
    session.put("inventory/acme/product.infra", &PRODUCT.replace("owner ", "ownre "));
    session.run(&["check", "--provider", "all"]).ends(1).says("did you mean `owner`?");
}

#[test]
fn a_provider_of_the_project_has_its_column() {
    let session = acme();
    session.put("infra.toml", "name = \"acme\"\nedition = \"2026\"\nlibrary = [\"library\"]\n");
    let provider = |name: &str, inputs: &str| {
        format!(
            "define provider {name} {{\n  plugin hcloud {{ source = \"hetznercloud/hcloud\", version = \"~> 1.50\", schema = \"hcloud.json\", arguments = {{}} }}\n  \
             {inputs}\n  lacks cost-estimate {{ because = \"nobody knows its prices\" }}\n}}\n"
        )
    };
    let all = provider("ours", "input place: string = \"here\"")
        + &provider("theirs", "input place: string")
        + &provider("used", "input place: string");
    session.put("library/own.infra", &all);
    session.put("inventory/acme/more.infra", "provider used there { place = \"x\" }\n");
    let answer = session.run(&["check", "--provider", "all"]);
    let head: Vec<&str> = answer.ends(0).out.lines().next().unwrap_or_default().split_whitespace().collect();
    assert_eq!(head, ["STACK", "AWS", "AZURE", "CLOUDFLARE", "GOOGLE", "HEROKU", "HETZNER", "OCI", "OURS", "USED"]);
    answer.says("web on ours: `ours` has no `compute`").says("theirs has no column: nothing says what an instance of it sets");
    session.run(&["check", "--provider", "theirs"]).ends(2).says("give its definition an `example { … }`");
}
