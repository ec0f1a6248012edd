//! What a role writes for values that may be absent, lists and maps, and what it shows of secrets.

use crate::compiled;
use crate::tools::Folder;
use infrac::driver::Outcome;

/// A service with these inputs whose steps are `steps`.
fn with(inputs: &str, steps: &str) -> Outcome {
    compiled(&format!(
        "define service thing {{\n  licence = \"MIT\"\n  input hosts: list(host)\n{inputs}  configure {{\n{steps}  }}\n}}\n\
         define stack things {{ input of: stack compute, service thing {{ hosts = of.nodes.hosts }} }}\n\
         stack compute web {{ on = eu, servers = 1, public = true }}\nstack things t {{ on = eu, of = web }}\n"
    ))
}

fn generated(outcome: &Outcome, path: &str) -> String {
    assert_eq!(outcome.diagnostics, []);
    outcome.tree.get(&format!("ansible/roles/thing/{path}")).unwrap_or_else(|| panic!("{path}")).text().to_string()
}

/// What tasks leave in a folder, once they have run with these variables.
fn run(tasks: &str, variables: &str) -> Folder {
    let folder = Folder::new();
    folder.write("tasks.yml", &tasks.replace("/FOLDER", folder.path().to_str().unwrap()));
    folder.write("variables.yml", variables);
    folder.write(
        "play.yml",
        "- name: Write\n  hosts: localhost\n  connection: local\n  gather_facts: false\n  vars_files: [variables.yml]\n  vars:\n    \
         ansible_python_interpreter: \"{{ ansible_playbook_python }}\"\n  tasks:\n    - name: Write\n      \
         ansible.builtin.import_tasks: tasks.yml\n",
    );
    folder
}

fn read(folder: &Folder, name: &str) -> String {
    String::from_utf8(folder.read(name)).unwrap()
}

#[test]
fn what_is_absent_is_not_there_and_a_list_is_a_key_again_and_again() {
    let inputs = "  input note: string? = none\n  input names: list(string) = [\"a\", \"b c\"]\n  input on_it: bool = true\n";
    let outcome = with(
        inputs,
        "    file \"/etc/v\" { format = env, content = { NOTE = note, ON = on_it } }\n    \
         file \"/etc/i\" { format = ini, content = { x = { note = note, name = names, on = on_it } } }\n",
    );
    let [v, i] = ["v.j2", "i.j2"].map(|name| generated(&outcome, &format!("templates/{name}")));
    let folder = run(
        "- name: Write\n  ansible.builtin.template: { src: \"{{ item }}.j2\", dest: \"{{ playbook_dir }}/{{ item }}\", mode: \"0644\" }\n  \
         loop: [v, i]\n",
        "thing_note: null\nthing_names: [a, b c]\nthing_on_it: true\n",
    );
    folder.write("v.j2", &v);
    folder.write("i.j2", &i);
    folder.run(&["ansible-playbook", "--inventory", "localhost,", "play.yml"]);
    let behind = |name: &str| read(&folder, name).split_once('\n').unwrap().1.to_owned();
    assert_eq!(behind("v"), "ON=\"true\"\n");
    assert_eq!(behind("i"), "[x]\nname = a\nname = b c\non = true\n");
    folder.run(&["ansible-playbook", "--inventory", "localhost,", "--extra-vars", "{\"thing_note\": \"x\"}", "play.yml"]);
    assert_eq!(behind("v"), "NOTE=\"x\"\nON=\"true\"\n");
    assert!(behind("i").starts_with("[x]\nnote = x\n"));
}

#[test]
fn a_file_of_toml_takes_no_map_of_a_variable_and_nothing_that_may_be_absent() {
    for (inputs, content) in [
        ("  input of: map(string) = { a = \"b\" }\n", "{ of = of }"),
        ("  input of: list({ a: string }) = [{ a = \"b\" }]\n", "{ x = { of = of } }"),
        ("  input of: string? = none\n", "{ of = of }"),
    ] {
        let outcome = with(inputs, &format!("    file \"/etc/x\" {{ format = toml, content = {content} }}\n"));
        let found: Vec<_> = outcome.diagnostics.iter().map(|found| found.message.to_string()).collect();
        assert!(found.len() == 1 && found[0].contains("TOML"), "{content}: {found:?}");
    }
}

