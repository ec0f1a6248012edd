//! What there is to know of codes and definitions, without a project and with one.

use super::{empty, project};

#[test]
fn a_word_finds_codes_and_definitions() {
    let found = empty().run(&["explain", "overlap"]);
    found
        .ends(0)
        .says("IC0401 cidr-overlap")
        .says("Two networks that can meet overlap.")
        .says("function cidr_overlaps")
        .says("`infrac doc NAME`");
    assert!(!found.out.contains("IC0402"));
    empty().run(&["explain", "firewall"]).ends(0).says("module firewall").says("What may reach a group of machines.");
    // Every word has to be there, in any order and spelling.
    let both = empty().run(&["explain", "Machines", "firewall"]);
    assert!(both.ends(0).out.contains("module firewall") && !both.out.contains("enum Transport"), "{}", both.out);
    let nothing = "error: there is no code `cidr-overlpa`, and nothing has to do with it\n\n  help: did you mean `cidr-overlap`?\n";
    empty().run(&["explain", "cidr-overlpa"]).is(2, "", nothing);
    empty().run(&["explain", "xyzzy"]).ends(2).says("`infrac explain` lists every code");
}

#[test]
fn definitions_of_the_library_are_listed_and_printed() {
    let session = empty();
    let all = session.run(&["doc"]);
    for line in ["module compute ", "stack compute ", "enum Size ", "function join ", "kind service ", "block service.port ", "image base "]
    {
        assert!(all.ends(0).out.lines().any(|known| known.starts_with(line)), "{line}\n{}", all.out);
    }
    let module = session.run(&["doc", "module", "compute"]);
    module
        .ends(0)
        .says("servers: int\n      How many machines there are.\n")
        .says("where 1 <= it and it <= 100")
        .says("a group has 1 to 100");
    module.says("size: Size = medium\n").says("ids: deferred(map(string))\n").says("infrac doc --source module compute");
    let both = session.run(&["doc", "compute"]);
    both.ends(0).says("module compute\n").says("stack compute\n");
    session.run(&["doc", "comptue"]).is(2, "", "error: nothing is called `comptue`\n\n  help: did you mean `compute`?\n");
    let json: serde_json::Value = serde_json::from_str(&session.run(&["doc", "--format", "json", "compute"]).ends(0).out).unwrap();
    assert_eq!((&json[0]["family"], &json[1]["family"]), (&"module".into(), &"stack".into()));
    let size = json[0]["sections"][0]["rows"].as_array().unwrap().iter().find(|row| row["name"] == "size").unwrap();
    assert_eq!((&size["type"], &size["default"]), (&"Size".into(), &"medium".into()));
    session.run(&["doc", "--format", "markdown", "join"]).ends(0).says("# function join\n\n```infra\njoin(");
}

#[test]
fn sources_of_the_library_can_be_read() {
    let session = empty();
    let whole = session.run(&["doc", "--source", "core.infra"]);
    let on_disk = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/stdlib/core.infra")).unwrap();
    whole.is(0, &on_disk, "");
    session.run(&["doc", "--source", "<stdlib>/core.infra"]).is(0, &on_disk, "");
    let line = on_disk.lines().position(|line| line.starts_with("type host")).unwrap() + 2;
    let host = session.run(&["doc", "--source", &format!("core.infra:{line}")]);
    assert!(
        host.ends(0).out.starts_with("## A machine, known before it exists.\ntype host = {\n") && host.out.ends_with("}\n"),
        "{}",
        host.out
    );
    session.run(&["doc", "--source", "type host"]).is(0, &host.out, "");
    session.run(&["doc", "--source", "join"]).is(
        2,
        "",
        "error: the function `join` is built in\n\n  help: `infrac doc join` says what it is\n",
    );
    session.run(&["doc", "--source", "core.infra:0"]).ends(2).says("lines count from 1");
    session.run(&["doc", "--source"]).ends(2);
}

#[test]
fn definitions_of_a_project_are_among_them() {
    let session = project();
    session.put("infra.toml", "name = \"acme\"\nedition = \"2026\"\nlibrary = [\"lib\"]\n");
    session.put("lib/own.infra", "## Twice as many.\nfn twice(n: int) -> int = n * 2\n");
    session.run(&["doc", "twice"]).ends(0).says("lib/own.infra:2\n").says("fn twice(n: int) -> int\n").says("Twice as many.");
    session.run(&["explain", "twice"]).ends(0).says("function twice");
}

#[test]
fn a_finding_in_the_library_says_how_to_read_it() {
    let session = project();
    session.put("inventory/acme/product.infra", "product acme {\n  domain = \"acme.example.com\"\n  owner = \"ops@acme.example.com\"\n  environments = [prod]\n  ranges = { prod = 10.0.0.0/16 }\n  nobody = 1\n}\nstack compute web { servers = small }\n");
    let found = session.run(&["check"]);
    found.ends(1);
    for command in
        found.out.lines().filter_map(|line| line.split_once("`infrac doc --source ")).map(|(_, rest)| rest.split('`').next().unwrap())
    {
        session.run(&["doc", "--source", command]).ends(0);
    }
    found.says("is part of infrac: `infrac doc --source ");
}

#[test]
fn an_enum_is_a_type_and_built_in_types_have_pages() {
    let session = project();
    session.run(&["doc", "type", "Peer"]).ends(0).says("enum Peer");
    for (word, _) in infrac::driver::type_words() {
        session.run(&["doc", "type", word]).ends(0).says("built in");
    }
    session.run(&["doc", "--source", "type", "protocol"]).ends(2).says("the type `protocol` is built in");
}

/// What somebody meets in a source has a page, whoever declares it.
#[test]
fn words_blocks_resources_and_tasks_have_pages() {
    let session = project();
    for word in ["if", "match", "define", "in", "not", "none", "environment", "on", "because"] {
        session.run(&["doc", word]).ends(0).says(&format!("word {word}\n"));
    }
    session.run(&["doc", "waive"]).ends(0).says("block product.waive");
    session.run(&["doc", "hcloud_server"]).ends(0).says("resource hcloud_server").says("server_type: string\n      Required.");
    session.run(&["doc", "ansible.builtin.file"]).ends(0).says("task \"ansible.builtin.file\"").says("One of absent, ");
    let json = session.run(&["doc", "--format", "json", "resource", "hcloud_server"]);
    let json: serde_json::Value = serde_json::from_str(&json.ends(0).out).unwrap();
    assert_eq!((&json[0]["family"], json.as_array().unwrap().len()), (&"resource".into(), 1));
    session.run(&["doc", "hcloud_sever"]).ends(2).says("did you mean `hcloud_server`?");
    // A type that the project has added is one as well.
    session.put("infra.toml", "name = \"acme\"\nedition = \"2026\"\nlibrary = [\"lib\"]\n");
    let own = r#"{"source":"a/b","version":"1.0.0","provider":{"block":{}},"resource_schemas":{"b_own":{"block":{"attributes":{"wide":{"type":"number","required":true}}}}}}"#;
    session.put("lib/schemas/b.json", own);
    session.run(&["doc", "b_own"]).ends(0).says("A resource of `a/b` 1.0.0.").says("wide: ");
}
