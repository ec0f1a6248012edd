//! From the library's definition of a pipeline, its actions and tools to their shape.

use super::words::Scope;
use super::{Access, Action, Pipeline, Stage, Task, Tool};
use crate::base::{Text, Workspace, text};
use crate::check::Types;
use crate::diag::Diagnostics;
use crate::hir::{self, Definition, Program};
use crate::shape::early::Early;
use crate::shape::said::{Fields, Undeclared};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the pipeline of a project is read from.
pub(in crate::shape) struct Context<'a> {
    pub program: &'a Program,
    pub types: &'a Types,
    pub workspace: &'a Workspace,
}

/// What the library calls the compiler among its tools.
const COMPILER: &str = "infrac";

/// Which pipeline counts: the project's own, in the order of files and text; where it has none, the library's. There is one, and the
/// others are for nothing.
pub fn choose<'p>(program: &'p Program, workspace: &Workspace) -> Vec<&'p Arc<Definition>> {
    let mut found: Vec<_> = of_keyword(program, "pipeline").collect();
    let is_own = |of: &&Arc<Definition>| !workspace.file(of.span.file).is_of_library();
    if found.iter().any(is_own) {
        found.retain(is_own);
    }
    found.sort_by_key(|of| of.span);
    found
}

/// The pipeline of a program, if it defines one; with findings, where something of it could not be read.
pub(in crate::shape) fn pipeline(context: &Context<'_>) -> (Option<Pipeline>, Diagnostics) {
    let mut reader = Reader { context, diagnostics: Diagnostics::default() };
    let actions: BTreeMap<Text, Option<Action>> =
        of_keyword(context.program, "action").map(|of| (of.name.text.clone(), reader.action(of))).collect();
    let tools: Vec<Option<Tool>> = of_keyword(context.program, "tool").map(|of| reader.tool(of)).collect();
    let found = choose(context.program, context.workspace);
    let mut pipeline = found.first().and_then(|definition| reader.pipeline(definition));
    if let Some(pipeline) = &mut pipeline {
        pipeline.actions = actions.into_iter().filter_map(|(name, action)| Some((name, action?))).collect();
        pipeline.tools = tools.into_iter().flatten().collect();
        reader.compiler(pipeline);
    }
    (pipeline, reader.diagnostics)
}

/// How mise names the releases of a repository on GitHub or GitLab; nothing for any other address.
pub fn releases_of(url: &str) -> Option<Text> {
    [("https://github.com/", "github"), ("https://gitlab.com/", "gitlab")].iter().find_map(|(begin, backend)| {
        let repository = url.strip_prefix(begin)?.trim_end_matches(".git").trim_end_matches('/');
        let is_one = repository.split('/').filter(|part| !part.is_empty()).count() >= 2;
        is_one.then(|| text!("{backend}:{repository}"))
    })
}

fn of_keyword<'p>(program: &'p Program, wanted: &'static str) -> impl Iterator<Item = &'p Arc<Definition>> {
    program.definitions.iter().filter(move |((keyword, _), _)| keyword == wanted).map(|(_, definition)| definition)
}

struct Reader<'a> {
    context: &'a Context<'a>,
    diagnostics: Diagnostics,
}

