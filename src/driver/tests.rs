//! Runs the tests of a library: each compiles a small product of its own, and what it expects is compared with what there is.

mod reached;

use super::layers::{LinkedTest, Shared, parse, sort};
use super::product::{self, Compiled, With};
use super::targets::Targets;
use super::why::shown;
use super::{Files, Options, shared as files_of_all, threads};
use crate::artifact::Tree;
use crate::base::{Span, Text, Workspace};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::eval::{Run, Work, text_of};
use crate::hir::{Program, Test};
use crate::plan::expected::{self, Expectation, Failed, Judged};
use crate::plan::{NO_IMPORTS, Unit};
use crate::shape::Shapes;
use crate::target::opentofu::{self, Known};
use crate::value::Value;
use rayon::prelude::*;

/// What running the tests of a workspace gave.
#[derive(Debug, Default)]
pub struct Tested {
    /// What keeps them from being run; without an error there, each was run that was asked for.
    pub diagnostics: Vec<Diagnostic>,
    /// The tests that were run, in the order of files and text.
    pub results: Vec<TestResult>,
    /// The names of all that there are, in the same order.
    pub names: Vec<Text>,
}

/// What running a test gave.
#[derive(Debug)]
pub struct TestResult {
    /// The name of the test.
    pub name: Text,
    /// Where its name stands.
    pub span: Span,
    /// What is not as it expects; it has passed where there is nothing.
    pub failures: Vec<Diagnostic>,
}

/// Runs the tests whose names have one of `wanted` in them; all of them where nothing is wanted. Touches no disk, clock, environment or
/// network.
pub fn run_tests(workspace: &Workspace, wanted: &[Text], jobs: Option<usize>) -> Tested {
    threads::on(jobs, || run_here(workspace, wanted))
}

fn run_here(workspace: &Workspace, wanted: &[Text]) -> Tested {
    let parsed = parse(workspace);
    let sorted = sort(workspace, parsed.iter());
    // What is wrong with products is no matter of tests: what they share is.
    let shared = Shared::new(workspace, &sorted, &sorted.run());
    let mut tested = Tested { diagnostics: shared.diagnostics.clone().sorted(), ..Tested::default() };
    let has_errors = tested.diagnostics.iter().any(|found| found.severity == Severity::Error);
    let (false, Some(shapes)) = (has_errors, &shared.shapes) else { return tested };
    tested.names = shared.tests.iter().map(|linked| linked.test.name.text.clone()).collect();
    let is_wanted = |name: &Text| wanted.is_empty() || wanted.iter().any(|wanted| name.contains(wanted.as_str()));
    let chosen: Vec<&LinkedTest> = shared.tests.iter().filter(|linked| is_wanted(&linked.test.name.text)).collect();
    let run = |linked: &&LinkedTest| {
        let running = Running { workspace, program: shared.program(), shapes, test: &linked.test };
        running.result(linked)
    };
    tested.results = chosen.par_iter().map(run).collect();
    tested
}

/// What a test is run with.
struct Running<'r> {
    workspace: &'r Workspace,
    program: &'r Program,
    shapes: &'r Shapes,
    test: &'r Test,
}

