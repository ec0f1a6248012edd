//! Changes a source that a person wrote: whole or not at all, with the mode that it has.

use super::Failure;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Replaces the text of the file at `path`. A link stays a link: what it points to is replaced.
pub fn rewrite(path: &Path, text: &str) -> Result<(), Failure> {
    let replace = || {
        let real = path.canonicalize()?;
        let folder = real.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().set_permissions(fs::metadata(&real)?.permissions())?;
        file.as_file().sync_all()?;
        file.persist(&real)?;
        Ok(())
    };
    replace().map_err(|error| Failure::disk("write", path, &error))
}
