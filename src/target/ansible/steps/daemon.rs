//! A unit of systemd: written where it is the library's own, enabled, running, and restarted or reloaded by what changes before it.

use super::file::add;
use super::{Context, FLUSH, condition, name_of, some, text_of, word_of};
use crate::artifact::tree::Document;
use crate::artifact::yaml::Map;
use crate::artifact::{Error, Problem};
use crate::base::{Text, text};
use crate::shape::role::Step;
use crate::target::ansible::format::Template;
use crate::target::ansible::lower;
use crate::target::ansible::names::capital;
use crate::target::ansible::scope::Scope;
use crate::target::ansible::task::Task;
use crate::value::Value;

/// The handlers that a change concerns.
#[derive(Clone, Debug, Default)]
pub(super) struct Notice {
    /// Of files and certificates.
    pub of_files: Vec<Text>,
}

/// What a change concerns: the daemons that stand next below, with others beside them where only one of them is there.
pub(super) fn next(steps: &[Step], at: usize) -> Notice {
    let below = steps[at..].iter().skip_while(|step| step.word != "daemon").take_while(|step| step.word == "daemon");
    let mut notice = Notice::default();
    for daemon in below {
        notice.of_files.push(handler(daemon, word_of(daemon, "on_change") == "reload"));
        if daemon.condition.is_none() {
            break;
        }
    }
    notice
}

fn handler(step: &Step, reload: bool) -> Text {
    text!("{} {}", if reload { "Reload" } else { "Restart" }, name_of(step))
}

pub(super) fn daemon(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let name = name_of(step);
    if name.is_empty() {
        return Err(Problem::Shape("the name of a daemon is constant").into());
    }
    let mut tasks = Vec::new();
    let own = some(step, "run");
    if own {
        let unit = unit(step, &context.scope)?;
        let file = text!("{name}.service");
        let source = add(context, "templates", &file, ".j2", Document::from(unit));
        let arguments = Map::new()
            .with("src", source)
            .with("dest", text!("/etc/systemd/system/{file}"))
            .with("owner", "root")
            .with("group", "root")
            .with("mode", "0644");
        let mut task = Task::new(text!("Write the unit of {name}"), "ansible.builtin.template", arguments);
        task.notify = vec![handler(step, false)];
        tasks.push(task);
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
    if own {
        arguments.push("daemon_reload", true);
    }
    tasks.push(Task::new(text!("Start {name}"), "ansible.builtin.systemd_service", arguments));
    Ok(tasks)
}

fn add_handler(step: &Step, reload: bool, context: &mut Context<'_>) -> Result<(), Error> {
    let name = handler(step, reload);
    let mut arguments = Map::new().with("name", name_of(step)).with("state", if reload { "reloaded" } else { "restarted" });
    if !reload && some(step, "run") {
        arguments.push("daemon_reload", true);
    }
    let mut task = Task::new(name.clone(), "ansible.builtin.systemd_service", arguments);
    task.when.extend(condition(step, &context.scope)?);
    context.handlers.insert(name, task);
    Ok(())
}

/// The unit file.
fn unit(step: &Step, scope: &Scope<'_>) -> Result<String, Error> {
    let mut unit = Unit { template: Template::default() };
    let user = text_of(step, "user", scope)?.unwrap_or_else(|| "root".into());
    unit.template.managed("#");
    unit.section("Unit", true);
    let description = text_of(step, "description", scope)?.unwrap_or_else(|| capital(&name_of(step)));
    unit.text("Description", &description)?;
    let after = words(step, "after", scope)?;
    if !after.is_empty() {
        unit.text("Wants", &after.join(" "))?;
        unit.text("After", &after.join(" "))?;
    }
    unit.section("Service", false);
    unit.text(
        "Type",
        match word_of(step, "start") {
            "notify" => "notify",
            "oneshot" => "oneshot",
            _ => "exec",
        },
    )?;
    unit.text("User", &user)?;
    unit.text("Group", &user)?;
    for (name, value) in step.arguments.get("environment").and_then(Value::as_map).into_iter().flatten() {
        let value = lower::text(value, scope)?;
        unit.text("Environment", &quoted(&format!("{name}={value}")))?;
    }
    let run: Vec<String> = words(step, "run", scope)?.iter().map(|word| quoted(word)).collect();
    unit.text("ExecStart", &run.join(" "))?;
    if let Some(signal) = text_of(step, "reload", scope)? {
        unit.text("ExecReload", &text!("/bin/kill --signal {signal} $MAINPID"))?;
    }
    if let Some(signal) = text_of(step, "stop", scope)? {
        unit.text("KillSignal", &text!("SIG{signal}"))?;
    }
    unit.text("TimeoutStopSec", "30")?;
    unit.text("Restart", "on-failure")?;
    unit.text("RestartSec", "5")?;
    let limits = step.arguments.get("limits");
    for (field, key) in [("files", "LimitNOFILE"), ("memory", "LimitMEMLOCK")] {
        if let Some(limit) = limits.and_then(|limits| limits.field(field)).filter(|limit| **limit != Value::None) {
            unit.text(key, &lower::text(limit, scope)?)?;
        }
    }
    unit.template.line_end();
    let capabilities = words(step, "capabilities", scope)?.join(" ");
    if !capabilities.is_empty() {
        unit.text("AmbientCapabilities", &capabilities)?;
    }
    if user != "root" {
        unit.text("CapabilityBoundingSet", &capabilities)?;
    }
    for key in ["NoNewPrivileges", "PrivateDevices", "PrivateTmp", "ProtectHome"] {
        unit.text(key, "true")?;
    }
    unit.text("ProtectSystem", "strict")?;
    let writes = words(step, "writes", scope)?;
    if !writes.is_empty() {
        unit.text("ReadWritePaths", &writes.join(" "))?;
    }
    unit.section("Install", false);
    unit.text("WantedBy", "multi-user.target")?;
    Ok(unit.template.finish())
}

struct Unit {
    template: Template,
}

impl Unit {
    fn section(&mut self, name: &str, first: bool) {
        if !first {
            self.template.line_end();
        }
        self.template.raw("[");
        self.template.raw(name);
        self.template.raw("]");
        self.template.line_end();
    }

    /// A key with text that holds expressions in braces already.
    fn text(&mut self, key: &str, value: &str) -> Result<(), Error> {
        if value.contains(['\n', '\r']) {
            return Err(Problem::SeveralLines(value.into()).into());
        }
        self.template.made(key);
        self.template.made("=");
        self.template.made(value);
        self.template.line_end();
        Ok(())
    }
}

fn words(step: &Step, name: &str, scope: &Scope<'_>) -> Result<Vec<String>, Error> {
    let list = step.arguments.get(name).and_then(Value::as_list).unwrap_or_default();
    list.iter().map(|word| lower::text(word, scope)).collect()
}

/// A word of a command line of systemd.
fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && !word.contains([' ', '\t', '"', '\'', '\\', ';', '$', '%']);
    if plain || word.contains("{{") {
        return word.to_owned();
    }
    let escaped = word.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "$$").replace('%', "%%");
    format!("\"{escaped}\"")
}