impl Reader<'_> {
    /// Evaluates a definition and takes what is needed of it; what could not be evaluated was said.
    fn read<T>(
        &mut self,
        definition: &Definition,
        take: impl FnOnce(&mut Early<'_>, Fields) -> Option<Result<T, Undeclared>>,
    ) -> Option<T> {
        let mut early = Early::new(self.context.program, self.context.types, definition);
        let taken = early.own().and_then(|fields| take(&mut early, fields));
        self.diagnostics.extend(early.diagnostics);
        taken?.map_err(|undeclared| self.diagnostics.push(undeclared.diagnostic())).ok()
    }

    fn pipeline(&mut self, definition: &Definition) -> Option<Pipeline> {
        let files = self.context.workspace;
        let source = files.file(definition.span.file).path.clone();
        self.read(definition, |early, fields| {
            let stages = stages(early)?;
            Some(stages.and_then(|mut stages| {
                stages.iter_mut().for_each(|stage| stage.source = files.file(stage.said.name.file).path.clone());
                Ok(Pipeline {
                    name: definition.name.text.clone(),
                    source,
                    branch: fields.text("branch")?,
                    runner: fields.text("runner")?,
                    container: fields.text("container")?,
                    compiler: Text::default(),
                    repository: fields.optional_text("compiler")?,
                    minute: fields.int("minute")?,
                    stages,
                    actions: BTreeMap::new(),
                    tools: Vec::new(),
                    said: fields,
                })
            }))
        })
    }

    fn action(&mut self, definition: &Definition) -> Option<Action> {
        self.read(definition, |_, fields| {
            let take = || {
                Ok(Action {
                    uses: fields.text("uses")?,
                    sha: fields.text("sha")?,
                    version: fields.text("version")?,
                    inputs: fields.texts("inputs")?,
                    span: definition.name.span,
                })
            };
            Some(take())
        })
    }

    fn tool(&mut self, definition: &Definition) -> Option<Tool> {
        let name = definition.name.text.clone();
        let is_of_library = self.context.workspace.file(definition.span.file).is_of_library();
        self.read(definition, |_, fields| {
            let take = || {
                let package = fields.optional_text("package")?;
                Ok(Tool {
                    package: package.unwrap_or_else(|| name.clone()),
                    version: fields.text("version")?,
                    with: fields.texts("with")?,
                    name: name.clone(),
                    span: definition.name.span,
                    is_of_library,
                })
            };
            Some(take())
        })
    }

    /// The place that the project says is the compiler's; otherwise the one of the pipeline, otherwise that of the tool.
    fn compiler(&mut self, pipeline: &mut Pipeline) {
        let Some(own) = pipeline.tools.iter_mut().find(|tool| tool.name == COMPILER) else { return };
        let repository = || pipeline.repository.as_deref().and_then(releases_of);
        if let Some(package) = said(self.context.workspace).or_else(repository) {
            own.package = package;
        }
        pipeline.compiler = own.package.clone();
    }
}

/// Where the project says that pipelines get the compiler.
fn said(workspace: &Workspace) -> Option<Text> {
    let (_, settings) = workspace.find("infra.toml")?;
    settings.text.parse::<toml::Table>().ok()?.get("compiler")?.as_str().map(Text::from)
}

/// The stages, in the order of the text.
fn stages(early: &mut Early<'_>) -> Option<Result<Vec<Stage>, Undeclared>> {
    let definition = early.definition;
    let kind = early.program.kinds.get("pipeline")?.blocks.get("stage")?.clone();
    let mut stages = Some(Vec::new());
    for block in definition.blocks.iter().filter(|block| block.keyword.text == "stage") {
        match (stage(early, &kind, block), &mut stages) {
            (Some(Ok(stage)), Some(stages)) => stages.push(stage),
            (Some(Err(undeclared)), _) => return Some(Err(undeclared)),
            _ => stages = None,
        }
    }
    stages.map(Ok)
}

fn stage(early: &mut Early<'_>, kind: &hir::Kind, block: &hir::Block) -> Option<Result<Stage, Undeclared>> {
    let label = block.labels.first()?;
    let name = early.label(label).ok();
    let fields = early.block(kind, block, label.span);
    let (name, fields) = name.zip(fields)?;
    let take = || {
        let run: Vec<Task> = fields.words("run")?;
        Ok(Stage {
            name,
            source: Text::default(),
            doc: block.doc.clone().unwrap_or_default(),
            when: fields.words("when")?,
            after: fields.texts("after")?,
            per: fields.word("per")?,
            changed_only: fields.word::<Scope>("scope")? == Scope::Changed,
            access: reads(fields.word("secrets")?, &run),
            run,
            comment: fields.bool("comment")?,
            approve: fields.bool("approve")?,
            report: fields.bool("report")?,
            gate: fields.optional_text("gate")?,
            limit: fields.minutes("limit")?,
            said: fields.clone(),
        })
    };
    Some(take())
}

/// What a stage reads that says `access`: to look at machines, `read` has to open them.
fn reads(access: Access, run: &[Task]) -> Access {
    if access == Access::Read && run.contains(&Task::Drift) && !run.contains(&Task::Plan) { Access::Inspect } else { access }
}
