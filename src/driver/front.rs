//! What is done once for all products: the program, the meaning of its names, and the shapes that products share.

use super::{Options, Outcome, fingerprint, renumber};
use crate::analysis;
use crate::base::{FileId, Text, Workspace};
use crate::check::{self, Types};
use crate::diag::Diagnostics;
use crate::hir::Program;
use crate::shape::{self, Shapes};
use crate::{resolve, schema, syntax};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// A program that can be planned.
#[derive(Debug)]
pub(super) struct Front {
    /// Everything that is declared.
    pub program: Program,
    /// What the names in it mean.
    pub types: Types,
    /// What its products share.
    pub shapes: Shapes,
    /// The files that hold nothing but a product and its instances.
    pub instances: BTreeSet<FileId>,
    /// The first name of what may be renumbered that nothing has, with the one that may be meant.
    pub unknown: Option<(Text, Option<Text>)>,
    /// What was found, without an error that would keep it from being planned.
    pub diagnostics: Diagnostics,
}

/// Reads, links and checks a workspace. Of a program with mistakes there is nothing but the findings: what would follow from them is no
/// news.
pub(super) fn front(workspace: &Workspace, options: &Options) -> Result<Front, Box<Outcome>> {
    let mut diagnostics = Diagnostics::default();
    let sources = parse(workspace, &mut diagnostics);
    let (program, found) = resolve::resolve(workspace, &sources);
    diagnostics.extend(found);
    let unknown = renumber::unknown(workspace, &program, &options.renumber);
    let instances = fingerprint::only_instances(&sources);
    drop(sources);
    let (schemas, found) = schema::read(workspace);
    diagnostics.extend(found);
    let (types, found) = check::check(&program, &schemas);
    diagnostics.extend(found);
    if diagnostics.has_errors() {
        return Err(Box::new(Outcome { diagnostics: diagnostics.sorted(), unknown, ..Outcome::default() }));
    }
    diagnostics.extend(analysis::analyse_all(&program));
    diagnostics.extend(analysis::left_behind(&program, renumber::locks(workspace)));
    let (shared, found) = shape::shared(&program, &types, workspace);
    diagnostics.extend(found);
    diagnostics.extend(analysis::second_pipeline(&program, workspace));
    let Some(mut shared) = shared else {
        return Err(Box::new(Outcome { diagnostics: diagnostics.sorted(), unknown, ..Outcome::default() }));
    };
    if let Some(pipeline) = &shared.pipeline {
        let found = analysis::analyse_pipeline(pipeline);
        // What cannot be lowered is not: products are looked at all the same.
        if found.has_errors() {
            shared.pipeline = None;
        }
        diagnostics.extend(found);
    }
    let (shapes, found) = shape::shape(&program, &schemas, &types, workspace, shared);
    diagnostics.extend(found);
    diagnostics.extend(analysis::analyse_roles(&shapes));
    Ok(Front { program, types, shapes, instances, unknown, diagnostics })
}

fn parse(workspace: &Workspace, diagnostics: &mut Diagnostics) -> Vec<resolve::Source> {
    let files: Vec<_> = workspace.files().filter(|(_, file)| file.path.ends_with(".infra")).collect();
    let parsed: Vec<_> = files.par_iter().map(|(file, source)| (*file, syntax::parse(*file, &source.text))).collect();
    let mut sources = Vec::with_capacity(parsed.len());
    for (file, (tree, found)) in parsed {
        diagnostics.extend(found);
        sources.push(resolve::Source { file, tree });
    }
    sources
}