impl Running<'_> {
    fn result(&self, linked: &LinkedTest) -> TestResult {
        let (product, types) = (&self.test.product, &linked.types);
        let run = Run::new(1);
        let options = Options { facts: true, files: Files::Kept, ..Options::default() };
        let is_sound = !linked.found.has_errors();
        let with = With {
            workspace: self.workspace,
            program: self.program,
            shapes: self.shapes,
            options: &options,
            run: &run,
            has_threads: false,
        };
        // What would follow from mistakes is no news, here as in a product.
        let mut compiled = match is_sound {
            true => product::compile(with, types, product, &NO_IMPORTS),
            false => Compiled::default(),
        };
        compiled.diagnostics.0.splice(0..0, linked.found.0.iter().cloned());
        let mut failures = Vec::new();
        let mut work = Work::within(&run);
        let mut met = vec![false; compiled.diagnostics.0.len()];
        let mut tree: Option<Tree> = None;
        for environment in &product.environments {
            let judged = expected::expected(self.program, types, self.shapes, product, &environment.text, &mut work, is_sound);
            let Judged { failed, expected, units, diagnostics } = judged;
            failures.extend(failed.iter().map(|failed| self.failed(failed)));
            for expectation in &expected {
                let failure = match expectation.keyword.text.as_str() {
                    "finding" => finding(expectation, &compiled.diagnostics.0, &mut met),
                    "policy" => policy(self.program, expectation, &compiled.diagnostics.0, &mut met),
                    "file" => {
                        let tree = tree.get_or_insert_with(|| self.files(&mut compiled));
                        file(expectation, tree)
                    }
                    "resource" => self.resource(expectation, &units),
                    "open" => reached::opening(expectation, &compiled, &environment.text, true),
                    "closed" => reached::opening(expectation, &compiled, &environment.text, false),
                    other => Some(fail(expectation.keyword.span, format!("nothing is known of `{other}`"))),
                };
                failures.extend(failure);
            }
            failures.extend(diagnostics);
        }
        let unexpected = compiled.diagnostics.0.iter().zip(&met).filter(|(_, met)| !**met).map(|(found, _)| found.clone());
        failures.extend(unexpected.map(|found| found.related(self.test.name.span, "this test does not expect it")));
        let mut failures = Diagnostics(failures).sorted();
        failures.dedup();
        TestResult { name: self.test.name.text.clone(), span: self.test.name.span, failures }
    }

    /// Every file that a build would write for the product.
    fn files(&self, compiled: &mut Compiled) -> Tree {
        let tree = std::mem::take(&mut compiled.tree);
        let mut of_all = Tree::new();
        let found = files_of_all::emit(self.program, self.shapes, &compiled.uses, &Targets::default(), &mut of_all);
        compiled.diagnostics.extend(found);
        // A file of both is found where products are compiled.
        Tree::join(vec![tree, of_all]).unwrap_or_default()
    }

    /// Whether a unit has a resource, with arguments that it has.
    fn resource(&self, expected: &Expectation, units: &[Unit]) -> Option<Diagnostic> {
        let span = expected.keyword.span;
        let address = expected.labels.first().cloned().unwrap_or_default();
        let Some((of, _)) = expected.instance("of") else { return Some(fail(span, "`of` names no module of a stack")) };
        let path = of.replace('.', "/");
        let Some(unit) = units.iter().find(|unit| unit.path == path) else {
            return Some(fail(span, format!("`{of}` is no unit: nothing is known of its resources")));
        };
        let key = (unit.module.clone(), unit.provider.clone());
        let known = self.shapes.modules.get(&key).map(|module| opentofu::known(module, &unit.inputs)).unwrap_or_default();
        let is_absent = expected.value("absent") == Some(&Value::Bool(true));
        let found: Vec<&Known> = known
            .iter()
            .filter(|known| {
                known.address == address || known.address.strip_prefix(address.as_str()).is_some_and(|key| key.starts_with('['))
            })
            .collect();
        match (found.is_empty(), is_absent) {
            // That there is nothing of a name that the module never has would always hold.
            (true, true) => {
                let plain = address.split('[').next().unwrap_or_default();
                let names = self.shapes.modules.get(&key).map(|module| opentofu::addresses(module)).unwrap_or_default();
                let is_known = names.iter().any(|name| name == plain);
                return (!is_known).then(|| {
                    fail(span, format!("`{of}` never has a resource `{plain}`"))
                        .did_you_mean(plain, span, names.iter().map(Text::as_str))
                        .repaired_if(false)
                });
            }
            (true, false) => {
                let addresses = known.iter().map(|known| known.address.as_str());
                return Some(fail(span, format!("`{of}` has no resource `{address}`")).did_you_mean(&address, span, addresses));
            }
            (false, true) => return Some(fail(span, format!("`{of}` has the resource `{address}`"))),
            (false, false) => {}
        }
        for known in found {
            for (name, wanted) in expected.value("has").and_then(Value::as_map).into_iter().flatten() {
                let actual = known.arguments.get(name);
                if !actual.is_some_and(|actual| agree(wanted, actual)) {
                    let message = format!("`{name}` of `{}` in `{of}` is not {}", known.address, of_value(wanted));
                    let said = actual.map_or_else(
                        || "it is absent, or known to a tool alone".to_owned(),
                        |actual| format!("it is {}", of_value(actual)),
                    );
                    return Some(fail(span, message).label(said));
                }
            }
        }
        None
    }

    /// A check that does not hold, with what it is about.
    fn failed(&self, failed: &Failed) -> Diagnostic {
        let text = |span: Span| self.workspace.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
        let message = match (&failed.message, failed.is_known) {
            (Some(message), true) => message.to_string(),
            (_, false) => format!("`{}` has no value before an apply, or none at all", text(failed.span)),
            (None, true) => format!("`{}` does not hold", text(failed.span)),
        };
        let mut diagnostic = fail(failed.span, message);
        let values: Vec<String> = failed.parts.iter().map(|(span, value, _)| format!("`{}` is {}", text(*span), of_value(value))).collect();
        if !values.is_empty() {
            diagnostic = diagnostic.label(values.join(", "));
        }
        for (_, value, place) in &failed.parts {
            if let Some(place) = place {
                diagnostic = diagnostic.related(*place, format!("{} is said here", of_value(value)));
            }
        }
        match &failed.help {
            Some(help) => diagnostic.help(help.to_string()),
            None => diagnostic,
        }
    }
}

