//! Why something is as it is: from a line of a generated file, or a value of a product, to the places that decide it.

mod reason;

use super::front::{Front, front};
use super::product::{With, lock_of, lock_path};
use super::{Options, between, threads};
use crate::artifact::{Format, lines};
use crate::base::{Key, Span, Text, Workspace, text};
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::{Work, text_of};
use crate::hir::{Literal, Product};
use crate::plan::origin::{Origin, Origins};
use crate::plan::{self, Beside, Imports, Lock, Plan};
use crate::shape::Shapes;
use crate::target;
use crate::target::common::origin::{Part, Said};
use crate::value::{InstanceId, Value};
use std::ops::Range;
use std::sync::Arc;

pub use reason::{How, Reason};
pub(super) use reason::{shown, shown_by};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// A line of a generated file.
    Line {
        /// The file, relative to the output folder.
        file: Text,
        /// What it holds.
        text: String,
        /// The line, from 1.
        line: usize,
    },
    /// A value: `acme.web_eu.nodes.servers`, by its parts.
    Value(Vec<Key>),
}

/// Where it comes from, in some environments.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The environments in which it comes from there; none where no environment has a say.
    pub environments: Vec<Text>,
    /// The nearest ones; what each is read from stands in it.
    pub reasons: Vec<Reason>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// Nothing has this name; what has some beginning of it, and what there is instead.
    Unknown(Text, Vec<Text>),
    /// The file has no such line.
    NoLine(usize),
}

/// How many values are named that stand in a line of which nothing else is known.
const MOST_GUESSED: usize = 3;

/// Answers questions about a project, each in its place. Touches no disk.
pub fn why(
    workspace: &Workspace,
    options: &Options,
    questions: &[Question],
) -> Result<Vec<Result<Vec<Answer>, Unanswered>>, Vec<Diagnostic>> {
    threads::on(options.jobs, || {
        let front = front(workspace, options);
        let shapes = match &front.shared.shapes {
            Some(shapes) if front.is_sound && !front.diagnostics.has_errors() => shapes,
            _ => return Err(front.diagnostics.sorted()),
        };
        let asking = Asking { workspace, options, front: &front, shapes };
        let mut answers: Vec<Option<Result<Vec<Answer>, Unanswered>>> = vec![None; questions.len()];
        let products: Vec<Option<&Arc<Product>>> = questions.iter().map(|question| asking.product(question)).collect();
        for product in front.products() {
            let of_product = |of: &&(usize, &Option<&Arc<Product>>)| of.1.is_some_and(|of| Arc::ptr_eq(of, product));
            let asked: Vec<usize> = products.iter().enumerate().filter(|of| of_product(&of)).map(|(at, _)| at).collect();
            if asked.is_empty() {
                continue;
            }
            let lock = asking.lock(product);
            let Some(imports) = asking.imports(product) else { continue };
            let mut known = asking.known(product, Beside { lock: &lock, imports: &imports });
            for at in asked {
                let answer = match &questions[at] {
                    Question::Line { file, text, line } => asking.line(file, text, *line, Some(&mut known)),
                    Question::Value(path) => asking.value(path, &mut known),
                };
                answers[at] = Some(answer.map(|answers| asking.across(answers)));
            }
        }
        let answers = questions.iter().zip(answers).map(|(question, answer)| match (question, answer) {
            (_, Some(answer)) => answer,
            (Question::Line { file, text, line }, None) => asking.line(file, text, *line, None),
            (Question::Value(path), None) => {
                let known = front.products().map(|product| product.name.text.clone()).collect();
                Err(Unanswered::Unknown(path.first().and_then(Key::as_name).cloned().unwrap_or_default(), known))
            }
        });
        Ok(answers.collect())
    })
}

/// The first step of a path that a value does not have, and what it has there.
fn absent(value: &Value, path: &[Key]) -> Option<(Text, Vec<Text>)> {
    let mut value = value;
    for key in path {
        let next = match (value, key) {
            (Value::List(list), Key::At(at)) => list.get(*at),
            (Value::Map(map), Key::Name(name)) => map.get(name),
            // What a tool will know, what instances have, and elements that are named by their key, are found by who follows the path.
            (Value::Residual(_) | Value::Instance(_) | Value::Definition(..), _) | (Value::List(_), Key::Name(_)) => return None,
            _ => None,
        };
        value = match next {
            Some(next) => next,
            None => {
                let known = match value {
                    Value::List(list) => (0..list.len()).map(|at| text!("{at}")).collect(),
                    Value::Map(map) => map.iter().map(|(key, _)| key.clone()).collect(),
                    _ => Vec::new(),
                };
                let key = match key {
                    Key::Name(name) => name.clone(),
                    Key::At(at) => text!("{at}"),
                };
                return Some((key, known));
            }
        };
    }
    None
}

