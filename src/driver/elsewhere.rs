//! Where else the stacks of a project would stand. The sources stay as they are: a copy of them gets another instance of a provider, and
//! one word of a stack, or the instance itself, leads there.

use super::{Files, Options, Outcome, compile};
use crate::base::{Span, Text, Workspace, text};
use crate::diag::{Code, Diagnostic, Severity};
use crate::syntax::ast::blocks;
use crate::syntax::{self, ast};
use crate::view::Facts;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What becomes of a stack on another provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// It stands there already.
    Here,
    /// One word leads there.
    Alone,
    /// It stands there where these come along, which it shares a network or keys with.
    Together(Vec<Text>),
    /// It does not: each reason with what to do.
    Not(Vec<(Text, Option<Text>)>),
}

/// A stack on a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The product.
    pub product: Text,
    /// The stack.
    pub stack: Text,
    /// The provider.
    pub provider: Text,
    /// What becomes of it.
    pub stands: Stands,
}

/// What an instance of each provider says: its `example`, otherwise what the first instance of it says, and nothing where nothing has to
/// be said. Of one that has none of these it is not known.
pub fn examples(workspace: &Workspace) -> BTreeMap<Text, Option<Text>> {
    let mut known: BTreeMap<Text, Option<Text>> = BTreeMap::new();
    let mut instances: BTreeMap<Text, Text> = BTreeMap::new();
    for (file, source) in workspace.files().filter(|(_, source)| source.path.ends_with(".infra")) {
        let tree = syntax::parse(file, &source.text).0;
        for block in blocks(&tree.items) {
            let is_provider = block.word(0).is_some_and(|of| of == "provider");
            match (block.keyword.text.as_str(), block.word(0), block.word(1)) {
                ("define", _, Some(name)) if is_provider => {
                    let example = blocks(&block.body.items).find(|block| block.keyword.text == "example");
                    let example = example.map(|example| Text::new(inside(workspace, example.body.span)));
                    let says_nothing = || (!has_to_say(&block.body.items)).then(Text::default);
                    known.insert(name.clone(), example.or_else(says_nothing));
                }
                ("provider", Some(of), _) => {
                    instances.entry(of.clone()).or_insert_with(|| said(workspace, &block.body.items));
                }
                _ => {}
            }
        }
    }
    for (name, example) in known.iter_mut().filter(|(_, example)| example.is_none()) {
        *example = instances.remove(name);
    }
    known
}

/// Whether an instance of a definition has to say something.
fn has_to_say(items: &[ast::Item]) -> bool {
    let needed = |input: &ast::Input| input.default.is_none() && !input.ty.optional;
    items.iter().any(|item| matches!(item, ast::Item::Input(input) if needed(input)))
}

/// The attributes of an instance, as they are written.
fn said(workspace: &Workspace, items: &[ast::Item]) -> Text {
    let attributes = items.iter().filter_map(|item| if let ast::Item::Attribute(said) = item { Some(said.span) } else { None });
    Text::new(attributes.map(|span| workspace.text(span)).collect::<Vec<_>>().join("\n"))
}

/// What becomes of each stack on each of these providers, which say by an example what an instance of them is ([`examples`]). `facts` are
/// those of the sources as they are, without a mistake.
pub fn elsewhere(
    workspace: &Workspace,
    options: &Options,
    facts: &[Facts],
    wanted: &BTreeMap<Text, Text>,
    stacks: &[Text],
) -> Vec<Elsewhere> {
    let mut asked: BTreeMap<(Text, Text), (&Facts, BTreeSet<Text>)> = BTreeMap::new();
    for facts in facts {
        for stack in &facts.stacks {
            let (_, stand) = asked.entry((facts.product.clone(), stack.name.clone())).or_insert((facts, BTreeSet::new()));
            stand.insert(stack.provider.clone());
        }
    }
    let mut questions = Vec::new();
    for ((product, stack), (facts, stand)) in asked {
        for (provider, example) in wanted.iter().filter(|_| stacks.is_empty() || stacks.contains(&stack)) {
            questions.push((product.clone(), stack.clone(), provider.clone(), example, facts, stand.clone()));
        }
    }
    let answers = questions.into_par_iter().map(|(product, stack, provider, example, facts, stand)| {
        let mut kinds = facts.providers.iter().filter(|of| stand.contains(&of.name)).map(|of| &of.kind);
        let stands = match kinds.all(|kind| *kind == provider) {
            true => Stands::Here,
            false => Move { workspace, options, facts, stack: &stack, stand: &stand, provider: &provider, example }.judge(),
        };
        Elsewhere { product, stack, provider, stands }
    });
    answers.collect()
}

/// A stack that is to move.
struct Move<'a> {
    workspace: &'a Workspace,
    options: &'a Options,
    facts: &'a Facts,
    stack: &'a Text,
    /// The instances that it stands on.
    stand: &'a BTreeSet<Text>,
    /// Where it is to go.
    provider: &'a Text,
    /// What an instance of that says.
    example: &'a Text,
}

