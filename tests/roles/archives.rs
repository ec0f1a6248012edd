//! A program comes out of its archive wherever it lies in it and whatever it is called there.

use crate::compiled;
use crate::tools::Folder;
use sha2::{Digest, Sha256};
use std::fs;

const SERVICE: &str = r#"
define service tool {
  licence = "MIT"
  version = "1.2.3"
  input hosts: list(host)
  install {
    archive tool  { url = "file://FOLDER/tool-${version}.tar.gz", checksums = { amd64 = "SUM", arm64 = "SUM" }, member = "tool-${version}/bin/tool", to = "FOLDER/opt/${version}/tool" }
    archive other { url = "file://FOLDER/tool-${version}.tar.gz", checksums = { amd64 = "SUM", arm64 = "SUM" }, member = "other-linux", to = "FOLDER/opt/${version}/other" }
    archive plain { url = "file://FOLDER/tool-${version}.tar.gz", checksums = { amd64 = "SUM", arm64 = "SUM" }, member = "plain", to = "FOLDER/opt/${version}/plain" }
  }
  configure { file "/etc/tool" { format = lines, content = ["on"] } }
}
define stack tools { input of: stack compute, service tool { hosts = of.nodes.hosts } }
stack compute web { on = eu, servers = 1, public = true }
stack tools t { on = eu, of = web }
"#;

#[test]
fn a_program_comes_out_of_its_archive_wherever_it_lies_there() {
    let folder = Folder::new();
    let place = folder.path().to_str().unwrap();
    for (path, text) in [("tool-1.2.3/bin/tool", "in a folder"), ("other-linux", "by another name"), ("plain", "as it is")] {
        folder.write(&format!("packed/{path}"), text);
    }
    folder.run(&[
        "tar",
        "--create",
        "--gzip",
        "--file",
        "tool-1.2.3.tar.gz",
        "--directory",
        "packed",
        "tool-1.2.3",
        "other-linux",
        "plain",
    ]);
    let sum = Sha256::digest(folder.read("tool-1.2.3.tar.gz")).iter().map(|byte| format!("{byte:02x}")).collect::<String>();

    let outcome = compiled(&SERVICE.replace("FOLDER", place).replace("SUM", &sum));
    assert_eq!(outcome.diagnostics, []);
    let text = |path: &str| outcome.tree.get(&format!("ansible/roles/tool/{path}")).unwrap().text().to_string();
    // Whoever runs the test is no root.
    let tasks = text("tasks/install.yml").replace("owner: root", "force: null").replace("/var/cache", &format!("{place}/cache"));
    let tasks: String = tasks
        .lines()
        .filter(|line| !line.ends_with("force: null") && !line.ends_with("group: root"))
        .fold(String::new(), |all, line| all + line + "\n");
    folder.write("tasks.yml", &tasks);
    folder.write("vars.yml", &text("vars/main.yml"));
    folder.write(
        "play.yml",
        "- name: Install\n  hosts: localhost\n  connection: local\n  gather_facts: true\n  vars_files: [vars.yml]\n  vars:\n    \
         ansible_python_interpreter: \"{{ ansible_playbook_python }}\"\n    tool_version: 1.2.3\n  \
         tasks:\n    - name: Install\n      ansible.builtin.import_tasks: tasks.yml\n",
    );
    let run = || String::from_utf8(folder.run(&["ansible-playbook", "--inventory", "localhost,", "play.yml"])).unwrap();
    run();
    for (name, text) in [("tool", "in a folder"), ("other", "by another name"), ("plain", "as it is")] {
        assert_eq!(fs::read_to_string(folder.path().join("opt/1.2.3").join(name)).unwrap(), text);
    }
    assert!(!folder.path().join("cache/tool/release").exists() && folder.path().join("cache/tool").exists());
    let second = run();
    assert!(second.contains("changed=0"), "{second}");
}
