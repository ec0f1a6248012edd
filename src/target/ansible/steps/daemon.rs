//! A unit of systemd: written where it is the library's own, enabled, running, and restarted or reloaded by what changes before it.

use super::notice::handler;
use super::{Context, FLUSH, condition, made, name_of, some, text_of, word_of};
use crate::artifact::config::{Part, Section, Word, lines, systemd, word};
use crate::artifact::tree::Document;
use crate::artifact::yaml::Map;
use crate::artifact::{Error, Problem};
use crate::base::{Text, text};
use crate::eval::infer::bare;
use crate::shape::role::Step;
use crate::target::ansible::content::{managed, parts};
use crate::target::ansible::names::{capital, part};
use crate::target::ansible::scope::Scope;
use crate::target::ansible::task::Task;
use crate::ty::Ty;
use crate::value::{Residual, Value};

pub(super) fn daemon(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let name = name_of(step);
    if name.is_empty() {
        return Err(Problem::Shape("the name of a daemon is constant").into());
    }
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || ":_.@-".contains(c)) {
        return Err(Problem::Identifier(name).into());
    }
    let mut tasks = Vec::new();
    let own = some(step, "run");
    // What brings the unit: its own file, or the packages of the role.
    let mut bringing: Vec<Text> = context.packages.clone();
    if own {
        let written = part(&context.scope.role().name, &name, "unit");
        bringing = vec![written.clone()];
        let unit = unit(step, &context.scope)?;
        let file = text!("{name}.service");
        let source = context.add("templates", &file, ".j2", Document::from(unit));
        let arguments = Map::new()
            .with("src", source)
            .with("dest", text!("/etc/systemd/system/{file}"))
            .with("owner", "root")
            .with("group", "root")
            .with("mode", "0644");
        let mut task = Task::new(text!("Write the unit of {name}"), "ansible.builtin.template", arguments);
        task.notify = vec![handler(step, false)];
        tasks.push(task.register(&written));
        add_handler(step, false, context)?;
        context.pending = true;
    }
    if !own || word_of(step, "on_change") == "reload" {
        add_handler(step, word_of(step, "on_change") == "reload", context)?;
    }
    if std::mem::take(&mut context.pending) {
        tasks.push(Task::new(text!("Apply the changes for {name}"), FLUSH, "flush_handlers"));
    }
    let mut arguments = Map::new().with("name", name.clone()).with("enabled", true).with("state", "started");
    if own || context.units {
        arguments.push("daemon_reload", true);
    }
    let mut start = Task::new(text!("Start {name}"), "ansible.builtin.systemd_service", arguments);
    start.when.extend(made(&bringing));
    tasks.push(start);
    Ok(tasks)
}

fn add_handler(step: &Step, reload: bool, context: &mut Context<'_>) -> Result<(), Error> {
    let name = handler(step, reload);
    let mut arguments = Map::new().with("name", name_of(step)).with("state", if reload { "reloaded" } else { "restarted" });
    if !reload && some(step, "run") || context.units {
        arguments.push("daemon_reload", true);
    }
    let mut task = Task::new(name.clone(), "ansible.builtin.systemd_service", arguments);
    task.when.extend(condition(step, &context.scope)?);
    // In check mode the unit may not be there, and nothing has changed for it.
    task.when.push("not ansible_check_mode".into());
    context.handlers.insert(name, task);
    Ok(())
}

/// The pieces of a value as one word of a command or an assignment: what its type keeps from being anything else stands without quotes.
fn one_word(parts: Vec<Part>, of: Word, value: &Value, scope: &Scope<'_>) -> Result<Vec<Part>, Error> {
    let is_plain = |value: &Value| scope.type_of(value).is_some_and(|ty| is_plain_type(bare(&ty)));
    let left = match value {
        Value::Residual(residual) => match &**residual {
            Residual::Template(pieces) => pieces.iter().filter(|piece| matches!(piece, Value::Residual(_))).collect(),
            _ => vec![value],
        },
        _ => Vec::new(),
    };
    let are_plain = left.into_iter().all(is_plain);
    word(parts, of, &|_| are_plain)
}