/// Whether a place lies in another one.
fn holds(around: Span, place: Span) -> bool {
    around.file == place.file && around.start <= place.start && place.end <= around.end
}

/// A value as a reader compares it.
fn of_value(value: &Value) -> String {
    match value {
        Value::Residual(_) => "known to a tool alone".to_owned(),
        value => shown(value),
    }
}

/// Whether a value is what is wanted: of an object what is named, of a block that is there once its body.
fn agree(wanted: &Value, actual: &Value) -> bool {
    match (wanted, actual) {
        (Value::Map(wanted), Value::Map(actual)) => {
            wanted.iter().all(|(name, wanted)| agree(wanted, actual.get(name).unwrap_or(&Value::None)))
        }
        (Value::Map(_), Value::List(list)) => matches!(&list[..], [one] if agree(wanted, one)),
        (Value::List(wanted), Value::List(actual)) => {
            wanted.len() == actual.len() && wanted.iter().zip(actual.iter()).all(|(wanted, actual)| agree(wanted, actual))
        }
        _ => wanted == actual || text_of(wanted).is_some_and(|wanted| text_of(actual) == Some(wanted)),
    }
}

fn fail(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::CheckFailed, span, message)
}

/// Marks the findings that are expected; a failure where there is none.
fn finding(expected: &Expectation, found: &[Diagnostic], met: &mut [bool]) -> Option<Diagnostic> {
    let span = expected.keyword.span;
    let code = expected.labels.first().and_then(|label| Code::named(label));
    let Some(code) = code else {
        let names = Code::ALL.iter().map(|code| code.name());
        let label = expected.labels.first().cloned().unwrap_or_default();
        return Some(fail(span, format!("no finding has the code `{label}`")).did_you_mean(&label, span, names));
    };
    let what = format!("{} `{}`", code.id(), code.name());
    meet(expected, &what, &|found| found.code == code, found, met)
}

