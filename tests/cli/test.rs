//! `infrac test`: what it says of tests that pass and fail, in each form, and how it ends.

use super::project;

const TESTS: &str = r#"define policy small {
  for s in stacks {
    check s.servers < 3 at s
      else "${s.name} is not small"
  }
}

test "two machines" {
  provider hetzner eu { region = fsn1 }
  stack compute web { on = eu, servers = 2 }

  check length(web.hosts) == 2
  expect {
    file "live/test/dev/web/nodes/terragrunt.hcl" { lines = ["server_type = \"cx33\""], without = ["public = true"] }
    file "live/test/dev/web/exit/terragrunt.hcl" { absent = true }
    resource "hcloud_server.node" { of = web.nodes, has = { server_type = "cx33" } }
  }
}

test "too many & wrong" {
  provider hetzner eu { region = fsn1 }
  stack compute web { on = eu, servers = 3 }

  check length(web.hosts) == 4
  expect {
    policy small { message = "web is not small", at = web }
  }
}

test "unexpected" {
  provider hetzner eu { region = fsn1 }
  stack compute web { on = eu, zones = 2 }

  expect {
    finding address-reserved { at = web }
  }
}
"#;

#[test]
fn results_are_told_with_both_places_and_the_value() {
    let session = project();
    session.put("infra.toml", "name = \"acme\"\nedition = \"2026\"\nlibrary = [\"library\"]\n");
    session.put("library/tests.infra", TESTS);
    let answer = session.run(&["test"]);
    assert_eq!(answer.code, 1, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("pass  two machines      library/tests.infra:8:6\n"), "{}", answer.out);
    assert!(answer.out.contains("FAIL  too many & wrong  library/tests.infra:20:6\n"), "{}", answer.out);
    assert!(answer.out.contains("`length(web.hosts)` is 3"), "{}", answer.out);
    assert!(answer.out.contains("3 is said here"), "{}", answer.out);
    assert!(!answer.out.contains("there is no finding of the policy"), "{}", answer.out);
    assert!(answer.out.contains("there is no finding IC0403 `address-reserved` at `web`"), "{}", answer.out);
    assert!(answer.out.contains("this test does not expect it"), "{}", answer.out);
    assert!(answer.err.contains("2 tests failed, 1 passed"), "{}", answer.err);
}

/// Expectations at attributes and stages, several of one resource, and a product that says no name.
const PLACES: &str = r#"
define policy no-scripts {
  for s in services { check s.licence != "MIT" at s.licence else "${s.name} is under MIT" }
}
define policy no-hours {
  for s in stages { check s.name != "drift" at s else "${s.name} runs by the clock" }
}
define service agent {
  licence = "MIT"
  input hosts: list(host)
  configure { file "/etc/agent" { format = lines, content = ["on"] } }
}
define stack agents { input of: stack compute, service agent { hosts = of.nodes.hosts } }

test "places" {
  product { domain = "places.example.com" }
  provider hetzner eu { region = fsn1 }
  stack compute web { on = eu, servers = 1, public = true }
  stack compute big { on = eu, servers = 1, public = true, size = large, keys = [web.operator_keys] }
  stack agents own { on = eu, of = web }
  expect {
    policy no-scripts { message = "agent is", at = own.agent.licence }
    policy no-scripts { message = "agent is", at = own.agent }
    resource "hcloud_server.node" { of = web.nodes }
    resource "hcloud_server.node" { of = big.nodes, has = { server_type = "cx43" } }
  }
}

test "elsewhere" {
  provider hetzner eu { region = fsn1 }
  stack compute web { on = eu, servers = 1, public = true }
  stack agents own { on = eu, of = web }
  expect {
    policy no-scripts { at = own.agent.licence }
    policy no-hours { at = plan }
    finding check-failed { message = "by the clock", at = "nowhere" }
  }
}
"#;

#[test]
fn expectations_stand_at_instances_attributes_and_stages() {
    let session = project();
    session.put("infra.toml", "name = \"acme\"\nedition = \"2026\"\nlibrary = [\"library\"]\n");
    session.put("library/places.infra", PLACES);
    let answer = session.run(&["test"]);
    assert_eq!(answer.code, 1, "{}{}", answer.out, answer.err);
    answer.says("pass  places ").says("FAIL  elsewhere ");
    answer.says("there is no finding of the policy `no-hours` at `plan`").says("`at` names no place");
}

#[test]
fn one_test_is_run_by_its_name() {
    let session = project();
    session.put("infra.toml", "name = \"acme\"\nedition = \"2026\"\nlibrary = [\"library\"]\n");
    session.put("library/tests.infra", TESTS);
    let answer = session.run(&["test", "two"]);
    assert_eq!((answer.code, answer.err.as_str()), (0, "1 test passed\n"), "{}", answer.out);
    let answer = session.run(&["test", "tow machines"]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("did you mean `two machines`?"), "{}", answer.err);
    // Tests are no part of what is generated.
    assert_eq!(session.run(&["check"]).code, 0);
}

