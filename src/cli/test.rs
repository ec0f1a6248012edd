//! `infrac test`.

use super::findings::{Findings, plain};
use super::output::{BAD, GOOD, count, print as answer, print_exactly, screen, tell};
use super::{Exit, Global, misspelt, open, place};
use crate::base::similar::nearest;
use crate::base::{LineIndex, Text, Workspace};
use crate::diag::{Diagnostic, Severity};
use crate::driver::tests::{TestResult, Tested, run_tests};
use crate::host::{Failure, load};
use crate::render::{Format, Report, render_on, resolve, sanitise};
use clap::ValueEnum;
use std::borrow::Cow;
use std::num::NonZeroUsize;

/// Run the tests of the library
///
/// Each `test` of a file with definitions is a small product of its own, with what is expected of it: values, findings, files, who reaches
/// what. It is compiled as any product is, and compared; no cloud is asked, nothing is written. A test fails, too, where something is found
/// that it does not expect.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    infrac test\n  \
    infrac test quorum \"a closed port\"     those whose names have one of these in them\n  \
    infrac test --format junit > tests.xml")]
pub(super) struct Test {
    /// Only tests whose names have one of these in them
    #[arg(value_name = "NAME")]
    names: Vec<String>,

    /// The form of the results
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,

    /// How many threads work [default: one for each core]
    #[arg(long, short, value_name = "N", value_parser = misspelt::threads)]
    jobs: Option<NonZeroUsize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A line for each test, and what is not as it expects
    Text,
    /// One object with a list of results
    Json,
    /// What systems of CI read
    Junit,
}

impl Test {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Failure> {
        let root = open::root(global)?;
        let project = load(&root)?;
        let names: Vec<Text> = self.names.iter().map(|name| name.as_str().into()).collect();
        let prefix = place::prefix(&root, Format::Text)?;
        let mut tested =
            if project.is_known() { run_tests(&project.workspace, &names, self.jobs.map(NonZeroUsize::get)) } else { Tested::default() };
        tested.diagnostics = project.with(std::mem::take(&mut tested.diagnostics));
        if tested.diagnostics.iter().any(|found| found.severity == Severity::Error) {
            let mut findings = Findings::default();
            findings.add(Cow::Borrowed(&project.workspace), &*tested.diagnostics);
            let reports = findings.reports(&prefix);
            super::output::show(&reports);
            // Who reads a report is told there as well.
            match self.format {
                Form::Text => {}
                Form::Json => print_exactly(&format!("{:#}\n", serde_json::json!({ "results": [], "mistakes": as_json(&reports) }))),
                Form::Junit => print_exactly(&junit_of_mistakes(&reports)),
            }
            tell(&format!("{BAD}no test was run{BAD:#}: the library has mistakes\n"));
            return Ok(Exit::Findings);
        }
        for name in &names {
            if !tested.names.iter().any(|known| known.contains(name.as_str())) {
                return Err(unknown(name, &tested.names));
            }
        }
        let printer = Printer { workspace: &project.workspace, prefix: &prefix };
        match self.format {
            Form::Text => printer.text(&tested),
            Form::Json => print_exactly(&format!("{:#}\n", printer.json(&tested))),
            Form::Junit => print_exactly(&printer.junit(&tested)),
        }
        let failed = tested.results.iter().filter(|result| !result.failures.is_empty()).count();
        let passed = tested.results.len() - failed;
        tell(&match (passed, failed) {
            (0, 0) => "the library has no tests\n".to_owned(),
            (passed, 0) => format!("{GOOD}{}{GOOD:#} passed\n", count(passed, "test")),
            (passed, failed) => format!("{BAD}{}{BAD:#} failed, {passed} passed\n", count(failed, "test")),
        });
        Ok(if failed > 0 { Exit::Findings } else { Exit::Clean })
    }
}

fn unknown(name: &str, known: &[Text]) -> Failure {
    let failure = Failure::new(format!("no test has `{name}` in its name"));
    match nearest(name, known.iter().map(Text::as_str)) {
        Some(known) => failure.help(format!("did you mean `{known}`?")),
        None => failure.help("`infrac test` without a name runs all of them, and lists them"),
    }
}

