//! From `define service` to the role that all products share.

use super::frame::{Frame, ordered};
use super::holes::{foreign_in, lift};
use super::role::{Repetition, Role, Step};
use super::{Hole, Source, example};
use crate::base::{Text, Workspace};
use crate::check::Types;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::eval::{self, Locals, Run, Scope, Stop};
use crate::hir::{self, Definition, Item, Kind, Program};
use crate::ty::Ty;
use crate::value::{Entries, Residual, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Makes the role of one service.
pub(super) fn role(
    program: &Program,
    types: &Types,
    workspace: &Workspace,
    service: &Arc<Definition>,
    run: &Arc<Run>,
) -> (Option<Role>, Diagnostics) {
    let mut frame = Frame::new(program, types, service, run);
    let kind = program.kinds.get("service").cloned();
    let mut builder = Builder { frame: &mut frame, kind, parent: None, answers: Locals::new() };
    let install = builder.part("install");
    let configure = builder.part("configure");
    let (cluster, configure): (Vec<Step>, Vec<Step>) = configure.into_iter().partition(|step| step.word == "cluster");
    let version = builder.text("version");
    let licence = builder.text("licence").unwrap_or_default();
    let serial = builder.text("roll").is_some_and(|roll| roll == "one_at_a_time");
    let machines = per_host(service);
    let mut holes = std::mem::take(&mut frame.holes);
    if let Some(version) = version
        && let Some(hole) = holes.0.get_mut("version")
    {
        hole.default = Some(Value::Text(version));
    }
    for hole in holes.0.values_mut() {
        hole.per_host = matches!(&hole.source, Source::Field(name) if machines.contains(name));
    }
    let examples: Vec<Arc<hir::Block>> = service.blocks.iter().filter(|block| block.keyword.text == "example").cloned().collect();
    let example = example::variables(&mut frame, &holes, &examples, &format!("the role of `{}`", service.name.text));
    let diagnostics = std::mem::take(&mut frame.diagnostics);
    let holes: Vec<Hole> = ordered(holes);
    let role = Role {
        name: service.name.text.clone(),
        doc: service.doc.clone().unwrap_or_default(),
        licence,
        source: workspace.file(service.span.file).path.clone(),
        holes,
        install,
        configure,
        cluster,
        serial,
        example,
    };
    ((!diagnostics.has_errors()).then_some(role), diagnostics)
}

struct Builder<'a, 'f> {
    frame: &'f mut Frame<'a>,
    kind: Option<Arc<Kind>>,
    parent: Option<Arc<Kind>>,
    /// What the tasks above answer.
    answers: Locals,
}

impl Builder<'_, '_> {
    /// The steps of `install` or `configure`, in the order of the text.
    fn part(&mut self, part: &str) -> Vec<Step> {
        let kind = self.kind.as_ref().and_then(|kind| kind.blocks.get(part)).cloned();
        self.parent = kind;
        let blocks: Vec<Arc<hir::Block>> =
            self.frame.definition.blocks.iter().filter(|block| block.keyword.text == part).cloned().collect();
        let mut steps = Vec::new();
        for block in blocks {
            self.answers.clear();
            for item in &block.body.items {
                match item {
                    Item::Block(step) => {
                        steps.extend(self.step(step));
                        self.answers.extend(step.result().map(|(name, _)| Value::residual(Residual::Local(name.clone()))));
                    }
                    // `packages = [ … ]` is a step of its own.
                    Item::Attribute(attribute) => {
                        if let Ok(value) = self.argument(attribute, None, &mut self.answers.clone()) {
                            let name = attribute.name.text.clone();
                            steps.push(Step {
                                word: name.clone(),
                                labels: Vec::new(),
                                doc: attribute.doc.clone(),
                                arguments: [(name, value)].into_iter().collect(),
                                repeat: None,
                                condition: None,
                                span: attribute.span,
                            });
                        }
                    }
                    _ => {}
                }
            }
        }
        steps
    }

    fn step(&mut self, block: &hir::Block) -> Option<Step> {
        let kind = self.parent.as_ref().and_then(|parent| parent.blocks.get(&block.keyword.text)).cloned();
        let mut locals: Locals = self.answers.clone();
        let repeat = match &block.repeat {
            Some(repeat) => {
                let [binding] = repeat.bindings.as_slice() else {
                    self.frame.report(
                        Diagnostic::error(Code::NotExpressible, block.keyword.span, "a step is repeated over one list")
                            .help("lift the combinations: `let NAME = [for …, … : { … }]`, and repeat over `NAME`"),
                    );
                    return None;
                };
                let source = self.sayable(&binding.source, "what the step is repeated over", &mut locals).ok()?;
                let (key, element) = (binding.key.as_ref().map(|name| name.text.clone()), binding.value.text.clone());
                locals.extend(key.clone().map(|name| Value::residual(Residual::Local(name))));
                locals.push(Value::residual(Residual::Local(element.clone())));
                Some(Repetition { key, element, source })
            }
            None => None,
        };
        let condition = match &block.condition {
            Some(condition) => match self.sayable(condition, "whether the step is done", &mut locals).ok()? {
                Value::Bool(true) => None,
                condition => Some(condition),
            },
            None => None,
        };
        let mut labels = Vec::new();
        for label in &block.labels {
            labels.push(match &label.value {
                hir::LabelValue::Word(text) => Value::Text(text.clone()),
                hir::LabelValue::Template(parts) => {
                    let value = eval::eval_template(parts, self.frame, &mut locals).ok()?;
                    if foreign_in(&value).is_some() {
                        self.frame.report(lift(label.span, "the label"));
                        return None;
                    }
                    value
                }
            });
        }
        let arguments = self.record(&block.body, kind.as_deref(), &mut locals)?;
        let span = block.place();
        Some(Step { word: block.keyword.text.clone(), labels, doc: block.doc.clone(), arguments, repeat, condition, span })
    }

    /// What a body sets, its blocks as records or lists of records, and the defaults of its kind.
    fn record(&mut self, body: &hir::Body, kind: Option<&Kind>, locals: &mut Locals) -> Option<Entries> {
        let mut arguments: Entries = Entries::new();
        for item in &body.items {
            match item {
                Item::Attribute(attribute) => {
                    let ty = kind.and_then(|kind| kind.inputs.get(&attribute.name.text)).map(|input| &input.ty);
                    let value = self.argument(attribute, ty, locals).ok()?;
                    arguments.insert(attribute.name.text.clone(), value);
                }
                Item::Block(block) => {
                    let inner = kind.and_then(|kind| kind.blocks.get(&block.keyword.text));
                    let record = self.record(&block.body, inner.map(|inner| &**inner), locals)?;
                    arguments.insert(block.keyword.text.clone(), Value::Map(record.into()));
                }
                _ => {}
            }
        }
        for (name, input) in kind.into_iter().flat_map(|kind| &kind.inputs) {
            if let Some(default) = &input.default
                && !arguments.contains_key(name)
            {
                let value = eval::eval_with(default, self.frame, locals).ok()?;
                if value != Value::None {
                    arguments.insert(name.clone(), value);
                }
            }
        }
        Some(arguments)
    }

    fn argument(&mut self, attribute: &hir::Attribute, ty: Option<&Ty>, locals: &mut Locals) -> Result<Value, Stop> {
        let value = self.sayable(&attribute.value, &format!("`{}`", attribute.name.text), locals)?;
        match ty {
            Some(ty) => {
                let value = eval::complete_at(value, ty, attribute.value.span, self.frame)?;
                eval::conform(value, ty).map_err(|why| {
                    let mut diagnostic = Diagnostic::error(why.code, attribute.value.span, why.message);
                    if let Some(help) = why.help {
                        diagnostic = diagnostic.help(help);
                    }
                    self.frame.report(diagnostic);
                    Stop
                })
            }
            None => Ok(value),
        }
    }

    fn sayable(&mut self, expr: &hir::Expr, what: &str, locals: &mut Locals) -> Result<Value, Stop> {
        let value = eval::eval_with(expr, self.frame, locals)?;
        match foreign_in(&value) {
            Some(span) => {
                let inside = span.file == expr.span.file && expr.span.start <= span.start && span.end <= expr.span.end;
                self.frame.report(lift(if inside { span } else { expr.span }, what));
                Err(Stop)
            }
            None => Ok(value),
        }
    }

    /// An attribute of the service that is a constant.
    fn text(&mut self, name: &str) -> Option<Text> {
        let attribute = self.frame.definition.attributes.get(name)?.clone();
        self.frame.constant(&attribute.value, None)?.as_text().cloned()
    }
}

/// The `let`s whose value depends on the machine: those that name `host`, directly or through another.
fn per_host(service: &Definition) -> BTreeSet<Text> {
    let mut found: BTreeSet<Text> = BTreeSet::from(["host".into()]);
    loop {
        let before = found.len();
        for (name, binding) in &service.lets {
            if binding.value.mentions(&found) {
                found.insert(name.clone());
            }
        }
        if found.len() == before {
            break;
        }
    }
    found.remove("host");
    found
}
