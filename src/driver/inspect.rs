//! What an open project knows of itself, for who looks at a place of its text: trees, the program, and what the checker saw.
//!
//! All of it is of the last [`Session::diagnostics`]; before the first there is nothing but trees.

use super::layers::{Linked, Parsed, SeenTests, Shared};
use super::product::{lock_of, lock_path};
use super::session::Session;
use super::threads;
use super::why::shown_by;
use crate::base::{FileId, Text};
use crate::check::{self, Record, Seen, Types};
use crate::diag::Diagnostics;
use crate::eval::{Run, Work};
use crate::hir::{Other, Others, Product, Program};
use crate::plan::Beside;
use crate::plan::origin::Origins;
use crate::resolve::{self, Source};
use crate::schema::Schemas;
use crate::shape::Shapes;
use crate::syntax::ast;
use std::sync::Arc;

impl Session {
    /// The tree of a file.
    pub fn tree(&self, file: FileId) -> Option<&ast::File> {
        let parsed = self.parsed.get(&self.workspace().file(file).path)?;
        (parsed.source.file == file).then_some(&*parsed.source.tree)
    }

    /// The trees of all files, in the order of their paths.
    pub fn trees(&self) -> impl Iterator<Item = (FileId, &ast::File)> {
        self.parsed.values().map(|parsed| (parsed.source.file, &*parsed.source.tree))
    }

    /// The trees of the files with definitions, in the order of their paths.
    pub fn trees_of_library(&self) -> impl Iterator<Item = (FileId, &ast::File)> {
        let shared = self.parsed.values().filter(|parsed| !parsed.is_of_product);
        shared.map(|parsed| (parsed.source.file, &*parsed.source.tree))
    }

    /// Whether a file declares nothing but a product and its instances.
    pub fn is_of_product(&self, file: FileId) -> bool {
        self.parsed.get(&self.workspace().file(file).path).is_some_and(|parsed| parsed.is_of_product)
    }

    /// The program without its products.
    pub fn program(&self) -> Option<&Program> {
        Some(self.shared()?.program())
    }

    /// The types of what the library declares without one.
    pub fn types(&self) -> Option<&Types> {
        Some(&self.shared()?.types)
    }

    /// What the plugins of providers take.
    pub fn schemas(&self) -> Option<&Schemas> {
        Some(&self.shared()?.schemas)
    }

    /// Modules, roles, images, the pipeline; nothing while the library has mistakes.
    pub fn shapes(&self) -> Option<&Shapes> {
        self.shared()?.shapes.as_ref()
    }

    /// The products with their names linked, in the order of their folders.
    pub fn products(&self) -> impl Iterator<Item = &Arc<Product>> {
        self.products.values().filter_map(|held| held.linked.product.as_ref())
    }

    /// The product whose folder a file lies in.
    pub fn product_of(&self, file: FileId) -> Option<&Arc<Product>> {
        self.linked_of(file)?.1.product.as_ref()
    }

    /// The product of a name that the product of a file may refer to, as it knows it.
    pub fn other(&self, file: FileId, name: &str) -> Option<&Arc<Other>> {
        let (of, _) = self.linked_of(file)?;
        self.others.named(name).iter().find(|other| other.folder != *of)
    }

    /// The products that the product of a file may refer to.
    pub fn others_beside(&self, file: FileId) -> impl Iterator<Item = &Arc<Other>> {
        let own = self.linked_of(file).map(|(of, _)| of);
        self.others.iter().filter(move |other| own.is_some_and(|own| other.folder != *own))
    }

    /// The product of another one's name, with its instances.
    pub fn product_in(&self, folder: &Text) -> Option<&Arc<Product>> {
        self.products.get(folder)?.linked.product.as_ref()
    }

    /// What the names of the product mean whose folder a file lies in.
    pub fn types_of(&self, file: FileId) -> Option<&Arc<Types>> {
        Some(&self.linked_of(file)?.1.types)
    }

    /// The files of the product whose folder a file lies in.
    pub fn files_beside(&self, file: FileId) -> Vec<FileId> {
        let Some((of, _)) = self.linked_of(file) else { return vec![file] };
        self.sources_of(of).map(|source| source.file).collect()
    }

    /// What the checker saw of the expression that covers a place exactly. The first question about a product, or about the library,
    /// checks it once more.
    pub fn seen(&self, span: crate::base::Span) -> Option<&Seen> {
        let shared = self.shared()?;
        let parsed = self.parsed.get(&self.workspace().file(span.file).path)?;
        if !parsed.is_of_product
            && let Some(seen) = self.seen_in_library(shared).get(span)
        {
            return Some(seen);
        }
        if !parsed.is_of_product
            && resolve::has_tests(&parsed.source.tree)
            && let Some(seen) = self.tests(shared).record.get(span)
        {
            return Some(seen);
        }
        let (of, linked) = self.linked_of(span.file)?;
        self.seen_in_product(shared, of, linked).get(span)
    }