/// Findings as programs read them.
fn as_json(reports: &[Report]) -> Vec<serde_json::Value> {
    let lines = render_on(Format::Json, reports, &crate::render::Screen::default());
    lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// A suite in which nothing was run, with the reason.
fn junit_of_mistakes(reports: &[Report]) -> String {
    let said = plain(&render_on(Format::Text, reports, &crate::render::Screen::default()));
    let message = "no test was run: the library has mistakes";
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"infrac\" tests=\"1\" failures=\"0\" errors=\"1\">\n    \
         <testcase name=\"library\" classname=\"infrac\">\n      <error message=\"{message}\">{}</error>\n    </testcase>\n  </testsuite>\n\
         </testsuites>\n",
        xml(&said)
    )
}

/// Prints results.
struct Printer<'p> {
    workspace: &'p Workspace,
    /// What leads from the reader to the project.
    prefix: &'p str,
}

impl Printer<'_> {
    /// The path of the file, the line, and the column, each from one.
    fn place(&self, result: &TestResult) -> (String, u32, u32) {
        let file = self.workspace.file(result.span.file);
        let place = LineIndex::new(&file.text).line_column(&file.text, result.span.start);
        (format!("{}{}", self.prefix, file.path), place.line, place.column)
    }

    fn text(&self, tested: &Tested) {
        let widest = tested.results.iter().map(|result| result.name.chars().count()).max().unwrap_or(0);
        for result in &tested.results {
            let (path, line, column) = self.place(result);
            let (name, place) = (sanitise(&result.name), sanitise(&path).into_owned());
            let gap = " ".repeat(widest.saturating_sub(result.name.chars().count()));
            let said = if result.failures.is_empty() { format!("{GOOD}pass{GOOD:#}") } else { format!("{BAD}FAIL{BAD:#}") };
            answer(&format!("{said}  {name}{gap}  {place}:{line}:{column}\n"));
        }
        let failures: Vec<Diagnostic> = tested.results.iter().flat_map(|result| result.failures.iter().cloned()).collect();
        if !failures.is_empty() {
            answer("\n");
            answer(&render_on(Format::Text, &resolve(self.workspace, &failures, self.prefix), &screen()));
        }
    }

    /// What is not as a test expects, in the form of one line each.
    fn failures(&self, result: &TestResult) -> String {
        let reports = resolve(self.workspace, &result.failures, self.prefix);
        // A report has no colours, whatever the terminal has.
        plain(&render_on(Format::Text, &reports, &crate::render::Screen::default()))
    }

    fn json(&self, tested: &Tested) -> serde_json::Value {
        let results = tested.results.iter().map(|result| {
            let (path, line, column) = self.place(result);
            let failures = as_json(&resolve(self.workspace, &result.failures, self.prefix));
            serde_json::json!({
                "name": result.name.as_str(), "path": path, "line": line, "column": column,
                "passed": failures.is_empty(), "failures": failures,
            })
        });
        serde_json::json!({ "results": results.collect::<Vec<_>>() })
    }

    fn junit(&self, tested: &Tested) -> String {
        let failed = tested.results.iter().filter(|result| !result.failures.is_empty()).count();
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"infrac\" tests=\"{}\" failures=\"{failed}\">\n",
            tested.results.len()
        );
        for result in &tested.results {
            let (path, line, _) = self.place(result);
            let head = format!(
                "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{line}\"",
                xml(&result.name),
                xml(&path),
                xml(&path)
            );
            match result.failures.first() {
                None => text.push_str(&format!("{head}/>\n")),
                Some(first) => text.push_str(&format!(
                    "{head}>\n      <failure message=\"{}\" type=\"{}\">{}</failure>\n    </testcase>\n",
                    xml(&first.message),
                    first.code.id(),
                    xml(&self.failures(result))
                )),
            }
        }
        text.push_str("  </testsuite>\n</testsuites>\n");
        text
    }
}

/// Text as XML says it; what XML cannot hold at all is left out.
fn xml(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\n' => written.push_str("&#10;"),
            '\t' => written.push_str("&#9;"),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {}
            letter => written.push(letter),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::xml;

    #[test]
    fn xml_holds_what_it_can() {
        assert_eq!(xml("a < \"b\" & c\u{1b}[0m\n"), "a &lt; &quot;b&quot; &amp; c[0m&#10;");
    }
}
