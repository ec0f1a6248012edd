//! A task or handler, with its keys in the order in which people write them.

use crate::artifact::yaml::{Map, Node, Seq};
use crate::base::{Text, text};

/// A task.
#[derive(Clone, Debug, Default)]
pub struct Task {
    /// The comment above it.
    pub comment: Option<Text>,
    /// Its name, which begins with a capital.
    pub name: Text,
    /// The module.
    pub module: Text,
    /// What the module is given.
    pub arguments: Node,
    /// What it is repeated over.
    pub repeat: Option<Node>,
    /// What of the element is shown.
    pub label: Option<Text>,
    /// The variable that holds the number of the element.
    pub index: Option<Text>,
    /// Variables of its own.
    pub vars: Option<Map>,
    /// The environment of a command.
    pub environment: Option<Map>,
    /// The variable that holds the result.
    pub register: Option<Text>,
    /// What it is repeated until, how often and with how many seconds between.
    pub until: Option<(Text, i64, i64)>,
    /// Where it runs instead of the machine.
    pub delegate: Option<&'static str>,
    /// Whether it becomes another user; none where the play says.
    pub become_: Option<bool>,
    /// Whom it becomes.
    pub become_user: Option<Text>,
    /// Whether it runs in check mode too.
    pub check_mode: Option<bool>,
    /// Whether nothing of it is shown.
    pub no_log: bool,
    /// What must hold for it to be done.
    pub when: Vec<Text>,
    /// When it has changed something.
    pub changed_when: Option<Node>,
    /// When it has failed.
    pub failed_when: Option<Node>,
    /// The handlers of its change.
    pub notify: Vec<Text>,
    /// The tasks of a block.
    pub block: Vec<Task>,
}

impl Task {
    /// A task of a module.
    pub fn new(name: impl Into<Text>, module: &str, arguments: impl Into<Node>) -> Task {
        Task { name: name.into(), module: module.into(), arguments: arguments.into(), ..Task::default() }
    }

    /// Tasks under common conditions.
    pub fn block(name: impl Into<Text>, block: Vec<Task>) -> Task {
        Task { name: name.into(), block, ..Task::default() }
    }

    /// Adds a condition.
    pub fn when(mut self, condition: impl Into<Text>) -> Task {
        self.when.push(condition.into());
        self
    }

    /// Keeps the result.
    pub fn register(mut self, name: &Text) -> Task {
        self.register = Some(name.clone());
        self
    }

    /// Is done in check mode too: it only asks.
    pub fn even_in_check_mode(mut self) -> Task {
        self.check_mode = Some(false);
        self
    }

    /// Never counts as a change.
    pub fn unchanged(mut self) -> Task {
        self.changed_when = Some(false.into());
        self
    }

    /// Shows nothing, if it handles secrets.
    pub fn quiet(mut self, secret: bool) -> Task {
        self.no_log |= secret;
        self
    }

    /// The task as YAML; `prefix` is the name of the file, where that is not the main one.
    pub fn print(self, prefix: &str) -> Map {
        let name = if prefix.is_empty() { self.name } else { text!("{prefix} | {}", self.name) };
        let mut map = Map::new().with("name", name);
        if self.block.is_empty() {
            map.push(self.module, self.arguments);
        }
        let is_shown = self.label.is_some() || self.index.is_some();
        let control = is_shown.then(|| Map::new().maybe("label", self.label).maybe("index_var", self.index));
        map = map.maybe("loop", self.repeat).maybe("loop_control", control);
        map = map.maybe("vars", self.vars).maybe("environment", self.environment).maybe("register", self.register);
        if let Some((until, retries, delay)) = self.until {
            map = map.with("until", until).with("retries", retries).with("delay", delay);
        }
        map = map.maybe("delegate_to", self.delegate).maybe("become", self.become_).maybe("become_user", self.become_user);
        map = map.maybe("check_mode", self.check_mode).maybe("no_log", self.no_log.then_some(true));
        map = map.maybe("when", one_or_many(self.when)).maybe("changed_when", self.changed_when).maybe("failed_when", self.failed_when);
        map = map.maybe("notify", one_or_many(self.notify));
        if !self.block.is_empty() {
            map.push("block", tasks(self.block, prefix));
        }
        map
    }
}

fn one_or_many(mut texts: Vec<Text>) -> Option<Node> {
    match texts.len() {
        0 => None,
        1 => texts.pop().map(Node::folded),
        _ => Some(Node::Seq(Seq::new(texts.into_iter().map(Node::folded)))),
    }
}

/// Tasks as a list, a blank line between them.
pub fn tasks(tasks: Vec<Task>, prefix: &str) -> Seq {
    let mut list = Seq::default();
    for task in tasks {
        let comment = task.comment.clone();
        let map = task.print(prefix);
        list.items.push(crate::artifact::yaml::Item { blank: true, comment, value: map.into() });
    }
    list
}
