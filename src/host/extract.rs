//! The library and the pages of codes as files that an editor can open.

use super::cache::Cache;
use super::library;
use crate::artifact::tree::sha256;
use crate::diag::Code;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the library's definitions, below what [`extract`] gives.
pub const DEFINITIONS: &str = "stdlib";

/// The folder of the pages of codes, below what [`extract`] gives.
pub const PAGES: &str = "codes";

/// Writes the library and the pages into the user's cache, read-only, and gives the folder; one sentence in lower case why not. Each
/// release has a folder of its own, and what somebody changed there is put right.
pub fn extract() -> Result<PathBuf, String> {
    let definitions = library::files().into_iter().filter(|(path, _)| path.ends_with(".infra"));
    let pages = Code::ALL.iter().map(|code| (format!("{PAGES}/{}.md", code.id()), code.page()));
    let files: Vec<(String, &str)> = definitions.map(|(path, text)| (format!("{DEFINITIONS}/{path}"), text)).chain(pages).collect();
    let everything: Vec<u8> = files.iter().flat_map(|(path, text)| [path.as_bytes(), b"\0", text.as_bytes(), b"\0"].concat()).collect();
    let cache = Cache::of_all(&format!("library-{}", &sha256(&everything)[..32]))?;
    cache.prepare()?;
    for (path, text) in files {
        let path = cache.folder().join(path);
        put(&path, text).map_err(|error| format!("`{}` cannot be written: {error}", path.display()))?;
    }
    Ok(cache.folder().to_owned())
}

fn put(path: &Path, text: &str) -> std::io::Result<()> {
    if path.symlink_metadata().is_ok_and(|found| found.is_file()) && fs::read(path).is_ok_and(|found| found == text.as_bytes()) {
        return Ok(());
    }
    let Some(folder) = path.parent() else { return Ok(()) };
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    let mut rights = file.as_file().metadata()?.permissions();
    rights.set_readonly(true);
    file.as_file().set_permissions(rights)?;
    file.persist(path)?;
    Ok(())
}
