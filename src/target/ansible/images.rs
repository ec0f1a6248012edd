//! The playbook that bakes an image: the install part of its roles.

use super::names::{capital, word};
use super::task::{Task, tasks};
use crate::artifact::yaml::{Document, Map, Seq};
use crate::artifact::{Error, Tree, header};
use crate::base::{Text, text};

/// Writes the playbook of an image that installs these services; `source` is the path that defines it.
pub fn emit_image(name: &Text, install: &[Text], source: &str, tree: &mut Tree) -> Result<(), Error> {
    let list = install
        .iter()
        .map(|service| {
            let arguments = Map::new().with("name", word(service)).with("tasks_from", "install");
            Task::new(text!("Install {}", capital(service)), "ansible.builtin.import_role", arguments)
        })
        .collect();
    let play =
        Map::new().with("name", text!("Bake the image {name}")).with("hosts", "all").with("become", true).with("tasks", tasks(list, ""));
    tree.insert(text!("ansible/playbooks/images/{}.yml", word(name)), Document::new(Seq::new([play])).header(header(source)).start())
}
