//! The layers of a program, each made of the one before: trees of files, what all products share, a product with its names linked.
//!
//! A product knows the library, and of other products what they export, so that one can change without the others.

use super::{alone, between, misnamed, renumber};
use crate::analysis;
use crate::base::{FileId, Span, Text, Workspace, similar};
use crate::check::{self, Record, Types};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::eval::Run;
use crate::hir::{Directory, Other, Others, Product, Program, Test};
use crate::resolve::{self, Library, Source};
use crate::schema::{self, Schemas};
use crate::shape::{self, Shapes};
use crate::syntax;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// What the path of a source ends with.
pub(super) const SOURCE: &str = ".infra";

/// A file as a tree.
#[derive(Clone, Debug)]
pub(super) struct Parsed {
    /// The file and its tree.
    pub source: Source,
    /// What is wrong with its text.
    pub found: Vec<Diagnostic>,
    /// Whether it declares nothing but a product and its instances.
    pub is_of_product: bool,
    /// Whether it declares a product.
    pub has_product: bool,
}

impl Parsed {
    pub(super) fn new(file: FileId, text: &str) -> Parsed {
        let (tree, found) = syntax::parse(file, text);
        let (is_of_product, has_product) = (resolve::is_of_product(&tree), resolve::has_product(&tree));
        Parsed { source: Source { file, tree: Arc::new(tree) }, found: found.0, is_of_product, has_product }
    }
}

/// Reads every source of a workspace, in the order of their paths.
pub(super) fn parse(workspace: &Workspace) -> Vec<Parsed> {
    let sources: Vec<_> = workspace.files().filter(|(_, file)| file.path.ends_with(SOURCE)).collect();
    sources.par_iter().map(|(id, file)| Parsed::new(*id, &file.text)).collect()
}

/// The files of a workspace, sorted by what they are read for.
#[derive(Debug, Default)]
pub(super) struct Sorted<'p> {
    /// Those with definitions, which every product may use, in the order of their paths.
    pub shared: Vec<&'p Parsed>,
    /// Those of each product by its folder, in the order of their paths. What belongs to no product has the empty folder.
    pub of_products: BTreeMap<Text, Vec<&'p Parsed>>,
}

impl Sorted<'_> {
    /// What everything that is evaluated for these products may take.
    pub(super) fn run(&self) -> Arc<Run> {
        Run::new(self.of_products.keys().filter(|folder| !folder.is_empty()).count())
    }
}

/// Sorts files, which come in the order of their paths.
pub(super) fn sort<'p>(workspace: &Workspace, files: impl Iterator<Item = &'p Parsed> + Clone) -> Sorted<'p> {
    let path = |parsed: &Parsed| workspace.file(parsed.source.file).path.clone();
    let folders: BTreeSet<Text> = files.clone().filter(|parsed| parsed.has_product).map(|parsed| folder(&path(parsed)).into()).collect();
    let mut sorted = Sorted::default();
    for parsed in files {
        let path = path(parsed);
        let above = std::iter::successors(Some(folder(&path)), |at| (!at.is_empty()).then(|| folder(at)));
        let of = above.filter(|at| folders.contains(*at)).map(Text::new).next();
        if !parsed.is_of_product {
            sorted.shared.push(parsed);
        }
        sorted.of_products.entry(of.unwrap_or_default()).or_default().push(parsed);
    }
    sorted
}

/// The folder that a path lies in; empty at the top.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What all products share.
#[derive(Debug)]
pub(super) struct Shared {
    /// Definitions with their names linked.
    pub library: Library,
    /// What the names in them mean.
    pub types: Types,
    /// What the plugins of providers take.
    pub schemas: Schemas,
    /// Modules, roles, images, the pipeline; absent where the library has mistakes that would follow everywhere.
    pub shapes: Option<Shapes>,
    /// What was found.
    pub diagnostics: Diagnostics,
    /// Whether it lacks what the compiler reads of it: then nothing else is looked at.
    pub is_lacking: bool,
    /// Whether it seems to lack something while a file cannot be read: it has to be asked again.
    pub is_unsure: bool,
    /// What is to be seen in the library, once somebody looks.
    pub seen: OnceLock<Record>,
    /// The same of the tests.
    pub seen_tests: OnceLock<SeenTests>,
    /// The tests, in the order of the paths of their files; none of a library with mistakes.
    pub tests: Vec<LinkedTest>,
}