struct Asking<'a> {
    workspace: &'a Workspace,
    options: &'a Options,
    front: &'a Front,
    shapes: &'a Shapes,
}

/// A product as it is asked about.
struct Known<'a> {
    product: &'a Product,
    plans: Vec<Plan>,
    /// By environment.
    origins: Vec<(Text, Origins<'a>)>,
}

impl Known<'_> {
    /// Calls `ask` with each environment, and puts equal answers together.
    fn each(&mut self, mut ask: impl FnMut(&mut Origins<'_>, &Text) -> Option<Vec<Origin>>) -> Vec<Answer> {
        let mut answers: Vec<Answer> = Vec::new();
        for (environment, origins) in &mut self.origins {
            let Some(found) = ask(origins, environment) else { continue };
            let reasons: Vec<Reason> = found.into_iter().map(Reason::from).collect();
            match answers.iter_mut().find(|answer| answer.reasons == reasons) {
                Some(answer) => answer.environments.push(environment.clone()),
                None => answers.push(Answer { environments: vec![environment.clone()], reasons }),
            }
        }
        answers
    }
}

impl<'a> Asking<'a> {
    /// The product that a question is about; none for what all products share.
    fn product(&self, question: &Question) -> Option<&'a Arc<Product>> {
        let is_it = |product: &&Arc<Product>| {
            let name = &product.name.text;
            match question {
                Question::Value(path) => path.first().and_then(Key::as_name) == Some(name),
                Question::Line { file, .. } => match file.split('/').collect::<Vec<_>>()[..] {
                    ["live", of, ..] => of == name.as_str(),
                    ["ansible", "inventory" | "playbooks", of, ..] => of == target::common::word(name).as_str(),
                    _ => false,
                },
            }
        };
        self.front.products().find(is_it)
    }

    /// What is wrong with a lock is said by a build.
    fn lock(&self, product: &Product) -> Lock {
        lock_of(self.workspace, product, &lock_path(product), self.options, &mut Diagnostics::default())
    }

    /// What those export that a product refers to; nothing where one of them has mistakes, which a build tells.
    fn imports(&self, product: &Arc<Product>) -> Option<Imports> {
        let (program, shapes, run) = (self.front.shared.program(), self.shapes, &self.front.run);
        let with = With { workspace: self.workspace, program, shapes, options: self.options, run, has_threads: false };
        let by_name = between::by_name(self.front.products.iter());
        between::imports(with, &by_name, by_name.get(&product.name.text)?, &mut Diagnostics::default())
    }

    /// Follows what other products export to the places there that decide it.
    fn across(&self, mut answers: Vec<Answer>) -> Vec<Answer> {
        let reasons = answers.iter_mut().flat_map(|answer| &mut answer.reasons);
        reasons.for_each(|reason| self.followed(reason));
        answers
    }

    fn followed(&self, reason: &mut Reason) {
        reason.from.iter_mut().for_each(|from| self.followed(from));
        let How::Exported(environment) = &reason.how else { return };
        let path: Vec<Key> = reason.what.split('.').map(|part| Key::Name(part.into())).collect();
        let question = Question::Value(path.clone());
        let Some(product) = self.product(&question) else { return };
        let lock = self.lock(product);
        let Some(imports) = self.imports(product) else { return };
        let mut known = self.known(product, Beside { lock: &lock, imports: &imports });
        known.origins.retain(|(of, _)| of == environment);
        let answers = self.value(&path, &mut known).map(|answers| self.across(answers)).unwrap_or_default();
        if let Some(there) = answers.into_iter().flat_map(|answer| answer.reasons).next() {
            *reason = within(&product.name.text, there);
        }
    }

    fn known<'k>(&self, product: &'k Arc<Product>, beside: Beside<'k>) -> Known<'k>
    where
        'a: 'k,
    {
        let (program, shapes, run) = (self.front.shared.program(), self.shapes, &self.front.run);
        let linked = self.front.products.iter().find(|linked| linked.product.as_ref().is_some_and(|of| Arc::ptr_eq(of, product)));
        let types = linked.map_or(&self.front.shared.types, |linked| &*linked.types);
        let mut work = Work::within(run);
        let all = product.environments.iter().map(|environment| &environment.text);
        let mut plans: Vec<Plan> =
            all.clone().filter_map(|environment| plan::plan(program, types, shapes, product, environment, beside, &mut work).0).collect();
        plan::rank(&mut plans, beside.imports);
        let asked = all.filter(|environment| self.options.environments.is_empty() || self.options.environments.contains(environment));
        let origins = asked.map(|environment| {
            (environment.clone(), Origins::new(program, types, shapes, product, environment, beside, Work::within(run)))
        });
        Known { product, plans, origins: origins.collect() }
    }

    fn value(&self, path: &[Key], known: &mut Known<'_>) -> Result<Vec<Answer>, Unanswered> {
        let names: Vec<Text> = path.iter().map_while(|key| key.as_name().cloned()).collect();
        let mut unknown = None;
        let answers = known.each(|origins, _| {
            let rest = &names[1..];
            // The longest path of instances: what follows is a field and a part of it.
            let (at, instance) = (0..=rest.len()).rev().find_map(|at| Some((at, origins.instance(&rest[..at])?)))?;
            let Some(Key::Name(field)) = path.get(at + 1) else {
                let fields = origins.fields(instance).into_iter().filter_map(|(field, _)| origins.field(instance, &field, &[]));
                return Some(fields.map(|origin| Origin { from: Vec::new(), ..origin }).collect());
            };
            let part = &path[at + 2..];
            let whole = if part.is_empty() { None } else { origins.field(instance, field, &[]).and_then(|origin| origin.value) };
            if let Some((key, known)) = whole.and_then(|whole| absent(&whole, part)) {
                unknown = Some(Unanswered::Unknown(key, known));
                return None;
            }
            let found = origins.field(instance, field, part);
            if found.is_none() {
                let known = origins.children(instance).into_iter().chain(origins.fields(instance).into_iter().map(|(field, _)| field));
                unknown = Some(Unanswered::Unknown(field.clone(), known.collect()));
            }
            Some(vec![found?])
        });
        match (answers.is_empty(), unknown) {
            (true, Some(unknown)) => Err(unknown),
            _ => Ok(answers),
        }
    }

    fn line(&self, file: &Text, contents: &str, line: usize, mut known: Option<&mut Known<'_>>) -> Result<Vec<Answer>, Unanswered> {
        let paths = lines::paths(format_of(file), contents);
        let Some(keys) = line.checked_sub(1).and_then(|line| paths.get(line)) else { return Err(Unanswered::NoLine(line)) };
        let beside = contents.lines().zip(&paths).filter(|(_, path)| path.first() == keys.first());
        let around = beside.map(|(line, _)| line).collect::<Vec<_>>().join("\n");
        // While parts are asked for, the plans are read beside the origins that answer.
        let plans = known.as_mut().map(|known| std::mem::take(&mut known.plans)).unwrap_or_default();
        let part = Part {
            file,
            keys,
            line: contents.lines().nth(line - 1).unwrap_or_default(),
            around: &around,
            program: self.front.shared.program(),
            shapes: self.shapes,
            plans: &plans,
        };
        let targets = [target::terragrunt::origin, target::ansible::origin, target::opentofu::origin, target::pipeline::origin];
        let said: Vec<Said> = targets.into_iter().flat_map(|origin| origin(&part)).collect();
        let Some(known) = known else {
            let mut origins: Vec<Origin> = said.into_iter().filter_map(place).collect();
            if origins.is_empty() {
                origins = self.definitions_in(&part);
            }
            let reasons = origins.into_iter().map(Reason::from).collect();
            return Ok(vec![Answer { environments: Vec::new(), reasons }]);
        };
        let line = part.line;
        let names = |environment: &Text| file.split('/').any(|folder| folder == environment.as_str());
        let of_one = plans.iter().any(|plan| names(&plan.environment));
        let product = known.product;
        let answers = known.each(|origins, environment| {
            if of_one && !names(environment) {
                return None;
            }
            let exact = said.iter().filter_map(|said| match said {
                Said::Field { environment: of, instance, field, host, path } if of == environment => match host {
                    Some(host) => origins.field_on(*instance, field, host, path),
                    None => origins.field(*instance, field, path),
                },
                Said::Machine { environment: of, host, path } if of == environment => origins.machine(host, path),
                Said::Field { .. } | Said::Machine { .. } | Said::Place { .. } => None,
            });
            let mut found: Vec<Origin> = exact.collect();
            if found.is_empty() {
                found = values_in(origins, line);
                found.extend(said.iter().cloned().filter_map(place));
            }
            if found.is_empty() {
                let (what, place) = (text!("product {}", product.name.text), product.name.span);
                found.push(Origin { what, how: How::Name, place, value: None, from: Vec::new() });
            }
            Some(found)
        });
        known.plans = plans;
        Ok(answers)
    }

    /// The definitions of the library that say a word of a line: a tool, an action, an image.
    fn definitions_in(&self, part: &Part<'_>) -> Vec<Origin> {
        let mut found: Vec<(usize, Span, Text)> = Vec::new();
        for ((keyword, name), definition) in &self.front.shared.program().definitions {
            for attribute in definition.attributes.values() {
                attribute.value.walk(&mut |expr| {
                    let said = match &expr.kind {
                        crate::hir::ExprKind::Template(parts) => crate::hir::plain_text(parts),
                        crate::hir::ExprKind::Literal(Literal::Int(_)) => None,
                        crate::hir::ExprKind::Literal(literal) => text_of(&crate::hir::value_of(literal)),
                        _ => None,
                    };
                    if let Some(said) = said.filter(|said| said.len() > 2 && word_in(part.line, said).is_some()) {
                        found.push((said.len(), expr.span, text!("{keyword} {name}.{}", attribute.name.text)));
                    }
                });
            }
            if name.len() > 2 && word_in(part.line, name).is_some() && matches!(keyword.as_str(), "tool" | "action" | "image" | "service") {
                found.push((name.len(), definition.name.span, text!("{keyword} {name}")));
            }
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.2.cmp(&b.2)));
        let origins = found.into_iter().take(MOST_GUESSED);
        origins.map(|(_, place, what)| Origin { what, how: How::Attribute, place, value: None, from: Vec::new() }).collect()
    }
}