/// Whether the values of a type hold nothing but letters, digits and signs that are no syntax of a unit.
fn is_plain_type(ty: &Ty) -> bool {
    use Ty::{Bool, Bytes, Cidr, Duration, Enum, Float, Fqdn, Int, Ip, Name, Port, Protocol, Version};
    matches!(ty, Bool | Int | Float | Name | Ip | Cidr | Port | Protocol | Fqdn | Bytes | Duration | Version | Enum(_))
}

/// The unit file.
fn unit(step: &Step, scope: &Scope<'_>) -> Result<String, Error> {
    let user = text_of(step, "user", scope)?.unwrap_or_else(|| "root".into());
    let of = |name: &str| step.arguments.get(name).filter(|value| **value != Value::None);
    let words = |name: &str| -> Result<Vec<Part>, Error> {
        let list = step.arguments.get(name).and_then(Value::as_list).unwrap_or_default();
        let words: Result<Vec<Vec<Part>>, Error> = list.iter().map(|word| parts(word, &Part::Text, scope)).collect();
        Ok(words?.join(&Part::verbatim(" ")))
    };

    let mut about = Section::new("Unit");
    about = match of("description") {
        Some(value) => about.with("Description", parts(value, &Part::Text, scope)?),
        None => about.text("Description", capital(&name_of(step))),
    };
    if some(step, "after") {
        about = about.with("Wants", words("after")?).with("After", words("after")?);
    }

    // What writes to a volume never writes below the place where it should be mounted.
    if some(step, "writes") {
        about = about.with("RequiresMountsFor", words("writes")?);
    }

    let start = match word_of(step, "start") {
        "notify" => "notify",
        "oneshot" => "oneshot",
        _ => "exec",
    };
    let mut service = Section::new("Service").text("Type", start).text("User", user.clone());
    for (name, value) in step.arguments.get("environment").and_then(Value::as_map).into_iter().flatten() {
        let mut assignment = vec![Part::text(text!("{name}="))];
        assignment.extend(parts(value, &Part::Text, scope)?);
        service = service.with("Environment", one_word(assignment, Word::Assignment, value, scope)?);
    }
    for file in step.arguments.get("environment_files").and_then(Value::as_list).unwrap_or_default() {
        service = service.with("EnvironmentFile", parts(file, &Part::Text, scope)?);
    }
    let run = step.arguments.get("run").and_then(Value::as_list).unwrap_or_default();
    let command = run.iter().map(|value| one_word(parts(value, &Part::Text, scope)?, Word::OfCommand, value, scope));
    service = service.with("ExecStart", command.collect::<Result<Vec<_>, Error>>()?.join(&Part::verbatim(" ")));
    if let Some(signal) = of("reload").and_then(Value::as_text) {
        service = service.with("ExecReload", [Part::verbatim(text!("/bin/kill --signal {signal} $MAINPID"))]);
    }
    if let Some(signal) = of("stop").and_then(Value::as_text) {
        service = service.text("KillSignal", text!("SIG{signal}"));
    }
    service = service.text("TimeoutStopSec", "30").text("Restart", "on-failure").text("RestartSec", "5");
    for (field, key) in [("files", "LimitNOFILE"), ("memory", "LimitMEMLOCK")] {
        let limit = of("limits").and_then(|limits| limits.field(field)).filter(|limit| **limit != Value::None);
        if let Some(limit) = limit {
            service = service.with(key, parts(limit, &Part::Text, scope)?);
        }
    }
    service = service.blank();
    if some(step, "capabilities") {
        service = service.with("AmbientCapabilities", words("capabilities")?);
    }
    if user != "root" {
        service = service.with("CapabilityBoundingSet", words("capabilities")?);
    }
    if step.arguments.get("supervises") == Some(&Value::Bool(true)) {
        // What it has started belongs to it and not to systemd: it is told apart by groups of processes of its own.
        service = service.text("KillMode", "process").text("Delegate", "true").text("TasksMax", "infinity");
    } else {
        for key in ["NoNewPrivileges", "PrivateDevices", "PrivateTmp", "ProtectHome"] {
            service = service.text(key, "true");
        }
        service = service.text("ProtectSystem", "strict");
        if some(step, "writes") {
            service = service.with("ReadWritePaths", words("writes")?);
        }
    }

    let install = Section::new("Install").text("WantedBy", "multi-user.target");
    Ok(lines(&[managed("#")])? + &systemd(&[about, service, install])?)
}
