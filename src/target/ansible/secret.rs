//! Look-ups of secrets: where Ansible finds what the compiler only knows the place of.

use crate::artifact::jinja::{Arguments, Expr};
use crate::base::Text;
use crate::target::common::secrets::{Place, Sources};
use crate::value::Secret;

/// The expression that gives a secret.
pub fn lookup(sources: &Sources, secret: &Secret) -> Expr {
    match sources.place(secret) {
        Place::Variable(name) => call("ansible.builtin.env", name, [("default", Expr::call("undef", Arguments::default()))]),
        Place::Item { vault, item, field } => {
            call("community.general.onepassword", item, [("field", Expr::Text(field)), ("vault", Expr::Text(vault))])
        }
        Place::File { path, entry } => {
            let found = call("community.sops.sops", path, []);
            match entry {
                Some(entry) => found.filter("from_yaml").index(entry),
                None => found,
            }
        }
        Place::Entry { mount, path, field } => {
            let said = sources.store.as_ref();
            let url = said.and_then(|store| Some(("url", Expr::Text(store.address.clone()?))));
            let token = said.and_then(|store| Some(("token", variable(store.token.as_ref()?))));
            let authority = said.and_then(|store| Some(("ca_cert", variable(store.authority.as_ref()?))));
            let named = [("engine_mount_point", Expr::Text(mount))].into_iter().chain(url).chain(token).chain(authority);
            call("community.hashi_vault.vault_kv2_get", path, named).attribute("secret").attribute(&*field)
        }
    }
}

/// What the store's own client reads from the environment.
fn variable(name: &Text) -> Expr {
    call("ansible.builtin.env", name.clone(), [])
}

fn call(plugin: &'static str, what: Text, named: impl IntoIterator<Item = (&'static str, Expr)>) -> Expr {
    let arguments = Arguments { positional: vec![plugin.into(), Expr::Text(what)], named: Vec::new() };
    Expr::call("lookup", named.into_iter().fold(arguments, |all, (name, value)| all.with(name, value)))
}
