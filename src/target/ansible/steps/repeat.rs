//! A step that is done for each element of a list or map: the loop of Ansible, and what its names are in it.

use crate::artifact::Error;
use crate::artifact::jinja::{self, Expr};
use crate::artifact::yaml::Node;
use crate::eval::infer::bare;
use crate::shape::role::{Repetition, Step};
use crate::target::ansible::lower;
use crate::target::ansible::scope::Scope;
use crate::target::ansible::task::Task;
use crate::ty::Ty;
use crate::value::Value;

/// How a step is repeated, which a loop of Ansible is over a list alone.
enum Loop {
    /// The elements of a list.
    Elements,
    /// The elements of a list behind their indexes.
    Indexed,
    /// The entries of a map.
    Entries,
}

impl Loop {
    fn of(repetition: &Repetition, scope: &Scope<'_>) -> Loop {
        match (scope.type_of(&repetition.source).as_ref().map(bare), &repetition.key) {
            (Some(Ty::Map(_) | Ty::Record(_)), _) => Loop::Entries,
            (_, Some(_)) => Loop::Indexed,
            (_, None) => Loop::Elements,
        }
    }

    /// The list that is gone through.
    fn over(&self, source: &Value, scope: &Scope<'_>) -> Result<Node, Error> {
        let list = match self {
            Loop::Elements => return lower::node(source, scope),
            Loop::Entries => lower::expression(source, scope)?.filter("dict2items"),
            Loop::Indexed => {
                let list = lower::expression(source, scope)?;
                let indexes = Expr::call("range", [list.clone().filter("length")]);
                indexes.filter_with("zip", [list]).filter("list")
            }
        };
        Ok(Node::Folded(jinja::value(&list)?))
    }

    /// What the key and the element are in what is repeated.
    fn names(&self) -> [Expr; 2] {
        let item = || Expr::variable("item");
        match self {
            Loop::Elements => [item(), item()],
            Loop::Indexed => [item().index(0), item().index(1)],
            Loop::Entries => [item().attribute("key"), item().attribute("value")],
        }
    }
}

/// The names inside a step, where it is repeated.
pub fn inside<'a>(step: &Step, scope: &Scope<'a>) -> Scope<'a> {
    let Some(repetition) = &step.repeat else { return scope.clone() };
    let ([key, element], (key_type, element_type)) = (Loop::of(repetition, scope).names(), scope.elements_of(&repetition.source));
    let scope = repetition.key.as_ref().map_or_else(|| scope.clone(), |name| scope.with(name, key, key_type));
    scope.with(&repetition.element, element, element_type)
}

/// Repeats a task as its step is. Of each element Ansible shows the whole, so that nothing is shown where secrets are among them.
pub(super) fn repeated(mut task: Task, step: &Step, scope: &Scope<'_>) -> Result<Task, Error> {
    if let Some(repetition) = &step.repeat {
        task = task.quiet(scope.has_secret(&repetition.source));
        task.repeat = Some(Loop::of(repetition, scope).over(&repetition.source, scope)?);
        let label = step.labels.first().map(|label| lower::text(label, &inside(step, scope))).transpose()?;
        task.label = label.filter(|label| *label != "{{ item }}");
    }
    Ok(task)
}
