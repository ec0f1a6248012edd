use super::super::tests::{PRODUCT, Project, project};
use super::*;

/// The labels at the first mark, with what is written for the first three.
fn at_mark(project: &Project) -> Vec<String> {
    let (file, offset) = project.marks[0];
    complete(project.analysis(), file, offset).items.into_iter().map(|item| item.label.to_string()).collect()
}

fn in_product(from: &str, to: &str) -> Vec<String> {
    assert!(PRODUCT.contains(from), "{from}");
    at_mark(&project(&[("inventory/acme/product.infra", &PRODUCT.replace(from, to))]))
}

fn in_library(text: &str) -> Vec<String> {
    at_mark(&project(&[("inventory/acme/product.infra", PRODUCT), ("library/own.infra", text)]))
}

fn has(found: &[String], all: &[&str]) {
    for wanted in all {
        assert!(found.iter().any(|label| label == wanted), "`{wanted}` is not among {found:?}");
    }
}

#[test]
fn a_body_takes_what_its_definition_does_and_nothing_twice() {
    let found = in_product("  ports  = [443/tcp]", "  ports  = [443/tcp]\n  $0");
    has(&found, &["size", "arch", "zones", "in"]);
    for set in ["ports", "on", "public"] {
        assert!(!found.iter().any(|label| label == set), "{set} is set already: {found:?}");
    }
    has(&in_product("  in staging { servers = 1 }", "  in staging { ser$0 }"), &["servers"]);
    has(&in_product("domain       =", "d$0omain       ="), &["domain", "operators", "waive"]);
}

#[test]
fn a_value_is_what_its_type_takes_first() {
    let found = in_product("public = true", "public = tr$0ue\n  size = medium");
    assert_eq!(found[..2], ["false", "true"]);
    let found = in_product("public = true", "size = $0");
    has(&found[..4], &["small", "medium", "large"]);
    let found = in_product("on     = eu", "on     = $0");
    assert_eq!(found[0], "eu", "{found:?}");
    has(&found, &["mgmt", "product", "join"]);
    has(&in_product("protected    = [prod]", "protected    = [$0]"), &["prod", "staging"]);
}

#[test]
fn behind_a_dot_stands_what_there_is() {
    has(&in_product("[mgmt.keys]", "[mgmt.$0]"), &["keys", "servers", "name", "provider", "vault"]);
    has(&in_product("keys   = [mgmt.keys]", "keys   = [mgmt.$0"), &["keys"]);
    has(&in_product("on     = eu", "on     = mgmt.pro$0"), &["provider"]);
    has(&in_library("define stack own {\n  input range: cidr\n  let first = range.$0\n}\n"), &["first", "last", "prefix"]);
}

/// What has the type that is expected of the whole is nearer than what is merely there.
#[test]
fn behind_a_dot_what_fits_comes_first() {
    for text in ["[mgmt.$0]", "[mgmt.$0", "[mgmt.k$0eys]"] {
        assert_eq!(in_product("[mgmt.keys]", text)[0], "keys", "{text}");
    }
    assert_eq!(in_product("on     = eu", "on     = mgmt.$0")[..2], ["on", "provider"]);
    // What a kind gives all of its instances has a type as well.
    let from = "ports  = [443/tcp]\n  from   = cf.$0\n}\nprovider cloudflare cf {\n  account = \"0123456789abcdef0123456789abcdef\"";
    assert_eq!(in_product("ports  = [443/tcp]", from)[..2], ["balancer_checks", "ranges"]);
    // A store is some service.
    let found = in_product("store = mgmt.vault", "store = mgmt.$0");
    let place = |label: &str| found.iter().position(|found| found == label);
    assert!(place("vault") < place("addresses") && place("vault").is_some(), "{found:?}");
}

#[test]
fn a_waiver_is_for_what_the_product_has() {
    let found = in_product("protected    = [prod]", "waive source-available { on = [$0], because = \"it is used within the company\" }");
    has(&found, &["consul", "hetzner", "mgmt", "web"]);
    assert!(!found.iter().any(|label| label == "prod"), "{found:?}");
}