/// A reason of another product, with the name of that before what it is about.
fn within(product: &Text, reason: Reason) -> Reason {
    let what = match reason.what.split('.').next() == Some(product.as_str()) {
        true => reason.what,
        false => text!("{product}.{}", reason.what),
    };
    Reason { what, from: reason.from.into_iter().map(|from| within(product, from)).collect(), ..reason }
}

fn place(said: Said) -> Option<Origin> {
    match said {
        Said::Place { what, span } => Some(Origin { what, how: How::Name, place: span, value: None, from: Vec::new() }),
        Said::Field { .. } | Said::Machine { .. } => None,
    }
}

/// The values of a product that stand in a line, longest first; what stands within another one is a part of it.
fn values_in(origins: &mut Origins<'_>, line: &str) -> Vec<Origin> {
    let mut found: Vec<(Range<usize>, InstanceId, Text, Vec<Key>)> = Vec::new();
    for (instance, field, value) in origins.all() {
        leaves(&value, &mut Vec::new(), &mut |path, leaf| {
            let place = text_of(leaf).filter(|text| text.len() > 2).and_then(|text| word_in(line, &text));
            found.extend(place.map(|place| (place, instance, field.clone(), path.to_vec())));
        });
    }
    // Of what is as long, what the product says comes first, then what stands in a stack.
    found.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| (a.1, &a.2, &a.3).cmp(&(b.1, &b.2, &b.3))));
    let mut taken: Vec<Range<usize>> = Vec::new();
    let mut said = Vec::new();
    for (place, instance, field, path) in found {
        if said.len() == MOST_GUESSED {
            break;
        }
        if taken.iter().all(|other| place.end <= other.start || other.end <= place.start)
            && let Some(origin) = origins.field(instance, &field, &path)
        {
            said.push(origin);
            taken.push(place);
        }
    }
    said
}

fn leaves(value: &Value, path: &mut Vec<Key>, visit: &mut dyn FnMut(&[Key], &Value)) {
    match value {
        Value::List(list) => list.iter().enumerate().for_each(|(at, value)| {
            path.push(Key::At(at));
            leaves(value, path, visit);
            path.pop();
        }),
        Value::Map(map) => map.iter().for_each(|(key, value)| {
            path.push(Key::Name(key.clone()));
            leaves(value, path, visit);
            path.pop();
        }),
        leaf => visit(path, leaf),
    }
}

/// Where a text stands in a line by itself: no letter or digit goes on before or behind it.
fn word_in(line: &str, text: &str) -> Option<Range<usize>> {
    let goes_on = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let places = line.match_indices(text).map(|(at, found)| at..at + found.len());
    let mut whole = places.filter(|place| !goes_on(line[..place.start].chars().next_back()) && !goes_on(line[place.end..].chars().next()));
    whole.next()
}

/// The format of a generated file, by its name.
fn format_of(file: &str) -> Format {
    match file.rsplit('.').next() {
        Some("tf" | "hcl") => Format::Hcl,
        Some("yml" | "yaml") => Format::Yaml,
        Some("json") => Format::Json,
        _ => Format::Text,
    }
}