impl Move<'_> {
    fn judge(&self) -> Stands {
        let alone = self.alone();
        if alone.is_empty() {
            return Stands::Alone;
        }
        let (together, of_stack) = self.together();
        if together.is_empty() {
            let others = self.facts.stacks.iter().filter(|other| self.stand.contains(&other.provider) && other.name != *self.stack);
            return Stands::Together(others.map(|other| other.name.clone()).collect());
        }
        let mut reasons: Vec<(Text, Option<Text>)> = Vec::new();
        for found in if of_stack.is_empty() { alone } else { of_stack } {
            let reason = (Text::new(&found.message), found.help.as_ref().map(Text::new));
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        Stands::Not(reasons)
    }

    /// What is wrong where the stack alone stands on an instance of its own.
    fn alone(&self) -> Vec<Diagnostic> {
        let mut sources = self.sources();
        let name = self.free_name();
        let mut edits: Vec<(Span, String)> = Vec::new();
        for (block, _) in self.instances("stack", |name| name == self.stack) {
            values_of("on", &block.body.items, &mut edits, name.as_str());
        }
        let Some((Span { file, .. }, _)) = edits.first().cloned() else { return self.together().0 };
        let at = u32::try_from(sources.file(file).text.len()).unwrap_or(u32::MAX);
        edits.push((Span::new(file, at, at), format!("\nprovider {} {name} {{ {} }}\n", self.provider, self.example)));
        apply(&mut sources, self.workspace, edits);
        errors(&self.compile(&sources)).collect()
    }

    /// What is wrong where the instances that it stands on are of the other provider, and what of that is said of the stack.
    fn together(&self) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        let mut sources = self.sources();
        let edits = self.instances("provider", |name| self.stand.contains(name));
        let edits: Vec<(Span, String)> = edits
            .into_iter()
            .map(|(block, name)| (block.span, format!("provider {} {name} {{ {} }}", self.provider, self.example)))
            .collect();
        apply(&mut sources, self.workspace, edits);
        let found: Vec<Diagnostic> = errors(&self.compile(&sources)).collect();
        let own: Vec<Span> =
            instances(&sources, self.folder(), "stack", |name| name == self.stack).iter().map(|(block, _)| block.span).collect();
        let within = |span: Span| own.iter().any(|own| own.file == span.file && own.start <= span.start && span.end <= own.end);
        let of_stack = found.iter().filter(|found| within(found.primary.span) || found.related.iter().any(|label| within(label.span)));
        let of_stack = of_stack.cloned().collect();
        (found, of_stack)
    }

    /// The folder of the product.
    fn folder(&self) -> &str {
        self.facts.source.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    fn instances(&self, keyword: &str, of: impl Fn(&Text) -> bool) -> Vec<(ast::Block, Text)> {
        instances(self.workspace, self.folder(), keyword, of)
    }

    /// The sources without what was given out: elsewhere everything gets its place anew. An image is built wherever it is used.
    fn sources(&self) -> Workspace {
        let mut sources = self.workspace.clone();
        sources.set(&text!("{}/infra.lock", self.folder()), None);
        sources
    }

    /// A name that no instance of the product has.
    fn free_name(&self) -> Text {
        let taken =
            |name: &Text| self.facts.providers.iter().any(|of| of.name == *name) || self.facts.stacks.iter().any(|of| of.name == *name);
        let names = std::iter::once(Text::new("elsewhere")).chain((2..).map(|number| text!("elsewhere{number}")));
        names.into_iter().find(|name| !taken(name)).unwrap_or_default()
    }

    fn compile(&self, sources: &Workspace) -> Outcome {
        let options = Options {
            products: vec![self.facts.product.clone()],
            environments: self.options.environments.clone(),
            targets: self.options.targets.clone(),
            files: Files::LetGo,
            ..Options::default()
        };
        compile(sources, &options)
    }
}

/// What keeps a product from being written, but that places were given up.
fn errors(outcome: &Outcome) -> impl Iterator<Item = Diagnostic> {
    outcome.diagnostics.iter().filter(|found| found.severity == Severity::Error && found.code != Code::Renumbered).cloned()
}

/// The instances of a product, as they are written, with their names.
fn instances(workspace: &Workspace, folder: &str, keyword: &str, of: impl Fn(&Text) -> bool) -> Vec<(ast::Block, Text)> {
    let within = |path: &str| folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let own = workspace.files().filter(|(_, source)| source.path.ends_with(".infra") && !source.is_of_library() && within(&source.path));
    let mut found = Vec::new();
    for (file, source) in own {
        let tree = syntax::parse(file, &source.text).0;
        for block in blocks(&tree.items).filter(|block| block.keyword.text == keyword) {
            // An instance that says no name has that of its definition.
            if let Some(name) = block.word(1).or_else(|| block.word(0)).filter(|name| of(name)) {
                found.push((block.clone(), name.clone()));
            }
        }
    }
    found
}

/// Everywhere that an attribute is set, for one environment too, with what takes the place of its value.
fn values_of(name: &str, items: &[ast::Item], edits: &mut Vec<(Span, String)>, value: &str) {
    for item in items {
        match item {
            ast::Item::Attribute(attribute) if attribute.name.text == name => edits.push((attribute.value.span, value.to_owned())),
            ast::Item::Block(block) if block.keyword.text == "in" => values_of(name, &block.body.items, edits, value),
            _ => {}
        }
    }
}

/// Replaces places of the sources as they are by texts.
fn apply(sources: &mut Workspace, before: &Workspace, edits: Vec<(Span, String)>) {
    let mut by_file: BTreeMap<_, Vec<(Span, String)>> = BTreeMap::new();
    edits.into_iter().for_each(|(span, text)| by_file.entry(span.file).or_default().push((span, text)));
    for (file, mut edits) in by_file {
        let source = before.file(file);
        let mut changed = source.text.to_string();
        edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        edits.iter().for_each(|(span, text)| changed.replace_range(span.start as usize..span.end as usize, text));
        sources.set(&source.path, Some(Arc::from(changed)));
    }
}

/// The text between the brackets of a body.
fn inside(workspace: &Workspace, body: Span) -> &str {
    let text = workspace.text(body);
    text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text).trim()
}
