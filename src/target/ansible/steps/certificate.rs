//! A key that is made on the machine and a certificate for it. The authority's key is used where Ansible runs and reaches no machine.

use super::notice::Notice;
use super::{Context, inside, label, node_of, repeated, text_of};
use crate::artifact::jinja::{self, Arguments, Binary, Expr};
use crate::artifact::yaml::{Map, Node, Seq};
use crate::artifact::{Error, Problem};
use crate::base::{Text, text};
use crate::shape::role::Step;
use crate::target::ansible::lower;
use crate::target::ansible::names::variable;
use crate::target::ansible::scope::Scope;
use crate::target::ansible::task::Task;
use crate::value::Value;

pub(super) fn certificate(step: &Step, notice: &Notice, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = inside(step, &context.scope);
    let path = label(step, &scope)?;
    let owner = text_of(step, "owner", &scope)?.unwrap_or_else(|| "root".into());
    let number = context.parts.keys().filter(|name| name.starts_with("certificate")).count();
    let part = if number == 0 { Text::from("certificate") } else { text!("certificate_{}", number + 1) };
    let named = |what: &str| variable(&scope.role().name, &text!("{part}_{what}"));
    let owned = |arguments: Map| arguments.with("owner", "root").with("group", owner.clone());
    let authority = node_of(step, "authority", &scope)?.unwrap_or_default();
    let authority_key = node_of(step, "authority_key", &scope)?.unwrap_or_default();
    let (own_key, request, present, signed) = (named("key"), named("request"), named("present"), named("signed"));

    let directory = owned(Map::new().with("path", path.clone()).with("state", "directory")).with("mode", "0750");
    let key = owned(Map::new().with("path", text!("{path}/key.pem")).with("type", "ECC").with("curve", "secp256r1")).with("mode", "0640");
    let ask = Map::new()
        .with("privatekey_path", text!("{path}/key.pem"))
        .with("common_name", common_name(step, &scope)?)
        .with("subject_alt_name", alternative_names(step, &scope)?)
        .with("extended_key_usage", usages(step)?);
    let read = Map::new().with("src", text!("{path}/cert.pem"));
    let content = text!("{{{{ {present}.content | b64decode }}}}");
    let sign = Map::new()
        .with("content", Node::folded(text!("{{{{ ({present}.content | b64decode) if {present}.content is defined else omit }}}}")))
        .with("csr_content", text!("{{{{ {request}.csr }}}}"))
        .with("provider", "ownca")
        .with("ownca_content", authority.clone())
        .with("ownca_privatekey_content", authority_key)
        .with("ownca_not_after", "+397d")
        .with("force", text!("{{{{ {present}_dates.valid_at.soon | default(true) is false }}}}"));
    let dates = Map::new().with("content", Node::folded(content)).with("valid_at", Map::new().with("soon", "+30d"));
    let write =
        |file: &str, content: Node| owned(Map::new().with("content", content).with("dest", text!("{path}/{file}"))).with("mode", "0640");

    let mut sign =
        Task::new("Sign the request where Ansible runs", "community.crypto.x509_certificate_pipe", sign).register(&signed).quiet(true);
    sign.delegate = Some("localhost");
    sign.become_ = Some(false);
    let mut read = Task::new("Read the certificate that is there", "ansible.builtin.slurp", read).register(&present);
    read.failed_when = Some(false.into());
    let mut dates =
        Task::new("Look whether it ends soon", "community.crypto.x509_certificate_info", dates).register(&text!("{present}_dates"));
    dates.when.push(text!("{present}.content is defined"));
    let mut ask = Task::new("Make a request for a certificate", "community.crypto.openssl_csr_pipe", ask).register(&request);
    ask.changed_when = Some(false.into());
    let mut ca = Task::new("Write the certificate of the authority", "ansible.builtin.copy", write("ca.pem", authority)).quiet(true);
    let mut cert =
        Task::new("Write the certificate", "ansible.builtin.copy", write("cert.pem", text!("{{{{ {signed}.certificate }}}}").into()));
    let mut private = Task::new("Make the private key", "community.crypto.openssl_privatekey", key);
    for task in [&mut ca, &mut cert, &mut private] {
        task.notify = notice.of_files.clone();
    }
    context.pending |= !notice.of_files.is_empty();
    let directory = Task::new("Create the directory", "ansible.builtin.file", directory);
    let look = Map::new().with("path", text!("{path}/key.pem")).with("get_checksum", false);
    let look = Task::new("Look for the private key", "ansible.builtin.stat", look).register(&own_key);
    // In check mode no key is made where there is none; where there is one, what ends soon is a change to be shown.
    let mut tasks = vec![private, ask, read, dates, sign, cert];
    for task in &mut tasks {
        task.when.push(text!("not ansible_check_mode or {own_key}.stat.exists"));
    }
    tasks.splice(0..0, [directory, ca, look]);
    context.parts.insert(part.clone(), tasks);
    // What is imported cannot be repeated: it stands there once, before anything runs.
    let (title, module) = match step.repeat {
        Some(_) => ("Make the certificate of each of them".into(), "ansible.builtin.include_tasks"),
        None => (text!("Make the certificate in {path}"), "ansible.builtin.import_tasks"),
    };
    Ok(vec![repeated(Task::new(title, module, text!("{part}.yml")), step, &context.scope)?])
}

