//! Where the compiler's memory lies from one build to the next: in the user's cache.

use super::disk::Disk;

/// The name of the file.
const FILE: &str = "products.json";

/// What the last build left; nothing where that is nothing that can be read.
pub fn recall(disk: &Disk) -> Vec<u8> {
    disk.cache().and_then(|cache| cache.read(FILE)).unwrap_or_default()
}

/// Leaves something to the next build. It only saves work: where it cannot be kept, that is said, and nothing is wrong.
pub fn remember(disk: &Disk, text: &str) -> std::io::Result<()> {
    disk.cache().map_or(Ok(()), |cache| cache.write(FILE, [text]))
}
