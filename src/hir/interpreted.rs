//! Enums of the library whose members the compiler itself interprets: it knows what each of them means, so a member that it does not
//! know would do nothing. `resolve` compares them with what the library declares.

use crate::value::Scheme;

/// An enum with the members that the compiler knows.
#[derive(Clone, Copy, Debug)]
pub struct Interpreted {
    /// What the library calls it.
    pub name: &'static str,
    /// The members that mean something.
    pub members: &'static [&'static str],
    /// What interprets them, for a reader of the finding.
    pub reader: &'static str,
}

/// All of them.
pub const INTERPRETED: &[Interpreted] = &[
    Interpreted { name: "Event", members: &["change", "merge", "hourly"], reader: "the pipelines" },
    Interpreted { name: "Per", members: &["once", "role", "image", "environment"], reader: "the pipelines" },
    Interpreted { name: "Scope", members: &["all", "changed"], reader: "the pipelines" },
    Interpreted { name: "Access", members: &["nothing", "read", "inspect", "write", "image"], reader: "the pipelines" },
    Interpreted {
        name: "Task",
        members: &["compile", "lint", "molecule", "terratest", "bake", "plan", "cost", "apply", "drift"],
        reader: "the pipelines",
    },
    Interpreted { name: "Peer", members: &["members", "clients", "operators", "stack", "internet"], reader: "the firewall rules" },
    Interpreted { name: "Direction", members: &["ingress", "egress"], reader: "the firewall rules" },
    Interpreted { name: "Pem", members: &["authority", "private_key"], reader: "the generated secrets" },
    Interpreted { name: "Bootstrap", members: &["local", "onepassword", "sops"], reader: "the sources of the first secrets" },
    Interpreted { name: "Scheme", members: &Scheme::NAMES, reader: "the references to secrets" },
    Interpreted { name: "Roll", members: &["one_at_a_time", "all_at_once"], reader: "the playbooks" },
    Interpreted {
        name: "Format",
        members: &["json", "toml", "yaml", "env", "ini", "systemd", "lines", "text", "script"],
        reader: "the files of roles",
    },
    Interpreted { name: "Start", members: &["exec", "notify", "oneshot"], reader: "the daemons of roles" },
    Interpreted { name: "CertificateUsage", members: &["server", "client"], reader: "the certificates of roles" },
    Interpreted { name: "OnChange", members: &["restart", "reload"], reader: "the daemons of roles" },
];
