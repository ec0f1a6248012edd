//! Where the compiler's memory lies from one build to the next: in the cache, which is of this machine alone.

use super::Failure;
use super::disk::Disk;
use super::layout::CACHE;
use super::manifest::SIZE_LIMIT;
use crate::base::{Text, text};

fn file() -> Text {
    text!("{CACHE}/products.json")
}

/// What the last build left; nothing where that is nothing that can be read.
pub fn recall(disk: &Disk) -> Vec<u8> {
    disk.clone().file(&file(), SIZE_LIMIT).ok().flatten().unwrap_or_default()
}

/// Leaves something to the next build.
pub fn remember(disk: &mut Disk, text: &str) -> Result<(), Failure> {
    disk.replace(&file(), text)
}
