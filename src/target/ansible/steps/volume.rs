//! A volume: its file system is made once, and mounted by its label before anything is written below its path.

use super::command::{Environment, unless};
use super::{Context, label, text_of};
use crate::artifact::tree::Document;
use crate::artifact::yaml::{Map, Node};
use crate::artifact::{Error, Problem};
use crate::base::{Text, text};
use crate::shape::role::Step;
use crate::target::ansible::names::part;
use crate::target::ansible::task::Task;
use crate::value::Value;

/// Where the script lies on a machine.
const SCRIPT: &str = "/usr/local/sbin/prepare-volume";

pub(super) fn volume(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = context.scope.clone();
    let path = label(step, &scope)?;
    let argument = |name: &str| step.arguments.get(name).cloned().ok_or_else(|| Error::new(Problem::Shape("a volume says what it is")));
    context.files.insert(text!("files/prepare-volume"), Document::from(include_str!("../assets/prepare-volume")));
    let write =
        Map::new().with("src", "prepare-volume").with("dest", SCRIPT).with("owner", "root").with("group", "root").with("mode", "0755");
    let words = |mode: &str| -> Result<Value, Error> {
        let rest = [Value::Text(path.clone()), argument("label")?, argument("size")?, argument("devices")?];
        Ok(Value::list([Value::text(SCRIPT), Value::text(mode)].into_iter().chain(rest)))
    };
    let register = part(&scope.role().name, &path, "volume");
    let mut look = step.clone();
    look.arguments.insert("unless".into(), words("check")?);
    let check = unless(&look, &text!("Look for the volume of {path}"), &register, &Environment::default(), &scope)?;
    let mut make = Task::new(
        text!("Make the file system of {path}"),
        "ansible.builtin.command",
        Environment::default().arguments(&words("make")?, &scope)?,
    );
    make.changed_when = Some(true.into());
    let source: Text = text!("LABEL={}", text_of(step, "label", &scope)?.unwrap_or_default());
    let mount = Map::new()
        .with("path", path.clone())
        .with("src", Node::Folded(source))
        .with("fstype", "ext4")
        // A machine without its volume starts, so that it can be repaired; what writes to the volume waits for it.
        .with("opts", "defaults,noatime,nofail,x-systemd.device-timeout=60s,x-systemd.growfs")
        .with("state", "mounted");
    Ok(vec![
        Task::new("Write the script that prepares volumes", "ansible.builtin.copy", write),
        check,
        make.when(text!("{register}.rc != 0")),
        Task::new(text!("Mount the volume on {path}"), "ansible.posix.mount", mount).when("not ansible_check_mode"),
    ])
}
