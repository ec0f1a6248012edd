//! Variables of Ansible: values, keys and literals in expressions, as its own templating hands them on.

use crate::compare::{list, numbered, parse, same};
use crate::generate::{distinct, texts, values};
use crate::tools::Folder;
use infrac::artifact::jinja::{self, Binary, Expr, Part};
use infrac::artifact::json::Value;
use infrac::artifact::yaml::{Document, Map, Node};
use infrac::artifact::{Entry, verify};

crate::sizes!(variables);

const BATCH: usize = 2500;

/// A value as a variable holds it.
pub fn variable(value: &Value) -> Node {
    match value {
        Value::Text(text) => Node::Folded(jinja::plain(text).unwrap()),
        Value::List(values) => Node::from(values.iter().map(variable).collect::<Vec<_>>()),
        Value::Object(entries) => Node::Map(entries.iter().map(|(key, value)| (key.clone(), variable(value))).collect()),
        scalar => Node::from(scalar.clone()),
    }
}

/// Writes variables and a playbook that makes files of templates.
pub fn prepare(folder: &Folder, variables: Map, templates: &[&str]) {
    let entry = Entry::new(Document::new(variables).start()).unwrap();
    verify(&entry).unwrap();
    folder.write("variables.yml", &entry.text());
    let tasks = templates.iter().map(|name| {
        let arguments = Map::new()
            .with("src", [*name, ".j2"].concat())
            .with("dest", ["{{ playbook_dir }}/", name, ".out"].concat())
            .with("mode", "0600");
        Node::from(Map::new().with("name", *name).with("ansible.builtin.template", arguments))
    });
    let play = Map::new()
        .with("name", "Read")
        .with("hosts", "localhost")
        .with("connection", "local")
        .with("gather_facts", false)
        .with("vars", Map::new().with("ansible_python_interpreter", "{{ ansible_playbook_python }}"))
        .with("vars_files", vec!["variables.yml"])
        .with("tasks", tasks.collect::<Vec<_>>());
    folder.write("play.yml", &Entry::new(Document::new(vec![Node::from(play)]).start()).unwrap().text());
}

pub fn play(folder: &Folder) {
    folder.run(&["ansible-playbook", "--inventory", "localhost,", "play.yml"]);
}

fn variables(count: usize) {
    let texts = texts(21, count);
    let mut values =
        Value::List(values(22, count).into_iter().filter(|value| Entry::new(Document::new(variable(value))).is_ok()).collect());
    for batch in distinct(&texts).chunks(BATCH) {
        let keys: Vec<&str> = batch.iter().copied().filter(|key| key.chars().count() < 100 && *key != "<<").collect();
        let each = |of: &dyn Fn(&str) -> Expr| Expr::List(batch.iter().map(|text| of(text)).collect());
        let bar = || Part::from(Expr::variable("bar"));
        let lines = batch.iter().map(|text| Node::folded(jinja::line(&[Part::text(*text), bar(), Part::text(*text)]).unwrap()));
        let literals = batch.iter().map(|text| Node::folded(jinja::value(&Expr::from(*text)).unwrap()));
        let dict = Expr::Dict(batch.iter().zip(0i64..).map(|(text, at)| (Expr::from(*text), Expr::from(at))).collect());
        let conditions =
            Expr::List(batch.iter().zip(0i64..).map(|(text, at)| Expr::variable("texts").index(at).binary(Binary::Equal, *text)).collect());
        let joined = each(&|text| Expr::concat([Expr::from(text), Expr::variable("bar"), Expr::from(text)]));
        let whole = |expr: &Expr| Node::from(jinja::value(expr).unwrap());
        let variables = Map::new()
            .with("bar", "|")
            .with("texts", variable(&list(batch.iter().copied())))
            .with("keyed", variable(&numbered(keys.iter().copied())))
            .with("any", variable(&values))
            .with("literals", literals.collect::<Vec<_>>())
            .with("between", lines.collect::<Vec<_>>())
            .with("mapped", whole(&dict))
            .with("conditions", whole(&conditions))
            .with("joined", whole(&joined));
        let twice = |text: &&str| Value::from([*text, "|", *text].concat());
        let meant = Value::object()
            .with("texts", list(batch.iter().copied()))
            .with("keyed", numbered(keys.iter().copied()))
            .with("any", values)
            .with("literals", list(batch.iter().copied()))
            .with("between", Value::List(batch.iter().map(twice).collect()))
            .with("mapped", numbered(batch.iter().copied()))
            .with("conditions", Value::List(vec![Value::Bool(true); batch.len()]))
            .with("joined", Value::List(batch.iter().map(twice).collect()));
        let folder = Folder::new();
        let names = ["texts", "keyed", "any", "literals", "between", "mapped", "conditions", "joined"];
        let all = Expr::Dict(names.iter().map(|name| (Expr::from(*name), Expr::variable(*name))).collect()).filter("to_json");
        folder.write("all.j2", &jinja::value(&all).unwrap());
        prepare(&folder, variables, &["all"]);
        play(&folder);
        same("", &meant, &parse(&folder.read("all.out")));
        values = Value::List(Vec::new());
    }
}