#[test]
fn a_step_is_repeated_over_keys_and_indexes() {
    let inputs = "  input plain: map(string) = { b = \"1\", a = \"2\" }\n  input names: list(string) = [\"x\", \"y\"]\n";
    let outcome = with(
        inputs,
        "    file \"/FOLDER/${k}\" for k, v in plain { format = text, content = \"${k}=${v}\" }\n    \
         file \"/FOLDER/${v}.v\" for v in plain { format = text, content = v }\n    \
         file \"/FOLDER/${index}.i\" for index, name in names { format = text, content = name }\n",
    );
    let tasks =
        generated(&outcome, "tasks/configure.yml").replace("owner: root", "owner: \"{{ lookup('env', 'USER') | default('root', true) }}\"");
    let folder = run(&tasks, "thing_plain: { b: \"1\", a: \"2\" }\nthing_names: [x, y]\n");
    folder.run(&["ansible-playbook", "--inventory", "localhost,", "play.yml"]);
    assert_eq!(["a", "b", "1.v", "2.v", "0.i", "1.i"].map(|name| read(&folder, name)), ["a=2", "b=1", "1", "2", "x", "y"]);
}

/// `diff` is on in the generated configuration, so that whatever is not hidden is shown.
#[test]
fn nothing_is_shown_of_a_step_that_is_repeated_over_secrets() {
    let inputs = "  input tokens: map(secret(string)) = { a = secret(\"env:A\") }\n  \
                  input users: list({ name: string, pass: secret(string) }) = [{ name = \"u\", pass = secret(\"env:B\") }]\n";
    let outcome = with(
        inputs,
        "    file \"/etc/${k}\" for k, t in tokens { format = text, mode = \"0600\", content = t }\n    \
         file \"/etc/${u.name}.json\" for u in users { format = json, mode = \"0600\", content = { pass = u.pass } }\n    \
         task \"ansible.builtin.user\" \"Make them\" for u in users { name = u.name, password = u.pass }\n    \
         command \"Tell ${u.name}\" for u in users { run = [\"true\"], environment = { PASS = u.pass } }\n",
    );
    let tasks = generated(&outcome, "tasks/configure.yml");
    let all = tasks.matches("- name:").count();
    assert_eq!((all, tasks.matches("no_log: true").count()), (4, 4), "{tasks}");
    // A secret comes by the standard input, and not in what everybody sees.
    assert!(tasks.contains("stdin:") && !tasks.contains("environment:"), "{tasks}");
}

#[test]
fn a_word_of_a_unit_is_one_word() {
    let outcome = with(
        "  input of: string = \"a b\"\n  input at_port: port = 80\n",
        "    daemon x {\n      run = [\"/usr/bin/x\", \"it's $HOME 100%\", \"--of=${of}\", \"--port=${at_port}\"]\n      \
         environment = { A = \"x y\", B = \"z\" }\n    }\n    \
         file \"/etc/systemd/system/y.service\" { format = systemd, content = { Service = {\n      \
         ExecStart = \"/usr/bin/y run\", Environment = [\"A=x y\", \"B=z\"] } } }\n    daemon y {}\n",
    );
    let folder = run(
        "- name: Write\n  ansible.builtin.template: { src: x.j2, dest: \"{{ playbook_dir }}/x\", mode: \"0644\" }\n",
        "thing_of: 'a\"b c'\nthing_at_port: 80\n",
    );
    folder.write("x.j2", &generated(&outcome, "templates/x.service.j2"));
    folder.run(&["ansible-playbook", "--inventory", "localhost,", "play.yml"]);
    let unit = read(&folder, "x");
    let line = |key: &str| unit.lines().filter_map(|line| line.strip_prefix(key)).collect::<Vec<_>>();
    assert_eq!(line("ExecStart="), [r#"/usr/bin/x "it's $$HOME 100%%" "--of=a\"b c" --port=80"#]);
    assert_eq!(line("Environment="), [r#""A=x y""#, "B=z"]);
    let other = generated(&outcome, "templates/y.service.j2");
    assert!(other.contains("ExecStart=/usr/bin/y run\nEnvironment=\"A=x y\"\nEnvironment=B=z\n"), "{other}");
    // Who writes a unit has systemd read it again.
    let handlers = generated(&outcome, "handlers/main.yml");
    assert_eq!(handlers.matches("daemon_reload: true").count(), handlers.matches("- name:").count(), "{handlers}");
}