/// The same for the findings of a policy.
fn policy(program: &Program, expected: &Expectation, found: &[Diagnostic], met: &mut [bool]) -> Option<Diagnostic> {
    let name = expected.labels.first().cloned().unwrap_or_default();
    let policy = program.definitions.get(&("policy".into(), name.clone()))?.span;
    let is_of_policy = |found: &Diagnostic| found.related.iter().any(|label| holds(policy, label.span));
    meet(expected, &format!("of the policy `{name}`"), &is_of_policy, found, met)
}

/// Marks the findings that `fits` takes, and that say what is expected where it is; a failure where there is none.
fn meet(
    expected: &Expectation,
    what: &str,
    fits: &dyn Fn(&Diagnostic) -> bool,
    found: &[Diagnostic],
    met: &mut [bool],
) -> Option<Diagnostic> {
    let span = expected.keyword.span;
    let message = expected.text("message");
    if expected.is_nowhere("at") {
        return Some(fail(span, "`at` names no place: a finding stands at an instance, at one of its attributes, or at a stage"));
    }
    let at = expected.places("at");
    let is_met_by = |found: &Diagnostic| {
        let stands_in = |around: &Span| holds(*around, found.primary.span) || found.related.iter().any(|label| holds(*around, label.span));
        fits(found)
            && message.is_none_or(|part| found.message.contains(part.as_str()))
            && at.as_ref().is_none_or(|(_, places)| places.iter().any(stands_in))
    };
    let mut is_met = false;
    for (found, met) in found.iter().zip(met) {
        if is_met_by(found) {
            (is_met, *met) = (true, true);
        }
    }
    if is_met {
        return None;
    }
    let words = message.map(|message| format!(" that says \"{message}\"")).unwrap_or_default();
    let place = at.map(|(path, _)| format!(" at `{path}`")).unwrap_or_default();
    let mut diagnostic = fail(span, format!("there is no finding {what}{words}{place}"));
    diagnostic = match found {
        [] => diagnostic.label("nothing was found"),
        found => found.iter().take(MOST_FOUND).fold(diagnostic, |diagnostic, found| {
            diagnostic.related(found.primary.span, format!("found instead: {} {}", found.code.id(), found.message))
        }),
    };
    Some(diagnostic)
}

/// How many other findings a failure shows.
const MOST_FOUND: usize = 3;

/// Whether a generated file is there, with lines that it has and lines that it has not.
fn file(expected: &Expectation, tree: &Tree) -> Option<Diagnostic> {
    let span = expected.keyword.span;
    let path = expected.labels.first().cloned().unwrap_or_default();
    let is_absent = expected.value("absent") == Some(&Value::Bool(true));
    let Some(entry) = tree.get(&path) else {
        let known: Vec<&str> = tree.iter().map(|(path, _)| path.as_str()).collect();
        return (!is_absent).then(|| match known.is_empty() {
            true => fail(span, format!("no file `{path}` is made")).label("none is made at all"),
            false => fail(span, format!("no file `{path}` is made")).did_you_mean(&path, span, known),
        });
    };
    if is_absent {
        return Some(fail(span, format!("the file `{path}` is made")));
    }
    let text = entry.text();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let has = |wanted: &Text| lines.iter().any(|line| squeezed(line) == squeezed(wanted));
    if let Some(missing) = expected.texts("lines").into_iter().find(|line| !has(line)) {
        // The line that begins as the wanted one does is most likely what became of it.
        let word = missing.split_whitespace().next().unwrap_or_default();
        let instead = lines.iter().find(|line| line.split_whitespace().next() == Some(word));
        let diagnostic = fail(span, format!("`{path}` has no line `{missing}`"));
        return Some(match instead {
            Some(line) => diagnostic.label(format!("it has `{line}`")),
            None => diagnostic,
        });
    }
    let present = expected.texts("without").into_iter().find(|line| has(line))?;
    Some(fail(span, format!("`{path}` has the line `{present}`")))
}

/// A line without the room that formatters put between words.
fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
