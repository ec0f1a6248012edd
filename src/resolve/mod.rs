//! From the trees of all files to one program: definitions, implementations, types, products and their instances by name.
//!
//! Order of files and declarations never matters: names are collected first, types are linked second, bodies third.

mod defaults;
mod definitions;
mod extend;
mod files;
mod items;
mod kinds;
mod known;
mod lifted;
mod lower;
mod meant;
mod others;
mod products;
mod spread;
mod tests;
mod types;

use crate::base::{FileId, Span, Text, Workspace};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::hir::{Attribute, Definition, Fields, FunctionId, Others, Product, Program};
use crate::syntax::ast;
use lower::{Callable, Lowering};
use std::collections::BTreeMap;
use std::sync::Arc;
use tests::TEST;

pub use defaults::Takes;
pub use items::lacking;
pub use others::other;
pub use tests::{has_tests, tests};
pub use types::words as type_words;

/// What paths of the library begin with that comes with the compiler: embedded in it, and in its own checkout.
const EMBEDDED: [&str; 2] = ["<stdlib>/", "stdlib/"];

/// A parsed file of the workspace.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file.
    pub file: FileId,
    /// Its tree.
    pub tree: Arc<ast::File>,
}

/// What all products share, linked: definitions, implementations, types and functions.
#[derive(Debug)]
pub struct Library {
    program: Program,
    functions: Arc<Functions>,
    known: known::Known,
}

impl Library {
    /// The program without its products.
    pub fn program(&self) -> &Program {
        &self.program
    }
}

/// Links the definitions of some files.
pub fn library(workspace: &Workspace, sources: &[Source], takes: Takes<'_>) -> (Library, Diagnostics) {
    let (known, mut diagnostics) = known::Known::collect(workspace, sources);
    let (sources, found) = meant::meant(sources);
    diagnostics.extend(found);
    let (sources, found) = spread::spread(&sources);
    diagnostics.extend(found);
    let (sources, found) = defaults::filled(&sources, takes);
    diagnostics.extend(found);
    let sources = lifted::lifted(&sources);
    let (sources, found) = known.named(workspace, &sources);
    diagnostics.extend(found);
    let (sources, found) = extend::extended(&sources);
    diagnostics.extend(found);
    let sources = sources.as_slice();
    let blocks: Vec<&ast::Block> =
        items(sources).filter_map(|(_, item)| if let ast::Item::Block(b) = item { Some(b) } else { None }).collect();
    let names = types::Names::collect(&blocks);
    let functions = Arc::new(Functions::collect(sources, &blocks));
    let program = Program { embedded: embedded(workspace), ..Program::default() };
    let mut resolver = Resolver { workspace, functions, program, diagnostics };
    resolver.types(sources, &names);
    resolver.kinds(&blocks, &names);
    resolver.functions(&items(sources).map(|(_, item)| item).collect::<Vec<_>>(), &names);
    resolver.definitions(&blocks, &names);
    resolver.fields();
    resolver.strays(sources);
    (Library { program: resolver.program, functions: resolver.functions, known }, resolver.diagnostics)
}

/// Links the products that some files declare, which may refer to others. The names in them are numbered behind those of the library;
/// `Program::names` says how far.
pub fn products(workspace: &Workspace, library: &Library, others: Others, sources: &[Source]) -> (Program, Diagnostics) {
    let program = Program { others, ..library.program.clone() };
    let functions = library.functions.clone();
    let (sources, diagnostics) = library.known.of_products(workspace, sources);
    let mut resolver = Resolver { workspace, functions, program, diagnostics };
    resolver.products(&sources);
    (resolver.program, resolver.diagnostics)
}

/// Links the files of a workspace into one program.
pub fn resolve(workspace: &Workspace, sources: &[Source], takes: Takes<'_>) -> (Program, Diagnostics) {
    let (library, mut diagnostics) = library(workspace, sources, takes);
    let (program, found) = products(workspace, &library, Others::default(), sources);
    diagnostics.extend(found);
    diagnostics.extend(named_once(program.products.iter().map(Arc::as_ref)));
    (program, diagnostics)
}

/// Whether a file declares nothing but a product and its instances: nothing that another product could use. Text that is broken declares
/// nothing.
pub fn is_of_product(tree: &ast::File) -> bool {
    tree.items.iter().all(|item| match item {
        ast::Item::Block(block) => {
            !matches!(block.keyword.text.as_str(), "define" | "implement" | "extend" | TEST) && !meant::is_definition(block)
        }
        ast::Item::Error(_) => true,
        _ => false,
    })
}