#[test]
fn labels_name_what_there_is() {
    has(&in_product("stack compute web", "stack comp$0ute web"), &["compute", "management"]);
    has(&in_product("stack compute web {", "stack $0 \nstack compute web {"), &["compute", "management"]);
    assert_eq!(in_product("in staging", "in $0"), ["prod", "staging"]);
    has(&in_product("provider hetzner eu", "provider $0 eu"), &["aws", "hetzner"]);
    has(&in_library("implement compute on $0"), &["aws", "hetzner"]);
    has(&in_library("implement compute on hetzner {\n  resource $0\n}\n"), &["hcloud_server", "hcloud_network"]);
    has(&in_library("define $0"), &["stack", "module", "service", "interface"]);
}

#[test]
fn schemas_say_what_resources_and_tasks_take() {
    let found = in_library("implement compute on hetzner {\n  resource hcloud_server own {\n    name = \"x\"\n    $0\n  }\n}\n");
    has(&found, &["server_type", "image", "lifecycle", "network"]);
    assert!(!found.contains(&"name".to_owned()) && !found.contains(&"ipv4_address".to_owned()), "{found:?}");
    let found = in_library(
        "define service own {\n  configure {\n    task \"ansible.builtin.file\" \"x\" {\n      path = \"/x\"\n      $0\n    }\n  }\n}\n",
    );
    has(&found, &["state", "mode"]);
    has(&in_library("define service own {\n  configure {\n    task \"ansible.b$0\" \"x\" {}\n  }\n}\n"), &["ansible.builtin.file"]);
    let found =
        in_library("define service own {\n  configure {\n    task \"ansible.builtin.file\" \"x\" {\n      state = $0\n    }\n  }\n}\n");
    has(&found, &["\"directory\"", "\"absent\""]);
    let within = |value: &str| {
        in_library(&format!(
            "define service own {{\n  configure {{\n    task \"ansible.builtin.file\" \"x\" {{\n      {value}\n    }}\n  }}\n}}\n"
        ))
    };
    for value in ["state = \"$0\"", "state = \"dir$0\""] {
        let found = within(value);
        has(&found, &["directory", "absent"]);
        assert!(!found.iter().any(|label| label.contains('"') || label == "path"), "{found:?}");
    }
    assert!(within("path = \"$0\"").is_empty() && within("state = \"${$0}\"").iter().all(|label| label != "absent"));
}

#[test]
fn names_of_a_body_are_known_in_it() {
    let found = in_library("fn twice(x: int) -> int = x\ndefine stack own {\n  input wide: int = 1\n  let sum = [for y in [1] : $0]\n}\n");
    has(&found, &["y", "wide", "twice", "product", "if"]);
    has(&in_library("define stack own {\n  input x: $0\n}\n"), &["int", "list", "Size", "host", "stack"]);
    has(&in_library("define stack own {\n  $0\n}\n"), &["input", "let", "module", "output", "service"]);
    has(&in_library("$0"), &["define", "implement", "product", "stack"]);
    has(&in_library("define stack own {\n  input size: Size\n  let x = match size { $0 }\n}\n"), &["small", "medium", "_"]);
    let text = "type pair = { left: int, right: int }\ndefine stack own {\n  input x: pair = { left = 1, $0 }\n}\n";
    has(&in_library(text), &["right"]);
}

#[test]
fn nothing_stands_in_comments_strings_and_numbers() {
    assert!(in_product("servers = 3", "servers = 3$0").is_empty());
    assert!(in_product("provider hetzner", "# a $0 comment\nprovider hetzner").is_empty());
    assert!(in_product("acme.example.com\"\n  owner", "acme.ex$0ample.com\"\n  owner").is_empty());
}

