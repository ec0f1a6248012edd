//! What says a part of a generated file: the fields, machines and declarations of which a target makes it.

use crate::base::{Key, Span, Text};
use crate::hir::Program;
use crate::plan::Plan;
use crate::shape::Shapes;
use crate::value::InstanceId;

/// A part of a generated file.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The file, relative to the output folder.
    pub file: &'a str,
    /// The path of the part in the file; empty in a text without structure.
    pub keys: &'a [Key],
    /// The text of the line.
    pub line: &'a str,
    /// The text of what the line is in: the task of a list of tasks, the whole file where there is nothing of the kind.
    pub around: &'a str,
    /// What was compiled.
    pub program: &'a Program,
    /// What all products share.
    pub shapes: &'a Shapes,
    /// The plans of the product whose file it is; of any product where all share it.
    pub plans: &'a [Plan],
}

/// One thing that says a part.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A part of a field of an instance.
    Field {
        /// The environment.
        environment: Text,
        /// The instance.
        instance: InstanceId,
        /// The field.
        field: Text,
        /// The machine, where the field is another one on each.
        host: Option<Text>,
        /// The part of its value.
        path: Vec<Key>,
    },
    /// A part of the record of a machine.
    Machine {
        /// The environment.
        environment: Text,
        /// The machine.
        host: Text,
        /// The part of the record.
        path: Vec<Key>,
    },
    /// A place in the library or the product.
    Place {
        /// What stands there: `implement compute on hetzner`.
        what: Text,
        /// Where.
        span: Span,
    },
}

impl<'a> Part<'a> {
    /// The folders and the name of the file.
    pub fn folders(&self) -> Vec<&'a str> {
        self.file.split('/').collect()
    }

    /// The names of the path of the part; an element of a list has none.
    pub fn names(&self) -> Vec<&'a str> {
        self.keys.iter().filter_map(|key| key.as_name().map(Text::as_str)).collect()
    }

    /// The plan of an environment.
    pub fn plan(&self, environment: &str) -> Option<&'a Plan> {
        self.plans.iter().find(|plan| plan.environment == environment)
    }

    /// Where a definition is declared.
    pub fn definition(&self, keyword: &str, name: &str) -> Option<Said> {
        let definition = self.program.definitions.get(&(keyword.into(), name.into()))?;
        Some(Said::Place { what: format!("{keyword} {name}").into(), span: definition.name.span })
    }
}
