//! The user's cache of a project: what earlier builds left there, and what lies in the working tree as if it were one.

use super::Global;
use super::findings::Findings;
use super::output::{NOTE, tell};
use super::progress::Progress;
use crate::base::Text;
use crate::driver::Memory;
use crate::host::{Cache, Disk, digests, recall, report_strays};
use crate::render::sanitise;
use std::borrow::Cow;
use std::path::Path;

/// The output folder of the project in `root`, with the user's cache of it where there is one.
pub(super) fn disk(global: &Global, root: &Path, output: &str, writes: bool) -> Disk {
    let cache = Cache::locate(root, output).and_then(|cache| if writes { cache.prepare().map(|()| cache) } else { Ok(cache) });
    match &cache {
        Ok(cache) => note(global, &format!("the cache of this project is `{}`", cache.folder().display())),
        Err(why) => note(global, &format!("nothing is remembered between builds: {why}")),
    }
    Disk::new(root, output).with_cache(cache.ok())
}

/// What earlier builds left of products. With `look`, only of those whose files are as they were left.
pub(super) fn memory(global: &Global, disk: &Disk, look: bool) -> Memory {
    let mut memory = Memory::read(&recall(disk));
    if look {
        let _progress = Progress::begin("comparing");
        let products: Vec<Text> = memory.products().cloned().collect();
        memory.keep(&digests(disk, &products));
    }
    note(global, &format!("products that are remembered: {}", memory.products().count()));
    memory
}

/// Warns of what lies in the working tree as if it were remembered.
pub(super) fn warn_of_strays(findings: &mut Findings<'_>, disk: &Disk) {
    let (files, strays) = report_strays(disk);
    findings.add(Cow::Owned(files), strays);
}

/// Says something about the work where that was asked for.
pub(super) fn note(global: &Global, text: &str) {
    if global.verbose {
        tell(&format!("{NOTE}note:{NOTE:#} {}\n", sanitise(text)));
    }
}