/// A report says why no test was run: an empty one looks like one that was lost.
#[test]
fn reports_say_that_no_test_was_run() {
    let session = project();
    session.put("infra.toml", "name = \"acme\"\nedition = \"2026\"\nlibrary = [\"lib\"]\n");
    session.put("lib/own.infra", "define stack own { let x = unknown_thing }\n");
    let json = session.run(&["test", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.ends(1).out).unwrap();
    assert_eq!((&json["mistakes"][0]["code"], &json["results"]), (&"IC0101".into(), &serde_json::json!([])), "{json}");
    let junit = session.run(&["test", "--format", "junit"]);
    assert!(junit.ends(1).out.contains("errors=\"1\"") && junit.out.contains("unknown_thing"), "{}", junit.out);
}

#[test]
fn programs_get_json_and_junit() {
    let session = project();
    session.put("infra.toml", "name = \"acme\"\nedition = \"2026\"\nlibrary = [\"library\"]\n");
    session.put("library/tests.infra", TESTS);
    let json = session.run(&["test", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(value["results"][0]["passed"], true);
    assert_eq!(value["results"][1]["passed"], false);
    assert_eq!(value["results"][1]["line"], 20);
    assert!(!value["results"][1]["failures"].as_array().unwrap().is_empty());
    let junit = session.run(&["test", "--format", "junit"]);
    assert_eq!(junit.code, 1);
    assert!(junit.out.contains("<testsuite name=\"infrac\" tests=\"3\" failures=\"2\">"), "{}", junit.out);
    assert!(junit.out.contains("<testcase name=\"too many &amp; wrong\""), "{}", junit.out);
    // Nor does it hold what is left of colours.
    for color in ["never", "always"] {
        let junit = session.run(&["test", "--format", "junit", "--color", color]).out;
        assert!(!junit.contains("[0m") && !junit.contains("[1m") && !junit.contains('\u{1b}'), "{color}: {junit}");
    }
}

#[test]
fn names_and_types_in_tests_are_checked_and_what_does_not_belong_is_refused() {
    let session = project();
    session.put("infra.toml", "name = \"acme\"\nedition = \"2026\"\nlibrary = [\"library\"]\n");
    let broken = "test \"a\" {\n  provider hetzner eu { region = fsn1 }\n  check eu.regoin == fsn1\n  let x = 1\n  expect { policy nobody {} }\n\
                  expect { resource \"hcloud_servr.node\" { absent = true } }\n}\ntest \"a\" {}\n";
    session.put("library/tests.infra", broken);
    for command in ["check", "test"] {
        let answer = session.run(&[command]);
        assert_eq!(answer.code, 1);
        let said = answer.out + &answer.err;
        for part in [
            "no schema has a resource `hcloud_servr`",
            "did you mean `hcloud_server`?",
            "regoin",
            "a test holds a product, and this is `let`",
            "nobody",
            "is declared twice",
        ] {
            assert!(said.contains(part), "{command}: {part}: {said}");
        }
    }
}

const NAMES: &str = r#"
test "who and what there is" {
  provider hetzner eu { region = fsn1 }
  stack compute web { on = eu, servers = 1, public = true, ports = [443/tcp], from = [198.51.100.0/24] }
  stack compute big { on = eu, servers = 1, public = true, keys = [web.operator_keys] }
  expect {
    closed { to = web, port = 80/tcp, from = "stack big" }
    closed { to = web, port = 443/tcp, from = "203.0.113.0/24" }
    resource "hcloud_server.node[\"a\"]" { of = web.nodes, absent = true }
  }
}

test "nobody and nothing" {
  provider hetzner eu { region = fsn1 }
  stack compute web { on = eu, servers = 1, public = true, ports = [443/tcp], from = [198.51.100.0/24] }
  expect {
    closed { to = web, port = 80/tcp, from = "stak web" }
    closed { to = web, port = 443/tcp, from = "198.51.100.7/32" }
    resource "hcloud_server.nde" { of = web.nodes, absent = true }
  }
}
"#;

#[test]
fn what_is_not_there_is_a_failure_of_who_expects_it_closed_or_absent() {
    let session = project();
    session.put("infra.toml", "name = \"acme\"\nedition = \"2026\"\nlibrary = [\"library\"]\n");
    session.put("library/names.infra", NAMES);
    let answer = session.run(&["test"]);
    assert_eq!(answer.code, 1, "{}{}", answer.out, answer.err);
    answer.says("pass  who and what there is ").says("nobody in dev is called `stak web`").says("did you mean `stack web`?");
    answer.says("198.51.100.7/32 reaches 443/tcp of `web`").says("never has a resource `hcloud_server.nde`");
}
