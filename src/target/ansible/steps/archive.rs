//! A release of a vendor, checked before it is unpacked: against a list that the vendor has signed, or against checksums that the
//! library knows. Nothing is fetched where the release is there already.

use super::{Context, label, text_of};
use crate::artifact::jinja::{self, Arguments, Binary, Expr};
use crate::artifact::yaml::{Map, Node};
use crate::artifact::{Error, Problem};
use crate::base::{Text, text};
use crate::shape::role::Step;
use crate::target::ansible::lower;
use crate::target::ansible::names::{file_name, folder, part};
use crate::target::ansible::task::Task;
use crate::value::Value;

pub(super) fn archive(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = context.scope.clone();
    let role = &scope.role().name;
    let name = label(step, &scope)?;
    let url = text_of(step, "url", &scope)?.ok_or_else(|| Error::new(Problem::Shape("a release has an address")))?;
    let program = text_of(step, "to", &scope)?.ok_or_else(|| Error::new(Problem::Shape("a release has a place")))?;
    let member = text_of(step, "member", &scope)?;
    let cache = text!("/var/cache/{name}");
    let found = part(role, &name, "release");

    let look = Map::new().with("path", Node::folded(program.clone())).with("get_checksum", false);
    let look = Task::new(text!("Look for the release of {name}"), "ansible.builtin.stat", look).register(&found);

    // What lies in a folder of the archive, or has another name there, is put in its place behind.
    let apart = member.as_ref().filter(|member| member.as_str() != file_name(&program)).map(|_| text!("{cache}/release"));
    let above = member.is_some().then(|| std::iter::once(cache.clone()).chain(apart.clone())).into_iter().flatten();
    let mut block = vec![directories(above, folder(&program))];
    let checksum = match step.arguments.get("signed").filter(|value| **value != Value::None) {
        Some(signed) => {
            block.extend(signed_list(signed, &cache, &found, context)?);
            text!("sha256:file://{cache}/checksums")
        }
        None => {
            let sums = step.arguments.get("checksums").and_then(Value::as_map).filter(|sums| !sums.is_empty());
            let Some(sums) = sums else { return Err(Problem::Shape("a release has a signed list or checksums").into()) };
            let variable = part(role, &name, "sha256");
            context.vars.push(
                variable.clone(),
                sums.iter().map(|(arch, sum)| (arch.clone(), sum.as_text().cloned().unwrap_or_default())).collect::<Map>(),
            );
            let sum = Expr::variable(variable).index(scope.variable("arch"));
            text!("sha256:{}", jinja::value(&sum)?)
        }
    };
    let dest = if member.is_some() { text!("{cache}/{}", file_name(&url)) } else { program.clone() };
    let fetch = Map::new()
        .with("url", Node::folded(url.clone()))
        .with("dest", Node::folded(dest.clone()))
        .with("checksum", checksum)
        .with("owner", "root")
        .with("group", "root")
        .with("mode", if member.is_some() { "0644" } else { "0755" });
    block.push(Task::new(text!("Fetch the release of {name}"), "ansible.builtin.get_url", fetch));
    if let Some(member) = &member {
        let unpack = Map::new()
            .with("src", Node::folded(dest))
            .with("dest", Node::folded(apart.as_deref().unwrap_or_else(|| folder(&program))))
            .with("remote_src", true)
            .with("include", vec![member.clone()])
            .with("owner", "root")
            .with("group", "root")
            .with("mode", "0755");
        block.push(Task::new(text!("Unpack the release of {name}"), "ansible.builtin.unarchive", unpack));
        if let Some(apart) = apart {
            block.extend(from_apart(&name, &apart, member, &program));
        }
    }
    let install =
        Task::block(text!("Install the release of {name}"), block).when(text!("not {found}.stat.exists")).when("not ansible_check_mode");

    let mut tasks = vec![look, install];
    if let Some(command) = text_of(step, "command", &scope)? {
        let link = Map::new()
            .with("src", Node::folded(program))
            .with("dest", text!("/usr/local/bin/{command}"))
            .with("state", "link")
            // In check mode the program may not be there yet.
            .with("force", "{{ ansible_check_mode }}");
        tasks.push(Task::new(text!("Put {command} on the path"), "ansible.builtin.file", link));
    }
    Ok(tasks)
}

/// What brings a file of an unpacked release to its place.
fn from_apart(name: &str, apart: &Text, member: &str, program: &Text) -> [Task; 2] {
    let copy = Map::new()
        .with("src", Node::folded(text!("{apart}/{}", member.trim_start_matches("./"))))
        .with("dest", Node::folded(program.clone()))
        .with("remote_src", true)
        .with("owner", "root")
        .with("group", "root")
        .with("mode", "0755");
    let remove = Map::new().with("path", apart.clone()).with("state", "absent");
    [
        Task::new(text!("Put the release of {name} in its place"), "ansible.builtin.copy", copy),
        Task::new(text!("Remove the rest of the release of {name}"), "ansible.builtin.file", remove),
    ]
}

