//! A command that is repeated asks of each element whether it is done already.

use crate::tools::Folder;
use infrac::base::{Text, Workspace};
use infrac::driver::{Options, compile};
use infrac::host::library;
use std::fs;
use std::sync::Arc;

const PRODUCT: &str = r#"
product shop {
  domain       = "shop.example.com"
  owner        = "ops@shop.example.com"
  environments = [prod]
  ranges       = { prod = 10.0.0.0/16 }
  operators    = [{ name = "ada", key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp6XCft/Z+FbH5HuSJ9kqfGwSff5iYlQpW1ovxfhag8 ada" }]
}
provider hetzner eu { region = fsn1 }
define service thing {
  licence = "MIT"
  input hosts: list(host)
  input users: list({ name: Label }) = [{ name = "ada" }, { name = "bob" }]
  configure {
    command "Make ${u.name}" for u in users {
      run    = ["sh", "-c", "echo new > FOLDER/$0", u.name]
      unless = ["test", "-e", "FOLDER/${u.name}"]
    }
  }
}
define stack things { input of: stack compute, service thing { hosts = of.nodes.hosts } }
stack compute web { on = eu, servers = 2, public = true }
stack things t { on = eu, of = web }
"#;

#[test]
fn each_element_is_asked_for_itself() {
    let folder = Folder::new();
    let product = PRODUCT.replace("FOLDER", folder.path().to_str().unwrap());
    let files = library::files().into_iter().map(|(path, text)| (Text::from(format!("{}{path}", library::PREFIX)), Arc::from(text)));
    let outcome = compile(&Workspace::new(files.chain([("inventory/shop/product.infra".into(), product.into())])), &Options::default());
    assert_eq!(outcome.diagnostics, []);
    let tasks = outcome.tree.get("ansible/roles/thing/tasks/configure.yml").unwrap().contents.to_string();
    folder.write("tasks.yml", &tasks);
    folder.write(
        "play.yml",
        "- name: Make\n  hosts: localhost\n  connection: local\n  gather_facts: false\n  vars:\n    \
         ansible_python_interpreter: \"{{ ansible_playbook_python }}\"\n    thing_users: [{ name: ada }, { name: bob }]\n  \
         tasks:\n    - name: Make\n      ansible.builtin.import_tasks: tasks.yml\n",
    );
    folder.write("ada", "old\n");
    let run = || String::from_utf8(folder.run(&["ansible-playbook", "--inventory", "localhost,", "play.yml"])).unwrap();
    let first = run();
    assert!(first.contains("Make each of them") && !first.contains("undefined"), "{first}");
    assert!(first.contains("changed=1"), "{first}");
    let held = ["ada", "bob"].map(|name| fs::read_to_string(folder.path().join(name)).unwrap());
    assert_eq!(held, ["old\n", "new\n"]);
    let second = run();
    assert!(second.contains("changed=0"), "{second}");
}
