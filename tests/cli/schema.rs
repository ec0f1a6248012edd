//! Further types from what tools print: in a project that has no way to an error that `infrac` could not name the repair of.

use super::{Session, empty};

/// What `tofu providers schema -json` prints, of which much is left out.
const PRINTED: &str = r#"{ "format_version": "1.0", "provider_schemas": { "registry.opentofu.org/hetznercloud/hcloud": {
  "provider": { "version": 0, "block": { "attributes": { "token": { "type": "string", "optional": true, "sensitive": true } } } },
  "resource_schemas": {
    "hcloud_storage_box": { "version": 0, "block": { "attributes": {
      "id": { "type": "number", "computed": true, "description": "The identifier." },
      "name": { "type": "string", "required": true } } } },
    "hcloud_other": { "version": 0, "block": {} } } } } }"#;

const LIBRARY: &str = r#"
define module box {
  group = infra
  output id: deferred(int)
}
implement box on hetzner {
  resource hcloud_storage_box this { name = name }
  output id = this.id
}
define stack boxes { module box of {} }
"#;

fn project() -> Session {
    let session = empty();
    session.run(&["init", "shop", "--template", "server"]).ends(0);
    session.put("infra.toml", "name = \"shop\"\nedition = \"2026\"\nlibrary = [\"library\"]\n");
    session.put("library/box.infra", LIBRARY);
    let path = "inventory/shop/product.infra";
    let text = session.read(path) + "\nstack boxes b { on = eu }\n";
    session.put(path, &text);
    session.put("printed.json", PRINTED);
    session
}

#[test]
fn a_type_that_is_missing_is_brought_by_the_command_that_the_finding_names() {
    let session = project();
    let found = session.run(&["check", "--project", "."]);
    found.ends(1).says("no resource `hcloud_storage_box`").says("infrac schema add hcloud hcloud_storage_box --from -");
    assert!(!found.err.contains("prune") && !found.out.contains("prune"));
    session.run(&["schema", "add", "hcloud", "hcloud_storage_box", "--from", "printed.json"]).ends(0);
    let written = session.read("library/schemas/hcloud.json");
    assert!(
        written.contains("hcloud_storage_box") && !written.contains("hcloud_other") && !written.contains("The identifier"),
        "{written}"
    );
    // A line for each thing, in the order of names: a review shows what came.
    assert!(written.lines().count() > 10 && written.contains("\n        \"attributes\": {\n"), "{written}");
    // Those of infrac itself are still there: the machine of the template is made of them.
    session.run(&["build"]).ends(0);
    assert!(session.read("modules/infra/box/hetzner/main.tf").contains("resource \"hcloud_storage_box\" \"this\""));
    // The same again changes nothing, another one is added.
    session.run(&["schema", "add", "hcloud", "hcloud_storage_box", "--from", "printed.json"]).ends(0);
    assert_eq!(session.read("library/schemas/hcloud.json"), written);
    session.run(&["schema", "add", "hetznercloud/hcloud", "hcloud_other", "--from", "printed.json"]).ends(0);
    let both = session.read("library/schemas/hcloud.json");
    assert!(both.contains("hcloud_other") && both.contains("hcloud_storage_box"), "{both}");
}

#[test]
fn what_cannot_be_added_is_said_and_nothing_is_written() {
    let session = project();
    let add = |arguments: &[&str]| session.run(&[&["schema", "add"], arguments].concat());
    add(&["hcloud", "hcloud_storage_bxo", "--from", "printed.json"]).ends(2).says("did you mean `hcloud_storage_box`?");
    add(&["aws", "aws_s3_bucket", "--from", "printed.json"]).ends(2).says("no plugin `aws`: there is `hetznercloud/hcloud`");
    add(&["hcloud", "--from", "printed.json"]).ends(2).says("no type of `hcloud` is named");
    add(&["hcloud", "hcloud_other", "--from", "nowhere.json"]).ends(2).says("cannot read `nowhere.json`");
    session.put("printed.json", "[1]");
    add(&["hcloud", "hcloud_other", "--from", "printed.json"]).ends(2).says("neither schemas of plugins nor descriptions of modules");
    session.put("printed.json", "{");
    add(&["hcloud", "hcloud_other", "--from", "printed.json"]).ends(2).says("is no JSON");
    session.put("infra.toml", "name = \"shop\"\nedition = \"2026\"\n");
    add(&["hcloud", "hcloud_other", "--from", "printed.json"]).ends(2).says("the project has no library").says("library = [");
    assert!(!session.run(&["check"]).err.contains("library/schemas"));
}

#[test]
fn a_module_of_ansible_is_brought_in_the_same_way() {
    let session = project();
    let task = r#"
define service thing {
  licence = "MIT"
  input hosts: list(host)
  configure { task "acme.tools.thing" "Make the thing" { state = "present" } }
}
"#;
    session.put("library/box.infra", task);
    let text = session.read("inventory/shop/product.infra").replace("\nstack boxes b { on = eu }\n", "");
    session.put("inventory/shop/product.infra", &text);
    session.run(&["check"]).ends(1).says("ansible-doc --json acme.tools.thing | infrac schema add acme.tools.thing --from -");
    let printed = r#"{ "acme.tools.thing": { "doc": { "short_description": "Makes things.", "options": {
        "state": { "type": "str", "choices": ["present", "absent"], "description": ["x"], "default": "present" } } } } }"#;
    session.put("printed.json", printed);
    let add = ["schema", "add", "acme.tools.thing", "--from", "printed.json"];
    session.run(&add).ends(2).says("which release of `acme.tools` it is of: name it by `--release`");
    session.run(&[&add[..], &["--release", "newest"]].concat()).ends(2).says("no version, such as 2.50.0");
    session.run(&[&add[..], &["--release", "1.2.0"]].concat()).ends(0).says("wrote library/ansible/collections.json");
    assert_eq!(session.read("library/ansible/collections.json"), "{\n  \"acme.tools\": \"1.2.0\"\n}\n");
    session.run(&add).ends(0);
    session.run(&[&add[..], &["--release", "1.3.0"]].concat()).ends(2).says("is installed in release 1.2.0");
    session.run(&["check"]).ends(0);
    session.put("library/box.infra", &task.replace("present", "here"));
    session.run(&["check"]).ends(1).says("here");
}

#[test]
fn a_schema_that_one_product_has_lies_in_its_folder_and_leaves_the_library_as_it_is() {
    let session = project();
    session.run(&["schema", "add", "hcloud", "hcloud_storage_box", "--from", "printed.json"]).ends(0);
    let schema = session.read("library/schemas/hcloud.json");
    std::fs::remove_file(session.folder.path().join("library/schemas/hcloud.json")).unwrap();
    // A type that the library has as well, with nothing of what the library says in it.
    let other = schema.replacen("\"resource_schemas\": {", "\"resource_schemas\": {\"hcloud_server\":{\"block\":{}},", 1);
    assert_ne!(other, schema);
    session.put("inventory/shop/schemas/hcloud.json", &other);
    session.run(&["build"]).ends(0);
}
