//! A file: a template of its format, a secret as it is, or a script that comes with the role.

use super::directory::owned;
use super::notice::Notice;
use super::{Context, inside, label, repeated, some, word_of};
use crate::artifact::tree::Document;
use crate::artifact::yaml::{Map, Node};
use crate::artifact::{Error, Problem};
use crate::base::Text;
use crate::shape::role::Step;
use crate::target::ansible::task::Task;
use crate::target::ansible::{content, lower};
use crate::value::Value;

pub(super) fn file(step: &Step, notice: &Notice, context: &mut Context<'_>) -> Result<Vec<Task>, Error> {
    let scope = inside(step, &context.scope);
    let path = label(step, &scope)?;
    let title = super::called("Write", &path, step);
    context.units |= path.starts_with("/etc/systemd/system/");
    let held = step.arguments.get("content").cloned().unwrap_or(Value::None);
    let (module, source) = match word_of(step, "format") {
        "text" => ("ansible.builtin.copy", Map::new().with("content", Node::Folded(lower::text(&held, &scope)?))),
        "script" => {
            let Some(text) = held.as_text() else { return Err(Problem::Shape("a script is constant text").into()) };
            let name = context.add("files", &path, "", Document::from(text.as_str()));
            ("ansible.builtin.copy", Map::new().with("src", name))
        }
        kind => {
            let mark = word_of(step, "comment");
            let text = content::template(kind, &held, if mark.is_empty() { "#" } else { mark }, &scope)?;
            let name = context.add("templates", &path, ".j2", Document::from(text));
            ("ansible.builtin.template", Map::new().with("src", name))
        }
    };
    let mut arguments = owned(source.with("dest", path), step, &scope)?;
    if some(step, "validate") {
        let words = step.arguments.get("validate").and_then(Value::as_list).unwrap_or_default();
        let words: Vec<Text> = words.iter().map(|word| lower::text(word, &scope)).collect::<Result<_, _>>()?;
        arguments.push("validate", Node::folded(words.join(" ")));
    }
    let mut task = Task::new(title, module, arguments).quiet(scope.has_secret(&held));
    task.notify = notice.of_files.clone();
    context.pending |= !task.notify.is_empty();
    Ok(vec![repeated(task, step, &context.scope)?])
}
