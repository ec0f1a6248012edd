//! Single files that a person keeps: a source that is changed, a report that was asked for. Each is there whole or not at all.

use super::Failure;
use super::exact::{self, Before, Outcome};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Replaces the text of the file at `path`, which must still be the one that was read, and keeps its mode. A link stays
/// a link: what it points to is replaced.
pub fn rewrite(path: &Path, before: &str, after: &str) -> Result<(), Failure> {
    let replace = || {
        let real = path.canonicalize()?;
        // Who takes the right to write away means the text, and not the place in the folder.
        if fs::metadata(&real)?.permissions().readonly() {
            return Err(ErrorKind::PermissionDenied.into());
        }
        let file = beside(&real, after)?;
        file.as_file().set_permissions(fs::metadata(&real)?.permissions())?;
        let mut new = file.into_temp_path();
        let outcome = exact::replace(&new, &real, &Before::contents(before.as_bytes()));
        // It may hold what a person saved meanwhile: only what is ours goes.
        let is_ours = Before::at(&new).is_ok_and(|found| found == Before::contents(after.as_bytes()));
        new.disable_cleanup(!is_ours);
        Ok((outcome?, new.to_path_buf()))
    };
    let (outcome, new) = replace().map_err(|error| Failure::disk("write", path, &error))?;
    let changed = Failure::new(format!("`{}` was changed by somebody else in the meantime", path.display()));
    match outcome {
        Outcome::Done => Ok(()),
        Outcome::Changed => Err(changed.help("nothing of it was lost: run the command again")),
        Outcome::Kept => {
            Err(changed.help(format!("it was saved twice, and what was saved first lies in `{}`: look at both", new.display())))
        }
    }
}

/// Writes a report to `path`, whatever was there.
pub fn save(path: &Path, text: &str) -> Result<(), Failure> {
    let real = match path.canonicalize() {
        Ok(real) if real.is_file() => real,
        // To replace a device or a pipe would take it away from everybody else; a shell makes a pipe for one reader.
        Ok(real) if is_pipe(&real) => return into_pipe(path, text),
        Ok(_) => return Err(Failure::new(format!("cannot write `{}`: it is no ordinary file", path.display()))),
        // A pipe without a name has a path that leads nowhere.
        Err(error) if error.kind() == ErrorKind::NotFound && is_pipe(path) => return into_pipe(path, text),
        Err(error) if error.kind() == ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(Failure::disk("write", path, &error)),
    };
    let write = || {
        let file = beside(&real, text)?;
        set_mode(file.as_file(), &real)?;
        file.persist(&real)?;
        Ok(())
    };
    let folder = real.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.exists()) {
        return Err(Failure::new(format!("cannot write `{}`: the folder `{}` does not exist", path.display(), folder.display())));
    }
    write().map_err(|error: std::io::Error| Failure::disk("write", path, &error))
}

/// Whether somebody reads at the other end: `>(jq .)` of a shell is `/dev/fd/63`, or a pipe with a name.
#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

/// Writes to a pipe. A reader that has seen enough is no failure.
fn into_pipe(path: &Path, text: &str) -> Result<(), Failure> {
    let written = fs::OpenOptions::new().write(true).open(path).and_then(|mut pipe| pipe.write_all(text.as_bytes()));
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::disk("write", path, &error)),
        _ => Ok(()),
    }
}

/// A temporary file in the same folder, so that renaming it is one step.
fn beside(path: &Path, text: &str) -> std::io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// The mode of the file that is replaced, or what everybody may read: a temporary file is for its owner alone.
#[cfg(unix)]
fn set_mode(file: &fs::File, replaced: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(match fs::metadata(replaced) {
        Ok(found) => found.permissions(),
        Err(_) => fs::Permissions::from_mode(0o644),
    })
}

// Elsewhere a new file has no such mode.
#[cfg(not(unix))]
fn set_mode(_: &fs::File, _: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("a.infra");
        fs::write(&path, "theirs").unwrap();
        let failure = rewrite(&path, "read", "mine").unwrap_err();
        assert!(failure.message.contains("changed by somebody else"), "{failure}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        rewrite(&path, "theirs", "mine").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_nobody_may_write_is_left_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("a.infra");
        fs::write(&path, "read").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let failure = rewrite(&path, "read", "mine").unwrap_err();
        assert!(failure.message.ends_with("permission denied"), "{failure}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "read");
        let failure = save(&folder.path().join("none/report"), "one").unwrap_err();
        assert!(failure.message.contains("the folder") && failure.message.ends_with("does not exist"), "{failure}");
    }

    #[cfg(unix)]
    #[test]
    fn modes_stay_and_new_reports_can_be_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::TempDir::new().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (path, link) = (folder.path().join("report"), folder.path().join("link"));
        save(&path, "one").unwrap();
        assert_eq!(mode(&path), 0o644);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        save(&link, "two").unwrap();
        rewrite(&link, "two", "three").unwrap();
        assert_eq!((mode(&path), fs::read_to_string(&path).unwrap().as_str()), (0o600, "three"));
        assert!(save(Path::new("/dev/null"), "x").is_err() && save(folder.path(), "x").is_err());
    }
}
