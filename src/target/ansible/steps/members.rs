//! The only members of a group: whoever else is in it leaves the machine, with sessions, jobs and rights.

use super::{Context, label};
use crate::artifact::jinja::{self, Binary, Expr};
use crate::artifact::yaml::{Map, Node};
use crate::artifact::{Error, Problem};
use crate::base::text;
use crate::shape::role::Step;
use crate::target::ansible::lower;
use crate::target::ansible::names::part;
use crate::target::ansible::task::Task;

/// Where the homes of accounts that were removed are kept, for root alone.
const HOMES: &str = "/var/backups/homes";

/// What starts processes of an account without a session of it.
const STARTED_BY: [&str; 2] = ["/var/lib/systemd/linger/", "/var/spool/cron/crontabs/"];

/// The first day that the database of accounts knows, as seconds: it reads the day before as no day at all.
const LONG_AGO: i64 = 86400;

pub(super) fn members(step: &Step, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = context.scope.clone();
    let group = label(step, &scope)?;
    let role = &scope.role().name;
    let only = step.arguments.get("only").ok_or_else(|| Error::new(Problem::Shape("a group says who its members are")))?;
    let only = lower::expression(only, &scope)?;
    let (others, leaving) = (part(role, &group, "others"), part(role, &group, "leaving"));

    let facts = |database: &str| Expr::path(&format!("ansible_facts.getent_{database}"));
    let accounts = facts("passwd").filter("dict2items");
    let found = facts("group").index(group.clone());
    let of_group = |field: i64| found.clone().filter_with("default", [Expr::List(Vec::new()), true.into()]).index(field);
    let beside = of_group(2).filter_with("default", [""]).method("split", [","]).filter("select").filter("list");
    let first = [Expr::from("value.2"), "equalto".into(), of_group(1).filter_with("default", [""])];
    let first = accounts.clone().filter_with("selectattr", first.to_vec());
    let first = first.filter_with("map", jinja::Arguments::default().with("attribute", "key")).filter("list");
    let all = beside.binary(Binary::Add, first).filter("unique").filter_with("difference", [only]).filter("sort");
    context.vars.push(others.clone(), Node::Folded(jinja::value(&all)?));
    let gone = accounts.filter_with("selectattr", [Expr::from("key"), "in".into(), Expr::variable(others.clone())]);
    // Accounts of the system have a number of at most three digits.
    let gone = gone.filter_with("rejectattr", ["value.1", "match", "[0-9]{1,3}$"]).filter("list");
    context.vars.push(leaving.clone(), Node::Folded(jinja::value(&gone)?));

    let each = |task: Task| Task { repeat: Some(text!("{{{{ {leaving} }}}}").into()), label: Some("{{ item.key }}".into()), ..task };
    let argv = |words: &[&str]| Map::new().with("argv", Node::from(words.iter().map(|word| Node::from(*word)).collect::<Vec<_>>()));

    let passwd = Map::new().with("database", "passwd");
    let passwd = Task::new("Look up the accounts", "ansible.builtin.getent", passwd);
    let look = Map::new().with("database", "group").with("key", group.clone()).with("fail_key", false);
    let look = Task::new(text!("Look up the group {group}"), "ansible.builtin.getent", look);

    let stays = text!("ansible_facts['env']['SUDO_USER'] | default('') not in ({leaving} | map(attribute='key'))");
    let stays = Map::new()
        .with("that", vec![Node::folded(stays)])
        .with("fail_msg", text!("this account leaves the group {group}: another one has to run this"))
        .with("quiet", true);
    let stays = Task::new("Check that the account of this run stays", "ansible.builtin.assert", stays).when("not ansible_check_mode");

    let close = Map::new().with("name", "{{ item.key }}").with("expires", LONG_AGO);
    let close = each(Task::new(text!("Close the accounts that leave {group}"), "ansible.builtin.user", close));
    let paths = Expr::List(STARTED_BY.map(Expr::from).to_vec());
    let names = Expr::variable(leaving.clone()).filter_with("map", jinja::Arguments::default().with("attribute", "key"));
    let paths = paths.filter_with("product", [names]).filter_with("map", ["join"]).filter("list");
    let start = Map::new().with("path", "{{ item }}").with("state", "absent");
    let mut start = Task::new("Remove what starts processes of theirs", "ansible.builtin.file", start);
    start.repeat = Some(Node::Folded(jinja::value(&paths)?));
    let end = Map::new().with("name", "user-{{ item.value.1 }}.slice").with("state", "stopped");
    let end = each(Task::new("End their sessions", "ansible.builtin.systemd_service", end));
    let ended = part(role, &group, "ended");
    let rest = argv(&["pkill", "--signal", "KILL", "--uid", "{{ item.value.1 }}"]);
    let mut rest = each(Task::new("End their other processes", "ansible.builtin.command", rest)).register(&ended);
    rest.changed_when = Some(text!("{ended}.rc == 0").into());
    rest.failed_when = Some(text!("{ended}.rc not in [0, 1]").into());

    let keep = Map::new().with("path", HOMES).with("state", "directory").with("owner", "root").with("group", "root").with("mode", "0700");
    let keep = Task::new("Create the directory of former homes", "ansible.builtin.file", keep).when(text!("{leaving} | length > 0"));
    let home = argv(&["mv", "--no-target-directory", "--backup=numbered", "/home/{{ item.key }}", &text!("{HOMES}/{{{{ item.key }}}}")])
        .with("removes", "/home/{{ item.key }}");
    let home = each(Task::new("Move their homes there", "ansible.builtin.command", home)).when("item.value.4 == '/home/' ~ item.key");
    let remove = Map::new().with("name", "{{ item.key }}").with("state", "absent").with("force", true);
    let remove = each(Task::new("Remove the accounts", "ansible.builtin.user", remove));
    let out = argv(&["gpasswd", "--delete", "{{ item }}", &group]);
    let mut out = Task::new(text!("Take accounts of the system out of {group}"), "ansible.builtin.command", out);
    out.repeat = Some(text!("{{{{ {others} | difference({leaving} | map(attribute='key')) }}}}").into());
    out.changed_when = Some(true.into());
    Ok(vec![passwd, look, stays, close, start, end, rest, keep, home, remove, out])
}