#[test]
fn what_is_chosen_takes_the_place_of_the_word() {
    let project = project(&[("inventory/acme/product.infra", &PRODUCT.replace("servers = 3", "ser$0vers = 3"))]);
    let (file, offset) = project.marks[0];
    let found = complete(project.analysis(), file, offset);
    assert_eq!(project.session.workspace().text(found.word.expect("a word")), "servers");
    let servers = found.items.iter().find(|item| item.label == "servers").expect("the input");
    assert_eq!(project.session.workspace().text(servers.declared.expect("its place")), "servers");
    assert_eq!(servers.snippet, "servers");
}

#[test]
fn what_is_known_by_the_name_of_what_is_set_stands_alone() {
    let text = "define stack own {\n  input servers: int = 1\n  module network net {}\n  module ssh keys { keys = {} }\n  \
                module firewall fw { network = net, rules = [] }\n  \
                module compute nodes {\n    $0\n    network = net, keys, firewall = fw, image = base\n  }\n}\n";
    let project = project(&[("inventory/acme/product.infra", PRODUCT), ("library/own.infra", text)]);
    let (file, offset) = project.marks[0];
    let found = complete(project.analysis(), file, offset).items;
    let written = |label: &str| found.iter().find(|item| item.label == label).map(|item| item.snippet.as_str());
    assert_eq!((written("servers"), written("size"), written("keys")), (Some("servers"), Some("size = $0"), None));
}

#[test]
fn defaults_take_what_some_resource_takes() {
    let text = "define module thing { output id: deferred(string) }\nimplement thing on hetzner {\n  defaults { lab$0 }\n  \
                resource hcloud_network this { name, ip_range = \"10.0.0.0/16\" }\n  output id = this.id\n}\n";
    let project = project(&[("inventory/acme/product.infra", PRODUCT), ("library/own.infra", text)]);
    let (file, offset) = project.marks[0];
    let found = complete(project.analysis(), file, offset).items;
    let labels = found.iter().find(|item| item.label == "labels").expect("labels");
    assert_eq!((labels.snippet.as_str(), labels.detail.as_deref()), ("labels", Some("labels: map(string), optional")));
    assert!(!found.iter().any(|item| item.label == "server_type"));
}

#[test]
fn behind_the_number_of_a_port_stand_protocols() {
    for typed in ["[443/$0]", "[443/t$0]", "[80/tcp, 1..65535/$0]"] {
        assert_eq!(in_product("[443/tcp]", typed), ["tcp", "udp", "sctp"], "{typed}");
    }
    has(&in_product("[443/tcp]", "[$0]")[..1], &["443/tcp"]);
    for typed in ["10.20.0.0/$0", "\"443/$0\""] {
        let found = in_product("[443/tcp]", typed);
        assert!(!found.contains(&"tcp".to_owned()), "{typed}: {found:?}");
    }
}

#[test]
fn a_stack_is_no_part_of_itself_and_environments_are_matched() {
    let found = in_product("gates  = []", "gates  = [$0]");
    let place = |label: &str| found.iter().position(|found| found == label);
    assert!(place("mgmt") < place("web"), "{found:?}");
    let found = in_product("public = true", "servers = match environment { $0 }");
    assert_eq!(found[..2], ["prod", "staging"], "{found:?}");
}

#[test]
fn a_test_is_completed_as_a_product_is() {
    let test = |body: &str| {
        in_library(&format!(
            "test \"one\" {{\n  provider hetzner here {{ region = fsn1 }}\n  stack management own {{ on = here }}\n  {body}\n}}\n"
        ))
    };
    has(&test("$0"), &["product", "expect", "check", "stack", "provider"]);
    has(&test("stack compute other { $0 }"), &["on", "ports", "in"]);
    has(&test("stack compute other { on = $0 }"), &["here", "own"]);
    has(&test("check own.$0"), &["servers", "provider"]);
    has(&test("expect { $0 }"), &["open", "finding", "resource"]);
    has(&test("expect { open { $0 } }"), &["to", "port"]);
    has(&test("expect { open { to = $0 } }"), &["own"]);
    has(&in_library("$0\n"), &["test", "define"]);
}