/// What the certificate proves, in the words of its extension.
fn usages(step: &Step) -> Result<Vec<&'static str>, Error> {
    let words =
        step.arguments.get("usage").and_then(Value::as_list).ok_or_else(|| Error::new(Problem::Shape("a certificate has a usage")))?;
    let known = |word: &Value| match word.as_text().map(Text::as_str) {
        Some("server") => Ok("serverAuth"),
        Some("client") => Ok("clientAuth"),
        _ => Err(Error::new(Problem::Shape("the target does not know the usage of a certificate"))),
    };
    words.iter().map(known).collect()
}

fn common_name(step: &Step, scope: &Scope<'_>) -> Result<Node, Error> {
    let names = step.arguments.get("names").ok_or_else(|| Error::new(Problem::Shape("a certificate has names")))?;
    Ok(Node::Folded(match names.as_list() {
        Some([first, ..]) => lower::text(first, scope)?,
        Some([]) => "localhost".into(),
        None => jinja::value(&lower::expression(names, scope)?.filter("first"))?,
    }))
}

/// `DNS:` before each name and `IP:` before each address, as a list where all are known one by one, else as a sum of lists.
fn alternative_names(step: &Step, scope: &Scope<'_>) -> Result<Node, Error> {
    let mut single: Option<Vec<Node>> = Some(Vec::new());
    let mut lists = Vec::new();
    for (argument, kind) in [("names", "DNS:"), ("addresses", "IP:")] {
        let Some(value) = step.arguments.get(argument).filter(|value| **value != Value::None) else { continue };
        let Some(list) = value.as_list() else {
            single = None;
            let marked = Arguments::from(["regex_replace", "^", kind]);
            lists.push(lower::expression(value, scope)?.filter_with("map", marked).filter("list"));
            continue;
        };
        let mut items = Vec::new();
        for value in list {
            let text = lower::text(value, scope)?;
            single = single.map(|mut all| {
                all.push(Node::Folded(text!("{kind}{text}")));
                all
            });
            items.push(match lower::expression(value, scope)? {
                Expr::Text(text) => Expr::Text(text!("{kind}{text}")),
                expr => Expr::concat([Expr::from(kind), expr]),
            });
        }
        lists.push(Expr::List(items));
    }
    if let Some(single) = single {
        return Ok(Node::Seq(Seq::new(single)));
    }
    let sum = lists.into_iter().reduce(|sum, list| sum.binary(Binary::Add, list)).unwrap_or(Expr::List(Vec::new()));
    Ok(Node::Folded(jinja::value(&sum)?))
}
