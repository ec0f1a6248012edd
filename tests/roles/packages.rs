//! Lists of packages are fetched again where there are none, whatever their folder's age.

use crate::tools::Folder;
use crate::{generated, tasks};

#[test]
fn lists_that_are_not_there_are_not_fresh() {
    let folder = Folder::new();
    let install = generated("ansible/roles/wireguard/tasks/install.yml");
    let age = install.lines().find_map(|line| line.trim().strip_prefix("cache_valid_time: ")).unwrap();
    let look = tasks(&(install.clone() + "- name: end\n"), "Look for the lists of packages", "Install the packages");
    let look = look.replace("/var/lib/apt/lists", "{{ playbook_dir }}/{{ inventory_hostname }}").replace("paths: {{", "paths: \"{{");
    let look = look.replace("inventory_hostname }}", "inventory_hostname }}\"");
    let indented: String = look.lines().filter(|line| !line.starts_with('#')).map(|line| format!("    {line}\n")).collect();
    folder.write(
        "play.yml",
        &format!(
            "- name: Look\n  hosts: all\n  connection: local\n  gather_facts: false\n  vars:\n    \
             ansible_python_interpreter: \"{{{{ ansible_playbook_python }}}}\"\n  tasks:\n{indented}\n    \
             - name: Note the age\n      ansible.builtin.copy:\n        content: {age}\n        \
             dest: \"{{{{ playbook_dir }}}}/{{{{ inventory_hostname }}}}.age\"\n        mode: \"0600\"\n"
        ),
    );
    // Debian's own images keep lists compressed; what an interrupted fetch left in `partial` is none.
    folder.write("plain/mirror_dists_bookworm_main_binary-amd64_Packages", "");
    folder.write("compressed/mirror_dists_bookworm_main_binary-amd64_Packages.lz4", "");
    folder.write("empty/lock", "");
    folder.write("interrupted/partial/mirror_dists_bookworm_main_binary-amd64_Packages", "");
    folder.run(&["ansible-playbook", "--inventory", "plain,compressed,empty,interrupted,", "play.yml"]);
    let ages = ["plain", "compressed", "empty", "interrupted"].map(|host| String::from_utf8(folder.read(&format!("{host}.age"))).unwrap());
    assert_eq!(ages, ["3600", "3600", "0", "0"]);
}
