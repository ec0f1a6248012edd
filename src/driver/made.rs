//! What an open project would generate, and what its plans are: for who shows a file or a place that nobody has written yet.

use super::layers::Shared;
use super::product::{self, With, lock_of, lock_path};
use super::session::{Held, Session};
use super::targets::Targets;
use super::{Files, Options, shared, threads};
use crate::artifact::{Slice, Tree};
use crate::base::{FileId, Text};
use crate::diag::Diagnostics;
use crate::eval::{Run, Work};
use crate::hir::Product;
use crate::plan::{self, Beside, Plan};
use crate::shape::Shapes;
use std::sync::Arc;

/// The files of a project that is without mistakes.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// Those that all products share; nothing where they were not asked for.
    pub shared: Tree,
    /// Those of each product, by the folder of the product.
    pub of_products: Vec<(Text, Tree)>,
}

impl Made {
    /// All of them: path and text.
    pub fn files(&self) -> impl Iterator<Item = (&Text, Slice)> {
        let trees = [&self.shared].into_iter().chain(self.of_products.iter().map(|(_, tree)| tree));
        trees.flat_map(|tree| tree.iter().map(|(path, entry)| (path, entry.text())))
    }
}

impl Session {
    /// The plans of the product whose folder a file lies in, one for each environment; none while it has mistakes.
    pub fn plans(&self, file: FileId) -> Vec<Plan> {
        let Some((held, product, shared, shapes)) = self.sound(self.folder_of(file)) else { return Vec::new() };
        threads::on(self.options().jobs, || {
            let lock = lock_of(self.workspace(), product, &lock_path(product), self.options(), &mut Diagnostics::default());
            let mut work = Work::within(&Run::new(1));
            let types = &held.linked.types;
            let Some(evaluated) = &held.evaluated else { return Vec::new() };
            let beside = Beside { lock: &lock, imports: &evaluated.imports };
            let environments = product.environments.iter().map(|environment| &environment.text);
            let mut plans: Vec<Plan> = environments
                .filter_map(|environment| plan::plan(shared.program(), types, shapes, product, environment, beside, &mut work).0)
                .collect();
            plan::rank(&mut plans, &evaluated.imports);
            plans
        })
    }

    /// The files of the products in these folders, and with them what all products share where that is asked for. Nothing while any of
    /// the products has mistakes.
    pub fn made(&self, folders: &[Text], has_shared: bool) -> Option<Made> {
        let options = Options { files: Files::Kept, ..self.options().clone() };
        threads::on(self.options().jobs, || {
            let mut made = Made::default();
            for folder in folders {
                let (held, product, shared, shapes) = self.sound(Some(folder))?;
                let run = Run::new(1);
                let with = With {
                    workspace: self.workspace(),
                    program: shared.program(),
                    shapes,
                    options: &options,
                    run: &run,
                    has_threads: false,
                };
                let compiled = product::compile(with, &held.linked.types, product, &held.evaluated.as_ref()?.imports);
                if compiled.diagnostics.has_errors() {
                    return None;
                }
                made.of_products.push((folder.clone(), compiled.tree));
            }
            if has_shared {
                let shared = self.shared.as_deref()?;
                let shapes = shared.shapes.as_ref()?;
                let targets = Targets(options.targets.clone());
                shared::emit(shared.program(), shapes, &self.in_use.uses(), &targets, &mut made.shared);
            }
            Some(made)
        })
    }

    /// The folders of the products, in order.
    pub fn folders(&self) -> Vec<Text> {
        self.products.iter().filter(|(_, held)| held.linked.product.is_some()).map(|(folder, _)| folder.clone()).collect()
    }

    /// The folder of the product that a file lies in.
    pub fn folder_of(&self, file: FileId) -> Option<&Text> {
        self.group_of(&self.workspace().file(file).path).filter(|folder| !folder.is_empty())
    }

    /// A product that was evaluated without mistakes, with what it is made of.
    fn sound<'s>(&'s self, folder: Option<&Text>) -> Option<(&'s Held, &'s Arc<Product>, &'s Shared, &'s Shapes)> {
        let shared = self.shared.as_deref()?;
        let held = self.products.get(folder?)?;
        let product = held.linked.product.as_ref()?;
        let is_sound = held.evaluated.is_some() && !held.linked.diagnostics.has_errors();
        Some((held, product, shared, shared.shapes.as_ref()?)).filter(|_| is_sound)
    }
}
