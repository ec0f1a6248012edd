//! Paths as the system understands them.

use std::path::{Component, Path, PathBuf};

/// The place that an absolute path leads to: links are followed as far as something is there, and `..` leaves the folder that a link
/// leads to, as the system has it.
pub fn resolve(path: &Path) -> PathBuf {
    let mut real = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                real.pop();
            }
            other => {
                real.push(other);
                if let Ok(found) = real.canonicalize() {
                    real = found;
                }
            }
        }
    }
    real
}
