//! A command that is repeated asks of each element whether it is done already.

use crate::compiled;
use crate::tools::Folder;
use infrac::driver::Outcome;
use std::fs;

const SERVICE: &str = r#"
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

/// The product whose service writes a file of these lines in the place of its commands.
fn with_lines(lines: &str) -> Outcome {
    let (before, rest) = SERVICE.split_once("    command").unwrap();
    let (_, behind) = rest.split_once("\n    }\n").unwrap();
    compiled(&format!("{before}    file \"/etc/things\" {{ format = lines, content = {lines} }}\n{behind}"))
}

#[test]
fn lines_count_what_they_are_repeated_over() {
    let outcome = with_lines("[for i, u in users : \"${i + 1} ${u.name}\"]");
    assert_eq!(outcome.diagnostics, []);
    let folder = Folder::new();
    folder.write("things.j2", &outcome.tree.get("ansible/roles/thing/templates/things.j2").unwrap().text());
    folder.write(
        "play.yml",
        "- name: Write\n  hosts: localhost\n  connection: local\n  gather_facts: false\n  vars:\n    \
         ansible_python_interpreter: \"{{ ansible_playbook_python }}\"\n    thing_users: [{ name: ada }, { name: bob }]\n  \
         tasks:\n    - name: Write\n      ansible.builtin.template: { src: things.j2, dest: \"{{ playbook_dir }}/things\", mode: \"0644\" }\n",
    );
    folder.run(&["ansible-playbook", "--inventory", "localhost,", "play.yml"]);
    let written = fs::read_to_string(folder.path().join("things")).unwrap();
    assert!(written.ends_with("\n1 ada\n2 bob\n"), "{written}");
}

/// Jinja counts what is left behind a condition, and in a loop of its own something else.
#[test]
fn what_would_be_counted_otherwise_is_refused() {
    for lines in [
        "[for i, u in users if u.name != \"ada\" : \"${i} ${u.name}\"]",
        "flatten([for i, u in users : [\"${i}\", u.name]])",
        "[for key, u in { for u in users : u.name => u } : \"${key}\"]",
    ] {
        let found: Vec<_> = with_lines(lines).diagnostics.iter().map(|one| one.message.to_string()).collect();
        assert!(found.len() == 1 && found[0].contains("Jinja"), "{lines}: {found:?}");
    }
}

#[test]
fn each_element_is_asked_for_itself() {
    let folder = Folder::new();
    let outcome = compiled(&SERVICE.replace("FOLDER", folder.path().to_str().unwrap()));
    assert_eq!(outcome.diagnostics, []);
    let tasks = outcome.tree.get("ansible/roles/thing/tasks/configure.yml").unwrap().text().to_string();
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