/// What is to be seen in the tests of a project's own library, whether or not they can be run.
#[derive(Debug, Default)]
pub(super) struct SeenTests {
    /// What the checker saw.
    pub record: Record,
    /// The product of each, with the place of the whole test.
    pub products: Vec<(Span, Arc<Product>)>,
}

/// A test with its names linked.
#[derive(Debug)]
pub(super) struct LinkedTest {
    /// The test.
    pub test: Test,
    /// What the names in its product, and in the library, mean.
    pub types: Types,
    /// What was found in it, and may be what it expects: of a code that it names. Anything else is told.
    pub found: Diagnostics,
}

impl Shared {
    /// The program without its products.
    pub(super) fn program(&self) -> &Program {
        self.library.program()
    }

    pub(super) fn new(workspace: &Workspace, sorted: &Sorted<'_>, run: &Arc<Run>) -> Shared {
        similar::renew();
        let mut diagnostics = Diagnostics(sorted.shared.iter().flat_map(|parsed| parsed.found.iter().cloned()).collect());
        let sources: Vec<Source> = sorted.shared.iter().map(|parsed| parsed.source.clone()).collect();
        let (schemas, of_schemas) = schema::read(workspace);
        let (library, found) = resolve::library(workspace, &sources, &|file, ty, argument| schemas.takes(file, ty, argument));
        let of_products = sorted.of_products.values().flatten();
        let all: Vec<Source> = sources.iter().cloned().chain(of_products.clone().map(|parsed| parsed.source.clone())).collect();
        let lacking = resolve::lacking(workspace, &all, library.program(), &found);
        // What could not be parsed may be what seems to be missing.
        let is_broken = diagnostics.has_errors() || of_products.clone().any(|parsed| !parsed.found.is_empty());
        if lacking.has_errors() && !is_broken {
            diagnostics.extend(lacking);
            let types = Types::default();
            return Shared {
                library,
                types,
                schemas,
                shapes: None,
                diagnostics,
                is_lacking: true,
                is_unsure: false,
                seen: OnceLock::new(),
                seen_tests: OnceLock::new(),
                tests: Vec::new(),
            };
        }
        diagnostics.extend(found);
        diagnostics.extend(of_schemas);
        let (types, found) = check::library(library.program(), &schemas);
        diagnostics.extend(alone::told(found, sources.iter()));
        let diagnostics = diagnostics.said_better();
        let is_unsure = lacking.has_errors();
        let (seen, seen_tests, tests) = (OnceLock::new(), OnceLock::new(), Vec::new());
        let mut shared =
            Shared { library, types, schemas, shapes: None, diagnostics, is_lacking: false, is_unsure, seen, seen_tests, tests };
        if !shared.diagnostics.has_errors() {
            shared.shapes = shared.shape(workspace, run);
            shared.link_tests(workspace, &sources);
        }
        shared
    }

    /// Links the tests, and checks them.
    fn link_tests(&mut self, workspace: &Workspace, sources: &[Source]) {
        let (tests, found) = resolve::tests(workspace, &self.library, sources);
        self.diagnostics.extend(found);
        let linked: Vec<(LinkedTest, Diagnostics)> = tests
            .into_par_iter()
            .map(|linked| {
                similar::renew();
                let (types, mut all) = check::products(&linked.program, &self.schemas, &self.types);
                all.extend(linked.diagnostics);
                let all = alone::told(all, sources.iter());
                let codes = codes_of(&linked.test);
                let (found, told) = all.0.into_iter().partition(|found| codes.contains(&found.code));
                (LinkedTest { test: linked.test, types, found: Diagnostics(found) }, Diagnostics(told))
            })
            .collect();
        for (test, found) in linked {
            self.diagnostics.extend(found);
            self.tests.push(test);
        }
    }

