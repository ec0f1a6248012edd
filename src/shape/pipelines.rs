//! From the library's definition of a pipeline, its actions and tools to their shape. They hold words only, so nothing is evaluated.

use super::pipeline::{Access, Action, Event, Per, Pipeline, Stage, Task, Tool};
use crate::base::{Text, Workspace, text};
use crate::hir::{self, Definition, ExprKind, LabelValue, Literal, Part, Program};

/// The pipeline of a program, if it defines one.
pub(super) fn pipeline(program: &Program, workspace: &Workspace) -> Option<Pipeline> {
    let definition = of_keyword(program, "pipeline").next()?;
    let stages = definition.blocks.iter().filter(|block| block.keyword.text == "stage");
    let mut tools: Vec<Tool> = of_keyword(program, "tool").map(tool).collect();
    let own = tools.iter_mut().find(|tool| tool.name == COMPILER);
    let compiler = own.map(|own| {
        let repository = || text(definition, "compiler").and_then(|url| releases_of(&url));
        own.package = said(workspace).or_else(repository).unwrap_or_else(|| own.package.clone());
        own.package.clone()
    });
    Some(Pipeline {
        name: definition.name.text.clone(),
        source: workspace.file(definition.span.file).path.clone(),
        branch: text(definition, "branch").unwrap_or_else(|| "main".into()),
        runner: text(definition, "runner").unwrap_or_default(),
        container: text(definition, "container").unwrap_or_default(),
        compiler: compiler.unwrap_or_default(),
        minute: attribute(definition, "minute").and_then(int).unwrap_or_default(),
        stages: stages.filter_map(|block| stage(block)).collect(),
        actions: of_keyword(program, "action").map(|of| (of.name.text.clone(), action(of))).collect(),
        tools,
    })
}

/// What the library calls the compiler among its tools.
const COMPILER: &str = "infrac";

/// Where the project says that pipelines get the compiler.
fn said(workspace: &Workspace) -> Option<Text> {
    let (_, settings) = workspace.find("infra.toml")?;
    settings.text.parse::<toml::Table>().ok()?.get("compiler")?.as_str().map(Text::from)
}

/// How mise names the releases of a repository on GitHub or GitLab; nothing for any other address.
pub fn releases_of(url: &str) -> Option<Text> {
    [("https://github.com/", "github"), ("https://gitlab.com/", "gitlab")].iter().find_map(|(begin, backend)| {
        let repository = url.strip_prefix(begin)?.trim_end_matches(".git").trim_end_matches('/');
        let is_one = repository.split('/').filter(|part| !part.is_empty()).count() >= 2;
        is_one.then(|| text!("{backend}:{repository}"))
    })
}

fn of_keyword<'a>(program: &'a Program, wanted: &'static str) -> impl Iterator<Item = &'a Definition> {
    program.definitions.iter().filter(move |((keyword, _), _)| keyword == wanted).map(|(_, definition)| &**definition)
}

fn action(definition: &Definition) -> Action {
    Action {
        uses: text(definition, "uses").unwrap_or_default(),
        sha: text(definition, "sha").unwrap_or_default(),
        version: text(definition, "version").unwrap_or_default(),
        inputs: attribute(definition, "inputs").map(words).unwrap_or_default(),
    }
}

fn tool(definition: &Definition) -> Tool {
    let name = definition.name.text.clone();
    Tool {
        package: text(definition, "package").unwrap_or_else(|| name.clone()),
        name,
        version: text(definition, "version").unwrap_or_default(),
        with: attribute(definition, "with").map(words).unwrap_or_default(),
    }
}

fn stage(block: &hir::Block) -> Option<Stage> {
    let name = match &block.labels.first()?.value {
        LabelValue::Word(name) => name.clone(),
        LabelValue::Template(_) => return None,
    };
    let find = |name: &str| block.body.attribute(name).map(|attribute| &*attribute.value);
    let one = |name: &str| find(name).map(words).and_then(|words| words.into_iter().next());
    let all = |name: &str| find(name).map(words).unwrap_or_default();
    let run = all("run");
    let yes = |name: &str| matches!(find(name).map(|expr| &expr.kind), Some(ExprKind::Literal(Literal::Bool(true))));
    Some(Stage {
        name,
        doc: block.doc.clone().unwrap_or_default(),
        when: all("when").iter().filter_map(|word| event(word)).collect(),
        after: all("after"),
        per: one("per").and_then(|word| per(&word)).unwrap_or(Per::Once),
        changed_only: one("scope").is_some_and(|word| word == "changed"),
        access: one("secrets").and_then(|word| access(reads(&word, &run))).unwrap_or(Access::Nothing),
        run: run.iter().filter_map(|word| task(word)).collect(),
        comment: yes("comment"),
        approve: yes("approve"),
        report: yes("report"),
        gate: one("gate"),
        limit: find("limit").and_then(minutes).unwrap_or(30),
    })
}

/// What a stage reads that says `word`: to look at machines, `read` has to open them.
pub fn reads<'w>(word: &'w str, run: &[Text]) -> &'w str {
    let does = |task: &str| run.iter().any(|word| word == task);
    if word == "read" && does("drift") && !does("plan") { "inspect" } else { word }
}

fn event(word: &str) -> Option<Event> {
    Some(match word {
        "change" => Event::Change,
        "merge" => Event::Merge,
        "hourly" => Event::Hourly,
        _ => return None,
    })
}

fn per(word: &str) -> Option<Per> {
    Some(match word {
        "once" => Per::Once,
        "role" => Per::Role,
        "image" => Per::Image,
        "environment" => Per::Environment,
        _ => return None,
    })
}

fn access(word: &str) -> Option<Access> {
    Some(match word {
        "nothing" => Access::Nothing,
        "read" => Access::Read,
        "inspect" => Access::Inspect,
        "write" => Access::Write,
        "image" => Access::Image,
        _ => return None,
    })
}

fn task(word: &str) -> Option<Task> {
    Some(match word {
        "compile" => Task::Compile,
        "lint" => Task::Lint,
        "molecule" => Task::Molecule,
        "terratest" => Task::Terratest,
        "bake" => Task::Bake,
        "plan" => Task::Plan,
        "cost" => Task::Cost,
        "apply" => Task::Apply,
        "drift" => Task::Drift,
        _ => return None,
    })
}

fn attribute<'a>(definition: &'a Definition, name: &str) -> Option<&'a hir::Expr> {
    definition.attributes.get(name).map(|attribute| &*attribute.value)
}

fn text(definition: &Definition, name: &str) -> Option<Text> {
    attribute(definition, name).map(words).and_then(|words| words.into_iter().next())
}

/// The names and plain texts of an expression, in order.
fn words(expr: &hir::Expr) -> Vec<Text> {
    match &expr.kind {
        ExprKind::Name(name) => vec![name.text.clone()],
        ExprKind::List(list) => list.iter().flat_map(words).collect(),
        ExprKind::Template(parts) => {
            let text = parts.iter().map(|part| if let Part::Text(text) = part { text.as_str() } else { "" });
            vec![text.collect::<String>().into()]
        }
        _ => Vec::new(),
    }
}

fn int<T: TryFrom<i64>>(expr: &hir::Expr) -> Option<T> {
    match expr.kind {
        ExprKind::Literal(Literal::Int(int)) => T::try_from(int).ok(),
        _ => None,
    }
}

fn minutes(expr: &hir::Expr) -> Option<u16> {
    match expr.kind {
        ExprKind::Literal(Literal::Duration(milliseconds)) => u16::try_from(milliseconds / 60_000).ok(),
        _ => None,
    }
}
