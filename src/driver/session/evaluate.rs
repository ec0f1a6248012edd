//! Products evaluated anew: those that changed, and those for whom one that they refer to exports something else now. What their plans
//! say is known before their files are made.

use super::super::between;
use super::super::layers::Shared;
use super::super::ledger::Source;
use super::super::product::{self, With};
use super::order::{Order, Wave};
use super::{Evaluated, Session};
use crate::base::Text;
use crate::diag::Diagnostic;
use crate::eval::Run;
use crate::plan::{Exports, Imports};
use crate::shape::Shapes;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Session {
    /// Evaluates the products that are without mistakes and have not been evaluated yet, or with something else of those that they refer
    /// to, which come first. The files of those in `later` are left to be made.
    pub(super) fn evaluate(&mut self, shared: &Shared, run: &Arc<Run>, later: &BTreeSet<Text>) {
        let Some(shapes) = &shared.shapes else { return };
        let make = || Arc::new(Order::new(&self.products, |product| self.options.wants(product)));
        let order = self.order.take().unwrap_or_else(make);
        self.order = Some(order.clone());
        let mut exports = Imports::new();
        for wave in &order.waves {
            for folder in &wave.referring {
                self.forget_evaluated(folder, &exports);
            }
            let open: Vec<&Text> = self.unevaluated.iter().filter(|folder| wave.turns.contains_key(*folder)).collect();
            let has_threads = open.len() < rayon::current_num_threads();
            let with = With { workspace: &self.workspace, program: shared.program(), shapes, options: &self.options, run, has_threads };
            let one = |folder: &&Text| Some(((*folder).clone(), self.evaluated(with, wave, folder, &exports, later.contains(*folder))?));
            let evaluated: Vec<(Text, Evaluated)> = open.par_iter().filter_map(one).collect();
            for (folder, evaluated) in evaluated {
                self.found.put(&Source::Evaluated(folder.clone()), evaluated.diagnostics.0.iter().cloned());
                self.in_use.change(&folder, None, Some(&evaluated.uses));
                self.unevaluated.remove(&folder);
                if evaluated.planned.is_some() {
                    self.unwritten.insert(folder.clone());
                }
                if let Some(held) = self.products.get_mut(&folder) {
                    held.evaluated = Some(evaluated);
                }
            }
            for folder in &wave.referred {
                let held = self.products.get(folder).and_then(|held| held.evaluated.as_ref());
                if let (Some(turn), Some(of)) = (wave.turns.get(folder), held.and_then(|evaluated| evaluated.exports.clone())) {
                    exports.insert(turn.name.clone(), of);
                }
            }
        }
    }

    /// What evaluation gives of a product whose turn it is; nothing where that has mistakes, or stands on something that has.
    fn evaluated(&self, with: With<'_>, wave: &Wave, folder: &Text, exports: &Imports, is_later: bool) -> Option<Evaluated> {
        let turn = wave.turns.get(folder)?;
        let held = self.products.get(folder).filter(|held| !held.linked.diagnostics.has_errors())?;
        let product = held.linked.product.as_ref()?;
        let imports = between::of_those(exports, &held.linked)?;
        if !turn.is_wanted {
            let (exports, diagnostics) = turn.is_asked.then(|| product::exports(with, &held.linked.types, product, &imports))?;
            return Some(Evaluated { diagnostics, exports, imports, ..Evaluated::default() });
        }
        let (mut compiled, planned) = product::judge(with, &held.linked.types, product, &imports);
        let mut planned = planned.map(Arc::new);
        if let Some(now) = planned.take_if(|planned| !is_later || planned.is_heavy()) {
            compiled.diagnostics.0.extend(now.write(with.shapes, with.options).1);
        }
        // What is the same for others is the same thing, so that comparing it costs nothing.
        let exports = match (&held.exported, compiled.exports) {
            (Some(before), Some(now)) if **before == *now => Some(before.clone()),
            (_, now) => now,
        };
        Some(Evaluated {
            diagnostics: compiled.diagnostics,
            uses: Arc::new(compiled.uses),
            if_built: compiled.if_built.into(),
            exports,
            imports,
            planned,
        })
    }

    /// Lets go what was evaluated of a product with something else of those that it refers to than they export now.
    fn forget_evaluated(&mut self, folder: &Text, exports: &Imports) {
        let Some(held) = self.products.get_mut(folder) else { return };
        let Some(before) = &held.evaluated else { return };
        let is_same = |(name, of): (&Text, &Arc<Exports>)| before.imports.get(name).is_some_and(|was| Arc::ptr_eq(was, of) || was == of);
        let mut now = held.linked.refers.keys().map(|name| exports.get_key_value(name));
        if now.all(|now| now.is_some_and(is_same)) {
            return;
        }
        let before = held.evaluated.take();
        self.unevaluated.insert(folder.clone());
        self.unwritten.remove(folder);
        self.in_use.change(folder, before.as_ref().map(|evaluated| &*evaluated.uses), None);
        self.found.put(&Source::Evaluated(folder.clone()), []);
    }

    /// Makes the files of products that wait for that, and keeps what is found.
    pub(super) fn write(&mut self, shapes: &Shapes, folders: &BTreeSet<Text>) {
        let planned = |folder: &Text| Some((folder.clone(), self.products.get(folder)?.evaluated.as_ref()?.planned.clone()?));
        let planned: Vec<_> = folders.iter().filter_map(planned).collect();
        let options = &self.options;
        let written: Vec<(Text, Option<Diagnostic>)> =
            planned.into_par_iter().map(|(folder, planned)| (folder, planned.write(shapes, options).1)).collect();
        for (folder, wrong) in written {
            let Some(evaluated) = self.products.get_mut(&folder).and_then(|held| held.evaluated.as_mut()) else { continue };
            evaluated.planned = None;
            if wrong.is_some() {
                evaluated.diagnostics.0.extend(wrong);
                self.found.put(&Source::Evaluated(folder), evaluated.diagnostics.0.iter().cloned());
            }
        }
        self.unwritten.retain(|folder| !folders.contains(folder));
    }
}