    /// What a field of a product has in each environment, in the words of the language: the path leads from instance to instance, and
    /// ends with the field. Nothing where the product has mistakes, or no such field.
    pub fn values(&self, file: FileId, path: &[Text]) -> Vec<(Text, String)> {
        let (Some(shared), Some((of, linked))) = (self.shared(), self.linked_of(file)) else { return Vec::new() };
        let imports = self.products.get(of).and_then(|held| Some(&held.evaluated.as_ref()?.imports));
        let (Some(product), Some(shapes), [instances @ .., field]) = (&linked.product, &shared.shapes, path) else { return Vec::new() };
        let Some(imports) = imports.filter(|_| !linked.diagnostics.has_errors()) else { return Vec::new() };
        threads::on(self.options().jobs, || {
            let mut found = Diagnostics::default();
            let lock = lock_of(self.workspace(), product, &lock_path(product), self.options(), &mut found);
            let run = Run::new(1);
            let value = |environment: &Text| {
                let (program, types) = (shared.program(), &linked.types);
                let mut origins =
                    Origins::new(program, types, shapes, product, environment, Beside { lock: &lock, imports }, Work::within(&run));
                let origin = origins.field(origins.instance(instances)?, field, &[])?;
                Some((environment.clone(), shown_by(&origin.value?, &|id| origins.called(id).to_string())))
            };
            product.environments.iter().filter_map(|environment| value(&environment.text)).collect()
        })
    }

    /// The product of the test that stands around a place of a file with definitions.
    pub fn tested_at(&self, file: FileId, offset: u32) -> Option<&Arc<Product>> {
        let parsed = self.parsed.get(&self.workspace().file(file).path)?;
        if parsed.is_of_product || !resolve::has_tests(&parsed.source.tree) {
            return None;
        }
        let around = |(span, _): &&(crate::base::Span, Arc<Product>)| span.file == file && span.touches(offset);
        self.tests(self.shared()?).products.iter().find(around).map(|(_, product)| product)
    }

    fn tests<'s>(&'s self, shared: &'s Shared) -> &'s SeenTests {
        shared.seen_tests.get_or_init(|| {
            let own = |parsed: &&Arc<Parsed>| !parsed.is_of_product && !self.workspace().file(parsed.source.file).is_of_library();
            let sources: Vec<Source> = self.parsed.values().filter(own).map(|parsed| parsed.source.clone()).collect();
            let look = || {
                let mut seen = SeenTests::default();
                for linked in resolve::tests(self.workspace(), &shared.library, &sources).0 {
                    seen.record.extend(check::record_products(&linked.program, &shared.schemas, &shared.types));
                    seen.products.push((linked.test.span, linked.test.product));
                }
                seen
            };
            if shared.is_lacking { SeenTests::default() } else { threads::on(self.options().jobs, look) }
        })
    }

    fn seen_in_library<'s>(&'s self, shared: &'s Shared) -> &'s Record {
        shared.seen.get_or_init(|| {
            let look = || check::record_library(shared.program(), &shared.schemas);
            if shared.is_lacking { Record::default() } else { threads::on(self.options().jobs, look) }
        })
    }

    fn seen_in_product<'s>(&'s self, shared: &'s Shared, of: &Text, linked: &'s Linked) -> &'s Record {
        linked.seen.get_or_init(|| {
            let sources: Vec<Source> = self.sources_of(of).cloned().collect();
            let look = || {
                let (program, _) = resolve::products(self.workspace(), &shared.library, Others::beside(&self.others, of), &sources);
                check::record_products(&program, &shared.schemas, &shared.types)
            };
            if shared.is_lacking { Record::default() } else { threads::on(self.options().jobs, look) }
        })
    }

    fn shared(&self) -> Option<&Shared> {
        self.shared.as_deref()
    }

    /// The folder of the product that a file belongs to, with what is kept of it.
    fn linked_of(&self, file: FileId) -> Option<(&Text, &Linked)> {
        let of = self.group_of(&self.workspace().file(file).path)?;
        Some((of, &self.products.get(of)?.linked))
    }

    /// The sources that were linked for a folder.
    fn sources_of<'s>(&'s self, of: &Text) -> impl Iterator<Item = &'s Source> + use<'s> {
        let files = self.groups.get(of).map(Vec::as_slice).unwrap_or_default();
        let path = |file: FileId| &self.workspace().file(file).path;
        files.iter().filter_map(move |file| self.parsed.get(path(*file))).map(|parsed: &Arc<Parsed>| &parsed.source)
    }
}
