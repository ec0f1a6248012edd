//! What is done once for all products: the program, the meaning of its names, and the shapes that products share.

use super::{Options, Outcome, fingerprint, renumber};
use crate::analysis;
use crate::base::{FileId, Text, Workspace};
use crate::check::{self, Types};
use crate::diag::Diagnostics;
use crate::eval::Run;
use crate::hir::Program;
use crate::schema::{self, Schemas};
use crate::shape::{self, Shapes};
use crate::{resolve, syntax};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A program whose names are linked and whose types are checked.
#[derive(Debug)]
pub(super) struct Checked {
    /// Everything that is declared.
    pub program: Program,
    /// What the names in it mean.
    pub types: Types,
    /// What the plugins of its providers take.
    pub schemas: Schemas,
    /// The files that hold nothing but a product and its instances.
    pub instances: BTreeSet<FileId>,
}

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
    /// What everything that is evaluated may take.
    pub run: Arc<Run>,
    /// What was found, without an error that would keep it from being planned.
    pub diagnostics: Diagnostics,
}

/// Reads, links, checks and shapes a workspace. Of a program with mistakes there is nothing but the findings: what would follow from them
/// is no news.
pub(super) fn front(workspace: &Workspace, options: &Options) -> Result<Front, Box<Outcome>> {
    let mut diagnostics = Diagnostics::default();
    let checked = check(workspace, &mut diagnostics);
    let unknown = renumber::unknown(workspace, &checked.program, &options.renumber);
    let run = Run::new(checked.program.products.len());
    let shapes = if diagnostics.has_errors() { None } else { shape_all(workspace, &checked, &run, &mut diagnostics) };
    let Some(shapes) = shapes else {
        return Err(Box::new(Outcome { diagnostics: diagnostics.sorted(), unknown, ..Outcome::default() }));
    };
    let Checked { program, types, instances, .. } = checked;
    Ok(Front { program, types, shapes, instances, unknown, run, diagnostics })
}

/// Reads, links and checks a workspace.
pub(super) fn check(workspace: &Workspace, diagnostics: &mut Diagnostics) -> Checked {
    let sources = parse(workspace, diagnostics);
    let (program, found) = resolve::resolve(workspace, &sources);
    let instances = fingerprint::only_instances(&sources);
    // What could not be parsed may be what seems to be missing.
    let lacking = match diagnostics.has_errors() {
        true => Diagnostics::default(),
        false => resolve::lacking(workspace, &sources, &program, &found),
    };
    if lacking.has_errors() {
        diagnostics.extend(lacking);
        return Checked { program, types: Types::default(), schemas: Schemas::default(), instances };
    }
    diagnostics.extend(found);
    drop(sources);
    let (schemas, found) = schema::read(workspace);
    diagnostics.extend(found);
    let (types, found) = check::check(&program, &schemas);
    diagnostics.extend(found);
    Checked { program, types, schemas, instances }
}

/// Makes what products share, and judges it; nothing where an image could not be read.
pub(super) fn shape_all(workspace: &Workspace, checked: &Checked, run: &Arc<Run>, diagnostics: &mut Diagnostics) -> Option<Shapes> {
    let Checked { program, types, schemas, .. } = checked;
    diagnostics.extend(analysis::analyse_all(program));
    diagnostics.extend(analysis::left_behind(program, renumber::locks(workspace)));
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