/// Whether a file declares a product.
pub fn has_product(tree: &ast::File) -> bool {
    tree.items.iter().any(|item| matches!(item, ast::Item::Block(block) if block.keyword.text == "product"))
}

/// Products have names of their own.
pub fn named_once<'p>(products: impl Iterator<Item = &'p Product>) -> Diagnostics {
    let mut names: BTreeMap<&Text, Span> = BTreeMap::new();
    let mut found = Vec::new();
    for product in products {
        let name = &product.name;
        if let Some(first) = names.insert(&name.text, name.span) {
            found.push(declared_twice(&format!("product `{}`", name.text), name.span, first));
        }
    }
    Diagnostics(found)
}

/// The files of the library that comes with the compiler: they lie beside each other in the order of paths.
fn embedded(workspace: &Workspace) -> std::ops::Range<u32> {
    for prefix in EMBEDDED {
        let mut ids = workspace.files().filter(|(_, file)| file.path.starts_with(prefix)).map(|(id, _)| id.0);
        if let Some(first) = ids.next() {
            return first..ids.last().unwrap_or(first) + 1;
        }
    }
    0..0
}

/// Keyword and name of the definition that something stands in.
type Owner = (Text, Text);

/// Numbers of the functions by name: those of the program, and those that one definition alone knows.
#[derive(Debug, Default)]
struct Functions {
    program: BTreeMap<Text, FunctionId>,
    own: BTreeMap<Owner, BTreeMap<Text, FunctionId>>,
}

impl Functions {
    /// Numbers every function; of two of one name in one place the first counts, and the second is reported where it is linked.
    fn collect(sources: &[Source], blocks: &[&ast::Block]) -> Functions {
        let mut functions = Functions::default();
        let mut next = 0;
        let mut number = |known: &mut BTreeMap<Text, FunctionId>, item: &ast::Item| {
            if let ast::Item::Function(function) = item {
                known.entry(function.name.text.clone()).or_insert_with(|| {
                    next += 1;
                    FunctionId(next - 1)
                });
            }
        };
        items(sources).for_each(|(_, item)| number(&mut functions.program, item));
        for block in blocks.iter().filter(|block| block.keyword.text == "define") {
            let [Some(keyword), Some(name)] = [0, 1].map(|at| block.labels.get(at).and_then(word)) else { continue };
            let own = functions.own.entry((keyword.text, name.text)).or_default();
            block.body.items.iter().for_each(|item| number(own, item));
        }
        functions
    }

    /// The number of a function of the program, or of a definition.
    fn id(&self, owner: Option<&Owner>, name: &Text) -> Option<FunctionId> {
        match owner {
            Some(owner) => self.own.get(owner)?.get(name).copied(),
            None => self.program.get(name).copied(),
        }
    }
}

struct Resolver<'a> {
    workspace: &'a Workspace,
    functions: Arc<Functions>,
    program: Program,
    diagnostics: Diagnostics,
}

