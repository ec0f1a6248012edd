//! A workspace as layers: what is read once for all products, and every product with its names linked.

use super::layers::{Linked, Shared, between, others, parse, sort};
use super::{Options, renumber};
use crate::base::{FileId, Text, Workspace};
use crate::diag::Diagnostics;
use crate::eval::Run;
use crate::hir::{Others, Product};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A workspace that was read, linked and checked.
#[derive(Debug)]
pub(super) struct Front {
    /// What products share.
    pub shared: Shared,
    /// The products, in the order of their folders, whatever is wrong with them.
    pub products: Vec<Linked>,
    /// The files that hold nothing but a product and its instances.
    pub instances: BTreeSet<FileId>,
    /// The first name of what may be renumbered that nothing has, with the one that may be meant.
    pub unknown: Option<(Text, Option<Text>)>,
    /// What everything that is evaluated may take.
    pub run: Arc<Run>,
    /// Everything that was found.
    pub diagnostics: Diagnostics,
    /// Whether products can be evaluated. What would follow from mistakes in what they share is no news.
    pub is_sound: bool,
}

impl Front {
    /// The products that could be read.
    pub(super) fn products(&self) -> impl Iterator<Item = &Arc<Product>> {
        self.products.iter().filter_map(|linked| linked.product.as_ref())
    }
}

/// Reads, links and checks a workspace.
pub(super) fn front(workspace: &Workspace, options: &Options) -> Front {
    let parsed = parse(workspace);
    let sorted = sort(workspace, parsed.iter());
    let run = sorted.run();
    let mut shared = Shared::new(workspace, &sorted, &run);
    let mut diagnostics = std::mem::take(&mut shared.diagnostics);
    let instances = parsed.iter().filter(|parsed| parsed.is_of_product).map(|parsed| parsed.source.file).collect();
    if shared.is_lacking {
        return Front { shared, products: Vec::new(), instances, unknown: None, run, diagnostics, is_sound: false };
    }
    let groups: Vec<_> = sorted.of_products.iter().collect();
    let others = others(&shared, groups.iter().map(|(folder, files)| (*folder, (*files).clone())));
    let link = |(folder, files): &(&Text, &Vec<_>)| Linked::new(workspace, &shared, Others::beside(&others, folder), files);
    let products: Vec<Linked> = groups.par_iter().map(link).collect();
    let known: Vec<Arc<Product>> = products.iter().filter_map(|linked| linked.product.clone()).collect();
    let found = between(workspace, shared.program(), products.iter());
    let is_sound = shared.shapes.is_some() && !diagnostics.has_errors() && !found.has_errors();
    diagnostics.extend(found);
    for linked in &products {
        diagnostics.0.extend(linked.diagnostics.0.iter().cloned());
    }
    let unknown = renumber::unknown(workspace, &known, &options.built, &options.renumber);
    Front { shared, products, instances, unknown, run, diagnostics, is_sound }
}
