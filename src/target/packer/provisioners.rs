//! What is done on the machine that becomes an image.

use super::value;
use crate::artifact::Error;
use crate::artifact::json::Value;
use crate::base::text;
use crate::plan::Image;
use crate::target::common::images;

/// The last step takes away what must not be the same on two machines, and what a login has left behind.
const CLEAN: [&str; 12] = [
    "cloud-init clean --logs --seed",
    "truncate --size=0 /etc/machine-id",
    // Where that is empty, the first start takes the one of D-Bus, unless it is a link: every machine would have the same.
    "rm -f /var/lib/dbus/machine-id",
    "rm -f /etc/ssh/ssh_host_*",
    "rm -f /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys",
    "rm -f /etc/sudoers.d/90-cloud-init-users",
    "apt-get clean",
    // The times of the last update go with what was updated: they are what tells whether it is to be fetched again.
    "rm -rf /var/lib/apt/lists/* /var/lib/apt/periodic/*",
    "touch --date=@0 /var/lib/apt/lists",
    "find /var/log -type f -exec truncate --size=0 {} +",
    "fstrim --all || true",
    "sync",
];

/// The steps: what the image of the provider needs first, install, clean.
pub(super) fn provisioners(image: &Image) -> Result<Vec<Value>, Error> {
    let playbook = images::playbook(image);
    let ansible = Value::object()
        .with("playbook_file", text!("${{path.root}}/../../../{playbook}"))
        .with("user", value::text(&image.login)?)
        .with("use_proxy", false)
        .with(
            "ansible_env_vars",
            // Nobody can know the key of a machine that was made a minute ago.
            vec!["ANSIBLE_CONFIG=${path.root}/../../../ansible/ansible.cfg", "ANSIBLE_HOST_KEY_CHECKING=False"],
        );
    let mut clean = Value::object();
    if image.login != "root" {
        clean.push("execute_command", "sudo sh -c '{{ .Vars }} {{ .Path }}'");
    }
    clean.push("inline", CLEAN.to_vec());
    let mut steps = Vec::new();
    if !image.prepare.is_empty() {
        let commands = image.prepare.iter().map(value::text).collect::<Result<Vec<_>, _>>()?;
        steps.push(step("shell", Value::object().with("inline", commands)));
    }
    steps.extend([step("ansible", ansible), step("shell", clean)]);
    Ok(steps)
}

fn step(kind: &'static str, settings: Value) -> Value {
    Value::object().with(kind, settings)
}