impl Resolver<'_> {
    fn error(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Lowers what stands in a definition, or outside of any.
    fn lower<T>(&mut self, owner: Option<&Owner>, lower: impl FnOnce(&mut Lowering<'_>) -> T) -> T {
        let own = owner.and_then(|owner| self.functions.own.get(owner));
        let files = files::Files { workspace: self.workspace, found: &mut self.diagnostics };
        lower(&mut Lowering::new(Callable { program: Some(&self.functions.program), own }, &mut self.program.names, files))
    }

    /// Numbers what instances have.
    fn fields(&mut self) {
        let program = &mut self.program;
        let of = |((keyword, name), definition): (&Owner, &Arc<Definition>)| {
            let (kind, instance) = (program.kinds.get(keyword), program.instances.get(keyword));
            let fields = Fields::new(Some(definition), kind.map(Arc::as_ref), instance.map(Arc::as_ref));
            ((keyword.clone(), name.clone()), Arc::new(fields))
        };
        program.fields = program.definitions.iter().map(of).collect();
        program.product_fields = Arc::new(Fields::new(None, None, program.kinds.get("product").map(Arc::as_ref)));
    }

    fn duplicate(&mut self, what: &str, again: Span, first: Span) {
        self.error(declared_twice(what, again, first));
    }

    /// A head that nobody would look at: what it belongs to is there once, and always.
    fn plain_head(&mut self, block: &ast::Block, help: &str) {
        let keyword = &block.keyword.text;
        if let Some(repeat) = &block.repeat {
            let span = repeat.bindings.first().map_or(block.keyword.span, |binding| binding.span);
            self.error(Diagnostic::error(Code::UnknownBlock, span, format!("`{keyword}` takes no `for`: it is there once")).help(help));
        } else if let Some(condition) = &block.condition {
            let message = format!("`{keyword}` takes no `if`: it is always there");
            self.error(Diagnostic::error(Code::UnknownBlock, condition.span, message).help(help));
        }
    }

    /// What an environment says differently are attributes and nothing else.
    fn only_attributes(&mut self, body: &ast::Body) {
        for item in &body.items {
            if matches!(item, ast::Item::Attribute(_) | ast::Item::Error(_)) {
                continue;
            }
            let (span, what) = described(item);
            self.error(
                Diagnostic::error(Code::UnknownBlock, span, format!("`in` holds attributes, and this is {what}"))
                    .help("move it out of `in`: it is the same in every environment"),
            );
        }
    }

    /// An attribute that says again what was said of it already is not needed.
    fn repeated(&mut self, again: &ast::Attribute, first: &ast::Attribute) {
        let diagnostic = declared_twice(&format!("`{}`", again.name.text), again.name.span, first.name.span);
        self.error(match again.operator == first.operator && again.value.says_the_same(&first.value) {
            true => diagnostic.remove("remove the second", again.span),
            false => diagnostic,
        });
    }

    /// What stands at the top level of a file and belongs to nothing.
    fn strays(&mut self, sources: &[Source]) {
        for (_, item) in items(sources).filter(|(_, item)| !known::is_statement(item)) {
            let (span, what) = match item {
                ast::Item::Attribute(attribute) => (attribute.name.span, format!("attribute `{}`", attribute.name.text)),
                ast::Item::Input(input) => (input.name.span, format!("input `{}`", input.name.text)),
                ast::Item::Output(output) => (output.name.span, format!("output `{}`", output.name.text)),
                ast::Item::Let(binding) => (binding.name.span, format!("`let {}`", binding.name.text)),
                ast::Item::Check(check) => (check.span, "a check".to_owned()),
                ast::Item::For(repeat) => (repeat.span, "a `for`".to_owned()),
                _ => continue,
            };
            self.error(
                Diagnostic::error(Code::UnknownBlock, span, format!("{what} stands outside of any block"))
                    .help("move it into the definition or instance that it belongs to"),
            );
        }
    }
}

/// The place of an item, and what it is.
fn described(item: &ast::Item) -> (Span, String) {
    match item {
        ast::Item::Attribute(item) => (item.name.span, format!("attribute `{}`", item.name.text)),
        ast::Item::Block(block) => (block.keyword.span, format!("a block `{}`", block.keyword.text)),
        ast::Item::Check(check) => (check.span, "a check".to_owned()),
        ast::Item::For(of) => (of.span, if of.bindings.is_empty() { "an `if`" } else { "a `for`" }.to_owned()),
        ast::Item::Input(item) => (item.name.span, format!("`input {}`", item.name.text)),
        ast::Item::Output(item) => (item.name.span, format!("`output {}`", item.name.text)),
        ast::Item::Let(item) => (item.name.span, format!("`let {}`", item.name.text)),
        ast::Item::Function(item) => (item.name.span, format!("`fn {}`", item.name.text)),
        ast::Item::Type(item) => (item.name.span, format!("`type {}`", item.name.text)),
        ast::Item::Enum(item) => (item.name.span, format!("`enum {}`", item.name.text)),
        ast::Item::Error(span) => (*span, "no item".to_owned()),
    }
}

fn items(sources: &[Source]) -> impl Iterator<Item = (FileId, &ast::Item)> {
    sources.iter().flat_map(|source| source.tree.items.iter().map(move |item| (source.file, item)))
}

/// The word that a label says, where it is one.
fn word(label: &ast::Label) -> Option<ast::Name> {
    label.word().map(|text| ast::Name { text: text.clone(), span: label.span })
}

/// The attributes of a body that repeats nothing, as most bodies do.
fn attributes(lowering: &mut Lowering<'_>, body: &ast::Body) -> Vec<Arc<Attribute>> {
    let attributes = body.items.iter().filter_map(|item| if let ast::Item::Attribute(attribute) = item { Some(attribute) } else { None });
    attributes.map(|attribute| lowering.attribute(attribute)).collect()
}

fn declared_twice(what: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Code::Duplicate, again, format!("{what} is declared twice"))
        .related(first, "first declared here")
        .help("remove one of the two, or give it another name")
}