    /// Makes what products share, and judges it; nothing where an image could not be read.
    fn shape(&mut self, workspace: &Workspace, run: &Arc<Run>) -> Option<Shapes> {
        let Shared { library, types, schemas, diagnostics, .. } = self;
        let program = library.program();
        let (shared, found) = shape::shared(program, types, workspace);
        diagnostics.extend(found);
        diagnostics.extend(analysis::second_pipeline(program, workspace));
        let mut shared = shared?;
        if let Some(pipeline) = &shared.pipeline {
            let found = analysis::analyse_pipeline(pipeline);
            // What cannot be lowered is not: products are looked at all the same.
            if found.has_errors() {
                shared.pipeline = None;
            }
            diagnostics.extend(found);
        }
        let (shapes, found) = shape::shape(program, schemas, types, workspace, shared, run);
        diagnostics.extend(found);
        diagnostics.extend(analysis::analyse_roles(program, &shapes));
        Some(shapes)
    }
}

/// The codes of the findings that a test expects.
fn codes_of(test: &Test) -> BTreeSet<Code> {
    let expectations = test.product.expected.iter().flat_map(|expected| expected.expectations());
    let findings = expectations.filter(|block| block.keyword.text == "finding");
    findings.filter_map(|block| Code::named(&block.labels.first()?.plain()?)).collect()
}

/// A product with its names linked.
#[derive(Clone, Debug)]
pub(super) struct Linked {
    /// The product; absent where its folder holds none that can be read.
    pub product: Option<Arc<Product>>,
    /// What the names in it, and in the library, mean.
    pub types: Arc<Types>,
    /// The products that it refers to, each with the first place.
    pub refers: BTreeMap<Text, Span>,
    /// What was found.
    pub diagnostics: Diagnostics,
    /// What is to be seen in it, once somebody looks.
    pub seen: OnceLock<Record>,
}

impl Linked {
    /// `others` are those that it may refer to.
    pub(super) fn new(workspace: &Workspace, shared: &Shared, others: Others, files: &[&Parsed]) -> Linked {
        // Products are linked on whatever thread is free: what is suggested of one depends on no other.
        similar::renew();
        let of_product = files.iter().filter(|parsed| parsed.is_of_product);
        let mut diagnostics = Diagnostics(of_product.flat_map(|parsed| parsed.found.iter().cloned()).collect());
        let sources: Vec<Source> = files.iter().map(|parsed| parsed.source.clone()).collect();
        let (program, found) = resolve::products(workspace, &shared.library, others, &sources);
        diagnostics.extend(found);
        let (types, found) = check::products(&program, &shared.schemas, &shared.types);
        diagnostics.extend(alone::told(found, sources.iter()));
        let product = program.products.into_iter().next();
        let diagnostics = diagnostics.said_better();
        let diagnostics = match &product {
            Some(product) => misnamed::told(diagnostics, workspace, product, &sources),
            None => diagnostics,
        };
        let refers = product.as_ref().map(|product| between::refers(product, &types)).unwrap_or_default();
        Linked { product, types: Arc::new(types), refers, diagnostics, seen: OnceLock::new() }
    }
}

/// What the products of these folders know of each other.
pub(super) fn others<'g>(shared: &Shared, groups: impl Iterator<Item = (&'g Text, Vec<&'g Parsed>)>) -> Arc<Directory> {
    Arc::new(groups.filter_map(|(folder, files)| other(shared, folder, files.into_iter())).collect())
}

/// The product in a folder, as others know it.
pub(super) fn other<'g>(shared: &Shared, folder: &Text, files: impl Iterator<Item = &'g Parsed>) -> Option<Arc<Other>> {
    let sources: Vec<&Source> = files.map(|parsed| &parsed.source).collect();
    resolve::other(&shared.library, folder, &sources).map(Arc::new)
}

/// Judges what concerns all products: names that two of them have, circles of them, and locks that none has.
pub(super) fn between<'l>(workspace: &Workspace, program: &Program, linked: impl Iterator<Item = &'l Linked> + Clone) -> Diagnostics {
    let products: Vec<Arc<Product>> = linked.clone().filter_map(|linked| linked.product.clone()).collect();
    let products = products.as_slice();
    let mut found = resolve::named_once(products.iter().map(Arc::as_ref));
    found.extend(between::circle(linked));
    found.extend(analysis::between_products(program, products));
    found.extend(analysis::left_behind(products, renumber::locks(workspace)));
    found
}
