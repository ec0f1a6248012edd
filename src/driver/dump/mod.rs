//! Every layer of a program as text, for tests and for whoever looks inside: one fact a line, each line complete in itself.

mod expression;
mod plan;
mod shapes;
mod value;

use super::between;
use super::product::{With, lock_of};
use super::{Options, front, threads};
use crate::base::Workspace;
use crate::check::Types;
use crate::diag::Diagnostic;
use crate::eval::Work;
use crate::hir::Program;
use crate::plan::{self as planning, Beside};
use std::fmt::Write;

/// A layer of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// What each definition is made of, with what every name in it means.
    Names,
    /// The types of inputs, `let`s and outputs.
    Types,
    /// Modules and roles with their variables.
    Shapes,
    /// The values of each product and environment.
    Plan,
}

impl Stage {
    /// Every layer, the first one first.
    pub const ALL: [Stage; 4] = [Stage::Names, Stage::Types, Stage::Shapes, Stage::Plan];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Names => "names",
            Stage::Types => "types",
            Stage::Shapes => "shapes",
            Stage::Plan => "plan",
        }
    }
}

/// The layers of a program as lines of text, in the order of `stages`. A layer that the errors of an earlier one forbid is left out. Rules
/// over the whole program are not applied: their findings are those of [`super::compile`].
pub fn dump(workspace: &Workspace, stages: &[Stage]) -> (String, Vec<Diagnostic>) {
    threads::on(None, || dump_here(workspace, stages))
}

fn dump_here(workspace: &Workspace, stages: &[Stage]) -> (String, Vec<Diagnostic>) {
    let front = front::front(workspace, &Options::default());
    let mut diagnostics = front.diagnostics.clone();
    let (program, types) = (front.shared.program(), &front.shared.types);
    let shapes = front.shared.shapes.as_ref().filter(|_| front.is_sound);
    let by_name = between::by_name(front.products.iter());
    let mut text = String::new();
    for stage in stages {
        match stage {
            Stage::Names => names(program, types, &mut text),
            Stage::Types => declared(program, types, &mut text),
            Stage::Shapes => shapes.iter().for_each(|shapes| shapes::print(shapes, &mut text)),
            Stage::Plan => {
                let Some(shapes) = shapes else { continue };
                for linked in front.products.iter().filter(|linked| !linked.diagnostics.has_errors()) {
                    let Some(product) = &linked.product else { continue };
                    let mut work = Work::within(&front.run);
                    let lock = lock_of(workspace, product, &super::product::lock_path(product), &Options::default(), &mut diagnostics);
                    let with = With { workspace, program, shapes, options: &Options::default(), run: &front.run, has_threads: false };
                    let Some(imports) = between::imports(with, &by_name, linked, &mut diagnostics) else { continue };
                    let beside = Beside { lock: &lock, imports: &imports };
                    for environment in &product.environments {
                        let (plan, found) = planning::plan(program, &linked.types, shapes, product, &environment.text, beside, &mut work);
                        diagnostics.extend(found);
                        if let Some(plan) = plan {
                            plan::print(&plan, &mut text);
                        }
                    }
                }
            }
        }
    }
    (text, diagnostics.sorted())
}

/// Adds a line. Writing into a text cannot fail.
fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
    text.push('\n');
}

fn names(program: &Program, types: &Types, text: &mut String) {
    let shown = |expr: &_| expression::show(expr, types);
    for ((keyword, name), definition) in &program.definitions {
        for (input, declared) in &definition.inputs {
            if let Some(default) = &declared.default {
                line(text, format_args!("{keyword} {name}.{input} = {}", shown(default)));
            }
        }
        for (binding, declared) in &definition.lets {
            line(text, format_args!("{keyword} {name}.{binding} = {}", shown(&declared.value)));
        }
        for (output, declared) in &definition.outputs {
            if let Some(value) = &declared.value {
                line(text, format_args!("{keyword} {name}.{output} = {}", shown(value)));
            }
        }
    }
    for ((module, provider), implementation) in &program.implementations {
        for (binding, declared) in &implementation.lets {
            line(text, format_args!("module {module} on {provider}.{binding} = {}", shown(&declared.value)));
        }
        for (output, declared) in &implementation.outputs {
            if let Some(value) = &declared.value {
                line(text, format_args!("module {module} on {provider}.{output} = {}", shown(value)));
            }
        }
    }
}

fn declared(program: &Program, types: &Types, text: &mut String) {
    for ((keyword, name), definition) in &program.definitions {
        let fields = definition.inputs.keys().chain(definition.lets.keys()).chain(definition.outputs.keys());
        for field in fields {
            if let Some(ty) = types.field(program, keyword, name, field) {
                line(text, format_args!("{keyword} {name}.{field}: {ty}"));
            }
        }
    }
    for ((module, provider), implementation) in &program.implementations {
        for binding in implementation.lets.keys() {
            if let Some(ty) = types.implementation_let(module, provider, binding) {
                line(text, format_args!("module {module} on {provider}.{binding}: {ty}"));
            }
        }
    }
}