fn directories(caches: impl Iterator<Item = Text>, folder: &str) -> Task {
    let mut paths: Vec<Node> = caches.map(Node::from).collect();
    // The folder of a version lies in one of the product's own.
    let mut above = Vec::new();
    let mut rest = folder;
    while rest.matches('/').count() >= 2 {
        above.push(Node::folded(rest));
        rest = rest.rsplit_once('/').map_or("", |(rest, _)| rest);
    }
    paths.extend(above.into_iter().rev());
    let arguments =
        Map::new().with("path", "{{ item }}").with("state", "directory").with("owner", "root").with("group", "root").with("mode", "0755");
    let mut task = Task::new("Create the directories", "ansible.builtin.file", arguments);
    task.repeat = Some(Node::from(paths));
    task
}

/// The tasks that fetch the vendor's list and refuse it unless the pinned key has signed it.
fn signed_list(signed: &Value, cache: &Text, found: &Text, context: &Context<'_>) -> Result<Vec<Task>, Error> {
    let field = |name: &str| -> Result<Text, Error> {
        let value =
            signed.field(name).ok_or_else(|| Error::new(Problem::Shape("a signed list has list, signature, key and fingerprint")))?;
        lower::text(value, &context.scope)
    };
    let fingerprint = signed.field("fingerprint").and_then(Value::as_text).cloned().unwrap_or_default();
    if fingerprint.len() != 40 || !fingerprint.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte)) {
        return Err(Problem::Shape("the fingerprint of a key has 40 hexadecimal digits").into());
    }
    let file = |url: Text, name: &str| Map::new().with("url", Node::Folded(url)).with("file", name);
    let fetch = Map::new()
        .with("url", "{{ item.url }}")
        .with("dest", text!("{cache}/{{{{ item.file }}}}"))
        .with("force", true)
        .with("owner", "root")
        .with("group", "root")
        .with("mode", "0644");
    let mut fetch = Task::new("Fetch the list of checksums with its signature", "ansible.builtin.get_url", fetch);
    fetch.repeat = Some(Node::from(vec![
        file(field("list")?, "checksums"),
        file(field("signature")?, "checksums.sig"),
        file(field("key")?, "vendor.asc"),
    ]));
    fetch.label = Some("{{ item.file }}".into());

    let command = |words: &[&str]| Map::new().with("argv", Node::from(words.iter().map(|word| Node::from(*word)).collect::<Vec<_>>()));
    let keyring = text!("{cache}/vendor.gpg");
    let (key, sums, signature) = (text!("{cache}/vendor.asc"), text!("{cache}/checksums"), text!("{cache}/checksums.sig"));
    let ring = command(&["gpg", "--batch", "--yes", "--output", &keyring, "--dearmor", &key]);
    let ring = Task { changed_when: Some(true.into()), ..Task::new("Make a keyring of the vendor's key", "ansible.builtin.command", ring) };

    let register = text!("{found}_signature");
    let verify = command(&["gpgv", "--status-fd", "1", "--keyring", &keyring, &signature, &sums]);
    let mut verify =
        Task::new("Refuse a list that the vendor has not signed", "ansible.builtin.command", verify).register(&register).unchanged();
    verify.comment = Some("Whatever keys were fetched, the signature counts only if this one has made it.".into());
    let answer = Expr::variable(register);
    let failed = answer.clone().attribute("rc").binary(Binary::NotEqual, 0);
    let refused = failed.or(unsigned(answer.attribute("stdout"), &fingerprint));
    verify.failed_when = Some(Node::Folded(jinja::condition(&refused)?));
    Ok(vec![fetch, ring, verify])
}

/// Whether gpgv names no valid signature of the key with this fingerprint, or names one that does not count, whoever has made it.
///
/// Its status lines name the user ids of keys, which are whatever their maker wrote: only the beginning of a line is gpgv's own.
/// There stand, behind `VALIDSIG`, the key and eight words about the signature, of which the last is the primary key. `stdout_lines`
/// would not do: it begins a line at every separator of Unicode too, which a user id may hold.
fn unsigned(status: Expr, fingerprint: &str) -> Expr {
    let has_line = |pattern: Text| status.clone().is_with("search", Arguments::from([pattern]).with("multiline", true));
    let valid = has_line(text!("^.GNUPG:. VALIDSIG [0-9A-F]{{40}}( [0-9A-Z-]+){{8}} {fingerprint}$"));
    valid.negated().or(has_line("^.GNUPG:. (BADSIG|ERRSIG|EXPSIG|EXPKEYSIG|REVKEYSIG) ".into()))
}
